//! The digests in the folders of one account and region, by name alone.

use crate::base::sample::Sample;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::base::limits::Limits;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, DigestName, DigestObjectKey, KeyRoot};
use crate::proof::coverage::Spans;
use crate::source::{GetError, Listed, Range, RootId, Source};
use crate::validate::request::{ChainFilter, Request};

/// One digest as listed: the end of its interval, and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    end: i64,
    /// Index into the chain's places, or with [`MISFILED`] into the misfiled keys.
    at: u32,
}

/// Marks a slot whose folder and name do not agree.
const MISFILED: u32 = 1 << 31;

/// The digests of one chain, by name alone: sixteen bytes a digest, oldest first.
#[derive(Debug, Default)]
pub struct DigestNames {
    /// Those that make up the chain.
    pub main: Vec<Slot>,
    /// Its backfill digests.
    pub backfill: Vec<Slot>,
    /// Keys whose folder and name do not agree.
    misfiled: Vec<(RootId, String)>,
    /// When the last of those listed was written, where the store says so.
    pub delivered: Option<Timestamp>,
    places: Vec<(RootId, KeyRoot)>,
}

impl DigestNames {
    /// The key of a listed digest, and where it lies.
    pub fn key(
        &self,
        chain: &ChainId,
        slot: Slot,
        backfill: bool,
    ) -> Option<(RootId, String, DigestName)> {
        let name = DigestName {
            chain: chain.clone(),
            end: slot.end(),
            backfill,
        };
        if slot.at & MISFILED != 0 {
            let (root, key) = self.misfiled.get((slot.at & !MISFILED) as usize)?;
            return Some((*root, key.clone(), name));
        }
        let (root, key_root) = self.places.get(slot.at as usize)?;
        let key = DigestObjectKey {
            root: key_root.clone(),
            name: name.clone(),
        };
        Some((*root, key.to_string(), name))
    }

    /// The end of its newest digest, backfill digests included.
    pub fn newest_end(&self) -> Option<Timestamp> {
        let newest = [self.main.last(), self.backfill.last()];
        newest.into_iter().flatten().map(|s| s.end()).max()
    }

    /// Whether a place was listed.
    pub fn lists(&self, place: &(RootId, KeyRoot)) -> bool {
        self.places.contains(place)
    }

    /// Notes that a place was listed, whatever lay there.
    pub fn list_also(&mut self, place: (RootId, KeyRoot)) {
        self.places.push(place);
    }

    /// Takes over what was listed elsewhere, of the chain itself what ends before `end`, and gives the
    /// new slots of one set that do.
    pub fn absorb(&mut self, other: DigestNames, backfill: bool, end: Timestamp) -> Vec<Slot> {
        let places = self.places.len() as u32;
        let misfiled = self.misfiled.len() as u32;
        self.places.extend(other.places);
        self.misfiled.extend(other.misfiled);
        self.delivered = self.delivered.max(other.delivered);
        let moved = |slot: Slot| Slot {
            at: slot.at
                + if slot.at & MISFILED == 0 {
                    places
                } else {
                    misfiled
                },
            ..slot
        };
        let earlier = other.main.into_iter().filter(|s| s.end() < end);
        let main: Vec<Slot> = earlier.map(moved).collect();
        // They form a set of their own, and are not led to one by one.
        let late: Vec<Slot> = other.backfill.into_iter().map(moved).collect();
        let earlier = late.iter().copied().filter(|s| s.end() < end);
        let new = if backfill {
            earlier.collect()
        } else {
            main.clone()
        };
        self.main.extend(main);
        self.main.sort_unstable();
        self.backfill.extend(late);
        self.backfill.sort_unstable();
        new
    }

    /// How much of it lies in each of its places, apart from what was misfiled.
    pub fn held(&self) -> Vec<HeldNames<'_>> {
        let mut held: BTreeMap<usize, HeldNames<'_>> = BTreeMap::new();
        for slot in self.main.iter().chain(&self.backfill) {
            let at = slot.at as usize;
            let Some((root, key_root)) = self.places.get(at) else {
                continue;
            };
            let end = slot.end();
            let place = held.entry(at).or_insert(HeldNames {
                root: *root,
                key_root,
                digests: 0,
                span: (end, end),
            });
            place.digests += 1;
            place.span = (place.span.0.min(end), place.span.1.max(end));
        }
        held.into_values().collect()
    }

    /// The places that were listed for it, whatever lay there.
    pub fn listed(&self) -> &[(RootId, KeyRoot)] {
        &self.places
    }

    /// The places it lies in.
    pub fn places(&self) -> Vec<&(RootId, KeyRoot)> {
        let slots = self.main.iter().chain(&self.backfill);
        let seen: BTreeSet<usize> = slots.map(|slot| slot.at as usize).collect();
        seen.into_iter()
            .filter_map(|at| self.places.get(at))
            .collect()
    }

    /// The folders it lies in.
    pub fn roots(&self) -> Vec<&KeyRoot> {
        self.places().into_iter().map(|(_, root)| root).collect()
    }
}

