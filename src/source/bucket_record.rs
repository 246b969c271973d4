//! How a bucket was set up when a copy of its objects was made, as S3 answered.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{GetError, RootId};

/// The settings of a bucket that decide how long its objects live, who may change them, and how they are
/// encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BucketRecord {
    /// The bucket.
    pub bucket: String,
    /// The region that answered.
    pub region: String,
    /// GetBucketVersioning.
    pub versioning: SettingRecord,
    /// GetObjectLockConfiguration.
    pub object_lock: SettingRecord,
    /// GetBucketLifecycleConfiguration.
    pub lifecycle: SettingRecord,
    /// GetBucketPolicy.
    pub policy: SettingRecord,
    /// GetBucketEncryption.
    pub encryption: SettingRecord,
}

/// One setting: one call of S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingRecord {
    /// When it was asked for.
    pub at: Timestamp,
    /// By which S3 knows its answer; null if none came.
    pub request_id: Option<String>,
    /// What it is.
    #[serde(flatten)]
    pub state: SettingState,
}

/// A setting, or why it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum SettingState {
    /// S3 answered.
    Answered {
        /// The content of the answer, with the names of the S3 API reference; the policy as the text that it is.
        /// Null if the bucket has no such setting.
        answer: Option<Value>,
    },
    /// It could not be looked up.
    Unknown {
        /// The reason, as in findings.
        error: &'static str,
        /// What happened.
        detail: String,
    },
}

impl From<Result<Value, GetError>> for SettingState {
    fn from(answer: Result<Value, GetError>) -> Self {
        match answer {
            Ok(answer) => SettingState::Answered {
                answer: Some(answer),
            },
            Err(GetError::NotFound) => SettingState::Answered { answer: None },
            Err(error) => SettingState::Unknown {
                error: error.reason().as_str(),
                detail: error.detail(),
            },
        }
    }
}

/// Read-only access to the settings of buckets, from any thread.
pub trait BucketRecords: Sync {
    /// Asks for every setting of a bucket. `None` if there is no such root.
    fn record(&self, root: RootId) -> Option<BucketRecord>;
}
