//! What survives of a missing or altered object in a bucket that keeps versions. None of this changes a
//! finding: the object that is current is still missing or altered.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Code, Finding, Severity};
use crate::base::sha256::Sha256;
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{DigestName, DigestObjectKey, KeyRoot};
use crate::proof::reason::Reason;

/// By what the original of an object is known among its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Original {
    /// A log: the hash of its content, which a proven digest lists.
    Log(Sha256),
    /// A digest: the hash that its proven successor recorded. Without one, its own signature.
    Digest(Option<Sha256>),
    /// Digests that no remaining digest refers to: their own signatures, for the names that they have if logging
    /// was not restarted.
    Digests(Box<ExpectedDigests>),
}

/// The digests of a chain that end every hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedDigests {
    /// The chain.
    pub chain: ChainId,
    /// The buckets and folders that they may have been written to.
    pub places: Vec<(String, KeyRoot)>,
    /// The end of the newest one.
    pub newest: Timestamp,
    /// How many there are at most.
    pub most: u64,
    /// Whether each of them existed. Else one of them did.
    pub each: bool,
}

impl ExpectedDigests {
    /// The bucket and key of each, newest first.
    pub fn places(&self) -> impl Iterator<Item = (&str, DigestObjectKey)> {
        let ends = (0..self.most).map(|hours| {
            let hours = i64::try_from(hours).unwrap_or(i64::MAX);
            shift(self.newest, hours.saturating_mul(-HOUR))
        });
        ends.flat_map(move |end| {
            self.places.iter().map(move |(bucket, root)| {
                let name = DigestName {
                    chain: self.chain.clone(),
                    end,
                    backfill: false,
                };
                let root = root.clone();
                (bucket.as_str(), DigestObjectKey { root, name })
            })
        })
    }
}

/// What a search for the original found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Its result.
    pub outcome: RecoveryOutcome,
    /// The delete marker that hides the object. The bucket shows when it was made, and never by whom.
    pub deleted_by: Option<DeleteMarker>,
    /// The version with the content that was delivered, or the archived one that may have it.
    pub version: Option<StoredVersion>,
    /// How many versions were compared.
    pub searched: u64,
    /// Why that is not known.
    pub reason: Option<Reason>,
    /// Of several digests: how many survive, and how many there should be, where that is known.
    pub digests: Option<(u64, Option<u64>)>,
}

/// The result of a search for the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RecoveryOutcome {
    /// A version has the content that was delivered.
    Survives,
    /// No version has it.
    Lost,
    /// What may have it must be restored first.
    Archived,
    /// It is not known.
    Unknown,
}

/// A delete marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteMarker {
    /// Its version ID.
    pub version_id: String,
    /// When it was made, according to the store.
    pub last_modified: Option<Timestamp>,
}

/// One version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVersion {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Its version ID; `None` for the current object of a bucket without versions.
    pub version_id: Option<String>,
    /// When it was written, according to the store.
    pub last_modified: Option<Timestamp>,
    /// Its stored size in bytes.
    pub size: Option<u64>,
    /// Its entity tag.
    pub etag: Option<String>,
    /// Its storage class.
    pub storage_class: Option<String>,
}

impl Finding {
    /// Sets by what its original is known.
    pub fn original(mut self, original: Original) -> Self {
        self.original = Some(Box::new(original));
        self
    }

    /// By what to search for its original, if that is worth it: the object is missing or altered, and a proof
    /// says what it was.
    pub fn searched_original(&self) -> Option<&Original> {
        let is_accused = self.severity == Severity::Failed && self.code.is_of_objects();
        let is_unsigned =
            self.severity == Severity::Unproven && self.code == Code::DigestSignatureAbsent;
        let original = self.original.as_deref();
        original.filter(|_| is_accused || is_unsigned)
    }

    /// Whether its object must be restored before it can be read.
    pub fn is_archived(&self) -> bool {
        let is_read = matches!(self.code, Code::DigestUnreadable | Code::LogUnreadable);
        is_read && self.reason == Some(Reason::Archived) && self.key.is_some()
    }
}

impl Code {
    /// Whether a failed finding with this code is about digests or logs that are missing or altered.
    pub fn is_of_objects(self) -> bool {
        matches!(
            self,
            Code::DigestMissing
                | Code::DigestSignatureInvalid
                | Code::DigestMalformed
                | Code::DigestIdentityMismatch
                | Code::ChainLinkMismatch
                | Code::KeyUnknown
                | Code::StateMismatch
                | Code::LogMissing
                | Code::LogModified
                | Code::LogMalformed
                | Code::LogTrailingData
        )
    }
}
