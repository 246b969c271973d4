//! A source of which digests are only listed, and their bytes counted.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::proof::finding::ObjectFacts;
use crate::source::{Folders, GetError, Listed, Range, Root, RootId, Source, SourceObject};

/// A source that counts what it lists, and reads no object.
pub(super) struct CountedDigests<'s> {
    source: &'s dyn Source,
    /// The objects whose size a listing showed.
    objects: AtomicU64,
    /// Their bytes.
    bytes: AtomicU64,
}

impl<'s> CountedDigests<'s> {
    pub fn new(source: &'s dyn Source) -> Self {
        CountedDigests {
            source,
            objects: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// The bytes of so many digests, by the mean of those that were listed.
    pub fn bytes_of(&self, digests: u64) -> u64 {
        let bytes = u128::from(self.bytes.load(Ordering::Relaxed)) * u128::from(digests);
        let objects = u128::from(self.objects.load(Ordering::Relaxed)).max(1);
        u64::try_from(bytes / objects).unwrap_or(u64::MAX)
    }
}

/// The error of an object that would be read.
fn not_read() -> GetError {
    GetError::Refused("a plan reads no object".into())
}

impl Source for CountedDigests<'_> {
    fn roots(&self) -> Vec<Root> {
        self.source.roots()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        self.source.folders(root, prefix, other)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        self.source.list(root, prefix, range, &mut |listed| {
            if let Listed::Object(_, facts) = listed
                && let Some(size) = facts.size
            {
                self.objects.fetch_add(1, Ordering::Relaxed);
                self.bytes.fetch_add(size, Ordering::Relaxed);
            }
            visit(listed);
        })
    }

    fn get(&self, _: RootId, _: &str, _: bool) -> Result<SourceObject<'_>, GetError> {
        Err(not_read())
    }

    fn stat(&self, _: RootId, _: &str) -> Result<ObjectFacts, GetError> {
        Err(not_read())
    }
}
