//! The names of one chain's digests, as they were listed.

mod kept;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{ChainId, OrganizationId};
use crate::cloudtrail::object_key::{DigestName, DigestObjectKey, KeyRoot};
use crate::source::RootId;

pub(crate) use kept::KeptNames;

/// One digest as listed: the end of its interval, and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    end: i64,
    /// Index into the places of the chain; with [`MISFILED`], into its misfiled keys.
    at: u32,
}

/// Marks a slot whose folder and name do not agree.
const MISFILED: u32 = 1 << 31;

/// The two sets of digests that a chain has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigestSet {
    /// The hourly digests.
    Main,
    /// Backfill digests. They form a set of their own and cover no time.
    Backfill,
}

/// The names of one chain's digests, oldest first: sixteen bytes per digest.
#[derive(Debug, Default)]
pub struct DigestNames {
    /// The hourly digests.
    pub main: Vec<Slot>,
    /// The backfill digests.
    pub backfill: Vec<Slot>,
    /// Keys whose folder and name do not agree.
    misfiled: Vec<(RootId, String)>,
    /// When the last listed digest was written, if the store reports it.
    pub delivered: Option<Timestamp>,
    /// When the newest hourly digest was written, after its end, if the store reports it.
    pub newest_written: Option<(Timestamp, Timestamp)>,
    places: Vec<(RootId, KeyRoot)>,
    /// Places of another organization, or of none, that a link led to, each with the end of the digest that
    /// the link refers to. That digest and the earlier ones there belong to this chain.
    joined: Vec<((RootId, KeyRoot), Timestamp)>,
}

