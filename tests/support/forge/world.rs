//! A world: the buckets with their objects, and the keys of every region.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::head::head_json;
use super::key_file::{KeyFileStyle, key_file};
use super::keys::KeySchedule;
use super::trail::Trail;

/// The random generator; its stream is fixed for a seed.
pub type Rng = ChaCha8Rng;

/// An object as S3 keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The bytes as stored.
    pub body: Vec<u8>,
    /// User metadata, names without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// When it was stored: the time of delivery.
    pub last_modified: Timestamp,
}

impl Object {
    /// An object with the headers CloudTrail gives to logs and digests.
    pub fn delivered(body: Vec<u8>, last_modified: Timestamp) -> Self {
        Self {
            body,
            metadata: BTreeMap::new(),
            content_type: Some("application/json".to_owned()),
            content_encoding: Some("gzip".to_owned()),
            last_modified,
        }
    }
}

/// Where an object is stored.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Place {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
}

impl Place {
    /// A place from bucket and key.
    pub fn new(bucket: &str, key: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        }
    }
}

/// Which digests of a copy get a `KEY.head.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heads {
    /// Every digest.
    All,
    /// None: `aws s3 sync` loses metadata.
    None,
    /// Every object, logs too: all that S3 says about them.
    Every,
    /// The objects with these keys.
    Only(Vec<String>),
}

impl Heads {
    /// Whether an object's head is written.
    pub fn wanted(&self, key: &str) -> bool {
        match self {
            Heads::All => key.contains("/CloudTrail-Digest/"),
            Heads::Every => true,
            Heads::None => false,
            Heads::Only(keys) => keys.iter().any(|k| k == key),
        }
    }
}

/// Buckets, keys and the random generator.
#[derive(Clone, Debug)]
pub struct World {
    /// Objects by bucket and key.
    pub buckets: BTreeMap<String, BTreeMap<String, Object>>,
    /// The signing keys of all regions.
    pub keys: KeySchedule,
    /// The random generator for everything that is built in this world.
    pub rng: Rng,
}

impl World {
    /// An empty world.
    pub fn new(seed: u64) -> Self {
        Self {
            buckets: BTreeMap::new(),
            keys: KeySchedule::default(),
            rng: Rng::seed_from_u64(seed),
        }
    }

    /// The object at a place.
    pub fn get(&self, place: &Place) -> Option<&Object> {
        self.buckets.get(&place.bucket)?.get(&place.key)
    }

    /// The object at a place; it must exist.
    pub fn object(&self, place: &Place) -> &Object {
        self.get(place)
            .unwrap_or_else(|| panic!("no object at {place:?}"))
    }

    /// The object at a place, mutable; it must exist.
    pub fn object_mut(&mut self, place: &Place) -> &mut Object {
        self.buckets
            .get_mut(&place.bucket)
            .and_then(|objects| objects.get_mut(&place.key))
            .unwrap_or_else(|| panic!("no object at {place:?}"))
    }

    /// The world as it was then: without what was stored later.
    pub fn as_of(&self, at: Timestamp) -> Self {
        let mut then = self.clone();
        for objects in then.buckets.values_mut() {
            objects.retain(|_, object| object.last_modified <= at);
        }
        then
    }

    /// Stores an object, replacing an older one.
    pub fn put(&mut self, place: &Place, object: Object) {
        self.buckets
            .entry(place.bucket.clone())
            .or_default()
            .insert(place.key.clone(), object);
    }

    /// Removes an object.
    pub fn remove(&mut self, place: &Place) -> Option<Object> {
        self.buckets.get_mut(&place.bucket)?.remove(&place.key)
    }

    /// Adds objects of real buckets that are not evidence: empty "folder" objects, Insight and
    /// network activity files.
    pub fn litter(&mut self, trail: &Trail, account: &str, region: &str, at: Timestamp) {
        let root = trail.root(account);
        let day = at.strftime("%Y/%m/%d");
        let minute = at.strftime("%Y%m%dT%H%MZ");
        let mut put = |key: String, body: Vec<u8>| {
            let object = Object::delivered(body, at);
            self.put(&Place::new(&trail.bucket, &key), object);
        };
        for folder in ["CloudTrail", "CloudTrail-Digest"] {
            put(format!("{root}{folder}/"), Vec::new());
            put(format!("{root}{folder}/{region}/{day}/"), Vec::new());
        }
        put(root.clone(), Vec::new());
        for kind in ["CloudTrail-Insight", "CloudTrail-NetworkActivity"] {
            let name = format!("{account}_{kind}_{region}_{minute}_0123456789abcdef.json.gz");
            put(
                format!("{root}{kind}/{region}/{day}/{name}"),
                super::gzip(br#"{"Records":[]}"#),
            );
        }
    }

    /// Writes a bucket as `aws s3 sync` does: keys as paths, without "folder" objects, and with
    /// `KEY.head.json` beside the digests that keep their metadata.
    pub fn write_tree(&self, bucket: &str, dir: &Path, heads: Heads) {
        fs::create_dir_all(dir).expect("a folder for the tree");
        for (key, object) in self.buckets.get(bucket).into_iter().flatten() {
            if key.ends_with('/') {
                continue;
            }
            // Tools that copy a key leave out its empty folders; the system does it between others.
            let below = key.trim_start_matches('/');
            let path = dir.join(below);
            fs::create_dir_all(path.parent().expect("a key below the folder"))
                .expect("a folder for the object");
            fs::write(&path, &object.body).expect("the object can be written");
            if heads.wanted(key) {
                fs::write(dir.join(format!("{below}.head.json")), head_json(object))
                    .expect("the head can be written");
            }
        }
    }

    /// Writes `REGION.json` for each region: its keys for a range of signing times.
    pub fn write_keys(
        &self,
        dir: &Path,
        style: KeyFileStyle,
        regions: &[&str],
        from: Timestamp,
        to: Timestamp,
    ) {
        fs::create_dir_all(dir).expect("a folder for the keys");
        for region in regions {
            let text = key_file(&self.keys, style, region, from, to);
            fs::write(dir.join(format!("{region}.json")), text).expect("the keys can be written");
        }
    }
}
