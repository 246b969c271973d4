//! The bounds of a run while the network fails, in one place. By default:
//!
//! | what | is given up |
//! |---|---|
//! | a connection | after 5 s (`--cli-connect-timeout`) |
//! | an answer, or the next part of one | after 30 s (`--cli-read-timeout`) |
//! | a request | after 3 time-outs, 16 attempts (`AWS_MAX_ATTEMPTS`) or 90 s |
//! | the first request to an endpoint that never answered | after 3 s without a connection, or 6 s without an answer; others after 2 s |
//! | a body | after 3 time-outs in a row, 8 resumes, or 90 s in which less than 4 KiB/s came |
//! | an object | after two minutes: 90 s, and 30 s for the second read of an object that would accuse somebody |
//! | a call of CloudTrail or STS | after 90 s, as a request |
//! | a bucket, or CloudTrail in a region | after two minutes without any answer and 4 requests in a row that were given up; at once if it never answered |
//!
//! A source that was given up gets one request of at most 10 s every 10 s. All workers wait at
//! the same time, so a source that hangs for ever is given up after three minutes (two rounds of 90 s), with
//! `--jobs 1` after six.
//!
//! Larger time-outs that a user sets lengthen all of it in proportion; a time-out of 0 ends no request.

use std::time::{Duration, Instant};

use super::HttpSettings;

/// The time for connecting.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// The time for an answer, or the next part of one.
pub(super) const READ: Duration = Duration::from_secs(30);
/// How many time-outs one request, or one body in a row, is allowed.
pub(super) const TIME_OUTS: u32 = 3;
/// The same for a second read.
pub(super) const TIME_OUTS_AGAIN: u32 = 1;
/// How long failures to reach an endpoint that never answered are retried.
pub(super) const FIRST_CONTACT: Duration = Duration::from_secs(3);
/// The time for a request as long as no connection was ever made, and one should have been.
pub(super) const UNREACHED: Duration = Duration::from_secs(2);
/// The least rate of a body, in bytes per second. Many workers may share a slow line.
const LEAST_RATE: f64 = 4096.0;
/// How many requests in a row are given up before their source is.
pub(super) const GIVE_UPS: u32 = 4;
/// Which part of the time for an answer the first request may take, besides the time for connecting.
const PART_OF_READ: u32 = 30;
/// The time between two requests to a source that was given up, and the time for each.
pub(super) const PROBE: Duration = Duration::from_secs(10);

/// The bounds that follow from the time-outs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// The time for a request with its attempts, and for a body without progress; `None` for ever.
    pub request: Option<Duration>,
    /// The same for a second read.
    pub again: Option<Duration>,
    /// How long a source stays silent before it is given up.
    pub silence: Duration,
    /// The time between two requests to a source that was given up, and the time for each.
    pub probe: Duration,
    /// The time for a request as long as nothing ever answered; `None` for ever.
    pub probe_endpoint: Option<Duration>,
}

impl Bounds {
    /// The bounds of these time-outs.
    pub fn of(settings: &HttpSettings) -> Self {
        let (read, connect) = (settings.read, settings.connect);
        let both = read.zip(connect);
        let longest = both.map(|(read, connect)| read.max(connect));
        let reached =
            both.map(|(read, connect)| connect.max(CONNECT) + read.max(READ) / PART_OF_READ);
        let request = longest.map(|longest| settings.patience.max(longest * TIME_OUTS));
        Bounds {
            request,
            again: request.map(|request| request / TIME_OUTS * TIME_OUTS_AGAIN),
            silence: read.unwrap_or(READ) * (TIME_OUTS + TIME_OUTS_AGAIN),
            probe: read.unwrap_or(READ).min(PROBE),
            probe_endpoint: reached,
        }
    }
}

/// When reading ends unless more comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    at: Option<Instant>,
    patience: Option<Duration>,
}

