//! Logs that no digest names: the folders of logs, listed day by day, against what the proven
//! digests of every trail in them name.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use rayon::prelude::*;

use super::Driver;
use super::chain::Proved;
use super::cover::{Class, Cover, classify};
use super::group::GroupResult;
use super::references::References;
use super::run::Purpose;
use super::scan::scan;
use crate::beside::Beside;
use crate::chain::Walk;
use crate::coverage::Spans;
use crate::finding::{Code, Finding, Severity, unread_hint};
use crate::gap::{self, Undigested};
use crate::keyname::KeyRoot;
use crate::listing::Names;
use crate::source::{GetError, RootId};
use crate::trail::{ChainId, HOUR, Window, shift};

/// A log that nobody vouches for.
struct Stray {
    chain: usize,
    key: String,
    minute: Timestamp,
}

impl Driver<'_> {
    /// Looks for logs that no digest names, in the folders of chains that were walked, and adds what
    /// is found to those.
    pub(super) fn unreferenced(
        &self,
        walked: &mut [Proved],
        mut siblings: BTreeMap<ChainId, Names>,
        hidden: &Spans,
        mut references: References,
        result: &mut GroupResult,
    ) {
        for proved in walked.iter_mut() {
            for (id, names) in std::mem::take(&mut proved.siblings) {
                siblings.entry(id).or_insert(names);
            }
        }
        siblings.retain(|id, _| !walked.iter().any(|p| p.id == *id));
        let folders = self.folders(walked);
        if folders.is_empty() || !self.fetcher.lasted() {
            return;
        }
        let times = walked.iter().map(|p| p.window);
        let time = times.reduce(|a, b| Window::new(a.from.min(b.from), a.to.max(b.to)));
        let Some(time) = time.filter(|time| !time.is_empty()) else {
            return;
        };
        let mut covers: Vec<Cover> = walked
            .iter()
            .enumerate()
            .map(|(at, proved)| Cover::new(Some(at), proved))
            .collect();
        for (id, names) in siblings {
            if names.places().into_iter().any(|p| folders.contains(p)) {
                covers.extend(self.cover_of_sibling(&id, names, time, hidden, &mut references));
            }
        }
        let Some(id) = walked.first().map(|p| p.id.clone()) else {
            return;
        };
        for folder in &folders {
            let mut look = Look {
                driver: self,
                id: &id,
                walked,
                covers: &mut covers,
                references: &mut references,
                folder,
                without_digests: OnceCell::new(),
                beside: Beside::default(),
                strays: Vec::new(),
                more: 0,
            };
            let outcome = look.folder(time, hidden);
            let (strays, more) = (std::mem::take(&mut look.strays), look.more);
            result.beside.add(look.beside, &self.request.limits);
            match outcome {
                Ok(()) => self.report_strays(walked, folder, strays, more),
                Err(error) => {
                    result.complete = false;
                    result
                        .beside
                        .trouble
                        .push(self.logs_not_listed(folder, &error));
                }
            }
        }
    }

    /// The places that proven digests were written to, by the names of their buckets. Copies beside
    /// them are none, and so are places of what is not proven.
    fn folders(&self, walked: &[Proved]) -> Vec<(RootId, KeyRoot)> {
        let atlas = self.fetcher.atlas;
        let written = |proved: &Proved, (root, key_root): &(RootId, KeyRoot)| {
            let mut here = atlas.recorded(*root, &key_root.to_string()).into_iter();
            let locations = [&proved.main.locations, &proved.backfill.locations];
            here.any(|r| {
                locations.into_iter().flatten().any(|l| {
                    r.bucket.as_deref().is_none_or(|bucket| bucket == l.bucket)
                        && r.key == l.root.to_string()
                })
            })
        };
        let mut folders: Vec<(RootId, KeyRoot)> = Vec::new();
        for proved in walked {
            for place in proved.names.listed() {
                if written(proved, place) && !folders.contains(place) {
                    folders.push(place.clone());
                }
            }
        }
        // Not by their numbers, which depend on what was opened first.
        folders.sort_by_key(|(root, key_root)| {
            (atlas.bucket(*root).map(str::to_owned), key_root.clone())
        });
        folders
    }

    /// The digests of a chain that was not asked for, walked for the logs that they name.
    fn cover_of_sibling(
        &self,
        id: &ChainId,
        names: Names,
        time: Window,
        hidden: &Spans,
        references: &mut References,
    ) -> Option<Cover> {
        let from = shift(time.from, -HOUR);
        let places = names.places().into_iter().cloned().collect();
        let mut run = self.run(id, names, Some(from), references);
        run.purpose = Purpose::Naming;
        let scope = |backfill| self.scope(id, backfill, (Some(from), time.to), hidden);
        let main = run.walk(Walk::new(scope(false)), false, time.to);
        let backfill = run.walk(Walk::new(scope(true)), true, time.to);
        // Where it has no proven digests at all it says nothing, and neither does anything that only
        // looks like one of its digests.
        let window = main.paint.verified.bounds()?;
        let gaps = gap::find(window, window.to, &main.accounted, &main.restarts);
        Some(Cover {
            asked: None,
            places,
            window,
            gaps: gaps.into_iter().map(|g| g.time).collect(),
            verified: main.paint.verified,
            unsure: backfill.paint.coloured(),
            restarts: main.restarts,
        })
    }

    fn report_strays(
        &self,
        walked: &mut [Proved],
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
                    "see who wrote it (PutObject events on the bucket at its last_modified), and keep \
                     readers off it until that is known",
                )
                .at(self.fetcher.atlas.bucket(*root), &stray.key)
                .over(time)
                .of(&proved.id);
            proved.ledger.add(Finding { object, ..finding });
            proved.by_logs.colour(Severity::Unproven, time);
            *proved.logs.unreferenced.get_or_insert(0) += 1;
        }
        if let Some(proved) = last.filter(|_| more > 0).and_then(|at| walked.get_mut(at)) {
            let message = "further logs in this folder that no digest names";
            let finding = Finding::new(Code::LogUnreferenced, message).count(more);
            proved
                .ledger
                .add(finding.over(proved.window).of(&proved.id));
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

impl Driver<'_> {
    /// Whether CloudTrail knows of a trail that writes to a folder, and writes no digests.
    fn writes_without_digests(&self, (root, key_root): &(RootId, KeyRoot), id: &ChainId) -> bool {
        let described = self.trails.map(|trails| trails.described(&id.region));
        let Some(Ok(described)) = described else {
            return false;
        };
        let bucket = self.fetcher.atlas.bucket(*root);
        described.iter().any(|t| {
            let here = t.multi_region || t.arn.home_region == id.region;
            let whose = t.arn.account == id.account || t.organization;
            !t.validation && here && whose && t.writes_to(bucket, key_root)
        })
    }
}

