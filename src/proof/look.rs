//! When a source was read, and which digests may have been delivered only after that (pure).

use jiff::Timestamp;

use crate::base::time::{Window, shift};

/// A look at a source. A digest is delivered some time after its interval, so what ended shortly before the
/// look may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// When it was; `None` if nobody said, as of a copy of unknown age. Then nothing may still come.
    pub at: Option<Timestamp>,
    /// How long the delivery of a digest may take, in seconds.
    pub delivery_lag: i64,
    /// By how much the look may have been earlier, in seconds: clocks differ, and `at` is the latest of them.
    pub doubt: i64,
}

impl Look {
    /// The same look by the earliest of the clocks.
    pub fn earliest(self) -> Self {
        Look {
            at: self.at.map(|at| shift(at, self.doubt.saturating_neg())),
            doubt: 0,
            ..self
        }
    }

    /// The time that is pending if no digest covers it: the delivery lag before the look. Empty if the time
    /// of the look is not known.
    pub fn pending(&self) -> Window {
        let at = self.at.unwrap_or(Timestamp::MIN);
        Window::new(shift(at, self.delivery_lag.saturating_neg()), at)
    }

    /// What the look shows of the time after the last digest of a chain, which ends at `last`. `more` says
    /// whether the trail may deliver more.
    pub fn tail(&self, last: Timestamp, more: bool) -> Tail {
        let Window { from, to } = self.pending();
        Tail {
            pending: Window::new(from.max(last), if more { to } else { from }),
            looked_at: self.at.map(|at| at.max(last)),
        }
    }

    /// Whether a digest that ends at `end` may have been delivered only after the look.
    pub fn may_still_come(&self, end: Timestamp) -> bool {
        let pending = self.pending();
        pending.from < end && end <= pending.to
    }

    /// When a digest that ends at `end` should have been delivered.
    pub fn due(&self, end: Timestamp) -> Timestamp {
        shift(end, self.delivery_lag)
    }

    /// The same look, of which something shows that it was not before `at`. A look of unknown time stays so.
    pub fn not_before(self, at: Option<Timestamp>) -> Self {
        Look {
            at: self.at.map(|look| at.map_or(look, |at| look.max(at))),
            ..self
        }
    }
}

/// The time after the last digest of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// The time whose digests may still come.
    pub pending: Window,
    /// When the source was read: later time was not checked. `None` if it is not known.
    pub looked_at: Option<Timestamp>,
}

impl Tail {
    /// The tail of a chain of which nothing more is expected, whenever it was read.
    pub fn closed() -> Self {
        Look::default().tail(Timestamp::MIN, false)
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, Tail};
    use jiff::Timestamp;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn look(second: i64) -> Look {
        Look {
            at: Some(at(second)),
            delivery_lag: 7200,
            doubt: 0,
        }
    }

    #[test]
    fn only_the_lag_before_the_look_is_pending() {
        let pending = look(10_000).pending();
        assert_eq!((pending.from, pending.to), (at(2800), at(10_000)));
        assert!(!look(10_000).may_still_come(at(2800)));
        assert!(look(10_000).may_still_come(at(2801)));
        assert!(look(10_000).may_still_come(at(10_000)));
        assert!(!look(10_000).may_still_come(at(10_001)));
    }

    #[test]
    fn the_earliest_of_the_clocks_leaves_no_doubt() {
        let doubtful = Look {
            doubt: 60,
            ..look(10_000)
        };
        assert_eq!(doubtful.earliest(), look(9_940));
    }

    #[test]
    fn the_tail_is_pending_after_the_last_digest_unless_nothing_more_comes() {
        let tail = look(10_000).tail(at(5000), true);
        assert_eq!((tail.pending.from, tail.pending.to), (at(5000), at(10_000)));
        let tail = look(10_000).tail(at(100), true);
        assert_eq!(tail.pending, look(10_000).pending());
        let tail = look(10_000).tail(at(5000), false);
        assert!(tail.pending.is_empty());
        assert_eq!(tail.looked_at, Some(at(10_000)));
        // A digest that ends after the look shows that the look was later.
        let tail = look(10_000).tail(at(12_000), true);
        assert!(tail.pending.is_empty());
        assert_eq!(tail.looked_at, Some(at(12_000)));
        assert!(Tail::closed().pending.is_empty());
        assert_eq!(Tail::closed().looked_at, None);
    }

    #[test]
    fn nothing_is_pending_at_a_look_of_unknown_time() {
        let unknown = Look {
            at: None,
            delivery_lag: i64::MAX,
            doubt: 0,
        };
        assert!(unknown.pending().is_empty());
        assert!(!unknown.may_still_come(at(0)));
        assert_eq!(unknown.not_before(Some(at(5))).at, None);
    }

    #[test]
    fn a_look_is_never_before_what_shows_its_time() {
        assert_eq!(look(100).not_before(Some(at(50))).at, Some(at(100)));
        assert_eq!(look(100).not_before(Some(at(150))).at, Some(at(150)));
        assert_eq!(look(100).not_before(None).at, Some(at(100)));
    }
}
