//! What reports for people say in words of chains: counts, lengths, causes, events.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::SignedDuration;

use super::v1::{Chain, Digests, Evidence, Gap, Logs};
use crate::base::text::{counts, plural};
use crate::base::time::{in_words, in_words_between};
use crate::proof::coverage::State;

/// Until when a chain is proven, and for how long after that.
pub(crate) fn until(chain: &Chain) -> String {
    let (mut said, and) = match chain.verified_until {
        Some(until) => (format!("proven until {until}"), " without a break, and"),
        None => ("not proven from the window's beginning".to_owned(), ", but"),
    };
    let verified = chain.coverage.iter().filter(|s| {
        s.state == State::Verified && chain.verified_until.is_none_or(|until| until <= s.from)
    });
    let later = verified
        .map(|s| s.to.duration_since(s.from))
        .fold(SignedDuration::ZERO, SignedDuration::saturating_add);
    if later.is_positive() {
        let _ = write!(said, "{and} for {} after it", in_words(later));
    }
    said
}

/// When a gap is.
pub(crate) fn span(gap: &Gap) -> String {
    if gap.from == gap.to {
        return format!(
            "restart at {}, which left no hole between digests",
            gap.from
        );
    }
    let restart = if gap.restart { ", to a restart" } else { "" };
    let length = in_words_between(gap.from, gap.to);
    format!("{} to {}, {length}{restart}", gap.from, gap.to)
}

/// Why a gap is there, how sure that is, and who did it, where anything says so.
pub(crate) fn explained(gap: &Gap) -> Option<String> {
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

/// Who made the first call that bears on a gap and was not refused, where calls tell its cause: else none
/// of them is to blame.
pub(crate) fn who(gap: &Gap) -> Option<String> {
    certainty(gap)?;
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
pub(crate) fn cause(gap: &Gap) -> String {
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
pub(crate) fn certainty(gap: &Gap) -> Option<String> {
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
pub(crate) fn facts(event: &Evidence) -> Vec<(&'static str, String)> {
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
pub(crate) fn undigested(gap: &Gap) -> Option<String> {
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

pub(crate) fn digests(d: &Digests) -> String {
    counted([
        (d.valid, "valid"),
        (d.failed, "failed"),
        (d.missing, "missing"),
        (d.missing_inferred, "more inferred missing"),
        (d.unproven, "unproven"),
    ])
}

pub(crate) fn logs(l: &Logs) -> String {
    counted([
        (l.valid, "valid"),
        (l.failed, "failed"),
        (l.missing, "missing"),
        (l.unproven, "unproven"),
        (l.unreferenced.unwrap_or(0), "that no digest names"),
        (l.not_read, "there, not read"),
    ])
}

fn counted<const N: usize>(numbers: [(u64, &str); N]) -> String {
    counts(numbers).unwrap_or_else(|| "none".into())
}

/// The beginning of a text that is too long to be shown whole.
pub(crate) fn clip(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let all = text.chars().count();
            format!("{}… ({all} characters)", &text[..end]).into()
        }
    }
}
