//! The head of the reports for people: the verdict in words, the window, the keys and the filters of the
//! request, and which chains are shown.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::absent::{absent_chains, count_by_verdict};
use super::custody;
use super::over_chains::number_of_all_chains;
use super::summary::damage::{self, DamageKind};
use super::summary::doubt::{self, Doubt};
use super::summary::due;
use super::summary::time::{TimeByState, in_chains, length};
use super::summary::{restarted, with_removals};
use super::v1::{Chain, Origin, Report, Requested, SourceKind, Span};
use crate::base::text::{grouped, one_or_many, plural};
use crate::proof::coverage::State;
use crate::proof::finding::Verdict;

/// With more chains than this, only those that are not verified are shown.
const FEW: usize = 20;

/// A bound of the window that neither the request nor the data gives.
const UNKNOWN: &str = "unknown (no digest found)";

/// The verdict in words: what, and how much. Its limits follow: pending digests and logs that were not read.
pub(crate) fn meaning(report: &Report) -> String {
    let damage = damage::count(report);
    let doubts = doubt::count(report);
    let mut parts = match report.verdict {
        Verdict::Failed => vec![failed(report, &damage)],
        Verdict::Unproven => unproven(report, &doubts),
        Verdict::Gaps => gaps(report),
        Verdict::Verified => vec![verified(report)],
    };
    parts.extend(logs_not_read(report));
    let accepted = match report.run.all_accepted {
        true => " (accepted; exit status 0)",
        false => "",
    };
    let text = parts.join("; ") + accepted;
    match custody::failed_given_up(&report.requested) {
        Some(given_up) => format!("{text}; {given_up}"),
        None => text,
    }
}

/// The damage, and in how many chains it is.
fn failed(report: &Report, damage: &BTreeMap<DamageKind, u64>) -> String {
    let clause = damage::clause(damage);
    let text = clause.unwrap_or_else(|| "something was altered, is missing, or is forged".into());
    let all = number_of_all_chains(report);
    let failed = count_by_verdict(report, Verdict::Failed);
    match (failed, all) {
        (0, _) | (_, 0 | 1) => text,
        _ => format!(
            "{text}, in {} of {}",
            grouped(failed),
            plural(all as u64, "chain")
        ),
    }
}

/// What is proven, and why the rest is not. A source that could not be read comes first: it is the cause of
/// the rest.
fn unproven(report: &Report, doubts: &BTreeMap<Doubt, u64>) -> Vec<String> {
    let time = TimeByState::of_all(report);
    if let Some(except) = all_but_the_end(report, doubts) {
        return vec![except];
    }
    let clauses = doubts.iter().map(|(doubt, n)| doubt.clause(*n, report));
    let mut parts: Vec<String> = clauses.collect();
    if time.gap.is_positive() {
        parts.push(format!(
            "no digest covers {}",
            in_chains(report, |time| time.gap)
        ));
    }
    // What is missing has no time in the sum, so it comes before the share that is proven.
    let absent = [
        Doubt::BundleAltered,
        Doubt::SourceUnreadable,
        Doubt::NothingFound,
        Doubt::ChainMissing,
    ];
    let before = doubts.keys().filter(|doubt| absent.contains(doubt)).count();
    let of = match before {
        0 => time_of(report).to_owned(),
        _ => format!("of the time of {}", plural(report.totals.chains, "chain")),
    };
    let proven = match time.proven.is_positive() {
        true => format!("{} {of} is {}", time.proven_percent(), proven_word(report)),
        false => "nothing is proven".into(),
    };
    parts.insert(before, proven);
    parts
}

/// The commonest result on a plain copy: every chain is proven up to its newest digest, which has no signature.
fn all_but_the_end(report: &Report, doubts: &BTreeMap<Doubt, u64>) -> Option<String> {
    let only = doubts.keys().eq([&Doubt::SignatureAbsent]);
    let mut ends = report.chains.iter().map(|chain| match &*chain.coverage {
        [proven, end] if (proven.state, end.state) == (State::Verified, State::Unproven) => {
            Some(end.to.duration_since(end.from))
        }
        _ => None,
    });
    let first = ends.next()??;
    if !only || ends.any(|end| end != Some(first)) {
        return None;
    }
    let of_each = if report.chains.len() > 1 {
        " of each"
    } else {
        ""
    };
    Some(format!(
        "{}, except the last {}{of_each}: its digest has no signature{}",
        all_is(report, proven_word(report)),
        length(first).trim_start_matches("1 "),
        doubt::in_copy(report)
    ))
}

/// What is proven, and how much time no digest covers.
fn gaps(report: &Report) -> Vec<String> {
    let time = TimeByState::of_all(report);
    if !time.gap.is_positive() {
        let why = match restarted(report) {
            true => {
                "logging or validation was restarted, which left no uncovered time between digests"
            }
            false => "a chain has no digest in the window",
        };
        let proven = match time.proven == time.asked {
            true => all_is(report, proven_word(report)),
            false => share(report),
        };
        return vec![proven, why.into()];
    }
    let removed = with_removals(report);
    let mut parts = vec![
        share(report),
        format!("no digest covers {}", in_chains(report, |time| time.gap)),
    ];
    if removed > 0 {
        let gaps = plural(removed as u64, "gap");
        parts.insert(
            0,
            format!("recorded calls removed or overwrote objects of the time of {gaps}"),
        );
    }
    parts
}

