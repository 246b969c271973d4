//! Gaps: the time of a window that no digest covers, and why (pure).
//!
//! A gap is not evidence of tampering: a trail may have been stopped on purpose. So a gap is found
//! from digests alone, and explained by calls alone, and neither step guesses for the other.
//!
//! ```text
//! digests          [-- 09 --)[-- 10 --)                       [= 13 =][-- 14 --)
//! accounted        [------------------)                               [--------)
//! calls                              x StopLogging                   x StartLogging
//! gap                                 [------------------------------)
//!                                     since                          restart
//! ```
//!
//! 1. [`find`] takes what digests account for and the ends of starting digests (`[= 13 =]`), and
//!    returns the gaps of a window, each without a cause.
//! 2. [`EventFilter`](event_filter::EventFilter) says in which logs calls are searched for, and
//!    [`KnownEvents`](events::KnownEvents) collects them.
//! 3. [`split_by_cause`] takes one gap and the calls around it, and returns its parts, each with one
//!    cause.
//! 4. [`Gap::finding`] makes the message.
//!
//! `facts` holds the rules on a single call, `switch` what a call switches on or off, `switches` the rules on a
//! series of calls, `clauses` and `message` the sentences.
//!
//! # Rules
//! The user guide ("Enabling log file integrity validation for CloudTrail") says that switching
//! validation off breaks the chain after one hour, and that logs delivered until it is on again are
//! never digested; the same holds for StopLogging and DeleteTrail. "CloudTrail digest file
//! structure" says that the first digest after that is a starting digest, which has no predecessor.
//! We depart from the guide in two points:
//! - A starting digest spans an hour that ends when logging begins (seen in real digests), so it
//!   accounts for none of it: the gap runs to its *end*.
//! - A starting digest is reported as a restart even where it leaves no hole, because how long
//!   logging was off is unknown then.
//!
//! # Invariants
//! - The gaps of a window are disjoint and in order. The parts of a gap adjoin and fill it exactly.
//! - A call explains a gap only from the end of the digest interval that holds the call. Logging
//!   was on until then, so what is missing before is unexplained.
//! - A cause that no call supports is never claimed. Logs without a digest are counted and are no
//!   cause.
//! - A call that was refused changed nothing.

mod cause;
mod clauses;
pub mod event_filter;
pub mod events;
mod facts;
mod message;
mod subjects;
mod switch;
mod switches;

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::time::{Window, shift};
use crate::cloudtrail::event::{Evidence, Via};
use crate::proof::coverage::Spans;
use crate::proof::look::Tail;

pub use cause::split_by_cause;
pub use facts::{AROUND, TrailOwner};

/// Why a gap exists.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Logging was stopped.
    LoggingStopped,
    /// Log file validation was switched off.
    ValidationDisabled,
    /// The trail was deleted.
    TrailDeleted,
    /// The trail was created only after it.
    TrailCreated,
    /// The organization withdrew the trail's access to the account.
    OrganizationAccessWithdrawn,
    /// The account left the organization, was removed from it, or was closed.
    AccountLeftOrganization,
    /// The account switched the region off.
    RegionDisabled,
    /// No earlier digest exists.
    BeforeFirstDigest,
    /// No later digest exists.
    AfterLastDigest,
    /// Nothing that remains says why.
    Unexplained,
}

/// How sure a cause is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// A proven log says so.
    Signed,
    /// AWS says so, unsigned.
    Unsigned,
    /// It is inferred.
    Circumstantial,
    /// Nothing says so.
    None,
}

/// The position of a gap among the digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapPlace {
    /// Before all digests.
    Head,
    /// Between digests.
    Between,
    /// After all digests.
    Tail,
}

/// What is known of a gap from the time at which the source was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Its digests should have been there.
    InTime,
    /// It is not known when the source was read.
    Unknown,
    /// It is after the time at which the source was read, so nothing of it was checked.
    NotLookedAt,
}

