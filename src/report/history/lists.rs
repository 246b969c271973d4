//! What the text and the page list: the facts, and the rows of each table.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

use super::v1::{Chain, History, Period, ReportedFindings};
use crate::base::text::{counts, grouped, plural, quoted, s3_uri};
use crate::base::time::in_words;
use crate::proof::finding::Verdict;
use crate::report::state::v1::{Gap, Head, Runs};
use crate::report::validation::v1::{SourceKind, Stretch};

/// The facts, each with its name.
pub(super) fn facts(history: &History) -> Vec<(&'static str, String)> {
    let (state, period) = (&history.state, &history.period);
    let origin = match state.sha256_given {
        true => "as given",
        false => "of the file, not compared with --state-sha256",
    };
    let mut facts = Vec::new();
    facts.extend(asked_for(period).map(|asked| ("asked for", asked)));
    facts.push(("period", format!("{} to {}", period.from, period.to)));
    if (period.from, period.to) != (period.held_from, period.held_to) {
        let held = format!("{} to {}", period.held_from, period.held_to);
        facts.push(("checked", held));
    }
    facts.extend([
        ("state", format!("{} ({origin})", state.sha256)),
        (
            "begun",
            format!("{}, {} since", state.begun, plural(state.runs, "run")),
        ),
    ]);
    facts.extend(state.last_run.map(|at| ("last run", last_run(history, at))));
    facts.push(("runs", runs(history)));
    facts.extend(scope(history));
    facts
}

/// The period as it was given, if it was.
fn asked_for(period: &Period) -> Option<String> {
    match (period.start, period.end) {
        (Some(start), Some(end)) => Some(format!("{start} to {end}")),
        (Some(start), None) => Some(format!("from {start} on")),
        (None, Some(end)) => Some(format!("until {end}")),
        (None, None) => None,
    }
}

/// What all of it comes to, the worst first.
pub(super) fn heading(history: &History) -> String {
    let totals = &history.totals;
    if totals.chains == 0 {
        return "NOTHING CHECKED".to_owned();
    }
    let share = percent_of(totals.verified_percent);
    match history.worst {
        Verdict::Verified => format!("{share} VERIFIED"),
        worst => format!("{}, {share} verified", worst.as_str().to_uppercase()),
    }
}

/// The last run, and how long before this report it was.
fn last_run(history: &History, at: Timestamp) -> String {
    let before = history.run.started.duration_since(at);
    match before.is_positive() {
        true => format!("{at}, {} before this report", in_words(before)),
        false => at.to_string(),
    }
}

pub(super) fn runs(history: &History) -> String {
    let runs = &history.runs;
    let verdicts = counts([
        (runs.verdicts.verified, "verified"),
        (runs.verdicts.gaps, "gaps"),
        (runs.verdicts.unproven, "unproven"),
        (runs.verdicts.failed, "failed"),
    ]);
    let mut text = plural(runs.count, "run");
    if let Some(verdicts) = verdicts {
        text += &format!(": {verdicts}");
    }
    if runs.accepted > 0 {
        let accepted = grouped(runs.accepted);
        text += &format!("; {accepted} of those not verified were accepted (exit status 0)");
    }
    if runs.not_complete > 0 {
        text += &format!("; {} not complete", grouped(runs.not_complete));
    }
    if let Some(seconds) = runs.longest_pause {
        let pause = pause(seconds);
        text += &format!("; longest pause {pause}");
    }
    text
}

/// A pause in words.
pub(super) fn pause(seconds: i64) -> String {
    match seconds {
        ..=0 => "none".to_owned(),
        seconds => in_words(SignedDuration::from_secs(seconds)),
    }
}

/// What the runs validate.
fn scope(history: &History) -> Vec<(&'static str, String)> {
    let scope = &history.scope;
    let source = match scope.source {
        SourceKind::S3 => "buckets in S3",
        SourceKind::Disk => "a copy on disk",
        SourceKind::Bundle => "a bundle",
    };
    let lists = [
        ("buckets", &scope.buckets),
        ("prefixes", &scope.prefixes),
        ("regions", &scope.regions),
        ("accounts", &scope.account_ids),
        ("organizations", &scope.organization_ids),
        ("trails", &scope.trail_arns),
        ("map", &scope.map),
    ];
    let lists = lists.into_iter().filter(|(_, values)| !values.is_empty());
    let lists = lists.map(|(name, values)| (name, values.join(", ")));
    let first = [("source", source.to_owned())];
    let logs = [("logs read", scope.logs.clone())];
    first.into_iter().chain(lists).chain(logs).collect()
}

/// Who made this report, with which program, and when.
pub(super) fn custody(history: &History) -> Vec<(&'static str, String)> {
    let (state, run) = (&history.state, &history.run);
    let command: Vec<String> = run.command.iter().map(|word| quoted(word)).collect();
    let continues = state.continues.clone();
    let continues = continues.map(|hash| ("continues", hash));
    let before = [("state", state.sha256.clone())];
    let facts = [
        ("written by", format!("{} {}", state.tool, state.version)),
        ("program", format!("{} {}", run.tool, run.version)),
        ("command", command.join(" ")),
        ("made", run.finished.to_string()),
    ];
    before.into_iter().chain(continues).chain(facts).collect()
}

