//! Fetching: an object's bytes become a reading of a digest, or a judged log. What runs on the
//! workers, in any order.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::base::gzip::inflate::{Chunks, Container, Inflated, Inflater, Passing};
use crate::base::limits::Limits;
use crate::cloudtrail::digest::{LogEntry, Unverified};
use crate::cloudtrail::object_key::DigestName;
use crate::proof::digest_object::{Content, NotDigest, Reading, signed_within};
use crate::proof::finding::{Finding, ObjectFacts};
use crate::proof::judge::OwnSignature;
use crate::proof::keys::Keys;
use crate::proof::log;
use crate::proof::signature::{WrittenSignature, check};
use crate::source::places::Places;
use crate::source::presence::Presence;
use crate::source::{GetError, Metadata, Root, RootId, Source, SourceObject};
use crate::validate::logs::retain::{self, Keep, Keeping, Kept};
use crate::validate::outcome::Requests;

/// What fetching needs.
pub struct Fetcher<'a> {
    /// Where objects come from.
    pub source: &'a dyn Source,
    /// Which place is which.
    pub atlas: &'a Places,
    /// The keys.
    pub keys: &'a dyn Keys,
    /// Bounds.
    pub limits: &'a Limits,
    /// How long delivery may take, in seconds.
    pub delivery_lag: i64,
    there: Presence<'a>,
    inflaters: Mutex<Vec<Inflater>>,
    /// Held while a digest beyond the usual size is in memory, so that only one is.
    large: Mutex<()>,
    /// Stored bytes of logs that are kept.
    shelf: Arc<retain::Shelf>,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    list: AtomicU64,
    get: AtomicU64,
    head: AtomicU64,
    read: AtomicU64,
    hashed: AtomicU64,
    /// Whether something was not looked at because nothing more could be.
    ended: AtomicBool,
}

/// What was read under the name of a digest.
pub struct StoredDigest {
    /// The metadata of the object.
    pub metadata: Metadata,
    /// Size, entity tag and the like.
    pub facts: ObjectFacts,
    /// What its bytes are, and the state of the gzip container around them; an error if the body could not be
    /// read to its end.
    pub content: Result<(Content, Container), GetError>,
}

/// How a gzip container is damaged, for a message; `None` if all of it could be inflated.
pub fn container_damage(container: Container) -> Option<&'static str> {
    match container {
        Container::CutOff => Some("it is cut off"),
        Container::Broken => Some("its bytes are broken"),
        _ => None,
    }
}

/// A judged log.
pub enum LogState {
    /// As delivered.
    Valid {
        /// Its gzip header carries optional fields.
        optional_fields: bool,
    },
    /// There, and not read.
    NotRead,
    /// Something is the matter.
    Found(Box<Finding>),
}

/// The bytes of a log whose hash is not compared yet.
enum HeldLog {
    Nothing,
    Stored(retain::StoredLogBytes),
    Inflated(retain::RetainedLog),
}

/// Digests up to this size are kept while they are inflated without waiting for others.
const USUAL_DIGEST: usize = 1 << 20;

impl<'a> Fetcher<'a> {
    /// A fetcher that has fetched nothing.
    pub fn new(
        source: &'a dyn Source,
        atlas: &'a Places,
        keys: &'a dyn Keys,
        limits: &'a Limits,
        delivery_lag: i64,
    ) -> Self {
        Fetcher {
            source,
            atlas,
            keys,
            limits,
            delivery_lag,
            there: Presence::new(source),
            inflaters: Mutex::default(),
            large: Mutex::default(),
            shelf: Arc::default(),
            counts: Counts::default(),
        }
    }

    /// Bytes read, and bytes hashed.
    pub fn bytes(&self) -> (u64, u64) {
        (
            self.counts.read.load(Ordering::Relaxed),
            self.counts.hashed.load(Ordering::Relaxed),
        )
    }

