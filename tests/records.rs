//! Records of logs: each call in the shapes the CloudTrail user guide and real logs show, and what
//! is odd, broken or hostile.

use std::io::{self, Read};

use proptest::prelude::*;
use rand::SeedableRng as _;
use serde_json::{Value, json};
use trailproof::record::{
    Call, Event, Records, Setting, Settings, TrailChange, TrailRef, read, read_held, read_one,
};

use crate::support::{Rng, events, identity, log_json, ts};

const ARN: &str = "arn:aws:cloudtrail:us-east-2:111122223333:trail/main";
const KEY: &str = "AWSLogs/111122223333/CloudTrail/us-east-2/2026/01/01/a_b.json.gz";

/// What reading gives, and what it takes.
pub fn taken(json: &[u8]) -> (Records, Vec<Event>) {
    let mut events = Vec::new();
    let records = read(&mut &json[..], &mut |event| events.push(event));
    let mut held = Vec::new();
    let again = read_held(&mut json.to_vec(), &mut |event| held.push(event));
    assert_eq!((again, &held), (records, &events), "held in memory");
    (records, events)
}

fn log(records: &[Value]) -> Vec<u8> {
    json!({ "Records": records }).to_string().into_bytes()
}

/// A record as of a user, with the rest given.
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

/// The event of one record that is read without anything odd.
fn one(record: &Value) -> Option<Event> {
    let (records, mut events) = taken(&log(std::slice::from_ref(record)));
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

/// Counts of what is seen and odd, and the calls, of one record changed.
fn changed(mut record: Value, field: &str, value: Value) -> (u64, Vec<Event>) {
    record[field] = value;
    let (records, events) = taken(&log(&[record]));
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

#[test]
fn calls_on_trails() {
    let by_arn = || TrailRef::Arn(ARN.parse().unwrap());
    let by_name = || TrailRef::Name("main".parse().unwrap());
    let of = |name, params| call("cloudtrail", name, params, json!(null));
    for (name, change) in [
        ("StartLogging", TrailChange::Start),
        ("StopLogging", TrailChange::Stop),
        ("DeleteTrail", TrailChange::Delete),
    ] {
        let expected = Some(Call::Trail(by_arn(), change));
        assert_eq!(of(name, json!({"name": ARN})), expected);
    }
    let selectors = json!({"trailName": "main", "eventSelectors": [{"readWriteType": "All"}]});
    let expected = Some(Call::Trail(by_name(), TrailChange::Selectors));
    assert_eq!(of("PutEventSelectors", selectors), expected);
    let params = json!({
        "name": "main",
        "s3BucketName": "logs",
        "includeGlobalServiceEvents": true,
        "isMultiRegionTrail": true,
        "enableLogFileValidation": "TRUE",
        "isOrganizationTrail": false,
    });
    let settings = Settings {
        validation: Some(true),
        bucket: Some("logs".to_owned()),
        multi_region: Some(true),
    };
    let expected = Some(Call::Trail(by_name(), TrailChange::Create(settings)));
    assert_eq!(of("CreateTrail", params), expected);
    let params = json!({"name": ARN, "s3BucketName": null, "isMultiRegionTrail": false});
    let settings = Settings {
        multi_region: Some(false),
        ..Settings::default()
    };
    let expected = Some(Call::Trail(by_arn(), TrailChange::Update(settings)));
    assert_eq!(of("UpdateTrail", params), expected);
}

#[test]
fn removed_objects() {
    let of = |name, params, resources| call("s3", name, params, resources);
    let removed = |keys: &[&str]| {
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        Some(Call::Remove("logs".to_owned(), keys))
    };
    let params = json!({"bucketName": "logs", "Host": "logs.s3.amazonaws.com", "key": KEY, "x-id": "DeleteObject"});
    assert_eq!(
        of("DeleteObject", params.clone(), object(KEY)),
        removed(&[KEY])
    );
    assert_eq!(of("DeleteObject", params, json!(null)), removed(&[KEY]));
    let hidden = json!("HIDDEN_DUE_TO_SECURITY_REASONS");
    assert_eq!(of("DeleteObject", hidden, object(KEY)), removed(&[KEY]));
    // As S3 really writes it: which objects, nobody says.
    let whole = json!([
        {"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::logs/"},
        {"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::logs"},
    ]);
    for delete in [json!(""), json!([""]), json!(null), json!({"quiet": true})] {
        let params = json!({"bucketName": "logs", "delete": delete});
        assert_eq!(of("DeleteObjects", params, whole.clone()), removed(&[]));
    }
    for delete in [
        json!({"quiet": false, "objects": [{"key": "b"}, {"key": "a", "versionId": "x"}, {"key": "b"}]}),
        json!({"Objects": [{"Key": "b"}, {"Key": "a"}]}),
        json!([{"key": "a"}, {"key": "b"}]),
    ] {
        let params = json!({"bucketName": "logs", "delete": delete});
        assert_eq!(of("DeleteObjects", params, json!([])), removed(&["a", "b"]));
    }
    let params = json!({"bucketName": "logs", "Delete": {"Object": {"Key": "a"}}});
    assert_eq!(
        of("DeleteObjects", params, object("b:c/d")),
        removed(&["a", "b:c/d"])
    );
    // By way of an access point, and in another partition.
    for bucket in [
        "arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/a",
        "a-x1y2-s3alias",
    ] {
        let params = json!({"bucketName": bucket, "key": KEY});
        let resources = json!([
            {"type": "AWS::S3::AccessPoint", "ARN": "arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/a"},
            {"type": "AWS::S3::Object", "ARN": format!("arn:aws-cn:s3:::logs/{KEY}")},
        ]);
        assert_eq!(of("DeleteObject", params, resources), removed(&[KEY]));
    }
}

#[test]
fn written_objects() {
    let of = |name, params, resources| call("s3", name, params, resources);
    let written = |key: &str| Some(Call::Write("logs".to_owned(), key.to_owned()));
    for name in ["PutObject", "CompleteMultipartUpload"] {
        let params =
            json!({"bucketName": "logs", "key": KEY, "uploadId": "x", "x-amz-acl": ["private"]});
        assert_eq!(of(name, params, object(KEY)), written(KEY));
    }
    // What a copy was made of is named as well, and may be named first.
    let params = json!({"bucketName": "logs", "key": "to", "x-amz-copy-source": "logs/from"});
    assert_eq!(of("CopyObject", params, object("from")), written("to"));
    assert_eq!(
        of("PutObject", json!({"bucketName": "logs"}), object(KEY)),
        written(KEY)
    );
}

#[test]
fn what_cloudtrail_itself_delivers_bears_on_nothing() {
    let params =
        json!({"bucketName": "logs", "key": KEY, "x-amz-acl": "bucket-owner-full-control"});
    let mut delivery = record("s3", "PutObject", params, object(KEY));
    delivery["userIdentity"] =
        json!({"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"});
    delivery["sourceIPAddress"] = json!("cloudtrail.amazonaws.com");
    assert_eq!(one(&delivery), None);
    delivery["userIdentity"] = json!({"type": "AWSService"});
    assert_eq!(one(&delivery), None);
    // Nobody else may pass for it, and it does not delete.
    delivery["eventName"] = json!("DeleteObject");
    assert!(one(&delivery).is_some());
    delivery["eventName"] = json!("PutObject");
    delivery["userIdentity"] =
        json!({"type": "AssumedRole", "invokedBy": "cloudtrail.amazonaws.com"});
    assert!(one(&delivery).is_some());
    delivery["userIdentity"] = json!({"type": "AWSService", "invokedBy": "config.amazonaws.com"});
    delivery["sourceIPAddress"] = json!("config.amazonaws.com");
    let event = one(&delivery).unwrap();
    let by = event.actor.unwrap().invoked_by;
    assert_eq!(by.as_deref(), Some("config.amazonaws.com"));
}

#[test]
fn settings_of_buckets_and_keys() {
    let bucket = json!([{"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::logs"}]);
    let lifecycle = json!({
        "bucketName": "logs",
        "lifecycle": "",
        "LifecycleConfiguration": {"Rule": {"Expiration": {"Days": 1}, "Status": "Enabled"}},
    });
    let policy = json!({"bucketName": "logs", "policy": [""], "bucketPolicy": {"Statement": []}});
    let versioning =
        json!({"bucketName": "logs", "VersioningConfiguration": {"Status": "Suspended"}});
    for (name, params, setting) in [
        ("PutBucketLifecycle", lifecycle.clone(), Setting::Lifecycle),
        (
            "PutBucketLifecycleConfiguration",
            lifecycle,
            Setting::Lifecycle,
        ),
        (
            "DeleteBucketLifecycle",
            json!({"bucketName": "logs"}),
            Setting::Lifecycle,
        ),
        ("PutBucketPolicy", policy, Setting::Policy),
        ("DeleteBucketPolicy", json!(null), Setting::Policy),
        ("PutBucketVersioning", versioning, Setting::Versioning),
    ] {
        let expected = Some(Call::Bucket("logs".to_owned(), setting));
        assert_eq!(call("s3", name, params, bucket.clone()), expected);
    }
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let arn = format!("arn:aws:kms:us-east-2:111122223333:key/{id}");
    let resources = json!([{"accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": arn}]);
    for name in ["DisableKey", "ScheduleKeyDeletion"] {
        let by_id = json!({"keyId": id, "pendingWindowInDays": 7});
        let full = Some(Call::Key(arn.clone()));
        assert_eq!(call("kms", name, by_id.clone(), resources.clone()), full);
        assert_eq!(call("kms", name, json!({"keyId": arn}), json!(null)), full);
        assert_eq!(call("kms", name, json!(null), resources.clone()), full);
        let bare = Some(Call::Key(id.to_owned()));
        assert_eq!(call("kms", name, by_id, json!(null)), bare);
    }
}

#[test]
fn everything_else_is_passed_over() {
    let mut rng = Rng::seed_from_u64(7);
    let (from, to) = (ts("2026-01-01T00:00:00Z"), ts("2026-01-01T01:00:00Z"));
    let json = log_json(
        &mut rng,
        "111122223333",
        "eu-west-1",
        300,
        from,
        to,
        Some(2_000_000),
    );
    let (records, events) = taken(&json);
    let expected = Records {
        seen: 300,
        ..Records::default()
    };
    assert_eq!((records, events), (expected, vec![]));
    // Sources and names are matched exactly.
    for (source, name) in [
        ("s3", "GetObject"),
        ("s3", "deleteObject"),
        ("s3", "StopLogging"),
        ("S3", "DeleteObject"),
        ("cloudtrail", "StopLogging "),
        ("cloudtrail", "GetTrailStatus"),
        ("xcloudtrail", "StopLogging"),
        ("kms", "Decrypt"),
        ("dynamodb", "DeleteTrail"),
    ] {
        let params = json!({"name": ARN, "bucketName": "logs", "key": KEY, "keyId": "k"});
        assert_eq!(call(source, name, params, object(KEY)), None);
    }
}

#[test]
fn who_when_and_from_where() {
    let mut full = start();
    full["errorCode"] = json!("AccessDenied");
    full["errorMessage"] = json!("not authorized");
    let event = one(&full).unwrap();
    assert_eq!(event.time, ts("2026-01-01T10:00:00Z"));
    assert_eq!(
        event.id.as_deref(),
        Some("2cd59e23-5d86-42b9-b3ab-6e1ba5e6a7a9")
    );
    assert_eq!(event.region.unwrap().as_str(), "us-east-2");
    assert_eq!(event.source_ip.as_deref(), Some("192.0.2.0"));
    assert_eq!(event.user_agent.as_deref(), Some("aws-cli/2.13.5"));
    assert_eq!(event.error_code.as_deref(), Some("AccessDenied"));
    let actor = event.actor.unwrap();
    assert_eq!(actor.kind.as_deref(), Some("IAMUser"));
    assert_eq!(
        actor.arn.as_deref(),
        Some("arn:aws:iam::111122223333:user/Alice")
    );
    assert_eq!(actor.access_key_id.as_deref(), Some("AKIAEXAMPLE"));
    assert_eq!((actor.session, actor.invoked_by), (None, None));
    // With the least that a record must say.
    let least = json!({
        "eventTime": "2026-01-01T10:00:00Z",
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging",
        "requestParameters": {"name": "main"},
    });
    let event = one(&least).unwrap();
    assert!(event.actor.is_none() && event.id.is_none() && event.account.is_none());
}

#[test]
fn the_recipient_wins_for_the_account() {
    let account = |record: &Value| one(record).unwrap().account.map(|a| a.as_str().to_owned());
    let mut record = start();
    record["recipientAccountId"] = json!("444455556666");
    assert_eq!(account(&record).as_deref(), Some("444455556666"));
    record["recipientAccountId"] = json!(null);
    assert_eq!(account(&record).as_deref(), Some("111122223333"));
    record["recipientAccountId"] = json!("anonymous");
    assert_eq!(account(&record).as_deref(), Some("111122223333"));
    record["userIdentity"] = json!({"type": "AWSService", "invokedBy": "s3.amazonaws.com"});
    assert_eq!(account(&record), None);
}

#[test]
fn every_type_of_identity() {
    let mut rng = Rng::seed_from_u64(11);
    for kind in identity::TYPES {
        for _ in 0..20 {
            let who =
                identity::identity(&mut rng, kind, "111122223333", ts("2026-01-01T10:00:00Z"));
            let json: Value = serde_json::from_str(&who.compact()).unwrap();
            let mut record = start();
            record["userIdentity"] = json.clone();
            let actor = one(&record).unwrap().actor.unwrap();
            let text = |name: &str| json[name].as_str().filter(|t| !t.is_empty());
            assert_eq!(actor.kind.as_deref(), Some(kind));
            assert_eq!(actor.arn.as_deref(), text("arn"));
            assert_eq!(actor.account.as_deref(), text("accountId"));
            assert_eq!(actor.access_key_id.as_deref(), text("accessKeyId"));
            assert_eq!(actor.invoked_by.as_deref(), text("invokedBy"));
            let session = match kind {
                "AssumedRole" => text("arn").unwrap().split('/').nth(2),
                "FederatedUser" => text("arn")
                    .unwrap()
                    .split_once("federated-user/")
                    .map(|p| p.1),
                "AWSAccount" => Some("session"),
                _ => None,
            };
            assert_eq!(actor.session.as_deref(), session, "{kind}");
        }
    }
}

#[test]
fn what_does_not_say_when_of_what_or_how_it_ended_is_odd_and_not_taken() {
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
        // What is not wanted may be as odd as it likes.
        let mut other = record;
        other["eventName"] = json!("ListTrails");
        assert_eq!(changed(other, field, value), (0, vec![]));
    }
}

#[test]
fn what_is_odd_beside_that_is_counted_and_taken_without_it() {
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
    // What is merely not there, or not what we know, is not odd.
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
    let (records, events) = taken(br#"{"Records":[1,null,"x",[[]],true,{}]}"#);
    assert_eq!((records.seen, records.odd, records.broken), (6, 5, false));
    assert!(events.is_empty());
    for text in ["1", "null", "[]", "{}", "", "{", "{}{}"] {
        assert_eq!(read_one(text), None);
    }
    assert_eq!(read_one(&format!("{} x", start())), None);
}

#[test]
fn where_a_name_stands_twice_the_first_counts() {
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
    let (records, events) = taken(lists.as_bytes());
    assert_eq!((records.seen, records.broken, events.len()), (2, false, 2));
}

#[test]
fn what_is_broken_gives_what_stands_before_it() {
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
        let (records, events) = taken(log.as_bytes());
        let got = (records.seen, records.odd, records.broken, events.len());
        assert_eq!(got, (seen, 0, true, seen as usize), "{:.80}", log);
    }
    let spaced = format!(" {{ \"Records\" : [ {text} , {text} ] , \"x\" : 1 }} \n");
    let (records, events) = taken(spaced.as_bytes());
    assert_eq!((records.seen, records.broken, events.len()), (2, false, 2));
    let empty = taken(br#"{"Records":[]}"#).0;
    assert_eq!(empty, Records::default());
}

#[test]
fn every_text_is_kept_short() {
    let long = "ü".repeat(600_000);
    let mut record = record(
        "s3",
        "DeleteObjects",
        json!({"bucketName": "logs", "key": long}),
        json!([]),
    );
    for field in ["eventID", "sourceIPAddress", "userAgent", "errorCode"] {
        record[field] = json!(long);
    }
    record["userIdentity"]["arn"] = json!(long);
    let event = one(&record).unwrap();
    let Call::Remove(_, keys) = &event.call else {
        panic!("{event:?}");
    };
    assert_eq!(keys, &[long[..2048].to_owned()]);
    for text in [
        &event.id,
        &event.source_ip,
        &event.user_agent,
        &event.error_code,
    ] {
        assert_eq!(text.as_deref(), Some(&long[..512]));
    }
    // And so is every list.
    let keys: Vec<Value> = (0..3_000)
        .map(|n| json!({"key": format!("k{n}")}))
        .collect();
    let mut delete = start();
    delete["eventSource"] = json!("s3.amazonaws.com");
    delete["eventName"] = json!("DeleteObjects");
    delete["requestParameters"] = json!({"bucketName": "logs", "delete": {"objects": keys}});
    let (odd, events) = changed(delete, "eventVersion", json!("1.11"));
    let Call::Remove(_, keys) = &events[0].call else {
        panic!("{events:?}");
    };
    assert_eq!((odd, keys.len()), (1, 1_000));
}

/// Gives its parts one after another, each so many times, in pieces of any size.
struct Repeated<'a> {
    parts: Vec<(&'a [u8], usize)>,
    at: usize,
    piece: usize,
}

impl Read for Repeated<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some((part, left)) = self.parts.first_mut() {
            if *left == 0 {
                self.parts.remove(0);
                continue;
            }
            let rest = &part[self.at..];
            let n = rest.len().min(buf.len()).min(self.piece);
            buf[..n].copy_from_slice(&rest[..n]);
            self.at += n;
            if self.at == part.len() {
                self.at = 0;
                *left -= 1;
            }
            return Ok(n);
        }
        Ok(0)
    }
}