/// Time before, between or after digests that no digest covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The time that no digest covers; empty if a restart left no hole.
    pub time: Window,
    /// Its position.
    pub place: GapPlace,
    /// What is known of it from the time at which the source was read.
    pub seen: Seen,
    /// The end of the last digest before it, which may be before the window.
    pub since: Option<Timestamp>,
    /// The end of the starting digest that ends it, if one does. It may be after the window, and
    /// so after `time`.
    pub restart: Option<Timestamp>,
    /// Its cause.
    pub cause: Cause,
    /// How certain the cause is.
    pub certainty: Certainty,
    /// The event that the cause follows from.
    pub caused_by: Option<Evidence>,
    /// The events that bear on it, by time.
    pub evidence: Vec<Evidence>,
    /// Which recorded calls removed or overwrote objects of its time, in sentences.
    pub removals: Option<String>,
    /// Further statements for its message, as clauses.
    pub clauses: Vec<String>,
    /// Whether an earlier run of a scheduled check searched for its cause: it began before the window of this run.
    pub searched: bool,
    /// The logs in it that no digest lists; `None` if they were not searched for.
    pub undigested: Option<Undigested>,
}

/// Logs in a gap that no digest lists. They are never its cause: validation switched off, deleted
/// digests, another trail and planted objects all look like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Undigested {
    /// How many.
    pub count: u64,
    /// The minutes in the names of the first and the last.
    pub minutes: Option<(Timestamp, Timestamp)>,
}

impl Undigested {
    /// Adds `count` logs whose names carry this minute.
    pub fn add(&mut self, minute: Timestamp, count: u64) {
        self.count += count;
        let (first, last) = self.minutes.unwrap_or((minute, minute));
        self.minutes = Some((first.min(minute), last.max(minute)));
    }
}

/// The gaps of a window, by time: what digests leave uncovered and is not pending, split at
/// restarts and where the source was read, and an empty gap for each restart that left no hole.
///
/// `accounted` is the time that proven, damaged and missing digests account for, without starting
/// digests, in and around the window. `restarts` are the ends of starting digests.
pub fn find(window: Window, tail: Tail, accounted: &Spans, restarts: &[Timestamp]) -> Vec<Gap> {
    let digests = DigestEnds::new(accounted, restarts);
    // Holes are measured beyond the window, to know what ends the last one.
    let horizon = window.to.max(digests.last.unwrap_or(window.to));
    let mut gaps = Vec::new();
    for hole in accounted.missing_from(Window::new(window.from, horizon)) {
        digests.add_gaps(hole, &window, tail, &mut gaps);
    }
    for at in digests.restarts {
        let inside = window.from < at && at <= window.to;
        if inside && accounted.reaches(at) {
            let time = Window { from: at, to: at };
            gaps.push(Gap::new(time, GapPlace::Between, Some(at), Some(at)));
        }
    }
    gaps.sort_by_key(|g| g.time);
    gaps
}

/// Where the digests of a chain end.
struct DigestEnds {
    /// The ends of starting digests, in order, each once.
    restarts: Vec<Timestamp>,
    /// The ends of starting digests and of accounted time.
    all: BTreeSet<Timestamp>,
    /// Where the first digest begins to cover time.
    first: Option<Timestamp>,
    /// The end of the last digest.
    last: Option<Timestamp>,
}

impl DigestEnds {
    fn new(accounted: &Spans, restarts: &[Timestamp]) -> Self {
        let mut restarts = restarts.to_vec();
        restarts.sort_unstable();
        restarts.dedup();
        let bounds = accounted.bounds();
        let first = [restarts.first().copied(), bounds.map(|b| b.from)];
        let last = [restarts.last().copied(), bounds.map(|b| b.to)];
        let ends = accounted.iter().map(|span| span.to);
        DigestEnds {
            all: ends.chain(restarts.iter().copied()).collect(),
            first: first.into_iter().flatten().min(),
            last: last.into_iter().flatten().max(),
            restarts,
        }
    }

    /// Splits a hole at the restarts in it, and adds each part inside the window as a gap, without
    /// what is pending.
    fn add_gaps(&self, hole: Window, window: &Window, tail: Tail, gaps: &mut Vec<Gap>) {
        let inside = |at: &&Timestamp| hole.from < **at && **at < hole.to;
        let cuts = self.restarts.iter().filter(inside).copied();
        let mut from = hole.from;
        for to in cuts.chain([hole.to]) {
            let part = Window { from, to };
            let place = self.place(&part);
            let restart = self.restarts.binary_search(&to).is_ok().then_some(to);
            let since = self.all.range(..=from).next_back().copied();
            for (time, seen) in seen_parts(part.clip(window), place, tail) {
                gaps.push(Gap {
                    seen,
                    ..Gap::new(time, place, since, restart)
                });
            }
            from = to;
        }
    }

