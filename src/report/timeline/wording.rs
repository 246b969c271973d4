//! The parts of a timeline in words, for text and HTML alike. Nothing is escaped here.

use super::v1::TimelineReport;
use super::v1::investigation::{
    Mark, MarkKind, Subject, SubjectKind, Timeline, TimelineActor, TimelineEvent,
};
use crate::base::text::{and_more, one_or_many, plural};
use crate::base::time::in_words_between;
use crate::cloudtrail::event::KeyTerm;
use crate::report::open_enum::Word;
use crate::report::validation::wording::cause_in_words;

/// The timeline in one sentence, without its full stop.
pub(super) fn summary(timeline: &Timeline) -> String {
    let count = |kind| {
        let marks = timeline.marks.iter();
        marks.filter(|mark| mark.kind == kind).count()
    };
    if timeline.subjects.is_empty() {
        return "the validation has no gap, no damage and no change to follow".to_owned();
    }
    let events = plural(timeline.events.len() as u64, "proven record");
    let subjects = plural(timeline.subjects.len() as u64, "subject");
    let around = [
        (count(MarkKind::Gap), "gap"),
        (count(MarkKind::Finding), "finding"),
        (count(MarkKind::Change), "change"),
    ];
    let around = around.into_iter().filter(|(n, _)| *n > 0);
    let around: Vec<String> = around.map(|(n, noun)| plural(n as u64, noun)).collect();
    let around = match around.as_slice() {
        [] => String::new(),
        [one] => format!(", around {one}"),
        [first @ .., last] => format!(", around {} and {last}", first.join(", ")),
    };
    let time = match (timeline.events.first(), timeline.events.last()) {
        (Some(first), Some(last)) => format!(", from {} to {}", first.time, last.time),
        _ => String::new(),
    };
    format!("{events} of {subjects}{around}{time}")
}

/// The same for a report. Without a subject, it must not read like "nothing happened" if not all is proven.
pub(super) fn summary_of_report(report: &TimelineReport) -> String {
    match report.timeline.subjects.is_empty() && !report.doubts.is_empty() {
        true => "there is nothing to follow, but not everything was found and proven".to_owned(),
        false => summary(&report.timeline),
    }
}

/// What a finding says beyond its code: who made the call that it comes from, and what it means.
pub(super) fn explanation(mark: &Mark) -> Option<&str> {
    (mark.kind == MarkKind::Finding).then_some(mark.message.as_str())
}

/// The kind of a subject.
pub(super) fn kind(subject: &Subject) -> &str {
    match &subject.kind {
        Word::Known(SubjectKind::Trail) => "trail",
        Word::Known(SubjectKind::Bucket) => "bucket",
        Word::Known(SubjectKind::Object) => "object",
        Word::Known(SubjectKind::KmsKey) => "KMS key",
        Word::Known(SubjectKind::User) => "user",
        Word::Known(SubjectKind::Role) => "role",
        Word::Known(SubjectKind::Session) => "session",
        Word::Known(SubjectKind::AccessKey) => "access key",
        Word::Other(word) => word,
    }
}

/// How many records concern a subject, and when.
pub(super) fn records(subject: &Subject) -> String {
    let mut text = plural(subject.events, "record");
    if subject.more_events > 0 {
        text += &format!(" and {} left out", subject.more_events);
    }
    match (subject.first, subject.last) {
        (Some(first), Some(last)) if first == last => text + &format!(", at {first}"),
        (Some(first), Some(last)) => text + &format!(", {first} to {last}"),
        _ => text,
    }
}

