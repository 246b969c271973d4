//! `collect --dry-run`: how much a collection reads, from listings alone.
//!
//! ```text
//! survey ──> folders of digests ──> digests of the window, as a validation selects them
//!                              └──> log folders of the same chains: the days of the window
//! ```
//!
//! No object is read: the source that is listed here refuses to. [`each_log`] selects the logs of a window for a
//! collection in the same way, and more generously.

mod listed_sizes;
mod view;

use rayon::prelude::*;

use self::listed_sizes::ListedSizes;
use crate::base::cancel::CancelReason;
use crate::base::error::Error;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::{KeyRoot, LOG_FOLDER, LogKeyParser};
use crate::proof::finding::Finding;
use crate::source::places::Places;
use crate::source::{GetError, Listed, Range, RootId, Source};
use crate::validate::context;
use crate::validate::digests::listing::{self, ListingRange};
use crate::validate::digests::listing_errors;
use crate::validate::digests::names::{DigestNames, Slot};
use crate::validate::digests::range;
use crate::validate::request::{ChainFilter, Request};
use crate::validate::survey::{Survey, reaches, survey};

/// What a collection reads.
#[derive(Debug, Default)]
pub struct Estimate {
    /// Chains with digests in the window.
    pub chains: u64,
    /// The digests that a validation selects by their names.
    pub digests: ObjectTotal,
    /// The logs delivered in the window, as far as they are selected.
    pub logs: ObjectTotal,
    /// Requests that the listings took.
    pub listings: u64,
    /// Whether accounts have folders of other logs, such as `CloudTrail-Insight`.
    pub has_other_kinds: bool,
    /// Folders that could not be listed.
    pub trouble: Vec<Finding>,
    /// Why the listing ended early, if it did.
    pub ended_by: Option<CancelReason>,
}

/// A number of objects, and their bytes as stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ObjectTotal {
    /// The objects.
    pub objects: u64,
    /// The bytes of those whose size is known.
    pub bytes: u64,
    /// Objects whose size no listing shows.
    pub unsized_objects: u64,
}

impl ObjectTotal {
    fn add(&mut self, size: Option<u64>) {
        self.objects += 1;
        self.bytes = self.bytes.saturating_add(size.unwrap_or_default());
        self.unsized_objects += u64::from(size.is_none());
    }

    fn append(&mut self, other: ObjectTotal) {
        self.objects += other.objects;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.unsized_objects += other.unsized_objects;
    }
}

/// Lists what a collection reads.
///
/// # Errors
/// Only if no threads can be started. Folders that could not be listed are part of the estimate.
pub fn estimate(
    source: &dyn Source,
    places: &Places,
    request: &Request,
) -> Result<Estimate, Error> {
    over_window(source, places, request, None)
}

/// Calls `each` with every log whose name is of the window or of the hours beside it, whether or not a digest lists
/// it: also where digests are missing, and where nothing is proven.
///
/// # Errors
/// Only if no threads can be started.
pub fn each_log(
    source: &dyn Source,
    places: &Places,
    request: &Request,
    each: &EachLog<'_>,
) -> Result<(), Error> {
    over_window(source, places, request, Some(each)).map(drop)
}

/// Takes a log, on any thread.
type EachLog<'e> = dyn Fn(RootId, &str) + Sync + 'e;

fn over_window(
    source: &dyn Source,
    places: &Places,
    request: &Request,
    each_log: Option<&EachLog<'_>>,
) -> Result<Estimate, Error> {
    let limits = &request.limits;
    let pool = context::workers(request.jobs.max(1))?;
    let trails = &request.prior.trails;
    let mut filter = reaches::by_configuration(&request.filter, trails);
    let mut survey = survey(source, places, &filter, limits, &pool);
    reaches::by_folders(&mut filter, trails, source, &mut survey, limits);
    let lister = GroupLister {
        source,
        places,
        request,
        filter: &filter,
        each_log,
    };
    let groups: Vec<_> = survey.groups.iter().collect();
    let list = |((account, region), folders): &(&(AccountId, Region), &Vec<_>)| {
        lister.group(account, region, folders)
    };
    // One group per worker at a time bounds the memory: the names of a group are dropped once it is counted.
    let groups: Vec<Estimate> =
        pool.install(|| groups.par_iter().with_max_len(1).map(list).collect());
    let mut all = of_survey(&survey, places, request);
    for group in groups {
        all.chains += group.chains;
        all.digests.append(group.digests);
        all.logs.append(group.logs);
        all.listings += group.listings;
        all.trouble.extend(group.trouble);
    }
    all.trouble.sort_by_cached_key(Finding::order);
    all.ended_by = request.stop.reason();
    Ok(all)
}

/// What the survey shows, before any digest is listed.
fn of_survey(survey: &Survey, places: &Places, request: &Request) -> Estimate {
    let prior = request.prior.findings.iter().cloned();
    let folders = survey.trouble.iter();
    let folders = folders.map(|folder| listing_errors::folder(places, folder));
    let beyond = survey.beyond.iter();
    let beyond =
        beyond.map(|(at, beyond)| listing_errors::beyond(places, &request.limits, *at, beyond));
    Estimate {
        listings: survey.listings,
        has_other_kinds: !survey.other_kinds.is_empty(),
        trouble: prior.chain(folders).chain(beyond).collect(),
        ..Estimate::default()
    }
}

