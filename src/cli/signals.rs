//! SIGINT, SIGTERM and SIGHUP, and the deadline. They end the program at once; while a command runs that
//! can report what it found so far, the deadline and the first signal only stop its work.

use std::fs;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use jiff::SignedDuration;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::{flag, low_level};

use super::output::replacement;
use super::{INTERRUPTED, deadline};
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::{Error, ErrorKind, words};

/// The flag that a signal or the deadline sets. While it is not installed, both end the program.
pub struct Signals(Arc<OnceLock<CancelFlag>>);

impl Signals {
    /// From now on a signal ends the program and removes reports that are not complete.
    ///
    /// # Errors
    /// If no handler can be installed.
    pub fn listen() -> Result<Signals, Error> {
        let flag = Arc::<OnceLock<CancelFlag>>::default();
        let stop = Arc::clone(&flag);
        let listen = |mut signals: signal_hook::iterator::Signals| {
            let wait = move || {
                // After the deadline too, the first signal leaves time to write the report.
                let mut first = true;
                for _ in signals.forever() {
                    match stop.get() {
                        Some(stop) if first => {
                            first = false;
                            stop.set(CancelReason::Signal);
                        }
                        _ => {
                            replacement::abandon();
                            low_level::exit(INTERRUPTED.into());
                        }
                    }
                }
            };
            std::thread::Builder::new()
                .name("signals".into())
                .spawn(wait)
        };
        let mut signals = vec![SIGINT, SIGTERM];
        signals.extend(Some(SIGHUP).filter(|_| !hang_up_is_ignored()));
        let listening = signal_hook::iterator::Signals::new(signals).and_then(listen);
        let error =
            |e| Error::new(ErrorKind::System, "cannot listen to signals").because(words(&e));
        listening.map_err(error)?;
        Ok(Signals(flag))
    }

    /// From now on the deadline, if there is one, ends the program too; it is counted from `start` on.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn and_deadline(
        self,
        deadline: Option<SignedDuration>,
        start: Instant,
    ) -> Result<Signals, Error> {
        if let Some(after) = deadline {
            deadline::watch(after, start, Arc::clone(&self.0))?;
        }
        Ok(self)
    }

    /// From now on the deadline and the first signal only set `stop`, so that the command can report what
    /// it found. A second signal ends the program.
    pub fn stop_first(self, stop: &CancelFlag) {
        // Setting it cannot fail: this method takes `self`, so the flag is set once.
        let _ = self.0.set(stop.clone());
    }
}

/// From now on, a file that grows beyond the limit on its size (`ulimit -f`) is an error of writing, and does
/// not end the program.
pub fn outlive_large_files() {
    // If it cannot be handled, such a file ends the program as before.
    let _ = flag::register(SIGXFSZ, Arc::default());
}

/// Whether SIGHUP is ignored, as under `nohup`: then the program has to go on without its terminal. Linux
/// shows the mask in `/proc/self/status` (proc(5)). If it cannot be read, SIGHUP is not handled.
fn hang_up_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status");
    let ignored = status.ok().and_then(|status| {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        u64::from_str_radix(mask?.trim(), 16).ok()
    });
    ignored.is_none_or(|mask| mask & (1 << (SIGHUP - 1)) != 0)
}
