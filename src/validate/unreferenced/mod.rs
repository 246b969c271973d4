//! Logs that no digest names, judged once it is known what the gaps are: as findings, as those that
//! lie in gaps, or as something that is said and is no finding.

pub(crate) mod candidates;
pub(crate) mod cover;
pub(crate) mod references;
pub(crate) mod scan;
pub(crate) mod search;
pub mod tally;

use jiff::Timestamp;
use rayon::prelude::*;

use super::Context;
use super::digests::chain::ChainState;
use super::digests::group::GroupResult;
use super::digests::walk::Purpose;
use super::unreferenced::candidates::Candidate;
use super::unreferenced::cover::{Cover, LogClass, classify};
use super::unreferenced::references::References;
use super::unreferenced::scan::temporary;
use super::unreferenced::search::{LogFolderListing, LogSearch};
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::object_key::{KeyRoot, LogObjectKey};
use crate::proof::chain::Walk;
use crate::proof::coverage::Spans;
use crate::proof::finding::{Code, Finding, Severity, unread_hint};
use crate::source::{GetError, RootId};
use crate::validate::unreferenced::tally::OtherObjects;

/// A log that nobody vouches for.
struct Stray {
    chain: usize,
    key: String,
    minute: Timestamp,
}

impl Context<'_> {
    /// Adds to chains what was found in their folders of logs.
    pub(super) fn unreferenced(
        &self,
        walked: &mut [ChainState],
        mut search: Box<LogSearch>,
        hidden: &Spans,
        result: &mut GroupResult,
    ) {
        if !self.fetcher.lasted() {
            return;
        }
        for folder in std::mem::take(&mut search.folders) {
            let here = |p: &&mut ChainState| p.names.places().contains(&&folder.place);
            for proved in walked.iter_mut().filter(here) {
                proved.logs.unreferenced.get_or_insert(0);
                for gap in proved.gaps.iter_mut().filter(|g| !g.time.is_empty()) {
                    gap.undigested.get_or_insert_default();
                }
            }
            let place = folder.place.clone();
            let beside = result.beside.get_or_insert_default();
            match self.judge_folder(walked, &mut search, folder, hidden, beside) {
                Ok((strays, more)) => self.report_strays(walked, &place, strays, more),
                Err(error) => {
                    result.complete = false;
                    let finding = self.logs_not_listed(&place, &error);
                    beside.trouble.push(finding);
                }
            }
        }
    }

    /// Judges what no digest names in a folder. Gives the strays, and how many there are beyond those.
    fn judge_folder(
        &self,
        walked: &mut [ChainState],
        search: &mut LogSearch,
        folder: LogFolderListing,
        hidden: &Spans,
        beside: &mut OtherObjects,
    ) -> Result<(Vec<Stray>, u64), GetError> {
        let LogFolderListing {
            place,
            trouble,
            beside: seen,
            unnamed,
            mut more,
            undecided,
            blind,
        } = folder;
        let limits = &self.request.limits;
        if let Some(seen) = seen {
            beside.add(*seen, limits);
        }
        if let Some(error) = trouble {
            return Err(error);
        }
        if undecided {
            let covers = &mut search.covers;
            self.reach_beyond(walked, covers, &mut search.references, search.time, hidden);
        }
        let mut strays = Vec::new();
        let mut counted = OtherObjects::default();
        let mut lookup = search.references.lookup();
        let visited = unnamed.each(self.unnamed, |shown| {
            let key = match shown {
                Candidate::InGaps(minute, count) => {
                    let minute = Timestamp::from_second(minute).unwrap_or_default();
                    in_gaps(walked, &place, minute, count);
                    return Ok(());
                }
                Candidate::Log(key) => key,
            };
            let Some(name) = LogObjectKey::parse(&key) else {
                return Ok(());
            };
            let minute = name.minute;
            if undecided {
                let recorded = self.fetcher.atlas.recorded(place.0, &key);
                if lookup.named(name.day(), &recorded)? {
                    return Ok(());
                }
            }
            match classify(&search.covers, &place, minute, self.request.backfill_grace) {
                LogClass::InGaps => in_gaps(walked, &place, minute, 1),
                LogClass::InOthersGap => counted.others_gap.add(limits, key),
                _ if self.is_blind(&place, &blind, &search.id) => {
                    counted.without_digests.add(limits, key)
                }
                LogClass::Undecided => counted.undecided.add(limits, key),
                LogClass::Unreferenced => {
                    let owns = |p: &ChainState| {
                        let inside = p.window.from <= minute && minute < p.window.to;
                        inside && p.names.places().contains(&&place)
                    };
                    let chain = walked.iter().position(owns).unwrap_or_default();
                    if strays.len() < limits.findings_per_code {
                        strays.push(Stray { chain, key, minute });
                    } else {
                        more += 1;
                    }
                }
            }
            Ok(())
        });
        beside.add(counted, limits);
        visited.map_err(|e| temporary(&e))?;
        Ok((strays, more))
    }

    /// Walks the digests after the window for the logs that they name.
    fn reach_beyond(
        &self,
        walked: &mut [ChainState],
        covers: &mut [Cover],
        references: &mut References,
        time: Window,
        hidden: &Spans,
    ) {
        let to = shift(time.to, self.request.backfill_grace);
        for cover in covers {
            let Some(proved) = cover.asked.and_then(|at| walked.get_mut(at)) else {
                continue;
            };
            let later = proved.names.main.last().is_some_and(|s| s.end() > time.to);
            if !later {
                continue;
            }
            let from = time.to;
            let names = std::mem::take(&mut proved.names);
            let mut run = self.run(&proved.id, names, Some(from), references, Purpose::Naming);
            let scope = |backfill| self.scope(&proved.id, backfill, (Some(from), to), hidden);
            let main = run.walk(Walk::new(scope(false)), false, to);
            let backfill = run.walk(Walk::new(scope(true)), true, to);
            proved.names = run.names;
            let verified = main.paint.verified.iter();
            verified.for_each(|time| cover.verified.insert(time));
            let unsure = backfill.paint.coloured();
            unsure.iter().for_each(|time| cover.unsure.insert(time));
            cover.window.to = cover.window.to.max(to);
        }
    }

    fn report_strays(
        &self,
        walked: &mut [ChainState],
        (root, _): &(RootId, KeyRoot),
        strays: Vec<Stray>,
        more: u64,
    ) {
        let facts = |stray: &Stray| self.fetcher.facts(*root, &stray.key);
        let facts: Vec<_> = self.pool.install(|| strays.par_iter().map(facts).collect());
        let last = strays.last().map(|s| s.chain);
        for (stray, object) in strays.into_iter().zip(facts) {
            let Some(proved) = walked.get_mut(stray.chain) else {
                continue;
            };
            let message = "no digest of any trail in this folder names this log, and every digest that \
                           could is proven: nobody vouches for it, and it may have been added";
            let time = hour_of(proved, stray.minute);
            let finding = Finding::new(Code::LogUnreferenced, message)
                .hint(
                    "see who wrote it (PutObject events on the bucket, when S3 says that it was last \
                     modified), and keep readers off it until that is known",
                )
                .at(self.fetcher.atlas.bucket(*root), &stray.key)
                .over(time)
                .of(&proved.id);
            self.add(&mut proved.ledger, Finding { object, ..finding });
            proved.by_logs.colour(Severity::Unproven, time);
            *proved.logs.unreferenced.get_or_insert(0) += 1;
        }
        if let Some(proved) = last.filter(|_| more > 0).and_then(|at| walked.get_mut(at)) {
            let message = "further logs in this folder that no digest names";
            let finding = Finding::new(Code::LogUnreferenced, message).count(more);
            let finding = finding.over(proved.window).of(&proved.id);
            self.add(&mut proved.ledger, finding);
            proved.by_logs.colour(Severity::Unproven, proved.window);
            *proved.logs.unreferenced.get_or_insert(0) += more;
        }
    }

    fn logs_not_listed(&self, (root, key_root): &(RootId, KeyRoot), error: &GetError) -> Finding {
        let message = format!(
            "a folder of logs could not be listed: {}; whether it holds logs that no digest names is not \
             known",
            error.detail()
        );
        Finding::new(Code::LogUnreadable, message)
            .reason(error.reason())
            .hint(unread_hint(error.reason()))
            .at(self.fetcher.atlas.bucket(*root), &key_root.to_string())
    }
}

/// Counts logs of one minute in the gaps that hold it, of chains with digests in a folder.
fn in_gaps(walked: &mut [ChainState], place: &(RootId, KeyRoot), minute: Timestamp, count: u64) {
    let here = |p: &&mut ChainState| p.names.places().contains(&place);
    for proved in walked.iter_mut().filter(here) {
        for gap in &mut proved.gaps {
            if gap.time.from <= minute && minute < gap.time.to {
                gap.undigested.get_or_insert_default().add(minute, count);
            }
        }
    }
}

/// The hour of a chain's cadence that an instant lies in.
fn hour_of(proved: &ChainState, at: Timestamp) -> Window {
    let phase = proved.names.main.last().map_or(at, |s| s.end());
    let into = (at.as_second() - phase.as_second()).rem_euclid(HOUR);
    let from = shift(at, -into);
    Window::new(from, shift(from, HOUR)).clip(&proved.window)
}
