//! The operation of a call, with its parameters.

use std::fmt;

use crate::cloudtrail::ids::{TrailArn, TrailName};

/// The operation of a call, with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// A change of a trail: `StartLogging`, `StopLogging`, `CreateTrail`, `UpdateTrail`, `DeleteTrail` or
    /// `PutEventSelectors`.
    Trail(TrailRef, TrailChange),
    /// `DeleteObject` or `DeleteObjects`: a bucket, and the keys that were deleted. Without keys if the
    /// record does not list them.
    Remove(String, Vec<String>),
    /// `PutObject`, `CopyObject` or `CompleteMultipartUpload`: a bucket, and the key that was written.
    Write(String, String),
    /// A change of a bucket's settings, such as `PutBucketPolicy`.
    Bucket(String, TrailSetting),
    /// `DisableKey` or `ScheduleKeyDeletion`: the id or ARN of a KMS key.
    Key(String),
}

/// How a call refers to a trail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrailRef {
    /// By its name, in the account and region of the call.
    Name(TrailName),
    /// By its ARN.
    Arn(TrailArn),
}

impl fmt::Display for TrailRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrailRef::Name(name) => write!(f, "trail {name}"),
            TrailRef::Arn(arn) => arn.fmt(f),
        }
    }
}

/// The change that a call made to a trail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrailChange {
    /// `StartLogging`.
    Start,
    /// `StopLogging`.
    Stop,
    /// `CreateTrail`.
    Create(TrailSettings),
    /// `UpdateTrail`.
    Update(TrailSettings),
    /// `DeleteTrail`.
    Delete,
    /// `PutEventSelectors`.
    Selectors,
}

/// The parameters of `CreateTrail` or `UpdateTrail`; `None` where the call did not set one.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrailSettings {
    /// `enableLogFileValidation`.
    pub validation: Option<bool>,
    /// `s3BucketName`.
    pub bucket: Option<String>,
    /// `isMultiRegionTrail`.
    pub multi_region: Option<bool>,
}

/// A setting of the bucket that a trail writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrailSetting {
    /// When objects expire.
    Lifecycle,
    /// Who may read, write and delete.
    Policy,
    /// Whether earlier versions of an object are kept.
    Versioning,
}
