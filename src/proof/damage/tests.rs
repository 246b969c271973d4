mod around_gap;

use super::{DamageCalls, since};
use crate::cloudtrail::event::{BucketChange, Call, Evidence, KeyChange, RemovedObject, Turn};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::chain::Location;
use crate::proof::finding::{Code, FATE_UNKNOWN, Finding, Hint};
use crate::proof::finding::{Detail, UnreadObject};
use crate::proof::fixtures::{BUCKET, HOME, at, chain, digest_key, event, span};
use crate::proof::reason::Reason;

const LOG: &str = "a/log";
const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234-abcd";

fn removed(time: &str, key: &str) -> Evidence {
    let keys = vec![RemovedObject::current(key)];
    event(at(time), "DeleteObject", Call::Remove(BUCKET.into(), keys))
}

fn written(time: &str, key: &str) -> Evidence {
    event(
        at(time),
        "PutObject",
        Call::Write(BUCKET.into(), key.into()),
    )
}

fn set(time: &str, setting: BucketChange) -> Evidence {
    event(
        at(time),
        "PutBucket",
        Call::Bucket(BUCKET.into(), setting, Turn::Set),
    )
}

fn key_call(time: &str, key: &str) -> Evidence {
    event(
        at(time),
        "DisableKey",
        Call::Key(key.into(), KeyChange::Disabled),
    )
}

/// A finding on the log, over the interval from 10:00 to 11:00.
fn on_log(code: Code) -> Finding {
    let finding = Finding::new(code, "found").at(Some(BUCKET), LOG);
    finding.of(&chain(HOME)).over(span("10:00", "11:00"))
}

fn unread(reason: Reason, answer: &str) -> Finding {
    let detail = Detail::Unread {
        object: UnreadObject::Log,
        answer: answer.into(),
    };
    let finding = Finding::detailed(detail).reason(reason);
    finding.at(Some(BUCKET), LOG).over(span("10:00", "11:00"))
}

fn here() -> Vec<Location> {
    let root = KeyRoot {
        prefix: String::new(),
        organization: None,
    };
    vec![Location {
        bucket: BUCKET.into(),
        root,
        time: span("00:00", "23:00"),
    }]
}

/// The evidence of a finding once calls were attached, as name and time.
fn attached(
    mut finding: Finding,
    events: &[Evidence],
    key: Option<&str>,
) -> (Finding, Vec<String>) {
    DamageCalls::new(events).attach(&mut finding, &here(), key);
    let shown = finding.evidence.iter();
    let shown = shown.map(|e| format!("{} {:.5}", e.event.name, time_of(e)));
    let shown = shown.collect();
    (finding, shown)
}

fn time_of(evidence: &Evidence) -> String {
    let text = evidence.event.time.to_string();
    text.split_once('T')
        .map_or_else(String::new, |(_, time)| time.into())
}

#[test]
fn calls_bear_on_damage_only_from_the_beginning_of_its_interval() {
    let rows = [
        (on_log(Code::LogMissing), true),
        (on_log(Code::LogModified), true),
        (on_log(Code::DigestSignatureInvalid), true),
        (unread(Reason::Denied, ""), true),
        (unread(Reason::Archived, ""), true),
        (unread(Reason::Throttled, ""), false),
        (on_log(Code::LogUnreadable), false),
        (on_log(Code::KeyUnavailable), false),
        (on_log(Code::Gap), false),
    ];
    for (finding, expected) in rows {
        let expected = expected.then(|| at("10:00"));
        assert_eq!(since(&finding), expected, "{}", finding.code.as_str());
    }
    let timeless = Finding::new(Code::LogMissing, "found").at(Some(BUCKET), LOG);
    assert_eq!(since(&timeless), None);
}