/// A mark: what, from when to when, and where.
pub(super) fn mark(mark: &Mark) -> String {
    let what = match (&mark.kind, &mark.cause, &mark.code) {
        (Word::Known(MarkKind::Gap), Some(Word::Known(cause)), _) => {
            format!("gap: {}", cause_in_words(*cause))
        }
        (Word::Known(MarkKind::Gap), Some(Word::Other(cause)), _) => format!("gap: {cause}"),
        (_, _, Some(code)) => {
            let more = one_or_many(mark.count, "", "objects");
            let code = code.word();
            [&*code, &*more].join(" ").trim_end().to_owned()
        }
        _ => format!("{}: {}", mark.kind.word(), mark.message),
    };
    let time = match (mark.from, mark.to) {
        (Some(from), Some(to)) if from == to => format!(", at {from}"),
        (Some(from), Some(to)) => {
            format!(", {from} to {to}, {}", in_words_between(from, to))
        }
        _ => String::new(),
    };
    let object = mark.bucket.as_ref().zip(mark.key.as_ref());
    let place = match object {
        Some((bucket, key)) => format!(", s3://{bucket}/{key}"),
        None => mark
            .chain
            .as_ref()
            .map_or_else(String::new, |chain| format!(", {chain}")),
    };
    format!("{what}{time}{place}")
}

/// The call with its service.
pub(super) fn call(event: &TimelineEvent) -> String {
    let service = event.source.strip_suffix(".amazonaws.com");
    let service = service.unwrap_or(&event.source);
    match &event.region {
        Some(region) => format!("{} ({service}, {region})", event.name),
        None => format!("{} ({service})", event.name),
    }
}

/// The error of a call.
pub(super) fn error(event: &TimelineEvent) -> Option<String> {
    let code = event.error_code.as_ref()?;
    Some(match &event.error_message {
        Some(message) => format!("{code}: {message}"),
        None => code.clone(),
    })
}

/// Who made a call, with which key, and how the session was opened.
pub(super) fn who(actor: &TimelineActor) -> String {
    let names = [
        &actor.arn,
        &actor.invoked_by,
        &actor.principal_id,
        &actor.user_name,
        &actor.account,
        &actor.kind,
    ];
    let name = names.into_iter().flatten().next();
    let mut parts = vec![name.map_or("not recorded", String::as_str).to_owned()];
    if let Some(key) = &actor.access_key_id {
        let term = match &actor.access_key_term {
            Some(Word::Known(KeyTerm::LongTerm)) => " (long-term)",
            Some(Word::Known(KeyTerm::Temporary)) => " (temporary)",
            Some(Word::Other(_)) | None => "",
        };
        parts.push(format!("access key {key}{term}"));
    }
    parts.extend(actor.mfa.map(|mfa| {
        match mfa {
            true => "with MFA",
            false => "without MFA",
        }
        .to_owned()
    }));
    let issuer = actor.issuer.as_ref();
    parts.extend(issuer.map(|issuer| format!("session of {issuer}")));
    let by = actor.invoked_by.as_ref().filter(|by| parts[0] != **by);
    parts.extend(by.map(|by| format!("through {by}")));
    parts.join(", ")
}

/// Where a call came from.
pub(super) fn origin(event: &TimelineEvent) -> Option<String> {
    let agent = event.user_agent.as_ref();
    match (&event.source_ip, agent) {
        (None, None) => None,
        (Some(ip), None) => Some(ip.clone()),
        (None, Some(agent)) => Some(format!("with {agent}")),
        (Some(ip), Some(agent)) => Some(format!("{ip} with {agent}")),
    }
}

/// What else is known of a record, with names: what it was on, why it is part of the timeline, where it is.
pub(super) fn details(event: &TimelineEvent) -> Vec<(&'static str, String)> {
    let resources = (!event.resources.is_empty()).then(|| event.resources.join(", "));
    let values = [
        ("refused", error(event)),
        ("on", resources),
        ("with", event.request_parameters.clone()),
        ("account", event.account.clone()),
        ("subjects", Some(first(&event.subjects))),
        ("event", event.id.clone()),
        ("log", Some(event.log.clone())),
        ("digest", Some(event.digest.clone())),
    ];
    let values = values.into_iter();
    values
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// Ids shown of a list.
const IDS: usize = 5;

/// The first of a list of ids, and how many more there are.
pub(super) fn first(ids: &[String]) -> String {
    let shown = ids.iter().take(IDS).map(String::as_str);
    let shown = shown.collect::<Vec<_>>().join(" ");
    and_more(shown, ids.len().saturating_sub(IDS) as u64)
}
