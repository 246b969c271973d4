//! Where everything that is recorded goes through: one store, and what ended the collection.

mod api;
mod body;
mod listing;
mod source;
mod stored;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use serde::Serialize;

use super::origins::Origins;
use super::store::Store;
use crate::base::cancel::CancelReason;
use crate::source::GetError;
use crate::source::answer_log::AnswerLog;
use crate::source::bucket_record::BucketRecord;
use crate::source::bundle::layout;
use crate::source::bundle::question::{ApiOperation, ApiQuestion};
use crate::source::bundle::record::{FileOrigin, UncollectedObject};

pub use self::api::{RecordingKeys, RecordingTrails};
pub use self::source::RecordingSource;
pub use self::stored::StoredAnswers;

/// Records answers in a bundle, from many threads.
pub struct Recorder {
    store: Store,
    origins: Origins,
    /// CloudTrail's answers as they came, until they are stored.
    answers: Arc<AnswerLog>,
    /// Whether CloudTrail answered, so that it accepted the credentials.
    accepted: AtomicBool,
    /// Whether S3 answered.
    s3_answered: AtomicBool,
    /// Why CloudTrail did not accept the credentials, if it never did.
    refused: OnceLock<CollectionStop>,
    /// What an interrupted run of the same collection stored.
    stored: Option<StoredAnswers>,
    /// The error after which nothing else can be read.
    ended: OnceLock<CollectionStop>,
}

/// An error after which nothing else can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionStop {
    /// What happened.
    pub error: GetError,
    /// What CloudTrail was asked; `None` for an error of S3.
    pub question: Option<ApiQuestion>,
}

impl CollectionStop {
    /// What happened, with the call and the region where it did.
    pub fn detail(&self) -> String {
        let error = self.error.detail();
        let Some(question) = &self.question else {
            return error;
        };
        let call = question.operation.as_str();
        match &question.region {
            Some(region) => format!("{call} in {region}: {error}"),
            None => format!("{call}: {error}"),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        let hint = self.error.reason().hint();
        let operation = self.question.as_ref().map(|question| question.operation);
        match operation {
            Some(ApiOperation::ListPublicKeys) => {
                format!("{hint}, or add the public keys of the region with --keys FILE")
            }
            _ => hint.to_owned(),
        }
    }
}

/// One object, or one version of it.
#[derive(Debug, Clone, Copy)]
struct ObjectName<'a> {
    bucket: &'a str,
    key: &'a str,
    version_id: Option<&'a str>,
}

impl ObjectName<'_> {
    /// Where it may lie.
    fn places(&self) -> Vec<String> {
        match self.version_id {
            Some(version) => layout::version(self.bucket, self.key, version),
            None => layout::object(self.bucket, self.key),
        }
    }

    /// Where the reason lies why it could not be read.
    fn unread(&self) -> String {
        match self.version_id {
            Some(version) => layout::unread_version(self.bucket, self.key, version),
            None => layout::unread(self.bucket, self.key),
        }
    }
}

impl Recorder {
    /// Records in a folder. What was `stored` there is not asked for again.
    pub fn new(store: Store, origins: Origins, stored: Option<StoredAnswers>) -> Self {
        Recorder {
            store,
            origins,
            answers: Arc::default(),
            accepted: AtomicBool::new(false),
            s3_answered: AtomicBool::new(false),
            refused: OnceLock::new(),
            stored,
            ended: OnceLock::new(),
        }
    }

    /// The folder.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The origins of files that do not say it themselves.
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Where those who ask CloudTrail keep its answers as they came.
    pub fn answers(&self) -> Arc<AnswerLog> {
        Arc::clone(&self.answers)
    }

    /// The error after which nothing else can be read, if there was one.
    pub fn ended(&self) -> Option<&CollectionStop> {
        let refused = || {
            let refused = self.refused.get();
            refused.filter(|_| !self.s3_answered.load(Ordering::Relaxed))
        };
        self.ended.get().or_else(refused)
    }

    /// Whether an object is stored, or the reason why it could not be read.
    pub fn has_answer(&self, bucket: &str, key: &str) -> bool {
        let name = ObjectName {
            bucket,
            key,
            version_id: None,
        };
        let mut places = name.places().into_iter().chain([name.unread()]);
        places.any(|path| self.store.is_taken(&path))
    }

    /// Refuses a request whose answer could not be stored.
    fn check(&self) -> Result<(), GetError> {
        match self.store.failure() {
            Some(_) => Err(GetError::Cancelled(CancelReason::Signal)),
            None => Ok(()),
        }
    }

    /// Whether an error of S3 is an answer, which is recorded. One that ends all says nothing about what was asked: the
    /// same collection asks again later.
    fn is_answer(&self, error: &GetError) -> bool {
        match error {
            GetError::Cancelled(_) => false,
            GetError::ClockSkewed(_) | GetError::Credentials(_) | GetError::Unreachable => {
                // The first one stays.
                let _ = self.ended.set(CollectionStop {
                    error: error.clone(),
                    question: None,
                });
                false
            }
            _ => true,
        }
    }

    /// Records why an object could not be read.
    fn unread(&self, name: ObjectName<'_>, error: &GetError) {
        if !self.is_answer(error) {
            return;
        }
        let unread = UncollectedObject {
            bucket: name.bucket.to_owned(),
            key: name.key.to_owned(),
            version_id: name.version_id.map(str::to_owned),
            at: now(),
            error: error.clone(),
        };
        self.put_json(&name.unread(), &unread);
    }

    /// Stores a small file, of which only its origin says where it came from.
    pub fn put_from(&self, path: &str, bytes: &[u8], from: FileOrigin) {
        let stored = self
            .origins
            .add(path, from, now())
            .and_then(|()| self.store.put(path, bytes));
        self.check_stored(path, stored);
    }

    /// Stores a small file of JSON, of which only its origin says where it came from.
    fn put_json_from(&self, path: &str, value: &impl Serialize, from: FileOrigin) {
        match json(value) {
            Ok(bytes) => self.put_from(path, &bytes, from),
            Err(error) => self.store.fail(path, &error),
        }
    }

    /// Records the settings of a bucket, unless they are stored.
    pub fn record_settings(&self, bucket: &str, settings: impl FnOnce() -> Option<BucketRecord>) {
        let path = layout::bucket(bucket);
        if self.store.is_taken(&path) {
            return;
        }
        let from = FileOrigin::Call {
            service: "s3".into(),
            operation: "GetBucketVersioning, GetObjectLockConfiguration, \
                        GetBucketLifecycleConfiguration, GetBucketPolicy, GetBucketEncryption"
                .into(),
            region: None,
            subject: Some(bucket.to_owned()),
        };
        if let Some(settings) = settings() {
            self.put_json_from(&path, &settings, from);
        }
    }

    /// Stores a small file of JSON.
    pub fn put_json(&self, path: &str, value: &impl Serialize) {
        let stored = json(value).and_then(|bytes| self.store.put(path, &bytes));
        self.check_stored(path, stored);
    }

    /// Takes the result of storing a file: if it failed, the collection ends.
    fn check_stored(&self, path: &str, stored: io::Result<()>) {
        if let Err(error) = stored {
            self.store.fail(path, &error);
        }
    }
}

/// JSON for people and programs, with a line feed at its end.
pub(super) fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(io::Error::other)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The time, in whole seconds.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
