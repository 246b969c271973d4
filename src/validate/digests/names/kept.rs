//! The names of a chain's digests once it is walked, packed: thousands of chains wait for their logs, and each has a
//! digest for every hour.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{DigestNames, Slot};
use crate::cloudtrail::object_key::KeyRoot;
use crate::source::RootId;

/// Digests of one place at even distances.
#[derive(Debug, Clone, Copy)]
struct SlotRun {
    first: i64,
    /// Seconds from one to the next.
    step: u32,
    count: u32,
    at: u32,
}

impl SlotRun {
    fn new(slot: Slot) -> Self {
        SlotRun {
            first: slot.end,
            step: 0,
            count: 1,
            at: slot.at,
        }
    }

    /// Adds a digest that is not earlier than the last one; `false` if its distance is another one.
    fn add(&mut self, end: i64) -> bool {
        let step = match self.count {
            1 => end
                .checked_sub(self.first)
                .and_then(|s| u32::try_from(s).ok()),
            _ => Some(self.step),
        };
        let Some(step) = step else {
            return false;
        };
        let next = i64::from(step) * i64::from(self.count);
        let is_next = self.first.checked_add(next) == Some(end) && self.count < u32::MAX;
        if is_next {
            self.step = step;
            self.count += 1;
        }
        is_next
    }

    fn slots(self) -> impl Iterator<Item = Slot> {
        (0..self.count).map(move |n| Slot {
            end: self.first + i64::from(self.step) * i64::from(n),
            at: self.at,
        })
    }
}

/// The names of the digests of a chain that was walked.
#[derive(Debug, Default)]
pub(crate) struct KeptNames {
    main: Box<[SlotRun]>,
    backfill: Box<[SlotRun]>,
    /// The ends of the first and of the last hourly digest.
    ends: Option<(Timestamp, Timestamp)>,
    /// Everything but the digests.
    rest: DigestNames,
}

impl KeptNames {
    /// Packs sorted names.
    pub fn of(mut names: DigestNames) -> Self {
        let ends = names.main.first().zip(names.main.last());
        KeptNames {
            ends: ends.map(|(first, last)| (first.end(), last.end())),
            main: packed(std::mem::take(&mut names.main)),
            backfill: packed(std::mem::take(&mut names.backfill)),
            rest: names,
        }
    }

    /// Unpacks the names for another walk. Nothing is left.
    pub fn take(&mut self) -> DigestNames {
        let KeptNames {
            main,
            backfill,
            rest,
            ends: _,
        } = std::mem::take(self);
        DigestNames {
            main: unpacked(&main),
            backfill: unpacked(&backfill),
            ..rest
        }
    }

    /// The ends of the first and of the last hourly digest.
    pub fn ends(&self) -> Option<(Timestamp, Timestamp)> {
        self.ends
    }

    /// The places with digests of this chain.
    pub fn places(&self) -> impl Iterator<Item = &(RootId, KeyRoot)> {
        let runs = self.main.iter().chain(&self.backfill);
        let seen: BTreeSet<usize> = runs.map(|run| run.at as usize).collect();
        let places = &self.rest.places;
        seen.into_iter().filter_map(|at| places.get(at))
    }

    /// Whether a place has digests of this chain.
    pub fn has_place(&self, place: &(RootId, KeyRoot)) -> bool {
        self.places().any(|held| held == place)
    }

    /// The places that were listed for this chain, empty ones included.
    pub fn listed(&self) -> &[(RootId, KeyRoot)] {
        self.rest.listed()
    }

    /// Leaves out of `others` the digests that belong to this chain, because its links led to them.
    pub fn take_from(&self, others: &mut DigestNames) {
        others.leave_to(&self.rest);
    }
}

/// Runs place by place: digests of two places come by turns where one is a copy of the other.
fn packed(slots: Vec<Slot>) -> Box<[SlotRun]> {
    let mut runs: Vec<SlotRun> = Vec::new();
    let mut last: BTreeMap<u32, usize> = BTreeMap::new();
    for slot in slots {
        let run = last.get(&slot.at).and_then(|at| runs.get_mut(*at));
        if !run.is_some_and(|run| run.add(slot.end)) {
            last.insert(slot.at, runs.len());
            runs.push(SlotRun::new(slot));
        }
    }
    runs.into()
}

fn unpacked(runs: &[SlotRun]) -> Vec<Slot> {
    let mut slots: Vec<Slot> = runs.iter().flat_map(|run| run.slots()).collect();
    slots.sort_unstable();
    slots
}

#[cfg(test)]
mod tests {
    use super::{Slot, packed, unpacked};

    fn slot(end: i64, at: u32) -> Slot {
        Slot { end, at }
    }

    #[test]
    fn hourly_digests_take_one_run_for_each_place() {
        let hours = (0..10_000).flat_map(|hour| [slot(hour * 3_600, 0), slot(hour * 3_600, 1)]);
        let slots: Vec<Slot> = hours.collect();
        let runs = packed(slots.clone());
        assert_eq!(runs.len(), 2);
        assert_eq!(unpacked(&runs), slots);
    }

    #[test]
    fn whatever_was_listed_comes_back() {
        let mut slots = vec![
            slot(i64::MIN, 0),
            slot(-5, 3),
            slot(0, 0),
            slot(0, 0),
            slot(0, 0),
            slot(1, 1 << 31),
            slot(7, 0),
            slot(9, 0),
            slot(11, 0),
            slot(1 << 40, 0),
            slot(i64::MAX, 0),
        ];
        let mut random = 1_u64;
        for _ in 0..5_000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            slots.push(slot((random >> 48) as i64, (random >> 20) as u32 % 3));
        }
        slots.sort_unstable();
        assert_eq!(unpacked(&packed(slots.clone())), slots);
        assert!(packed(Vec::new()).is_empty());
    }
}