/// The hour of a chain's cadence that an instant lies in.
fn hour_of(proved: &Proved, at: Timestamp) -> Window {
    let phase = proved.names.main.last().map_or(at, |s| s.end());
    let into = (at.as_second() - phase.as_second()).rem_euclid(HOUR);
    let from = shift(at, -into);
    Window::new(from, shift(from, HOUR)).clip(&proved.window)
}

/// A look at one folder of logs.
struct Look<'a, 'd> {
    driver: &'a Driver<'d>,
    /// One of its chains.
    id: &'a ChainId,
    walked: &'a mut [Proved],
    covers: &'a mut [Cover],
    references: &'a mut References,
    folder: &'a (RootId, KeyRoot),
    without_digests: OnceCell<bool>,
    beside: Beside,
    strays: Vec<Stray>,
    /// Strays beyond those kept.
    more: u64,
}

impl Look<'_, '_> {
    /// Lists the logs of some time, and judges those that no digest names.
    fn folder(&mut self, time: Window, hidden: &Spans) -> Result<(), GetError> {
        let here = |p: &&mut Proved| p.names.places().contains(&self.folder);
        for proved in self.walked.iter_mut().filter(here) {
            proved.logs.unreferenced.get_or_insert(0);
            for gap in proved.gaps.iter_mut().filter(|g| !g.time.is_empty()) {
                gap.undigested.get_or_insert_default();
            }
        }
        let grace = self.driver.request.backfill_grace;
        let late = Window::new(shift(time.to, -grace).max(time.from), time.to);
        self.pass(Window::new(time.from, late.from))?;
        // What the last digests do not name, those after the window may.
        let (mut any, mut undecided) = (false, false);
        let (covers, folder) = (&*self.covers, self.folder);
        let mut beside = Beside::default();
        let found = &mut |_: &str, minute| {
            any = true;
            undecided |= matches!(classify(covers, folder, minute, grace), Class::Undecided);
        };
        let place = (self.folder, self.id);
        scan(
            self.driver,
            place,
            self.references,
            late,
            &mut beside,
            found,
        )?;
        if undecided {
            self.reach_beyond(time, hidden);
        }
        if !any {
            self.beside.add(beside, &self.driver.request.limits);
            return Ok(());
        }
        self.pass(late)
    }

