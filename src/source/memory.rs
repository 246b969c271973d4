//! Buckets in memory, with injected faults: for tests, and for users of the library who have the objects
//! already.

use std::collections::BTreeMap;

use super::{
    Folders, GetError, Listed, ListedFacts, Metadata, Range, Root, RootId, Source, SourceObject,
};
use crate::proof::finding::ObjectFacts;

/// An object in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryObject {
    /// Its bytes as stored, compressed.
    pub body: Vec<u8>,
    /// Its user metadata.
    pub metadata: Metadata,
    /// Its entity tag and the like; `size` is always that of the body.
    pub facts: ObjectFacts,
}

/// Buckets in memory, in the order of their names.
#[derive(Debug, Clone, Default)]
pub struct MemorySource {
    buckets: BTreeMap<String, BTreeMap<String, MemoryObject>>,
    faults: BTreeMap<(String, String), GetError>,
}

impl MemorySource {
    /// Stores an object; one with the same key is replaced.
    pub fn put(&mut self, bucket: &str, key: &str, object: MemoryObject) {
        self.buckets
            .entry(bucket.into())
            .or_default()
            .insert(key.into(), object);
    }

    /// Makes every later `get` and `stat` of a key fail, whether the object exists or not. Listings do not
    /// change.
    pub fn fault(&mut self, bucket: &str, key: &str, error: GetError) {
        self.faults.insert((bucket.into(), key.into()), error);
    }

    fn bucket(&self, root: RootId) -> Result<(&String, &BTreeMap<String, MemoryObject>), GetError> {
        self.buckets.iter().nth(root.0).ok_or(GetError::NotFound)
    }

    fn object(&self, root: RootId, key: &str) -> Result<(&MemoryObject, ObjectFacts), GetError> {
        let (name, bucket) = self.bucket(root)?;
        if let Some(fault) = self.faults.get(&(name.clone(), key.to_owned())) {
            return Err(fault.clone());
        }
        let object = bucket.get(key).ok_or(GetError::NotFound)?;
        let size = Some(object.body.len() as u64);
        Ok((
            object,
            ObjectFacts {
                size,
                ..object.facts.clone()
            },
        ))
    }
}

fn facts_of(object: &MemoryObject) -> ListedFacts {
    ListedFacts {
        modified: None,
        size: Some(object.body.len() as u64),
    }
}

impl Source for MemorySource {
    fn roots(&self) -> Vec<Root> {
        let root = |(i, name): (usize, &String)| Root {
            id: RootId(i),
            buckets: vec![name.clone()],
        };
        self.buckets.keys().enumerate().map(root).collect()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        let (_, bucket) = self.bucket(root)?;
        let mut names: Vec<String> = Vec::new();
        for (key, object) in bucket
            .range(prefix.to_owned()..)
            .take_while(|(k, _)| k.starts_with(prefix))
        {
            match key[prefix.len()..].split_once('/') {
                Some((name, _)) if names.last().is_none_or(|last| last != name) => {
                    names.push(name.into());
                }
                Some(_) => {}
                None => other(Listed::Object(key, facts_of(object))),
            }
        }
        Ok(Folders {
            names,
            complete: true,
            requests: 1,
        })
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let (_, bucket) = self.bucket(root)?;
        for (key, object) in bucket
            .range(prefix.to_owned()..)
            .take_while(|(k, _)| k.starts_with(prefix))
            .filter(|(k, _)| range.holds(k))
        {
            visit(Listed::Object(key, facts_of(object)));
        }
        Ok(1)
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        let (object, facts) = self.object(root, key)?;
        let metadata = if with_metadata {
            object.metadata.clone()
        } else {
            Metadata::default()
        };
        Ok(SourceObject {
            doubt: None,
            body: Box::new(object.body.as_slice()),
            metadata,
            facts,
            head: None,
        })
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.object(root, key).map(|(_, facts)| facts)
    }
}
