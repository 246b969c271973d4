//! What the servers serve; a test may change it while they run.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::support::forge::keys::KeySchedule;
use crate::support::forge::text::md5_hex;
use crate::support::forge::{Object, Place, PublishedKey, World};

use super::accounts::{MemberAccount, Organization};
use super::faults::Fault;
use super::history::Version;
use super::keeping::Keeping;
use super::trails::CloudTrail;

/// An object, cheap to clone.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The bytes as stored.
    pub body: Bytes,
    /// Hex MD5 of the bytes.
    pub etag: String,
    /// User metadata, names without `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// When it was stored.
    pub last_modified: Timestamp,
    /// Its storage class, if it is not the usual one.
    pub class: Option<&'static str>,
}

impl From<&Object> for Stored {
    fn from(object: &Object) -> Self {
        Self {
            body: Bytes::copy_from_slice(&object.body),
            etag: md5_hex(&object.body),
            metadata: object.metadata.clone(),
            content_type: object.content_type.clone(),
            content_encoding: object.content_encoding.clone(),
            last_modified: object.last_modified,
            class: None,
        }
    }
}

/// A bucket: its objects, its region, and who may read it.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Objects by key.
    pub objects: BTreeMap<String, Stored>,
    /// The versions of what was written since versions are kept, by key, oldest first. The last is current.
    pub history: BTreeMap<String, Vec<Version>>,
    /// How many versions were written.
    pub written: usize,
    /// The bucket's region.
    pub region: String,
    /// A request signed for another region is refused as malformed instead of redirected.
    pub strict: bool,
    /// It serves unsigned requests.
    pub public: bool,
    /// Its protection settings.
    pub keeping: Keeping,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            history: BTreeMap::new(),
            written: 0,
            region: "us-east-1".to_owned(),
            strict: false,
            public: false,
            keeping: Keeping::default(),
        }
    }
}

/// Everything that the servers serve.
#[derive(Clone, Debug)]
pub struct Cloud {
    /// Buckets by name.
    pub buckets: BTreeMap<String, Bucket>,
    /// The signing keys of all regions.
    pub keys: KeySchedule,
    /// Regions for which ListPublicKeys answers with exactly these keys, whichever keys sign there.
    pub published: BTreeMap<String, Vec<PublishedKey>>,
    /// Objects that exist and that no listing shows.
    pub unlisted: Vec<String>,
    /// The numbers of keys whose bytes are broken in the answers of ListPublicKeys.
    pub broken_keys: Vec<usize>,
    /// The last page of public keys leads back to the first.
    pub endless_keys: bool,
    /// The trails.
    pub cloudtrail: CloudTrail,
    /// The caller's account.
    pub account: String,
    /// Its organization.
    pub organization: Option<Organization>,
    /// The accounts of the organization.
    pub accounts: Vec<MemberAccount>,
    /// The faults on order.
    pub faults: Vec<Fault>,
    /// How long every call takes.
    pub latency: Duration,
    /// How many seconds the servers' clocks are ahead.
    pub clock_ahead: i64,
    /// The time at which the servers' clocks stand, if they do not go on.
    pub frozen_at: Option<Timestamp>,
    /// The most entries of a listing in one answer.
    pub page: usize,
    /// The most public keys in one answer.
    pub key_page: usize,
    /// The most events in one answer.
    pub event_page: usize,
}

impl Default for Cloud {
    fn default() -> Self {
        Self {
            buckets: BTreeMap::new(),
            keys: KeySchedule::default(),
            published: BTreeMap::new(),
            unlisted: Vec::new(),
            broken_keys: Vec::new(),
            endless_keys: false,
            cloudtrail: CloudTrail::default(),
            account: "111111111111".to_owned(),
            organization: None,
            accounts: Vec::new(),
            faults: Vec::new(),
            latency: Duration::ZERO,
            clock_ahead: 0,
            frozen_at: None,
            page: 1_000,
            key_page: 100,
            event_page: 50,
        }
    }
}

impl Cloud {
    /// Takes over the buckets and keys of a world. A bucket that existed before keeps its region
    /// and settings.
    pub fn serve(&mut self, world: &World) {
        self.keys = world.keys.clone();
        self.buckets
            .retain(|name, _| world.buckets.contains_key(name));
        for (name, objects) in &world.buckets {
            let stored = objects.iter().map(|(key, o)| (key.clone(), o.into()));
            self.bucket(name).objects = stored.collect();
        }
    }

    /// A bucket, created if it does not exist.
    pub fn bucket(&mut self, name: &str) -> &mut Bucket {
        self.buckets.entry(name.to_owned()).or_default()
    }

    /// Stores an object, replacing an older one.
    pub fn put(&mut self, place: &Place, object: &Object) {
        self.bucket(&place.bucket).put(&place.key, object.into());
    }

    /// Removes an object.
    pub fn remove(&mut self, place: &Place) -> Option<Stored> {
        let now = Timestamp::now();
        self.bucket(&place.bucket).delete(&place.key, now)
    }
}
