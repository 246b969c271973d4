//! Limits how many objects and pages are read at the same time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::InFlight;
use super::pace::Pace;

/// Objects per second that one core fetches, inflates and hashes, plus half as many that wait for it. By
/// Little's law, this rate times the latency is the number of requests that keep a core busy.
const PER_CORE: f64 = 3_000.0;

/// Faster answers come from a server nearby, not from S3. Many requests in flight only add work then.
const NEARBY: Duration = Duration::from_millis(2);
/// Objects in flight per core with such a server.
const PER_CORE_NEARBY: usize = 4;

/// The limiter.
pub(super) struct Flight {
    state: Mutex<FlightState>,
    free: Condvar,
    in_flight: InFlight,
    /// The most in flight for the rate of requests that is allowed.
    most_for_rate: usize,
    /// How often S3 throttled a request.
    throttles: Arc<AtomicU64>,
}

struct FlightState {
    now: usize,
    pace: Pace,
    throttles: u64,
    /// The shortest latency so far.
    fastest: Option<Duration>,
}

/// Permission to read one object or page; dropping it ends the reading.
pub(super) struct Pass<'a> {
    flight: &'a Flight,
    since: Instant,
}

impl Flight {
    /// A limiter with nothing in flight.
    pub fn new(
        in_flight: InFlight,
        most_for_rate: Option<usize>,
        throttles: Arc<AtomicU64>,
    ) -> Self {
        Flight {
            state: Mutex::new(FlightState {
                now: 0,
                pace: Pace::new(in_flight.most),
                throttles: 0,
                fastest: None,
            }),
            free: Condvar::new(),
            in_flight,
            most_for_rate: most_for_rate.unwrap_or(usize::MAX),
            throttles,
        }
    }

    fn state(&self) -> MutexGuard<'_, FlightState> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Waits until one more object or page may be read.
    pub fn enter(&self) -> Pass<'_> {
        let full =
            |state: &mut FlightState| state.now >= state.pace.limit().min(self.most_for_rate);
        let waited = self.free.wait_while(self.state(), full);
        waited.unwrap_or_else(|e| e.into_inner()).now += 1;
        Pass {
            flight: self,
            since: Instant::now(),
        }
    }

    /// How many requests in flight keep every core busy at the latency so far.
    pub fn best(&self) -> usize {
        let InFlight { first, most } = self.in_flight;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        match self.state().fastest {
            // A fixed number was requested.
            _ if first == most => first,
            Some(fastest) if fastest < NEARBY => (cores * PER_CORE_NEARBY).clamp(1, first),
            // The cast saturates.
            Some(fastest) => {
                ((cores as f64 * PER_CORE * fastest.as_secs_f64()) as usize).clamp(first, most)
            }
            None => first,
        }
    }
}

impl Pass<'_> {
    /// Records that a page of a listing arrived. S3 takes longer for a page than for an object, so only the
    /// latency of a server nearby counts.
    pub fn listed(&self) {
        let now = Instant::now();
        if now - self.since < NEARBY {
            self.answered(now);
        }
    }

    /// Records when the answer began.
    pub fn answered(&self, at: Instant) {
        let took = at.saturating_duration_since(self.since);
        let mut state = self.flight.state();
        state.fastest = Some(state.fastest.map_or(took, |fastest| fastest.min(took)));
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let throttles = self.flight.throttles.load(Ordering::Relaxed);
        let mut state = self.flight.state();
        let InFlight { first, most } = self.flight.in_flight;
        if throttles > state.throttles && first < most {
            state.throttles = throttles;
            let now = state.now;
            state.pace.throttled(now);
        }
        state.pace.done();
        state.now -= 1;
        let limit = state.pace.limit().min(self.flight.most_for_rate);
        let room = limit.saturating_sub(state.now);
        drop(state);
        // If the limit was raised, there is room for two.
        (0..room.min(2)).for_each(|_| self.flight.free.notify_one());
    }
}
