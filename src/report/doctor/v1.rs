//! The frozen JSON report, `trailproof.doctor/v1`. Fields and checks may be added, but never removed or given
//! another meaning. A value that is absent is null.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::report::doctor::check::{Check, Status};

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.doctor/v1";

/// Whether a validation will work, and if not, why not.
#[must_use]
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "trailproof.doctor/v1", inline)]
pub struct Report {
    /// Always `trailproof.doctor/v1`.
    pub schema: &'static str,
    /// The worst status of all checks. An unknown one counts only if a validation depends on it.
    pub status: Status,
    /// The checks, in their fixed order and then by subject.
    pub checks: Vec<Row>,
    /// How this report was made.
    pub run: Run,
}

/// One check.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Row {
    /// The name of the check.
    pub check: Check,
    /// The bucket, trail, region, endpoint or profile that was checked; null if there is only one.
    pub subject: Option<String>,
    /// The result.
    pub status: Status,
    /// Whether a validation depends on it.
    pub needed: bool,
    /// What was found, in words.
    pub found: String,
    /// What to do about it; null if there is nothing to do.
    pub advice: Option<String>,
}

/// How a report was made.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Run {
    /// The program.
    pub tool: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The command line.
    pub command: Vec<String>,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// When it ended.
    pub finished: String,
}

/// The JSON Schema of a report.
pub fn schema() -> Schema {
    schema_for!(Report)
}
