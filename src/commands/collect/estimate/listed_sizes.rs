//! A source that keeps the sizes that its listings show, and reads no object.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::proof::finding::ObjectFacts;
use crate::source::{Folders, GetError, Listed, Range, Root, RootId, Source, SourceObject};

/// A source that is only listed.
pub(super) struct ListedSizes<'s> {
    source: &'s dyn Source,
    /// The sizes of the objects that were listed, if shown.
    sizes: Mutex<HashMap<(RootId, Box<str>), u64>>,
}

impl<'s> ListedSizes<'s> {
    pub fn new(source: &'s dyn Source) -> Self {
        ListedSizes {
            source,
            sizes: Mutex::default(),
        }
    }

    /// The size of an object that was listed, if the listing showed it.
    pub fn size(&self, root: RootId, key: &str) -> Option<u64> {
        let sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.get(&(root, key.into())).copied()
    }
}

/// The error of an object that would be read.
fn not_read() -> GetError {
    GetError::Refused("an estimate reads no object".into())
}

impl Source for ListedSizes<'_> {
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
            if let Listed::Object(key, facts) = listed
                && let Some(size) = facts.size
            {
                let mut sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
                sizes.insert((root, key.into()), size);
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
