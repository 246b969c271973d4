//! The checks of `doctor` and their results, in the words that reports use.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::tone::Tone;

/// What came of a look, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is as it should be.
    Ok,
    /// A validation works; something about it is worth knowing.
    Warning,
    /// It could not be looked at.
    Unknown,
    /// It is not as it has to be.
    Failed,
}

impl From<Status> for Tone {
    fn from(status: Status) -> Tone {
        match status {
            Status::Ok => Tone::Good,
            Status::Warning | Status::Unknown => Tone::Doubtful,
            Status::Failed => Tone::Bad,
        }
    }
}

impl Status {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Warning => "warning",
            Status::Unknown => "unknown",
            Status::Failed => "failed",
        }
    }

    /// The exit status of the process.
    pub fn exit_code(self) -> u8 {
        match self {
            Status::Ok | Status::Warning => 0,
            Status::Failed => 1,
            Status::Unknown => 4,
        }
    }
}

macro_rules! checks {
    ($($(#[$doc:meta])* $check:ident $name:literal $needed:literal,)*) => {
        /// One thing that is looked into. Names are fixed; more may be added.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Check {
            $($(#[$doc])* $check,)*
        }

        impl Check {
            /// Every check, in the order of reports.
            pub const ALL: &[Check] = &[$(Check::$check,)*];

            /// The name in reports.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Check::$check => $name,)*
                }
            }

            /// Whether a validation depends on it. A check that is not needed and could not be made does
            /// not change the exit status.
            pub fn needed(self) -> bool {
                match self {
                    $(Check::$check => $needed,)*
                }
            }
        }
    };
}

checks! {
    /// Who the credentials are. A validation never asks STS: where that cannot be reached, they may do.
    Credentials "credentials" false,
    /// How far the local clock is from that of AWS.
    ClockSkew "clock-skew" true,
    /// Whether the bucket is there.
    BucketExists "bucket-exists" true,
    /// Where the bucket is.
    BucketRegion "bucket-region" true,
    /// Whether the bucket may be listed.
    ListPermission "list-permission" true,
    /// Whether there are digests.
    DigestsFound "digests-found" true,
    /// How old the newest digest is.
    DigestAge "digest-age" true,
    /// Whether the newest digest may be read.
    ReadPermission "read-permission" true,
    /// Whether the key that encrypts the newest digest may be used.
    Kms "kms" true,
    /// Whether the newest digest and a log of it can be read without restoring them.
    StorageClass "storage-class" true,
    /// Whether the newest digest has its signature.
    SignatureMetadata "signature-metadata" true,
    /// Whether public keys may be asked for.
    KeyPermission "key-permission" true,
    /// Whether the key that signed the newest digest is among them.
    KeyKnown "key-known" true,
    /// Whether trails may be asked for.
    DescribePermission "describe-permission" true,
    /// Whether the trail is there.
    TrailFound "trail-found" false,
    /// Whether the trail writes digests.
    ValidationOn "validation-on" false,
    /// Whether the trail's status may be asked for.
    StatusPermission "status-permission" false,
    /// Whether the trail is logging.
    Logging "logging" false,
    /// Whether the last digest could be delivered.
    Delivery "delivery" false,
    /// How the bucket encrypts.
    Encryption "encryption" false,
    /// Whether the bucket keeps what is deleted or overwritten.
    Versioning "versioning" false,
    /// Whether the bucket protects its objects from being deleted.
    ObjectLock "object-lock" false,
}