#[test]
fn a_call_bears_on_an_object_that_it_can_have_damaged() {
    let refused = {
        let mut call = removed("12:00", LOG);
        call.event.error_code = Some("AccessDenied".into());
        call
    };
    let (missing, altered) = (Code::LogMissing, Code::LogModified);
    let rows: Vec<(&str, Code, Vec<Evidence>, Vec<&str>)> = vec![
        (
            "removed",
            missing,
            vec![removed("12:00", LOG)],
            vec!["DeleteObject 12:00"],
        ),
        (
            "another object removed",
            missing,
            vec![removed("12:00", "another")],
            vec![],
        ),
        (
            "removed before its interval",
            missing,
            vec![removed("09:00", LOG)],
            vec![],
        ),
        ("refused", missing, vec![refused], vec![]),
        (
            "written, and removed again",
            missing,
            vec![
                removed("12:00", LOG),
                written("13:00", LOG),
                removed("14:00", LOG),
            ],
            vec!["DeleteObject 14:00"],
        ),
        (
            "written after the removal",
            missing,
            vec![removed("12:00", LOG), written("13:00", LOG)],
            vec![],
        ),
        (
            "overwritten",
            altered,
            vec![written("12:00", LOG)],
            vec!["PutObject 12:00"],
        ),
        (
            "removed, but altered",
            altered,
            vec![removed("12:00", LOG)],
            vec![],
        ),
        (
            "settings that remove objects",
            missing,
            vec![
                set("12:00", BucketChange::Lifecycle),
                set("12:01", BucketChange::Policy),
            ],
            vec!["PutBucket 12:00"],
        ),
        (
            "settings that lose versions",
            altered,
            vec![
                set("12:00", BucketChange::Lifecycle),
                set("12:01", BucketChange::Versioning),
            ],
            vec!["PutBucket 12:01"],
        ),
        (
            "removals without keys",
            missing,
            vec![event(
                at("12:00"),
                "DeleteObjects",
                Call::Remove(BUCKET.into(), vec![]),
            )],
            vec!["DeleteObjects 12:00"],
        ),
        (
            "removals without keys, but altered",
            altered,
            vec![event(
                at("12:00"),
                "DeleteObjects",
                Call::Remove(BUCKET.into(), vec![]),
            )],
            vec![],
        ),
    ];
    for (name, code, events, expected) in rows {
        let (_, shown) = attached(on_log(code), &events, None);
        assert_eq!(shown, expected, "{name}");
    }
}

#[test]
fn a_digest_can_be_damaged_only_after_its_end() {
    let key = digest_key(HOME, "11:00");
    let finding = || {
        let finding = Finding::new(Code::DigestMissing, "found").at(Some(BUCKET), &key);
        finding.over(span("10:00", "11:00"))
    };
    let (_, shown) = attached(finding(), &[removed("10:59", &key)], None);
    assert!(shown.is_empty(), "{shown:?}");
    let (_, shown) = attached(finding(), &[removed("11:00", &key)], None);
    assert_eq!(shown, ["DeleteObject 11:00"]);
}

#[test]
fn digests_counted_by_the_hour_were_removed_by_calls_on_digests_of_that_time() {
    let inferred = || {
        let finding = Finding::new(Code::DigestMissing, "found").of(&chain(HOME));
        finding.over(span("10:00", "12:00"))
    };
    let rows = [
        ("inside", digest_key(HOME, "11:00"), true),
        ("at its end", digest_key(HOME, "12:00"), true),
        ("at its beginning", digest_key(HOME, "10:00"), false),
        ("of another chain", digest_key("us-west-2", "11:00"), false),
        (
            "under another prefix",
            format!("copy/{}", digest_key(HOME, "11:00")),
            false,
        ),
    ];
    for (name, key, expected) in rows {
        let (_, shown) = attached(inferred(), &[removed("15:00", &key)], None);
        assert_eq!(!shown.is_empty(), expected, "{name}");
    }
}

#[test]
fn who_removed_digests_of_a_time_does_not_settle_the_fate_of_each() {
    let found = format!("digests of this time are missing{FATE_UNKNOWN}");
    let missing = Finding::new(Code::DigestMissing, found).of(&chain(HOME));
    let calls = [removed("15:00", &digest_key(HOME, "11:00"))];
    let (finding, shown) = attached(missing.over(span("10:00", "12:00")), &calls, None);
    assert_eq!(shown, ["DeleteObject 15:00"]);
    let message = &finding.message;
    assert!(
        message.starts_with("an unknown caller deleted digests of this time at "),
        "{message}"
    );
    assert!(message.ends_with(FATE_UNKNOWN), "{message}");
}

