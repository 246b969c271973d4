//! What a store says of a bucket itself, and of an object beyond its bytes. None of it is needed to
//! validate; it tells whether a validation will work, and how well what is there is kept.

use super::{GetError, RootId};
use crate::cloudtrail::ids::Region;

/// What asking for a bucket gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Whether it is there and may be listed.
    pub answer: Result<(), GetError>,
    /// How many seconds the local clock is ahead of the clock that answered.
    pub ahead: Option<i64>,
}

/// What the store says of one object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectStorage {
    /// Its storage class.
    pub class: String,
    /// Whether it has to be restored before it can be read.
    pub archived: bool,
    /// How it is encrypted, with the key where there is one of its own.
    pub encryption: Option<String>,
    /// Whether its metadata has a signature.
    pub signed: bool,
}

/// Whether a bucket keeps what is deleted or overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioning {
    /// It does.
    Enabled,
    /// It did once.
    Suspended,
    /// It never did.
    Never,
}

/// Whether a bucket protects its objects from being deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lock {
    /// It does not.
    Absent,
    /// Object by object only.
    WithoutDefault,
    /// Every new object: how, and for how long.
    Default(String),
}

/// Read-only access to what a store says of buckets.
pub trait Buckets: Sync {
    /// Asks for the bucket itself.
    fn reach(&self, root: RootId) -> Reached;

    /// The region it is asked for in, which is its own once it was reached.
    fn region(&self, root: RootId) -> Option<Region>;

    /// The first keys under a prefix, at most `most` of them.
    ///
    /// # Errors
    /// Why it could not be listed.
    fn first(&self, root: RootId, prefix: &str, most: usize) -> Result<Vec<String>, GetError>;

    /// What is said of one object.
    ///
    /// # Errors
    /// Why it could not be asked for.
    fn stored(&self, root: RootId, key: &str) -> Result<ObjectStorage, GetError>;

    /// Whether it keeps what is deleted or overwritten.
    ///
    /// # Errors
    /// Why it could not be asked for.
    fn versioning(&self, root: RootId) -> Result<Versioning, GetError>;

    /// Whether it protects its objects from being deleted.
    ///
    /// # Errors
    /// Why it could not be asked for.
    fn lock(&self, root: RootId) -> Result<Lock, GetError>;

    /// How it encrypts what is written without another wish, in words.
    ///
    /// # Errors
    /// Why it could not be asked for.
    fn encryption(&self, root: RootId) -> Result<String, GetError>;
}
