//! What survives of a missing or altered object.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::command::restore_line;
use crate::proof::finding::RecoveryOutcome;
use crate::report::date_time::DateTime;
use crate::report::open_enum::Word;

/// What survives of a missing or altered object, in a bucket that keeps versions. The finding stays what it is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(from = "RecoveryFacts")]
pub struct Recovery {
    /// What was found.
    #[serde(flatten)]
    pub facts: RecoveryFacts,
    /// The command that restores the archived version, as one line for a POSIX shell; null if nothing is to be
    /// restored, or a name in it could be taken for something else. It changes the bucket: trailproof never runs
    /// it, and no script of its commands has it. A saved report comes from outside, so its line is never read,
    /// but made again.
    pub restore: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RecoveryFacts {
    /// The result: `survives` if a version has the content that was delivered, `lost` if no version has it,
    /// `archived` if what may have it must be restored first, `unknown` if that could not be found out.
    pub outcome: Word<RecoveryOutcome>,
    /// The delete marker that hides the object; null if none does. The bucket shows when it was made, and never
    /// by whom: a lifecycle rule makes such markers, too.
    pub deleted_by: Option<DeletedBy>,
    /// The version with the content that was delivered; null if none is known.
    pub original: Option<ObjectVersion>,
    /// The archived version that may have it; null if none is known.
    pub archived: Option<ObjectVersion>,
    /// How many versions were compared.
    pub searched: u64,
    /// Why the result is not known, in one stable word.
    pub reason: Option<String>,
    /// How many digests survive, where the finding is about several; else null.
    pub found: Option<u64>,
    /// How many digests there should be, where that is known; else null.
    pub expected: Option<u64>,
}

/// A delete marker.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeletedBy {
    /// Its version ID.
    pub version_id: String,
    /// When it was made, according to the store.
    #[schemars(with = "Option<DateTime>")]
    pub last_modified: Option<Timestamp>,
}

/// A version of an object. Nothing signs what the store says about it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ObjectVersion {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Its version ID; null for the current object of a bucket without versions.
    pub version_id: Option<String>,
    /// When it was written, according to the store.
    #[schemars(with = "Option<DateTime>")]
    pub last_modified: Option<Timestamp>,
    /// Its stored size in bytes.
    pub size: Option<u64>,
    /// Its entity tag.
    pub etag: Option<String>,
    /// Its storage class.
    pub storage_class: Option<String>,
    /// Where in the bundle its content lies; null where no bundle was read.
    #[serde(default)]
    pub bundle_path: Option<String>,
}

impl From<RecoveryFacts> for Recovery {
    fn from(facts: RecoveryFacts) -> Self {
        let archived = facts.archived.as_ref();
        let restore = archived.and_then(|version| {
            restore_line(
                (&version.bucket, &version.key),
                version.version_id.as_deref(),
                version.storage_class.as_deref(),
            )
        });
        Recovery { facts, restore }
    }
}
