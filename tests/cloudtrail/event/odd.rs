//! Records that are odd, broken, or repeat a member.

use serde_json::{Value, json};
use trailproof::cloudtrail::event::Call;
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
        (start(), "errorCode", json!([])),
        (start(), "errorCode", json!(true)),
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
fn a_removed_object_that_is_no_more_than_a_text_is_odd() {
    for (delete, odd) in [
        (json!({"objects": ""}), 0),
        (json!({"objects": "a"}), 1),
        (json!({"objects": [""]}), 0),
        (json!({"objects": ["a"]}), 1),
        (json!(["a"]), 1),
        (json!([["a"]]), 1),
    ] {
        let remove = record("s3", "DeleteObjects", json!(null), json!([]));
        let params = json!({"bucketName": "logs", "delete": delete});
        let (found, events) = changed(remove, "requestParameters", params.clone());
        let calls: Vec<&Call> = events.iter().map(|event| &event.call).collect();
        assert_eq!(found, odd, "{params}");
        assert_eq!(calls, [&Call::Remove("logs".to_owned(), vec![])]);
    }
}

#[test]
fn a_record_with_more_resources_than_are_kept_is_odd() {
    let resource = |n: usize| {
        let arn = format!("arn:aws:s3:::logs/{n}");
        json!({"type": "AWS::S3::Object", "ARN": arn})
    };
    for (count, odd) in [(1_024, 0), (1_025, 1)] {
        let resources: Vec<Value> = (0..count).map(resource).collect();
        let params = json!({"bucketName": "logs"});
        let remove = record("s3", "DeleteObjects", params, json!([]));
        let (found, events) = changed(remove, "resources", resources.into());
        let Call::Remove(_, keys) = &events[0].call else {
            panic!("{events:?}");
        };
        assert_eq!((found, keys.len()), (odd, 1_024), "{count} resources");
    }
}

#[test]
fn what_cannot_be_read_in_a_record_that_is_not_wanted_damages_no_log() {
    let wanted = start();
    for known in [
        r#""eventSource":"ec2.amazonaws.com""#,
        r#""eventSource":"s3.amazonaws.com","eventName":"GetObject""#,
        r#""eventName":"GetObject","eventSource":"s3.amazonaws.com""#,
    ] {
        let log = format!(r#"{{"Records":[{{{known},"userAgent":1e999}},{wanted}]}}"#);
        let (records, events) = read_events(log.as_bytes());
        let got = (records.seen, records.odd, records.broken, events.len());
        assert_eq!(got, (2, 0, false, 1), "{known}");
    }
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
