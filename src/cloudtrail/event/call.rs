//! The operation of a call, with its parameters.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cloudtrail::ids::{AccountId, Region, TrailArn, TrailName};

/// The operation of a call, with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Call {
    /// A change of a trail: `StartLogging`, `StopLogging`, `CreateTrail`, `UpdateTrail`, `DeleteTrail`,
    /// `PutEventSelectors` or `PutInsightSelectors`.
    Trail(TrailRef, TrailChange),
    /// A change of an organization, of an account, or of the regions of an account.
    Account(AccountChange),
    /// `DeleteObject` or `DeleteObjects`: a bucket, and the objects that were deleted. Without objects if
    /// the record does not list them.
    Remove(String, Vec<RemovedObject>),
    /// `PutObject`, `CopyObject` or `CompleteMultipartUpload`: a bucket, and the key that was written.
    Write(String, String),
    /// A change of a bucket, such as `PutBucketPolicy`, and whether it set the setting or took it away.
    Bucket(String, BucketChange, Turn),
    /// A change of a KMS key, such as `DisableKey`: its id or ARN.
    Key(String, KeyChange),
    /// Any other call, of which only the members are known that all records have.
    Other,
}

/// A change of an organization, of an account, or of its regions, after which digests may end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AccountChange {
    /// `DisableAWSServiceAccess`: a service, as in `cloudtrail.amazonaws.com`, may no longer reach the
    /// accounts of the organization.
    AccessWithdrawn(String),
    /// `LeaveOrganization`, by the account that leaves.
    Left,
    /// `RemoveAccountFromOrganization`: the account.
    Removed(AccountId),
    /// `CloseAccount`: the account, if it is not the caller's own.
    Closed(Option<AccountId>),
    /// `DisableRegion`: the region, and the account if it is not the caller's own.
    RegionDisabled(Region, Option<AccountId>),
    /// `EnableRegion`: the same.
    RegionEnabled(Region, Option<AccountId>),
}

/// An object that a call deleted, or one version of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RemovedObject {
    /// Its key.
    pub key: String,
    /// The version that was deleted, which may be a delete marker. `None` if the call named none: then the
    /// object itself was deleted.
    pub version: Option<String>,
}

impl RemovedObject {
    /// An object that was deleted without naming a version.
    pub fn current(key: impl Into<String>) -> Self {
        RemovedObject {
            key: key.into(),
            version: None,
        }
    }
}

impl Call {
    /// The bucket and key of the object that the call was on, and its version if the call named one. Only
    /// the bucket, if the call was on the bucket or on several objects.
    pub fn object(&self) -> (Option<&str>, Option<&str>, Option<&str>) {
        match self {
            Call::Remove(bucket, objects) => match objects.as_slice() {
                [one] => (Some(bucket), Some(&one.key), one.version.as_deref()),
                _ => (Some(bucket), None, None),
            },
            Call::Write(bucket, key) => (Some(bucket), Some(key), None),
            Call::Bucket(bucket, ..) => (Some(bucket), None, None),
            Call::Trail(..) | Call::Account(_) | Call::Key(..) | Call::Other => (None, None, None),
        }
    }
}

/// How a call refers to a trail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// `PutEventSelectors`: which management events the trail logs from then on.
    Selectors(ManagementEvents),
    /// `PutInsightSelectors`: the kinds of Insights events that the trail logs from then on, such as
    /// `ApiCallRateInsight`; `None` if the record does not say.
    Insights(Option<Vec<String>>),
}

/// Which management events the selectors of a trail admit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ManagementEvents {
    /// None.
    None,
    /// Those that meet conditions, such as write calls only.
    Some,
    /// All.
    All,
    /// The record does not say.
    Unknown,
}

/// The parameters of `CreateTrail` or `UpdateTrail`; `None` where the call did not set one.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TrailSettings {
    /// `enableLogFileValidation`.
    pub validation: Option<bool>,
    /// `s3BucketName`.
    pub bucket: Option<String>,
    /// `isMultiRegionTrail`.
    pub multi_region: Option<bool>,
    /// `isOrganizationTrail`.
    pub organization: Option<bool>,
    /// `includeGlobalServiceEvents`.
    pub global_events: Option<bool>,
    /// `s3KeyPrefix`.
    pub prefix: Option<String>,
    /// `kmsKeyId`; empty if the call took the key away.
    pub kms_key: Option<String>,
    /// `snsTopicName`, the topic that hears of deliveries; empty if the call took it away.
    pub sns_topic: Option<String>,
    /// `cloudWatchLogsLogGroupArn`, the log group that gets the events too; empty if the call took it away.
    pub log_group: Option<String>,
}

/// What a call changed about a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum BucketChange {
    /// When objects expire.
    Lifecycle,
    /// Who may read, write and delete.
    Policy,
    /// Whether earlier versions of an object are kept.
    Versioning,
    /// `DeleteBucket`: the bucket itself. S3 deletes only an empty one.
    Deleted,
    /// How long new objects cannot be deleted.
    ObjectLock,
    /// Where objects are copied to.
    Replication,
    /// How new objects are encrypted.
    Encryption,
    /// Whether the bucket may be public.
    PublicAccess,
    /// Who may read and write, by access control list.
    Acl,
    /// Who owns the objects, and whether access control lists count.
    Ownership,
}

/// Whether a call set a setting or took it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Turn {
    /// It was set.
    Set,
    /// It was taken away: deleted, or set to a value that does so, such as versioning that is suspended or a
    /// public access block that blocks less than everything.
    Removed,
}

/// What a call changed about a KMS key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeyChange {
    /// `DisableKey`: nobody can encrypt or decrypt with it from then on.
    Disabled,
    /// `ScheduleKeyDeletion`: the same, and the key is deleted after a waiting time.
    DeletionScheduled,
    /// `PutKeyPolicy`: who may use it.
    Policy,
    /// `EnableKey`.
    Enabled,
    /// `CancelKeyDeletion`. The key stays disabled.
    DeletionCancelled,
}
