//! Where objects come from. A source lists and reads; it never judges.

pub mod bucket;
pub mod cancellable;
pub mod disk;
pub mod identity;
pub mod key_files;
pub mod memory;
pub mod places;
pub mod presence;
pub mod trails;

use std::fmt;
use std::io::{self, Read};

use jiff::Timestamp;

use crate::proof::digest_object::MetadataProblem;
use crate::proof::finding::ObjectFacts;
use crate::proof::reason::Reason;

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
    /// Its whole bucket is not there.
    NoBucket(String),
    /// We are not allowed to look; what was refused, in words.
    Denied(String),
    /// It lies in a storage class that has to be restored first.
    Archived(String),
    /// It was asked for again and again, and put off every time.
    Throttled(String),
    /// Who we are is no longer accepted, so that nothing more can be read.
    Credentials(String),
    /// We were told to stop.
    Interrupted,
    /// We refuse to look: a symbolic link, a device, a key that is no path.
    Refused(String),
    /// Its bucket is not part of this source.
    Elsewhere(String),
    /// Reading failed.
    Io(String),
}

/// How a denial begins where it is for a key's sake, and not for the object's.
pub(crate) const KEY_DENIED: &str = "kms:Decrypt is missing or denied on the key that encrypts it";
/// The same for a key that is disabled, deleted or otherwise of no use.
pub(crate) const KEY_UNUSABLE: &str = "the key of its encryption cannot be used";

impl GetError {
    /// An answer that did not end.
    pub fn too_many_pages() -> Self {
        GetError::Io("an answer in too many pages".into())
    }

    /// Whether an object may be read and the key that encrypts it may not be used.
    pub fn is_of_key(&self) -> bool {
        let of_key = |why: &str| why.starts_with(KEY_DENIED) || why.starts_with(KEY_UNUSABLE);
        matches!(self, GetError::Denied(why) if of_key(why))
    }

    /// The same as a reason of a finding.
    pub fn reason(&self) -> Reason {
        match self {
            GetError::NotFound => Reason::NotFound,
            GetError::NoBucket(_) => Reason::NoSuchBucket,
            GetError::Denied(_) => Reason::Denied,
            GetError::Archived(_) => Reason::Archived,
            GetError::Throttled(_) => Reason::Throttled,
            GetError::Credentials(_) => Reason::Credentials,
            GetError::Interrupted => Reason::Interrupted,
            GetError::Refused(_) => Reason::Refused,
            GetError::Elsewhere(_) => Reason::Elsewhere,
            GetError::Io(_) => Reason::Io,
        }
    }

    /// What happened, for a message.
    pub fn detail(&self) -> String {
        match self {
            GetError::NotFound => "it is not there".into(),
            GetError::NoBucket(bucket) => format!("there is no bucket {bucket}"),
            GetError::Denied(why) => format!("access was denied ({why})"),
            GetError::Archived(class) => format!("it is archived ({class})"),
            GetError::Throttled(why) => format!("the service kept putting us off ({why})"),
            GetError::Credentials(why) => format!("the credentials were not accepted ({why})"),
            GetError::Interrupted => "the validation was interrupted".into(),
            GetError::Refused(why) => format!("refused: {why}"),
            GetError::Elsewhere(bucket) => {
                format!("bucket {bucket} is not part of what was given")
            }
            GetError::Io(why) => format!("reading failed ({why})"),
        }
    }

    /// Whether nothing else can be looked at either.
    pub fn ends_all(&self) -> bool {
        matches!(self, GetError::Credentials(_) | GetError::Interrupted)
    }

    /// What failed while a body was read.
    pub fn from_body(error: io::Error) -> GetError {
        match error.downcast::<GetError>() {
            Ok(error) => error,
            Err(error) => GetError::Io(error.kind().to_string()),
        }
    }
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail())
    }
}

impl std::error::Error for GetError {}

/// The user metadata that CloudTrail stores with a digest, as far as it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// The signature, in hex as written.
    pub signature: Option<String>,
    /// The signature's algorithm.
    pub signature_algorithm: Option<String>,
    /// When a backfill digest was generated, as written.
    pub backfill_generated: Option<String>,
    /// Why it is of no use, where there is some.
    pub trouble: Option<MetadataProblem>,
}

/// An object opened for reading.
pub struct SourceObject<'a> {
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
    /// An object with this key, and when the store says it was written, if it says so unasked.
    Object(&'a str, Option<Timestamp>),
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
    /// Requests that it took.
    pub requests: u64,
}

/// Part of a folder, by key: what comes after `after` and before `before`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Range {
    /// Keys come after this one; from the first where absent.
    pub after: Option<String>,
    /// Keys come before this one; to the last where absent.
    pub before: Option<String>,
}

impl Range {
    /// Whether a key lies in it.
    pub fn holds(&self, key: &str) -> bool {
        self.after.as_deref().is_none_or(|after| key > after)
            && self.before.as_deref().is_none_or(|before| key < before)
    }

    /// Whether a key in it may lie in a folder (closed by a slash).
    pub fn meets(&self, folder: &str) -> bool {
        let after = |after: &str| folder > after || after.starts_with(folder);
        self.after.as_deref().is_none_or(after)
            && self.before.as_deref().is_none_or(|before| folder < before)
    }
}

/// Read-only access to objects by key, in one or more roots. Implementations answer from any
/// thread, and answers never depend on their order.
pub trait Source: Sync {
    /// The roots to search.
    fn roots(&self) -> Vec<Root>;

    /// Opens a further bucket by its name, where the source can; the same one for the same name.
    fn open(&self, _bucket: &str) -> Option<RootId> {
        None
    }

    /// How many objects are best read at the same time so that every core is busy, by what is known by
    /// now; 0 where that is not for the source to say.
    fn best_at_once(&self) -> usize {
        0
    }

    /// Names one level below `prefix` (empty, or closed by a slash) that hold further keys,
    /// without slashes, in order. Things refused are given to `refused` by name and reason.
    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        refused: &mut dyn FnMut(&str, &'static str),
    ) -> Result<Folders, GetError>;

    /// Whether a folder that was named holds any key: on disk empty ones are named as well.
    fn holds_any(&self, _root: RootId, _folder: &str) -> bool {
        true
    }

    /// Every key under `prefix` and within `range`, in the order of their bytes. Gives the number of
    /// requests that it took.
    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError>;

    /// Opens an object; with its user metadata where `with_metadata`.
    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError>;

    /// What the store says of an object without reading it.
    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError>;
}
