//! Progress on a terminal: what is done, the rate, the time left, and the findings so far. Work that
//! takes less than a second shows nothing.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{
    HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle,
};

use super::{Stream, painted, supports_escapes};
use crate::base::text::{escape, noun};
use crate::proof::finding::{Finding, Severity};
use crate::proof::reason::Reason;
use crate::validate::observer::{Observer, Step};

/// Nothing is shown for this long.
const QUICK: Duration = Duration::from_secs(1);
/// The time between drawings.
const OFTEN: Duration = Duration::from_millis(100);
/// The time over which the rate is measured.
const RATE: Duration = Duration::from_secs(10);
/// Findings shown one by one; further ones are only counted.
const FINDINGS: u64 = 20;

/// The stage of the work.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Stage {
    First,
    Digests,
    Logs,
    Causes,
    Others,
}

impl Stage {
    const ALL: [Stage; 5] = [
        Stage::First,
        Stage::Digests,
        Stage::Logs,
        Stage::Causes,
        Stage::Others,
    ];
}

/// The progress that any thread has reported.
#[derive(Default)]
struct Shown {
    stage: AtomicU8,
    /// Digest folders that are not listed yet.
    unlisted: AtomicU64,
    /// Digests: checked, and known so far.
    digests: [AtomicU64; 2],
    /// Logs: checked, and listed by digests so far.
    logs: [AtomicU64; 2],
    /// Bytes read.
    read: AtomicU64,
    findings: Mutex<Findings>,
}

/// Findings that are not drawn yet.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    known: u64,
}

/// Draws progress until it is dropped.
pub struct Progress {
    shown: Arc<Shown>,
    /// Dropped to end the drawing.
    end: Option<mpsc::Sender<()>>,
    drawing: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts drawing on standard error, one second after `begun`. `first` describes the work until the
    /// first step is reported. `None` if `quiet`, or if standard error is not a terminal that can be drawn
    /// on.
    pub fn begin(first: &'static str, begun: Instant, quiet: bool) -> Option<Progress> {
        if quiet || !io::stderr().is_terminal() || !supports_escapes() {
            return None;
        }
        let shown = Arc::new(Shown::default());
        let (end, ended) = mpsc::channel();
        let drawn = Arc::clone(&shown);
        let name = std::thread::Builder::new().name("progress".into());
        // Without a thread there is no progress display; the run continues.
        let drawing = name
            .spawn(move || draw(&drawn, first, begun, &ended))
            .ok()?;
        Some(Progress {
            shown,
            end: Some(end),
            drawing: Some(drawing),
        })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(drawing) = self.drawing.take() {
            let _ = drawing.join();
        }
    }
}

impl Observer for Progress {
    fn step(&self, step: Step) {
        let shown = &self.shown;
        let add = |to: &AtomicU64, n| _ = to.fetch_add(n, Ordering::Relaxed);
        let now = |stage: Stage| shown.stage.store(stage as u8, Ordering::Relaxed);
        match step {
            Step::FoldersFound(n) => {
                add(&shown.unlisted, n);
                now(Stage::Digests);
            }
            Step::FolderListed(n) => {
                add(&shown.digests[1], n);
                shown.unlisted.fetch_sub(1, Ordering::Relaxed);
            }
            Step::DigestsJudged(n) => add(&shown.digests[0], n),
            Step::LogsListed(n) => add(&shown.logs[1], n),
            Step::LogsBegin => now(Stage::Logs),
            Step::LogChecked => add(&shown.logs[0], 1),
            Step::CausesBegin => now(Stage::Causes),
            Step::UnreferencedBegin => now(Stage::Others),
            Step::BytesRead(bytes) => _ = shown.read.fetch_max(bytes, Ordering::Relaxed),
        }
    }

    fn found(&self, finding: &Finding) {
        let ended = finding.reason.is_some_and(Reason::ends_run);
        if finding.severity == Severity::Note || ended {
            return;
        }
        let mut findings = self.shown.findings();
        findings.known += 1;
        if findings.known <= FINDINGS {
            findings.lines.push(line(finding));
        }
    }
}

impl Shown {
    fn findings(&self) -> MutexGuard<'_, Findings> {
        self.findings.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn stage(&self) -> Stage {
        let stage = usize::from(self.stage.load(Ordering::Relaxed));
        Stage::ALL.get(stage).copied().unwrap_or(Stage::Others)
    }
}

/// A finding in one line; text from outside is escaped.
fn line(finding: &Finding) -> String {
    let severity = finding.severity.as_str().to_uppercase();
    let object = finding.key.clone();
    let chain = || finding.chain.as_ref().map(ToString::to_string);
    let about = object.or_else(chain).unwrap_or_default();
    let message = escape(&finding.message);
    format!(
        "{} {}  {}: {message}",
        painted(finding.severity.into(), &severity, Stream::Stderr),
        finding.code.as_str(),
        escape(&about)
    )
}

