//! `KEY.head.json`: the metadata of an object whose copy on disk has none.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::os::fd::BorrowedFd;

use jiff::Timestamp;
use serde::Deserialize;

use super::open::{file_at, size_of};
use crate::proof::digest_object::MetadataProblem;
use crate::proof::finding::ObjectFacts;
use crate::source::{GetError, Metadata};

/// The suffix after an object's key in the name of its `KEY.head.json`.
pub(super) const HEAD_SUFFIX: &str = ".head.json";

/// The used members of the output of `aws s3api head-object`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Head {
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(rename = "ETag")]
    e_tag: Option<String>,
    last_modified: Option<String>,
    version_id: Option<String>,
}

/// Reads files of at most `limit` bytes.
pub(super) struct HeadReader {
    pub(super) limit: u64,
}

impl HeadReader {
    /// Reads the `KEY.head.json` of an object in a folder; `None` if there is none.
    pub(super) fn read(
        &self,
        folder: BorrowedFd<'_>,
        key: &str,
    ) -> Option<Result<Head, MetadataProblem>> {
        let name = key.rsplit('/').next().unwrap_or(key);
        let (file, stat) = match file_at(folder, &format!("{name}{HEAD_SUFFIX}")) {
            Ok(found) => found,
            Err(GetError::NotFound) => return None,
            Err(_) => return Some(Err(MetadataProblem::HeadUnreadable)),
        };
        let size = size_of(&stat).unwrap_or_default().min(self.limit);
        // One more byte than expected, so that one read finds the end of the file too.
        let mut text = Vec::with_capacity(size as usize + 1);
        let read = File::from(file).take(self.limit + 1).read_to_end(&mut text);
        if read.is_err() || text.len() as u64 > self.limit {
            return Some(Err(MetadataProblem::HeadUnreadable));
        }
        Some(serde_json::from_slice(&text).map_err(|_| MetadataProblem::HeadMalformed))
    }
}

impl Head {
    /// Takes out the user metadata of a digest.
    pub(super) fn take_metadata(&mut self) -> Metadata {
        let signature = self.metadata.remove("signature");
        Metadata {
            trouble: signature.is_none().then_some(MetadataProblem::HeadUnsigned),
            signature,
            signature_algorithm: self.metadata.remove("signature-algorithm"),
            backfill_generated: self.metadata.remove("backfill-generation-timestamp"),
        }
    }

    /// Adds the data from S3 about the object to the data of its copy in the file system.
    pub(super) fn fill(self, facts: &mut ObjectFacts) {
        facts.etag = self.e_tag;
        let modified = self.last_modified.and_then(|t| t.parse::<Timestamp>().ok());
        facts.last_modified = modified.map(|t| t.to_string());
        facts.version_id = self.version_id;
    }
}
