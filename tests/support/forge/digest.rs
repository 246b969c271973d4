//! Digests: their fields, the string to sign, and how they are stored.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::gz::gzip;
use super::json::{Fields, Json};
use super::keys::{KeySchedule, signing_key};
use super::text::{iso, sha256_hex};
use super::world::{Object, Place, World};

/// The only signature algorithm that CloudTrail uses, in content and metadata.
pub const SIGNATURE_ALGORITHM: &str = "SHA256withRSA";

/// The only hash algorithm that CloudTrail uses.
pub const HASH_ALGORITHM: &str = "SHA-256";

/// A log as delivered.
#[derive(Clone, Debug)]
pub struct LogRecord {
    /// Its place.
    pub place: Place,
    /// Hex SHA-256 of `json`.
    pub sha256: String,
    /// Its uncompressed content.
    pub json: Vec<u8>,
    /// The time of its newest event.
    pub newest: Timestamp,
    /// The time of its oldest event.
    pub oldest: Timestamp,
}

impl LogRecord {
    /// A log with this content.
    pub fn new(place: Place, json: Vec<u8>, (oldest, newest): (Timestamp, Timestamp)) -> Self {
        Self {
            place,
            sha256: sha256_hex(&json),
            json,
            newest,
            oldest,
        }
    }

    /// Its entry in a digest's `logFiles`.
    pub fn entry(&self) -> Fields {
        Fields::new()
            .with("s3Bucket", self.place.bucket.as_str())
            .with("s3Object", self.place.key.as_str())
            .with("hashValue", self.sha256.as_str())
            .with("hashAlgorithm", HASH_ALGORITHM)
            .with("newestEventTime", iso(self.newest))
            .with("oldestEventTime", iso(self.oldest))
    }
}

/// A digest as delivered.
#[derive(Clone, Debug)]
pub struct DigestRecord {
    /// Its place.
    pub place: Place,
    /// Its region, whose keys sign it.
    pub region: String,
    /// `digestStartTime`.
    pub start: Timestamp,
    /// `digestEndTime`.
    pub end: Timestamp,
    /// The first of a segment, without a link back.
    pub starting: bool,
    /// A backfill digest.
    pub backfill: bool,
    /// When it was generated, for backfill digests: unsigned metadata.
    pub generated: Option<Timestamp>,
    /// When it was delivered.
    pub delivered: Timestamp,
    /// The number of the key that signed it.
    pub key: usize,
    /// Its content, field by field.
    pub fields: Fields,
    /// Its uncompressed content.
    pub json: Vec<u8>,
    /// Hex SHA-256 of `json`.
    pub sha256: String,
    /// Hex signature.
    pub signature: String,
    /// The logs that it lists.
    pub logs: Vec<LogRecord>,
}

impl DigestRecord {
    /// Sets another signing key, in the content too.
    pub fn set_key(&mut self, keys: &KeySchedule, index: usize) {
        self.key = index;
        let fingerprint = keys.fingerprint(&self.region, index);
        self.fields.set("digestPublicKeyFingerprint", fingerprint);
    }

    /// Writes the content from its fields, hashes, signs and stores it.
    pub fn seal(self, w: &mut World) -> Self {
        let json = self.fields.digest_bytes();
        self.seal_bytes(w, json)
    }

    /// Hashes, signs and stores content that need not match the fields.
    pub fn seal_bytes(mut self, w: &mut World, json: Vec<u8>) -> Self {
        self.json = json;
        self.sha256 = sha256_hex(&self.json);
        let text = string_to_sign(&self.fields, &self.sha256);
        self.signature = hex::encode(signing_key(self.key).sign(text.as_bytes()));
        let mut object = Object::delivered(gzip(&self.json), self.delivered);
        object.metadata = self.metadata();
        w.put(&self.place, object);
        self
    }

    /// The user metadata that CloudTrail adds.
    fn metadata(&self) -> BTreeMap<String, String> {
        let mut metadata = BTreeMap::from([
            (
                "signature-algorithm".to_owned(),
                SIGNATURE_ALGORITHM.to_owned(),
            ),
            ("signature".to_owned(), self.signature.clone()),
        ]);
        if let Some(at) = self.generated {
            metadata.insert("backfill-generation-timestamp".to_owned(), iso(at));
        }
        metadata
    }
}

/// The string that CloudTrail signs: the end time and the place as written, the hash of the
/// uncompressed content, and the previous signature or the word `null`.
pub fn string_to_sign(fields: &Fields, sha256: &str) -> String {
    let text = |name| fields.text(name).unwrap_or_default();
    format!(
        "{}\n{}/{}\n{sha256}\n{}",
        text("digestEndTime"),
        text("digestS3Bucket"),
        text("digestS3Object"),
        fields.text("previousDigestSignature").unwrap_or("null")
    )
}

/// The fields of a digest in CloudTrail's order. Without a predecessor all five links are
/// null; without logs both event times are.
pub fn digest_fields(
    account: &str,
    interval: (Timestamp, Timestamp),
    place: &Place,
    fingerprint: String,
    logs: &[LogRecord],
    previous: Option<&DigestRecord>,
) -> Fields {
    let or_null = |text: Option<String>| text.map_or(Json::null(), Json::from);
    let link = |of: fn(&DigestRecord) -> &str| or_null(previous.map(|p| of(p).to_owned()));
    let entries = logs.iter().map(|log| Json::Object(log.entry())).collect();
    Fields::new()
        .with("awsAccountId", account)
        .with("digestStartTime", iso(interval.0))
        .with("digestEndTime", iso(interval.1))
        .with("digestS3Bucket", place.bucket.as_str())
        .with("digestS3Object", place.key.as_str())
        .with("digestPublicKeyFingerprint", fingerprint)
        .with("digestSignatureAlgorithm", SIGNATURE_ALGORITHM)
        .with(
            "newestEventTime",
            or_null(logs.iter().map(|log| log.newest).max().map(iso)),
        )
        .with(
            "oldestEventTime",
            or_null(logs.iter().map(|log| log.oldest).min().map(iso)),
        )
        .with("previousDigestS3Bucket", link(|p| &p.place.bucket))
        .with("previousDigestS3Object", link(|p| &p.place.key))
        .with("previousDigestHashValue", link(|p| &p.sha256))
        .with("previousDigestHashAlgorithm", link(|_| HASH_ALGORITHM))
        .with("previousDigestSignature", link(|p| &p.signature))
        .with("logFiles", Json::Array(entries))
}
