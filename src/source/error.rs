//! Why an object or a listing could not be read.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

use crate::base::cancel::CancelReason;
use crate::base::error::words;
use crate::proof::reason::Reason;

/// Why an object or a listing could not be read. Only `NotFound` says that it does not exist: with every
/// other error, the object may be intact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", content = "detail", rename_all = "kebab-case")]
pub enum GetError {
    /// It does not exist, and the source has the permission to know that.
    NotFound,
    /// The bucket of this name does not exist.
    #[serde(rename = "no-such-bucket")]
    NoBucket(String),
    /// We are not allowed to read it.
    Denied(Denial),
    /// It is in a storage class from which it must be restored first.
    Archived(String),
    /// The service kept throttling the request; its last answer.
    Throttled(String),
    /// Our credentials are no longer accepted, so nothing else can be read either.
    Credentials(String),
    /// The time of our requests is too far from that of the service, so nothing else can be read either; its
    /// answer.
    ClockSkewed(String),
    /// Nothing answered for a long time, so no request was made.
    Unreachable,
    /// This region refuses credentials that are accepted elsewhere: it is switched off for the account.
    RegionDisabled(String),
    /// The run was ended before it was read, for this reason.
    #[serde(skip)]
    Cancelled(CancelReason),
    /// The source declines to read it: a symbolic link, a device, a key that is not a valid path.
    Refused(String),
    /// The bucket of this name is not part of this source.
    Elsewhere(String),
    /// It changes while it is read: a tool may still be writing it.
    Changed,
    /// The bundle does not hold it: its collection did not need it.
    NotCollected,
    /// The file that the bundle holds of it is not the one that was collected.
    BundleAltered,
    /// No part of the plan holds it. The shard whose part should hold it is absent or broken, where that is known.
    NotInParts(Option<u32>),
    /// Reading failed in any other way.
    Io(String),
}

/// A time in which no requests were made to a source, because nothing answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outage {
    /// How many requests in a row were given up.
    pub in_row: u64,
    /// Over how many seconds.
    pub seconds: u64,
    /// How many requests were not made then.
    pub not_asked: u64,
}

/// The access that was denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Denial {
    /// Access to the object, the bucket or the call itself; in words, with the permission that is missing.
    Access(String),
    /// The use of the KMS key that encrypts the object; the service's answer. Access to the object itself may
    /// be allowed.
    KmsKey(String),
    /// The KMS key that encrypts the object, because it is disabled, deleted or not usable; the service's
    /// answer.
    UnusableKmsKey(String),
}

impl From<&str> for Denial {
    /// A denial of access to the object itself.
    fn from(why: &str) -> Self {
        Denial::Access(why.to_owned())
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Denial::Access(why) => f.write_str(why),
            Denial::KmsKey(why) => write!(
                f,
                "kms:Decrypt is missing or denied on the key that encrypts it: {why}"
            ),
            Denial::UnusableKmsKey(why) => {
                write!(f, "the KMS key that encrypts it cannot be used: {why}")
            }
        }
    }
}

impl GetError {
    /// The error of a listing that has more pages than [`Limits::pages`](crate::base::limits::Limits::pages).
    pub fn too_many_pages() -> Self {
        GetError::Io("an answer has too many pages".into())
    }

    /// The error of an answer that lacks a header of every answer of S3: a proxy or another server on the way
    /// may have sent it.
    pub fn foreign() -> Self {
        let why = "the answer lacks x-amz-request-id, so it may not come from S3";
        GetError::Io(why.into())
    }

    /// The same for CloudTrail and STS.
    pub fn foreign_to_aws() -> Self {
        let why = "the answer lacks x-amzn-requestid, so it may not come from AWS";
        GetError::Io(why.into())
    }

    /// The error of an object whose content did not fit into a temporary file.
    pub fn temporary_file(error: &io::Error) -> Self {
        GetError::Io(words(error))
    }

    /// Whether an object that gave this error when it was opened or read is requested once more: it was not
    /// found, its body was not complete, or it was changing.
    pub fn is_doubtful(&self) -> bool {
        matches!(
            self,
            GetError::NotFound | GetError::Changed | GetError::Io(_)
        )
    }

