//! Coverage: the state of every instant of the window, without holes or overlaps (pure).

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::time::Window;
use crate::proof::finding::{Severity, Verdict};

/// The state of a stretch of time, in order of gravity.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Covered by proven digests.
    Verified,
    /// So recent that its digest may not have been delivered yet.
    Pending,
    /// No digest covers it.
    Gap,
    /// Could not be checked.
    Unproven,
    /// Altered, missing or forged.
    Failed,
}

impl State {
    /// The least verdict that this state allows.
    pub fn verdict(self) -> Verdict {
        match self {
            State::Verified | State::Pending => Verdict::Verified,
            State::Gap => Verdict::Gaps,
            State::Unproven => Verdict::Unproven,
            State::Failed => Verdict::Failed,
        }
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Verified => "verified",
            State::Pending => "pending",
            State::Gap => "gap",
            State::Unproven => "unproven",
            State::Failed => "failed",
        }
    }
}

/// A set of instants, as merged half-open stretches. Its size depends on how fragmented it is, not
/// on how much time it spans.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    /// Disjoint, not adjoining, newest first. Digests are walked in that order, so most stretches
    /// are added at the end.
    spans: Vec<Window>,
}

impl Spans {
    /// Adds a stretch.
    pub fn insert(&mut self, mut span: Window) {
        if span.is_empty() {
            return;
        }
        let first = self.spans.partition_point(|s| s.from > span.to);
        let end = self.spans.partition_point(|s| s.to >= span.from);
        match &mut self.spans[first..end] {
            [] => {
                // Most chains have one stretch.
                if self.spans.is_empty() {
                    self.spans.reserve_exact(1);
                }
                self.spans.insert(first, span);
            }
            touching => {
                for other in &*touching {
                    span.from = span.from.min(other.from);
                    span.to = span.to.max(other.to);
                }
                touching[0] = span;
                self.spans.drain(first + 1..end);
            }
        }
    }

    /// The stretches in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Window> {
        self.spans.iter().rev().copied()
    }

    /// From its first instant to the end of its last stretch; `None` if it is empty.
    pub fn bounds(&self) -> Option<Window> {
        let (newest, oldest) = (self.spans.first()?, self.spans.last()?);
        Some(Window {
            from: oldest.from,
            to: newest.to,
        })
    }

    /// Whether an instant belongs to it.
    pub fn contains(&self, at: Timestamp) -> bool {
        let begun = self.spans.partition_point(|s| s.from > at);
        self.spans.get(begun).is_some_and(|s| at < s.to)
    }

    /// Whether some instant of `window` belongs to it.
    pub fn meets(&self, window: Window) -> bool {
        let begun = self.spans.partition_point(|s| s.from >= window.to);
        let last = self.spans.get(begun);
        !window.is_empty() && last.is_some_and(|s| s.to > window.from)
    }

    /// Whether the instants just before `at` belong to it.
    pub fn reaches(&self, at: Timestamp) -> bool {
        let begun = self.spans.partition_point(|s| s.from >= at);
        self.spans.get(begun).is_some_and(|s| at <= s.to)
    }

    /// The parts of `window` that do not belong to it, in order.
    pub fn missing_from(&self, window: Window) -> Vec<Window> {
        let mut rest = Vec::new();
        let mut from = window.from;
        let later = self.spans.partition_point(|s| s.from >= window.to);
        let end = self.spans.partition_point(|s| s.to > window.from);
        for span in self.spans[later..end.max(later)].iter().rev() {
            if span.from > from {
                rest.push(Window {
                    from,
                    to: span.from,
                });
            }
            from = from.max(span.to);
        }
        if from < window.to {
            rest.push(Window {
                from,
                to: window.to,
            });
        }
        rest
    }
}

/// A stretch of time in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The time.
    pub time: Window,
    /// Its state.
    pub state: State,
}

/// The time of a chain by state: digests cover it, and findings colour it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paint {
    /// Time that proven digests cover.
    pub verified: Spans,
    /// Time of findings with severity `unproven`.
    pub unproven: Spans,
    /// Time of findings with severity `failed`.
    pub failed: Spans,
    /// Time of digests that may still come.
    pub pending: Spans,
}

impl Paint {
    /// Colours the time of a finding. Gaps and notes leave no colour.
    pub fn colour(&mut self, severity: Severity, time: Window) {
        match severity {
            Severity::Failed => self.failed.insert(time),
            Severity::Unproven => self.unproven.insert(time),
            Severity::Gap | Severity::Note => {}
        }
    }

    /// All time that findings colour.
    pub fn coloured(&self) -> Spans {
        let mut all = self.failed.clone();
        self.unproven.iter().for_each(|time| all.insert(time));
        all
    }

    /// Adds the time that findings colour in another one, but not the time that it covers.
    pub fn add_colours(&mut self, other: &Paint) {
        other
            .failed
            .iter()
            .for_each(|time| self.failed.insert(time));
        other
            .unproven
            .iter()
            .for_each(|time| self.unproven.insert(time));
    }

    /// The state of every instant of a window, as adjoining stretches in order whose neighbours
    /// differ. The worst state wins. Time that nothing covers is pending if its digests may still come,
    /// and else a gap.
    pub fn settle(&self, window: Window) -> Vec<Stretch> {
        let mut cuts = vec![window.from, window.to];
        for spans in [&self.verified, &self.unproven, &self.failed, &self.pending] {
            cuts.extend(spans.iter().flat_map(|s| [s.from, s.to]));
        }
        cuts.retain(|at| (window.from..=window.to).contains(at));
        cuts.sort_unstable();
        cuts.dedup();
        let mut stretches: Vec<Stretch> = Vec::new();
        for pair in cuts.windows(2) {
            let time = Window {
                from: pair[0],
                to: pair[1],
            };
            let state = self.state(time.from);
            match stretches.last_mut() {
                Some(last) if last.state == state => last.time.to = time.to,
                _ => stretches.push(Stretch { time, state }),
            }
        }
        stretches
    }

    fn state(&self, at: Timestamp) -> State {
        if self.failed.contains(at) {
            State::Failed
        } else if self.unproven.contains(at) {
            State::Unproven
        } else if self.verified.contains(at) {
            State::Verified
        } else if self.pending.contains(at) {
            State::Pending
        } else {
            State::Gap
        }
    }
}

/// The end of the time that is verified without interruption from the beginning of the window;
/// `None` if its first instant is not verified.
pub fn verified_until(stretches: &[Stretch]) -> Option<Timestamp> {
    stretches
        .first()
        .filter(|s| s.state == State::Verified)
        .map(|s| s.time.to)
}

#[cfg(test)]
mod tests;
