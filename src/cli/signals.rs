//! SIGINT, SIGTERM and SIGHUP: they end the program at once, unless there is something to be said of what was
//! found until then.

use std::fs;
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level;

use super::INTERRUPTED;
use super::output::target;
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};

/// What becomes of signals.
pub struct Signals(Arc<OnceLock<CancelFlag>>);

impl Signals {
    /// Ends the program at a signal, and leaves nothing half-written behind.
    ///
    /// # Errors
    /// Where they cannot be listened to.
    pub fn listen() -> Result<Signals, Error> {
        let asked = Arc::<OnceLock<CancelFlag>>::default();
        let stop = Arc::clone(&asked);
        let listen = |mut signals: signal_hook::iterator::Signals| {
            let wait = move || {
                for _ in signals.forever() {
                    match stop.get() {
                        Some(stop) if !stop.is_set() => stop.set(),
                        _ => {
                            target::abandon();
                            low_level::exit(INTERRUPTED.into());
                        }
                    }
                }
            };
            std::thread::Builder::new()
                .name("signals".into())
                .spawn(wait)
        };
        let mut heeded = vec![SIGINT, SIGTERM];
        heeded.extend(Some(SIGHUP).filter(|_| !hang_up_is_ignored()));
        let listening = signal_hook::iterator::Signals::new(heeded).and_then(listen);
        let error = |e| Error::new(ErrorKind::Internal, "cannot listen to signals").because(e);
        listening.map_err(error)?;
        Ok(Signals(asked))
    }

    /// From now on the first signal only asks for a stop: what was found until then is to be told.
    pub fn ask(self, stop: &CancelFlag) {
        // Nobody else can have set it.
        let _ = self.0.set(stop.clone());
    }
}

/// Whether somebody wants the program to go on without a terminal, as nohup does: Linux tells which signals
/// are ignored (proc(5)). Where nothing tells, it is left as it is.
fn hang_up_is_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status");
    let ignored = status.ok().and_then(|status| {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        u64::from_str_radix(mask?.trim(), 16).ok()
    });
    ignored.is_none_or(|mask| mask & (1 << (SIGHUP - 1)) != 0)
}
