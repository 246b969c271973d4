//! A source whose answers are recorded.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Serialize;

use super::AnswerSink;
use super::answer::{
    NO_ANSWER, StoredListingEnd, StoredOpening, StoredRoots, StoredSetting, encode, numbers_of,
};
use super::question::{ReadWith, RootName, SourceQuestion};
use super::record_body::recorded;
use super::record_listing::ListedEntries;
use super::source_answers::SourceAnswers;
use crate::cloudtrail::ids::{AccountId, Region};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, account_and_region};
use crate::proof::finding::ObjectFacts;
use crate::source::bucket_record::SettingState;
use crate::source::{
    Folders, GetError, Listed, Outage, Range, Root, RootId, Source, SourceObject, Versions,
};

/// Whether the answers about an account and region are left out: the part of another shard holds them.
pub type SkippedGroups<'s> = dyn Fn(&AccountId, &Region) -> bool + Sync + 's;

/// A source whose answers are recorded in a part.
pub struct RecordSource<'s> {
    source: &'s dyn Source,
    sink: &'s dyn AnswerSink,
    skip: &'s SkippedGroups<'s>,
    /// The roots that were given, by number, and those that were opened since.
    names: Mutex<BTreeMap<RootId, RootName>>,
    /// The ranges of which everything below a prefix was listed.
    listed: Mutex<BTreeMap<(RootName, String), Vec<Range>>>,
    /// The error after which nothing else can be read.
    ended: OnceLock<GetError>,
}

impl<'s> RecordSource<'s> {
    /// Records what `source` answers, except about the digests of groups of which `skip` is true.
    pub fn new(
        source: &'s dyn Source,
        sink: &'s dyn AnswerSink,
        skip: &'s SkippedGroups<'s>,
    ) -> Self {
        let roots = source.roots();
        let stored = StoredRoots::of(&roots, source.is_copy());
        if let Some(stored) = encode(&stored) {
            sink.put(&SourceQuestion::Roots.bytes(), &stored);
        }
        let name = |root: &Root| (root.id, RootName::Given(root.id.0 as u64));
        RecordSource {
            source,
            sink,
            skip,
            names: Mutex::new(roots.iter().map(name).collect()),
            listed: Mutex::default(),
            ended: OnceLock::new(),
        }
    }

    /// The error after which nothing else could be read, if there was one. Then the part lacks answers: it is not
    /// to be used.
    pub fn ended(&self) -> Option<&GetError> {
        self.ended.get()
    }

