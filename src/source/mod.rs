//! Where objects come from. A source lists and reads; it never judges.

pub mod dir;
pub mod mem;

use std::io::Read;

use crate::finding::{ELSEWHERE, ObjectFacts, REFUSED};

/// One bucket, or one folder that stands for a bucket, within a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootId(pub usize);

/// What a source knows of one of its roots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its number.
    pub id: RootId,
    /// The names the bucket has or had; none where a folder was given without a name, several
    /// where buckets were copied into one folder.
    pub buckets: Vec<String>,
}

/// Why an object or a listing could not be had. `NotFound` alone says that it is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GetError {
    /// It is not there, says a source that may list.
    NotFound,
    /// We are not allowed to look.
    Denied(String),
    /// We refuse to look: a symbolic link, a device, a key that is no path.
    Refused(String),
    /// Its bucket is not part of this source.
    Elsewhere(String),
    /// Reading failed.
    Io(String),
}

impl GetError {
    /// One stable word for reports.
    pub fn reason(&self) -> &'static str {
        match self {
            GetError::NotFound => "not-found",
            GetError::Denied(_) => "denied",
            GetError::Refused(_) => REFUSED,
            GetError::Elsewhere(_) => ELSEWHERE,
            GetError::Io(_) => "io",
        }
    }

    /// What happened, for a message.
    pub fn detail(&self) -> String {
        match self {
            GetError::NotFound => "it is not there".into(),
            GetError::Denied(why) => format!("access was denied ({why})"),
            GetError::Refused(why) => format!("refused: {why}"),
            GetError::Elsewhere(bucket) => {
                format!("bucket {bucket} is not part of what was given")
            }
            GetError::Io(why) => format!("reading failed ({why})"),
        }
    }
}

/// The user metadata that CloudTrail stores with a digest, as far as it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// The signature, in hex as written.
    pub signature: Option<String>,
    /// The signature's algorithm.
    pub signature_algorithm: Option<String>,
    /// When a backfill digest was generated, as written.
    pub backfill_generated: Option<String>,
    /// Why metadata that was kept is of no use, in words.
    pub trouble: Option<&'static str>,
}

/// An object opened for reading.
pub struct Object<'a> {
    /// Its bytes as stored, `Content-Encoding` never undone.
    pub body: Box<dyn Read + Send + 'a>,
    /// Its user metadata; all absent where a copy lost it or it was not asked for.
    pub metadata: Metadata,
    /// Size, entity tag and the like.
    pub facts: ObjectFacts,
}

/// What a listing shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed<'a> {
    /// An object with this key.
    Object(&'a str),
    /// Something that is there and is not looked at, and why.
    Refused(&'a str, &'static str),
}

/// Names one level below a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folders {
    /// The names, in order.
    pub names: Vec<String>,
    /// Whether these are all: a source may stop at a bound.
    pub whole: bool,
}

/// Read-only access to objects by key, in one or more roots. Implementations answer from any
/// thread, and answers never depend on their order.
pub trait Source: Sync {
    /// The roots to search.
    fn roots(&self) -> Vec<Root>;

    /// Names one level below `prefix` (empty, or closed by a slash) that hold further keys,
    /// without slashes, in order. Things refused are given to `refused` by name and reason.
    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        refused: &mut dyn FnMut(&str, &'static str),
    ) -> Result<Folders, GetError>;

    /// Every key under `prefix`, in the order of their bytes.
    fn list(
        &self,
        root: RootId,
        prefix: &str,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<(), GetError>;

    /// Opens an object; with its user metadata where `with_metadata`.
    fn get(&self, root: RootId, key: &str, with_metadata: bool) -> Result<Object<'_>, GetError>;

    /// What the store says of an object without reading it.
    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError>;
}