    fn place(&self, time: &Window) -> GapPlace {
        match (self.first, self.last) {
            (Some(first), _) if time.to <= first => GapPlace::Head,
            (_, Some(last)) if time.from >= last => GapPlace::Tail,
            _ => GapPlace::Between,
        }
    }
}

/// The parts of a gap that are not pending and not empty: before and after the time at which the source was
/// read.
fn seen_parts(time: Window, place: GapPlace, tail: Tail) -> impl Iterator<Item = (Window, Seen)> {
    let parts = match (place, tail.looked_at) {
        (GapPlace::Tail, Some(at)) => {
            let looked_at = Window::new(time.from, time.to.min(at));
            let pending = tail.pending.clip(&looked_at);
            let before = match pending.is_empty() {
                true => looked_at,
                false => Window::new(looked_at.from, pending.from),
            };
            let after = Window::new(time.from.max(at), time.to);
            [(before, Seen::InTime), (after, Seen::NotLookedAt)]
        }
        (GapPlace::Tail, None) => [
            (time, Seen::Unknown),
            (Window::new(time.to, time.to), Seen::Unknown),
        ],
        _ => [
            (time, Seen::InTime),
            (Window::new(time.to, time.to), Seen::InTime),
        ],
    };
    parts.into_iter().filter(|(time, _)| !time.is_empty())
}

impl Gap {
    /// A gap before calls are considered.
    fn new(
        time: Window,
        place: GapPlace,
        since: Option<Timestamp>,
        restart: Option<Timestamp>,
    ) -> Self {
        let cause = match place {
            GapPlace::Head => Cause::BeforeFirstDigest,
            GapPlace::Between => Cause::Unexplained,
            GapPlace::Tail => Cause::AfterLastDigest,
        };
        Gap {
            time,
            place,
            seen: Seen::InTime,
            since,
            restart,
            cause,
            certainty: Certainty::None,
            caused_by: None,
            evidence: Vec::new(),
            removals: None,
            clauses: Vec::new(),
            searched: false,
            undigested: None,
        }
    }

    /// The gap of a chain whose digests all lie before or after a window in which it has no time of its own.
    /// It is empty, at the end of the window that is nearest. `accounted` and `restarts` are as in [`find`].
    pub fn beside(window: Window, accounted: &Spans, restarts: &[Timestamp]) -> Self {
        let digests = DigestEnds::new(accounted, restarts);
        let (at, place, since) = match digests.last {
            Some(last) if last > window.from => (window.to, GapPlace::Head, None),
            last => (window.from, GapPlace::Tail, last),
        };
        Gap::new(Window { from: at, to: at }, place, since, None)
    }

    /// The time from the last digest of a chain on, in which other chains of its trail went on.
    pub fn after_the_last(time: Window) -> Self {
        Gap::new(time, GapPlace::Tail, Some(time.from), None)
    }

    /// Whether a call is its cause that a proven log records.
    pub fn has_proven_cause(&self) -> bool {
        let cause = self.caused_by.as_ref();
        cause.is_some_and(|event| matches!(event.via, Via::VerifiedLog { .. }))
    }

    /// Whether calls may explain it. Time after the source was read needs no explanation.
    pub fn may_be_explained(&self) -> bool {
        self.seen != Seen::NotLookedAt && !self.searched
    }

    /// Records that an earlier run searched for its cause.
    pub fn searched_before(&mut self) {
        self.searched = true;
        let clause =
            "it began before the window of this run, and earlier runs searched for its cause";
        self.clauses.push(clause.into());
    }

    /// Where it begins, which may be before the window.
    pub fn began(&self) -> Timestamp {
        self.since.unwrap_or(self.time.from)
    }

    /// Where it ends, which may be after the window.
    pub fn ended(&self) -> Timestamp {
        self.restart.unwrap_or(self.time.to)
    }

    /// The time whose calls may bear on it, both ends included.
    pub fn event_window(&self) -> Window {
        Window::new(shift(self.began(), -AROUND), shift(self.ended(), AROUND))
    }
}

#[cfg(test)]
mod tests;
