//! The settings of a bucket, and of an object apart from its bytes. A validation needs none of them;
//! `doctor` uses them to check whether one will work, and how well the bucket protects its objects.

use super::{GetError, RootId};
use crate::cloudtrail::ids::Region;

/// Whether a bucket may have this name. It may come from a signed file, which may hold anything, and only valid
/// names are requested (S3 user guide, "General purpose bucket naming rules").
pub fn is_bucket_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    (3..=63).contains(&name.len()) && name.bytes().all(plain)
}

/// The answer to HeadBucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Whether the bucket exists and may be listed.
    pub answer: Result<(), GetError>,
    /// How many seconds the local clock is ahead of the clock of AWS; negative if it is behind.
    pub ahead: Option<i64>,
}

/// How one object is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectStorage {
    /// Its storage class.
    pub class: String,
    /// Whether it must be restored before it can be read.
    pub archived: bool,
    /// How it is encrypted, with the KMS key if there is one.
    pub encryption: Option<String>,
    /// Whether its metadata has a signature.
    pub signed: bool,
}

/// Whether a bucket keeps versions of objects that are deleted or overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioning {
    /// It keeps them.
    Enabled,
    /// It kept them in the past.
    Suspended,
    /// It has never kept them.
    Never,
}

/// Whether Object Lock protects a bucket's objects from deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lock {
    /// Object Lock is off.
    Absent,
    /// It is on without a default: only objects with a retention of their own are protected.
    WithoutDefault,
    /// It protects every new object; the mode, and for how long.
    Default(String),
}

/// Read-only access to the properties of buckets, from any thread.
pub trait Buckets: Sync {
    /// Whether the bucket can be reached.
    fn reach(&self, root: RootId) -> Reached;

    /// The region that requests go to; the bucket's own once it was reached.
    fn region(&self, root: RootId) -> Option<Region>;

    /// The first keys below a prefix, at most `most`.
    ///
    /// # Errors
    /// Why the bucket could not be listed.
    fn first(&self, root: RootId, prefix: &str, most: usize) -> Result<Vec<String>, GetError>;

    /// How one object is stored.
    ///
    /// # Errors
    /// Why it could not be looked up.
    fn stored(&self, root: RootId, key: &str) -> Result<ObjectStorage, GetError>;

    /// Whether it keeps versions.
    ///
    /// # Errors
    /// Why it could not be looked up.
    fn versioning(&self, root: RootId) -> Result<Versioning, GetError>;

    /// Whether Object Lock protects its objects.
    ///
    /// # Errors
    /// Why it could not be looked up.
    fn lock(&self, root: RootId) -> Result<Lock, GetError>;

    /// Its default encryption, in words.
    ///
    /// # Errors
    /// Why it could not be looked up.
    fn encryption(&self, root: RootId) -> Result<String, GetError>;
}