/// The chains, worst first, then those with the least share verified.
pub(super) fn worst_first(history: &History) -> Vec<&Chain> {
    let mut chains: Vec<&Chain> = history.chains.iter().collect();
    chains.sort_by(|a, b| {
        let key = |chain: &Chain| (Reverse(chain.checked), Reverse(chain.worst));
        let share = a.verified_percent.total_cmp(&b.verified_percent);
        key(a).cmp(&key(b)).then(share)
    });
    chains
}

/// The share that is verified. Less than all is never 100 %.
pub(super) fn percent(chain: &Chain) -> String {
    if !chain.checked {
        return "not checked".to_owned();
    }
    percent_of(chain.verified_percent)
}

/// A share in percent, rounded to a hundredth. Less than all is never 100 %, and more than nothing is never 0 %.
pub(super) fn percent_of(share: f64) -> String {
    let hundredths = (share * 100.0).round() as i64;
    match hundredths {
        0 if share > 0.0 => "less than 0.01 %".to_owned(),
        10_000.. if share < 100.0 => "99.99 %".to_owned(),
        n if n % 100 == 0 => format!("{} %", n / 100),
        n => format!("{}.{:02} %", n / 100, n % 100),
    }
}

/// What the next run reads again of a chain, in words.
pub(super) fn open(chain: &Chain) -> String {
    let length = |length: SignedDuration, open: &Stretch| {
        length.saturating_add(open.to.duration_since(open.from))
    };
    let length = chain.open.iter().fold(SignedDuration::ZERO, length);
    match (length.is_positive(), chain.waiting_since.is_some()) {
        (true, _) => in_words(length),
        (false, true) => "logs".to_owned(),
        (false, false) => "nothing".to_owned(),
    }
}

/// Time that is neither verified nor pending, with whether the next run reads it again.
pub(super) fn not_verified(chain: &Chain) -> impl Iterator<Item = (&Stretch, String)> + Clone {
    let stretches = chain.coverage.iter();
    let stretches = stretches.filter(|stretch| stretch.state.verdict() != Verdict::Verified);
    stretches.map(|stretch| {
        let is_open = |open: &Stretch| open.from < stretch.to && stretch.from < open.to;
        let next = match chain.unchecked_since {
            Some(since) => unchecked(since),
            None if chain.open.iter().any(is_open) => "the next run reads it again".to_owned(),
            None => "no run reads it again".to_owned(),
        };
        (stretch, next)
    })
}

/// That no run checks a chain any more.
pub(super) fn unchecked(since: Timestamp) -> String {
    format!("no run has checked it since {since}")
}

/// How many objects or intervals a finding was about.
pub(super) fn each_time(found: &ReportedFindings) -> String {
    match (found.runs, found.count) {
        (1, count) => format!("{} found", grouped(count)),
        (_, 1) => "1 found each time".to_owned(),
        (_, count) => format!("up to {} found each time", grouped(count)),
    }
}

/// The number of runs that reported a finding, and when.
pub(super) fn reported(found: &ReportedFindings) -> String {
    let runs = plural(found.runs, "run");
    let still = match found.still_reported {
        true => ", the last run included",
        false => "",
    };
    match found.first == found.last {
        true => format!("reported by {runs} at {}{still}", found.first),
        false => format!(
            "reported by {runs} from {} to {}{still}",
            found.first, found.last
        ),
    }
}

/// The name of a gap's time.
pub(super) fn gap_time(gap: &Gap) -> String {
    match gap.from == gap.to {
        true => format!("restart at {}", gap.from),
        false => format!("{} to {}", gap.from, gap.to),
    }
}

/// Where a remembered digest is.
pub(super) fn place(head: &Head) -> String {
    s3_uri(Some(&head.bucket), &head.key)
}

/// How runs ended that were not verified; `None` if the state does not say so.
pub(super) fn ended(runs: &Runs) -> Option<String> {
    Some(match (runs.verdict, runs.exit_status?) {
        (Verdict::Verified, status) => format!("exit status {status}"),
        (_, 0) => "accepted (exit status 0)".to_owned(),
        (_, status) => format!("exit status {status}"),
    })
}

/// Runs that did not end as they should, oldest first. Those that follow each other with the same result are one,
/// also where the history has an entry for each day.
pub(super) fn troubled(history: &History) -> Vec<Runs> {
    let mut all: Vec<Runs> = Vec::new();
    for runs in &history.runs.history {
        let same = all.last_mut();
        let same = same.filter(|last| {
            let result = |runs: &Runs| (runs.verdict, runs.complete, runs.exit_status);
            result(last) == result(runs) && last.last <= runs.first
        });
        let Some(last) = same else {
            all.push(runs.clone());
            continue;
        };
        let between = runs.first.duration_since(last.last).as_secs();
        last.runs = last.runs.saturating_add(runs.runs);
        last.longest_pause = last.longest_pause.max(runs.longest_pause).max(between);
        last.last = runs.last;
    }
    all.retain(|runs| runs.verdict != Verdict::Verified || !runs.complete);
    all
}
