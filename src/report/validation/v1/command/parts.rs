//! What a command does, on what. All of it may come from a saved report.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::date_time::DateTime;
use crate::report::open_enum::Word;

/// What a command does, on what.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CommandParts {
    /// What it does.
    pub action: Word<AwsAction>,
    /// The bucket.
    #[serde(default)]
    pub bucket: Option<String>,
    /// The key of an object, or what the keys begin with.
    #[serde(default)]
    pub key: Option<String>,
    /// The version of the object.
    #[serde(default)]
    pub version_id: Option<String>,
    /// The file that it writes, in the folder given with `--path`.
    #[serde(default)]
    pub file: Option<String>,
    /// The region.
    #[serde(default)]
    pub region: Option<String>,
    /// From when keys are wanted.
    #[serde(default)]
    #[schemars(with = "Option<DateTime>")]
    pub from: Option<Timestamp>,
    /// Until when.
    #[serde(default)]
    #[schemars(with = "Option<DateTime>")]
    pub to: Option<Timestamp>,
}

/// What a command does.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AwsAction {
    /// Saves the public keys of a region and time.
    ListPublicKeys,
    /// Saves the metadata of an object beside its copy.
    HeadObject,
    /// Copies a folder of logs.
    CopyFolder,
    /// Lists versions and delete markers.
    ListObjectVersions,
    /// Saves a version of an object.
    GetObjectVersion,
}

impl From<AwsAction> for CommandParts {
    fn from(action: AwsAction) -> Self {
        CommandParts {
            action: action.into(),
            bucket: None,
            key: None,
            version_id: None,
            file: None,
            region: None,
            from: None,
            to: None,
        }
    }
}