#[test]
fn a_log_of_hundreds_of_megabytes_is_a_stream() {
    let wanted = format!("{},", start());
    let filler = "x".repeat(1 << 20);
    let other =
        format!(r#"{{"userAgent":"{filler}","requestParameters":{{"policy":"{filler}"}}}},"#);
    let mut log = Repeated {
        parts: vec![
            (br#"{"Records":["#, 1),
            (wanted.as_bytes(), 1),
            (other.as_bytes(), 50),
            (wanted.as_bytes(), 1),
            // One text of a hundred megabytes, in a member that is looked at.
            (br#"{"eventName":""#, 1),
            (filler.as_bytes(), 100),
            (br#""},"#, 1),
            (b"{},", 9),
            (&wanted.as_bytes()[..wanted.len() - 1], 1),
            (b"]}", 1),
        ],
        at: 0,
        piece: usize::MAX,
    };
    let mut events = 0;
    let records = read(&mut log, &mut |_| events += 1);
    let expected = Records {
        seen: 63,
        odd: 0,
        broken: false,
    };
    assert_eq!((records, events), (expected, 3));
}

#[test]
fn it_does_not_matter_in_which_pieces_a_log_is_read() {
    let long = "\\ud83d\\udca9\\\\".repeat(3_000);
    let text = start().to_string().replace("aws-cli/2.13.5", &long);
    let json = format!(r#"{{"Records":[{text},{{}},5,{text}]}}"#);
    let whole = taken(json.as_bytes());
    assert_eq!((whole.0.odd, whole.1.len()), (1, 2));
    for piece in [1, 2, 3, 7, 64, 1_000] {
        let parts = vec![(json.as_bytes(), 1)];
        let mut events = Vec::new();
        let mut log = Repeated {
            parts,
            at: 0,
            piece,
        };
        let records = read(&mut log, &mut |event| events.push(event));
        assert_eq!((records, &events), (whole.0, &whole.1));
    }
    // A reader that fails is a log that breaks off.
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let mut log = format!(r#"{{"Records":[{text},"#);
    log.push(' ');
    let mut events = 0;
    let records = read(&mut log.as_bytes().chain(Failing), &mut |_| events += 1);
    assert_eq!((records.seen, records.broken, events), (1, true, 1));
}

/// Any JSON, with names and texts that are looked at among others.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just("cloudtrail.amazonaws.com".to_owned()),
        Just("s3.amazonaws.com".to_owned()),
        Just("StopLogging".to_owned()),
        Just("DeleteObjects".to_owned()),
        Just("PutObject".to_owned()),
        Just("2026-01-01T10:00:00Z".to_owned()),
        Just(ARN.to_owned()),
        Just("AWS::S3::Object".to_owned()),
        Just("arn:aws:s3:::b/k".to_owned()),
        ".{0,8}",
    ];
    let name = proptest::sample::select(vec![
        "Records",
        "eventTime",
        "eventSource",
        "eventName",
        "userIdentity",
        "requestParameters",
        "resources",
        "errorCode",
        "name",
        "bucketName",
        "key",
        "delete",
        "objects",
        "ARN",
        "type",
        "arn",
        "principalId",
        "recipientAccountId",
        "other",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..8).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(n, v)| (n.to_owned(), v))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (records, _) = taken(&bytes);
        prop_assert!(records.broken);
        let _ = read_one(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_records_are_read(list in proptest::collection::vec(any_json(), 0..6)) {
        let (records, events) = taken(&log(&list));
        prop_assert_eq!((records.seen, records.broken), (list.len() as u64, false));
        let alone: Vec<Event> = list.iter().filter_map(|r| read_one(&r.to_string())).collect();
        prop_assert_eq!(events, alone);
    }

    #[test]
    fn a_log_with_a_byte_changed_or_cut_off_is_read(at in 0_usize..4_000, byte: u8, cut: bool) {
        let who = json!({"bucketName": "logs", "key": KEY, "delete": {"objects": [{"key": "a"}]}});
        let delete = record("s3", "DeleteObjects", who, object(KEY));
        let mut json = log(&[start(), delete.clone(), delete]);
        let at = at % json.len();
        if cut {
            json.truncate(at);
        } else {
            json[at] = byte;
        }
        let (records, events) = taken(&json);
        prop_assert!(records.seen <= 3 && events.len() as u64 <= records.seen);
        prop_assert!(!cut || records.broken);
    }
}

#[test]
fn what_the_forge_announces_is_read() {
    let at = ts("2026-01-01T10:00:00Z");
    let event = events::cloudtrail_event("StopLogging", ARN, at, None, json!({"name": ARN}));
    let event = read_one(&event.compact()).unwrap();
    assert_eq!(
        event.call,
        Call::Trail(TrailRef::Arn(ARN.parse().unwrap()), TrailChange::Stop)
    );
    let actor = event.actor.unwrap();
    assert_eq!(actor.session.as_deref(), Some("mallory"));
    assert_eq!(event.time, at);
}
