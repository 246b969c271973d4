//! The digests in the folders of one account and region, by their names alone. No object is read.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::listing_range::day_of;
pub use super::listing_range::{Earlier, ListingRange};
use super::names::DigestNames;
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, DigestName, KeyRoot};
use crate::proof::coverage::Spans;
use crate::source::{GetError, Listed, Range, RootId, Source};
use crate::validate::request::ChainFilter;

/// The result of listing the folders of one account and region.
#[derive(Debug, Default)]
pub struct Listing {
    /// Digests of the requested chains.
    pub chains: BTreeMap<ChainId, DigestNames>,
    /// Digests of other chains. They list logs in the same folders.
    pub siblings: BTreeMap<ChainId, DigestNames>,
    /// Objects whose names are not those of digests.
    pub unrecognised: Sample,
    /// Entries that the source refuses and that may hide digests: root, key and reason.
    pub refused: Vec<(RootId, String, String)>,
    /// Folders that could not be listed.
    pub trouble: Vec<(RootId, String, GetError)>,
    /// Time whose digests could not be listed.
    pub hidden: Spans,
    /// How many requests were made.
    pub listings: u64,
    /// Digests of chains beyond the limit of chains per folder.
    pub passed_over: u64,
}

impl Listing {
    /// Whether every folder was listed, and every chain in them taken.
    pub fn is_complete(&self) -> bool {
        let is_folder = |(_, key, _): &(RootId, String, String)| is_dated_folder(key);
        let is_refused = self.refused.iter().any(is_folder);
        self.trouble.is_empty() && self.passed_over == 0 && !is_refused
    }
}

/// Whether a key among the digests is that of a folder for a year, a month or a day. The names of digests
/// hold other characters than digits.
pub(crate) fn is_dated_folder(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// The time of the digests in a folder below that of their region, by as much of `YYYY/MM/DD` as its path
/// has. A digest is in the folder of the day on which it ends (user guide, "CloudTrail digest file
/// structure").
fn time_of(region_folder: &str, key: &str) -> Window {
    let always = Window {
        from: Timestamp::MIN,
        to: Timestamp::MAX,
    };
    let Some(dated) = key.strip_prefix(region_folder) else {
        return always;
    };
    let mut parts = dated
        .split('/')
        .map(str::parse::<i16>)
        .take_while(Result::is_ok)
        .flatten();
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let Some(year) = year else { return always };
    let part = |n: Option<i16>| n.map_or(Ok(1), i8::try_from).unwrap_or(0);
    let Ok(first) = Date::new(year, part(month), part(day)) else {
        return always;
    };
    let span = match (month, day) {
        (None, _) => 1.year(),
        (_, None) => 1.month(),
        _ => 1.day(),
    };
    let at = |date: Date| {
        TimeZone::UTC
            .to_timestamp(date.to_datetime(Time::midnight()))
            .ok()
    };
    match (at(first), first.checked_add(span).ok().and_then(at)) {
        (Some(from), Some(to)) => Window {
            from: shift(from, -HOUR),
            to,
        },
        _ => always,
    }
}

/// A listing in progress.
struct Lister<'a> {
    source: &'a dyn Source,
    account: &'a AccountId,
    region: &'a Region,
    places: &'a [(RootId, KeyRoot)],
    /// Of each place, its number among those of the same organization, or of none.
    numbers: Vec<usize>,
    filter: &'a ChainFilter,
    wanted: ListingRange,
    limits: &'a Limits,
    listing: Listing,
}

/// Lists the digests of one account and region in all their places. Lists the days of the window first,
/// and all earlier or later days only if a chain has no digest next to the window.
pub fn list(
    source: &dyn Source,
    account: &AccountId,
    region: &Region,
    places: &[(RootId, KeyRoot)],
    filter: &ChainFilter,
    wanted: ListingRange,
    limits: &Limits,
) -> Listing {
    let earlier = |chains: &BTreeMap<ChainId, DigestNames>| {
        let lacks = chains.values().any(|names| wanted.lacks_earlier(names));
        match lacks || chains.is_empty() {
            true => Earlier::All,
            false => Earlier::None,
        }
    };
    let folder = (account, region);
    list_with(source, folder, places, filter, wanted, limits, &earlier)
}

/// Lists the digests of one account and region in all their places: those of the window first, then those that
/// `earlier` says, and later ones if a chain has no digest right after the window.
pub fn list_with(
    source: &dyn Source,
    folder: (&AccountId, &Region),
    places: &[(RootId, KeyRoot)],
    filter: &ChainFilter,
    wanted: ListingRange,
    limits: &Limits,
    earlier: &dyn Fn(&BTreeMap<ChainId, DigestNames>) -> Earlier,
) -> Listing {
    let mut lister = Lister::new(source, folder, places, filter, wanted, limits);
    let (first, after) = wanted.days();
    lister.days(first, after);
    let chains = &lister.listing.chains;
    let behind = chains.is_empty() || chains.values().any(|names| wanted.lacks_later(names));
    if let Some(first) = first {
        match earlier(chains) {
            Earlier::None => {}
            Earlier::Since(at) => {
                let at = day_of(shift(at, -HOUR));
                if at < first {
                    lister.days(Some(at), Some(first));
                }
            }
            Earlier::All => lister.days(None, Some(first)),
        }
    }
    if after.is_some() && behind {
        lister.days(after, None);
    }
    lister.finish()
}

/// Lists the digests of one account and region that end at `at` or later, and few before.
pub fn list_from(
    source: &dyn Source,
    (account, region): (&AccountId, &Region),
    places: &[(RootId, KeyRoot)],
    filter: &ChainFilter,
    at: Timestamp,
    limits: &Limits,
) -> Listing {
    let wanted = ListingRange {
        from: Some(at),
        ..ListingRange::default()
    };
    let mut lister = Lister::new(source, (account, region), places, filter, wanted, limits);
    let (first, after) = wanted.days();
    lister.days(first, after);
    lister.finish()
}