    fn answers(&self) -> SourceAnswers<'_> {
        SourceAnswers {
            sink: self.sink,
            ended: &self.ended,
        }
    }

    /// The name of a root, if answers about this key or prefix are recorded.
    fn name(&self, root: RootId, path: &str) -> Option<RootName> {
        // What was looked up about a log is recorded: only its own shard asks for it.
        let is_of_digests = path.split('/').any(|folder| folder == DIGEST_FOLDER);
        let group = account_and_region(path).filter(|_| is_of_digests);
        let is_skipped = group.is_some_and(|(account, region)| (self.skip)(&account, &region));
        let name = || locked(&self.names).get(&root).cloned();
        (!is_skipped).then(name).flatten()
    }

    /// Records an answer about a key or prefix.
    fn put<T: Serialize>(
        &self,
        (root, path): (RootId, &str),
        question: impl FnOnce(&RootName) -> Vec<u8>,
        answer: &Result<T, GetError>,
    ) {
        match (self.name(root, path), answer) {
            (Some(name), answer) => self.answers().put(&question(&name), answer),
            // The end of a run is noticed all the same.
            (None, Err(error)) => _ = self.answers().is_answer(error),
            (None, Ok(_)) => {}
        }
    }

    /// Records that the source does not answer such a question.
    fn put_none(&self, (root, path): (RootId, &str), question: impl FnOnce(&RootName) -> Vec<u8>) {
        if let Some(name) = self.name(root, path) {
            self.sink.put(&question(&name), NO_ANSWER);
        }
    }

    /// Records the answer to the request for an object.
    fn object<'a>(
        &'a self,
        (root, path): (RootId, &str),
        question: impl FnOnce(&RootName) -> Vec<u8>,
        answer: Result<SourceObject<'a>, GetError>,
    ) -> Result<SourceObject<'a>, GetError> {
        match self.name(root, path) {
            Some(name) => recorded(self.answers(), question(&name), answer),
            None => answer.inspect_err(|error| _ = self.answers().is_answer(error)),
        }
    }

    /// Lists by `list`, and records the listing.
    fn listed<T>(
        &self,
        place: (RootId, &str),
        question: impl FnOnce(&RootName) -> Vec<u8>,
        visit: &mut dyn FnMut(Listed<'_>),
        list: impl FnOnce(&mut dyn FnMut(Listed<'_>)) -> Result<T, GetError>,
        end: impl FnOnce(&T) -> StoredListingEnd,
    ) -> Result<T, GetError> {
        self.sink.check()?;
        let Some(name) = self.name(place.0, place.1) else {
            return list(visit).inspect_err(|error| _ = self.answers().is_answer(error));
        };
        let mut entries = ListedEntries::new(self.answers());
        let answer = list(&mut |listed| {
            entries.add(&listed);
            visit(listed);
        });
        if let Some(stored) = entries.finish(answer.as_ref().map(end)) {
            self.sink.put(&question(&name), &stored);
        }
        answer
    }

    /// Records that everything below a prefix and in a range was listed.
    fn put_range(&self, root: RootId, prefix: &str, range: &Range) {
        let Some(name) = self.name(root, prefix) else {
            return;
        };
        let mut listed = locked(&self.listed);
        let ranges = listed.entry((name.clone(), prefix.to_owned())).or_default();
        if ranges.contains(range) {
            return;
        }
        let number = ranges.len() as u32;
        ranges.push(range.clone());
        if let Some(range) = encode(range) {
            let question = SourceQuestion::ListedRange(&name, prefix, number);
            self.sink.put(&question.bytes(), &range);
        }
    }
}

impl Source for RecordSource<'_> {
    fn roots(&self) -> Vec<Root> {
        self.source.roots()
    }

    fn open(&self, bucket: &str) -> Option<RootId> {
        let opened = self.source.open(bucket);
        let stored = match opened {
            None => StoredOpening::NotOfSource,
            Some(id) => {
                let mut names = locked(&self.names);
                let name = names.entry(id);
                match name.or_insert_with(|| RootName::Opened(bucket.to_owned())) {
                    RootName::Given(number) => StoredOpening::Given(*number),
                    RootName::Opened(_) => StoredOpening::Opened,
                }
            }
        };
        if let Some(stored) = encode(&stored) {
            let question = SourceQuestion::Open(bucket).bytes();
            self.sink.put(&question, &stored);
        }
        opened
    }

    fn best_at_once(&self) -> usize {
        self.source.best_at_once()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        let question = |name: &RootName| SourceQuestion::Folders(name, prefix).bytes();
        let list = |other: &mut dyn FnMut(Listed<'_>)| self.source.folders(root, prefix, other);
        let end = |folders: &Folders| StoredListingEnd::Folders {
            names: folders.names.clone(),
            complete: folders.complete,
        };
        self.listed((root, prefix), question, other, list, end)
    }

    fn holds_any(&self, root: RootId, folder: &str) -> bool {
        let answer = self.source.holds_any(root, folder);
        let question = |name: &RootName| SourceQuestion::HoldsAny(name, folder).bytes();
        self.put((root, folder), question, &Ok(answer));
        answer
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let question = |name: &RootName| SourceQuestion::List(name, prefix, range).bytes();
        let list = |visit: &mut dyn FnMut(Listed<'_>)| self.source.list(root, prefix, range, visit);
        let answer = self.listed((root, prefix), question, visit, list, |_| {
            StoredListingEnd::Keys
        });
        if matches!(answer, Ok(_) | Err(GetError::NotFound)) {
            self.put_range(root, prefix, range);
        }
        answer
    }

    fn look_up(&self, root: RootId, key: &str) -> Option<Result<Option<u64>, GetError>> {
        if let Err(error) = self.sink.check() {
            return Some(Err(error));
        }
        let answer = self.source.look_up(root, key);
        match &answer {
            Some(answer) => {
                let question = |name: &RootName| SourceQuestion::LookUp(name, key).bytes();
                self.put((root, key), question, answer);
            }
            None => {
                let question = |name: &RootName| SourceQuestion::LooksUpNothing(name).bytes();
                self.put((root, ""), question, &Ok(()));
            }
        }
        answer
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        self.sink.check()?;
        let answer = self.source.get(root, key, with_metadata);
        let with = ReadWith::from(with_metadata);
        let question = |name: &RootName| SourceQuestion::Get(name, key, with).bytes();
        self.object((root, key), question, answer)
    }

    fn get_again(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        if let Err(error) = self.sink.check() {
            return Some(Err(error));
        }
        let with = ReadWith::from(with_metadata);
        let question = |name: &RootName| SourceQuestion::GetAgain(name, key, with).bytes();
        match self.source.get_again(root, key, with_metadata) {
            Some(answer) => Some(self.object((root, key), question, answer)),
            None => {
                self.put_none((root, key), question);
                None
            }
        }
    }

    fn versions(&self, root: RootId, key: &str) -> Option<Result<Versions, GetError>> {
        if let Err(error) = self.sink.check() {
            return Some(Err(error));
        }
        let answer = self.source.versions(root, key);
        let question = |name: &RootName| SourceQuestion::Versions(name, key).bytes();
        match &answer {
            Some(answer) => self.put((root, key), question, answer),
            None => self.put_none((root, key), question),
        }
        answer
    }

    fn get_version(
        &self,
        root: RootId,
        key: &str,
        version_id: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        if let Err(error) = self.sink.check() {
            return Some(Err(error));
        }
        let with = ReadWith::from(with_metadata);
        let question =
            |name: &RootName| SourceQuestion::GetVersion(name, key, version_id, with).bytes();
        match self
            .source
            .get_version(root, key, version_id, with_metadata)
        {
            Some(answer) => Some(self.object((root, key), question, answer)),
            None => {
                self.put_none((root, key), question);
                None
            }
        }
    }

    fn lifecycle(&self, root: RootId) -> Option<SettingState> {
        let answer = self.source.lifecycle(root);
        let question = |name: &RootName| SourceQuestion::Lifecycle(name).bytes();
        match &answer {
            Some(state) => self.put((root, ""), question, &Ok(StoredSetting::of(state))),
            None => self.put_none((root, ""), question),
        }
        answer
    }

    fn changed(&self) -> Option<String> {
        let changed = self.source.changed()?;
        if let Some(stored) = encode(&changed) {
            self.sink.put(&SourceQuestion::Changed.bytes(), &stored);
        }
        Some(changed)
    }

    fn outages(&self) -> Vec<(RootId, Outage)> {
        let outages = self.source.outages();
        let named = |(root, outage): &(RootId, Outage)| {
            let name = locked(&self.names).get(root).cloned()?;
            Some((name, numbers_of(*outage)))
        };
        let stored: Vec<_> = outages.iter().filter_map(named).collect();
        if !stored.is_empty()
            && let Some(stored) = encode(&stored)
        {
            self.sink.put(&SourceQuestion::Outages.bytes(), &stored);
        }
        outages
    }

    fn is_copy(&self) -> bool {
        self.source.is_copy()
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.sink.check()?;
        let answer = self.source.stat(root, key);
        let question = |name: &RootName| SourceQuestion::Stat(name, key).bytes();
        self.put((root, key), question, &answer);
        answer
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
