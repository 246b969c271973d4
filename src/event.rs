//! Telling a caller what is going on, without drawing anything.

use crate::finding::Severity;
use crate::trail::ChainId;

/// What kind of object was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A digest.
    Digest,
    /// A backfill digest.
    Backfill,
    /// A log.
    Log,
}

/// One object that was judged.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The chain it belongs to.
    pub chain: &'a ChainId,
    /// What it is.
    pub kind: Kind,
    /// The bucket recorded for it, where it is known.
    pub bucket: Option<&'a str>,
    /// Its key.
    pub key: &'a str,
    /// The gravest thing found; `None` if it is in order.
    pub worst: Option<Severity>,
    /// Whether it was read, or only looked for.
    pub read: bool,
}

/// Receives progress. Within a chain the order is that of the walk, newest first; chains are told
/// one after another only with one chain at a time.
pub trait Observer: Sync {
    /// An object was judged.
    fn judged(&self, object: Judged<'_>);
}

/// An observer that does not look.
pub struct Silent;

impl Observer for Silent {
    fn judged(&self, _: Judged<'_>) {}
}
