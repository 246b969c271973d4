//! Runs the SDK's futures for synchronous callers.

use std::future::Future;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;

use super::bounds::Deadline;
use super::rate::TurnTime;
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind, words};
use crate::source::GetError;

/// How often waiting work checks whether the run was cancelled, or its time is over.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// The threads on which the SDK's futures run.
const WORKERS: usize = 2;
/// These, and one that looks up names.
const THREADS: usize = WORKERS + 1;

/// Checks that the threads of a runtime can be started: where they cannot, Tokio panics.
fn try_threads() -> io::Result<()> {
    let gate = Mutex::new(());
    thread::scope(|scope| {
        // Closed until all of them run at the same time.
        let _closed = gate.lock();
        for _ in 0..THREADS {
            thread::Builder::new().spawn_scoped(scope, || drop(gate.lock()))?;
        }
        Ok(())
    })
}

/// Checks that the files of a runtime can be opened, a few more than it takes: where they cannot, Tokio panics.
fn try_files() -> io::Result<()> {
    let pairs = (0..4).map(|_| UnixStream::pair());
    pairs.collect::<io::Result<Vec<_>>>().map(|_| ())
}

/// A Tokio runtime, and the flag that cancels its work.
pub struct Runtime {
    runtime: Option<tokio::runtime::Runtime>,
    stop: CancelFlag,
}

impl Runtime {
    /// Starts a runtime whose work ends when `stop` is set.
    ///
    /// # Errors
    /// If its threads cannot be started, or its files not be opened.
    pub fn new(stop: CancelFlag) -> Result<Self, Error> {
        try_threads().map_err(|e| Error::no_threads(THREADS).because(words(&e)))?;
        let start = || {
            Builder::new_multi_thread()
                .worker_threads(WORKERS)
                .enable_all()
                .build()
        };
        let runtime = try_files().and_then(|()| start());
        let error = |e| {
            Error::new(ErrorKind::System, "cannot start the runtime for requests")
                .because(words(&e))
        };
        let runtime = runtime.map_err(error)?;
        Ok(Runtime {
            runtime: Some(runtime),
            stop,
        })
    }

    /// Waits until the work is done or the run is cancelled.
    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, GetError> {
        self.run_until(Deadline::after(None), work)
    }

    /// Waits until the work is done, the time is over or the run is cancelled.
    pub(super) fn run_until<T>(
        &self,
        deadline: Deadline,
        work: impl Future<Output = T>,
    ) -> Result<T, GetError> {
        let waited = TurnTime::default();
        self.wait_for(deadline, &waited, waited.of(work))
    }

    /// Waits until the work is done, its time is over or the run is cancelled. The time for turns is not part of its
    /// time.
    fn wait_for<T>(
        &self,
        deadline: Deadline,
        waited: &TurnTime,
        work: impl Future<Output = T>,
    ) -> Result<T, GetError> {
        let Some(runtime) = &self.runtime else {
            return Err(ended());
        };
        runtime.block_on(async {
            tokio::select! {
                biased;
                done = work => Ok(done),
                error = self.stopped(deadline, waited) => Err(error),
            }
        })
    }

    /// Like `run_until`, but on the threads of the runtime, so that the waiting thread wakes up only once.
    pub(super) fn run_apart<T: Send + 'static>(
        &self,
        deadline: Deadline,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, GetError> {
        let Some(runtime) = &self.runtime else {
            return Err(ended());
        };
        let waited = TurnTime::default();
        let task = runtime.spawn(waited.of(work));
        let end = task.abort_handle();
        match self.wait_for(deadline, &waited, task) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(failed)) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(ended()),
            },
            Err(cancelled) => {
                end.abort();
                Err(cancelled)
            }
        }
    }

    /// Waits until the time is over or the run is cancelled, and says which.
    async fn stopped(&self, deadline: Deadline, waited: &TurnTime) -> GetError {
        loop {
            if let Some(reason) = self.stop.reason() {
                return GetError::Cancelled(reason);
            }
            if deadline.later_by(waited.total()).is_over() {
                return GetError::Io("no answer came in time, after every attempt".into());
            }
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
    }
}

/// The error of work that a runtime cannot take any more, as it is ending.
fn ended() -> GetError {
    GetError::Io("the program is ending".into())
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // Do not wait for work that is still under way, such as a DNS look-up.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