    /// Whether the key that encrypts the object is the cause, and not the object.
    pub fn is_of_key(&self) -> bool {
        let GetError::Denied(denial) = self else {
            return false;
        };
        match denial {
            Denial::Access(_) => false,
            Denial::KmsKey(_) | Denial::UnusableKmsKey(_) => true,
        }
    }

    /// The reason in a finding.
    pub fn reason(&self) -> Reason {
        match self {
            GetError::NotFound => Reason::NotFound,
            GetError::NoBucket(_) => Reason::NoSuchBucket,
            GetError::Denied(_) => Reason::Denied,
            GetError::Archived(_) => Reason::Archived,
            GetError::Throttled(_) => Reason::Throttled,
            GetError::Credentials(_) => Reason::Credentials,
            GetError::ClockSkewed(_) => Reason::ClockSkewed,
            GetError::RegionDisabled(_) => Reason::RegionDisabled,
            GetError::Unreachable => Reason::Unreachable,
            GetError::Cancelled(CancelReason::Signal | CancelReason::OutputClosed) => {
                Reason::Interrupted
            }
            GetError::Cancelled(CancelReason::Deadline(_)) => Reason::Deadline,
            GetError::Refused(_) => Reason::Refused,
            GetError::Elsewhere(_) => Reason::Elsewhere,
            GetError::Changed => Reason::Changed,
            GetError::NotCollected => Reason::NotCollected,
            GetError::BundleAltered => Reason::BundleAltered,
            GetError::NotInParts(_) => Reason::NotInParts,
            GetError::Io(_) => Reason::Io,
        }
    }

    /// What happened, as a part of a message.
    pub fn detail(&self) -> String {
        match self {
            GetError::NotFound => "it does not exist".into(),
            GetError::NoBucket(bucket) => format!("bucket {bucket} does not exist"),
            GetError::Denied(denial) => format!("access was denied ({denial})"),
            GetError::Archived(class) => format!("it is archived ({class})"),
            GetError::Throttled(why) => format!("the service throttled every attempt ({why})"),
            GetError::Credentials(why) => format!("the credentials were not accepted ({why})"),
            GetError::ClockSkewed(why) => {
                format!("the local clock differs too much from that of AWS ({why})")
            }
            GetError::RegionDisabled(region) => format!(
                "region {region} refuses credentials that are accepted elsewhere: it is switched off for the \
                 account, or does not accept tokens of the global STS endpoint"
            ),
            GetError::Unreachable => {
                "nothing answered for a long time, so no further request was made".into()
            }
            GetError::Cancelled(CancelReason::Signal | CancelReason::OutputClosed) => {
                "the validation was interrupted".into()
            }
            GetError::Cancelled(deadline) => format!("{deadline} had passed"),
            GetError::Refused(why) => format!("refused: {why}"),
            GetError::Elsewhere(bucket) => {
                format!("bucket {bucket} was not given")
            }
            GetError::Changed => "the file changed while it was read".into(),
            GetError::NotCollected => {
                "the bundle does not hold it: its collection did not need it".into()
            }
            GetError::BundleAltered => {
                "the bundle was altered: its file is not the one that was collected".into()
            }
            GetError::NotInParts(Some(shard)) => {
                format!("the part of shard {shard} does not hold it")
            }
            GetError::NotInParts(None) => {
                "no part holds it: a shard was not run, its part is broken, or the plan knows nothing of it"
                    .into()
            }
            GetError::Io(why) => format!("reading failed ({why})"),
        }
    }

    /// Whether nothing else can be read after this error.
    pub fn ends_all(&self) -> bool {
        matches!(
            self,
            GetError::ClockSkewed(_) | GetError::Credentials(_) | GetError::Cancelled(_)
        )
    }

    /// The error that a body gave while it was read: the `GetError` inside if there is one, else `Io`.
    pub fn from_body(error: io::Error) -> GetError {
        match error.downcast::<GetError>() {
            Ok(error) => error,
            Err(error) => GetError::Io(words(&error)),
        }
    }
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail())
    }
}

impl std::error::Error for GetError {}
