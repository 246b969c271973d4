//! What any thread has reported so far.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::phase::Phase;
use crate::base::text::escape;
use crate::cli::terminal::{Stream, painted};
use crate::proof::finding::Finding;
use crate::validate::observer::Step;

/// Findings shown one by one; further ones are only counted.
pub(super) const FINDINGS: u64 = 20;

/// The progress that any thread has reported.
pub(super) struct ProgressCounts {
    begun: Instant,
    phase: AtomicU8,
    /// Folders of digests: listed, and all of them.
    folders: [AtomicU64; 2],
    /// Digests: checked, and known so far.
    digests: [AtomicU64; 2],
    /// Logs: checked, and listed by digests so far.
    logs: [AtomicU64; 2],
    /// Events that AWS listed and that were compared.
    events: AtomicU64,
    /// Bytes read, and how many of them before the first log.
    read: AtomicU64,
    read_before_logs: AtomicU64,
    findings: Mutex<Findings>,
}

/// Findings that are not drawn yet.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    known: u64,
}

/// The counts at one instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Snapshot {
    pub elapsed: Duration,
    pub phase: Phase,
    pub folders: Done,
    pub digests: Done,
    pub logs: Done,
    pub events: u64,
    pub read: u64,
    pub read_before_logs: u64,
    pub findings: u64,
}

/// How many objects are done, of how many that are known.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Done {
    pub done: u64,
    pub all: u64,
}

impl ProgressCounts {
    pub fn new(phase: Phase, begun: Instant) -> Self {
        ProgressCounts {
            begun,
            phase: AtomicU8::new(phase as u8),
            folders: Default::default(),
            digests: Default::default(),
            logs: Default::default(),
            events: AtomicU64::default(),
            read: AtomicU64::default(),
            read_before_logs: AtomicU64::default(),
            findings: Mutex::default(),
        }
    }

    /// Begins a phase, unless a later one has begun.
    pub fn enter(&self, phase: Phase) {
        self.phase.fetch_max(phase as u8, Ordering::Relaxed);
    }

    pub fn step(&self, step: Step) {
        let add = |to: &AtomicU64, n| _ = to.fetch_add(n, Ordering::Relaxed);
        match step {
            Step::FoldersFound(n) => {
                add(&self.folders[1], n);
                self.enter(Phase::Digests);
            }
            Step::FolderListed(n) => {
                add(&self.digests[1], n);
                add(&self.folders[0], 1);
            }
            Step::DigestsJudged(n) => add(&self.digests[0], n),
            Step::LogsListed(n) => add(&self.logs[1], n),
            Step::LogsBegin => {
                let read = self.read.load(Ordering::Relaxed);
                self.read_before_logs.store(read, Ordering::Relaxed);
                self.enter(Phase::Logs);
            }
            Step::LogChecked => add(&self.logs[0], 1),
            Step::CausesBegin => self.enter(Phase::Causes),
            Step::LookupBegin => self.enter(Phase::Comparing),
            Step::EventsCompared(n) => add(&self.events, n),
            Step::UnreferencedBegin => self.enter(Phase::Unreferenced),
            Step::BytesRead(bytes) => _ = self.read.fetch_max(bytes, Ordering::Relaxed),
        }
    }

    /// ProgressCounts a finding, and keeps the line of one of the first, if lines are shown.
    pub fn found(&self, finding: &Finding, has_lines: bool) {
        let mut findings = self.lock();
        findings.known += 1;
        if has_lines && findings.known <= FINDINGS {
            findings.lines.push(line(finding));
        }
    }

    /// The lines of findings that are new, and how many findings there are.
    pub fn new_findings(&self) -> (Vec<String>, u64) {
        let mut findings = self.lock();
        (std::mem::take(&mut findings.lines), findings.known)
    }

    pub fn snapshot(&self) -> Snapshot {
        let number = |of: &AtomicU64| of.load(Ordering::Relaxed);
        let done = |[done, all]: &[AtomicU64; 2]| {
            let all = number(all);
            // An object that is read again is counted again.
            let done = number(done).min(all);
            Done { done, all }
        };
        Snapshot {
            elapsed: self.begun.elapsed(),
            phase: Phase::of(self.phase.load(Ordering::Relaxed)),
            folders: done(&self.folders),
            digests: done(&self.digests),
            logs: done(&self.logs),
            events: number(&self.events),
            read: number(&self.read),
            read_before_logs: number(&self.read_before_logs),
            findings: self.lock().known,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Findings> {
        self.findings.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Snapshot {
    /// The objects of this phase; `None` if it has no count.
    pub fn objects(&self) -> Option<Done> {
        match self.phase {
            Phase::Digests => Some(self.digests),
            Phase::Logs => Some(self.logs),
            _ => None,
        }
    }

    /// Whether more digests may become known.
    pub fn is_listing(&self) -> bool {
        self.folders.done < self.folders.all
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
