//! A world in memory whose listings show when objects were written, as those of S3 do. It keeps what was requested.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use jiff::Timestamp;
use trailproof::source::{
    Folders, GetError, Listed, ListedFacts, Range, Root, RootId, Source, SourceObject,
};
use trailproof::{MemorySource, ObjectFacts};

use crate::library::source;
use crate::support::forge::World;

/// A world of one bucket, as it is at some time.
pub struct DatedSource {
    objects: MemorySource,
    written: BTreeMap<String, Timestamp>,
    /// The folders whose keys were listed.
    listed: Mutex<Vec<String>>,
    /// The keys of the objects that were read.
    read: Mutex<Vec<String>>,
    /// The folder whose first listing fails.
    denied: Option<String>,
}

impl DatedSource {
    /// The world as it was at some time.
    pub fn at(world: &World, time: Timestamp) -> Self {
        let then = world.as_of(time);
        let objects = then.buckets.values().flatten();
        DatedSource {
            objects: source(&then),
            written: objects
                .map(|(key, object)| (key.clone(), object.last_modified))
                .collect(),
            listed: Mutex::default(),
            read: Mutex::default(),
            denied: None,
        }
    }

    /// Makes the first listing of a folder fail.
    pub fn deny_once(self, folder: &str) -> Self {
        DatedSource {
            denied: Some(folder.to_owned()),
            ..self
        }
    }

    /// The folders whose keys were listed, in order.
    pub fn listed(&self) -> Vec<String> {
        lock(&self.listed).clone()
    }

    /// The keys of the objects that were read, in order.
    pub fn read(&self) -> Vec<String> {
        lock(&self.read).clone()
    }
}

fn lock(keys: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    keys.lock().expect("no thread panicked")
}

impl Source for DatedSource {
    fn roots(&self) -> Vec<Root> {
        self.objects.roots()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        self.objects.folders(root, prefix, other)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let mut listed = lock(&self.listed);
        let is_first = !listed.iter().any(|folder| folder == prefix);
        listed.push(prefix.to_owned());
        drop(listed);
        if is_first && self.denied.as_deref() == Some(prefix) {
            return Err(GetError::Io("no answer".into()));
        }
        self.objects
            .list(root, prefix, range, &mut |entry| match entry {
                Listed::Object(key, facts) => {
                    let modified = self.written.get(key).copied();
                    visit(Listed::Object(key, ListedFacts { modified, ..facts }));
                }
                other => visit(other),
            })
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        lock(&self.read).push(key.to_owned());
        self.objects.get(root, key, with_metadata)
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.objects.stat(root, key)
    }
}
