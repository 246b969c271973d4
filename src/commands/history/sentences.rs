//! What the state says, in sentences. The first is for who reads only one.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::chains::TimeInPeriod;
use crate::base::text::{and_more, plural};
use crate::base::time::in_words;
use crate::proof::finding::{Severity, Verdict};
use crate::report::history::v1::History;
use crate::report::validation::summary::time::length;

/// Codes that one sentence lists.
const CODES: usize = 4;

/// The sentences.
pub(super) fn of(
    history: &History,
    time: &TimeInPeriod,
    stopped_for: Option<SignedDuration>,
) -> Vec<String> {
    let has_failed = history.worst == Verdict::Failed;
    let failed = Some(failed(history));
    // The worst comes first.
    let clauses = [
        stopped_for.map(|length| format!("no run has ended for {}", rounded(length))),
        failed.clone().filter(|_| has_failed),
        Some(verified(history, time)),
        failed.filter(|_| !has_failed),
        otherwise(time),
        unchecked(history),
        Some(open(history, time)),
        Some(regular(history)),
    ];
    let clauses: Vec<String> = clauses.into_iter().flatten().collect();
    let period = &history.period;
    let first = format!(
        "According to the state, from {} to {}: {}.",
        period.from,
        period.to,
        clauses.join("; ")
    );
    let mut sentences = vec![first, basis(history)];
    sentences.extend(advice(history, stopped_for.is_some()));
    sentences
}

fn verified(history: &History, time: &TimeInPeriod) -> String {
    let totals = &history.totals;
    let chains = plural(totals.chains, "chain");
    if totals.chains == 0 {
        return "no chain was checked".to_owned();
    }
    let share = time.by_state.proven_of_asked();
    let mut text = match (totals.chains, totals.verified_chains) {
        (1, _) => format!("{share} verified in {chains}"),
        (all, verified) if all == verified => format!("{share} verified in {chains}"),
        (_, 0) => format!("{share} verified in {chains}, none of them without interruption"),
        (_, n) => format!("{share} verified in {chains}, {n} of them without interruption"),
    };
    if totals.left_out > 0 {
        text += &format!("; {} not checked", plural(totals.left_out, "further chain"));
    }
    text
}

fn failed(history: &History) -> String {
    let chains = || history.chains.iter().filter(|chain| chain.checked);
    let failed = history.totals.failed_chains;
    if failed == 0 {
        return match history.runs.verdicts.failed {
            0 => "nothing failed".to_owned(),
            runs => format!("{} failed", plural(runs, "run")),
        };
    }
    let findings = chains().flat_map(|chain| &chain.findings);
    let findings = findings.filter(|found| found.severity == Severity::Failed);
    let codes: BTreeSet<&str> = findings.map(|found| found.code.as_str()).collect();
    let chains = plural(failed, "chain");
    if codes.is_empty() {
        return format!("{chains} failed");
    }
    let shown: Vec<&str> = codes.iter().copied().take(CODES).collect();
    let more = (codes.len() - shown.len()) as u64;
    format!("{chains} failed ({})", and_more(shown.join(", "), more))
}

/// Time that is neither verified nor pending.
fn otherwise(time: &TimeInPeriod) -> Option<String> {
    let states = [
        (time.by_state.failed, "failed"),
        (time.by_state.unproven, "unproven"),
        (time.by_state.gap, "in gaps"),
        (time.not_checked, "not checked"),
    ];
    let states = states.into_iter().filter(|(time, _)| time.is_positive());
    let states: Vec<String> = states
        .map(|(time, state)| format!("{} {state}", length(time)))
        .collect();
    (!states.is_empty()).then(|| format!("not verified: {}", states.join(", ")))
}

/// Chains that the runs checked and no longer check.
fn unchecked(history: &History) -> Option<String> {
    let chains = history.chains.iter().filter(|chain| chain.checked);
    let since: Vec<Timestamp> = chains.filter_map(|chain| chain.unchecked_since).collect();
    let oldest = since.iter().min()?;
    Some(match since.len() {
        1 => format!("no run has checked 1 chain since {oldest}"),
        n => format!(
            "{} are no longer checked, the first since {oldest}",
            plural(n as u64, "chain")
        ),
    })
}

/// A length of time in full days or hours.
fn rounded(time: SignedDuration) -> String {
    let hours = time.as_hours().unsigned_abs();
    match hours {
        48.. => plural(hours / 24, "day"),
        2.. => plural(hours, "hour"),
        _ => in_words(time),
    }
}

fn open(history: &History, time: &TimeInPeriod) -> String {
    let chains = plural(history.totals.open_chains, "chain");
    match (history.totals.open_chains, time.open.is_positive()) {
        (0, _) => "nothing is open".to_owned(),
        (_, true) => format!("open: {} in {chains}", length(time.open)),
        (_, false) => format!("open: logs that no digest lists yet, in {chains}"),
    }
}

/// Whether the check ran as often as it should.
fn regular(history: &History) -> String {
    let counts = &history.runs;
    let every = every(counts.every);
    let runs = plural(counts.count, "run");
    let runs = match counts.uncertain {
        0 => runs,
        some => format!("{runs}, up to {some} of them outside of this period"),
    };
    let pause = counts.longest_pause.map(SignedDuration::from_secs);
    match (counts.count, counts.missed) {
        (0, _) => "no run is recorded".to_owned(),
        (1, 0) => "the check ran once".to_owned(),
        (_, 0) => format!("the check ran {every} ({runs})"),
        (_, missed) => format!(
            "the check did not run {every} ({runs}; at least {missed} missed; longest pause {})",
            in_words(pause.unwrap_or_default())
        ),
    }
}

/// How often, in words.
fn every(seconds: i64) -> String {
    match seconds {
        3_600 => "every hour".to_owned(),
        86_400 => "every day".to_owned(),
        other => format!("every {}", in_words(SignedDuration::from_secs(other))),
    }
}

/// What all of this rests on.
fn basis(history: &History) -> String {
    let state = &history.state;
    let origin = match state.sha256_given {
        true => "as given with --state-sha256",
        false => "not compared with --state-sha256, so nothing shows that the runs left this file",
    };
    format!(
        "This rests on the file of the state alone, with SHA-256 {} ({origin}); no log and no digest was read for it.",
        state.sha256
    )
}

/// What to do next.
fn advice(history: &History, has_stopped: bool) -> Option<String> {
    let advice = match history.worst {
        Verdict::Failed => {
            "Read the reports of the runs that failed, and keep the bucket and these reports as they are."
        }
        _ if has_stopped => {
            "Find out why the check has stopped: until the next run, nobody would notice a change."
        }
        _ if history.runs.missed > 0 => {
            "Find out why runs were missed: until the next run, nobody would have noticed a change."
        }
        Verdict::Unproven => {
            "Find out what could not be checked: the reports of the runs say which objects, and why."
        }
        Verdict::Gaps => {
            "Find out why no digest covers these gaps; if that was intended, record it in an --accept file."
        }
        Verdict::Verified => return None,
    };
    Some(advice.to_owned())
}
