//! The sentences on who removed or overwrote objects, in which the caller comes first (pure).
//!
//! S3 accepts a call to delete an object that does not exist, and its event does not show whether the object
//! existed. So "deleted" is said only of an object that a proven digest lists, and that CloudTrail therefore
//! delivered. A call that gave a version may have deleted a delete marker, or a version that somebody else wrote.

use super::{Damage, deletes_versions};
use crate::base::text::s3_uri;
use crate::cloudtrail::event::{Call, Evidence, RemovedObject};

/// Who called what on which objects of a gap, first of all calls, then the last. `None` without calls.
pub fn on_gap(calls: &[Evidence]) -> Option<String> {
    let (first, last) = (calls.first()?, calls.last()?);
    let called = |e: &Evidence| format!("called {} on {}", e.event.name, objects(e));
    let mut text = said(first, &called(first));
    if calls.len() > 1 {
        text += &format!(
            "; the last of {} such calls: {}",
            calls.len(),
            said(last, &called(last))
        );
    }
    let removals = calls
        .iter()
        .filter(|e| matches!(e.event.call, Call::Remove(..)));
    let removals = Vec::from_iter(removals);
    if removals.is_empty() {
        return Some(text);
    }
    let is_one = removals.iter().map(|e| count(e)).sum::<usize>() < 2;
    text += match (is_one, removals.iter().all(|e| deletes_versions(e, None))) {
        (true, true) => {
            ". The event does not show whether the version was the one that CloudTrail wrote"
        }
        (false, true) => ". No event shows whether the versions were those that CloudTrail wrote",
        (true, false) => ". The event does not show whether the object existed",
        (false, false) => ". No event shows whether the objects existed",
    };
    Some(text)
}

/// Who damaged the object of a finding. Of several calls both the first and the last are given: removing a
/// missing object again removes nothing, and who writes again may write the same bytes.
pub(super) fn on_object(damage: Damage, object: &str, calls: &[&Evidence]) -> Option<String> {
    let (first, last) = (calls.first()?, calls.last()?);
    let did = match damage {
        Damage::Missing => "deleted",
        Damage::Altered | Damage::Unreadable => "wrote over",
    };
    let mut text = said(first, &format!("{did} {object}"));
    if calls.len() > 1 {
        let again = said(last, "made it");
        text += &format!("; the last of {} such calls: {again}", calls.len());
    }
    Some(text)
}

/// Who deleted a version of the object of a finding.
pub(super) fn on_versions(object: &str, key: Option<&str>, calls: &[&Evidence]) -> Option<String> {
    let last = calls.last()?;
    let version = match &last.event.call {
        Call::Remove(_, objects) => objects
            .iter()
            .filter(|object| key.is_none_or(|key| object.key == key))
            .find_map(|object| object.version.as_deref()),
        _ => None,
    };
    let version = version.map_or_else(|| "a version".to_owned(), |v| format!("version {v}"));
    let which = match calls.len() {
        1 => String::new(),
        n => format!("; that was the last of {n} such calls"),
    };
    let did = format!("deleted {version} of {object}");
    Some(format!(
        "{}{which}. The event does not show whether the version was the one that CloudTrail wrote",
        said(last, &did)
    ))
}

/// Who did something, when, from where, with or without a second factor, and which event says so.
fn said(evidence: &Evidence, did: &str) -> String {
    let event = &evidence.event;
    format!(
        "{} {did} at {}{} ({}, in a proven log)",
        event.who().unwrap_or_else(|| "an unknown caller".into()),
        event.time,
        event.circumstances(),
        event.name_and_id(),
    )
}

/// The number of objects that a call removed.
fn count(evidence: &Evidence) -> usize {
    match &evidence.event.call {
        Call::Remove(_, objects) => objects.len(),
        _ => 0,
    }
}

/// The objects of a call.
fn objects(evidence: &Evidence) -> String {
    match &evidence.event.call {
        Call::Remove(bucket, objects) => match objects.as_slice() {
            [] => s3_uri(Some(bucket), ""),
            [one] => removed(bucket, one),
            [first, ..] => format!(
                "{} objects, the first {}",
                objects.len(),
                removed(bucket, first)
            ),
        },
        Call::Write(bucket, key) => s3_uri(Some(bucket), key),
        _ => String::new(),
    }
}

fn removed(bucket: &str, object: &RemovedObject) -> String {
    let uri = s3_uri(Some(bucket), &object.key);
    match &object.version {
        Some(version) => format!("{uri} (version {version})"),
        None => uri,
    }
}