#[test]
fn digests_that_could_not_be_read_are_not_said_to_be_damaged() {
    let denied = Finding::new(Code::DigestUnreadable, "found").reason(Reason::Denied);
    let denied = denied.of(&chain(HOME)).over(span("10:00", "12:00"));
    let calls = [removed("15:00", &digest_key(HOME, "11:00"))];
    let (finding, shown) = attached(denied, &calls, None);
    assert!(shown.is_empty(), "{shown:?}");
    assert_eq!(finding.message, "found");
}

#[test]
fn a_remembered_digest_is_missing_unless_something_else_is_in_its_place() {
    let key = digest_key(HOME, "11:00");
    let mismatch = || {
        let finding = Finding::new(Code::StateMismatch, "found").at(Some(BUCKET), &key);
        finding.over(span("10:00", "11:00"))
    };
    let calls = [written("11:10", &key), removed("11:20", &key)];
    let (finding, shown) = attached(mismatch(), &calls, None);
    assert_eq!(shown, ["DeleteObject 11:20"]);
    assert_eq!(finding.hint, Some(Hint::AskAboutRemoval));
    let altered = mismatch().compared("the hash of then", "another hash");
    let (finding, shown) = attached(altered, &calls, None);
    assert_eq!(shown, ["PutObject 11:10"]);
    assert_eq!(finding.hint, Some(Hint::AskAboutWrite));
}

#[test]
fn only_calls_that_keep_a_key_from_use_bear_on_what_it_encrypts() {
    for (change, expected) in [
        (KeyChange::Disabled, true),
        (KeyChange::DeletionScheduled, true),
        (KeyChange::Policy, true),
        (KeyChange::Enabled, false),
        (KeyChange::DeletionCancelled, false),
    ] {
        let call = event(at("12:00"), "a call", Call::Key(KEY.into(), change));
        let (_, shown) = attached(unread(Reason::Denied, ""), &[call], Some(KEY));
        assert_eq!(!shown.is_empty(), expected, "{change:?}");
    }
}

#[test]
fn a_call_on_a_key_bears_on_an_object_that_it_encrypts() {
    let answer = format!("access was denied (kms:Decrypt on {KEY})");
    let policy = || set("12:00", BucketChange::Policy);
    let (denied, shown_key) = (Reason::Denied, vec!["DisableKey 12:00"]);
    let rows = [
        (
            "the key of the trail",
            unread(denied, ""),
            Some(KEY),
            key_call("12:00", "1234-abcd"),
            shown_key.clone(),
        ),
        (
            "the key in the answer",
            unread(denied, &answer),
            None,
            key_call("12:00", KEY),
            shown_key,
        ),
        (
            "another key",
            unread(denied, &answer),
            Some(KEY),
            key_call("12:00", "9999"),
            vec![],
        ),
        (
            "a call without a key",
            unread(denied, &answer),
            Some(KEY),
            key_call("12:00", ""),
            vec![],
        ),
        (
            "an earlier call",
            unread(denied, &answer),
            Some(KEY),
            key_call("09:00", KEY),
            vec![],
        ),
        (
            "the policy of the bucket",
            unread(denied, ""),
            None,
            policy(),
            vec!["PutBucket 12:00"],
        ),
        (
            "not denied",
            unread(Reason::Throttled, &answer),
            Some(KEY),
            key_call("12:00", KEY),
            vec![],
        ),
        (
            "missing",
            on_log(Code::LogMissing),
            Some(KEY),
            key_call("12:00", KEY),
            vec![],
        ),
    ];
    for (name, finding, key, event, expected) in rows {
        let (_, shown) = attached(finding, &[event], key);
        assert_eq!(shown, expected, "{name}");
    }
}

