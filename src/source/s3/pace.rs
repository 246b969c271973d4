//! How many requests at a time pay: found out by trying, without looking at a clock.

use std::time::Duration;

/// The fewest requests in flight, however often we are put off.
const LEAST: usize = 4;
/// Windows that pass before more are tried again.
const HOLD: u32 = 16;
/// How much faster it must go for more to be worth what they cost.
const WORTH: f64 = 1.05;

/// A limit that is raised by a quarter as long as that makes answers come faster, and halved when S3
/// puts us off.
#[derive(Debug)]
pub(super) struct Pace {
    limit: usize,
    most: usize,
    /// Answers of this window, and when it began.
    done: usize,
    since: Duration,
    /// Whether all of the limit was in use at each of them.
    full: bool,
    /// Answers a second before the limit was raised.
    before: Option<f64>,
    hold: u32,
}

impl Pace {
    /// Starts with a limit, and never goes above `most`.
    pub fn new(first: usize, most: usize) -> Self {
        Pace {
            limit: first.min(most).max(1),
            most: most.max(1),
            done: 0,
            since: Duration::ZERO,
            full: true,
            before: None,
            hold: 0,
        }
    }

    /// How many may be in flight.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// An answer came, at a time since the beginning; `full` tells whether others had to wait.
    pub fn done(&mut self, now: Duration, full: bool) {
        self.done += 1;
        self.full &= full;
        if self.done < 2 * self.limit {
            return;
        }
        let seconds = now.saturating_sub(self.since).as_secs_f64();
        let rate = self.done as f64 / seconds.max(f64::MIN_POSITIVE);
        let full = self.full;
        self.begin(now);
        match self.before.take() {
            // What is not used up tells nothing.
            _ if !full => {}
            Some(before) if rate < before * WORTH => {
                self.limit = (self.limit * 4 / 5).max(1);
                self.hold = HOLD;
            }
            None if self.hold > 0 => self.hold -= 1,
            _ if self.limit < self.most => {
                self.before = Some(rate);
                self.limit = (self.limit + self.limit.div_ceil(4)).min(self.most);
            }
            _ => {}
        }
    }

    /// S3 put us off.
    pub fn put_off(&mut self, now: Duration) {
        // Those that were in flight together are put off together.
        if self.hold == HOLD && self.done < self.limit {
            return;
        }
        self.limit = (self.limit / 2).max(LEAST.min(self.limit));
        self.before = None;
        self.hold = HOLD;
        self.begin(now);
    }

    fn begin(&mut self, now: Duration) {
        self.done = 0;
        self.since = now;
        self.full = true;
    }
}

#[cfg(test)]
mod tests {
    use super::{HOLD, LEAST, Pace};
    use std::time::Duration;

    /// Answers as a service gives them that takes `latency` for each and serves at most `capacity` a
    /// second.
    fn serve(pace: &mut Pace, answers: usize, latency: f64, capacity: f64) -> usize {
        let mut now = 0.0;
        for _ in 0..answers {
            now += 1.0 / (pace.limit() as f64 / latency).min(capacity);
            pace.done(Duration::from_secs_f64(now), true);
        }
        pace.limit()
    }

    #[test]
    fn far_away_more_are_in_flight() {
        let mut pace = Pace::new(64, 128);
        assert_eq!(serve(&mut pace, 5_000, 0.1, 1e6), 128);
    }

    #[test]
    fn where_the_machine_is_the_limit_there_are_no_more() {
        let mut pace = Pace::new(64, 128);
        let limit = serve(&mut pace, 5_000, 0.001, 4_000.0);
        assert!((60..=80).contains(&limit), "{limit}");
    }

    #[test]
    fn whoever_is_put_off_asks_for_less_and_later_for_more() {
        let mut pace = Pace::new(64, 128);
        let at = Duration::from_secs(1);
        pace.put_off(at);
        pace.put_off(at);
        assert_eq!(pace.limit(), 32, "one refusal of many at once");
        for second in 2..20 {
            (0..64).for_each(|_| pace.done(Duration::from_secs(second), true));
            pace.put_off(Duration::from_secs(second));
        }
        assert_eq!(pace.limit(), LEAST);
        let held = 2 * LEAST * HOLD as usize;
        assert_eq!(serve(&mut pace, held, 0.1, 1e6), LEAST);
        assert!(serve(&mut pace, 20_000, 0.1, 1e6) > 64);
    }

    #[test]
    fn what_is_not_used_is_not_raised() {
        let mut pace = Pace::new(64, 128);
        for n in 0..10_000u64 {
            pace.done(Duration::from_millis(n), false);
        }
        assert_eq!(pace.limit(), 64);
    }
}
