//! The head of the reports for people: the verdict in words, the window, the keys and the filters of the
//! request, and which chains are shown.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::absent::absent_chains;
use super::v1::{Chain, Origin, Report, Requested, SourceKind, Span};
use crate::base::text::plural;
use crate::proof::coverage::State;
use crate::proof::finding::Detail;
use crate::proof::finding::{Code, Severity, Verdict};

/// With more chains than this, only those that are not verified are shown.
const FEW: usize = 20;

/// The verdict in words, followed by its limits: pending digests and logs that were not read.
pub(crate) fn meaning(report: &Report) -> String {
    let not_read = report.totals.logs.not_read;
    let logs = match logs_read(report) {
        LogsRead::All => "there and intact",
        LogsRead::Some => "there, and those that were read are intact",
        LogsRead::None => "there, and none was read",
    };
    let pending = pending_from(report);
    let mut text = match report.verdict {
        Verdict::Verified => {
            let until = pending
                .map(|from| format!(" until {from}"))
                .unwrap_or_default();
            let time = requested_time(&report.requested);
            format!("{time}{until} is covered by proven digests, and every log they name is {logs}")
        }
        Verdict::Gaps => {
            let gap = match has(report, State::Gap) {
                true => "no digest covers part of the window",
                false => "logging or validation was restarted, which left no hole between digests",
            };
            format!("{gap}; what is covered is proven, and every log it names is {logs}")
        }
        Verdict::Unproven if report.chains.is_empty() => {
            "no digest was found; nothing is proven".into()
        }
        Verdict::Unproven if !has(report, State::Verified) => {
            format!("no instant asked for is proven: {}", doubts(report))
        }
        Verdict::Unproven => doubts(report),
        Verdict::Failed => "something was altered, is missing, or is forged".into(),
    };
    if pending.is_some() {
        text += "; later digests may not have been delivered yet";
    }
    if not_read > 0 {
        let Requested { logs, seed, .. } = &report.requested;
        let sample = seed.as_ref().map_or_else(String::new, |seed| {
            format!("; the sample {logs} was drawn with --seed {seed}")
        });
        let _ = write!(
            text,
            " ({not_read} logs were looked for and not read{sample})"
        );
    }
    text
}

/// How many of the logs that digests list were read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LogsRead {
    All,
    Some,
    None,
}

/// What a report says of its logs depends on which were read, whether or not there are any.
fn logs_read(report: &Report) -> LogsRead {
    let logs = &report.totals.logs;
    match report.requested.logs.as_str() {
        "all" if logs.not_read == 0 => LogsRead::All,
        "none" => LogsRead::None,
        _ if (logs.valid, logs.failed) == (0, 0) && logs.not_read > 0 => LogsRead::None,
        _ => LogsRead::Some,
    }
}

/// The requested time. Each bound that was not given is that of each chain's data.
fn requested_time(requested: &Requested) -> &'static str {
    let given = [&requested.start_origin, &requested.end_origin].map(|o| *o == Origin::Given);
    let to_now = requested.source == SourceKind::S3 && requested.as_of.is_some();
    match (given[0], given[1] || to_now) {
        (true, true) => "every instant asked for",
        (true, false) => "every instant from the beginning asked for to each chain's last digest",
        (false, true) => "every instant from each chain's first digest to the end asked for",
        (false, false) => "every instant from each chain's first digest to its last",
    }
}

/// Why a report is unproven.
fn doubts(report: &Report) -> String {
    let chains = names(report);
    let mut doubts = BTreeSet::new();
    let unproven = report.findings.iter();
    for finding in unproven.filter(|f| f.severity == Severity::Unproven) {
        doubts.insert(match finding.code.known() {
            Some(Code::LogUnreferenced) => Doubt::UnreferencedLog,
            Some(Code::ChainMissing) => match finding.chain_name() {
                Some(name) if chains.contains(&name) => Doubt::ChainEnded,
                _ => Doubt::ChainMissing,
            },
            Some(Code::ChainFork) => Doubt::Fork,
            _ if finding.detail() == Some(Detail::SuccessorDoesNotFit) => Doubt::Fork,
            _ => Doubt::Unchecked,
        });
    }
    if !report.complete || doubts.is_empty() {
        doubts.insert(Doubt::Unchecked);
    }
    if has(report, State::Gap) {
        doubts.insert(Doubt::Gap);
    }
    // If two digests contradict each other, one of them may have been altered.
    let altered = match (doubts.contains(&Doubt::Fork), logs_read(report)) {
        (true, _) => "",
        (false, LogsRead::All) => "; nothing was found to be altered",
        (false, _) => "; nothing that was read was found to be altered",
    };
    let phrases: Vec<&str> = doubts.iter().map(|doubt| doubt.phrase()).collect();
    phrases.join(", and ") + altered
}

/// A reason why a report is unproven. The variants are in the order of the sentence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    UnreferencedLog,
    ChainMissing,
    ChainEnded,
    Fork,
    Unchecked,
    Gap,
}

