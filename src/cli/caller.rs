//! The identity that signs requests, for the report. It is looked up in a thread of its own: a slow or
//! unreachable STS delays no validation.

use std::sync::mpsc::{self, Receiver};
use std::thread;

/// Looks up the caller; blocks until STS answers.
pub type FindCaller = Box<dyn FnOnce() -> Option<String> + Send>;

/// A look-up under way.
pub struct CallerLookup(Receiver<Option<String>>);

impl CallerLookup {
    /// Starts the look-up, unless there is none to make.
    pub fn start(find: Option<FindCaller>) -> Self {
        let (sender, receiver) = mpsc::channel();
        let Some(find) = find else {
            return CallerLookup(receiver);
        };
        let look_up = move || {
            // Nobody receives the answer if the work finished first.
            let _ = sender.send(find());
        };
        // Without a thread, the caller stays unknown.
        let _ = thread::Builder::new().name("caller".into()).spawn(look_up);
        CallerLookup(receiver)
    }

    /// The caller, if the answer has arrived.
    pub fn answer(&self) -> Option<String> {
        self.0.try_recv().ok().flatten()
    }
}
