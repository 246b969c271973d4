//! Objects that are being read, and how many may be at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use super::pace::Pace;

/// How many objects may be read at a time.
pub(super) struct Flight {
    state: Mutex<State>,
    free: Condvar,
    began: Instant,
    /// How often S3 put us off.
    refusals: Arc<AtomicU64>,
}

struct State {
    in_flight: usize,
    waiting: usize,
    pace: Pace,
    refusals: u64,
}

/// One object that is being read.
pub(super) struct Pass<'a>(&'a Flight);

impl Flight {
    /// Begins with `first` at a time, and never has more than `most`.
    pub fn new(first: usize, most: usize, refusals: Arc<AtomicU64>) -> Self {
        Flight {
            state: Mutex::new(State {
                in_flight: 0,
                waiting: 0,
                pace: Pace::new(first, most),
                refusals: 0,
            }),
            free: Condvar::new(),
            began: Instant::now(),
            refusals,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Waits until one more object may be read.
    pub fn enter(&self) -> Pass<'_> {
        let mut state = self.state();
        state.waiting += 1;
        let full = |state: &mut State| state.in_flight >= state.pace.limit();
        let waited = self.free.wait_while(state, full);
        let mut state = waited.unwrap_or_else(|e| e.into_inner());
        state.waiting -= 1;
        state.in_flight += 1;
        Pass(self)
    }

    fn leave(&self) {
        let (now, refusals) = (self.began.elapsed(), self.refusals.load(Ordering::Relaxed));
        let mut state = self.state();
        state.in_flight -= 1;
        if refusals > state.refusals {
            state.refusals = refusals;
            state.pace.put_off(now);
        }
        let waited = state.waiting > 0;
        state.pace.done(now, waited);
        let room = state.pace.limit().saturating_sub(state.in_flight);
        drop(state);
        (0..room.min(2)).for_each(|_| self.free.notify_one());
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}
