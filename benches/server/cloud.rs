//! A corpus in memory, as the objects of a bucket.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use jiff::Timestamp;
use serde_json::Value;

const HEAD: &str = ".head.json";

/// An object.
pub struct Stored {
    /// Its content.
    pub body: Bytes,
    /// When it was stored.
    pub last_modified: Timestamp,
    /// Its entity tag.
    pub etag: String,
    /// Its user metadata, as headers.
    pub metadata: Vec<(HeaderName, HeaderValue)>,
}

/// A bucket, its trail, and the keys that signed its digests.
pub struct Cloud {
    /// The bucket's name.
    pub bucket: String,
    /// Its objects by key.
    pub objects: BTreeMap<String, Stored>,
    /// The trail's ARN.
    pub trail_arn: String,
    /// The trail's organization.
    pub organization: Option<String>,
    /// The answers of ListPublicKeys, by region.
    pub keys: BTreeMap<String, Vec<Value>>,
}

impl Cloud {
    /// Reads a corpus.
    pub fn load(dir: &Path) -> Self {
        let facts = json(&dir.join("corpus.json"));
        let text = |name: &str| facts[name].as_str().map(str::to_owned);
        let bucket = text("bucket").expect("a bucket's name");
        let mut objects = BTreeMap::new();
        read(&dir.join(&bucket), "", &mut objects);
        let keys = fs::read_dir(dir.join("keys")).expect("keys");
        let keys = keys.map(|entry| {
            let path = entry.expect("an entry").path();
            let region = path.file_stem().and_then(|name| name.to_str());
            let list = json(&path)["PublicKeyList"].as_array().cloned();
            (
                region.expect("a region").to_owned(),
                list.unwrap_or_default(),
            )
        });
        Self {
            keys: keys.collect(),
            trail_arn: text("trail_arn").expect("a trail"),
            organization: text("organization"),
            bucket,
            objects,
        }
    }
}

fn json(path: &Path) -> Value {
    let text = fs::read(path).expect("a file of the corpus");
    serde_json::from_slice(&text).expect("JSON")
}

fn read(dir: &Path, prefix: &str, objects: &mut BTreeMap<String, Stored>) {
    for entry in fs::read_dir(dir).expect("a folder of the corpus") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("plain names");
        let key = format!("{prefix}{name}");
        if entry.file_type().expect("a type").is_dir() {
            read(&entry.path(), &format!("{key}/"), objects);
        } else if !name.ends_with(HEAD) {
            let body = fs::read(entry.path()).expect("an object");
            let head = dir.join(format!("{name}{HEAD}"));
            let object = stored(&key, body, head.exists().then(|| json(&head)));
            objects.insert(key, object);
        }
    }
}

fn stored(key: &str, body: Vec<u8>, head: Option<Value>) -> Stored {
    let modified = head.as_ref().and_then(|head| {
        let time = head["LastModified"].as_str()?;
        time.parse().ok()
    });
    let metadata = head.as_ref().and_then(|head| head["Metadata"].as_object());
    let metadata = metadata.into_iter().flatten().map(|(name, value)| {
        let name = format!("x-amz-meta-{name}").parse().expect("a name");
        let value = value.as_str().unwrap_or_default();
        (name, value.parse().expect("a value"))
    });
    Stored {
        // No client compares it with the content.
        etag: format!("{:032x}", body.len()),
        last_modified: modified.or_else(|| delivered(key)).unwrap_or_default(),
        metadata: metadata.collect(),
        body: body.into(),
    }
}

/// The minute in a log's name.
fn delivered(key: &str) -> Option<Timestamp> {
    let minute = key.rsplit('_').nth(1)?.strip_suffix('Z')?;
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M", minute).ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(time).ok()
}
