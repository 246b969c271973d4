//! Counts the digests and logs of each account and region, while they are listed.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rayon::prelude::*;

use super::counted_digests::CountedDigests;
use crate::base::cancel::CancelReason;
use crate::base::error::Error;
use crate::base::time::Window;
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::{KeyRoot, LOG_FOLDER, LogKeyParser};
use crate::proof::finding::Finding;
use crate::report::plan::v1::PlannedChain;
use crate::source::places::Places;
use crate::source::{GetError, Listed, Range, RootId, Source};
use crate::validate::context;
use crate::validate::digests::listing::{self, ListingRange};
use crate::validate::digests::listing_errors;
use crate::validate::digests::names::DigestNames;
use crate::validate::digests::range;
use crate::validate::request::{ChainFilter, LogSelection, Request};
use crate::validate::survey::{Survey, moved, reaches, survey};

/// Bytes of a digest, as stored, for each log that it lists: fewer than there are.
const DIGEST_BYTES_PER_LOG: u64 = 100;

/// Logs that are listed one after another. The days of a folder with more are listed at the same time.
const LOGS_AT_ONCE: u64 = 50_000;

/// What an archive holds, for a request.
#[derive(Debug, Default)]
pub struct MeasuredArchive {
    /// The accounts and regions with folders of digests, in order.
    pub groups: Vec<MeasuredGroup>,
    /// Requests that the survey of the folders took.
    pub survey_pages: u64,
    /// Logs whose size no listing shows.
    pub unsized_logs: u64,
    /// Folders that could not be listed.
    pub trouble: Vec<Finding>,
    /// Why the listing ended early, if it did.
    pub ended_by: Option<CancelReason>,
}

/// What an account and region holds.
#[derive(Debug, Clone)]
pub struct MeasuredGroup {
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// Its chains, by id.
    pub chains: Vec<PlannedChain>,
    /// The digests that a validation selects by their names.
    pub digests: Amount,
    /// The logs delivered in the window.
    pub logs: Amount,
    /// Requests that the listings of digests took.
    pub digest_pages: u64,
    /// Requests that the listings of logs took.
    pub log_pages: u64,
}

/// A number of objects, and their bytes as stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// The objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Lists the folders that a validation would, and counts what is in them.
///
/// # Errors
/// Only if no threads can be started. Folders that could not be listed are part of the result.
pub fn measure(
    source: &dyn Source,
    places: &Places,
    request: &Request,
) -> Result<MeasuredArchive, Error> {
    let limits = &request.limits;
    let pool = context::workers(request.jobs.max(1))?;
    let trails = &request.prior.trails;
    let mut filter = reaches::by_configuration(&request.filter, trails);
    let mut survey = survey(source, places, &filter, limits, &pool);
    survey = moved::look_wider((source, places), request, &filter, &pool, survey);
    reaches::by_folders(&mut filter, trails, source, &mut survey, limits);
    let lister = FolderLister {
        source,
        places,
        request,
        filter: &filter,
    };
    let groups: Vec<_> = survey.groups.iter().collect();
    let list = |((account, region), folders): &(&(AccountId, Region), &Vec<_>)| {
        lister.group(account, region, folders)
    };
    // One group per worker at a time bounds the memory: the names of a group are dropped once it is counted.
    let listed: Vec<ListedFolders> =
        pool.install(|| groups.par_iter().with_max_len(1).map(list).collect());
    let mut archive = of_survey(&survey, places, request);
    for group in listed {
        archive.groups.push(group.measured);
        archive.unsized_logs += group.unsized_logs;
        archive.trouble.extend(group.trouble);
    }
    archive.trouble.sort_by_cached_key(Finding::order);
    archive.ended_by = request.stop.reason();
    Ok(archive)
}

/// What the survey shows, before any digest is listed.
fn of_survey(survey: &Survey, places: &Places, request: &Request) -> MeasuredArchive {
    let prior = request.prior.findings.iter().cloned();
    let folders = survey.trouble.iter();
    let folders = folders.map(|folder| listing_errors::folder(places, folder));
    let beyond = survey.beyond.iter();
    let beyond =
        beyond.map(|(at, beyond)| listing_errors::beyond(places, &request.limits, *at, beyond));
    MeasuredArchive {
        survey_pages: survey.listings,
        trouble: prior.chain(folders).chain(beyond).collect(),
        ..MeasuredArchive::default()
    }
}

