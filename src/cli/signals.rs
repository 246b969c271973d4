//! SIGINT and SIGTERM: they end the program at once, unless there is something to be said of what was
//! found until then.

use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level;

use super::{INTERRUPTED, target};
use crate::error::{Error, Kind};
use crate::stop::Stop;

/// What becomes of signals.
pub struct Signals(Arc<OnceLock<Stop>>);

impl Signals {
    /// Ends the program at a signal, and leaves nothing half-written behind.
    ///
    /// # Errors
    /// Where they cannot be listened to.
    pub fn listen() -> Result<Signals, Error> {
        let asked = Arc::<OnceLock<Stop>>::default();
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
        let listening = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]).and_then(listen);
        let error = |e| Error::new(Kind::Internal, "cannot listen to signals").because(e);
        listening.map_err(error)?;
        Ok(Signals(asked))
    }

    /// From now on the first signal only asks for a stop: what was found until then is to be told.
    pub fn ask(self, stop: &Stop) {
        // Nobody else can have set it.
        let _ = self.0.set(stop.clone());
    }
}
