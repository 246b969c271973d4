//! Selects the listed digests that a walk reads.

use jiff::Timestamp;

use super::names::Slot;
use crate::base::time::{HOUR, shift};

/// The digests of a chain to walk, newest last: the digests that may overlap the window, and one beyond
/// each edge, because it proves its neighbour.
pub(crate) fn main(slots: &[Slot], (from, to): (Option<Timestamp>, Timestamp)) -> &[Slot] {
    let low = first(slots, from);
    // A digest that ends within an hour after the window, a starting digest too, may still meet it. The
    // next one proves it.
    let next = slots.get(at(slots, shift(to, HOUR))).map(|s| s.end());
    let high = next.map_or(slots.len(), |end| past(slots, end));
    &slots[low..high.max(low)]
}

/// The backfill digests to walk, newest last. A backfill digest is named by the time that it covers and
/// may be delivered up to `grace` seconds later.
pub(crate) fn backfill(
    slots: &[Slot],
    (from, to): (Option<Timestamp>, Timestamp),
    grace: i64,
) -> &[Slot] {
    let low = first(slots, from);
    let high = past(slots, shift(to, grace));
    &slots[low..high.max(low)]
}

/// Where the last digest before the window begins. Several digests may have the same end, in several
/// places.
fn first(slots: &[Slot], from: Option<Timestamp>) -> usize {
    let before = from.and_then(|from| past(slots, from).checked_sub(1));
    before.map_or(0, |before| at(slots, slots[before].end()))
}

fn at(slots: &[Slot], end: Timestamp) -> usize {
    slots.partition_point(|s| s.end() < end)
}

fn past(slots: &[Slot], end: Timestamp) -> usize {
    slots.partition_point(|s| s.end() <= end)
}
