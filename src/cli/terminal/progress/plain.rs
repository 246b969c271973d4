//! Progress for a log: one line per minute, and one at the end.

use std::io::Write;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration};

use super::bar::{elapsed, what};
use super::counts::{ProgressCounts, Snapshot};
use super::estimate::{Work, estimate};
use super::has_ended;
use super::rate::Rate;
use crate::base::text::plural;

/// The time between two lines.
pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// A run that is shorter than this has no rate.
const SHORT: Duration = Duration::from_secs(1);

/// Writes until the other end is dropped. A failure to write is ignored: progress must not end a run.
pub(super) fn write(
    counts: &ProgressCounts,
    every: Duration,
    ended: &mpsc::Receiver<()>,
    out: &mut impl Write,
) {
    let mut rate = Rate::over(every);
    let mut next = Instant::now() + every;
    rate.add(&counts.snapshot(), None);
    let mut furthest: f64 = 0.0;
    while !has_ended(ended, next.saturating_duration_since(Instant::now())) {
        next += every;
        let now = counts.snapshot();
        let mut work = estimate(&now);
        rate.add(&now, work);
        if let Some(work) = &mut work {
            // The share never goes back.
            furthest = furthest.max(work.share);
            work.share = furthest;
        }
        let _ = writeln!(out, "progress: {}", line(&now, work, &rate));
    }
    let _ = writeln!(out, "progress: {}", last_line(&counts.snapshot()));
}

/// What is done after this time, of how much, and how long the rest takes.
fn line(now: &Snapshot, work: Option<Work>, rate: &Rate) -> String {
    let mut parts = Vec::new();
    if now.objects().is_some() {
        parts.push(elapsed(now));
    }
    parts.push(what(now));
    if let Some(work) = work {
        let [read, all] = [now.read, work.bytes].map(HumanBytes);
        parts.push(format!("{read} of about {all}"));
        parts.push(format!("{}%", (work.share * 100.0) as u64));
    }
    let bytes = rate.bytes();
    if bytes >= 1.0 {
        parts.push(format!("{}/s", HumanBytes(bytes as u64)));
    }
    if let Some(left) = rate.left().filter(|_| !now.is_listing()) {
        parts.push(format!("about {} left", HumanDuration(left)));
    }
    if now.findings > 0 {
        parts.push(plural(now.findings, "finding"));
    }
    parts.join(", ")
}

/// What was done in all.
fn last_line(now: &Snapshot) -> String {
    let is_short = now.elapsed < SHORT;
    let mut parts = vec![match is_short {
        true => "ended in less than a second".to_owned(),
        false => format!("ended after {}", elapsed(now)),
    }];
    for (objects, noun) in [(now.digests, "digest"), (now.logs, "log")] {
        if objects.done > 0 {
            parts.push(plural(objects.done, noun));
        }
    }
    if now.read > 0 {
        parts.push(format!("{} read", HumanBytes(now.read)));
        if !is_short {
            let rate = now.read as f64 / now.elapsed.as_secs_f64();
            parts.push(format!("{}/s", HumanBytes(rate as u64)));
        }
    }
    if now.findings > 0 {
        parts.push(plural(now.findings, "finding"));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use super::write;
    use crate::cli::terminal::progress::counts::ProgressCounts;
    use crate::cli::terminal::progress::phase::Phase;
    use crate::validate::observer::Step;

    #[test]
    fn a_line_is_written_at_each_interval_and_one_at_the_end() {
        let counts = ProgressCounts::new(Phase::SigningIn, Instant::now());
        let (end, ended) = mpsc::channel::<()>();
        let every = Duration::from_millis(700);
        let mut out = Vec::new();
        std::thread::scope(|scope| {
            let (shown, lines) = (&counts, &mut out);
            scope.spawn(move || write(shown, every, &ended, lines));
            let steps = [
                &[][..],
                &[
                    Step::FoldersFound(1),
                    Step::FolderListed(2_000),
                    Step::DigestsJudged(1_000),
                    Step::BytesRead(3_000_000),
                    Step::LogsListed(40_000),
                ],
                &[
                    Step::DigestsJudged(1_000),
                    Step::LogsBegin,
                    Step::BytesRead(20_000_000),
                    Step::LogChecked,
                ],
            ];
            std::thread::sleep(every / 2);
            for step in steps {
                step.iter().for_each(|step| counts.step(*step));
                std::thread::sleep(every);
            }
            drop(end);
        });
        let out = String::from_utf8(out).unwrap_or_default();
        let lines: Vec<&str> = out.lines().collect();
        assert!(
            lines.iter().all(|line| line.starts_with("progress: ")),
            "{out}"
        );
        assert!(lines[0].contains("signing in to AWS"), "{out}");
        assert!(
            lines
                .iter()
                .any(|line| line.contains("digests 1,000 of 2,000")),
            "{out}"
        );
        assert!(
            lines.iter().any(|line| line.contains("logs 1 of 40,000")),
            "{out}"
        );
        assert!(
            lines.iter().any(|line| line.contains(" of about ")),
            "{out}"
        );
        let last = "ended after 2s, 2,000 digests, 1 log, 19.07 MiB read, ";
        assert!(
            lines.last().is_some_and(|line| line.contains(last)),
            "{out}"
        );
    }
}
