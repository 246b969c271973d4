//! What a history does not prove, in sentences.

use super::chains::TimeInPeriod;
use crate::base::text::{grouped, plural};
use crate::base::time::in_words;
use crate::report::history::v1::History;
use crate::report::validation::summary::time::length;

/// The sentences, the most general first.
pub(super) fn of(history: &History, time: &TimeInPeriod) -> Vec<String> {
    let mut sentences = vec![
        "that the logs are still intact: no log and no digest was read for this page. To check them again, run \
         trailproof validate over the same time"
            .to_owned(),
        hash(history),
        "that no chain is missing entirely: a chain that no run ever found is not in the state. List the chains you \
         expect with --expect"
            .to_owned(),
        "what the trails were not configured to log: a digest proves which logs were delivered, not what happened in \
         the account"
            .to_owned(),
    ];
    sentences.extend(content(history));
    sentences.extend(outside(history));
    sentences.extend(chains(history, time));
    sentences.extend(runs(history));
    sentences
}

fn hash(history: &History) -> String {
    match history.state.sha256_given {
        true => {
            "that the runs found what the state says: the hash shows that this is the file that was meant, not that \
             its content is right. The reports of the runs say more"
        }
        false => {
            "that the runs left this state: its hash was not compared with --state-sha256. Whoever can write the file can \
             write any history, and the checksum in it shows damage, not forgery"
        }
    }
    .to_owned()
}

/// Logs that the runs did not read.
fn content(history: &History) -> Option<String> {
    let logs = &history.scope.logs;
    (logs != "all").then(|| {
        format!(
            "the content of all logs: the runs read a part of them (--logs {logs}); of the others they checked only \
             that they exist"
        )
    })
}

/// Time that was requested and that the history does not hold.
fn outside(history: &History) -> Vec<String> {
    let period = &history.period;
    let mut sentences = Vec::new();
    if period.from < period.held_from {
        sentences.push(format!(
            "anything from {} to {}: the history begins there",
            period.from, period.held_from
        ));
    }
    if period.held_to < period.to {
        let last = history.state.last_run;
        let last = last.map_or_else(String::new, |last| format!("; the last run was at {last}"));
        sentences.push(format!(
            "anything from {} to {}: no run checked that time{last}",
            period.held_to, period.to
        ));
    }
    if let Some(end) = period.end.filter(|end| period.to < *end) {
        sentences.push(format!(
            "anything from {} to {end}: that time had not passed, or its next run was not due yet",
            period.to
        ));
    }
    sentences
}

fn chains(history: &History, time: &TimeInPeriod) -> Vec<String> {
    let totals = &history.totals;
    let mut sentences = Vec::new();
    if time.not_checked.is_positive() {
        sentences.push(format!(
            "how the logs of {} are: no run checked this time, or its history is no longer kept",
            length(time.not_checked)
        ));
    }
    if totals.left_out > 0 {
        sentences.push(format!(
            "anything of {} that no run of the period checked: left out with --exclude, for example",
            plural(totals.left_out, "chain")
        ));
    }
    let begun = history.chains.iter().filter(|chain| chain.checked);
    let begun = begun.filter(|chain| chain.window.from > history.period.from);
    let begun = begun.count();
    if begun > 0 {
        sentences.push(format!(
            "anything of {} before its first window: it was found after the period began",
            plural(begun as u64, "chain")
        ));
    }
    sentences
}

fn runs(history: &History) -> Vec<String> {
    let counts = &history.runs;
    let mut sentences = Vec::new();
    if counts.not_complete > 0 {
        sentences.push(format!(
            "everything requested: {} of {} could not check a part of it",
            grouped(counts.not_complete),
            plural(counts.count, "run")
        ));
    }
    if counts.missed > 0 {
        let pause = counts.longest_pause.map(jiff::SignedDuration::from_secs);
        sentences.push(format!(
            "that a change was noticed within {}: for that long no run checked anything",
            in_words(pause.unwrap_or_default())
        ));
    }
    sentences
}
