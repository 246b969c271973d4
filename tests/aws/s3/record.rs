//! What S3 says of objects and buckets besides bytes: all of it is there for a copy.

use std::io::Read;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use trailproof::source::StoredHead;
use trailproof::source::bucket_record::BucketRecords;
use trailproof::{
    CancelFlag, GetError, Http, HttpSettings, InFlight, Limits, RootId, Runtime, S3Source, Session,
    SessionSettings, Source,
};

use crate::support::aws::{Answer, Fault, Keeping, Retention};
use crate::support::six_hours::{SixHours, six_hours};

/// The bucket of six hours as the library reads it, without signing in.
fn source(six: &SixHours, keeping: Keeping) -> S3Source {
    six.stage.loopback.change(|cloud| {
        let bucket = cloud.bucket("trail-logs");
        (bucket.public, bucket.keeping) = (true, keeping);
    });
    let region = "eu-west-1".parse().expect("a region");
    let settings = SessionSettings {
        profile: None,
        endpoint_url: Some(six.stage.loopback.s3_url()),
        region,
        sign: false,
    };
    let runtime = Runtime::new(CancelFlag::default()).expect("a runtime");
    let http = Http::new(HttpSettings::default()).expect("a client");
    let session = Session::open(Arc::new(runtime), http, &settings).expect("a session");
    let in_flight = InFlight { first: 4, most: 4 };
    let buckets = vec!["trail-logs".to_owned()];
    S3Source::new(
        session,
        buckets,
        &settings.region,
        in_flight,
        Limits::default(),
    )
}

fn locked() -> Keeping {
    Keeping {
        versioning: Some("Enabled"),
        lock: Some(Some(Retention {
            mode: "COMPLIANCE",
            days: 30,
        })),
        key: Some("arn:aws:kms:eu-west-1:111111111111:key/k"),
        policy: Some(r#"{"Version": "2012-10-17", "Version": "twice"}"#),
        deleted_after: Some(90),
    }
}

#[test]
fn an_object_has_all_its_headers_where_they_are_wanted() {
    let six = six_hours();
    let source = source(&six, locked()).with_heads();
    let place = six.digest(4);
    let mut object = source.get(RootId(0), &place.key, true).expect("an object");
    let head = object.head.take().expect("a head");
    let mut body = Vec::new();
    object.body.read_to_end(&mut body).expect("a body");
    // What the validation reads follows from the head.
    assert_eq!(head.digest_metadata(), object.metadata);
    assert_eq!(head.facts(), object.facts);
    assert!(head.is_of_s3() && object.doubt.is_none());
    let written = serde_json::to_value(&head).expect("JSON");
    assert_eq!(written["Bucket"], "trail-logs");
    assert_eq!(written["Key"], place.key.as_str());
    assert_eq!(written["ContentLength"], body.len());
    assert_eq!(written["ServerSideEncryption"], "aws:kms");
    assert_eq!(written["SSEKMSKeyId"], locked().key.expect("a key"));
    assert_eq!(written["ObjectLockMode"], "COMPLIANCE");
    let until = written["ObjectLockRetainUntilDate"].as_str();
    assert!(
        until.is_some_and(|at| at.ends_with("+00:00")),
        "{written:#}"
    );
    let checksum = STANDARD.encode(Sha256::digest(&body));
    assert_eq!(written["ChecksumSHA256"], checksum.as_str());
    assert_eq!(written["ChecksumType"], "FULL_OBJECT");
    assert!(written["ResponseMetadata"]["RequestId"].is_string());
    assert_eq!(written["Metadata"]["signature-algorithm"], "SHA256withRSA");
    assert!(written.get("StorageClass").is_none(), "{written:#}");
    let read: StoredHead = serde_json::from_value(written).expect("a head");
    assert_eq!(read, *head);
    let again = source.get_again(RootId(0), &place.key, true);
    let again = again.expect("an answer").expect("an object").head;
    assert_eq!(again.map(|again| again.checksums), Some(head.checksums));
}

#[test]
fn heads_and_checksums_cost_nothing_where_nobody_wants_them() {
    let six = six_hours();
    let source = source(&six, locked());
    let object = source.get(RootId(0), &six.log(1).key, true);
    assert!(object.expect("an object").head.is_none());
    assert_eq!(six.stage.calls("GetObject").len(), 1);
}

#[test]
fn the_settings_of_a_bucket_are_recorded_as_s3_answers_them() {
    let six = six_hours();
    let source = source(&six, locked());
    let record = source.record(RootId(0)).expect("a record");
    let record = serde_json::to_value(record).expect("JSON");
    assert_eq!(record["bucket"], "trail-logs");
    let answer = |setting: &str| record[setting]["answer"].clone();
    assert_eq!(answer("versioning"), json!({"Status": "Enabled"}));
    let retention = json!({"Mode": "COMPLIANCE", "Days": "30"});
    assert_eq!(
        answer("object_lock"),
        json!({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}})
    );
    let rule = &answer("lifecycle")["Rule"][0];
    assert_eq!(rule["ID"], "delete old logs & digests");
    assert_eq!(rule["Expiration"], json!({"Days": "90"}));
    let by_default = &answer("encryption")["Rule"][0]["ApplyServerSideEncryptionByDefault"];
    assert_eq!(by_default["SSEAlgorithm"], "aws:kms");
    // The text itself, because a parser would keep only one of the two names.
    assert_eq!(answer("policy"), locked().policy.expect("a policy"));
    for setting in [
        "versioning",
        "object_lock",
        "lifecycle",
        "policy",
        "encryption",
    ] {
        assert!(record[setting]["at"].is_string(), "{record:#}");
        assert!(record[setting]["request_id"].is_string(), "{record:#}");
    }
    six.stage.assert_only_reads();
}

#[test]
fn a_setting_that_is_absent_or_denied_is_recorded_as_that() {
    let six = six_hours();
    let source = source(&six, Keeping::default());
    let denied = Fault::new(Answer::access_denied()).operation("GetBucketPolicy");
    six.stage.loopback.fault(denied);
    let junk = Fault::new(Answer::Instead(b"<a><b></a>".to_vec())).operation("GetBucketVersioning");
    six.stage.loopback.fault(junk);
    let record = source.record(RootId(0)).expect("a record");
    let record = serde_json::to_value(record).expect("JSON");
    for setting in ["object_lock", "lifecycle"] {
        let absent = record[setting].as_object().expect("a setting");
        assert_eq!(absent.get("answer"), Some(&Value::Null), "{record:#}");
        assert!(!absent.contains_key("error"), "{record:#}");
    }
    let policy = &record["policy"];
    assert_eq!(policy["error"], "denied");
    let detail = policy["detail"].as_str().expect("a detail");
    assert!(
        detail.contains("s3:GetBucketPolicy on arn:aws:s3:::trail-logs"),
        "{detail}"
    );
    assert!(policy["request_id"].is_string() && policy.get("answer").is_none());
    assert_eq!(record["versioning"]["error"], "io", "{record:#}");
    assert!(source.record(RootId(1)).is_none());
    assert!(matches!(
        source.stat(RootId(0), "no"),
        Err(GetError::NotFound)
    ));
}
