//! Where no digest covers the window, and what remains to say why (pure).

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::coverage::Spans;
use crate::finding::{Code, Finding};
use crate::trail::Window;

/// Why a gap is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// No earlier digest is there.
    BeforeFirstDigest,
    /// No later digest is there.
    AfterLastDigest,
    /// Nothing that remains says why.
    Unexplained,
}

/// A gap between, before or after digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The time without a digest; empty where a restart left none.
    pub time: Window,
    /// The end of the starting digest it ends in, if it does; beyond the window it may lie later
    /// than the gap does.
    pub restart: Option<Timestamp>,
    /// Why it is there.
    pub cause: Cause,
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
    /// Counts one by the minute in its name.
    pub fn add(&mut self, minute: Timestamp) {
        self.count += 1;
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
    let cause = |time: &Window| match (first, last) {
        (Some(first), _) if time.to <= first => Cause::BeforeFirstDigest,
        (_, Some(last)) if time.from >= last => Cause::AfterLastDigest,
        _ => Cause::Unexplained,
    };
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
            let cause = cause(&part);
            let time_within = part.clip(&expected);
            if !time_within.is_empty() {
                gaps.push(Gap {
                    time: time_within,
                    restart,
                    cause,
                    undigested: None,
                });
            }
            from = to;
        }
    }
    for at in restarts {
        let inside = window.from < at && at <= window.to;
        if inside && accounted.reaches(at) {
            let time = Window { from: at, to: at };
            gaps.push(Gap {
                time,
                restart: Some(at),
                cause: Cause::Unexplained,
                undigested: None,
            });
        }
    }
    gaps.sort_by_key(|g| g.time);
    gaps
}

impl Gap {
    /// The finding that reports it.
    pub fn finding(&self) -> Finding {
        let (code, message) = match (self.cause, self.restart) {
            (Cause::BeforeFirstDigest, None) => (
                Code::CoverageHead,
                "no digest covers this time, before the first digest that is there: the trail is \
                 younger, or earlier digests are not there"
                    .into(),
            ),
            (Cause::BeforeFirstDigest, Some(at)) => (
                Code::CoverageHead,
                format!(
                    "no digest covers this time: the first one that is there is a starting digest, and \
                     nothing before {at} is vouched for; the trail is younger, or earlier digests are \
                     not there"
                ),
            ),
            (Cause::AfterLastDigest, _) => (
                Code::CoverageTail,
                "no digest covers this time, after the last digest that is there: logging or \
                 validation ended, or later digests are not there"
                    .into(),
            ),
            (Cause::Unexplained, Some(at)) if self.time.is_empty() => (
                Code::Gap,
                format!(
                    "a restart lies here: a starting digest says that logging or validation was \
                     switched on at {at}; how long it was off is not known"
                ),
            ),
            (Cause::Unexplained, Some(at)) => (
                Code::Gap,
                format!(
                    "no digest covers this time, up to a starting digest, which says that logging or \
                     validation was switched on at {at}; nothing here says since when it was off, or \
                     whether digests were removed"
                ),
            ),
            (Cause::Unexplained, None) => (
                Code::Gap,
                "no digest covers this time, and nothing that remains names one: logging or \
                 validation was off, or digests were removed"
                    .into(),
            ),
        };
        let hint = match self.cause {
            Cause::Unexplained => {
                "look for StopLogging, UpdateTrail and DeleteTrail events of that time; what is \
                 answered for can be accepted with --accept"
            }
            Cause::BeforeFirstDigest => "compare with when the trail was made",
            Cause::AfterLastDigest => {
                "see whether the trail is still logging, and when the copy was made (--as-of)"
            }
        };
        let message = match self.undigested {
            Some(Undigested {
                count,
                minutes: Some((first, last)),
            }) => format!(
                "{message}; {} in it that no digest names, from {first} to {last}",
                if count == 1 {
                    "one log lies".to_owned()
                } else {
                    format!("{count} logs lie")
                }
            ),
            _ => message,
        };
        Finding::new(code, message).hint(hint).over(self.time)
    }
}
