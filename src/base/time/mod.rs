//! Stretches of time, and their lengths in words. Nothing here reads a clock. [`written`] reads a time as
//! people and programs write it.

pub mod written;

use jiff::{SignedDuration, Timestamp};

/// An hour in seconds.
pub const HOUR: i64 = 3600;

/// A half-open stretch of time, `from <= t < to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

impl Window {
    /// The stretch between two instants; empty if `to` is not after `from`.
    pub fn new(from: Timestamp, to: Timestamp) -> Self {
        Window {
            from,
            to: to.max(from),
        }
    }

    /// Whether it contains no instant.
    pub fn is_empty(&self) -> bool {
        self.from >= self.to
    }

    /// The part of it inside another window.
    pub fn clip(&self, to: &Window) -> Window {
        Window::new(self.from.max(to.from), self.to.min(to.to))
    }

    /// Its length in full seconds.
    pub fn seconds(&self) -> i64 {
        self.length().as_secs()
    }

    /// The number of hours that its length has begun: none if it is empty, and one if it is half a second.
    pub fn hours_begun(&self) -> u64 {
        let length = self.length().max(SignedDuration::ZERO);
        let more = !(length.as_secs() % HOUR == 0 && length.subsec_nanos() == 0);
        (length.as_secs() / HOUR).unsigned_abs() + u64::from(more)
    }

    /// Its length.
    pub fn length(&self) -> SignedDuration {
        self.to.duration_since(self.from)
    }
}

/// Moves an instant by a number of seconds. The result saturates at the first and last instant that a
/// [`Timestamp`] can hold.
pub fn shift(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(at)
}

/// A length in words, as in `2d 3h 20m`, in full seconds. A length of zero, or below, is `no time`.
pub fn in_words(length: SignedDuration) -> String {
    let mut seconds = length.max(SignedDuration::ZERO).as_secs();
    if seconds == 0 && length.is_positive() {
        return "less than a second".into();
    }
    let mut parts = Vec::new();
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")] {
        if seconds >= unit {
            parts.push(format!("{}{name}", seconds / unit));
            seconds %= unit;
        }
    }
    if parts.is_empty() {
        "no time".into()
    } else {
        parts.join(" ")
    }
}

/// The length from one instant to another in words, as in `2d 3h 20m`.
pub fn in_words_between(from: Timestamp, to: Timestamp) -> String {
    in_words(to.duration_since(from))
}
