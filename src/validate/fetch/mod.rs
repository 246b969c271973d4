//! Fetching: an object becomes a reading of a digest, or a log that is compared with its digest. Runs on
//! the workers, in any order, and counts what it costs. `several` decides what counts for a log that lies in
//! more than one place.

mod digest;
mod log;
mod several;
mod version;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

pub use self::digest::{StoredDigest, container_damage};
pub use self::log::LogReading;
pub(crate) use self::log::{FetchedLog, WantedOfLog, WantedText};
pub use self::several::LogState;
pub(crate) use self::version::VersionMatch;
use super::logs::log_text::{IN_MEMORY, LogText};
use super::outcome::Requests;
use crate::base::gzip::inflate::{ContentChunk, Inflated, Inflater};
use crate::base::limits::Limits;
use crate::proof::finding::ObjectFacts;
use crate::proof::keys::Keys;
use crate::source::places::{Places, PossiblePlaces};
use crate::source::presence::Presence;
use crate::source::{GetError, Root, RootId, Source, SourceObject};

/// Bytes of texts that are kept in memory for their records, for all workers together.
const TEXTS: usize = 64 << 20;

/// Bytes of one such text in memory. Few logs of CloudTrail are longer.
const LONGEST_TEXT: usize = 8 << 20;

/// Fetches objects, with everything that this takes.
pub struct Fetcher<'a> {
    /// Where objects come from.
    pub source: &'a dyn Source,
    /// Where logs are read: the same, unless answers of the source are recorded. A part holds results of logs, and
    /// not the logs.
    logs: &'a dyn Source,
    /// Which place is which.
    pub places: &'a Places,
    /// The public keys.
    pub keys: &'a dyn Keys,
    /// The bounds.
    pub limits: &'a Limits,
    /// How long delivery may take, in seconds.
    pub delivery_lag: i64,
    presence: Presence<'a>,
    inflaters: Mutex<Vec<Inflater>>,
    /// Locked while a digest above the usual size is read, so that only one is.
    large: Mutex<()>,
    /// Folders of logs, and whether the copy lacks them.
    lacking: Mutex<BTreeMap<(RootId, String), bool>>,
    /// Buffers for the texts of logs in which events are wanted.
    texts: Mutex<Vec<LogText>>,
    /// Bytes of a text in memory that is kept for its records.
    text_room: usize,
    counts: Counts,
}

/// The bytes of one object, or of several: as stored, and hashed after inflating.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Size {
    pub read: u64,
    pub hashed: u64,
}

impl Size {
    /// Adds the bytes of other objects.
    pub fn add(&mut self, other: Size) {
        self.read += other.read;
        self.hashed += other.hashed;
    }
}

#[derive(Default)]
struct Counts {
    list: AtomicU64,
    get: AtomicU64,
    head: AtomicU64,
    read: AtomicU64,
    hashed: AtomicU64,
    /// Whether the run was cut short, so that something was not read.
    cut_short: AtomicBool,
    /// Whether the parts of a merge lack an answer.
    lacks_answer: AtomicBool,
}

impl<'a> Fetcher<'a> {
    /// A fetcher that has fetched nothing.
    pub fn new(
        source: &'a dyn Source,
        places: &'a Places,
        keys: &'a dyn Keys,
        limits: &'a Limits,
        delivery_lag: i64,
    ) -> Self {
        Fetcher {
            source,
            logs: source,
            places,
            keys,
            limits,
            delivery_lag,
            presence: Presence::new(source, limits),
            inflaters: Mutex::default(),
            large: Mutex::default(),
            lacking: Mutex::default(),
            texts: Mutex::default(),
            text_room: 0,
            counts: Counts::default(),
        }
    }

    /// The same, with logs that are read elsewhere.
    pub(super) fn with_logs(mut self, logs: &'a dyn Source) -> Self {
        self.logs = logs;
        self.presence = Presence::new(logs, self.limits);
        self
    }

    /// The same, with room in memory for the texts of so many logs at a time that are kept for their records.
    pub fn with_texts(mut self, at_once: usize) -> Self {
        let share = TEXTS / at_once.max(1);
        self.text_room = share.clamp(IN_MEMORY, LONGEST_TEXT);
        self
    }

    /// Bytes read as stored, and bytes hashed after inflating. An object counts once, although only some sources
    /// are asked twice for it. What is fetched again for its events does not count: how much that is depends on
    /// the order of answers.
    pub fn bytes(&self) -> (u64, u64) {
        (
            self.counts.read.load(Ordering::Relaxed),
            self.counts.hashed.load(Ordering::Relaxed),
        )
    }

    /// Requests made.
    pub fn requests(&self) -> Requests {
        Requests {
            list: self.counts.list.load(Ordering::Relaxed) + self.presence.listings(),
            get: self.counts.get.load(Ordering::Relaxed),
            head: self.counts.head.load(Ordering::Relaxed),
            keys: self.keys.requests(),
            trails: 0,
        }
    }

    /// Counts listings.
    pub fn listed(&self, listings: u64) {
        self.counts.list.fetch_add(listings, Ordering::Relaxed);
    }