/// A group whose folders were listed.
struct ListedFolders {
    measured: MeasuredGroup,
    unsized_logs: u64,
    trouble: Vec<Finding>,
}

/// What some days of a folder of logs hold.
#[derive(Default)]
struct CountedLogs {
    logs: Amount,
    unsized_logs: u64,
    pages: u64,
    unlisted: Vec<(RootId, String, GetError)>,
}

struct FolderLister<'a> {
    source: &'a dyn Source,
    places: &'a Places,
    request: &'a Request,
    filter: &'a ChainFilter,
}

impl FolderLister<'_> {
    /// Counts the digests and the logs of one account and region.
    fn group(
        &self,
        account: &AccountId,
        region: &Region,
        folders: &[(RootId, KeyRoot)],
    ) -> ListedFolders {
        let (request, limits) = (self.request, &self.request.limits);
        let source = CountedDigests::new(self.source);
        let wanted = ListingRange::of(request, request.from, request.to);
        let filter = self.filter;
        let listing = listing::list(&source, account, region, folders, filter, wanted, limits);
        let digests = listing.chains.values().map(|names| self.digests(names));
        let digests: u64 = digests.sum();
        let mut group = ListedFolders {
            measured: MeasuredGroup {
                account: account.clone(),
                region: region.clone(),
                chains: listing.chains.iter().filter_map(planned).collect(),
                digests: Amount {
                    objects: digests,
                    bytes: source.bytes_of(digests),
                },
                logs: Amount::default(),
                digest_pages: listing.listings,
                log_pages: 0,
            },
            unsized_logs: 0,
            trouble: listing_errors::all(self.places, (account, region), &listing, limits),
        };
        if request.logs != LogSelection::None {
            self.logs(&listing.chains.values().collect::<Vec<_>>(), &mut group);
        }
        group
    }

    /// How many digests of a chain a validation selects by their names.
    fn digests(&self, names: &DigestNames) -> u64 {
        let Some(all) = names.time() else { return 0 };
        let times = (self.request.from, self.request.to.unwrap_or(all.to));
        let main = range::main(&names.main, times);
        let backfill = range::backfill(&names.backfill, times, self.request.backfill_grace);
        (main.len() + backfill.len()) as u64
    }

    /// The window of a chain; `None` if none of its digests meets the one that was given.
    fn window(&self, names: &DigestNames) -> Option<Window> {
        let all = names.time()?;
        let from = self.request.from.unwrap_or(all.from);
        let to = self.request.to.unwrap_or(all.to);
        let window = Window::new(from, to);
        (!window.is_empty() && from < all.to && all.from < to).then_some(window)
    }

    /// Counts the logs in the folders in which some chains have digests.
    fn logs(&self, chains: &[&DigestNames], group: &mut ListedFolders) {
        let windows = chains.iter().filter_map(|names| self.window(names));
        let Some(time) = windows
            .reduce(|one, other| Window::new(one.from.min(other.from), one.to.max(other.to)))
        else {
            return;
        };
        let mut places: Vec<&(RootId, KeyRoot)> = chains.iter().flat_map(|c| c.places()).collect();
        places.sort();
        places.dedup();
        let measured = &mut group.measured;
        let expected = measured.digests.bytes / DIGEST_BYTES_PER_LOG;
        let pieces = (expected / LOGS_AT_ONCE).clamp(1, 256);
        let folder = |(root, key_root): &(RootId, KeyRoot)| {
            (
                *root,
                key_root.folder(&measured.account, LOG_FOLDER, &measured.region),
            )
        };
        let ranges: Vec<(RootId, String, Range)> = places
            .into_iter()
            .map(folder)
            .flat_map(|(root, folder)| {
                let ranges = split_days(&folder, time, pieces);
                ranges
                    .into_iter()
                    .map(move |range| (root, folder.clone(), range))
            })
            .collect();
        let count = |(root, folder, range): &(RootId, String, Range)| {
            self.count(*root, folder, range, time)
        };
        let counted: Vec<CountedLogs> = ranges.par_iter().with_max_len(1).map(count).collect();
        let mut unlisted = Vec::new();
        for counted in counted {
            measured.logs.objects += counted.logs.objects;
            measured.logs.bytes = measured.logs.bytes.saturating_add(counted.logs.bytes);
            measured.log_pages += counted.pages;
            group.unsized_logs += counted.unsized_logs;
            unlisted.extend(counted.unlisted);
        }
        // Several pieces of one folder may have failed.
        unlisted.dedup_by(|one, other| (one.0, &one.1) == (other.0, &other.1));
        let unlisted = unlisted.iter();
        let findings = unlisted.map(|folder| listing_errors::folder(self.places, folder));
        group.trouble.extend(findings);
    }

    /// Counts the logs in some days of a folder.
    fn count(&self, root: RootId, folder: &str, range: &Range, time: Window) -> CountedLogs {
        let mut keys = LogKeyParser::default();
        let mut counted = CountedLogs::default();
        let most = self.request.limits.findings_per_code;
        let mut visit = |listed: Listed<'_>| match listed {
            Listed::Object(key, facts) => {
                let minute = keys.minute(key);
                if minute.is_some_and(|at| time.from <= at && at < time.to) {
                    let size = facts.size.unwrap_or_default();
                    counted.logs.objects += 1;
                    counted.logs.bytes = counted.logs.bytes.saturating_add(size);
                    counted.unsized_logs += u64::from(facts.size.is_none());
                }
            }
            Listed::Refused(..) => {}
            Listed::Unlisted(key, error) if counted.unlisted.len() < most => {
                counted.unlisted.push((root, key.to_owned(), error.clone()));
            }
            Listed::Unlisted(..) => {}
        };
        match self.source.list(root, folder, range, &mut visit) {
            Ok(pages) => counted.pages += pages,
            Err(GetError::NotFound) => {}
            Err(error) => counted.unlisted.push((root, folder.to_owned(), error)),
        }
        counted
    }
}

