//! Whether requests to a source are still made: a bucket, or CloudTrail in a region. A source that stays silent
//! is given up and probed now and then. A source that refuses our credentials, or does not exist, gets no further
//! request.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use super::bounds::{Bounds, GIVE_UPS};
use super::error::Meaning;
use crate::source::{GetError, Outage};

/// Why no request of a session is accepted any more, once that is known.
pub(super) type Expired = Arc<OnceLock<GetError>>;

/// The state of one source, shared by all threads.
#[derive(Debug)]
pub(super) struct Health {
    bounds: Bounds,
    expired: Expired,
    /// Whether anything but an answer came since the last answer, or no answer ever did.
    is_troubled: AtomicBool,
    /// Whether requests need permission.
    is_closed: AtomicBool,
    /// Requests that were given up or refused in a row.
    in_row: AtomicU32,
    state: Mutex<HealthState>,
}

#[derive(Debug, Default)]
struct HealthState {
    answered: bool,
    /// When the first request in the row began.
    silent_since: Option<Instant>,
    /// When the next probe may begin.
    next_probe: Option<Instant>,
    /// The answer to every request from now on.
    last_word: Option<GetError>,
    /// How the source was not reached, where it never answered.
    never_reached: Option<GetError>,
    /// The longest row after which the source was given up, where it answered before.
    outage: Option<Outage>,
}

/// Permission to make a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admission {
    pub begun: Instant,
    /// The most time for an answer, if the source was given up.
    pub most: Option<Duration>,
}

