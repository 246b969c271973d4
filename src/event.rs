//! Telling a caller what is going on, without drawing anything.

use jiff::Timestamp;

use crate::finding::{Code, Finding, Severity};
use crate::trail::{ChainId, Window};

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
    /// Its code.
    pub code: Option<Code>,
    /// Whether it was read, or only looked for.
    pub read: bool,
    /// What was found on a log.
    pub finding: Option<&'a Finding>,
    /// The end of the interval of a digest, or of the one that names a log.
    pub end: Timestamp,
    /// The interval of a proven digest, and whether it is a starting digest.
    pub proven: Option<(Window, bool)>,
    /// The bucket and key of the digest that names a log.
    pub digest: Option<(&'a str, &'a str)>,
    /// It only touches the window, so it counts in nothing: told where the request asks for that.
    pub touches: bool,
}

/// Receives progress. Within a chain the order is that of the walk, newest first; chains are told
/// one after another only with one chain at a time.
pub trait Observer: Sync {
    /// An object was judged.
    fn judged(&self, object: Judged<'_>);
}

/// Several observers, each told of everything.
pub struct All<'a>(pub Vec<&'a dyn Observer>);

impl Observer for All<'_> {
    fn judged(&self, object: Judged<'_>) {
        self.0.iter().for_each(|observer| observer.judged(object));
    }
}

/// An observer that does not look.
pub struct Silent;

impl Observer for Silent {
    fn judged(&self, _: Judged<'_>) {}
}
