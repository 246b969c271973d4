//! Lists log folders and classifies the objects that no digest lists, where that is possible before gaps
//! are explained.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::candidates::Candidates;
use super::cover::{Cover, Standing, standing, waits};
use super::excuse::Excuses;
use super::loose::LooseObjects;
use super::scan::{ScannedFolder, Unlisted, scan};
use super::scan_results;
use super::search::{ListedLogFolder, LogFolderPlace, LogSearch};
use super::tally::OtherObjects;
use super::waiting::Waiting;
use crate::base::time::shift;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{KeyTime, LOG_FOLDER};
use crate::validate::context::Context;
use crate::validate::shard::Division;

impl LogSearch {
    /// Lists the folders, those of the kinds `beside` too. Needs no log, so it runs while logs are read.
    pub fn list(
        mut self: Box<Self>,
        context: &Context<'_>,
        beside: &BTreeSet<String>,
        loose: &LooseObjects,
    ) -> Box<Self> {
        loose.look_up(context, &mut self);
        for place in std::mem::take(&mut self.places) {
            for kind in [LOG_FOLDER]
                .into_iter()
                .chain(beside.iter().map(String::as_str))
            {
                let folder = LogFolderPlace {
                    place: place.clone(),
                    kind: kind.to_owned(),
                };
                let listed = list_folder(context, &mut self, folder);
                self.listed.push(listed);
            }
        }
        self.references.write_out();
        self
    }
}

fn list_folder(
    context: &Context<'_>,
    search: &mut LogSearch,
    folder: LogFolderPlace,
) -> ListedLogFolder {
    let as_of = search.as_of(context);
    let LogSearch {
        id,
        time,
        covers,
        references,
        waiting,
        ..
    } = search;
    let mut sorting = Sorting {
        context,
        folder: &folder,
        id,
        covers,
        waiting,
        as_of,
        // A digest after the window may list these.
        late: shift(time.to, -context.request.backfill_grace).max(time.from),
        kept: 0,
        kept_late: 0,
        candidates: Candidates::default(),
        others: OtherObjects::default(),
        more: 0,
        undecided: false,
        excuses: Excuses::default(),
    };
    let scanned = ScannedFolder {
        place: &folder.place,
        kind: &folder.kind,
        id,
        time: *time,
    };
    let mut sort = |unlisted: Unlisted<'_>| match unlisted {
        Unlisted::Log(key, minute) => sorting.log(key, minute),
        Unlisted::Other(key, time, refused) => sorting.other(key, time, refused),
    };
    let (mut others, listed) = match &context.division {
        Division::Whole => scan(context, scanned, references, &mut sort),
        Division::Shard(job) => scan_results::keep(context, job, scanned, |found| {
            scan(context, scanned, references, &mut |unlisted| {
                found(&unlisted);
                sort(unlisted);
            })
        }),
        Division::Merge(parts) => scan_results::take(context, *parts, scanned, &mut sort),
    };
    let Sorting {
        mut candidates,
        others: sorted,
        more,
        undecided,
        excuses,
        ..
    } = sorting;
    others.add(sorted, &context.request.limits);
    candidates.write_out(context.candidates);
    ListedLogFolder {
        trouble: listed.err(),
        others: (others != OtherObjects::default()).then(|| Box::new(others)),
        candidates,
        more,
        undecided,
        excuses,
        folder,
    }
}

/// Sorts the objects of one folder that no digest lists.
struct Sorting<'a> {
    context: &'a Context<'a>,
    folder: &'a LogFolderPlace,
    id: &'a ChainId,
    covers: &'a [Cover],
    waiting: &'a mut Waiting,
    as_of: Timestamp,
    late: Timestamp,
    kept: usize,
    kept_late: usize,
    candidates: Candidates,
    others: OtherObjects,
    more: u64,
    undecided: bool,
    excuses: Excuses,
}

impl Sorting<'_> {
    fn log(&mut self, key: &str, minute: Timestamp) {
        let (context, limits) = (self.context, &self.context.request.limits);
        let Standing { covered, in_gap } = standing(self.covers, &self.folder.place, minute);
        if minute >= self.late && self.kept_late < limits.unnamed_late {
            self.kept_late += 1;
            self.undecided |= covered || !in_gap;
            return self.candidates.add_log(context.candidates, key);
        }
        let place = &self.folder.place;
        let unlisted = || {
            let bucket = context.fetcher.places.bucket(place.0);
            context.observer.unlisted(bucket, key);
        };
        if !covered && in_gap {
            unlisted();
            return self.candidates.add_in_gaps(context.candidates, minute);
        }
        if !covered {
            let time = KeyTime::Minute(minute);
            if self.waiting.add(self.covers, place, time) {
                unlisted();
            }
            return self.others.undecided.add(limits, key);
        }
        if self.excuses.excuse(context, place, self.id, minute) {
            self.others.without_digests.add(limits, key);
        } else if waits(self.as_of, minute, context.request.backfill_grace) {
            let time = KeyTime::Minute(minute);
            if self.waiting.add(self.covers, place, time) {
                unlisted();
            }
            self.others.waiting.add(limits, key);
        } else if self.kept < limits.findings_per_code {
            self.kept += 1;
            self.candidates.add_log(context.candidates, key);
        } else if in_gap {
            self.candidates.add_in_gaps(context.candidates, minute);
        } else {
            self.more += 1;
        }
    }

    fn other(&mut self, key: &str, time: KeyTime, refused: Option<&'static str>) {
        let limits = &self.context.request.limits;
        let here = self.covers.iter().filter(|c| c.is_in(&self.folder.place));
        let mut requested = here.filter(|c| c.requested.is_some());
        if !requested.any(|c| !c.covered_parts(time).is_empty()) {
            self.waiting.add(self.covers, &self.folder.place, time);
            self.others.unrecognised.add(limits, key);
        } else if self.kept < limits.findings_per_code {
            self.kept += 1;
            self.candidates
                .add_other(self.context.candidates, key, refused);
        } else {
            self.more += 1;
        }
    }
}
