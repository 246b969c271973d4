//! `KEY.head.json`: the metadata of an object whose copy on disk has none, in each `form` in which
//! programs print it.

mod form;

use std::fs::File;
use std::io::Read;
use std::os::fd::BorrowedFd;

use self::form::parse;
use super::open::{file_at, size_of};
use crate::base::time::written;
use crate::proof::digest_object::MetadataProblem;
use crate::proof::finding::ObjectFacts;
use crate::source::{GetError, Metadata};

/// The suffix after an object's key in the name of its `KEY.head.json`.
pub(super) const HEAD_SUFFIX: &str = ".head.json";

/// The used members of the metadata of one object.
#[derive(Default)]
pub(super) struct Head {
    signature: Option<String>,
    signature_algorithm: Option<String>,
    backfill_generated: Option<String>,
    e_tag: Option<String>,
    /// When the store says that it was written.
    created: Option<String>,
    /// The same, or what its writer says.
    modified: Option<String>,
    version_id: Option<String>,
    /// The name of the object, where several are listed in one file.
    name: Option<String>,
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
        let size = size_of(&stat).unwrap_or_default();
        Some(self.parse(&mut File::from(file), size, name))
    }

    /// Reads the `KEY.head.json` of the object called `name`. Its size is not more than a hint.
    pub(super) fn parse(
        &self,
        file: &mut dyn Read,
        size: u64,
        name: &str,
    ) -> Result<Head, MetadataProblem> {
        // One more byte than expected, so that one read finds the end of the file too.
        let mut text = Vec::with_capacity(size.min(self.limit) as usize + 1);
        let read = file.take(self.limit + 1).read_to_end(&mut text);
        if read.is_err() || text.len() as u64 > self.limit {
            return Err(MetadataProblem::HeadUnreadable);
        }
        if text.is_empty() {
            return Err(MetadataProblem::HeadEmpty);
        }
        parse(&text, name).map_err(|_| MetadataProblem::HeadMalformed)
    }
}

/// The user metadata that the `KEY.head.json` of an object supplies, if there is one. What it says of the object
/// goes to `facts`.
pub(super) fn apply(
    head: Option<Result<Head, MetadataProblem>>,
    facts: &mut ObjectFacts,
) -> Metadata {
    match head {
        None => Metadata::default(),
        Some(Err(problem)) => Metadata {
            trouble: Some(problem),
            ..Metadata::default()
        },
        Some(Ok(mut head)) => {
            let metadata = head.take_metadata();
            head.fill(facts);
            metadata
        }
    }
}

impl Head {
    /// Takes out the user metadata of a digest.
    pub(super) fn take_metadata(&mut self) -> Metadata {
        let signature = self.signature.take();
        Metadata {
            trouble: signature.is_none().then_some(MetadataProblem::HeadUnsigned),
            signature,
            signature_algorithm: self.signature_algorithm.take(),
            backfill_generated: self.backfill_generated.take(),
        }
    }

    /// Adds the data from S3 about the object to the data of its copy in the file system.
    pub(super) fn fill(self, facts: &mut ObjectFacts) {
        // S3 prints an entity tag in quotes, and some programs take them off.
        let quoted = |tag: String| match tag.starts_with('"') {
            true => tag,
            false => format!("\"{tag}\""),
        };
        facts.etag = self.e_tag.map(quoted);
        // rclone prints as ModTime what the writer of an object says, if the writer says anything.
        let modified = self.created.or(self.modified);
        let modified = modified.and_then(|t| written::parse(&t).ok());
        facts.last_modified = modified.map(|t| t.to_string());
        facts.version_id = self.version_id;
    }
}