/// A chain as the plan names it.
fn planned((id, names): (&ChainId, &DigestNames)) -> Option<PlannedChain> {
    let slots = || names.main.iter().chain(&names.backfill);
    Some(PlannedChain {
        chain: id.to_string(),
        organization: id.organization.as_ref().map(ToString::to_string),
        first: slots().map(|slot| slot.end()).min()?,
        last: slots().map(|slot| slot.end()).max()?,
        digests: slots().count() as u64,
    })
}

/// The range of a window in a folder of logs, split at midnights into at most so many pieces.
fn split_days(folder: &str, time: Window, pieces: u64) -> Vec<Range> {
    let all = Range::of_days(folder, time);
    let date = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
    let (first, last) = (date(time.from), date(time.to));
    let day = |date: Date| format!("{folder}{}", date.strftime("%Y/%m/%d"));
    let days = i64::from(last.since(first).map_or(0, |span| span.get_days())) + 1;
    let pieces = i64::try_from(pieces).unwrap_or(days).clamp(1, days);
    let cuts =
        (1..pieces).filter_map(|piece| first.checked_add((days * piece / pieces).days()).ok());
    let mut ranges = vec![all];
    for cut in cuts.map(day) {
        if let Some(open) = ranges.last_mut() {
            let before = open.before.replace(cut.clone());
            ranges.push(Range {
                after: Some(cut),
                before,
            });
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::split_days;
    use crate::base::time::Window;
    use crate::source::Range;

    #[test]
    fn each_day_is_in_exactly_one_piece() {
        let time = |text: &str| text.parse().expect("a time");
        let window = Window::new(time("2025-12-30T10:00:00Z"), time("2026-03-02T00:00:00Z"));
        let whole = Range::of_days("l/", window);
        for pieces in [1, 2, 7, 63, 1000] {
            let ranges = split_days("l/", window, pieces);
            assert!(ranges.len() as u64 <= pieces.min(63), "{pieces}");
            for key in [
                "2025/12/29/x",
                "2025/12/30/x",
                "2026/01/01/x",
                "2026/02/28/x",
                "2026/03/03/x",
                "2026/03/04/x",
            ] {
                let key = format!("l/{key}");
                let holding = ranges.iter().filter(|range| range.holds(&key)).count();
                assert_eq!(holding, usize::from(whole.holds(&key)), "{key} of {pieces}");
            }
        }
    }
}
