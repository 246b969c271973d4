//! The versions of one object in a bucket that keeps versions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a bucket shows of the versions of one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Whether the bucket keeps versions.
    pub kept: VersionsKept,
    /// The versions and delete markers, newest first as S3 lists them. Their number is bounded.
    pub entries: Vec<VersionEntry>,
    /// Whether these are all.
    pub complete: bool,
    /// The number of requests that it took.
    pub requests: u64,
}

/// Whether a bucket keeps versions of objects that are deleted or overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VersionsKept {
    /// It keeps them, or it kept them in the past.
    Yes,
    /// It has never kept them, so nothing else is worth a request.
    Never,
    /// We are not allowed to know, or the answer says neither.
    Unknown,
}

/// One version of an object, or one delete marker. All of it is text from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionEntry {
    /// Its version ID; `null` if it was written while the bucket kept no versions.
    pub id: String,
    /// When it was written, according to the store.
    pub last_modified: Option<Timestamp>,
    /// Whether it is the current one.
    pub is_latest: bool,
    /// The object; `None` for a delete marker, which has no content.
    pub object: Option<VersionObject>,
}

/// What a listing shows of a version that has content.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VersionObject {
    /// Its size in bytes as stored.
    pub size: Option<u64>,
    /// Its entity tag.
    pub etag: Option<String>,
    /// Its storage class.
    pub storage_class: Option<String>,
}
