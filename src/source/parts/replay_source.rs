//! Parts as a source: they answer each question as the source of a shard answered it.
//!
//! A question that no shard asked, or whose answer is in a part that is absent or broken, is answered with
//! [`GetError::NotInParts`]. That never says that an object does not exist.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::de::DeserializeOwned;

use super::PartSet;
use super::answer::{
    NO_ANSWER, StoredError, StoredObject, StoredOpening, StoredRoots, StoredSetting, decode,
    decode_answer, outage_of,
};
use super::lookup::PartLookup;
use super::question::{ReadWith, RootName, SourceQuestion};
use super::replay_listing::{folders, keys};
use crate::proof::finding::ObjectFacts;
use crate::source::bucket_record::SettingState;
use crate::source::{
    Folders, GetError, Listed, Outage, Range, Root, RootId, Source, SourceObject, Versions,
};

/// The answers of the sources of all shards.
pub struct ReplaySource {
    lookup: PartLookup,
    given: Vec<Root>,
    is_copy: bool,
    /// The buckets that were opened, in their order: their numbers follow those of the given roots.
    opened: Mutex<Vec<String>>,
}

impl ReplaySource {
    /// What the parts answer. Without a part there is nothing to read.
    pub fn new(parts: Arc<PartSet>) -> Self {
        let lookup = PartLookup::new(parts);
        let roots = lookup.any(&SourceQuestion::Roots.bytes());
        let roots: Result<StoredRoots, _> = roots.and_then(|roots| decode(&roots));
        ReplaySource {
            given: roots
                .as_ref()
                .map_or_else(|_| Vec::new(), StoredRoots::roots),
            is_copy: roots.is_ok_and(|roots| roots.is_copy),
            lookup,
            opened: Mutex::default(),
        }
    }

    /// The first number that no given root has.
    fn first_opened(&self) -> usize {
        let last = self.given.iter().map(|root| root.id.0).max();
        last.map_or(0, |last| last.saturating_add(1))
    }

    fn opened(&self) -> MutexGuard<'_, Vec<String>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name(&self, root: RootId) -> Result<RootName, GetError> {
        if self.given.iter().any(|given| given.id == root) {
            return Ok(RootName::Given(root.0 as u64));
        }
        let at = root.0.checked_sub(self.first_opened());
        let bucket = at.and_then(|at| self.opened().get(at).cloned());
        bucket.map(RootName::Opened).ok_or(GetError::NotFound)
    }

    /// The bytes of the answer to a question about a key or prefix.
    fn bytes(
        &self,
        (root, path): (RootId, &str),
        question: impl FnOnce(&RootName) -> Vec<u8>,
    ) -> Result<Vec<u8>, GetError> {
        let name = self.name(root)?;
        self.lookup.about(path, &question(&name))
    }

    fn answer<T: DeserializeOwned>(
        &self,
        place: (RootId, &str),
        question: impl FnOnce(&RootName) -> Vec<u8>,
    ) -> Result<T, GetError> {
        decode_answer(&self.bytes(place, question)?)
    }

    /// The answer of a source that may not answer such questions.
    fn optional<T>(
        &self,
        place: (RootId, &str),
        question: impl FnOnce(&RootName) -> Vec<u8>,
        read: impl FnOnce(&[u8]) -> Result<T, GetError>,
    ) -> Option<Result<T, GetError>> {
        match self.bytes(place, question) {
            Ok(bytes) if bytes == NO_ANSWER => None,
            bytes => Some(bytes.and_then(|bytes| read(&bytes))),
        }
    }

    fn object(&self, bytes: &[u8]) -> Result<SourceObject<'_>, GetError> {
        let StoredObject {
            metadata,
            facts,
            head,
            doubt,
            body,
            end,
        } = decode_answer(bytes)?;
        let head = head.map(|head| serde_json::from_str(&head));
        let end = end.map(StoredError::into_error);
        Ok(SourceObject {
            body: Box::new(body.read(self.lookup.parts(), end)),
            metadata,
            facts,
            head: head.transpose().map_err(|_| GetError::NotInParts(None))?,
            doubt: doubt.map(StoredError::into_error),
        })
    }
}

impl Source for ReplaySource {
    fn roots(&self) -> Vec<Root> {
        self.given.clone()
    }

