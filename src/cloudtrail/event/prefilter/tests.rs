use proptest::prelude::*;

use super::{ACCOUNT_CALLS, CallPrefilter, NAMES, OBJECT_CALLS, PossibleCalls, SPAN, names};
use crate::cloudtrail::event::record::read_one;

/// All names that are searched for.
fn all() -> impl Iterator<Item = &'static str> {
    let names = NAMES.iter().flat_map(|(_, names)| *names);
    names.copied()
}

fn finds(chunks: &[&[u8]]) -> bool {
    let mut prefilter = CallPrefilter::default();
    let mut found = false;
    for chunk in chunks {
        found = prefilter.push(chunk);
        assert_eq!(prefilter.found(), found);
    }
    found
}

fn record(name: &str) -> String {
    format!(
        r#"{{"eventTime":"2026-03-01T09:30:00Z","eventSource":"{}","eventName":"{name}","requestParameters":{{"name":"main","trailName":"main","bucketName":"logs","keyId":"k"}}}}"#,
        match name {
            _ if name.contains("Key") => "kms.amazonaws.com",
            _ if name.contains("Bucket") || name.contains("Object") || name.contains("Access") =>
                "s3.amazonaws.com",
            _ => "cloudtrail.amazonaws.com",
        }
    )
}

#[test]
fn every_name_is_that_of_a_call_that_is_parsed() {
    for name in all() {
        let json = record(name);
        assert!(read_one(&json).is_some(), "{name}");
        assert!(finds(&[json.as_bytes()]), "{name}");
        assert!(name.len() + 40 < SPAN, "{name}");
        assert!(names(name.as_bytes()).contains(&name), "{name}");
    }
    assert!(all().count() > 30);
}

#[test]
fn a_call_is_found_wherever_chunks_end() {
    let text = format!(
        "{{\"Records\":[{}]}}",
        record("PutBucketObjectLockConfiguration")
    );
    let text = text.as_bytes();
    for cut in 0..=text.len() {
        let (first, last) = text.split_at(cut);
        assert!(finds(&[first, last]), "cut at {cut}");
    }
    for size in [1, 2, 3, 7, 13, 50, 95, 96, 97, 200] {
        let chunks: Vec<&[u8]> = text.chunks(size).collect();
        assert!(finds(&chunks), "chunks of {size}");
    }
    let spaced = br#"{ "eventName" : "StopLogging" }"#;
    assert!(finds(&[spaced]));
}

#[test]
fn a_call_is_found_wherever_it_stands_among_blocks() {
    for before in 0..300 {
        for after in [0, 1, 20, 100, 200] {
            for member in [
                r#""eventName":"PutBucketAcl""#,
                r#""eventName" : "PutBucketAcl""#,
                r#""eventName": "PutBucketAcl""#,
                r#""eventName" :"PutBucketAcl""#,
                // Both letters, and no member.
                r#"v123N "eventName":"PutBucketAcl""#,
                r#""eventName":"PutObject","eventName":"PutBucketAcl""#,
            ] {
                let text = format!("{}{member}{}", "-".repeat(before), "-".repeat(after));
                assert!(finds(&[text.as_bytes()]), "{text}");
                let other = text.replace("Acl", "Tag");
                assert!(!finds(&[other.as_bytes()]), "{other}");
            }
        }
    }
}

#[test]
fn a_call_is_found_although_its_letters_stand_once_more_half_a_block_later() {
    for before in 0..200 {
        let call = r#""eventName":"StopLogging""#;
        let text = format!("{}{call}{}", "-".repeat(before), "-".repeat(300));
        let mut text = text.into_bytes();
        for letter in [before + 2, before + 6] {
            text[letter + 64] = text[letter];
        }
        assert!(finds(&[&text[..]]), "{before} bytes before it");
    }
}

#[test]
fn a_call_is_found_whatever_member_follows_it() {
    for between in 0..200 {
        let call = r#""eventName":"StopLogging""#;
        let more = r#":"xyz""#;
        let text = format!("{call}{}{more}{}", "-".repeat(between), "-".repeat(300));
        assert!(finds(&[text.as_bytes()]), "{between} bytes behind it");
    }
}

proptest! {
    #[test]
    fn a_search_finds_what_a_plain_one_does(
        parts in prop::collection::vec(
            prop_oneof![
                "[a-zN\"]{0,200}",
                Just("\"eventName\"".to_owned()),
                Just(":\"".to_owned()),
                Just(" : \"".to_owned()),
                Just("StopLogging\"".to_owned()),
                Just("StopLoggingNow\"".to_owned()),
                Just("PutObject\"".to_owned()),
                Just("PutBucketAcl\"".to_owned()),
            ],
            0..40,
        )
    ) {
        let text = parts.concat();
        let squeezed = text.replace(" : ", ":");
        let plainly = all().any(|name| squeezed.contains(&format!("\"eventName\":\"{name}\"")));
        prop_assert_eq!(finds(&[text.as_bytes()]), plainly, "{}", text);
    }
}

#[test]
fn other_names_and_quoted_ones_are_passed_over() {
    for text in [
        r#"{"eventName":"DescribeTrails"}"#,
        r#"{"eventName":"StopLoggingNow"}"#,
        r#"{"eventName":"StopLogging"#,
        r#"{"eventName":7}"#,
        r#"{"eventName""#,
        r#"{"name":"StopLogging"}"#,
        r#"{"x":"\"eventName\":\"StopLogging\""}"#,
    ] {
        let bytes = text.as_bytes();
        assert!(!finds(&[bytes]), "{text}");
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert!(!finds(&single), "{text}");
    }
}

/// A record of a call on an object, an account or an organization.
fn other(source: &str, name: &str) -> String {
    format!(
        r#"{{"eventTime":"2026-03-01T09:30:00Z","eventSource":"{source}.amazonaws.com","eventName":"{name}","requestParameters":{{"bucketName":"logs","key":"k","accountId":"111111111111","regionName":"eu-west-1","servicePrincipal":"cloudtrail.amazonaws.com"}}}}"#
    )
}

#[test]
fn the_kinds_of_calls_in_a_log_are_told_apart() {
    let of = |record: &str| PossibleCalls::of(format!("{{\"Records\":[{record}]}}").as_bytes());
    for name in all() {
        let changes = PossibleCalls {
            changes: true,
            ..PossibleCalls::default()
        };
        assert_eq!(of(&record(name)), changes, "{name}");
    }
    for name in ACCOUNT_CALLS {
        assert!(of(&other("organizations", name)).accounts, "{name}");
        let parsed = ["organizations", "account"]
            .into_iter()
            .any(|source| read_one(&other(source, name)).is_some());
        assert!(parsed, "{name}");
    }
    for name in OBJECT_CALLS {
        assert!(of(&other("s3", name)).objects, "{name}");
        assert!(read_one(&other("s3", name)).is_some(), "{name}");
    }
    let none = PossibleCalls::default();
    assert_eq!(of(&other("s3", "GetObject")), none);
    assert_eq!(of(&other("s3", "PutObjectTagging")), none);
}
