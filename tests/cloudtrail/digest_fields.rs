//! The fields of a digest: each must be what AWS writes, and nothing else of it counts.

use serde_json::{Value, json};
use trailproof::base::sha256::Sha256;
use trailproof::cloudtrail::digest::Unverified;

const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn digest() -> Value {
    json!({
        "awsAccountId": "111111111111",
        "digestStartTime": "2026-03-01T00:00:00Z",
        "digestEndTime": "2026-03-01T01:00:00Z",
        "digestS3Bucket": "logs",
        "digestS3Object": "AWSLogs/digest",
        "digestPublicKeyFingerprint": "F00D",
        "digestSignatureAlgorithm": "SHA256withRSA",
        "previousDigestS3Bucket": "logs",
        "previousDigestS3Object": "AWSLogs/previous",
        "previousDigestHashValue": HASH,
        "previousDigestHashAlgorithm": "SHA-256",
        "previousDigestSignature": "abcd",
        "newestEventTime": null,
        "logFiles": [
            {"s3Bucket": "logs", "s3Object": "AWSLogs/log", "hashValue": HASH, "hashAlgorithm": "SHA-256"},
        ],
    })
}

fn parse(digest: &Value) -> Result<Unverified, String> {
    Unverified::parse(&serde_json::to_vec(digest).expect("JSON"))
}

/// The digest with a value at a JSON pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut changed = digest();
    *changed.pointer_mut(pointer).expect("a field") = value;
    changed
}

#[test]
fn a_digest_claims_its_place_its_predecessor_and_its_logs() {
    let bytes = serde_json::to_vec(&digest()).expect("JSON");
    let read = Unverified::parse(&bytes).expect("a digest");
    assert_eq!(read.sha256(), Sha256::of(&bytes));
    assert_eq!(read.claimed_place_unverified(), ("logs", "AWSLogs/digest"));
    let previous = read.claimed_previous_unverified().expect("a link");
    assert_eq!(
        (previous.bucket.as_str(), previous.key.as_str()),
        ("logs", "AWSLogs/previous")
    );
    assert_eq!(
        (previous.sha256, previous.signature.as_str()),
        (Sha256::from_hex(HASH), "abcd")
    );
    let logs = read.claimed_log_files_unverified();
    assert_eq!((logs.len(), logs.is_empty()), (1, false));
    let blocks: Vec<_> = logs.blocks().map(|block| block.expect("a block")).collect();
    assert_eq!((blocks.len(), blocks[0].len()), (1, 1));
    assert_eq!(blocks[0][0].key, "AWSLogs/log");
    assert_eq!(
        blocks[0][0].hash,
        Ok(Sha256::from_hex(HASH).expect("a hash"))
    );
    let none = parse(&with("/logFiles", json!([]))).expect("a digest");
    let none = none.claimed_log_files_unverified();
    assert!(none.is_empty() && none.blocks().next().is_none());
}

#[test]
fn a_field_that_is_not_what_aws_writes_makes_a_digest_malformed() {
    let long = |length: usize| json!("x".repeat(length));
    for (pointer, value) in [
        ("/awsAccountId", json!("1")),
        ("/digestStartTime", json!("yesterday")),
        ("/digestEndTime", json!("2026-02-28T23:59:59Z")),
        ("/digestS3Bucket", json!("a/b")),
        ("/digestS3Bucket", json!("")),
        ("/digestS3Bucket", long(256)),
        ("/digestS3Object", long(1_025)),
        ("/digestPublicKeyFingerprint", long(256)),
        ("/digestSignatureAlgorithm", long(256)),
        ("/previousDigestS3Bucket", json!("a/b")),
        ("/previousDigestS3Bucket", Value::Null),
        ("/previousDigestS3Object", long(1_025)),
        ("/previousDigestS3Object", Value::Null),
        ("/previousDigestHashValue", json!("abc")),
        ("/previousDigestHashValue", Value::Null),
        ("/previousDigestHashAlgorithm", long(256)),
        ("/previousDigestHashAlgorithm", Value::Null),
        ("/previousDigestSignature", long(2_049)),
        ("/previousDigestSignature", Value::Null),
        ("/logFiles", Value::Null),
        ("/logFiles/0/s3Bucket", json!("a/b")),
        ("/logFiles/0/s3Object", long(1_025)),
        ("/logFiles/0/hashValue", json!("abc")),
        ("/logFiles/0/hashAlgorithm", long(256)),
    ] {
        let why = parse(&with(pointer, value.clone())).expect_err(pointer);
        assert!(!why.is_empty() && why.chars().count() <= 200, "{why}");
    }
}

#[test]
fn fields_at_their_bounds_are_read() {
    let long = |length: usize| json!("x".repeat(length));
    for (pointer, value) in [
        ("/digestEndTime", json!("2026-03-01T00:00:00Z")),
        ("/digestS3Bucket", long(255)),
        ("/digestS3Object", long(1_024)),
        ("/digestPublicKeyFingerprint", long(255)),
        ("/digestSignatureAlgorithm", long(255)),
        ("/previousDigestS3Object", long(1_024)),
        ("/previousDigestSignature", long(2_048)),
        ("/previousDigestHashAlgorithm", long(255)),
        ("/logFiles/0/hashAlgorithm", json!("MD5")),
        ("/newestEventTime", json!({"a": ["new", "field"]})),
    ] {
        assert!(parse(&with(pointer, value)).is_ok(), "{pointer}");
    }
    let other = parse(&with("/logFiles/0/hashAlgorithm", json!("MD5"))).expect("a digest");
    let logs = other.claimed_log_files_unverified();
    let block = logs.blocks().next().expect("a block").expect("a block");
    assert_eq!(block[0].hash, Err("MD5".into()));
    let other = parse(&with("/previousDigestHashAlgorithm", json!("MD5"))).expect("a digest");
    let previous = other.claimed_previous_unverified().expect("a link");
    assert_eq!(previous.sha256, None);
}

#[test]
fn a_starting_digest_has_no_predecessor() {
    let mut starting = digest();
    let fields = starting.as_object_mut().expect("an object");
    let previous = fields
        .iter_mut()
        .filter(|(name, _)| name.starts_with("previous"));
    previous.for_each(|(_, value)| *value = Value::Null);
    let read = parse(&starting).expect("a digest");
    assert!(read.claimed_previous_unverified().is_none());
}

#[test]
fn a_name_twice_makes_a_digest_malformed() {
    let text = serde_json::to_string(&digest()).expect("JSON");
    let twice = text.replacen('{', "{\"digestS3Bucket\":\"other\",", 1);
    assert!(Unverified::parse(twice.as_bytes()).is_err());
    let nested = text.replacen(
        "{\"hashAlgorithm\"",
        "{\"hashAlgorithm\":\"a\",\"hashAlgorithm\"",
        1,
    );
    assert_ne!(nested, text);
    assert!(Unverified::parse(nested.as_bytes()).is_err());
}
