//! Who asks, for "how it was made": asked beside the work, which neither waits for the answer nor
//! hangs on it.

use std::sync::mpsc::{self, Receiver};
use std::thread;

/// What tells who asks; it takes its time.
pub type Who = Box<dyn FnOnce() -> Option<String> + Send>;

/// An answer on its way.
pub struct CallerLookup(Receiver<Option<String>>);

impl CallerLookup {
    /// Asks in a thread of its own; nobody, where nothing is asked in anybody's name.
    pub fn ask(who: Option<Who>) -> Self {
        let (sender, receiver) = mpsc::channel();
        let Some(who) = who else {
            return CallerLookup(receiver);
        };
        let ask = move || {
            // Where nobody wants to know any more, the work was done first.
            let _ = sender.send(who());
        };
        // Without a thread it stays unknown.
        let _ = thread::Builder::new().name("caller".into()).spawn(ask);
        CallerLookup(receiver)
    }

    /// Who it is, where that is known by now.
    pub fn told(&self) -> Option<String> {
        self.0.try_recv().ok().flatten()
    }
}