    /// Walks the digests after the window for the logs that they name.
    fn reach_beyond(&mut self, time: Window, hidden: &Spans) {
        let to = shift(time.to, self.driver.request.backfill_grace);
        for cover in self.covers.iter_mut() {
            let Some(proved) = cover.asked.and_then(|at| self.walked.get_mut(at)) else {
                continue;
            };
            let later = proved.names.main.last().is_some_and(|s| s.end() > time.to);
            if !later {
                continue;
            }
            let (driver, from) = (self.driver, time.to);
            let names = std::mem::take(&mut proved.names);
            let mut run = driver.run(&proved.id, names, Some(from), self.references);
            run.purpose = Purpose::Naming;
            let scope = |backfill| driver.scope(&proved.id, backfill, (Some(from), to), hidden);
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

    fn pass(&mut self, time: Window) -> Result<(), GetError> {
        if time.is_empty() {
            return Ok(());
        }
        let Look {
            driver,
            id,
            walked,
            covers,
            references,
            folder,
            without_digests,
            beside,
            strays,
            more,
        } = self;
        let limits = &driver.request.limits;
        let grace = driver.request.backfill_grace;
        let mut counted = Beside::default();
        let found = &mut |key: &str, minute| {
            let class = classify(covers, folder, minute, grace);
            let blind =
                || *without_digests.get_or_init(|| driver.writes_without_digests(folder, id));
            match class {
                Class::InGaps(chains) => {
                    for at in chains {
                        let gaps = walked[at].gaps.iter_mut();
                        for gap in gaps.filter(|g| g.time.from <= minute && minute < g.time.to) {
                            gap.undigested
                                .get_or_insert_with(Undigested::default)
                                .add(minute);
                        }
                    }
                }
                Class::InOthersGap => counted.others_gap.add(limits, key),
                _ if blind() => counted.without_digests.add(limits, key),
                Class::Undecided => counted.undecided.add(limits, key),
                Class::Unreferenced => {
                    let owns = |p: &Proved| {
                        let inside = p.window.from <= minute && minute < p.window.to;
                        inside && p.names.places().contains(folder)
                    };
                    let chain = walked.iter().position(owns).unwrap_or_default();
                    if strays.len() < limits.findings_per_code {
                        strays.push(Stray {
                            chain,
                            key: key.to_owned(),
                            minute,
                        });
                    } else {
                        *more += 1;
                    }
                }
            }
        };
        let scanned = scan(driver, (folder, id), references, time, beside, found);
        beside.add(counted, limits);
        scanned
    }
}
