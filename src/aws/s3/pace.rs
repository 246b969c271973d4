//! How many requests may be in flight: half as many when S3 throttles, then slowly more again.

/// The lowest limit, however often S3 throttles.
const LEAST: usize = 4;
/// Answers per request in flight before the limit is raised.
const HOLD: usize = 8;

/// A limit that adapts.
#[derive(Debug)]
pub(super) struct Pace {
    limit: usize,
    most: usize,
    /// Answers since the limit was changed.
    done: usize,
}

impl Pace {
    /// Starts at `most`.
    pub fn new(most: usize) -> Self {
        Pace {
            limit: most.max(1),
            most: most.max(1),
            done: 0,
        }
    }

    /// How many requests may be in flight.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Records an answer.
    pub fn done(&mut self) {
        self.done += 1;
        if self.limit < self.most && self.done >= HOLD * self.limit {
            self.limit = (self.limit + self.limit.div_ceil(4)).min(self.most);
            self.done = 0;
        }
    }

    /// Records that S3 throttled when `in_flight` requests were in flight. Requests in flight together are
    /// throttled together, so the limit is halved once for all of them.
    pub fn throttled(&mut self, in_flight: usize) {
        if self.limit == self.most || self.done >= self.limit {
            let half = self.limit.min(in_flight) / 2;
            self.limit = half.max(LEAST).min(self.limit);
            self.done = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HOLD, LEAST, Pace};

    #[test]
    fn throttling_halves_the_limit_and_answers_raise_it_again() {
        let mut pace = Pace::new(256);
        assert_eq!(pace.limit(), 256);
        pace.throttled(64);
        pace.throttled(64);
        assert_eq!(pace.limit(), 32, "one refusal of many at once");
        for _ in 0..20 {
            (0..64).for_each(|_| pace.done());
            pace.throttled(pace.limit());
        }
        assert_eq!(pace.limit(), LEAST);
        (1..HOLD * LEAST).for_each(|_| pace.done());
        assert_eq!(pace.limit(), LEAST);
        pace.done();
        assert_eq!(pace.limit(), LEAST + 1);
        (0..100_000).for_each(|_| pace.done());
        assert_eq!(pace.limit(), 256);
    }

    #[test]
    fn one_at_a_time_stays_one_at_a_time() {
        let mut pace = Pace::new(1);
        pace.throttled(1);
        assert_eq!(pace.limit(), 1);
        (0..100).for_each(|_| pace.done());
        assert_eq!(pace.limit(), 1);
    }
}
