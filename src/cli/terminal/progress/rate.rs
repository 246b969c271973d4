//! How fast the work goes, and how long it still takes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::counts::Snapshot;
use super::estimate::Work;

/// A rate is given only after this time.
const LEAST: f64 = 0.5;

/// The rate over the last seconds.
pub(super) struct Rate {
    over: Duration,
    /// The time of each sample, with the bytes read and the share done until then.
    samples: VecDeque<(Instant, u64, f64)>,
}

impl Rate {
    /// The rate over this time.
    pub fn over(over: Duration) -> Self {
        Rate {
            over,
            samples: VecDeque::new(),
        }
    }

    /// Adds a sample.
    pub fn add(&mut self, now: &Snapshot, work: Option<Work>) {
        let share = work.map_or(0.0, |work| work.share);
        self.samples.push_back((Instant::now(), now.read, share));
        let is_old = |(at, ..): &(Instant, u64, f64)| at.elapsed() > self.over;
        while self.samples.len() > 2 && self.samples.front().is_some_and(is_old) {
            self.samples.pop_front();
        }
    }

    /// Bytes per second.
    pub fn bytes(&self) -> f64 {
        let read = |[first, last]: [u64; 2]| last.saturating_sub(first) as f64;
        self.seconds()
            .zip(self.ends(|(_, read, _)| *read))
            .map_or(0.0, |(seconds, ends)| read(ends) / seconds)
    }

    /// The time left, if the share grows on as it did.
    pub fn left(&self) -> Option<Duration> {
        let (seconds, [first, last]) = self.seconds().zip(self.ends(|(.., share)| *share))?;
        Duration::try_from_secs_f64((1.0 - last) * seconds / (last - first)).ok()
    }

    fn ends<T>(&self, value: impl Fn(&(Instant, u64, f64)) -> T) -> Option<[T; 2]> {
        Some([value(self.samples.front()?), value(self.samples.back()?)])
    }

    /// The seconds between the first and the last sample, if they are enough.
    fn seconds(&self) -> Option<f64> {
        let [first, last] = self.ends(|(at, ..)| *at)?;
        let seconds = last.duration_since(first).as_secs_f64();
        (seconds >= LEAST).then_some(seconds)
    }
}
