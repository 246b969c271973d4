//! What stands at the top of reports for people: the verdict in words, what was asked for and from where,
//! and of what it was told.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::v1::{Chain, Origin, Report, Requested, SourceKind, Span};
use crate::base::text::plural;
use crate::proof::coverage::State;
use crate::proof::detail::Detail;
use crate::proof::finding::{Code, Severity, Verdict};

/// Chains told one by one before only those that are not verified are.
const FEW: usize = 20;

/// The verdict in words, with what it leaves out.
pub(crate) fn meaning(report: &Report) -> String {
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
            let asked = asked_for(&report.requested);
            format!(
                "{asked}{until} is covered by proven digests, and every log they name is {logs}"
            )
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

/// The time that was asked for: where it was taken from the data, that of each chain.
fn asked_for(requested: &Requested) -> &'static str {
    let given = [&requested.start_origin, &requested.end_origin].map(|o| *o == Origin::Given);
    let to_now = requested.source == SourceKind::S3 && requested.as_of.is_some();
    match (given[0], given[1] || to_now) {
        (true, true) => "every instant asked for",
        (true, false) => "every instant from the beginning asked for to each chain's last digest",
        (false, true) => "every instant from each chain's first digest to the end asked for",
        (false, false) => "every instant from each chain's first digest to its last",
    }
}

/// What leaves a report unproven. That something could not be checked is not said where all was.
fn doubts(report: &Report) -> String {
    let here = ids(report);
    let mut doubts = BTreeSet::new();
    let unproven = report.findings.iter();
    for finding in unproven.filter(|f| f.severity == Severity::Unproven) {
        doubts.insert(match finding.code.known() {
            Some(Code::LogUnreferenced) => Doubt::Unnamed,
            Some(Code::ChainMissing) => match finding.chain.as_deref() {
                Some(id) if here.contains(id) => Doubt::Ended,
                _ => Doubt::Missing,
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
    // Where two do not agree, one of them may have been.
    let altered = match doubts.contains(&Doubt::Fork) {
        true => "",
        false => "; nothing was found to be altered",
    };
    let said: Vec<&str> = doubts.iter().map(|doubt| doubt.said()).collect();
    said.join(", and ") + altered
}

/// What leaves a report unproven, in the order in which it is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    Unnamed,
    Missing,
    Ended,
    Fork,
    Unchecked,
    Gap,
}

impl Doubt {
    fn said(self) -> &'static str {
        match self {
            Doubt::Unnamed => "a log lies here that no digest names",
            Doubt::Missing => "a chain that should be here is not",
            Doubt::Ended => "a chain ends before others of its trail",
            Doubt::Fork => "digests contradict each other",
            Doubt::Unchecked => "something could not be checked",
            Doubt::Gap => "no digest covers part of the window",
        }
    }
}

/// What is said where a look was not carried through.
pub(crate) const NOT_COMPLETE: &str = "not complete: not everything asked for could be looked at";

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

/// Which public keys were used, and where they came from.
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

/// How many chains there are, and how many more should be.
pub(crate) fn number_of_chains(report: &Report) -> String {
    let chains = plural(report.totals.chains, "chain");
    match missing_chains(report) {
        0 => chains,
        missing => format!("{chains}, and {missing} missing"),
    }
}

/// The chains that are here.
fn ids(report: &Report) -> BTreeSet<&str> {
    report.chains.iter().map(|c| c.id.as_str()).collect()
}

/// How many chains should be here and are not. One that only ends early is here.
pub(crate) fn missing_chains(report: &Report) -> usize {
    let here = ids(report);
    let missing = report.findings.iter();
    let missing = missing.filter(|f| f.code == Code::ChainMissing);
    let named: BTreeSet<&str> = missing.filter_map(|f| f.chain.as_deref()).collect();
    named.difference(&here).count()
}

/// What the window was narrowed to, and what it was held against; only what was given.
pub(crate) fn asked(
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
pub(crate) fn told(report: &Report) -> Vec<&Chain> {
    let mut chains: Vec<&Chain> = report.chains.iter().map(Box::as_ref).collect();
    if chains.len() > FEW {
        chains.retain(|c| c.verdict != Verdict::Verified);
    }
    chains.sort_by_key(|c| Reverse(c.verdict));
    chains
}

/// By what it was made, and when.
pub(crate) fn made(report: &Report) -> String {
    let run = &report.run;
    format!("{:.0}, by {} {}", run.finished, run.tool, run.version)
}
