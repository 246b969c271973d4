//! A command of the AWS CLI that a finding calls for.

mod line;
mod parts;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use line::restore_line;
pub(crate) use line::{file, words};
pub use parts::{AwsAction, CommandParts};

/// A command of the AWS CLI. It only reads from AWS, and writes at most a file of a copy.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(from = "CommandParts")]
pub struct AwsCommand {
    /// What it does, on what.
    #[serde(flatten)]
    pub parts: CommandParts,
    /// The command as one line for a POSIX shell; null if a name in it could be taken for something else. A saved
    /// report comes from outside, so its line is never read, but made again.
    pub line: Option<String>,
}

impl From<CommandParts> for AwsCommand {
    fn from(parts: CommandParts) -> Self {
        let line = line::line(&parts);
        AwsCommand { parts, line }
    }
}
