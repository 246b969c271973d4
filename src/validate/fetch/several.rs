//! A log that may lie in several places: what each of them holds becomes one result.
//!
//! The recorded place comes first, and nothing elsewhere excuses what is wrong there. A copy that
//! `--map` gives stands in only where the recorded place is not part of the source, and is judged too
//! where it is. Several folders that stand for one bucket are one place: each object in them is judged,
//! and the log is missing only if none of them has it.

use serde::{Deserialize, Serialize};

use crate::base::text::s3_uri;
use crate::proof::finding::{Finding, Severity};
use crate::proof::log;
use crate::source::places::{Places, PossiblePlaces};
use crate::source::{GetError, RootId};

/// The result of checking a log.
#[derive(Clone, Serialize, Deserialize)]
pub enum LogState {
    /// It is as delivered.
    Valid {
        /// Whether its gzip header carries optional fields.
        optional_fields: bool,
    },
    /// It exists, and was not read.
    NotRead,
    /// The copy lacks the complete folder that it belongs in.
    NotCopied,
    /// It is altered or missing, or could not be read.
    Found(Box<Finding>),
}

/// What the places of one kind hold.
#[derive(Default)]
struct Held {
    /// A log as delivered, or one that exists and was not read.
    good: Option<LogState>,
    /// The worst that was found.
    bad: Option<Box<Finding>>,
    /// The object does not exist in a place that could have it.
    missing: bool,
    /// The number of the place with the object that is `good`, or else `bad`.
    at: usize,
}

impl Held {
    fn add(&mut self, at: usize, state: LogState) {
        match state {
            LogState::Found(finding) => {
                let worst = self.bad.as_ref().map(|bad| bad.severity);
                if worst.is_none_or(|worst| finding.severity > worst) {
                    self.bad = Some(finding);
                    self.at = at;
                }
            }
            good => {
                if self.good.is_none() && self.bad.is_none() {
                    self.at = at;
                }
                self.good.get_or_insert(good);
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.good.is_none() && self.bad.is_none()
    }

    /// The result if there are no other places.
    fn state(self) -> Option<LogState> {
        match self {
            Held { bad: Some(bad), .. } => Some(LogState::Found(bad)),
            Held {
                good: Some(good), ..
            } => Some(good),
            Held { missing: true, .. } => Some(LogState::Found(Box::new(log::missing()))),
            Held { .. } => None,
        }
    }
}

/// The result for a log, from all places where it may be. `None` if no place gives an answer.
pub(super) fn judge(
    places: &Places,
    possible: &PossiblePlaces,
    is_reachable: &dyn Fn(RootId) -> bool,
    mut check: impl FnMut(RootId, &str) -> Result<LogState, GetError>,
) -> Option<LogState> {
    let mut held_in = |places: &[(RootId, String)]| {
        let mut held = Held::default();
        for (at, (root, key)) in places.iter().enumerate() {
            match check(*root, key) {
                Ok(state) => held.add(at, state),
                Err(GetError::NotFound) => held.missing |= is_reachable(*root),
                Err(error) => {
                    let finding = log::unreadable(error.reason(), &error.detail());
                    held.add(at, LogState::Found(Box::new(finding)));
                }
            }
        }
        held
    };
    let recorded = held_in(possible.recorded());
    if possible.copies().is_empty() {
        return recorded.state();
    }
    let copies = held_in(possible.copies());
    if recorded.is_empty() && !recorded.missing {
        return copies.state();
    }
    let (root, key) = &possible.copies()[copies.at];
    let bucket = places.bucket(*root);
    let is_intact = copies.good.is_some() && copies.bad.is_none();
    Some(match (recorded.state()?, copies.bad) {
        (LogState::Found(finding), _) if is_intact => {
            LogState::Found(Box::new(with_copy(*finding, &s3_uri(bucket, key))))
        }
        (LogState::Found(finding), _) => LogState::Found(finding),
        (_, Some(bad)) => LogState::Found(Box::new(of_copy(*bad, bucket, key))),
        (good, None) => good,
    })
}

/// A finding on a log at its recorded place, beside an intact copy.
fn with_copy(finding: Finding, copy: &str) -> Finding {
    let verb = match finding.severity {
        Severity::Failed => "it does not replace the object at the recorded place",
        _ => "the recorded place could not be checked",
    };
    finding.hint(format!(
        "the copy at {copy} exists and is not altered; {verb}"
    ))
}

/// A finding on a copy, beside a log that is present at its recorded place.
fn of_copy(finding: Finding, bucket: Option<&str>, key: &str) -> Finding {
    let message = format!(
        "the log is intact at its recorded place, but the copy that --map refers to is not: {}",
        finding.message
    );
    Finding {
        message,
        detail: None,
        ..finding.at(bucket, key)
    }
}
