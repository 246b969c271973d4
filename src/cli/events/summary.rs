//! What is said on standard error after the events: which logs gave none, and how many events and logs there were.

use std::collections::BTreeMap;

use super::lacking::Hints;
use crate::base::sample::Sample;
use crate::base::text::{grouped, plural};
use crate::cli::diagnose::{note, result};
use crate::commands::events::stream::WrittenEvents;
use crate::commands::events::without::WithoutEvents;
use crate::proof::finding::{Code, Verdict};

/// Prints which logs gave no events, the first of each reason by name, and what to do about it. With `unproven`,
/// records of logs that are not proven are events too.
pub(super) fn print_without(
    without: &BTreeMap<WithoutEvents, Sample>,
    unproven: bool,
    hints: &Hints,
) {
    for (why, sample) in without {
        let (code, effect) = (why.as_str(), effect(*why, unproven));
        for name in &sample.first {
            note(&format!("{code}: {name}{effect}"));
        }
        let more = sample.count - sample.first.len() as u64;
        if more > 0 {
            note(&format!("{code}: {} more", grouped(more)));
        }
        if let WithoutEvents::Log(code) | WithoutEvents::Digest(code) = why {
            hints.print(*code);
        }
    }
}

/// What the reason means for the events.
fn effect(why: WithoutEvents, unproven: bool) -> &'static str {
    match why {
        WithoutEvents::Log(Code::LogMissing) if unproven => ": nothing of it can be read",
        WithoutEvents::Log(_) if unproven => {
            ": its records, if it can be read, are marked as not proven"
        }
        WithoutEvents::Digest(Code::DigestMissing) => ": the logs that it listed are not proven",
        WithoutEvents::NotListed if unproven => {
            ": no proven digest lists it so far; its records are marked as not proven"
        }
        WithoutEvents::NotListed => " gives no events: no proven digest lists it so far",
        WithoutEvents::Digest(_) if unproven => ": the logs that it lists are not proven",
        WithoutEvents::Log(_) => " gives no events",
        WithoutEvents::NotRead => " was not read on request",
        WithoutEvents::TooLarge => " is not proven and too large: its records are not written",
        WithoutEvents::Unreadable => " could not be read again: its records are not written",
        WithoutEvents::Broken => {
            " is as CloudTrail delivered it, but not a list of records to its end: only the records before that are \
             events"
        }
        WithoutEvents::Digest(_) => ": the logs that it lists give no events",
    }
}

/// Prints the last line.
pub(super) fn print_counts(
    events: &WrittenEvents,
    (without, unproven): (&BTreeMap<WithoutEvents, Sample>, bool),
    verdict: Verdict,
) {
    let mut parts = vec![format!(
        "{} of {}",
        plural(events.events, "event"),
        plural(events.logs, "log")
    )];
    if events.unproven > 0 {
        parts.push(format!("{} of them not proven", grouped(events.unproven)));
    }
    let logs = |why: &WithoutEvents| {
        matches!(
            why,
            WithoutEvents::Log(_) | WithoutEvents::NotListed | WithoutEvents::NotRead
        )
    };
    let what = match unproven {
        true => "not proven or not read",
        false => "without events",
    };
    parts.extend(counted(without, "log", what, logs));
    let digests = |why: &WithoutEvents| matches!(why, WithoutEvents::Digest(_));
    parts.extend(counted(without, "digest", "not proven", digests));
    let broken = |why: &WithoutEvents| matches!(why, WithoutEvents::Broken);
    parts.extend(counted(without, "log", "read in part", broken));
    parts.push(format!("verdict: {}", verdict.as_str()));
    result(&parts.join("; "));
}

/// How many objects some reasons concern, and how many each.
fn counted(
    without: &BTreeMap<WithoutEvents, Sample>,
    noun: &str,
    what: &str,
    concerns: impl Fn(&WithoutEvents) -> bool,
) -> Option<String> {
    let of = without.iter().filter(|(why, _)| concerns(why));
    let each = of.clone().map(|(why, sample)| {
        let count = grouped(sample.count);
        format!("{count} {}", why.as_str())
    });
    let each: Vec<String> = each.collect();
    let all: u64 = of.map(|(_, sample)| sample.count).sum();
    (all > 0).then(|| format!("{} {what} ({})", plural(all, noun), each.join(", ")))
}
