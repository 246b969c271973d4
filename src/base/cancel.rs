//! Cancellation: one flag that all workers check between two steps. Whoever sets it says why.

use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;

use super::time::in_words;

/// Why work should stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CancelReason {
    /// A signal asked for it.
    Signal,
    /// The deadline has passed: this long after the start.
    Deadline(SignedDuration),
    /// Nobody reads the output any more, or it cannot be written.
    OutputClosed,
}

impl fmt::Display for CancelReason {
    /// What ended the run, as the subject of a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CancelReason::Signal => f.write_str("a signal"),
            CancelReason::OutputClosed => f.write_str("the end of the output"),
            CancelReason::Deadline(after) => write!(f, "the deadline of {}", in_words(*after)),
        }
    }
}

/// Whether work should stop, and why. Clones share the same flag.
#[derive(Debug, Clone, Default)]
pub struct CancelFlag(Arc<OnceLock<CancelReason>>);

impl CancelFlag {
    /// Asks all workers to stop. The first reason stays.
    pub fn set(&self, reason: CancelReason) {
        // An error means that there is a reason already.
        let _ = self.0.set(reason);
    }

    /// Whether workers should stop.
    pub fn is_set(&self) -> bool {
        self.0.get().is_some()
    }

    /// Why workers should stop; `None` while they should not.
    pub fn reason(&self) -> Option<CancelReason> {
        self.0.get().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{CancelFlag, CancelReason};
    use jiff::SignedDuration;

    #[test]
    fn the_first_reason_stays() {
        let deadline = CancelReason::Deadline(SignedDuration::from_secs(5400));
        let (stop, other) = (CancelFlag::default(), CancelFlag::default());
        assert_eq!((stop.is_set(), stop.reason()), (false, None));
        stop.clone().set(deadline);
        stop.set(CancelReason::Signal);
        assert_eq!((stop.is_set(), stop.reason()), (true, Some(deadline)));
        other.set(CancelReason::Signal);
        other.set(deadline);
        assert_eq!(other.reason(), Some(CancelReason::Signal));
        assert_eq!(deadline.to_string(), "the deadline of 1h 30m");
    }
}