impl<'a> Lister<'a> {
    fn new(
        source: &'a dyn Source,
        (account, region): (&'a AccountId, &'a Region),
        places: &'a [(RootId, KeyRoot)],
        filter: &'a ChainFilter,
        wanted: ListingRange,
        limits: &'a Limits,
    ) -> Self {
        let is_kin = |a: &KeyRoot, b: &KeyRoot| a.organization == b.organization;
        let number = |(at, (_, root)): (usize, &(RootId, KeyRoot))| {
            let earlier = places[..at].iter();
            earlier.filter(|(_, other)| is_kin(other, root)).count()
        };
        Lister {
            source,
            account,
            region,
            places,
            numbers: places.iter().enumerate().map(number).collect(),
            filter,
            wanted,
            limits,
            listing: Listing::default(),
        }
    }

    /// The result, with the digests of each chain in order.
    fn finish(self) -> Listing {
        let mut listing = self.listing;
        let all = listing
            .chains
            .values_mut()
            .chain(listing.siblings.values_mut());
        for names in all {
            names.sort();
        }
        listing
    }

    /// Lists the folders from the day `first` on and before the day `after`.
    fn days(&mut self, first: Option<Date>, after: Option<Date>) {
        for at in 0..self.places.len() {
            self.place(at, first, after);
        }
    }

    fn place(&mut self, at: usize, first: Option<Date>, after: Option<Date>) {
        let (root, key_root) = &self.places[at];
        let folder = key_root.folder(self.account, DIGEST_FOLDER, self.region);
        // No key of a day is `FOLDER/YYYY/MM/DD` itself.
        let day = |date: Date| format!("{folder}{}", date.strftime("%Y/%m/%d"));
        let range = Range {
            after: first.map(day),
            before: after.map(day),
        };
        let source = self.source;
        let mut visit = |listed: Listed<'_>| self.entry(at, &folder, listed);
        match source.list(*root, &folder, &range, &mut visit) {
            Ok(requests) => self.listing.listings += requests,
            // Links and trails may lead to folders that do not exist.
            Err(GetError::NotFound) => {}
            Err(error) => self.unlisted(at, &folder, &folder, error),
        }
    }

    /// Takes a folder that could not be listed. It may hide digests.
    fn unlisted(&mut self, at: usize, folder: &str, key: &str, error: GetError) {
        let (root, _) = &self.places[at];
        let listing = &mut self.listing;
        listing.hidden.insert(time_of(folder, key));
        let is_known = |(r, k, _): &(RootId, String, GetError)| r == root && k == key;
        let most = self.limits.findings_per_code;
        if listing.trouble.len() < most && !listing.trouble.iter().any(is_known) {
            listing.trouble.push((*root, key.to_owned(), error));
        }
    }

    /// Takes one entry of a folder.
    fn entry(&mut self, at: usize, folder: &str, listed: Listed<'_>) {
        let (key, refused, modified) = match listed {
            Listed::Object(key, facts) => (key, None, facts.modified),
            Listed::Refused(key, why) => (key, Some(why), None),
            Listed::Unlisted(key, error) => return self.unlisted(at, folder, key, error.clone()),
        };
        let file = key.rsplit('/').next().unwrap_or(key);
        let name = DigestName::parse(file)
            .filter(|n| n.chain.account == *self.account && n.chain.region == *self.region);
        match (name, refused) {
            (Some(name), _) => self.digest(at, key, name, modified),
            (None, Some(why)) => self.refused(at, folder, key, why),
            (None, None) if !key.ends_with('/') => {
                self.listing.unrecognised.add(self.limits, key);
            }
            (None, None) => {}
        }
    }

    /// Takes a digest by its name.
    fn digest(&mut self, at: usize, key: &str, mut name: DigestName, modified: Option<Timestamp>) {
        let Lister {
            places,
            numbers,
            filter,
            wanted,
            limits,
            listing,
            ..
        } = self;
        let (_, key_root) = &places[at];
        name.chain.organization = key_root.organization.clone();
        let chains = match filter.admits(&name.chain) {
            true => &mut listing.chains,
            false => &mut listing.siblings,
        };
        if !chains.contains_key(&name.chain) && chains.len() >= limits.chains_in_folder {
            listing.passed_over += 1;
            return;
        }
        let names = chains
            .entry(name.chain.clone())
            .or_insert_with(|| DigestNames::new(places, key_root.organization.as_ref()));
        if !names.add(&name, numbers[at], key, limits.findings_per_code) {
            return listing.unrecognised.add(limits, key);
        }
        // A digest that was written later than it can have been delivered was written by somebody else.
        let grace = match name.backfill {
            true => wanted.backfill_grace,
            false => 0,
        };
        let latest = shift(name.end, grace.saturating_add(wanted.delivery_lag));
        if let Some(at) = modified.filter(|_| !name.backfill) {
            names.newest_written = names.newest_written.max(Some((name.end, at)));
        }
        names.delivered = names.delivered.max(modified.map(|at| at.min(latest)));
    }

    /// Takes an entry that the source refuses. It may hide digests.
    fn refused(&mut self, at: usize, folder: &str, key: &str, why: &str) {
        let listing = &mut self.listing;
        listing.hidden.insert(time_of(folder, key));
        if listing.refused.len() < self.limits.findings_per_code {
            let (root, _) = &self.places[at];
            let why = format!("it is {why}");
            listing.refused.push((*root, key.into(), why));
        }
    }
}
