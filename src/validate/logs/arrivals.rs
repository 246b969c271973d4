//! The results that workers hand in, in any order.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// The longest time that a result waits for others.
const PATIENCE: Duration = Duration::from_millis(100);

/// Results by number. The receiver is woken once enough of them have arrived: waking it for each would
/// cost more than its work on one.
pub(super) struct Arrivals<T> {
    arrived: Mutex<Arrived<T>>,
    enough: Condvar,
}

struct Arrived<T> {
    results: Vec<(usize, T)>,
    wanted: usize,
}

impl<T> Default for Arrivals<T> {
    fn default() -> Self {
        Arrivals {
            arrived: Mutex::new(Arrived {
                results: Vec::new(),
                wanted: 0,
            }),
            enough: Condvar::new(),
        }
    }
}

impl<T> Arrivals<T> {
    /// Hands in a result.
    pub fn put(&self, number: usize, result: T) {
        let mut arrived = self.lock();
        arrived.results.push((number, result));
        if arrived.results.len() == arrived.wanted {
            self.enough.notify_one();
        }
    }

    /// Waits for a number of results, but not longer than [`PATIENCE`], so that nothing is reported late.
    pub fn take(&self, wanted: usize) -> Vec<(usize, T)> {
        let mut arrived = self.lock();
        arrived.wanted = wanted;
        let too_few = |arrived: &mut Arrived<T>| arrived.results.len() < wanted;
        let waited = self.enough.wait_timeout_while(arrived, PATIENCE, too_few);
        let (mut arrived, _) = waited.unwrap_or_else(|e| e.into_inner());
        std::mem::take(&mut arrived.results)
    }

    fn lock(&self) -> MutexGuard<'_, Arrived<T>> {
        self.arrived.lock().unwrap_or_else(|e| e.into_inner())
    }
}
