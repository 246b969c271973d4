//! The frozen JSON view, `trailproof.doctor/v1`. Fields and checks may be added, never removed or given
//! another meaning. What is absent is null.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::report::doctor::check::{Check, Status};

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.doctor/v1";

/// A report.
#[must_use]
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "trailproof.doctor/v1", inline)]
pub struct Report {
    /// Always `trailproof.doctor/v1`.
    pub schema: &'static str,
    /// The worst of the checks; one that is unknown counts only if a validation hangs on it.
    pub status: Status,
    /// The checks, in their fixed order and then by subject.
    pub checks: Vec<Row>,
    /// How this report was made.
    pub run: Run,
}

/// One check.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Row {
    /// Its name.
    pub check: Check,
    /// Of which bucket, trail, region or profile; null where there is but one.
    pub subject: Option<String>,
    /// What came of it.
    pub status: Status,
    /// Whether a validation hangs on it.
    pub needed: bool,
    /// What was found, in words.
    pub found: String,
    /// What to do about it; null where there is nothing to do.
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
