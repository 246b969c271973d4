//! What reports for people say in words: the verdict, counts, lengths, causes, events.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::v1::{Chain, Digests, Evidence, Gap, Logs, Origin, Report, Requested, SourceKind};
use crate::coverage::State;
use crate::finding::Verdict;

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
        Verdict::Gaps => format!(
            "logging or validation was restarted, or no digest covers part of the window; what is \
             covered is proven, and every log it names is {logs}"
        ),
        Verdict::Unproven if report.chains.is_empty() => {
            "no digest was found; nothing is proven".into()
        }
        Verdict::Unproven if !report.chains.iter().any(|c| has_proven(c)) => {
            "no instant asked for is proven; nothing was found to be altered".into()
        }
        Verdict::Unproven => {
            "something could not be checked; nothing was found to be altered".into()
        }
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

/// What is said where a look was not carried through.
pub(super) const NOT_COMPLETE: &str = "not complete: not everything asked for could be looked at";

fn has_proven(chain: &Chain) -> bool {
    chain.coverage.iter().any(|s| s.state == State::Verified)
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
pub(super) fn window(requested: &Requested) -> (String, String) {
    let bound = |time: Option<Timestamp>, origin: Origin, data: &str| match (time, origin) {
        (Some(time), Origin::Given) => format!("{time} (given)"),
        _ => format!("{data} (from the data)"),
    };
    let end = match (requested.end, requested.as_of) {
        (None, Some(now)) if requested.source == SourceKind::S3 => {
            format!("{now} (when it was looked at)")
        }
        (end, _) => bound(end, requested.end_origin, "each chain's last digest"),
    };
    let start = bound(
        requested.start,
        requested.start_origin,
        "each chain's first digest",
    );
    (start, end)
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

/// Until when a chain is proven.
pub(super) fn until(chain: &Chain) -> String {
    chain.verified_until.map_or_else(
        || "not proven from the window's beginning".to_owned(),
        |until| format!("proven until {until}"),
    )
}

/// When a gap is.
pub(super) fn span(gap: &Gap) -> String {
    if gap.from == gap.to {
        return format!(
            "restart at {}, which left no hole between digests",
            gap.from
        );
    }
    let restart = if gap.restart { ", to a restart" } else { "" };
    let length = length(gap.from, gap.to);
    format!("{} to {}, {length}{restart}", gap.from, gap.to)
}

/// Why a gap is there, how sure that is, and who did it, where anything says so.
pub(super) fn explained(gap: &Gap) -> Option<String> {
    if gap.evidence.is_empty() && certainty(gap).is_none() {
        return None;
    }
    let mut said = cause(gap);
    let mut add = |more: Option<String>| {
        if let Some(more) = more {
            said += "; ";
            said += &more;
        }
    };
    add(certainty(gap));
    add(who(gap));
    Some(said)
}

/// Who made the first call that bears on a gap and was not refused: one that was changed nothing.
pub(super) fn who(gap: &Gap) -> Option<String> {
    let who = |event: &Evidence| {
        let actor = event.actor.as_ref()?;
        let name = [&actor.arn, &actor.account, &actor.kind];
        let name = name.into_iter().flatten().next()?;
        Some(format!("{name}, by {}", event.event_name))
    };
    let mut done = gap.evidence.iter().filter(|e| e.error_code.is_none());
    done.find_map(who)
}

/// Why a gap is there.
pub(super) fn cause(gap: &Gap) -> String {
    let word = gap.cause.word();
    match word.as_ref() {
        "logging-stopped" => "logging was stopped",
        "validation-disabled" => "log file validation was switched off",
        "trail-deleted" => "the trail was deleted",
        "trail-created" => "the trail was created",
        "before-first-digest" => "no earlier digest is there",
        "after-last-digest" => "no later digest is there",
        "unexplained" => "nothing that remains says why",
        other => other,
    }
    .to_owned()
}

/// How sure that is; nothing where there is nothing to be sure of.
pub(super) fn certainty(gap: &Gap) -> Option<String> {
    let word = gap.certainty.word();
    let said = match word.as_ref() {
        "none" => return None,
        "signed" => "signed: a proven log says so",
        "unsigned" => "unsigned: AWS says so, and nothing proves it",
        "circumstantial" => "circumstantial: it is inferred",
        other => other,
    };
    Some(said.to_owned())
}

/// An event, by what is known of it.
pub(super) fn facts(event: &Evidence) -> Vec<(&'static str, String)> {
    let mut facts = vec![("time", event.event_time.to_string())];
    let mut tell = |name, value: Option<&String>| facts.extend(value.map(|v| (name, v.clone())));
    if let Some(actor) = &event.actor {
        tell("actor", actor.arn.as_ref());
        tell("identity", actor.kind.as_ref());
        tell("account", actor.account.as_ref());
        tell("session", actor.session.as_ref());
        tell("access key", actor.access_key_id.as_ref());
    }
    tell("source IP", event.source_ip.as_ref());
    tell("agent", event.user_agent.as_ref());
    tell("error", event.error_code.as_ref());
    tell("event id", event.event_id.as_ref());
    tell("log", event.log.as_ref());
    tell("digest", event.digest.as_ref());
    let word = event.via.word();
    let via = match word.as_ref() {
        "verified-log" => "a log that a proven digest names",
        "lookup-events" => "LookupEvents, unsigned",
        "trail-status" => "GetTrailStatus, unsigned",
        other => other,
    };
    facts.push(("known by", via.to_owned()));
    facts
}

/// Logs that lie in a gap.
pub(super) fn undigested(gap: &Gap) -> Option<String> {
    let logs = gap.undigested_logs.as_ref()?;
    let said = match (logs.count, logs.first, logs.last) {
        (0, ..) => "none in it".into(),
        (n, Some(first), Some(last)) => {
            format!("{} in it, {first} to {last}", plural(n, "log"))
        }
        (n, ..) => format!("{} in it", plural(n, "log")),
    };
    Some(said)
}

pub(super) fn digests(d: &Digests) -> String {
    counted(&[
        (d.valid, "valid"),
        (d.failed, "failed"),
        (d.missing, "missing"),
        (d.missing_inferred, "more inferred missing"),
        (d.unproven, "unproven"),
    ])
}

pub(super) fn logs(l: &Logs) -> String {
    counted(&[
        (l.valid, "valid"),
        (l.failed, "failed"),
        (l.missing, "missing"),
        (l.unproven, "unproven"),
        (l.not_read, "there, not read"),
    ])
}

fn counted(counts: &[(u64, &str)]) -> String {
    let some: Vec<String> = counts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} {what}"))
        .collect();
    if some.is_empty() {
        "none".into()
    } else {
        some.join(", ")
    }
}

pub(super) fn plural(n: u64, what: &str) -> String {
    if n == 1 {
        format!("1 {what}")
    } else {
        format!("{n} {what}s")
    }
}

/// The length of a stretch, as in `2d 3h 20m`.
pub(super) fn length(from: Timestamp, to: Timestamp) -> String {
    lengthy(to.duration_since(from))
}

/// A length, as in `2d 3h 20m`.
pub(super) fn lengthy(length: SignedDuration) -> String {
    let mut seconds = length.max(SignedDuration::ZERO).as_secs();
    let mut parts = Vec::new();
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")] {
        if seconds >= unit {
            parts.push(format!("{}{name}", seconds / unit));
            seconds %= unit;
        }
    }
    if parts.is_empty() {
        "no time".into()
    } else {
        parts.join(" ")
    }
}

/// The beginning of a text that is too long to be shown whole.
pub(super) fn clip(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let all = text.chars().count();
            format!("{}… ({all} characters)", &text[..end]).into()
        }
    }
}
