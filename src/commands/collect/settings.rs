//! The settings of a bucket that could not be looked up, from the file that the collection wrote.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value};

use crate::base::limits::Limits;
use crate::report::collect::v1::UnreadEntry;

/// The members of `bucket/BUCKET.json`, each with the call that it holds the answer of.
const CALLS: [(&str, &str); 5] = [
    ("versioning", "GetBucketVersioning"),
    ("object_lock", "GetObjectLockConfiguration"),
    ("lifecycle", "GetBucketLifecycleConfiguration"),
    ("policy", "GetBucketPolicy"),
    ("encryption", "GetBucketEncryption"),
];

/// The settings without an answer in the file at a path of a bundle.
pub fn unknown(bundle: &Path, path: &str) -> Vec<UnreadEntry> {
    let Some(record) = read(bundle, path) else {
        return Vec::new();
    };
    let text = |value: &Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
    let bucket = record.get("bucket").and_then(Value::as_str);
    let bucket = bucket.unwrap_or_default();
    let calls = CALLS.iter();
    let unknown = calls.filter_map(|(member, call)| {
        Some(UnreadEntry {
            bucket: None,
            key: format!("{call} {bucket}"),
            reason: text(record.get(*member)?, "error")?,
        })
    });
    unknown.collect()
}

fn read(bundle: &Path, path: &str) -> Option<Map<String, Value>> {
    let file = File::open(bundle.join(path)).ok()?;
    let mut bytes = Vec::new();
    file.take(Limits::default().side_file)
        .read_to_end(&mut bytes)
        .ok()?;
    serde_json::from_slice(&bytes).ok()
}