impl Deadline {
    /// Ends after `patience`; never if it is `None`.
    pub fn after(patience: Option<Duration>) -> Self {
        let at = patience.and_then(|patience| Instant::now().checked_add(patience));
        Deadline { at, patience }
    }

    /// Ends after `most` at the latest, unless more comes.
    pub fn within(self, most: Option<Duration>) -> Self {
        let limit = most.and_then(|most| Instant::now().checked_add(most));
        let at = self.at.into_iter().chain(limit).min();
        Deadline { at, ..self }
    }

    /// Ends so much later.
    pub fn later_by(self, time: Duration) -> Self {
        let at = self.at.and_then(|at| at.checked_add(time));
        Deadline { at, ..self }
    }

    /// Moves the end by the time that these bytes may take. It never lies further away than at first.
    pub fn received(&mut self, bytes: usize) {
        if let (Some(at), Some(patience)) = (self.at, self.patience) {
            let time = Duration::from_secs_f64(bytes as f64 / LEAST_RATE);
            self.at = Some((at + time).min(Instant::now() + patience));
        }
    }

    /// Whether the time is over.
    pub fn is_over(&self) -> bool {
        self.at.is_some_and(|at| at <= Instant::now())
    }

    /// How long to wait for the next part, which may take `most`.
    pub fn next_part(&self, most: Option<Duration>) -> Option<Duration> {
        let left = self
            .at
            .map(|at| at.saturating_duration_since(Instant::now()));
        left.into_iter().chain(most).min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Bounds, Deadline, LEAST_RATE};
    use crate::aws::HttpSettings;

    fn bounds(read: u64, connect: u64) -> Bounds {
        let time_out = |seconds| (seconds > 0).then(|| Duration::from_secs(seconds));
        Bounds::of(&HttpSettings {
            read: time_out(read),
            connect: time_out(connect),
            ..HttpSettings::default()
        })
    }

    #[test]
    fn an_object_is_given_up_after_two_minutes_unless_longer_time_outs_are_wanted() {
        let in_all = |b: Bounds| b.request.zip(b.again).map(|(a, b)| (a + b).as_secs());
        assert_eq!(in_all(Bounds::of(&HttpSettings::default())), Some(120));
        assert_eq!(in_all(bounds(1, 1)), Some(120));
        assert_eq!(in_all(bounds(300, 5)), Some(1200));
        assert_eq!(in_all(bounds(30, 60)), Some(240));
        assert_eq!((in_all(bounds(0, 5)), in_all(bounds(30, 0))), (None, None));
        let silence = |b: Bounds| b.silence.as_secs();
        assert_eq!((silence(bounds(0, 0)), silence(bounds(1, 5))), (120, 4));
    }

    #[test]
    fn a_dead_endpoint_is_known_within_ten_seconds_unless_longer_time_outs_are_wanted() {
        let reached = |b: Bounds| b.probe_endpoint.map(|time| time.as_secs());
        assert_eq!(reached(Bounds::of(&HttpSettings::default())), Some(6));
        assert_eq!(reached(bounds(1, 1)), Some(6));
        assert_eq!(reached(bounds(300, 60)), Some(70));
        assert_eq!(
            (reached(bounds(0, 5)), reached(bounds(30, 0))),
            (None, None)
        );
    }

    #[test]
    fn bytes_buy_time_and_never_more_than_the_patience() {
        let patience = Duration::from_secs(1_000);
        let mut deadline = Deadline::after(Some(patience)).within(Some(Duration::ZERO));
        assert!(deadline.is_over());
        deadline.received(LEAST_RATE as usize * 100);
        assert!(!deadline.is_over());
        let left = deadline.next_part(None).map(|left| left.as_secs());
        assert!(
            left.is_some_and(|left| (90..=100).contains(&left)),
            "{left:?}"
        );
        deadline.received(usize::MAX >> 16);
        assert!(deadline.next_part(None) <= Some(patience));
        let mut never = Deadline::after(None);
        never.received(1);
        assert!(!never.is_over() && never.next_part(None).is_none());
    }
}
