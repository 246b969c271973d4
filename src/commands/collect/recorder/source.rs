//! A source whose answers are recorded.

use std::sync::{Arc, Mutex};

use super::body::made_head;
use super::listing::{EntryLog, ListingEnd};
use super::stored::known;
use super::{ObjectName, Recorder, now};
use crate::base::text::s3_uri;
use crate::proof::finding::ObjectFacts;
use crate::source::bundle::layout;
use crate::source::bundle::question::ListingQuestion;
use crate::source::bundle::record::{FileOrigin, HeadRecord, UnansweredQuestion};
use crate::source::bundle::replay::BundleSource;
use crate::source::{
    Folders, GetError, Listed, Metadata, Outage, Range, Root, RootId, Source, SourceObject,
    Versions,
};

/// Buckets whose answers are recorded in a bundle. Objects should come with everything that S3 says of them.
pub struct RecordingSource {
    source: Box<dyn Source>,
    recorder: Arc<Recorder>,
    /// What an interrupted run stored.
    stored: Option<BundleSource>,
    /// The names of the buckets, by the numbers of their roots.
    buckets: Mutex<Vec<RecordedBucket>>,
}

/// A bucket that is recorded.
#[derive(Clone)]
struct RecordedBucket {
    name: String,
    root: RootId,
    /// Its number in what an interrupted run stored.
    stored: Option<RootId>,
}

impl RecordedBucket {
    fn object<'a>(&'a self, key: &'a str) -> ObjectName<'a> {
        ObjectName {
            bucket: &self.name,
            key,
            version_id: None,
        }
    }
}

impl RecordingSource {
    /// Records what `source` answers.
    pub fn new(source: Box<dyn Source>, recorder: Arc<Recorder>) -> Self {
        let roots = source.roots();
        let names: Vec<String> = roots.iter().flat_map(|r| r.buckets.clone()).collect();
        let stored = recorder.stored_source(&names);
        let bucket = |(at, (root, name)): (usize, (&Root, String))| RecordedBucket {
            name,
            root: root.id,
            stored: stored.as_ref().map(|_| RootId(at)),
        };
        RecordingSource {
            buckets: Mutex::new(roots.iter().zip(names).enumerate().map(bucket).collect()),
            source,
            recorder,
            stored,
        }
    }

    /// The bucket that is to be read, unless its answers could not be stored.
    fn bucket(&self, root: RootId) -> Result<RecordedBucket, GetError> {
        self.recorder.check()?;
        let buckets = self.buckets.lock().unwrap_or_else(|e| e.into_inner());
        let found = buckets.iter().find(|bucket| bucket.root == root);
        found.cloned().ok_or(GetError::NotFound)
    }

    /// The answer that an interrupted run stored.
    fn known<'s, T>(
        &'s self,
        bucket: &RecordedBucket,
        ask: impl FnOnce(&'s BundleSource, RootId) -> Result<T, GetError>,
    ) -> Option<T> {
        let (source, root) = self.stored.as_ref().zip(bucket.stored)?;
        known(ask(source, root))
    }

    /// The listing that an interrupted run stored. One that cannot be read is an error, because the caller may have
    /// seen a part of it.
    fn listed_before<T>(
        &self,
        bucket: &RecordedBucket,
        list: impl FnOnce(&BundleSource, RootId) -> Result<T, GetError>,
    ) -> Option<Result<T, GetError>> {
        let (source, root) = self.stored.as_ref().zip(bucket.stored)?;
        match list(source, root) {
            Err(GetError::NotCollected) => None,
            answer => Some(answer),
        }
    }

