//! Progress on standard error: one bar from the sign-in to the last check on a terminal, or one line per
//! minute for a log.
//!
//! ```text
//! any thread ──> counts ──> estimate ──> bar     on a terminal, ten times a second
//!    step, found            one share     plain   with --progress plain, once a minute
//! ```
//!
//! Work that takes less than 0.3 seconds draws nothing.

mod bar;
mod counts;
mod estimate;
mod phase;
mod plain;
mod rate;

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

use self::counts::ProgressCounts;
pub(crate) use self::phase::Phase;
use super::supports_escapes;
use crate::cli::args::shared::progress::ProgressMode;
use crate::proof::finding::{Finding, Severity};
use crate::proof::reason::Reason;
use crate::validate::observer::{Observer, Step};

/// Shows progress until it is dropped.
pub(crate) struct Progress(Option<ShownProgress>);

/// Progress that is shown.
struct ShownProgress {
    counts: Arc<ProgressCounts>,
    /// The bar on a terminal.
    bar: Option<ProgressBar>,
    /// Dropped to end the thread.
    end: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Shows nothing.
    pub fn none() -> Progress {
        Progress(None)
    }

    /// Starts to show progress. `begun` is the beginning of the run. With [`ProgressMode::Auto`], nothing is
    /// shown if standard error is not a terminal that can be drawn on.
    pub fn begin(mode: ProgressMode, phase: Phase, begun: Instant) -> Progress {
        let bar = match mode {
            ProgressMode::None => return Progress(None),
            ProgressMode::Plain => None,
            ProgressMode::Auto if io::stderr().is_terminal() && supports_escapes() => {
                // Hidden at first, so that no empty bar is drawn.
                let hidden = ProgressDrawTarget::hidden();
                Some(ProgressBar::with_draw_target(None, hidden))
            }
            ProgressMode::Auto => return Progress(None),
        };
        let counts = Arc::new(ProgressCounts::new(phase, begun));
        let (end, ended) = mpsc::channel();
        let (shown, drawn) = (Arc::clone(&counts), bar.clone());
        let show = move || match &drawn {
            Some(bar) => bar::draw(&shown, bar, &ended),
            None => plain::write(&shown, plain::MINUTE, &ended, &mut io::stderr()),
        };
        let thread = std::thread::Builder::new().name("progress".into());
        Progress(Some(ShownProgress {
            counts,
            bar,
            end: Some(end),
            // Without a thread no progress is shown; the run continues.
            thread: thread.spawn(show).ok(),
        }))
    }

    /// Shows that the next phase of the work begins.
    pub fn enter(&self, phase: Phase) {
        if let Some(shown) = &self.0 {
            shown.counts.enter(phase);
        }
    }

    /// Prints something else to the terminal, above the bar.
    pub fn beside(&self, print: impl FnOnce()) {
        match self.0.as_ref().and_then(|shown| shown.bar.as_ref()) {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for ShownProgress {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Observer for Progress {
    fn step(&self, step: Step) {
        if let Some(shown) = &self.0 {
            shown.counts.step(step);
        }
    }

    fn found(&self, finding: &Finding) {
        let ended = finding.reason.is_some_and(Reason::ends_run);
        if finding.severity == Severity::Note || ended {
            return;
        }
        if let Some(shown) = &self.0 {
            shown.counts.found(finding, shown.bar.is_some());
        }
    }
}

/// Waits, and gives whether the work ended meanwhile.
fn has_ended(ended: &mpsc::Receiver<()>, within: Duration) -> bool {
    ended.recv_timeout(within) != Err(RecvTimeoutError::Timeout)
}
