//! Classifies the remaining objects of one listed folder, once gaps are explained.

use std::io;

use jiff::Timestamp;

use super::candidates::Candidate;
use super::cover::{Cover, Standing, doubtful, gap_holds, standing, waits};
use super::excuse::validation_was_off;
use super::litter::is_litter;
use super::references::{ReferenceLookup, Whose};
use super::scan::temporary;
use super::search::{ListedLogFolder, LogFolderPlace, LogSearch};
use super::tally::OtherObjects;
use super::waiting::Waiting;
use crate::base::text::and_more;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{KeyRoot, KeyTime, LogObjectKey};
use crate::source::{GetError, RootId};
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;

/// An object in verified time that no digest lists.
pub(super) struct Unreferenced {
    /// The indexes of the chains that cover its time.
    pub chains: Vec<usize>,
    pub key: String,
    pub time: KeyTime,
    pub kind: UnreferencedKind,
}

/// What the object is.
pub(super) enum UnreferencedKind {
    /// A log, by its name, and the chains whose digests could list it and are not all proven.
    Log(Option<String>),
    /// An object that has not the name of a log.
    Other,
    /// An entry that the source refuses to read; what it is.
    Refused(String),
}

/// The objects of one folder that no digest lists.
#[derive(Default)]
pub(super) struct JudgedFolder {
    /// The candidates that are findings.
    pub unreferenced: Vec<Unreferenced>,
    /// How many more of these there are.
    pub more: u64,
    /// The candidates that are not findings.
    pub others: OtherObjects,
    /// Why not all of them could be classified.
    pub trouble: Option<GetError>,
}

/// Classifies the candidates of a folder. Adds each candidate inside a gap to that gap's count in `chains`.
pub(super) fn judge_folder(
    context: &Context<'_>,
    chains: &mut [ChainState],
    search: &mut LogSearch,
    listed: ListedLogFolder,
) -> JudgedFolder {
    let as_of = search.as_of(context);
    let LogSearch {
        id,
        time,
        covers,
        references,
        waiting,
        ..
    } = search;
    let ListedLogFolder {
        folder,
        candidates,
        more,
        undecided,
        excuses,
        ..
    } = listed;
    let mut judge = Judge {
        context,
        folder: &folder,
        covers,
        waiting,
        as_of,
        look_up: undecided.then(|| references.lookup()),
        is_excused: &|minute| excuses.excuse(context, &folder.place, id, minute),
        litter_left: context.request.limits.litter,
        judged: JudgedFolder {
            more,
            ..JudgedFolder::default()
        },
    };
    let region_folder = folder.region_folder(id);
    let visited = candidates.for_each(context.candidates, |candidate| match candidate {
        Candidate::InGaps(second, count) => {
            judge.in_gaps(
                chains,
                Timestamp::from_second(second).unwrap_or_default(),
                count,
            );
            Ok(())
        }
        Candidate::Log(key) => match LogObjectKey::parse(&key) {
            Some(name) => judge.log(chains, key, &name),
            None => Ok(()),
        },
        Candidate::Other(key, refused) => {
            let path = key.strip_prefix(&region_folder).unwrap_or(&key);
            if let Some(time) = KeyTime::of(path, time) {
                judge.other(key, time, refused);
            }
            Ok(())
        }
    });
    let mut judged = judge.judged;
    judged.trouble = visited.err().map(|error| temporary(&error));
    judged
}

struct Judge<'a> {
    context: &'a Context<'a>,
    folder: &'a LogFolderPlace,
    covers: &'a [Cover],
    waiting: &'a mut Waiting,
    as_of: Timestamp,
    /// Present if digests after the window were read since the folder was listed.
    look_up: Option<ReferenceLookup<'a>>,
    is_excused: &'a dyn Fn(Timestamp) -> bool,
    litter_left: usize,
    judged: JudgedFolder,
}

