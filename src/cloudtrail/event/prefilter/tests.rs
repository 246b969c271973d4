use super::{ACCOUNT_CALLS, CallPrefilter, OBJECT_CALLS, PossibleCalls, SPAN, names};
use crate::cloudtrail::event::record::read_one;

/// All names that are searched for.
fn all() -> impl Iterator<Item = &'static str> {
    let first = [
        "Sto", "Sch", "Upd", "Cre", "Can", "Ena", "Dis", "Del", "Put",
    ];
    let names = first.into_iter().flat_map(|first| names(first.as_bytes()));
    names.copied()
}

fn finds(chunks: &[&[u8]]) -> bool {
    let mut prefilter = CallPrefilter::default();
    let mut found = false;
    for chunk in chunks {
        found = prefilter.push(chunk);
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
