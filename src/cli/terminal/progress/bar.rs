//! The bar on a terminal, with the findings so far above it.

use std::sync::mpsc;
use std::time::Duration;

use console::Term;
use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::SignedDuration;

use super::counts::{FINDINGS, ProgressCounts, Snapshot};
use super::estimate::{Work, estimate};
use super::has_ended;
use super::phase::Phase;
use super::rate::Rate;
use crate::base::text::{grouped, plural};
use crate::base::time::in_words;

/// Nothing is drawn for this long.
const QUICK: Duration = Duration::from_millis(300);
/// The time between drawings.
const OFTEN: Duration = Duration::from_millis(100);
/// The time over which the rate is measured.
const RATE: Duration = Duration::from_secs(10);
/// The length of the complete bar.
const LENGTH: u64 = 1_000;
/// On a narrower terminal the words take the place of the bar.
const WIDE: u16 = 60;

/// Draws until the other end is dropped.
pub(super) fn draw(counts: &ProgressCounts, bar: &ProgressBar, ended: &mpsc::Receiver<()>) {
    let quick = QUICK.saturating_sub(counts.snapshot().elapsed);
    if has_ended(ended, quick) {
        return;
    }
    let mut shown = ShownBar {
        bar,
        rate: Rate::over(RATE),
        furthest: 0.0,
    };
    shown.show(counts);
    bar.set_draw_target(ProgressDrawTarget::stderr());
    loop {
        shown.show_findings(counts);
        shown.show(counts);
        if has_ended(ended, OFTEN) {
            break;
        }
    }
    shown.show_findings(counts);
    bar.finish_and_clear();
}

/// The bar, and what it showed before.
struct ShownBar<'a> {
    bar: &'a ProgressBar,
    rate: Rate,
    /// The largest share so far: the bar never goes back.
    furthest: f64,
}

impl ShownBar<'_> {
    /// Shows the findings that are new, above the bar.
    fn show_findings(&self, counts: &ProgressCounts) {
        let (lines, known) = counts.new_findings();
        let is_last = !lines.is_empty() && known >= FINDINGS;
        for line in lines {
            self.bar.println(line);
        }
        if is_last {
            let text = "further findings are only counted here; the report lists them";
            self.bar.println(text);
        }
    }

    fn show(&mut self, counts: &ProgressCounts) {
        let now = counts.snapshot();
        let work = estimate(&now);
        self.rate.add(&now, work);
        let mut template = String::from("{spinner} ");
        if let Some(Work { share, .. }) = work {
            self.furthest = self.furthest.max(share);
            self.bar.set_length(LENGTH);
            self.bar
                .set_position((self.furthest * LENGTH as f64) as u64);
            if Term::stderr().size().1 >= WIDE {
                template += "[{bar:20}] ";
            }
            template += "{percent}% ";
        }
        template += "{wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(&template) {
            self.bar
                .set_style(style.progress_chars("=> ").tick_chars("|/-\\ "));
        }
        self.bar.set_message(self.message(&now).join(", "));
        self.bar.tick();
    }

    fn message(&self, now: &Snapshot) -> Vec<String> {
        let mut parts = vec![what(now)];
        let bytes = self.rate.bytes();
        if bytes >= 1.0 {
            parts.push(format!("{}/s", HumanBytes(bytes as u64)));
        }
        if let Some(left) = self.rate.left().filter(|_| !now.is_listing()) {
            parts.push(format!("{} left", HumanDuration(left)));
        }
        if now.findings > 0 {
            parts.push(plural(now.findings, "finding"));
        }
        parts
    }
}

/// The phase with its objects, or else with the time since the beginning.
pub(super) fn what(now: &Snapshot) -> String {
    let name = now.phase.name();
    match now.objects() {
        Some(objects) => {
            let more = if now.is_listing() { "at least " } else { "" };
            let [done, all] = [objects.done, objects.all].map(grouped);
            format!("{name} {done} of {more}{all}")
        }
        None if now.phase == Phase::Comparing => {
            format!("{name}: {}, {}", plural(now.events, "event"), elapsed(now))
        }
        None => format!("{name}, {}", elapsed(now)),
    }
}

/// The time since the beginning, in whole seconds.
pub(super) fn elapsed(now: &Snapshot) -> String {
    let seconds = i64::try_from(now.elapsed.as_secs()).unwrap_or(i64::MAX);
    in_words(SignedDuration::from_secs(seconds))
}
