//! The frozen JSON view, `trailproof.explain/v1`. Fields may be added, never removed or given another
//! meaning. Times are RFC 3339 in UTC; what is absent is null.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::proof::coverage::State;
use crate::proof::finding::Verdict;
use crate::report::date_time::DateTime;
use crate::report::validation::v1::{Finding, Key, Run};

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.explain/v1";

/// What is known of one object.
#[must_use]
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "trailproof.explain/v1", inline)]
pub struct Report {
    /// Always `trailproof.explain/v1`.
    pub schema: &'static str,
    /// The object.
    pub object: Object,
    /// `verified`: delivered and intact; `failed`: it is not, or not any more, what was delivered;
    /// `unproven`: that could not be told.
    pub verdict: Verdict,
    /// The answer in a sentence.
    pub answer: String,
    /// Whether CloudTrail delivered an object of this name there; null where that is not known.
    pub delivered: Option<bool>,
    /// Whether it is as it was delivered; null where that is not known.
    pub intact: Option<bool>,
    /// The proven digests that name a log; the digest itself where it was asked about and is proven.
    pub digests: Vec<Digest>,
    /// How the first of those is proven: from one digest to the next, until a key.
    pub path: Vec<Step>,
    /// The digest before that one in its chain.
    pub previous: Option<Neighbour>,
    /// The digest after it.
    pub next: Option<Neighbour>,
    /// Where was searched.
    pub searched: Searched,
    /// What was found on the object, on the digests that name it, and where no digest does, on those that
    /// could.
    pub findings: Vec<Finding>,
    /// What this does not prove, in sentences.
    pub not_proven: Vec<String>,
    /// How this report was made.
    pub run: Run,
}

/// The object asked about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Object {
    /// Its bucket, as it was given or as the digest records it.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
    /// What its key says that it is: `log`, `digest` or `backfill digest`.
    #[schemars(with = "String")]
    pub kind: ExplainedKind,
    /// The SHA-256 of its inflated content that a proven digest records for a log, or that a proven
    /// digest has.
    pub sha256: Option<String>,
}

/// The kind of an object according to its key. The schema has a plain string in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ExplainedKind {
    /// A log.
    #[serde(rename = "log")]
    Log,
    /// A digest.
    #[serde(rename = "digest")]
    Digest,
    /// A backfill digest.
    #[serde(rename = "backfill digest")]
    BackfillDigest,
}

impl ExplainedKind {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            ExplainedKind::Log => "log",
            ExplainedKind::Digest => "digest",
            ExplainedKind::BackfillDigest => "backfill digest",
        }
    }
}

/// A proven digest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Digest {
    /// Its chain.
    pub chain: String,
    /// Its bucket.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
    /// SHA-256 of its inflated bytes.
    pub sha256: String,
    /// The beginning of its interval.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// The end of its interval.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// Whether it is a backfill digest.
    pub backfill: bool,
}

/// What proves a digest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Step {
    /// The digest's key.
    pub digest: String,
    /// By what.
    pub by: By,
    /// The later digest that recorded that; null where it is its own signature, or where that digest is
    /// beyond those searched.
    pub recorded_in: Option<String>,
    /// The key under which the signature verifies; null for a hash.
    pub key: Option<Key>,
}

/// By what a digest is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The signature stored with it.
    OwnSignature,
    /// Its signature, as a later digest recorded it.
    RecordedSignature,
    /// Its hash, as its proven successor recorded it.
    RecordedHash,
}

/// A digest beside another.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Neighbour {
    /// Its key.
    pub key: String,
    /// The end of its interval.
    #[schemars(with = "DateTime")]
    pub end: Timestamp,
    /// Whether it is proven.
    pub proven: bool,
}

/// Where was searched.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Searched {
    /// From when; digests that meet this time were looked at.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// Until when.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// The chains whose digests were looked at.
    pub chains: Vec<String>,
    /// How many digests.
    pub digests: u64,
    /// How many backfill digests.
    pub backfill_digests: u64,
    /// What of that time is not verified, by chain.
    pub unverified: Vec<Unverified>,
}

/// Time that is not verified.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Unverified {
    /// The chain.
    pub chain: String,
    /// From when.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// Until when.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// Its state.
    pub state: State,
}

/// The JSON Schema of a report.
pub fn schema() -> Schema {
    schema_for!(Report)
}