impl Doubt {
    fn phrase(self) -> &'static str {
        match self {
            Doubt::UnreferencedLog => "a log lies here that no digest names",
            Doubt::ChainMissing => "a chain that should be here is not",
            Doubt::ChainEnded => "a chain ends before others of its trail",
            Doubt::Fork => "digests contradict each other",
            Doubt::Unchecked => "something could not be checked",
            Doubt::Gap => "no digest covers part of the window",
        }
    }
}

/// Shown when not everything requested could be read.
pub(crate) const NOT_COMPLETE: &str = "not complete: not everything asked for could be looked at";

/// Whether any chain is in a state at any time.
fn has(report: &Report, state: State) -> bool {
    let mut stretches = report.chains.iter().flat_map(|c| &c.coverage);
    stretches.any(|s| s.state == state)
}

/// The earliest instant at which a chain is pending.
fn pending_from(report: &Report) -> Option<Timestamp> {
    let stretches = report.chains.iter().flat_map(|c| &c.coverage);
    stretches
        .filter(|s| s.state == State::Pending)
        .map(|s| s.from)
        .min()
}

/// The beginning and the end of the window, each with its origin.
pub(crate) fn window(report: &Report) -> (String, String) {
    let requested = &report.requested;
    let windows = report.chains.iter().map(|c| &c.window);
    let windows: Vec<&Span> = windows.filter(|w| w.from < w.to).collect();
    let first = windows.iter().map(|w| w.from).min();
    let last = windows.iter().map(|w| w.to).max();
    let bound = |given: Option<Timestamp>, origin, data: Option<Timestamp>, of: &str| match (
        given, origin, data,
    ) {
        (Some(time), Origin::Given, _) => format!("{time} (given)"),
        (_, _, Some(time)) => format!("{time} (from the data: {of})"),
        _ => "not known (no digest was found)".to_owned(),
    };
    let of_first = match windows.iter().all(|w| Some(w.from) == first) {
        true => "the first digest",
        false => "each chain's first digest, this is the earliest",
    };
    let of_last = match windows.iter().all(|w| Some(w.to) == last) {
        true => "the last digest",
        false => "each chain's last digest, this is the latest",
    };
    let start = bound(requested.start, requested.start_origin, first, of_first);
    let end = match (requested.end, requested.as_of) {
        (None, Some(now)) if requested.source == SourceKind::S3 => {
            format!("{now} (when it was looked at)")
        }
        (end, _) => bound(end, requested.end_origin, last, of_last),
    };
    (start, end)
}

/// How many public keys were used, and their origin.
pub(crate) fn keys(report: &Report) -> String {
    let used = report.keys.len() as u64;
    let given = &report.requested.keys;
    match (used, given.is_empty()) {
        (0, false) => "none used of those in files".to_owned(),
        (n, false) => format!("{n} used, from files"),
        (0, true) if report.requested.source != SourceKind::S3 => "none were given".to_owned(),
        (0, true) => "none used".to_owned(),
        (n, true) => format!("{n} used, from ListPublicKeys"),
    }
}

/// How many chains there are, and how many are missing.
pub(crate) fn number_of_chains(report: &Report) -> String {
    let chains = plural(report.totals.chains, "chain");
    match missing_chains(report) {
        0 => chains,
        missing => format!("{chains}, and {missing} missing"),
    }
}

/// The names of the chains that were found.
fn names(report: &Report) -> BTreeSet<String> {
    report.chains.iter().map(|c| c.name()).collect()
}

/// How many chains are missing: there are findings about them, and no digest. A chain that ends early is not
/// missing.
pub(crate) fn missing_chains(report: &Report) -> usize {
    absent_chains(report).len()
}

/// The filters and places of the request that were given, with their names.
pub(crate) fn filters(
    requested: &Requested,
) -> impl Iterator<Item = (&'static str, &Vec<String>)> + use<'_> {
    [
        ("regions", &requested.regions),
        ("accounts", &requested.account_ids),
        ("organizations", &requested.organization_ids),
        ("trails", &requested.trail_arns),
        ("buckets", &requested.buckets),
        ("prefixes", &requested.prefixes),
        ("excluded", &requested.exclude),
        ("map", &requested.map),
    ]
    .into_iter()
    .filter(|(_, values)| !values.is_empty())
}

/// The chains that reports show, worst first: all if they are few, otherwise those that are not verified.
pub(crate) fn shown_chains(report: &Report) -> Vec<&Chain> {
    let mut chains: Vec<&Chain> = report.chains.iter().map(Box::as_ref).collect();
    if chains.len() > FEW {
        chains.retain(|c| c.verdict != Verdict::Verified);
    }
    chains.sort_by_key(|c| Reverse(c.verdict));
    chains
}

/// When and by which program the report was made.
pub(crate) fn made(report: &Report) -> String {
    let run = &report.run;
    format!("{:.0}, by {} {}", run.finished, run.tool, run.version)
}