    /// Requests made.
    pub fn requests(&self) -> Requests {
        Requests {
            list: self.counts.list.load(Ordering::Relaxed) + self.there.listings(),
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

    /// Whether everything could be looked at until the end.
    pub fn lasted(&self) -> bool {
        !self.counts.ended.load(Ordering::Relaxed)
    }

    /// Notes that we were told to stop while asking for something else.
    pub fn stopped(&self) {
        self.counts.ended.store(true, Ordering::Relaxed);
    }

    fn failed(&self, error: GetError) -> GetError {
        if error.ends_all() {
            self.stopped();
        }
        error
    }

    fn inflate(
        &self,
        body: &mut dyn Chunks,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<Inflated, GetError> {
        let pool = || self.inflaters.lock().unwrap_or_else(|e| e.into_inner());
        let mut inflater = pool().pop().unwrap_or_default();
        let result = inflater.run_chunks(body, self.limits.log_inflated, sink);
        pool().push(inflater);
        let inflated = result.map_err(|e| self.failed(GetError::from_body(e)))?;
        self.counts.read.fetch_add(inflated.read, Ordering::Relaxed);
        self.counts
            .hashed
            .fetch_add(inflated.inflated, Ordering::Relaxed);
        Ok(inflated)
    }

    /// Reads the object found under a digest's name, and checks its own signature.
    pub fn digest(&self, root: RootId, key: &str, name: DigestName) -> Reading {
        let mut reading = Reading {
            bucket: self.atlas.bucket(root).map(Into::into),
            key: key.into(),
            recorded: self.atlas.recorded(root, key),
            content: Content::Other(NotDigest::TooLarge { sha256: None }),
            own: OwnSignature::Absent,
            facts: ObjectFacts::default(),
            generated: None,
            signed: signed_within(&name, None, self.delivery_lag),
            metadata_trouble: None,
            name,
        };
        let read = self.stored_digest(root, key).and_then(|stored| {
            reading.facts = stored.facts;
            let (content, _) = stored.content?;
            Ok((content, stored.metadata))
        });
        let (content, metadata) = match read {
            Ok(read) => read,
            Err(error) => {
                let error = self.failed(error);
                let (reason, answer) = (error.reason(), error.detail());
                reading.content = Content::Other(NotDigest::Unread { reason, answer });
                return reading;
            }
        };
        reading.metadata_trouble = metadata.trouble;
        if reading.name.backfill {
            reading.generated = metadata.backfill_generated.and_then(|t| t.parse().ok());
            reading.signed = signed_within(&reading.name, reading.generated, self.delivery_lag);
        }
        if let (Some(hex), Content::Digest { digest, .. }) = (metadata.signature, &content) {
            let algorithm = metadata.signature_algorithm.as_deref();
            let written = WrittenSignature {
                hex: &hex,
                algorithm,
            };
            let region = &reading.name.chain.region;
            let checked = check(digest, written, region, self.keys, reading.signed);
            reading.own = OwnSignature::Present(hex, checked);
        }
        reading.content = content;
        reading
    }

    /// Reads the object under the name of a digest, without checking anything that it claims.
    ///
    /// # Errors
    /// Where the object cannot be opened.
    pub fn stored_digest(&self, root: RootId, key: &str) -> Result<StoredDigest, GetError> {
        self.counts.get.fetch_add(1, Ordering::Relaxed);
        let mut object = self.source.get(root, key, true)?;
        Ok(StoredDigest {
            content: self.content(&mut object),
            metadata: object.metadata,
            facts: object.facts,
        })
    }

    fn content(&self, object: &mut SourceObject<'_>) -> Result<(Content, Container), GetError> {
        let limit = usize::try_from(self.limits.digest_inflated).unwrap_or(usize::MAX);
        let mut json: Vec<u8> = Vec::new();
        let mut over = false;
        let mut large = None;
        let inflated = self.inflate(&mut Passing(&mut object.body), &mut |bytes| {
            if over || json.len() + bytes.len() > limit {
                over = true;
                json = Vec::new();
                return;
            }
            if large.is_none() && json.len() + bytes.len() > USUAL_DIGEST {
                large = Some(self.large.lock().unwrap_or_else(|e| e.into_inner()));
            }
            json.extend_from_slice(bytes);
        })?;
        let container = inflated.container;
        if over {
            let ended = container != Container::TooLarge;
            let sha256 = ended.then_some(inflated.sha256);
            return Ok((Content::Other(NotDigest::TooLarge { sha256 }), container));
        }
        let content = match Unverified::parse_hashed(&json, inflated.sha256) {
            Ok(digest) => Content::Digest {
                digest: Box::new(digest),
                whole: container == Container::Complete,
            },
            Err(why) => Content::Other(NotDigest::Bytes {
                why: container_damage(container).map_or(why, str::to_owned),
                sha256: inflated.sha256,
            }),
        };
        Ok((content, container))
    }

    /// Judges one log against what its digest says, and keeps of it what may be needed. `reachable`
    /// tells whether a bucket can be looked into at all.
    pub fn log(
        &self,
        entry: &LogEntry,
        read: bool,
        reachable: &dyn Fn(RootId, &str) -> bool,
        keep: Keep<'_>,
    ) -> (LogState, Kept) {
        let expected = match log::expected(entry) {
            Ok(expected) => expected,
            Err(finding) => return (LogState::Found(finding), Kept::Nothing),
        };
        let mut facts = ObjectFacts::default();
        let mut kept = Kept::Nothing;
        let judged = self.found(&entry.bucket, &entry.key, reachable, |root, key| {
            if !read {
                return self.there.check(root, key).map(|()| LogState::NotRead);
            }
            self.counts.get.fetch_add(1, Ordering::Relaxed);
            let mut object = self.source.get(root, key, false)?;
            let (inflated, held) = self.read_keeping(&mut object, keep)?;
            Ok(match log::compare(expected, &inflated) {
                Ok(()) => {
                    kept = match (held, keep) {
                        (HeldLog::Inflated(all), Keep::Events(wanted)) => {
                            Kept::Events(all.events(wanted))
                        }
                        (HeldLog::Stored(stored), _) => Kept::Stored(stored),
                        _ => Kept::Nothing,
                    };
                    LogState::Valid {
                        optional_fields: inflated.optional_fields,
                    }
                }
                Err(finding) => {
                    // Those of the bytes that were read, where the source knew them at once.
                    facts = match object.facts.etag {
                        Some(_) => std::mem::take(&mut object.facts),
                        None => self.source.stat(root, key).unwrap_or_default(),
                    };
                    LogState::Found(finding)
                }
            })
        });
        let state = judged.unwrap_or_else(|error| {
            LogState::Found(Box::new(match error {
                GetError::NotFound => log::missing(),
                other => {
                    let other = self.failed(other);
                    log::unreadable(other.reason(), &other.detail())
                }
            }))
        });
        let state = match state {
            LogState::Found(mut finding) => {
                finding.object = facts;
                LogState::Found(finding)
            }
            state => state,
        };
        (state, kept)
    }

    /// Inflates and hashes a log, keeping its bytes one way or the other.
    fn read_keeping(
        &self,
        object: &mut SourceObject<'_>,
        keep: Keep<'_>,
    ) -> Result<(Inflated, HeldLog), GetError> {
        let body = &mut object.body;
        Ok(match keep {
            Keep::Nothing => (
                self.inflate(&mut Passing(body), &mut |_| {})?,
                HeldLog::Nothing,
            ),
            Keep::Stored => {
                let mut keeping = Keeping::new(body, object.facts.size, &self.shelf);
                let inflated = self.inflate(&mut keeping, &mut |_| {})?;
                (inflated, HeldLog::Stored(keeping.into_stored()))
            }
            Keep::Events(_) => {
                let mut all = retain::RetainedLog::new(&self.shelf);
                let inflated = self.inflate(&mut Passing(body), &mut |bytes| all.take(bytes))?;
                (inflated, HeldLog::Inflated(all))
            }
        })
    }

    /// What the store says of an object, as far as it says anything.
    pub fn facts(&self, root: RootId, key: &str) -> ObjectFacts {
        self.counts.head.fetch_add(1, Ordering::Relaxed);
        self.source.stat(root, key).unwrap_or_default()
    }

    /// Where a recorded place is to be found, best first. A bucket that is not known yet is opened
    /// where the source can: whoever asks first, all find the same.
    pub fn places(&self, bucket: &str, key: &str) -> Vec<(RootId, String)> {
        let known = self.atlas.find(bucket, key);
        if !known.is_empty() {
            return known;
        }
        let Some(id) = self.source.open(bucket) else {
            return known;
        };
        self.atlas.add(Root {
            id,
            buckets: vec![bucket.to_owned()],
        });
        self.atlas.find(bucket, key)
    }

    /// Tries the places where a recorded object may lie until one holds it.
    ///
    /// # Errors
    /// What the best of them answered; `Elsewhere` where its bucket cannot be looked into.
    pub fn found<T>(
        &self,
        bucket: &str,
        key: &str,
        reachable: &dyn Fn(RootId, &str) -> bool,
        mut get: impl FnMut(RootId, &str) -> Result<T, GetError>,
    ) -> Result<T, GetError> {
        let mut trouble = None;
        for (root, key) in self.places(bucket, key) {
            match get(root, &key) {
                Err(GetError::NotFound) if !reachable(root, bucket) => {}
                Err(GetError::NotFound) => trouble = trouble.or(Some(GetError::NotFound)),
                Err(other) => trouble = Some(other),
                Ok(found) => return Ok(found),
            }
        }
        Err(trouble.unwrap_or_else(|| GetError::Elsewhere(bucket.into())))
    }
}
