//! Log records: each call in the shapes that the CloudTrail user guide and real logs show, and
//! records that are odd, broken or hostile.

mod kind;
mod meaning;
mod odd;
mod stream;
mod who;

use serde_json::{Value, json};
use trailproof::cloudtrail::event::record::read_one;
use trailproof::cloudtrail::event::{Call, Event};

use crate::support::records::read_events;

const ARN: &str = "arn:aws:cloudtrail:us-east-2:111122223333:trail/main";

const KEY: &str = "AWSLogs/111122223333/CloudTrail/us-east-2/2026/01/01/a_b.json.gz";

fn log(records: &[Value]) -> Vec<u8> {
    json!({ "Records": records }).to_string().into_bytes()
}

/// A record of a call by a user, with the other fields given.
fn record(source: &str, name: &str, params: Value, resources: Value) -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": "arn:aws:iam::111122223333:user/Alice",
            "accountId": "111122223333",
            "accessKeyId": "AKIAEXAMPLE",
            "userName": "Alice",
        },
        "eventTime": "2026-01-01T10:00:00Z",
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "us-east-2",
        "sourceIPAddress": "192.0.2.0",
        "userAgent": "aws-cli/2.13.5",
        "requestParameters": params,
        "responseElements": {"name": "other", "eventName": "StopLogging"},
        "eventID": "2cd59e23-5d86-42b9-b3ab-6e1ba5e6a7a9",
        "resources": resources,
        "recipientAccountId": "111122223333",
    })
}

/// The event of a single record that is read without oddities.
fn one(record: &Value) -> Option<Event> {
    let (records, mut events) = read_events(&log(std::slice::from_ref(record)));
    assert_eq!((records.seen, records.odd, records.broken), (1, 0, false));
    assert!(events.len() <= 1);
    let event = events.pop();
    assert_eq!(event, read_one(&record.to_string()));
    event
}

fn call(source: &str, name: &str, params: Value, resources: Value) -> Option<Call> {
    one(&record(source, name, params, resources)).map(|event| {
        assert_eq!(event.name, name);
        event.call
    })
}

/// The counts of records seen and odd, and the calls, for one changed record.
fn changed(mut record: Value, field: &str, value: Value) -> (u64, Vec<Event>) {
    record[field] = value;
    let (records, events) = read_events(&log(&[record]));
    assert_eq!((records.seen, records.broken), (1, false));
    (records.odd, events)
}

fn start() -> Value {
    record(
        "cloudtrail",
        "StartLogging",
        json!({"name": ARN}),
        json!([]),
    )
}

fn object(key: &str) -> Value {
    json!([
        {"type": "AWS::S3::Object", "ARN": format!("arn:aws:s3:::logs/{key}")},
        {"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::logs"},
    ])
}