/// All that was asked for is proven, up to the pending time.
fn verified(report: &Report) -> String {
    let logs = &report.totals.logs;
    let time = TimeByState::of_all(report);
    if time.pending.is_positive() && !time.proven.is_positive() {
        // Only a chain that continues from a digest that an earlier run proved is verified without any time.
        let last = match report.totals.chains {
            1 => "the digest that an earlier run proved last is",
            _ => "the digests that earlier runs proved last are",
        };
        return format!("no new digest was due yet; {last} unchanged");
    }
    let word = proven_word(report);
    let mut text = match due::all_until(report) {
        Some(until) => format!("all that was due is {word}, {until}"),
        None if time.pending.is_positive() => format!(
            "{}, except {}: later digests may not have been delivered yet",
            all_is(report, word),
            in_chains(report, |time| time.pending)
        ),
        None => all_is(report, word),
    };
    if logs_read(report) == LogsRead::All && logs.valid > 0 {
        text += &format!(
            "; {}",
            one_or_many(logs.valid, "its 1 log is intact", "logs are intact")
        );
    }
    text
}

/// The share of the time that is proven.
fn share(report: &Report) -> String {
    let percent = TimeByState::of_all(report).proven_percent();
    let (of, word) = (time_of(report), proven_word(report));
    format!("{percent} {of} is {word}")
}

/// The time that a share is of. Nobody asked for the window of a run that continues earlier ones.
fn time_of(report: &Report) -> &'static str {
    match report.requested.continues_from {
        Some(_) => "of the time since earlier runs left off",
        None => "of the time asked for",
    }
}

/// What holds for time in state `verified`. Where logs were not read, nobody knows that they are intact.
fn proven_word(report: &Report) -> &'static str {
    match logs_read(report) {
        LogsRead::All => "proven",
        LogsRead::Some | LogsRead::None => "covered by verified digests",
    }
}

/// That all of the time requested has a property, as in `all of 365 days is proven in 6 chains`.
fn all_is(report: &Report, property: &str) -> String {
    let windows = report.chains.iter().map(|c| &c.window);
    let mut lengths = windows.map(|window| window.to.duration_since(window.from));
    let first = lengths.next().unwrap_or_default();
    let same = lengths.all(|other| other == first);
    match report.chains.len() as u64 {
        0 | 1 => format!("all of {} is {property}", length(first)),
        n if same => format!(
            "all of {} is {property} in {}",
            length(first),
            plural(n, "chain")
        ),
        n => {
            let sum = length(TimeByState::of_all(report).asked);
            format!(
                "all of {sum}, the sum of {}, is {property}",
                plural(n, "chain")
            )
        }
    }
}

/// How many logs were read, where it was not all of them, and by which sample.
fn logs_not_read(report: &Report) -> Option<String> {
    let logs = &report.totals.logs;
    let Requested {
        logs: share, seed, ..
    } = &report.requested;
    if logs_read(report) == LogsRead::All {
        return None;
    }
    let read = logs.valid.saturating_add(logs.failed);
    let all = read.saturating_add(logs.not_read);
    let intact = match (logs.valid, logs.failed) {
        (1.., 0) => ", and these are intact",
        _ => "",
    };
    let seed = seed
        .as_ref()
        .map_or_else(String::new, |seed| format!(" --seed {seed}"));
    let all = plural(all, "log");
    Some(format!(
        "{} of {all} read{intact} (--logs {share}{seed})",
        grouped(read)
    ))
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

/// Shown when not everything requested could be read.
pub(crate) const NOT_COMPLETE: &str =
    "not complete: not everything that was requested could be checked";

/// The beginning and the end of the window, each with its origin.
pub(crate) fn window(report: &Report) -> (String, String) {
    let requested = &report.requested;
    let windows = report.chains.iter().map(|c| &c.window);
    let windows: Vec<&Span> = windows.filter(|w| w.from < w.to).collect();
    let first = windows.iter().map(|w| w.from).min();
    let last = windows.iter().map(|w| w.to).max();
    let left_off = match windows.iter().all(|w| Some(w.from) == first) {
        true => "where earlier runs left off",
        false => "where earlier runs left off with each chain, this is the earliest",
    };
    let bound = |given: Option<Timestamp>, origin, data: Option<Timestamp>, of: &str| match (
        given, origin, data,
    ) {
        (Some(time), Origin::Given, _) => format!("{time} (given)"),
        (Some(time), Origin::Bundle, _) => format!("{time} (from the bundle)"),
        (_, Origin::State, Some(time)) => format!("{time} (from the state: {left_off})"),
        (_, _, Some(time)) => format!("{time} (from the data: {of})"),
        _ => UNKNOWN.to_owned(),
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
            format!("{now} (the time of this check)")
        }
        (None, Some(then)) if requested.source == SourceKind::Bundle => {
            format!("{then} (the time of collection)")
        }
        (end, _) => bound(end, requested.end_origin, last, of_last),
    };
    (start, end)
}

/// The window in one line.
pub(crate) fn window_line(report: &Report) -> String {
    let (start, end) = window(report);
    match start == UNKNOWN && end == UNKNOWN {
        true => start,
        false => format!("{start} to {end}"),
    }
}

/// How many public keys were used, and their origin.
pub(crate) fn keys(report: &Report) -> String {
    let used = report.keys.len() as u64;
    let given = &report.requested.keys;
    match (used, given.is_empty()) {
        (0, false) => "none of those in files was used".to_owned(),
        (n, false) => format!("{n} used, from files"),
        (0, true) if is_without_any(&report.requested) => "none given".to_owned(),
        (0, true) => "none used".to_owned(),
        (n, true) if report.requested.source == SourceKind::Bundle => {
            format!("{n} used, from ListPublicKeys when the bundle was collected")
        }
        (n, true) => format!("{n} used, from ListPublicKeys"),
    }
}

/// Whether no keys counted where none were given: those in a bundle do not without its manifest.
fn is_without_any(requested: &Requested) -> bool {
    match requested.source.known() {
        Some(SourceKind::S3) => false,
        Some(SourceKind::Bundle) => !requested.manifest_given,
        _ => true,
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