    /// Lists by `list`, and records the listing unless it is stored already.
    fn listed<T>(
        &self,
        question: ListingQuestion,
        visit: &mut dyn FnMut(Listed<'_>),
        list: impl FnOnce(&mut dyn FnMut(Listed<'_>)) -> Result<T, GetError>,
        facts: impl FnOnce(&T, &mut EntryLog) -> (u64, bool),
    ) -> Result<T, GetError> {
        if self.recorder.store.is_taken(&question.path()) {
            return list(visit);
        }
        let mut entries = EntryLog::default();
        let answer = list(&mut |listed| {
            entries.listed(&listed);
            visit(listed);
        });
        let (requests, complete) = match &answer {
            Ok(answer) => facts(answer, &mut entries),
            Err(_) => (0, false),
        };
        let end = ListingEnd {
            requests,
            complete,
            error: answer.as_ref().err(),
        };
        self.recorder.record_listing(question, entries, &end);
        answer
    }
}

impl Source for RecordingSource {
    fn roots(&self) -> Vec<Root> {
        self.source.roots()
    }

    fn open(&self, bucket: &str) -> Option<RootId> {
        let id = self.source.open(bucket)?;
        let mut buckets = self.buckets.lock().unwrap_or_else(|e| e.into_inner());
        if !buckets.iter().any(|known| known.root == id) {
            buckets.push(RecordedBucket {
                name: bucket.to_owned(),
                root: id,
                stored: self.stored.as_ref().and_then(|stored| stored.open(bucket)),
            });
        }
        Some(id)
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
        let bucket = self.bucket(root)?;
        if let Some(answer) = self.listed_before(&bucket, |s, root| s.folders(root, prefix, other))
        {
            return answer;
        }
        let question = ListingQuestion::folders(&bucket.name, prefix);
        let list = |other: &mut dyn FnMut(Listed<'_>)| self.source.folders(root, prefix, other);
        self.listed(question, other, list, |folders, entries| {
            folders.names.iter().for_each(|name| entries.folder(name));
            (folders.requests, folders.complete)
        })
    }

    fn holds_any(&self, root: RootId, folder: &str) -> bool {
        self.source.holds_any(root, folder)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let bucket = self.bucket(root)?;
        if let Some(answer) = self.listed_before(&bucket, |s, id| s.list(id, prefix, range, visit))
        {
            return answer;
        }
        let question = ListingQuestion::keys(&bucket.name, prefix, range);
        let list = |visit: &mut dyn FnMut(Listed<'_>)| self.source.list(root, prefix, range, visit);
        self.listed(question, visit, list, |requests, _| (*requests, true))
    }

    fn look_up(&self, root: RootId, key: &str) -> Option<Result<Option<u64>, GetError>> {
        self.source.look_up(root, key)
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        let bucket = self.bucket(root)?;
        if let Some(object) = self.known(&bucket, |s, id| s.get(id, key, with_metadata)) {
            return Ok(object);
        }
        let answer = self.source.get(root, key, with_metadata);
        self.recorder.record(bucket.object(key), false, answer)
    }

    fn get_again(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        let bucket = match self.bucket(root) {
            Ok(bucket) => bucket,
            Err(error) => return Some(Err(error)),
        };
        // What an interrupted run stored is the last answer that it was given.
        let is_settled = self.recorder.is_of_earlier_run(bucket.object(key));
        if is_settled
            && let Some(object) = self.known(&bucket, |s, id| s.get(id, key, with_metadata))
        {
            return Some(Ok(object));
        }
        let answer = self.source.get_again(root, key, with_metadata)?;
        Some(self.recorder.record(bucket.object(key), true, answer))
    }

    fn versions(&self, root: RootId, key: &str) -> Option<Result<Versions, GetError>> {
        let bucket = match self.bucket(root) {
            Ok(bucket) => bucket,
            Err(error) => return Some(Err(error)),
        };
        let ask = |source: &BundleSource, id| {
            let answer = source.versions(id, key);
            answer.unwrap_or(Err(GetError::NotCollected))
        };
        if let Some(versions) = self.known(&bucket, ask) {
            return Some(Ok(versions));
        }
        let answer = self.source.versions(root, key)?;
        self.recorder.record_versions(&bucket.name, key, &answer);
        Some(answer)
    }

    fn get_version(
        &self,
        root: RootId,
        key: &str,
        version_id: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        let bucket = match self.bucket(root) {
            Ok(bucket) => bucket,
            Err(error) => return Some(Err(error)),
        };
        if let Some(object) = self.known(&bucket, |source, id| {
            let answer = source.get_version(id, key, version_id, with_metadata);
            answer.unwrap_or(Err(GetError::NotCollected))
        }) {
            return Some(Ok(object));
        }
        let answer = self
            .source
            .get_version(root, key, version_id, with_metadata)?;
        let name = ObjectName {
            version_id: Some(version_id),
            ..bucket.object(key)
        };
        Some(self.recorder.record(name, false, answer))
    }

    fn changed(&self) -> Option<String> {
        self.source.changed()
    }

    fn outages(&self) -> Vec<(RootId, Outage)> {
        self.source.outages()
    }

    fn is_copy(&self) -> bool {
        self.source.is_copy()
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        let bucket = self.bucket(root)?;
        if let Some(facts) = self.known(&bucket, |source, id| source.stat(id, key)) {
            return Ok(facts);
        }
        let answer = self.source.stat(root, key);
        self.recorder.record_facts(bucket.object(key), &answer);
        answer
    }
}

impl Recorder {
    /// Stores what S3 says of an object whose body is not stored.
    fn record_facts(&self, name: ObjectName<'_>, answer: &Result<ObjectFacts, GetError>) {
        let places = name.places();
        let is_known =
            |path: &String| self.store.is_taken(path) || self.store.is_taken(&layout::head(path));
        if places.iter().any(is_known) || self.store.is_taken(&name.unread()) {
            return;
        }
        match (answer, places.first()) {
            (Ok(facts), Some(path)) => {
                let head = made_head(name, facts, &Metadata::default());
                let record = HeadRecord { head, body: None };
                self.put_json(&layout::head(path), &record);
            }
            (Err(error), _) => self.unread(name, error),
            (Ok(_), None) => {}
        }
    }

    /// Stores the versions of a key.
    fn record_versions(&self, bucket: &str, key: &str, answer: &Result<Versions, GetError>) {
        let from = FileOrigin::Call {
            service: "s3".into(),
            operation: "ListObjectVersions".into(),
            region: None,
            subject: Some(s3_uri(Some(bucket), key)),
        };
        match answer {
            Ok(versions) => {
                self.put_json_from(&layout::versions(bucket, key), versions, from);
            }
            Err(error) if self.is_answer(error) => {
                let unanswered = UnansweredQuestion {
                    at: now(),
                    error: error.clone(),
                };
                self.put_json_from(&layout::versions_error(bucket, key), &unanswered, from);
            }
            Err(_) => {}
        }
    }
}
