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

/// The longest version ID, in bytes: S3 User Guide, "How S3 Versioning works".
const VERSION_ID: usize = 1_024;
/// The longest entity tag or storage class that is passed on, in bytes.
const FACT: usize = 300;

impl Versions {
    /// The same without entries that cannot be requested, and without facts of any length. All of them come from
    /// outside.
    pub fn bounded(mut self) -> Self {
        let all = self.entries.len();
        self.entries
            .retain(|entry| (1..=VERSION_ID).contains(&entry.id.len()));
        self.complete &= self.entries.len() == all;
        let is_long = |fact: &mut String| fact.len() > FACT;
        for object in self.entries.iter_mut().filter_map(|e| e.object.as_mut()) {
            object.etag.take_if(is_long);
            object.storage_class.take_if(is_long);
        }
        self
    }
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

#[cfg(test)]
mod tests {
    use super::{FACT, VERSION_ID, VersionEntry, VersionObject, Versions, VersionsKept};

    #[test]
    fn what_cannot_be_requested_is_left_out_and_makes_the_answer_incomplete() {
        let entry = |id: &str| VersionEntry {
            id: id.to_owned(),
            last_modified: None,
            is_latest: false,
            object: Some(VersionObject {
                size: None,
                etag: Some("e".repeat(FACT + 1)),
                storage_class: Some("GLACIER".to_owned()),
            }),
        };
        let versions = Versions {
            kept: VersionsKept::Yes,
            entries: vec![entry("1"), entry(""), entry(&"x".repeat(VERSION_ID + 1))],
            complete: true,
            requests: 1,
        };
        let bounded = versions.bounded();
        assert_eq!(bounded.entries.len(), 1);
        assert!(!bounded.complete);
        let object = bounded.entries[0].object.as_ref().expect("an object");
        assert_eq!(object.etag, None);
        assert_eq!(object.storage_class.as_deref(), Some("GLACIER"));
    }
}