impl Judge<'_> {
    fn log(
        &mut self,
        chains: &mut [ChainState],
        key: String,
        name: &LogObjectKey,
    ) -> io::Result<()> {
        let limits = &self.context.request.limits;
        let place = &self.folder.place;
        let minute = name.minute;
        if let Some(look_up) = &mut self.look_up {
            let recorded = self.context.fetcher.places.recorded(place.0, &key);
            match look_up.log(name.day(), &recorded)? {
                Some(Whose::Requested) => return Ok(()),
                Some(Whose::Others) => {
                    self.judged.others.of_other_trails.add(limits, key);
                    return Ok(());
                }
                None => {}
            }
        }
        let Standing { covered, in_gap } = standing(self.covers, place, minute);
        let context = self.context;
        let unlisted = |key: &str| {
            let bucket = context.fetcher.places.bucket(place.0);
            context.observer.unlisted(bucket, key);
        };
        if in_gap {
            count_in_gaps(chains, place, minute, 1);
        }
        let others = &mut self.judged.others;
        if !covered {
            let time = KeyTime::Minute(minute);
            if in_gap || self.waiting.add(self.covers, place, time) {
                unlisted(&key);
            }
            if !in_gap {
                others.undecided.add(limits, key);
            }
        } else if (self.is_excused)(minute) || validation_was_off(chains, place, minute) {
            others.without_digests.add(limits, key);
        } else if waits(self.as_of, minute, self.context.request.backfill_grace) {
            let time = KeyTime::Minute(minute);
            if self.waiting.add(self.covers, place, time) {
                unlisted(&key);
            }
            others.waiting.add(limits, key);
        } else {
            let doubtful = doubtful(
                self.covers,
                place,
                minute,
                self.context.request.backfill_grace,
            );
            let kind = UnreferencedKind::Log(named(doubtful, limits.named));
            self.unreferenced(key, KeyTime::Minute(minute), kind);
        }
        Ok(())
    }

    fn other(&mut self, key: String, time: KeyTime, refused: Option<String>) {
        let fetcher = self.context.fetcher;
        let root = self.folder.place.0;
        if refused.is_none() && is_litter(fetcher, root, &key, &mut self.litter_left) {
            self.judged
                .others
                .litter
                .add(&self.context.request.limits, key);
            return;
        }
        let kind = refused.map_or(UnreferencedKind::Other, UnreferencedKind::Refused);
        self.unreferenced(key, time, kind);
    }

    fn in_gaps(&mut self, chains: &mut [ChainState], minute: Timestamp, count: u64) {
        let place = &self.folder.place;
        count_in_gaps(chains, place, minute, count);
        let Standing { covered, .. } = standing(self.covers, place, minute);
        if covered && !validation_was_off(chains, place, minute) {
            self.judged.more += count;
        }
    }

    /// Whether an object is gone since it was listed: a tool that writes to a copy has removed one under a temporary
    /// name, or the listing is old.
    fn is_gone(&self, key: &str, kind: &UnreferencedKind) -> bool {
        let (source, root) = (self.context.fetcher.source, self.folder.place.0);
        let is_gone = || {
            source.look_up(root, key) == Some(Err(GetError::NotFound))
                || source.still_exists(root, key) == Some(Err(GetError::NotFound))
        };
        !matches!(kind, UnreferencedKind::Refused(_)) && is_gone()
    }

    fn unreferenced(&mut self, key: String, time: KeyTime, kind: UnreferencedKind) {
        if self.is_gone(&key, &kind) {
            return;
        }
        if self.judged.unreferenced.len() >= self.context.request.limits.findings_per_code {
            self.judged.more += 1;
            return;
        }
        self.judged.unreferenced.push(Unreferenced {
            chains: covering(self.covers, &self.folder.place, time),
            key,
            time,
            kind,
        });
    }
}

/// The indexes of the requested chains in a folder that cover some of a time.
fn covering(covers: &[Cover], place: &(RootId, KeyRoot), time: KeyTime) -> Vec<usize> {
    let here = covers.iter().filter(|c| c.is_in(place));
    let covering = here.filter(|c| !c.covered_parts(time).is_empty());
    covering.filter_map(|c| c.requested).collect()
}

/// The names of a few chains; `None` if there are none.
fn named<'c>(chains: impl Iterator<Item = &'c ChainId>, most: usize) -> Option<String> {
    let mut names: Vec<String> = chains.map(ToString::to_string).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(most) as u64;
    names.truncate(most);
    (!names.is_empty()).then(|| and_more(names.join(", "), more))
}

/// Counts logs of one minute in the gaps that hold it, of the chains with digests in a folder.
fn count_in_gaps(
    chains: &mut [ChainState],
    place: &(RootId, KeyRoot),
    minute: Timestamp,
    count: u64,
) {
    let is_here = |c: &&mut ChainState| {
        let is_inside = c.window.from <= minute && minute < c.window.to;
        is_inside && c.digests.names.has_place(place)
    };
    for chain in chains.iter_mut().filter(is_here) {
        // Of parts of one gap, the one that holds the minute; else one that it is near to.
        let holds = |g: &Window| g.from <= minute && minute < g.to;
        let mut gaps = chain.gaps.iter().map(|g| g.time);
        let at = gaps.clone().position(|g| holds(&g));
        let at = at.or_else(|| gaps.position(|g| gap_holds(&g, minute)));
        if let Some(gap) = at.and_then(|at| chain.gaps.get_mut(at)) {
            gap.undigested.get_or_insert_default().add(minute, count);
        }
    }
}
