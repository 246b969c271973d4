//! Objects and pages that are being read, and how many may be at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::InFlight;
use super::pace::Pace;

/// Objects a second that one core gets, inflates and hashes, and half as many again for those that wait
/// for it: as many must be on their way as come in the time that one takes.
const A_CORE: f64 = 3_000.0;

/// Answers that come sooner are none of S3's, but of a server beside us: to wait for many at a time only
/// makes more work then.
const NEARBY: Duration = Duration::from_millis(2);
/// Objects on their way for each core there.
const A_CORE_NEARBY: usize = 4;

/// How many may be read at a time.
pub(super) struct Flight {
    state: Mutex<FlightState>,
    free: Condvar,
    in_flight: InFlight,
    /// How often S3 put us off.
    refusals: Arc<AtomicU64>,
}

struct FlightState {
    now: usize,
    pace: Pace,
    refusals: u64,
    /// The shortest time that an answer took.
    fastest: Option<Duration>,
}

/// One that is being read.
pub(super) struct Pass<'a> {
    flight: &'a Flight,
    since: Instant,
}

impl Flight {
    /// Nothing is in flight yet.
    pub fn new(in_flight: InFlight, refusals: Arc<AtomicU64>) -> Self {
        Flight {
            state: Mutex::new(FlightState {
                now: 0,
                pace: Pace::new(in_flight.most),
                refusals: 0,
                fastest: None,
            }),
            free: Condvar::new(),
            in_flight,
            refusals,
        }
    }

    fn state(&self) -> MutexGuard<'_, FlightState> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Waits until one more may be read.
    pub fn enter(&self) -> Pass<'_> {
        let full = |state: &mut FlightState| state.now >= state.pace.limit();
        let waited = self.free.wait_while(self.state(), full);
        waited.unwrap_or_else(|e| e.into_inner()).now += 1;
        Pass {
            flight: self,
            since: Instant::now(),
        }
    }

    /// How many at a time keep every core busy, by the time that answers take.
    pub fn best(&self) -> usize {
        let InFlight { first, most } = self.in_flight;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        match self.state().fastest {
            // It was said how many.
            _ if first == most => first,
            Some(fastest) if fastest < NEARBY => (cores * A_CORE_NEARBY).clamp(1, first),
            // As casts do, it ends at the bounds.
            Some(fastest) => {
                ((cores as f64 * A_CORE * fastest.as_secs_f64()) as usize).clamp(first, most)
            }
            None => first,
        }
    }
}

impl Pass<'_> {
    /// A page of a listing came. S3 takes longer for one than for an object, so only one that came from
    /// nearby tells anything.
    pub fn listed(&self) {
        let now = Instant::now();
        if now - self.since < NEARBY {
            self.answered(now);
        }
    }

    /// The answer began then.
    pub fn answered(&self, at: Instant) {
        let took = at.saturating_duration_since(self.since);
        let mut state = self.flight.state();
        state.fastest = Some(state.fastest.map_or(took, |fastest| fastest.min(took)));
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let refusals = self.flight.refusals.load(Ordering::Relaxed);
        let mut state = self.flight.state();
        let InFlight { first, most } = self.flight.in_flight;
        if refusals > state.refusals && first < most {
            state.refusals = refusals;
            let now = state.now;
            state.pace.put_off(now);
        }
        state.pace.done();
        state.now -= 1;
        let room = state.pace.limit().saturating_sub(state.now);
        drop(state);
        // Where the limit was raised, there is room for another.
        (0..room.min(2)).for_each(|_| self.flight.free.notify_one());
    }
}
