//! `--deadline`: a thread that sleeps until the deadline has passed, and then ends the run as a first
//! signal does.

use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use jiff::SignedDuration;
use signal_hook::low_level;

use super::output::replacement;
use super::{NOT_RUN, diagnose};
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::{Error, words};

/// Sets the flag in `begun` when `after` has passed since `start`. If there is none yet, for example
/// because nobody reads from the pipe that a report goes to, ends the program: nothing was checked.
///
/// # Errors
/// If no thread can be started.
pub(super) fn watch(
    after: SignedDuration,
    start: Instant,
    begun: Arc<OnceLock<CancelFlag>>,
) -> Result<(), Error> {
    let reason = CancelReason::Deadline(after);
    let wait = move || {
        // An `Instant` does not move when somebody sets the clock.
        let end = start + after.unsigned_abs();
        thread::sleep(end.saturating_duration_since(Instant::now()));
        match begun.get() {
            Some(stop) => stop.set(reason),
            None => {
                replacement::abandon();
                diagnose::print(&Error::cancelled(reason));
                low_level::exit(NOT_RUN.into());
            }
        }
    };
    let watching = thread::Builder::new().name("deadline".into()).spawn(wait);
    watching
        .map(|_| ())
        .map_err(|e| Error::no_threads(1).because(words(&e)))
}