struct GroupLister<'a> {
    source: &'a dyn Source,
    places: &'a Places,
    request: &'a Request,
    filter: &'a ChainFilter,
    /// Who takes the logs; `None` if they are only counted.
    each_log: Option<&'a EachLog<'a>>,
}

impl GroupLister<'_> {
    /// Counts the digests and the logs of one account and region.
    fn group(
        &self,
        account: &AccountId,
        region: &Region,
        folders: &[(RootId, KeyRoot)],
    ) -> Estimate {
        let (request, limits) = (self.request, &self.request.limits);
        let source = ListedSizes::new(self.source);
        let wanted = ListingRange::of(request, request.from, request.to);
        let filter = self.filter;
        let listing = listing::list(&source, account, region, folders, filter, wanted, limits);
        let mut group = Estimate {
            trouble: listing_errors::all(self.places, (account, region), &listing, limits),
            listings: listing.listings,
            ..Estimate::default()
        };
        let mut logs: Vec<(RootId, KeyRoot)> = Vec::new();
        let mut time: Option<Window> = None;
        for (id, names) in &listing.chains {
            let Some(window) = self.window(names) else {
                continue;
            };
            group.chains += 1;
            self.digests(id, names, &source, &mut group.digests);
            time = Some(time.map_or(window, |t| {
                Window::new(t.from.min(window.from), t.to.max(window.to))
            }));
            for place in names.places() {
                if !logs.contains(place) {
                    logs.push(place.clone());
                }
            }
        }
        if self.each_log.is_some() {
            // Where no digest is left, the logs may be.
            time = self.wide(&listing.chains.values().collect::<Vec<_>>());
            if listing.chains.is_empty() {
                logs = folders.to_vec();
            }
        }
        for (root, key_root) in &logs {
            if let Some(time) = time {
                let folder = key_root.folder(account, LOG_FOLDER, region);
                self.logs(*root, &folder, time, &mut group);
            }
        }
        group
    }

    /// The window of a chain; `None` if none of its digests meets the one that was given.
    fn window(&self, names: &DigestNames) -> Option<Window> {
        let all = names.time()?;
        let from = self.request.from.unwrap_or(all.from);
        let to = self.request.to.unwrap_or(all.to);
        let window = Window::new(from, to);
        (!window.is_empty() && from < all.to && all.from < to).then_some(window)
    }

    /// The window, as far as it is known, with the hours beside it: a digest that meets it lists logs of the hour
    /// before, and logs may be delivered late.
    fn wide(&self, chains: &[&DigestNames]) -> Option<Window> {
        let Request { from, to, .. } = self.request;
        let times = || chains.iter().filter_map(|names| names.time());
        let from = from.or_else(|| times().map(|time| time.from).min())?;
        let to = to.or(self.request.as_of);
        let to = to.or_else(|| times().map(|time| time.to).max())?;
        let beside = HOUR.saturating_add(self.request.delivery_lag);
        Some(Window::new(shift(from, -beside), shift(to, beside)))
    }

    /// Counts the digests that a validation selects by their names.
    fn digests(
        &self,
        id: &ChainId,
        names: &DigestNames,
        source: &ListedSizes<'_>,
        total: &mut ObjectTotal,
    ) {
        let Some(all) = names.time() else { return };
        let to = self.request.to.unwrap_or(all.to);
        let times = (self.request.from, to);
        let mut count = |slots: &[Slot], backfill| {
            for slot in slots {
                if let Some((root, key, _)) = names.key(id, *slot, backfill) {
                    total.add(source.size(root, &key));
                }
            }
        };
        count(range::main(&names.main, times), false);
        let grace = self.request.backfill_grace;
        count(range::backfill(&names.backfill, times, grace), true);
    }

    /// Counts the logs of one folder that were delivered in some time.
    fn logs(&self, root: RootId, folder: &str, time: Window, group: &mut Estimate) {
        let Request { logs, seed, .. } = self.request;
        let mut keys = LogKeyParser::default();
        let mut unlisted = Vec::new();
        let mut visit = |listed: Listed<'_>| match listed {
            Listed::Object(key, facts) => {
                let minute = keys.minute(key);
                let is_in = minute.is_some_and(|at| time.from <= at && at < time.to);
                if is_in && logs.reads(seed, key) {
                    group.logs.add(facts.size);
                    if let Some(each) = self.each_log {
                        each(root, key);
                    }
                }
            }
            Listed::Refused(..) => {}
            Listed::Unlisted(key, error) => unlisted.push((root, key.to_owned(), error.clone())),
        };
        let range = Range::of_days(folder, time);
        match self.source.list(root, folder, &range, &mut visit) {
            Ok(requests) => group.listings += requests,
            Err(GetError::NotFound) => {}
            Err(error) => unlisted.push((root, folder.to_owned(), error)),
        }
        let unlisted = unlisted.iter();
        let findings = unlisted.map(|folder| listing_errors::folder(self.places, folder));
        group.trouble.extend(findings);
    }
}
