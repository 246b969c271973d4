//! The small files of a bundle, as they are written and read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::question::ListingQuestion;
use crate::source::{GetError, StoredHead};

/// The version of the format, in `custody.json`.
pub const SCHEMA: &str = "trailproof.bundle/v1";

/// One line of `manifest.jsonl`: one file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestLine {
    /// Its path, with `/` as the separator.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, in hex digits.
    pub sha256: String,
    /// Where its content came from; null for what this program wrote itself.
    pub from: Option<FileOrigin>,
    /// When it was read there.
    pub at: Option<Timestamp>,
    /// Why what it stands for could not be read, as in reports; null if it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where the content of a file came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FileOrigin {
    /// An object in S3.
    Object {
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
        /// Its version, if the bucket keeps versions.
        version_id: Option<String>,
    },
    /// A call of an API.
    Call {
        /// The service, such as `cloudtrail`.
        service: String,
        /// The operation, such as `DescribeTrails`.
        operation: String,
        /// The region that was asked.
        region: Option<String>,
        /// What it was about: a trail, an event name, a bucket or a prefix.
        subject: Option<String>,
    },
}

/// An object that could not be read: `unread/HEX.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UncollectedObject {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// The version that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// When it was asked for.
    pub at: Timestamp,
    /// Why it could not be read.
    #[serde(flatten)]
    pub error: GetError,
}

/// A question to CloudTrail without an answer: `cloudtrail/….error.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnansweredQuestion {
    /// When it was asked.
    pub at: Timestamp,
    /// Why it was not answered.
    #[serde(flatten)]
    pub error: GetError,
}

/// The first line of a listing: its question, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingHeader {
    /// What was listed.
    #[serde(flatten)]
    pub question: ListingQuestion,
    /// When.
    pub at: Timestamp,
    /// How many requests it took.
    pub requests: u64,
    /// Whether these are all entries.
    pub complete: bool,
    /// Why it could not be listed to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<GetError>,
}

/// One further line of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ListingLine {
    /// An object.
    Object {
        /// Its key.
        key: String,
        /// When it was last written.
        modified: Option<Timestamp>,
        /// Its size in bytes as stored.
        size: Option<u64>,
    },
    /// A folder directly below the prefix.
    Folder {
        /// Its name, without slashes.
        folder: String,
    },
}

/// What S3 says of an object, and what the collection adds: `KEY.head.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadRecord {
    /// The answer of S3.
    #[serde(flatten)]
    pub head: StoredHead,
    /// The body that is stored beside it; `None` if only the metadata was read.
    #[serde(
        rename = "Trailproof",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub body: Option<BodyRecord>,
}

/// The member `Trailproof` of `KEY.head.json`: what the collection adds to S3's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyRecord {
    /// SHA-256 of the body as stored, in hex digits.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was read.
    pub at: Timestamp,
}

/// What is collected, the same for each run that resumes it: `.collect/run.json`, and a part of `custody.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// The format: [`SCHEMA`].
    pub schema: String,
    /// The time for which the bucket is described: that of the first run.
    pub as_of: Timestamp,
    /// What was requested.
    pub scope: CollectionScope,
}

/// What was requested of a collection, in the words of the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CollectionScope {
    /// The start of the window, if given.
    pub start: Option<Timestamp>,
    /// The end of the window, if given.
    pub end: Option<Timestamp>,
    /// `--region`.
    pub regions: Vec<String>,
    /// `--account-id`.
    pub account_ids: Vec<String>,
    /// `--organization-id`.
    pub organization_ids: Vec<String>,
    /// `--trail-arn`.
    pub trail_arns: Vec<String>,
    /// `--s3-bucket`.
    pub buckets: Vec<String>,
    /// The buckets that were read: those given, or those of the trails.
    pub opened: Vec<String>,
    /// `--s3-prefix`.
    pub prefixes: Vec<String>,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// The chains of `--expect`.
    pub expect: Vec<String>,
    /// `--map`.
    pub map: Vec<String>,
    /// `--logs`.
    pub logs: String,
    /// The seed of a sample of logs.
    pub seed: Option<String>,
    /// `--delivery-lag`, in seconds.
    pub delivery_lag: i64,
    /// `--backfill-grace`, in seconds.
    pub backfill_grace: i64,
    /// `--max-digest-size`, in bytes.
    pub max_digest_size: u64,
}

/// Where one file came from: a line of `.collect/origins.jsonl`, for files that do not say it themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedOrigin {
    /// The path of the file.
    pub path: String,
    /// Where its content came from.
    pub from: FileOrigin,
    /// When.
    pub at: Timestamp,
}

/// Who collected what, when, and with which program: `custody.json`; without the counts also what an unfinished
/// collection keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custody {
    /// What was collected.
    #[serde(flatten)]
    pub collection: Collection,
    /// The runs, in order: more than one if a run was interrupted.
    pub runs: Vec<CollectionRun>,
    /// What the bundle holds.
    pub counts: CollectionCounts,
}

/// One run of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionRun {
    /// The program: `trailproof`.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// Its command line.
    pub command: Vec<String>,
    /// Whose credentials were used, as STS says.
    pub caller: Option<String>,
    /// How many seconds the local clock was ahead of that of AWS, negative if it was behind; null if it is not
    /// known.
    pub clock_ahead: Option<i64>,
    /// When it started, by the local clock.
    pub started: Timestamp,
    /// When it ended; null for a run that was killed.
    pub ended: Option<Timestamp>,
}

/// What a bundle holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CollectionCounts {
    /// Objects.
    pub objects: u64,
    /// Their bytes as stored.
    pub bytes: u64,
    /// Objects that could not be read; those that do not exist are not counted.
    pub unread: u64,
    /// Listings.
    pub listings: u64,
    /// Answers of CloudTrail, public keys included.
    pub answers: u64,
    /// Versions that were examined where an object is missing or altered.
    pub versions: u64,
}