    /// Counts an object that is read for its kind alone.
    pub fn read_beside(&self) {
        self.counts.get.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the run was not cut short.
    pub fn lasted(&self) -> bool {
        !self.counts.cut_short.load(Ordering::Relaxed)
    }

    /// Records that the parts of a merge lack an answer.
    pub(super) fn lacks_answer(&self) {
        self.counts.lacks_answer.store(true, Ordering::Relaxed);
    }

    /// Whether the parts of a merge held every answer.
    pub fn has_all_answers(&self) -> bool {
        !self.counts.lacks_answer.load(Ordering::Relaxed)
    }

    /// Records that the run was cut short by a request other than a read.
    pub fn stopped(&self) {
        self.counts.cut_short.store(true, Ordering::Relaxed);
    }

    fn failed(&self, error: GetError) -> GetError {
        if error.ends_all() {
            self.stopped();
        }
        if let GetError::NotInParts(_) = error {
            self.lacks_answer();
        }
        error
    }

    fn inflate(
        &self,
        body: &mut dyn Read,
        sink: &mut dyn FnMut(ContentChunk<'_>),
        size: &mut Size,
    ) -> Result<Inflated, GetError> {
        *size = Size::default();
        let inflated = self.inflate_uncounted(body, sink)?;
        *size = Size {
            read: inflated.read,
            hashed: inflated.inflated,
        };
        Ok(inflated)
    }

    /// Counts the bytes of an object, once, however often it was read.
    pub(crate) fn count(&self, size: Size) {
        self.counts.read.fetch_add(size.read, Ordering::Relaxed);
        self.counts.hashed.fetch_add(size.hashed, Ordering::Relaxed);
    }

    fn inflate_uncounted(
        &self,
        body: &mut dyn Read,
        sink: &mut dyn FnMut(ContentChunk<'_>),
    ) -> Result<Inflated, GetError> {
        let pool = || self.inflaters.lock().unwrap_or_else(|e| e.into_inner());
        let mut inflater = pool().pop().unwrap_or_default();
        let result = inflater.run(body, self.limits.log_inflated, sink);
        pool().push(inflater);
        result.map_err(|e| self.failed(GetError::from_body(e)))
    }

    /// The size, entity tag and so on of an object, if the store returns them.
    pub fn facts(&self, root: RootId, key: &str) -> ObjectFacts {
        self.stat(root, key).unwrap_or_default()
    }

    /// The size, entity tag and so on of an object.
    ///
    /// # Errors
    /// Why the store does not return them.
    pub fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.counts.head.fetch_add(1, Ordering::Relaxed);
        self.source.stat(root, key)
    }

    /// Opens an object once more, if its source may answer otherwise the next time.
    pub fn again(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        self.again_in(self.source, root, key, with_metadata)
    }

    fn again_in<'s>(
        &self,
        source: &'s dyn Source,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'s>, GetError>> {
        let again = source.get_again(root, key, with_metadata);
        let asked = u64::from(again.is_some());
        self.counts.get.fetch_add(asked, Ordering::Relaxed);
        again
    }

    /// Whether an object exists that is called missing elsewhere, if its source may answer otherwise the next
    /// time. An answer that is none of the store's does not show it.
    pub fn exists_again(&self, root: RootId, key: &str) -> Option<Result<(), GetError>> {
        self.exists_in(self.source, root, key)
    }

    fn exists_in(
        &self,
        source: &dyn Source,
        root: RootId,
        key: &str,
    ) -> Option<Result<(), GetError>> {
        let again = self.again_in(source, root, key, false)?;
        Some(again.and_then(|object| match object.doubt {
            None | Some(GetError::Changed) => Ok(()),
            Some(doubt) => Err(doubt),
        }))
    }

    /// Whether a copy lacks the complete folder of a log, `CloudTrail/REGION/`, in every place where the log may
    /// be: then it was not copied.
    fn is_not_copied(&self, possible: &PossiblePlaces) -> bool {
        if !self.logs.is_copy() {
            return false;
        }
        let lacks = |(root, key): &(RootId, String)| {
            // `YYYY/MM/DD/NAME` follows the folder.
            let Some((at, _)) = key.rmatch_indices('/').nth(3) else {
                return false;
            };
            let folder = (*root, key[..=at].to_owned());
            let mut lacking = self.lacking.lock().unwrap_or_else(|e| e.into_inner());
            *lacking.entry(folder).or_insert_with_key(|(root, folder)| {
                let found = self.logs.folders(*root, folder, &mut |_| {});
                matches!(found, Err(GetError::NotFound))
            })
        };
        possible.all().iter().all(lacks)
    }

    /// Where a recorded place can be found. Opens a bucket that is not known yet, if the source can. The
    /// result does not depend on which worker calls first.
    pub fn places(&self, bucket: &str, key: &str) -> PossiblePlaces {
        let known = self.places.find(bucket, key);
        if !known.is_empty() {
            return known;
        }
        let Some(id) = self.source.open(bucket) else {
            return known;
        };
        self.places.add(Root {
            id,
            buckets: vec![bucket.to_owned()],
        });
        self.places.find(bucket, key)
    }
}

/// Tries places until one has an object. `is_reachable` says whether a root is known to be the bucket:
/// only then does "not found" mean that the object is missing. `None` if no place gives an answer.
pub(super) fn first_of<T>(
    places: &[(RootId, String)],
    is_reachable: &dyn Fn(RootId) -> bool,
    mut get: impl FnMut(RootId, &str) -> Result<T, GetError>,
) -> Option<Result<T, GetError>> {
    let mut best = None;
    for (root, key) in places {
        match get(*root, key) {
            Err(GetError::NotFound) if !is_reachable(*root) => {}
            Err(GetError::NotFound) => best = best.or(Some(GetError::NotFound)),
            Err(other) => best = Some(other),
            Ok(found) => return Some(Ok(found)),
        }
    }
    best.map(Err)
}
