//! The frozen state, `trailproof.state/v1`. Fields may be added, but never removed or given another meaning.
//! Times are RFC 3339 in UTC. A value that is absent is null.
//!
//! A state is read back by the next run, and it decides what that run reads. So a state with a field that is not
//! known comes from a later version and is refused.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::proof::coverage::State as CoverageState;
use crate::proof::finding::{Code, Severity, Verdict};
use crate::proof::gap::{Cause, Certainty};
use crate::report::date_time::DateTime;
use crate::report::validation::v1::SourceKind;

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.state/v1";

/// What the runs of a scheduled check proved, where the next run continues, and what it reads again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "trailproof.state/v1", inline)]
pub struct State {
    /// Always `trailproof.state/v1`.
    pub schema: String,
    /// The program that wrote it.
    pub tool: String,
    /// The version of that program.
    pub version: String,
    /// When its first run began.
    #[schemars(with = "DateTime")]
    pub begun: Timestamp,
    /// How many runs it has seen.
    pub runs: u64,
    /// SHA-256 of the state that the last run continued; null after the first run.
    pub continues: Option<String>,
    /// What its runs validate. A run with another scope is refused.
    pub scope: Scope,
    /// For how long the history is kept, in seconds; null for always.
    pub keep_history: Option<i64>,
    /// The runs, oldest first. Runs that follow each other with the same result are one entry.
    pub history: Vec<Runs>,
    /// The chains, by id and organization.
    pub chains: Vec<Chain>,
    /// SHA-256 of all bytes of the file before `,"checksum"`, in hex digits. It shows damage, and no forgery.
    pub checksum: String,
}

/// What the runs of a state validate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Where objects are read.
    pub source: SourceKind,
    /// The beginning of the window of the first run; null if it was that of each chain's data.
    #[schemars(with = "Option<DateTime>")]
    pub start: Option<Timestamp>,
    /// The regions given; empty for all.
    pub regions: Vec<String>,
    /// The accounts given; empty for all.
    pub account_ids: Vec<String>,
    /// The organizations given; empty for all.
    pub organization_ids: Vec<String>,
    /// The trails given; empty for all.
    pub trail_arns: Vec<String>,
    /// The buckets given.
    pub buckets: Vec<String>,
    /// The prefixes given; empty for all.
    pub prefixes: Vec<String>,
    /// The rules of `--map`: found=recorded.
    pub map: Vec<String>,
    /// Which logs are read: `all`, `none`, `I/N` or `P%`.
    pub logs: String,
}

/// Runs that followed each other with the same result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runs {
    /// The time of the check of the first of them.
    #[schemars(with = "DateTime")]
    pub first: Timestamp,
    /// The time of the check of the last of them.
    #[schemars(with = "DateTime")]
    pub last: Timestamp,
    /// How many they were.
    pub runs: u64,
    /// The longest time between two of them, in seconds; 0 for a single run.
    pub longest_pause: i64,
    /// Their verdict.
    pub verdict: Verdict,
    /// Whether everything requested could be checked.
    pub complete: bool,
    /// Their exit status, which `--accept` and `--fail-on` may make 0; null where an earlier version wrote the state.
    pub exit_status: Option<u8>,
}

/// One chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// `ACCOUNT/REGION/HOME_REGION/TRAIL`.
    pub id: String,
    /// The organization whose trail this is; null for an account's own trail.
    pub organization: Option<String>,
    /// The beginning of the window in which it was first validated.
    #[schemars(with = "DateTime")]
    pub since: Timestamp,
    /// Where the window of the next run begins: all time before that is settled, or was given up.
    #[schemars(with = "DateTime")]
    pub next_from: Timestamp,
    /// The time of the last check that found the chain.
    #[schemars(with = "DateTime")]
    pub looked_at: Timestamp,
    /// The newest digest that was proven; null if none ever was.
    pub head: Option<Head>,
    /// What the next run reads again: time from `next_from` on that is pending, or not verified and not given up.
    pub open: Vec<Stretch>,
    /// What is older than that and not settled. Each run reports it, for 7 days from when it was first found. Time that
    /// could not be validated is read again once a day.
    #[serde(default)]
    pub deferred: Vec<Deferred>,
    /// The minute of the oldest object among the logs that no digest lists yet and that a backfill digest may still
    /// list; null if there is none.
    #[schemars(with = "Option<DateTime>")]
    pub waiting_since: Option<Timestamp>,
    /// The state of the time that the runs validated: intervals in order, without holes, from `since` or from where
    /// the history was cut, to the end of the last window.
    pub seen: Vec<Stretch>,
    /// Gaps that the runs found, in order.
    pub gaps: Vec<Gap>,
    /// Findings by code, apart from gaps.
    pub findings: Vec<Findings>,
}

/// A proven digest, enough to recognise it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The bucket that it was written to.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// SHA-256 of its uncompressed bytes, in hex digits.
    pub sha256: String,
    /// Its signature in hex digits; null if it is not known.
    pub signature: Option<String>,
    /// The beginning of its interval.
    #[schemars(with = "DateTime")]
    pub start: Timestamp,
    /// The end of its interval.
    #[schemars(with = "DateTime")]
    pub end: Timestamp,
}

/// A stretch of time in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stretch {
    /// Its first instant.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// The first instant after it.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// Its state, as the last run that validated it found it.
    pub state: CoverageState,
}

/// A stretch of old time that is not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deferred {
    /// Its first instant.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// The first instant after it.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// Its state: unproven or failed.
    pub state: CoverageState,
    /// The time of the check of the run that found it first.
    #[schemars(with = "DateTime")]
    pub since: Timestamp,
    /// The time of the check of the last run that validated it.
    #[schemars(with = "DateTime")]
    pub tried: Timestamp,
}

/// A gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// Its first instant.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// The first instant after it.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// The cause.
    pub cause: Cause,
    /// How certain the cause is.
    pub certainty: Certainty,
}

/// The findings of one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// The code.
    pub code: Code,
    /// Its severity.
    pub severity: Severity,
    /// How many runs reported it.
    pub runs: u64,
    /// The time of the check of the first run that reported it.
    #[schemars(with = "DateTime")]
    pub first: Timestamp,
    /// The time of the check of the last run that reported it.
    #[schemars(with = "DateTime")]
    pub last: Timestamp,
    /// The largest number of objects or intervals that one run reported.
    pub count: u64,
}

/// The JSON Schema of a state, made from its types.
pub fn schema() -> Schema {
    schema_for!(State)
}