/// Draws until the other end is dropped.
fn draw(shown: &Shown, first: &'static str, begun: Instant, ended: &mpsc::Receiver<()>) {
    let quick = QUICK.saturating_sub(begun.elapsed());
    if ended.recv_timeout(quick) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    // Hidden at first, so that no empty bar is drawn.
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let mut rates = Rates::default();
    show(shown, first, &bar, &mut rates);
    bar.set_draw_target(ProgressDrawTarget::stderr());
    loop {
        findings(shown, &bar);
        show(shown, first, &bar, &mut rates);
        if ended.recv_timeout(OFTEN) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    findings(shown, &bar);
    bar.finish_and_clear();
}

/// Shows the findings that are new, above the bar.
fn findings(shown: &Shown, bar: &ProgressBar) {
    let (lines, known) = {
        let mut findings = shown.findings();
        (std::mem::take(&mut findings.lines), findings.known)
    };
    let new = !lines.is_empty();
    for line in lines {
        bar.println(line);
    }
    if new && known >= FINDINGS {
        bar.println("further findings are counted only; the report has them");
    }
}

fn show(shown: &Shown, first: &'static str, bar: &ProgressBar, rates: &mut Rates) {
    let of = |[done, all]: &[AtomicU64; 2]| {
        let (done, all) = (done.load(Ordering::Relaxed), all.load(Ordering::Relaxed));
        // A digest may be counted again when it is read again, so cap the count.
        (done.min(all), all)
    };
    let read = shown.read.load(Ordering::Relaxed);
    let stage = shown.stage();
    let (what, counted) = match stage {
        Stage::First => (first, None),
        Stage::Digests => ("digests", Some(of(&shown.digests))),
        Stage::Logs => ("logs", Some(of(&shown.logs))),
        Stage::Causes => ("looking for what was done around gaps", None),
        Stage::Others => ("looking for what no digest names", None),
    };
    let mut parts = vec![what.to_owned()];
    let mut style = "{spinner} {wide_msg}";
    if let Some((done, all)) = counted {
        let unlisted = shown.unlisted.load(Ordering::Relaxed);
        // Until every folder is listed, more digests may come.
        let complete = stage != Stage::Digests || unlisted == 0;
        let more = if complete { "" } else { "+" };
        parts[0] = format!("{what} {} of {}{more}", HumanCount(done), HumanCount(all));
        rates.add(stage, done, read);
        let (objects, bytes) = rates.per_second();
        if bytes >= 1.0 {
            parts.push(format!("{}/s", HumanBytes(bytes as u64)));
        }
        let left = Duration::try_from_secs_f64((all - done) as f64 / objects);
        if let (true, Ok(left)) = (complete, left) {
            parts.push(format!("{} left", HumanDuration(left)));
        }
        if all > 0 {
            style = "{spinner} [{bar:20}] {wide_msg}";
        }
    }
    match shown.findings().known {
        0 => {}
        n => parts.push(format!("{} {}", HumanCount(n), noun(n, "finding"))),
    }
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("=> ").tick_chars("|/-\\ "));
    }
    bar.set_message(parts.join(", "));
    if let Some((done, all)) = counted {
        bar.set_length(all);
        bar.set_position(done);
    }
    bar.tick();
}

/// The rate over the last seconds.
#[derive(Default)]
struct Rates {
    stage: Option<Stage>,
    /// The time of each sample, with the objects checked and the bytes read until then.
    seen: VecDeque<(Instant, u64, u64)>,
}

impl Rates {
    fn add(&mut self, stage: Stage, done: u64, read: u64) {
        if self.stage.replace(stage) != Some(stage) {
            self.seen.clear();
        }
        self.seen.push_back((Instant::now(), done, read));
        while self
            .seen
            .front()
            .is_some_and(|(at, ..)| at.elapsed() > RATE)
        {
            self.seen.pop_front();
        }
    }

    /// Objects and bytes per second; zeros until half a second was measured.
    fn per_second(&self) -> (f64, f64) {
        let (Some(first), Some(last)) = (self.seen.front(), self.seen.back()) else {
            return (0.0, 0.0);
        };
        let seconds = last.0.duration_since(first.0).as_secs_f64();
        if seconds < 0.5 {
            return (0.0, 0.0);
        }
        let rate = |from: u64, to: u64| to.saturating_sub(from) as f64 / seconds;
        (rate(first.1, last.1), rate(first.2, last.2))
    }
}