/// How much of a chain lies in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldNames<'a> {
    /// The root it lies in.
    pub root: RootId,
    /// What stands before the account.
    pub key_root: &'a KeyRoot,
    /// How many digests, backfill digests too.
    pub digests: u64,
    /// When the first and the last of them end.
    pub span: (Timestamp, Timestamp),
}

impl Slot {
    /// The end of the interval its name says.
    pub fn end(self) -> Timestamp {
        Timestamp::from_second(self.end).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// What listing one group's folders showed.
#[derive(Debug, Default)]
pub struct Listing {
    /// Digests by chain.
    pub chains: BTreeMap<ChainId, DigestNames>,
    /// Digests of chains that were not asked for: they too name logs of these folders.
    pub siblings: BTreeMap<ChainId, DigestNames>,
    /// Objects there whose names are not those of digests.
    pub unrecognised: Sample,
    /// Entries that are refused and may hide digests: key and reason.
    pub refused: Vec<(RootId, String, String)>,
    /// Folders that could not be listed.
    pub trouble: Vec<(RootId, String, GetError)>,
    /// Time whose digests could not be listed.
    pub hidden: Spans,
    /// How many requests it took.
    pub listings: u64,
    /// Digests of chains beyond the number that is looked at.
    pub passed_over: u64,
}

impl Listing {
    /// Whether every folder was listed, and every chain in them taken.
    pub fn is_complete(&self) -> bool {
        self.trouble.is_empty() && self.passed_over == 0
    }
}

/// The time of the digests in a folder below that of their region, by as much of `YYYY/MM/DD` as
/// its path says: a digest lies in the folder of the day it ends.
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

/// Which digests are wanted of a folder.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListingRange {
    /// The beginning of the window, where it was given.
    pub from: Option<Timestamp>,
    /// The end of the window, where it was given.
    pub to: Option<Timestamp>,
    /// How long after its interval a backfill digest is expected, in seconds.
    pub backfill_grace: i64,
    /// How long delivery may take, in seconds.
    pub delivery_lag: i64,
}

impl ListingRange {
    /// The digests that a request needs of a window.
    pub(crate) fn of(request: &Request, from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        ListingRange {
            from,
            to,
            backfill_grace: request.backfill_grace,
            delivery_lag: request.delivery_lag,
        }
    }

    /// The days to list first, as folders: those of the window, with the digest before it and the
    /// backfill digests after it.
    fn days(&self) -> (Option<Date>, Option<Date>) {
        let date = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
        let grace = self.backfill_grace.saturating_neg();
        let first = match (self.from, self.to) {
            // A late backfill digest tells when digests were last delivered.
            (Some(from), Some(to)) => Some(shift(from, -HOUR).min(shift(to, grace))),
            (from, _) => from.map(|from| shift(from, -HOUR)),
        };
        let last = self.to.map(|to| shift(to, self.backfill_grace.max(HOUR)));
        let after = last.and_then(|last| date(last).tomorrow().ok());
        (first.map(date), after)
    }

    /// Whether a chain lacks the digest before the window, or the one after it, either of which may
    /// lie far away.
    fn lacks(&self, names: &DigestNames) -> (bool, bool) {
        let before = |from| names.main.iter().any(|s| s.end() <= from);
        let after = |to| names.main.iter().any(|s| s.end() >= shift(to, HOUR));
        (
            self.from.is_some_and(|from| !before(from)),
            self.to.is_some_and(|to| !after(to)),
        )
    }
}

/// One account and region whose digests are listed.
struct Lister<'a> {
    source: &'a dyn Source,
    account: &'a AccountId,
    region: &'a Region,
    places: &'a [(RootId, KeyRoot)],
    filter: &'a ChainFilter,
    wanted: ListingRange,
    limits: &'a Limits,
    listing: Listing,
}

