//! Records that are odd, broken, or repeat a member.

use serde_json::json;
use trailproof::cloudtrail::event::record::{Records, read_one};

use crate::cloudtrail::event::{KEY, changed, one, record, start};
use crate::support::forge::ts;
use crate::support::records::read_events;

#[test]
fn a_record_without_time_target_or_outcome_is_odd_and_skipped() {
    let delete = || {
        record(
            "s3",
            "DeleteObject",
            json!({"bucketName": "logs", "key": KEY}),
            json!([]),
        )
    };
    let put = || {
        record(
            "s3",
            "PutObject",
            json!({"bucketName": "logs", "key": KEY}),
            json!([]),
        )
    };
    for (record, field, value) in [
        (start(), "eventTime", json!(null)),
        (start(), "eventTime", json!("yesterday")),
        (start(), "eventTime", json!("2026-01-01 10:00:00.000")),
        (start(), "eventTime", json!(1_767_261_600)),
        (start(), "requestParameters", json!(null)),
        (
            start(),
            "requestParameters",
            json!("HIDDEN_DUE_TO_SECURITY_REASONS"),
        ),
        (start(), "requestParameters", json!([])),
        (
            start(),
            "requestParameters",
            json!({"name": "a name/with a slash"}),
        ),
        (
            start(),
            "requestParameters",
            json!({"name": "arn:aws:cloudtrail:us-east-2:1:trail/main"}),
        ),
        (start(), "requestParameters", json!({"name": ["main"]})),
        (start(), "errorCode", json!(403)),
        (start(), "errorCode", json!({})),
        (delete(), "requestParameters", json!({"key": KEY})),
        (put(), "requestParameters", json!({"bucketName": "logs"})),
        (
            put(),
            "requestParameters",
            json!({"bucketName": "logs", "key": 5}),
        ),
    ] {
        let (odd, events) = changed(record.clone(), field, value.clone());
        assert_eq!((odd, events), (1, vec![]), "{field}: {value}");
        // In members that we do not use, anything is accepted.
        let mut other = record;
        other["eventName"] = json!("ListTrails");
        assert_eq!(changed(other, field, value), (0, vec![]));
    }
}

#[test]
fn other_odd_members_are_counted_and_dropped_from_the_record() {
    let expected = one(&start()).unwrap();
    for (field, value) in [
        ("userAgent", json!(["x"])),
        ("userAgent", json!(1.5)),
        ("sourceIPAddress", json!({"a": [1, {}]})),
        ("eventID", json!(false)),
        ("awsRegion", json!(-1)),
        ("recipientAccountId", json!(111_122_223_333_u64)),
        ("userIdentity", json!("root")),
        ("userIdentity", json!({"type": 5})),
        ("resources", json!({"a": 1})),
        ("resources", json!(["a", 1])),
    ] {
        let (odd, events) = changed(start(), field, value.clone());
        assert_eq!((odd, events.len()), (1, 1), "{field}: {value}");
        assert_eq!(
            (events[0].time, &events[0].call),
            (expected.time, &expected.call)
        );
    }
    // A member that is absent or unknown to us is not odd.
    for (field, value) in [
        ("awsRegion", json!("the moon")),
        ("userAgent", json!(null)),
        (
            "resources",
            json!([{"type": "AWS::New::Thing", "ARN": null}]),
        ),
        ("somethingNew", json!([[{}]])),
    ] {
        let (odd, events) = changed(start(), field, value);
        assert_eq!((odd, events.len()), (0, 1));
    }
    let (records, events) = read_events(br#"{"Records":[1,null,"x",[[]],true,{}]}"#);
    assert_eq!((records.seen, records.odd, records.broken), (6, 5, false));
    assert!(events.is_empty());
    for text in ["1", "null", "[]", "{}", "", "{", "{}{}"] {
        assert_eq!(read_one(text), None);
    }
    assert_eq!(read_one(&format!("{} x", start())), None);
}

#[test]
fn of_a_repeated_name_the_first_counts() {
    let text = start().to_string();
    let twice = text.replacen(
        '{',
        r#"{"eventTime":"2020-01-01T00:00:00Z","awsRegion":null,"#,
        1,
    );
    let event = read_one(&twice).unwrap();
    assert_eq!(event.time, ts("2020-01-01T00:00:00Z"));
    assert_eq!(event.region.unwrap().as_str(), "us-east-2");
    let escaped = text.replace("StartLogging", r"St\u0061rtLogging");
    assert_eq!(read_one(&escaped), read_one(&text));
    let lists = format!(r#"{{"Records":[{text}],"Other":[{text}],"Records":[{text}]}}"#);
    let (records, events) = read_events(lists.as_bytes());
    assert_eq!((records.seen, records.broken, events.len()), (2, false, 2));
}

#[test]
fn a_broken_log_gives_the_records_before_the_break() {
    let text = start().to_string();
    for (log, seen) in [
        ("".to_owned(), 0),
        ("[]".to_owned(), 0),
        ("null".to_owned(), 0),
        ("{}".to_owned(), 0),
        (format!("[{text}]"), 0),
        (r#"{"Records":{}}"#.to_owned(), 0),
        (r#"{"Records":null}"#.to_owned(), 0),
        (format!(r#"{{"Records":[{text}"#), 1),
        (format!(r#"{{"Records":[{text},{text}]"#), 2),
        (
            format!(r#"{{"Records":[{text},{}"#, &text[..text.len() - 1]),
            1,
        ),
        (format!(r#"{{"Records":[{text},]}}"#), 1),
        (format!(r#"{{"Records":[{text},{{"a":nul}}]}}"#), 1),
        (format!(r#"{{"Records":[{text}]}}{{}}"#), 1),
        (format!(r#"{{"Records":[{text}],"Records":5}}"#), 1),
        (
            format!(
                r#"{{"Records":[{text},{}{}]}}"#,
                "[".repeat(200),
                "]".repeat(200)
            ),
            1,
        ),
        (
            format!(r#"{{"Records":[{text},{}"#, r#"{"a":"#.repeat(1_000_000)),
            1,
        ),
    ] {
        let (records, events) = read_events(log.as_bytes());
        let got = (records.seen, records.odd, records.broken, events.len());
        assert_eq!(got, (seen, 0, true, seen as usize), "{:.80}", log);
    }
    let spaced = format!(" {{ \"Records\" : [ {text} , {text} ] , \"x\" : 1 }} \n");
    let (records, events) = read_events(spaced.as_bytes());
    assert_eq!((records.seen, records.broken, events.len()), (2, false, 2));
    let empty = read_events(br#"{"Records":[]}"#).0;
    assert_eq!(empty, Records::default());
}
