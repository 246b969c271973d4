//! The trail as a copy without metadata, and what ListPublicKeys answers about its region.

use trailproof::cloudtrail::answers::{CompleteAnswer, ListedKey};
use trailproof::source::keys::TimeRange;
use trailproof::{
    Folders, GetError, KeyOrigin, Listed, MemorySource, ObjectFacts, PublicKeyApi, Range, Region,
    Root, RootId, Source, SourceObject,
};

use super::scene::{REGION, Scene};
use crate::support::forge::PublishedKey;

/// A copy of buckets on disk: it has no metadata.
#[derive(Clone)]
pub struct PlainCopy(pub MemorySource);

impl Source for PlainCopy {
    fn roots(&self) -> Vec<Root> {
        self.0.roots()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        self.0.folders(root, prefix, other)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        self.0.list(root, prefix, range, visit)
    }

    fn get(&self, root: RootId, key: &str, _: bool) -> Result<SourceObject<'_>, GetError> {
        self.0.get(root, key, false)
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.0.stat(root, key)
    }

    fn is_copy(&self) -> bool {
        true
    }
}

/// ListPublicKeys in the region of the trail.
pub struct ListedKeys<'s> {
    pub scene: &'s Scene,
    /// What it answers instead of one of the two keys.
    pub edited: Option<(usize, ListedKey)>,
}

impl Scene {
    /// A key as ListPublicKeys returns it.
    pub fn listed(&self, key: PublishedKey) -> ListedKey {
        let keys = &self.world.keys;
        ListedKey {
            der: Some(keys.value_der(REGION, key.index)),
            valid: Some((key.valid_from, key.valid_to)),
            fingerprint: Some(keys.fingerprint(REGION, key.index)),
        }
    }
}

impl PublicKeyApi for ListedKeys<'_> {
    fn list(
        &self,
        _: &Region,
        (from, to): TimeRange,
        _: bool,
    ) -> Result<CompleteAnswer<ListedKey>, GetError> {
        let keys = &self.scene.world.keys;
        let items = keys.published(REGION, from, to).into_iter().map(|key| {
            let edited = self.edited.as_ref();
            let edited = edited.filter(|(at, _)| self.scene.keys[*at] == key);
            edited.map_or_else(|| self.scene.listed(key), |(_, edited)| edited.clone())
        });
        Ok(CompleteAnswer {
            items: items.collect(),
            is_complete: true,
        })
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::Aws
    }

    fn requests(&self) -> u64 {
        0
    }
}
