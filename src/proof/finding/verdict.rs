//! Verdicts and severities. A verdict is the maximum over the severities of findings and the states
//! of coverage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The answer for one chain or for all of the report, in order of gravity.
#[must_use]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every instant asked for is covered by proven digests, and every log they name exists and is intact. A
    /// log that was not read, on request, is only known to exist.
    Verified,
    /// No digest covers part of the window.
    Gaps,
    /// Something could not be checked.
    Unproven,
    /// Something was altered, is missing, or is forged.
    Failed,
}

impl Verdict {
    /// The exit status of the process.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Verified => 0,
            Verdict::Failed => 1,
            Verdict::Gaps => 3,
            Verdict::Unproven => 4,
        }
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Verified => "verified",
            Verdict::Gaps => "gaps",
            Verdict::Unproven => "unproven",
            Verdict::Failed => "failed",
        }
    }
}

/// How bad a finding is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never touches the verdict.
    Note,
    /// No digest covers this time.
    Gap,
    /// Could not be checked.
    Unproven,
    /// Altered, missing or forged.
    Failed,
}

impl Severity {
    /// The least verdict that this severity allows.
    pub fn verdict(self) -> Verdict {
        match self {
            Severity::Note => Verdict::Verified,
            Severity::Gap => Verdict::Gaps,
            Severity::Unproven => Verdict::Unproven,
            Severity::Failed => Verdict::Failed,
        }
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Gap => "gap",
            Severity::Unproven => "unproven",
            Severity::Failed => "failed",
        }
    }
}
