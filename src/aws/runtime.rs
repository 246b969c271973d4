//! The runtime that the SDK works on, for callers that wait.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Builder;

use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::source::GetError;

/// How often work that takes its time looks whether it should stop.
const LOOK: Duration = Duration::from_millis(50);

/// A runtime, and what stops it.
pub struct Runtime {
    runtime: Option<tokio::runtime::Runtime>,
    stop: CancelFlag,
}

impl Runtime {
    /// Starts a runtime whose work ends when `stop` is set.
    ///
    /// # Errors
    /// Where no threads can be had.
    pub fn new(stop: CancelFlag) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|e| Error::new(ErrorKind::Internal, "cannot start the runtime").because(e))?;
        Ok(Runtime {
            runtime: Some(runtime),
            stop,
        })
    }

    /// Waits for work to be done, unless a stop is asked for before it is.
    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, GetError> {
        let Some(runtime) = &self.runtime else {
            return Err(GetError::Interrupted);
        };
        runtime.block_on(async {
            tokio::select! {
                biased;
                done = work => Ok(done),
                () = self.stopped() => Err(GetError::Interrupted),
            }
        })
    }

    /// The same, on the runtime's own threads: whoever waits is woken once, when all is done.
    pub(crate) fn run_apart<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, GetError> {
        let Some(runtime) = &self.runtime else {
            return Err(GetError::Interrupted);
        };
        let task = runtime.spawn(work);
        let end = task.abort_handle();
        match self.run(task) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(failed)) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(GetError::Interrupted),
            },
            Err(interrupted) => {
                end.abort();
                Err(interrupted)
            }
        }
    }

    async fn stopped(&self) {
        while !self.stop.is_set() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // What is still under way, such as a look-up of a name, is of no use any more.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
