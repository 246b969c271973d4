//! The checks of `doctor` and their results, in the words of reports.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::tone::Tone;

/// The result of a check, the least severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is as needed.
    Ok,
    /// A validation works, but there is something to know or to improve.
    Warning,
    /// It could not be checked.
    Unknown,
    /// It is not as needed.
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
        /// A check. Names are fixed; more may be added.
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

            /// Whether a validation depends on it. A check that is not needed does not change the exit status if
            /// it could not be made.
            pub fn needed(self) -> bool {
                match self {
                    $(Check::$check => $needed,)*
                }
            }
        }
    };
}

checks! {
    /// Whether the endpoints of S3 and CloudTrail can be reached: DNS, connection, TLS and an answer.
    Network "network" true,
    /// Whose credentials are used. Not needed, because a validation makes no call to STS.
    Credentials "credentials" false,
    /// How far the local clock differs from that of AWS.
    ClockSkew "clock-skew" true,
    /// Whether the bucket exists.
    BucketExists "bucket-exists" true,
    /// The region of the bucket.
    BucketRegion "bucket-region" true,
    /// Whether the bucket may be listed.
    ListPermission "list-permission" true,
    /// Whether the bucket holds digests.
    DigestsFound "digests-found" true,
    /// How old the newest digest is.
    DigestAge "digest-age" true,
    /// Whether the newest digest may be read.
    ReadPermission "read-permission" true,
    /// Whether the key that encrypts the newest digest may be used.
    Kms "kms" true,
    /// Whether the newest digest, and a log that it lists, can be read without being restored first.
    StorageClass "storage-class" true,
    /// Whether the newest digest has its signature.
    SignatureMetadata "signature-metadata" true,
    /// Whether public keys may be listed.
    KeyPermission "key-permission" true,
    /// Whether the key that signed the newest digest is among the public keys.
    KeyKnown "key-known" true,
    /// Whether trails may be described.
    DescribePermission "describe-permission" true,
    /// Whether the trail exists.
    TrailFound "trail-found" false,
    /// Whether log file validation is on, so that the trail writes digests.
    ValidationOn "validation-on" false,
    /// Whether the status of the trail may be read.
    StatusPermission "status-permission" false,
    /// Whether the trail is logging.
    Logging "logging" false,
    /// Whether the last digest could be delivered.
    Delivery "delivery" false,
    /// How the bucket encrypts new objects.
    Encryption "encryption" false,
    /// Whether the bucket keeps objects that are deleted or overwritten.
    Versioning "versioning" false,
    /// Whether the bucket protects its objects from deletion.
    ObjectLock "object-lock" false,
}
