//! For which time digests are listed (pure).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::names::DigestNames;
use crate::base::time::{HOUR, shift};
use crate::validate::request::Request;

/// The time for which digests are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListingRange {
    /// The beginning of the window, if it was given.
    pub from: Option<Timestamp>,
    /// The end of the window, if it was given.
    pub to: Option<Timestamp>,
    /// How long after its interval a backfill digest is expected, in seconds.
    pub backfill_grace: i64,
    /// How long delivery may take, in seconds.
    pub delivery_lag: i64,
    /// Whether to list all later digests at once: where the window ends now, none is long after it.
    pub open_end: bool,
}

impl ListingRange {
    /// The digests that a request needs of a window.
    pub(crate) fn of(request: &Request, from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        ListingRange {
            from,
            to,
            backfill_grace: request.backfill_grace,
            delivery_lag: request.delivery_lag,
            open_end: false,
        }
    }

    /// The digests that a request needs of a window that begins where earlier runs left off.
    pub(crate) fn continued(request: &Request, from: Option<Timestamp>) -> Self {
        let ends_now = |to: Timestamp| request.look().at.is_some_and(|at| shift(to, HOUR) > at);
        ListingRange {
            open_end: request.to.is_some_and(ends_now),
            ..ListingRange::of(request, from, request.to)
        }
    }

    /// The days to list first: those of the window, of the digest before it, and of the backfill digests
    /// after it.
    pub(super) fn days(&self) -> (Option<Date>, Option<Date>) {
        let grace = self.backfill_grace.saturating_neg();
        let first = match (self.from, self.to) {
            // A late backfill digest shows when digests were last delivered.
            (Some(from), Some(to)) => Some(shift(from, -HOUR).min(shift(to, grace))),
            (from, _) => from.map(|from| shift(from, -HOUR)),
        };
        let last = self.to.filter(|_| !self.open_end);
        let last = last.map(|to| shift(to, self.backfill_grace.max(HOUR)));
        let after = last.and_then(|last| day_of(last).tomorrow().ok());
        (first.map(day_of), after)
    }

    /// Whether a chain lacks the digest before the window. It may be far away.
    pub(super) fn lacks_earlier(&self, names: &DigestNames) -> bool {
        let before = |from| names.main.iter().any(|s| s.end() <= from);
        self.from.is_some_and(|from| !before(from))
    }

    /// Whether a chain lacks the digest after the window. It may be far away.
    pub(super) fn lacks_later(&self, names: &DigestNames) -> bool {
        let after = |to| names.main.iter().any(|s| s.end() >= shift(to, HOUR));
        self.to.is_some_and(|to| !after(to))
    }
}

/// Which earlier digests are listed than those of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// None.
    None,
    /// Those from some time on.
    Since(Timestamp),
    /// All.
    All,
}

/// The day in UTC that holds an instant.
pub(super) fn day_of(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}