impl Health {
    /// The health of a source before its first request.
    pub fn new(bounds: Bounds, expired: Expired) -> Self {
        Health {
            bounds,
            expired,
            is_troubled: AtomicBool::new(true),
            is_closed: AtomicBool::new(false),
            in_row: AtomicU32::new(0),
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, HealthState> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Gives permission to make a request.
    ///
    /// # Errors
    /// If none is to be made.
    pub fn admit(&self) -> Result<Admission, GetError> {
        if let Some(expired) = self.expired.get() {
            return Err(expired.clone());
        }
        let begun = Instant::now();
        let mut admission = Admission { begun, most: None };
        if !self.is_closed.load(Ordering::Relaxed) {
            return Ok(admission);
        }
        let mut state = self.state();
        if let Some(last_word) = &state.last_word {
            return Err(last_word.clone());
        }
        match state.next_probe {
            Some(next) if begun < next => {
                if let Some(outage) = &mut state.outage {
                    outage.not_asked += 1;
                }
                let never_reached = state.never_reached.clone();
                Err(never_reached.unwrap_or(GetError::Unreachable))
            }
            Some(_) => {
                // This probe ends before the next one begins.
                state.next_probe = Some(begun + self.bounds.probe * 2);
                admission.most = Some(self.bounds.probe);
                Ok(admission)
            }
            None => Ok(admission),
        }
    }

    /// Records an answer.
    pub fn answered(&self) {
        if !self.is_troubled.load(Ordering::Relaxed) {
            return;
        }
        let mut state = self.state();
        state.answered = true;
        state.silent_since = None;
        state.next_probe = None;
        state.never_reached = None;
        self.in_row.store(0, Ordering::Relaxed);
        self.is_troubled.store(false, Ordering::Relaxed);
        let is_over = state.last_word.is_some();
        self.is_closed.store(is_over, Ordering::Relaxed);
    }

    /// Records the failure of a request that began then.
    pub fn failed(&self, begun: Instant, meaning: Meaning, error: &GetError) {
        match meaning {
            Meaning::Answer => self.answered(),
            Meaning::Silence => self.silent(begun, error),
            Meaning::Expired => _ = self.expired.get_or_init(|| error.clone()),
            Meaning::LastWord => self.end(error),
            Meaning::PerhapsLastWord => {
                self.is_troubled.store(true, Ordering::Relaxed);
                if self.in_row.fetch_add(1, Ordering::Relaxed) + 1 >= GIVE_UPS {
                    self.end(error);
                }
            }
        }
    }

    fn end(&self, error: &GetError) {
        self.state().last_word.get_or_insert_with(|| error.clone());
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// Records that a request, or a body, that began then was given up.
    pub fn silent(&self, begun: Instant, error: &GetError) {
        let mut state = self.state();
        self.is_troubled.store(true, Ordering::Relaxed);
        let in_row = self.in_row.fetch_add(1, Ordering::Relaxed) + 1;
        let now = Instant::now();
        let since = state.silent_since.map_or(begun, |since| since.min(begun));
        state.silent_since = Some(since);
        let silence = now.duration_since(since);
        let is_long = in_row >= GIVE_UPS && silence >= self.bounds.silence;
        if state.answered && !is_long && state.next_probe.is_none() {
            return;
        }
        state.next_probe = Some(now + self.bounds.probe);
        self.is_closed.store(true, Ordering::Relaxed);
        if state.answered {
            let outage = state.outage.get_or_insert_default();
            outage.in_row = outage.in_row.max(u64::from(in_row));
            outage.seconds = outage.seconds.max(silence.as_secs());
        } else {
            state.never_reached = Some(error.clone());
        }
    }

    /// The requests that were not made because the source was given up; `None` if all were made.
    pub fn outage(&self) -> Option<Outage> {
        self.state().outage.filter(|outage| outage.not_asked > 0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Expired, GIVE_UPS, Health};
    use crate::aws::bounds::Bounds;
    use crate::aws::error::Meaning;
    use crate::source::GetError;

    /// A source with so short a patience that a test can wait for it.
    fn health(expired: &Expired) -> Health {
        let moment = Duration::from_millis(20);
        let bounds = Bounds {
            request: None,
            again: None,
            silence: moment,
            probe: moment,
            probe_endpoint: None,
        };
        Health::new(bounds, expired.clone())
    }

    fn silent(health: &Health, times: u32) {
        let begun = Instant::now() - Duration::from_secs(60);
        let error = GetError::Io("a time-out".into());
        (0..times).for_each(|_| health.silent(begun, &error));
    }

    #[test]
    fn a_source_that_stays_silent_is_given_up_and_asked_again_now_and_then() {
        let health = health(&Expired::default());
        health.answered();
        silent(&health, GIVE_UPS - 1);
        assert!(health.admit().is_ok(), "too few in a row");
        health.answered();
        silent(&health, GIVE_UPS - 1);
        assert!(health.admit().is_ok(), "an answer came between");
        silent(&health, 1);
        assert!(matches!(health.admit(), Err(GetError::Unreachable)));
        std::thread::sleep(Duration::from_millis(25));
        let probe = health.admit().expect("a probe");
        assert_eq!(probe.most, Some(Duration::from_millis(20)));
        assert!(health.admit().is_err(), "one probe at a time");
        silent(&health, 1);
        assert!(health.admit().is_err());
        std::thread::sleep(Duration::from_millis(25));
        health.admit().expect("a probe");
        health.answered();
        assert!(health.admit().is_ok_and(|a| a.most.is_none()), "it is back");
        let outage = health.outage().expect("requests were held back");
        assert_eq!((outage.in_row, outage.not_asked), (5, 3));
        assert!((60..70).contains(&outage.seconds));
    }

    #[test]
    fn a_short_silence_gives_up_nothing() {
        let health = health(&Expired::default());
        health.answered();
        let error = GetError::Io("a time-out".into());
        (0..100).for_each(|_| health.silent(Instant::now() + Duration::from_secs(9), &error));
        assert!(health.admit().is_ok());
    }

    #[test]
    fn a_source_that_never_answered_is_given_up_at_once_and_says_why() {
        let health = health(&Expired::default());
        silent(&health, 1);
        assert!(matches!(health.admit(), Err(GetError::Io(_))));
        assert_eq!(health.outage(), None);
    }

    #[test]
    fn what_refuses_is_not_asked_again() {
        let expired = Expired::default();
        let (one, other) = (health(&expired), health(&expired));
        let gone = GetError::NoBucket("gone".into());
        one.failed(Instant::now(), Meaning::LastWord, &gone);
        one.answered();
        assert_eq!(one.admit().err(), Some(gone));
        let doubtful = GetError::Credentials("a signature".into());
        for _ in 1..GIVE_UPS {
            other.failed(Instant::now(), Meaning::PerhapsLastWord, &doubtful);
            assert!(other.admit().is_ok());
        }
        other.failed(Instant::now(), Meaning::PerhapsLastWord, &doubtful);
        assert_eq!(other.admit().err(), Some(doubtful));
        let error = GetError::Credentials("expired".into());
        other.failed(Instant::now(), Meaning::Expired, &error);
        assert_eq!(
            one.admit().err(),
            Some(error),
            "for every source of the session"
        );
    }
}