impl DigestNames {
    /// The root, the key and the name of a listed digest.
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
        let mut name = name;
        name.chain.organization = key_root.organization.clone();
        let key = DigestObjectKey {
            root: key_root.clone(),
            name: name.clone(),
        };
        Some((*root, key.to_string(), name))
    }

    /// No digest yet, in those of some places that belong to an account (`None`) or to an organization.
    pub(super) fn new(places: &[(RootId, KeyRoot)], organization: Option<&OrganizationId>) -> Self {
        let own = |(_, root): &&(RootId, KeyRoot)| root.organization.as_ref() == organization;
        DigestNames {
            places: places.iter().filter(own).cloned().collect(),
            ..DigestNames::default()
        }
    }

    /// Adds a digest that was listed in the place of number `at` under a key. Returns whether it was added:
    /// of keys whose folder and name do not agree, `most_misfiled` are kept.
    pub(super) fn add(
        &mut self,
        name: &DigestName,
        at: usize,
        key: &str,
        most_misfiled: usize,
    ) -> bool {
        let (root, key_root) = &self.places[at];
        let expected = DigestObjectKey {
            root: key_root.clone(),
            name: name.clone(),
        };
        let at = if expected.to_string() == key {
            at
        } else if self.misfiled.len() < most_misfiled {
            self.misfiled.push((*root, key.into()));
            (self.misfiled.len() - 1) | MISFILED as usize
        } else {
            return false;
        };
        let slot = Slot {
            end: name.end.as_second(),
            at: u32::try_from(at).unwrap_or(u32::MAX),
        };
        match name.backfill {
            true => self.backfill.push(slot),
            false => self.main.push(slot),
        }
        true
    }

    /// Adds an hourly digest that is known from elsewhere, in order. Returns its slot, and whether it was listed.
    pub(super) fn add_known(&mut self, place: (RootId, KeyRoot), end: Timestamp) -> (Slot, bool) {
        let at = self.places.iter().position(|known| *known == place);
        let at = at.unwrap_or_else(|| {
            self.places.push(place);
            self.places.len() - 1
        });
        let slot = Slot {
            end: end.as_second(),
            at: u32::try_from(at).unwrap_or(u32::MAX),
        };
        let found = self.main.binary_search(&slot);
        if let Err(at) = found {
            self.main.insert(at, slot);
        }
        (slot, found.is_ok())
    }

    /// Sorts both sets, oldest first.
    pub(super) fn sort(&mut self) {
        self.main.sort_unstable();
        self.backfill.sort_unstable();
    }

    /// The end of its newest digest, backfill digests included.
    pub fn newest_end(&self) -> Option<Timestamp> {
        let newest = [self.main.last(), self.backfill.last()];
        newest.into_iter().flatten().map(|s| s.end()).max()
    }

    /// The digests whose names end within some time.
    pub fn within(self, time: Window) -> DigestNames {
        let within = |slots: &[Slot]| -> Vec<Slot> {
            let holds = |s: &&Slot| time.from < s.end() && s.end() <= time.to;
            slots.iter().filter(holds).copied().collect()
        };
        DigestNames {
            main: within(&self.main),
            backfill: within(&self.backfill),
            ..self
        }
    }

    /// The time from the hour of its first digest to the end of its last, backfill digests included.
    pub fn time(&self) -> Option<Window> {
        let oldest = [self.main.first(), self.backfill.first()];
        let oldest = oldest.into_iter().flatten().map(|s| s.end()).min()?;
        Some(Window::new(shift(oldest, -HOUR), self.newest_end()?))
    }

    /// Whether a place was listed.
    pub fn lists(&self, place: &(RootId, KeyRoot)) -> bool {
        self.places.contains(place)
    }

    /// Records that a place was listed, even if it is empty.
    pub fn list_also(&mut self, place: (RootId, KeyRoot)) {
        self.places.push(place);
    }

    /// Records that the digests in a place belong to this chain up to the one that ends at `end`, although the
    /// place is that of another organization, or of none.
    pub(super) fn join(&mut self, place: (RootId, KeyRoot), end: Timestamp) {
        self.joined.push((place, end));
    }

    /// Leaves out the digests that belong to another chain, because its links led to them.
    pub(crate) fn leave_to(&mut self, other: &DigestNames) {
        for (place, end) in &other.joined {
            let places = &self.places;
            let stays =
                |slot: &Slot| places.get(slot.at as usize) != Some(place) || slot.end() > *end;
            self.main.retain(stays);
            self.backfill.retain(stays);
        }
    }

    /// Whether it has no digest.
    pub(crate) fn is_empty(&self) -> bool {
        self.main.is_empty() && self.backfill.is_empty()
    }

    /// Adds the names from another listing. Of the hourly digests, only those that end before `end` are
    /// added. Returns the new slots of one set that end before `end`.
    pub fn absorb(&mut self, other: DigestNames, backfill: bool, end: Timestamp) -> Vec<Slot> {
        let places = self.places.len() as u32;
        let misfiled = self.misfiled.len() as u32;
        self.places.extend(other.places);
        self.misfiled.extend(other.misfiled);
        self.delivered = self.delivered.max(other.delivered);
        self.newest_written = self.newest_written.max(other.newest_written);
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
        // No link leads to a backfill digest from outside its set, so all of them are added.
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

    /// How many digests are in each place. Misfiled ones are left out.
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

    /// The places that were listed for this chain, empty ones included.
    pub fn listed(&self) -> &[(RootId, KeyRoot)] {
        &self.places
    }

    /// The places with digests of this chain.
    pub fn places(&self) -> Vec<&(RootId, KeyRoot)> {
        let slots = self.main.iter().chain(&self.backfill);
        let seen: BTreeSet<usize> = slots.map(|slot| slot.at as usize).collect();
        seen.into_iter()
            .filter_map(|at| self.places.get(at))
            .collect()
    }

    /// The parts of these places before the account.
    pub fn roots(&self) -> Vec<&KeyRoot> {
        self.places().into_iter().map(|(_, root)| root).collect()
    }
}

/// The digests of a chain in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldNames<'a> {
    /// The root of the place.
    pub root: RootId,
    /// The part of the key before the account.
    pub key_root: &'a KeyRoot,
    /// How many there are, backfill digests included.
    pub digests: u64,
    /// The ends of the first and of the last.
    pub span: (Timestamp, Timestamp),
}

impl Slot {
    /// The end of the interval, as its name says.
    pub fn end(self) -> Timestamp {
        Timestamp::from_second(self.end).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
