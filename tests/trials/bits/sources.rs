//! The trail as a copy without metadata, and what ListPublicKeys answers about its region.

use jiff::SignedDuration;
use trailproof::cloudtrail::answers::{CompleteAnswer, ListedKey};
use trailproof::source::keys::TimeRange;
use trailproof::{
    Folders, GetError, KeyOrigin, Listed, MemorySource, ObjectFacts, PublicKeyApi, Range, Region,
    Root, RootId, Source, SourceObject,
};

use super::scene::{REGION, Scene};
use crate::support::forge::PublishedKey;
use crate::support::forge::text::md5_hex;

/// A place within the modulus of a key, far from its ends.
const IN_MODULUS: usize = 100;

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
    /// A key as ListPublicKeys returns it. The forge signs with the same keys again and again, and AWS does not:
    /// those of other times have other numbers.
    pub fn listed(&self, key: PublishedKey) -> ListedKey {
        let mut der = self.world.keys.value_der(REGION, key.index);
        if !self.is_of_its_time(key) {
            let turn = key.valid_from.as_second().to_be_bytes();
            der[IN_MODULUS..][..turn.len()].copy_from_slice(&turn);
        }
        ListedKey {
            fingerprint: Some(md5_hex(&der)),
            der: Some(der),
            valid: Some((key.valid_from, key.valid_to)),
        }
    }

    /// Whether a key is the one that signed at the time of the trail, and not the same one at another time.
    pub fn is_of_its_time(&self, key: PublishedKey) -> bool {
        let apart = key.valid_from.duration_since(self.keys[0].valid_from);
        apart.abs() < SignedDuration::from_hours(24 * 40)
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