/// Lists the digests of one account and region in all their places: the days of the window, and
/// all earlier or later ones only where a chain has no digest next to the window among those.
pub fn list(
    source: &dyn Source,
    account: &AccountId,
    region: &Region,
    places: &[(RootId, KeyRoot)],
    filter: &ChainFilter,
    wanted: ListingRange,
    limits: &Limits,
) -> Listing {
    let mut lister = Lister {
        source,
        account,
        region,
        places,
        filter,
        wanted,
        limits,
        listing: Listing::default(),
    };
    let (first, after) = wanted.days();
    lister.days(first, after);
    let lacks = lister.listing.chains.values().map(|n| wanted.lacks(n));
    let (before, behind) = lacks.fold((false, false), |a, b| (a.0 || b.0, a.1 || b.1));
    let none = lister.listing.chains.is_empty();
    if first.is_some() && (before || none) {
        lister.days(None, first);
    }
    if after.is_some() && (behind || none) {
        lister.days(after, None);
    }
    let mut listing = lister.listing;
    let all = listing
        .chains
        .values_mut()
        .chain(listing.siblings.values_mut());
    for names in all {
        names.main.sort_unstable();
        names.backfill.sort_unstable();
    }
    listing
}

impl Lister<'_> {
    /// Lists the folders from the day `first` on and before the day `after`.
    fn days(&mut self, first: Option<Date>, after: Option<Date>) {
        for at in 0..self.places.len() {
            self.place(at, first, after);
        }
    }

    fn place(&mut self, at: usize, first: Option<Date>, after: Option<Date>) {
        let Lister {
            source,
            account,
            region,
            places,
            filter,
            wanted,
            limits,
            listing,
        } = self;
        let (root, key_root) = &places[at];
        let folder = key_root.folder(account, DIGEST_FOLDER, region);
        // No key of a day is `FOLDER/YYYY/MM/DD` itself.
        let day = |date: Date| format!("{folder}{}", date.strftime("%Y/%m/%d"));
        let range = Range {
            after: first.map(day),
            before: after.map(day),
        };
        let mut visit = |listed: Listed<'_>| {
            let (key, refused, modified) = match listed {
                Listed::Object(key, modified) => (key, None, modified),
                Listed::Refused(key, why) => (key, Some(why), None),
            };
            let file = key.rsplit('/').next().unwrap_or(key);
            let name = DigestName::parse(file)
                .filter(|n| n.chain.account == **account && n.chain.region == **region);
            let Some(name) = name else {
                match refused {
                    Some(why) => {
                        listing.hidden.insert(time_of(&folder, key));
                        if listing.refused.len() < limits.findings_per_code {
                            let why = format!("it is {why}");
                            listing.refused.push((*root, key.into(), why));
                        }
                    }
                    _ if !key.ends_with('/') => listing.unrecognised.add(limits, key),
                    _ => {}
                }
                return;
            };
            let chains = match filter.admits(key_root, &name.chain) {
                true => &mut listing.chains,
                false => &mut listing.siblings,
            };
            let known = chains.contains_key(&name.chain);
            if !known && chains.len() >= limits.chains_in_folder {
                listing.passed_over += 1;
                return;
            }
            let names = chains
                .entry(name.chain.clone())
                .or_insert_with(|| DigestNames {
                    places: places.to_vec(),
                    ..DigestNames::default()
                });
            let expected = DigestObjectKey {
                root: key_root.clone(),
                name: name.clone(),
            };
            let at = if expected.to_string() == key {
                at
            } else if names.misfiled.len() < limits.findings_per_code {
                names.misfiled.push((*root, key.into()));
                (names.misfiled.len() - 1) | MISFILED as usize
            } else {
                return listing.unrecognised.add(limits, key);
            };
            // What was written later than it can have been delivered was written by somebody else.
            let grace = if name.backfill {
                wanted.backfill_grace
            } else {
                0
            };
            let latest = shift(name.end, grace.saturating_add(wanted.delivery_lag));
            names.delivered = names.delivered.max(modified.map(|at| at.min(latest)));
            let slot = Slot {
                end: name.end.as_second(),
                at: u32::try_from(at).unwrap_or(u32::MAX),
            };
            if name.backfill {
                names.backfill.push(slot)
            } else {
                names.main.push(slot)
            }
        };
        match source.list(*root, &folder, &range, &mut visit) {
            Ok(requests) => listing.listings += requests,
            // Links and trails lead to folders that need not be there.
            Err(GetError::NotFound) => {}
            Err(error) => {
                listing.hidden.insert(time_of(&folder, &folder));
                let told = listing
                    .trouble
                    .iter()
                    .any(|(r, f, _)| r == root && *f == folder);
                if !told {
                    listing.trouble.push((*root, folder, error));
                }
            }
        }
    }
}
