//! Of CloudTrail's records, those that bear on trails and on what trails have stored: who made which
//! call, when, from where (pure).

mod kind;
mod member;
mod raw;
mod stream;

pub use stream::{Records, read, read_held, read_one};

use jiff::Timestamp;

use crate::cloudtrail::ids::{AccountId, Region, TrailArn, TrailName};

/// One call that bears on trails or on what they have stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When it was made.
    pub time: Timestamp,
    /// `eventName`.
    pub name: String,
    /// `eventID`.
    pub id: Option<String>,
    /// The region it was made in.
    pub region: Option<Region>,
    /// The account in whose logs it stands: `recipientAccountId`, else the caller's.
    pub account: Option<AccountId>,
    /// Who made it.
    pub actor: Option<Actor>,
    /// `sourceIPAddress`.
    pub source_ip: Option<String>,
    /// `userAgent`.
    pub user_agent: Option<String>,
    /// The error it ended in: then it changed nothing.
    pub error_code: Option<String>,
    /// What it asked for.
    pub call: Call,
}

impl Event {
    /// The account, home region and name of the trail that the call names.
    pub fn on_trail(&self) -> Option<(&AccountId, &Region, &TrailName)> {
        match &self.call {
            Call::Trail(TrailRef::Name(name), _) => {
                Some((self.account.as_ref()?, self.region.as_ref()?, name))
            }
            Call::Trail(TrailRef::Arn(arn), _) => {
                Some((&arn.account, &arn.home_region, &arn.trail))
            }
            _ => None,
        }
    }
}

/// Who made a call, as `userIdentity` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Actor {
    /// `type`.
    pub kind: Option<String>,
    /// `arn`.
    pub arn: Option<String>,
    /// `accountId`.
    pub account: Option<String>,
    /// `accessKeyId`.
    pub access_key_id: Option<String>,
    /// The name of the session, of an assumed role or a federated user.
    pub session: Option<String>,
    /// `invokedBy`: the AWS service that made it for somebody, or for itself.
    pub invoked_by: Option<String>,
}

/// What a call asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// `StartLogging StopLogging CreateTrail UpdateTrail DeleteTrail PutEventSelectors`.
    Trail(TrailRef, TrailChange),
    /// `DeleteObject DeleteObjects`: these keys of a bucket; none where the record does not say which.
    Remove(String, Vec<String>),
    /// `PutObject CopyObject CompleteMultipartUpload`: a key of a bucket was written.
    Write(String, String),
    /// A bucket's settings: `PutBucketLifecycle…`, `PutBucketPolicy`, `PutBucketVersioning` and the
    /// like.
    Bucket(String, TrailSetting),
    /// `DisableKey ScheduleKeyDeletion`: a KMS key, by its id or ARN.
    Key(String),
}

/// A trail as a call names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrailRef {
    /// By name, in the call's account and region.
    Name(TrailName),
    /// By ARN.
    Arn(TrailArn),
}

/// What a call made of a trail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrailChange {
    /// StartLogging.
    Start,
    /// StopLogging.
    Stop,
    /// CreateTrail.
    Create(TrailSettings),
    /// UpdateTrail.
    Update(TrailSettings),
    /// DeleteTrail.
    Delete,
    /// PutEventSelectors.
    Selectors,
}

/// What CreateTrail or UpdateTrail set; `None` where it set nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrailSettings {
    /// `enableLogFileValidation`.
    pub validation: Option<bool>,
    /// `s3BucketName`.
    pub bucket: Option<String>,
    /// `isMultiRegionTrail`.
    pub multi_region: Option<bool>,
}

/// What of a bucket was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrailSetting {
    /// When objects expire.
    Lifecycle,
    /// Who may do what.
    Policy,
    /// Whether versions are kept.
    Versioning,
}

/// An event and how it is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The event.
    pub event: Event,
    /// How it is known.
    pub via: Via,
}

/// How an event is known, best first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// It stands in a log that a proven digest names and whose hash matched.
    VerifiedLog {
        /// The log's bucket and key.
        log: (String, String),
        /// The digest's key.
        digest: String,
        /// The end of the digest's interval.
        end: Timestamp,
    },
    /// LookupEvents told it.
    LookupEvents,
    /// It is a time that GetTrailStatus told; of the call nothing else is known.
    TrailStatus,
}

/// Events found in one log.
#[derive(Debug, Default)]
pub struct FoundEvents {
    /// Those that are looked for.
    pub events: Vec<Event>,
    /// How its records could be read.
    pub records: Records,
}