#[test]
fn the_message_gives_the_first_and_the_last_call() {
    let one = [removed("12:00", LOG)];
    let (finding, _) = attached(on_log(Code::LogMissing), &one, None);
    let expected = "an unknown caller deleted s3://logs/a/log at 2026-03-01T12:00:00Z (DeleteObject, in a \
                    proven log). Found";
    assert_eq!(finding.message, expected);
    let many: Vec<Evidence> = (10..20).map(|m| written(&format!("12:{m}"), LOG)).collect();
    let (finding, shown) = attached(on_log(Code::LogModified), &many, None);
    let first = "an unknown caller wrote over s3://logs/a/log at 2026-03-01T12:10:00Z (PutObject, in a proven \
                 log); the last of 10 such calls: an unknown caller made it at 2026-03-01T12:19:00Z (PutObject, \
                 in a proven log). Found";
    assert_eq!(finding.message, first);
    let expected = ["12:10", "12:16", "12:17", "12:18", "12:19"].map(|t| format!("PutObject {t}"));
    assert_eq!(shown, expected);
}

/// A call that deleted one version of a log.
fn version_removed(time: &str) -> Evidence {
    let version = RemovedObject {
        key: LOG.into(),
        version: Some("v1".into()),
    };
    let call = Call::Remove(BUCKET.into(), vec![version]);
    event(at(time), "DeleteObject", call)
}

#[test]
fn a_call_that_named_a_version_is_not_said_to_have_removed_the_object() {
    let whether =
        "The event does not show whether the version was the one that CloudTrail wrote. Found";
    for code in [Code::LogMissing, Code::LogModified] {
        let calls = [version_removed("10:30")];
        let mut finding = on_log(code);
        DamageCalls::new(&calls).attach(&mut finding, &here(), None);
        let message = &finding.message;
        let version = "deleted version v1 of s3://logs/a/log at";
        assert!(message.contains(version), "{message}");
        assert!(message.ends_with(whether), "{message}");
        assert!(!message.contains("deleted s3://"), "{message}");
        assert_eq!(finding.evidence, calls);
    }
    // A call without a version did remove it, whatever else was called.
    let calls = [
        version_removed("10:20"),
        removed("10:30", LOG),
        version_removed("10:40"),
    ];
    let mut finding = on_log(Code::LogMissing);
    DamageCalls::new(&calls).attach(&mut finding, &here(), None);
    let message = &finding.message;
    assert!(
        message.contains("deleted s3://logs/a/log at 2026-03-01T10:30:00Z"),
        "{message}"
    );
    assert!(
        message.contains("deleted version v1 of s3://logs/a/log at 2026-03-01T10:40:00Z"),
        "{message}"
    );
    assert!(message.contains("the last of 2 such calls"), "{message}");
    assert_eq!(finding.evidence.len(), 3);
}

#[test]
fn where_the_calls_are_recorded_the_advice_is_to_ask_the_caller() {
    let ask = Some(Hint::AskAboutRemoval);
    let look = Some(Hint::LookForMissing);
    let rows = [
        ("a removal", removed("10:30", LOG), &ask, false),
        // A version may be a delete marker, so it is not known that the log was deleted.
        ("of a version", version_removed("10:30"), &ask, true),
        ("of another log", removed("10:30", "b/log"), &look, true),
    ];
    for (name, call, expected, is_unknown) in rows {
        let calls = [call];
        let missing = crate::proof::log::missing().at(Some(BUCKET), LOG);
        let mut finding = missing.over(span("10:00", "11:00"));
        DamageCalls::new(&calls).attach(&mut finding, &here(), None);
        assert_eq!(finding.hint, *expected, "{name}");
        let says_unknown = finding.message.contains(FATE_UNKNOWN);
        assert_eq!(says_unknown, is_unknown, "{name}: {}", finding.message);
    }
    let calls = [written("10:30", LOG)];
    let mut finding = on_log(Code::LogModified).hint(Hint::OlderVersion);
    DamageCalls::new(&calls).attach(&mut finding, &here(), None);
    assert_eq!(finding.hint, Some(Hint::AskAboutWrite));
}
