//! One object as a source returns it.

use std::io::Read;

use serde::{Deserialize, Serialize};

use crate::proof::digest_object::MetadataProblem;
use crate::proof::finding::ObjectFacts;
use crate::source::{GetError, StoredHead};

/// The user metadata that CloudTrail stores with a digest. The source may lack some of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// `signature`, in hex digits as written.
    pub signature: Option<String>,
    /// `signature-algorithm`.
    pub signature_algorithm: Option<String>,
    /// `backfill-generation-timestamp`, which backfill digests have, as written.
    pub backfill_generated: Option<String>,
    /// Why the metadata that is present cannot be used.
    pub trouble: Option<MetadataProblem>,
}

/// An object that was opened for reading.
pub struct SourceObject<'a> {
    /// Its bytes as stored: a `Content-Encoding` is never undone. A reader that fails may wrap a
    /// [`GetError`] in its [`io::Error`](std::io::Error), to say why.
    pub body: Box<dyn Read + Send + 'a>,
    /// Its user metadata; empty if it was not requested or a copy has lost it.
    pub metadata: Metadata,
    /// Its size, entity tag and the like, where known.
    pub facts: ObjectFacts,
    /// Everything that S3 says of it, where a source was asked to keep that.
    pub head: Option<Box<StoredHead>>,
    /// Why nothing is called altered on these bytes, if so: something on the way may have given them, or the
    /// file may still be written.
    pub doubt: Option<GetError>,
}
