//! What stands at the top of reports for people: the verdict in words, what was asked for and from where,
//! and of what it was told.

use std::cmp::Reverse;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::v1::{Chain, Origin, Report, Requested, SourceKind, Span};
use super::words::plural;
use crate::coverage::State;
use crate::finding::{Code, Severity, Verdict};

/// Chains told one by one before only those that are not verified are.
const FEW: usize = 20;

/// The verdict in words, with what it leaves out.
pub(super) fn meaning(report: &Report) -> String {
    let not_read = report.totals.logs.not_read;
    let logs = if not_read == 0 {
        "there and intact"
    } else {
        "there"
    };
    let pending = pending_from(report);
    let mut said = match report.verdict {
        Verdict::Verified => {
            let until = pending
                .map(|from| format!(" until {from}"))
                .unwrap_or_default();
            format!(
                "every instant asked for{until} is covered by proven digests, and every log they name \
                 is {logs}"
            )
        }
        Verdict::Gaps => {
            let gap = match has(report, State::Gap) {
                true => {
                    "no digest covers part of the window (logging or validation was off, or digests \
                     were removed)"
                }
                false => "logging or validation was restarted, which left no hole between digests",
            };
            format!("{gap}; what is covered is proven, and every log it names is {logs}")
        }
        Verdict::Unproven if report.chains.is_empty() => {
            "no digest was found; nothing is proven".into()
        }
        Verdict::Unproven if !has(report, State::Verified) => {
            "no instant asked for is proven; nothing was found to be altered".into()
        }
        Verdict::Unproven => format!("{}; nothing was found to be altered", doubts(report)),
        Verdict::Failed => "something was altered, is missing, or is forged".into(),
    };
    if pending.is_some() {
        said += "; later digests may not have been delivered yet";
    }
    if not_read > 0 {
        let Requested { logs, seed, .. } = &report.requested;
        let sample = seed.as_ref().map_or_else(String::new, |seed| {
            format!("; the sample {logs} was drawn with --seed {seed}")
        });
        let _ = write!(
            said,
            " ({not_read} logs were looked for and not read{sample})"
        );
    }
    said
}

/// What leaves a report unproven. That something could not be checked is not said where all was.
fn doubts(report: &Report) -> String {
    const DOUBTS: [(Option<Code>, &str); 4] = [
        (
            Some(Code::LogUnreferenced),
            "a log lies here that no digest names",
        ),
        (
            Some(Code::ChainMissing),
            "a chain that should be here is not",
        ),
        (
            Some(Code::ChainFork),
            "proven digests contradict each other",
        ),
        (None, "something could not be checked"),
    ];
    let code_of = |code: &Code| {
        let named = DOUBTS.iter().filter_map(|(code, _)| *code);
        named.into_iter().find(|named| named == code)
    };
    let findings = report.findings.iter();
    let unproven = findings.filter(|f| f.severity == Severity::Unproven);
    let mut found: Vec<Option<Code>> = unproven.map(|f| f.code.known().and_then(code_of)).collect();
    if !report.complete || found.is_empty() {
        found.push(None);
    }
    let said = DOUBTS.iter().filter(|(code, _)| found.contains(code));
    let said: Vec<&str> = said.map(|(_, said)| *said).collect();
    said.join(", and ")
}

/// What is said where a look was not carried through.
pub(super) const NOT_COMPLETE: &str = "not complete: not everything asked for could be looked at";

/// Whether any time of any chain is in a state.
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

/// The window asked for: its beginning and its end, each with where it came from.
pub(super) fn window(report: &Report) -> (String, String) {
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
        _ => format!("{of} (from the data)"),
    };
    let of_first = match windows.iter().all(|w| Some(w.from) == first) {
        true => "the first digest",
        false => "the earliest of the chains' first digests",
    };
    let of_last = match windows.iter().all(|w| Some(w.to) == last) {
        true => "the last digest",
        false => "the latest of the chains' last digests",
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

/// Which public keys were used, and where they came from.
pub(super) fn keys(report: &Report) -> String {
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

/// How many chains there are, and how many more should be.
pub(super) fn number_of_chains(report: &Report) -> String {
    let chains = plural(report.totals.chains, "chain");
    match missing_chains(report) {
        0 => chains,
        missing => format!("{chains}, and {missing} missing"),
    }
}

/// How many chains should be here and are not.
pub(super) fn missing_chains(report: &Report) -> u64 {
    let missing = report.findings.iter();
    let missing = missing.filter(|f| f.code == Code::ChainMissing);
    missing
        .map(|f| f.count.unwrap_or(1))
        .fold(0, u64::saturating_add)
}

/// What the window was narrowed to, and what it was held against; only what was given.
pub(super) fn asked(
    requested: &Requested,
) -> impl Iterator<Item = (&'static str, &Vec<String>)> + use<'_> {
    [
        ("regions", &requested.regions),
        ("accounts", &requested.account_ids),
        ("organizations", &requested.organization_ids),
        ("trails", &requested.trail_arns),
        ("buckets", &requested.buckets),
        ("prefixes", &requested.prefixes),
        ("map", &requested.map),
    ]
    .into_iter()
    .filter(|(_, values)| !values.is_empty())
}

/// The chains that are told one by one, worst first: all if they are few, else those that are not
/// verified.
pub(super) fn told(report: &Report) -> Vec<&Chain> {
    let mut chains: Vec<&Chain> = report.chains.iter().map(Box::as_ref).collect();
    if chains.len() > FEW {
        chains.retain(|c| c.verdict != Verdict::Verified);
    }
    chains.sort_by_key(|c| Reverse(c.verdict));
    chains
}

/// By what it was made, and when.
pub(super) fn made(report: &Report) -> String {
    let run = &report.run;
    format!("{:.0}, by {} {}", run.finished, run.tool, run.version)
}
