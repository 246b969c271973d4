//! The frozen JSON report, `trailproof.explain/v1`. Fields may be added, but never removed or given another
//! meaning. Times are RFC 3339 in UTC. A value that is absent is null.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::proof::coverage::State;
use crate::proof::finding::Verdict;
use crate::report::date_time::DateTime;
use crate::report::validation::v1::{Finding, Key, Run};

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.explain/v1";

/// What is known about one object: whether CloudTrail delivered it, and whether it is intact.
#[must_use]
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "trailproof.explain/v1", inline)]
pub struct Report {
    /// Always `trailproof.explain/v1`.
    pub schema: &'static str,
    /// The object.
    pub object: Object,
    /// `verified`: CloudTrail delivered it, and it is intact. `failed`: it is not, or no longer, what CloudTrail
    /// delivered. `unproven`: neither is proven.
    pub verdict: Verdict,
    /// The answer in words: one sentence, or a few.
    pub answer: String,
    /// Whether CloudTrail delivered an object with this key; null if that is not known.
    pub delivered: Option<bool>,
    /// Whether it is what CloudTrail delivered; null if that is not known.
    pub intact: Option<bool>,
    /// For a log, the proven digests that list it. For a digest, the digest itself if it is proven.
    pub digests: Vec<Digest>,
    /// How the first of these digests is proven: step by step, from each digest to the next one, up to a public key.
    pub path: Vec<Step>,
    /// The digest before it in its chain.
    pub previous: Option<Neighbour>,
    /// The digest after it in its chain.
    pub next: Option<Neighbour>,
    /// The time and the chains that were searched.
    pub searched: Searched,
    /// The findings on the object and on the digests that list it. If no digest lists it, the findings on the
    /// digests that could.
    pub findings: Vec<Finding>,
    /// What the answer does not prove, in sentences.
    pub not_proven: Vec<String>,
    /// How this report was made.
    pub run: Run,
}

/// The object that the answer is about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Object {
    /// Its bucket, as given or as recorded by the digest that lists it.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
    /// Its kind according to its key: `log`, `digest` or `backfill digest`.
    #[schemars(with = "String")]
    pub kind: ExplainedKind,
    /// SHA-256 of its uncompressed content. For a log, the value that a proven digest records; for a digest, its
    /// own value if it is proven.
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
    /// SHA-256 of its uncompressed content.
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
    /// What proves it.
    pub by: By,
    /// The later digest that recorded the signature or the hash. Null for the signature stored with the digest
    /// itself, and if the later digest is outside the searched time.
    pub recorded_in: Option<String>,
    /// The public key that verifies the signature; null for a hash.
    pub key: Option<Key>,
}

/// What proves a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The signature stored with the digest itself.
    OwnSignature,
    /// Its signature, as recorded in a later digest.
    RecordedSignature,
    /// Its hash, as recorded in the next digest, which is proven.
    RecordedHash,
}

/// The digest before or after another one.
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

/// The time and the chains that were searched for digests.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Searched {
    /// The beginning of the searched time. Digests whose intervals overlap it were checked.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// The end of the searched time.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// The chains whose digests were checked.
    pub chains: Vec<String>,
    /// The number of digests checked, without backfill digests.
    pub digests: u64,
    /// The number of backfill digests checked.
    pub backfill_digests: u64,
    /// The parts of that time that are not verified, by chain.
    pub unverified: Vec<Unverified>,
}

/// Time that is not verified.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Unverified {
    /// The chain.
    pub chain: String,
    /// Its beginning.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// Its end.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// Its state.
    pub state: State,
}

/// The JSON Schema of a report.
pub fn schema() -> Schema {
    schema_for!(Report)
}
