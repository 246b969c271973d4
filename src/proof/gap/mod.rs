//! Where no digest covers the window, and what remains to say why (pure).

mod cause;
pub mod event_filter;
pub mod events;
mod message;
mod switches;

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::time::{Window, shift};
use crate::cloudtrail::event::record::Evidence;
use crate::proof::coverage::Spans;

pub use cause::{AROUND, Owner, explain};

/// Why a gap is there.
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
    /// No earlier digest is there.
    BeforeFirstDigest,
    /// No later digest is there.
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

/// Where a gap lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapPlace {
    /// Before all digests.
    Head,
    /// Between digests.
    Between,
    /// After all digests.
    Tail,
}

/// A gap between, before or after digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The time without a digest; empty where a restart left none.
    pub time: Window,
    /// Where it lies.
    pub place: GapPlace,
    /// The end of the last digest before it, which may lie before the window.
    pub since: Option<Timestamp>,
    /// The end of the starting digest it ends in, if it does; beyond the window it may lie later
    /// than the gap does.
    pub restart: Option<Timestamp>,
    /// Why it is there.
    pub cause: Cause,
    /// How sure that is.
    pub certainty: Certainty,
    /// The event that the cause is told from.
    pub told_by: Option<Evidence>,
    /// All events that bear on it, by time.
    pub evidence: Vec<Evidence>,
    /// What else is to be said of it, as clauses.
    pub clauses: Vec<String>,
    /// Logs that lie in it and that no digest names; `None` if they were not looked for.
    pub undigested: Option<Undigested>,
}

/// Logs that lie in a gap. They are never its cause: validation off, digests removed, another trail
/// or planted objects all look so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Undigested {
    /// How many.
    pub count: u64,
    /// The minutes in the names of the first and the last.
    pub minutes: Option<(Timestamp, Timestamp)>,
}

impl Undigested {
    /// Counts those of one minute, as it is in their names.
    pub fn add(&mut self, minute: Timestamp, count: u64) {
        self.count += count;
        let (first, last) = self.minutes.unwrap_or((minute, minute));
        self.minutes = Some((first.min(minute), last.max(minute)));
    }
}

/// The gaps of a window, in order: what the digests leave uncovered up to `pending_from`, split at
/// restarts, and the restarts that left nothing uncovered. `accounted` is what proven, damaged and
/// missing digests account for, starting digests apart, in and around the window; `restarts` are
/// the ends of starting digests.
pub fn find(
    window: Window,
    pending_from: Timestamp,
    accounted: &Spans,
    restarts: &[Timestamp],
) -> Vec<Gap> {
    let mut restarts = restarts.to_vec();
    restarts.sort_unstable();
    restarts.dedup();
    let ends = [
        restarts.first().copied(),
        accounted.bounds().map(|b| b.from),
    ];
    let first = ends.into_iter().flatten().min();
    let ends = [restarts.last().copied(), accounted.bounds().map(|b| b.to)];
    let last = ends.into_iter().flatten().max();
    let place = |time: &Window| match (first, last) {
        (Some(first), _) if time.to <= first => GapPlace::Head,
        (_, Some(last)) if time.from >= last => GapPlace::Tail,
        _ => GapPlace::Between,
    };
    let ends = accounted.iter().map(|span| span.to);
    let ends: BTreeSet<Timestamp> = ends.chain(restarts.iter().copied()).collect();
    let since = |from: Timestamp| ends.range(..=from).next_back().copied();
    // What lies beyond the window tells what a gap at its end runs into.
    let expected = Window::new(window.from, window.to.min(pending_from.max(window.from)));
    let horizon = expected.to.max(last.unwrap_or(expected.to));
    let mut gaps = Vec::new();
    for time in accounted.missing_from(Window::new(window.from, horizon)) {
        let Window { mut from, to: end } = time;
        let inside = |at: &&Timestamp| time.from < **at && **at < end;
        let cuts = restarts.iter().filter(inside).copied();
        for to in cuts.chain([end]) {
            let part = Window { from, to };
            let restart = restarts.binary_search(&to).is_ok().then_some(to);
            let time_within = part.clip(&expected);
            if !time_within.is_empty() {
                gaps.push(Gap::new(time_within, place(&part), since(from), restart));
            }
            from = to;
        }
    }
    for at in restarts {
        let inside = window.from < at && at <= window.to;
        if inside && accounted.reaches(at) {
            let time = Window { from: at, to: at };
            gaps.push(Gap::new(time, GapPlace::Between, Some(at), Some(at)));
        }
    }
    gaps.sort_by_key(|g| g.time);
    gaps
}

impl Gap {
    /// A gap of which nothing more is known.
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
            since,
            restart,
            cause,
            certainty: Certainty::None,
            told_by: None,
            evidence: Vec::new(),
            clauses: Vec::new(),
            undigested: None,
        }
    }

    /// When it really began, which may be before the window.
    pub fn began(&self) -> Timestamp {
        self.since.unwrap_or(self.time.from)
    }

    /// The time in which calls may bear on it.
    pub fn around(&self) -> Window {
        Window::new(shift(self.began(), -AROUND), shift(self.ended(), AROUND))
    }

    /// When it really ended, which may be after the window.
    pub fn ended(&self) -> Timestamp {
        self.restart.unwrap_or(self.time.to)
    }
}
