//! What is wrong with the file of a part.

use std::fmt;
use std::path::PathBuf;

/// What is wrong with the file of a part, as the continuation of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartError {
    /// It cannot be read.
    Unreadable(String),
    /// It does not begin as a part of this format.
    NotAPart,
    /// It is shorter than any part, or its SHA-256 is not the one at its end.
    Altered,
    /// It is intact, and its content makes no sense.
    Malformed,
    /// It is of another plan, whose SHA-256 this is.
    OtherPlan(String),
    /// Another version of this program wrote it.
    OtherVersion(String),
    /// The plan has no such shard.
    NoSuchShard(u32),
}

impl fmt::Display for PartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartError::Unreadable(why) => write!(f, "cannot be read: {why}"),
            PartError::NotAPart => f.write_str("is not a part that trailproof shard run wrote"),
            PartError::Altered => {
                f.write_str("is cut off or was altered: its SHA-256 is not the one at its end")
            }
            PartError::Malformed => f.write_str("is not a valid part"),
            PartError::OtherPlan(plan) => write!(f, "is a part of another plan (SHA-256 {plan})"),
            PartError::OtherVersion(version) => {
                write!(
                    f,
                    "was written by another version of trailproof ({version})"
                )
            }
            PartError::NoSuchShard(shard) => {
                write!(f, "is of shard {shard}, which the plan does not have")
            }
        }
    }
}

impl std::error::Error for PartError {}

/// A file that is intact and does not belong to the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedPart {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub error: PartError,
}

impl fmt::Display for RefusedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path.display(), self.error)
    }
}

impl std::error::Error for RefusedPart {}