    /// A bucket that no shard opened is one whose objects no part holds.
    fn open(&self, bucket: &str) -> Option<RootId> {
        let stored = self.lookup.any(&SourceQuestion::Open(bucket).bytes());
        match stored.and_then(|stored| decode(&stored)) {
            Ok(StoredOpening::NotOfSource) => return None,
            Ok(StoredOpening::Given(number)) => return Some(RootId(number as usize)),
            Ok(StoredOpening::Opened) | Err(_) => {}
        }
        let mut opened = self.opened();
        let known = opened.iter().position(|name| name == bucket);
        let at = known.unwrap_or_else(|| {
            opened.push(bucket.to_owned());
            opened.len() - 1
        });
        Some(RootId(self.first_opened().saturating_add(at)))
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        folders(&self.lookup, (&self.name(root)?, prefix), other)
    }

    fn holds_any(&self, root: RootId, folder: &str) -> bool {
        let question = |name: &RootName| SourceQuestion::HoldsAny(name, folder).bytes();
        self.answer((root, folder), question).unwrap_or(true)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        keys(&self.lookup, (&self.name(root)?, prefix, range), visit)?;
        Ok(0)
    }

    fn look_up(&self, root: RootId, key: &str) -> Option<Result<Option<u64>, GetError>> {
        let question = |name: &RootName| SourceQuestion::LookUp(name, key).bytes();
        self.answer((root, key), question).map_or_else(
            |error| {
                let no_such = |name: &RootName| SourceQuestion::LooksUpNothing(name).bytes();
                let looks_up = self.bytes((root, ""), no_such).is_err();
                looks_up.then_some(Err(error))
            },
            |size| Some(Ok(size)),
        )
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        let with = |with: ReadWith| {
            let question = |name: &RootName| SourceQuestion::Get(name, key, with).bytes();
            self.bytes((root, key), question)
        };
        let exact = with(with_metadata.into());
        // An answer with more than was asked for is an answer.
        let bytes = exact.or_else(|error| match with_metadata {
            true => Err(error),
            false => with(ReadWith::Metadata),
        });
        self.object(&bytes?)
    }

    fn get_again(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        let with = ReadWith::from(with_metadata);
        let question = |name: &RootName| SourceQuestion::GetAgain(name, key, with).bytes();
        self.optional((root, key), question, |bytes| self.object(bytes))
    }

    fn versions(&self, root: RootId, key: &str) -> Option<Result<Versions, GetError>> {
        let question = |name: &RootName| SourceQuestion::Versions(name, key).bytes();
        self.optional((root, key), question, decode_answer)
    }

    fn get_version(
        &self,
        root: RootId,
        key: &str,
        version_id: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        let with = ReadWith::from(with_metadata);
        let question =
            |name: &RootName| SourceQuestion::GetVersion(name, key, version_id, with).bytes();
        self.optional((root, key), question, |bytes| self.object(bytes))
    }

    fn lifecycle(&self, root: RootId) -> Option<SettingState> {
        let question = |name: &RootName| SourceQuestion::Lifecycle(name).bytes();
        let state = self.optional((root, ""), question, |bytes| {
            decode_answer::<StoredSetting>(bytes)?.into_state()
        })?;
        Some(state.unwrap_or_else(|error| SettingState::from(Err(error))))
    }

    fn changed(&self) -> Option<String> {
        let question = SourceQuestion::Changed.bytes();
        let mut changed = self.lookup.each("", &question);
        changed.find_map(|(_, stored)| decode(&stored).ok())
    }

    fn outages(&self) -> Vec<(RootId, Outage)> {
        let mut all: BTreeMap<RootId, Outage> = BTreeMap::new();
        let question = SourceQuestion::Outages.bytes();
        for (_, stored) in self.lookup.each("", &question) {
            let outages: Vec<(RootName, [u64; 3])> = decode(&stored).unwrap_or_default();
            for (name, numbers) in outages {
                let root = match name {
                    RootName::Given(number) => Some(RootId(number as usize)),
                    RootName::Opened(bucket) => self.open(&bucket),
                };
                let Some(root) = root else { continue };
                let (sum, one) = (all.entry(root).or_default(), outage_of(numbers));
                sum.in_row = sum.in_row.max(one.in_row);
                sum.seconds = sum.seconds.saturating_add(one.seconds);
                sum.not_asked = sum.not_asked.saturating_add(one.not_asked);
            }
        }
        all.into_iter().collect()
    }

    fn is_copy(&self) -> bool {
        self.is_copy
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        let question = |name: &RootName| SourceQuestion::Stat(name, key).bytes();
        self.answer((root, key), question)
    }
}
