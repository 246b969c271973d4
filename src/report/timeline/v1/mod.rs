//! The frozen JSON report, `trailproof.timeline/v1`. Fields may be added, but never removed or given another
//! meaning. Times are RFC 3339 in UTC. A value that is absent is null.

pub mod investigation;

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use self::investigation::Timeline;
use crate::proof::finding::Verdict;
use crate::report::validation::v1::{Requested, Run};

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.timeline/v1";

/// What happened around the gaps, the damage and the changes of a validation, as proven records say.
#[must_use]
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "trailproof.timeline/v1", inline)]
pub struct TimelineReport {
    /// Always `trailproof.timeline/v1`.
    pub schema: &'static str,
    /// The verdict of the validation.
    pub verdict: Verdict,
    /// Whether the validation could check everything requested. The timeline has its own `complete`.
    pub complete: bool,
    /// Why something could not be proven or was not found, and what to do: one sentence for each code of such findings.
    pub doubts: Vec<String>,
    /// What was requested.
    pub requested: Requested,
    /// The timeline.
    pub timeline: Timeline,
    /// What the validation does not prove, in sentences.
    pub not_proven: Vec<String>,
    /// How this report was made.
    pub run: Run,
}

/// The JSON Schema of a report.
pub fn schema() -> Schema {
    schema_for!(TimelineReport)
}
