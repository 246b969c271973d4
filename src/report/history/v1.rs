//! The frozen JSON report of `history`, `trailproof.history/v1`. Fields may be added, but never removed or given
//! another meaning. Times are RFC 3339 in UTC. A value that is absent is null.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::proof::finding::{Code, Severity, Verdict};
use crate::report::date_time::DateTime;
use crate::report::state::v1::{Gap, Head, Runs, Scope};
use crate::report::validation::v1::{Run, Span, Stretch, full_name};

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.history/v1";

/// What a state says that the runs of a scheduled check proved. It rests on the file of the state alone: nothing
/// else was read.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "trailproof.history/v1", inline)]
pub struct History {
    /// Always `trailproof.history/v1`.
    pub schema: &'static str,
    /// What the state says, in sentences: what is verified, open and failed, and whether the check ran as often
    /// as it should; then on what this rests.
    pub sentences: Vec<String>,
    /// The worst that the state reports for the period: of the time of all chains as it was found last, findings
    /// that failed, and findings that the last run still reported. Time that no run checked counts as `unproven`, and
    /// so does a check that has stopped.
    pub worst: Verdict,
    /// The state.
    pub state: StateFile,
    /// What the runs of the state validate.
    pub scope: Scope,
    /// The period.
    pub period: Period,
    /// The runs in the period.
    pub runs: RunCounts,
    /// Sums over the chains that were checked in the period.
    pub totals: Totals,
    /// The chains that were validated in the period or before, by id.
    pub chains: Vec<Chain>,
    /// What this report does not prove, in sentences.
    pub not_proven: Vec<String>,
    /// How this report was made. Everything else is the same for the same state and the same request, but for a
    /// period that ends after the last run.
    pub run: Run,
}

/// The state on which all of the report rests.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StateFile {
    /// SHA-256 of its file.
    pub sha256: String,
    /// Whether that hash was given with `--state-sha256`. If not, nothing shows that the runs left this file.
    pub sha256_given: bool,
    /// SHA-256 of the state that its last run continued; null after the first run.
    pub continues: Option<String>,
    /// The program that wrote it.
    pub tool: String,
    /// The version of that program.
    pub version: String,
    /// When its first run began.
    #[schemars(with = "DateTime")]
    pub begun: Timestamp,
    /// The time of the check of its last run; null if its history holds none.
    #[schemars(with = "Option<DateTime>")]
    pub last_run: Option<Timestamp>,
    /// How many runs it has seen.
    pub runs: u64,
    /// For how long the history is kept, in seconds; null for always.
    pub keep_history: Option<i64>,
}

/// The period of the report.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Period {
    /// The `--start-time` given.
    #[schemars(with = "Option<DateTime>")]
    pub start: Option<Timestamp>,
    /// The `--end-time` given.
    #[schemars(with = "Option<DateTime>")]
    pub end: Option<Timestamp>,
    /// Its first instant: as given, else where the history begins.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// The first instant after it: as given, but not after this report; else the end of the last window. If the next
    /// run is not overdue and the period lasts, it is the end of the last window too.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// The first instant of it that the history holds.
    #[schemars(with = "DateTime")]
    pub held_from: Timestamp,
    /// The first instant after what the history holds of it.
    #[schemars(with = "DateTime")]
    pub held_to: Timestamp,
}

/// The runs whose checks were in the period.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RunCounts {
    /// The number of runs.
    pub count: u64,
    /// How many of these may have been outside of the period: runs with the same result are one entry of the
    /// history, and an entry may begin before the period, or end after it.
    pub uncertain: u64,
    /// The check of the first of them; null if there was none.
    #[schemars(with = "Option<DateTime>")]
    pub first: Option<Timestamp>,
    /// The check of the last of them.
    #[schemars(with = "Option<DateTime>")]
    pub last: Option<Timestamp>,
    /// How often a run is expected, in seconds.
    pub every: i64,
    /// The longest time without a run, in seconds; null if there was no run.
    pub longest_pause: Option<i64>,
    /// The least number of runs that were missed.
    pub missed: u64,
    /// How many runs had each verdict.
    pub verdicts: Verdicts,
    /// How many runs could not check everything requested.
    pub not_complete: u64,
    /// How many runs were not `verified` and ended with exit status 0 all the same, because of `--accept` or
    /// `--fail-on`.
    pub accepted: u64,
    /// The runs, oldest first. Runs that follow each other with the same result are one entry.
    pub history: Vec<Runs>,
}

/// How many runs had each verdict.
#[derive(Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Verdicts {
    /// `verified`.
    pub verified: u64,
    /// `gaps`.
    pub gaps: u64,
    /// `unproven`.
    pub unproven: u64,
    /// `failed`.
    pub failed: u64,
}

/// Sums over the chains.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Totals {
    /// The number of chains that were checked in the period.
    pub chains: u64,
    /// How many of these are verified in all of the period since they were first validated, apart from time that is
    /// pending.
    pub verified_chains: u64,
    /// How many of these failed: part of their time, or a finding.
    pub failed_chains: u64,
    /// How many of these have something open in the period.
    pub open_chains: u64,
    /// Chains that no run of the period checked or reported as missing, as after `--exclude`. They are not in these
    /// sums.
    pub left_out: u64,
    /// Chains that were first validated after the period. They are not listed.
    pub later: u64,
    /// Their hours.
    pub hours: Hours,
    /// The share of these hours that is verified, in percent with four decimals, rounded down.
    pub verified_percent: f64,
}

/// One chain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Chain {
    /// `ACCOUNT/REGION/HOME_REGION/TRAIL`.
    pub id: String,
    /// The organization whose trail this is; null for an account's own trail.
    pub organization: Option<String>,
    /// Whether the report has another chain of the same id. It is not written.
    #[serde(skip)]
    pub shares_id: bool,
    /// The beginning of the window in which it was first validated.
    #[schemars(with = "DateTime")]
    pub since: Timestamp,
    /// Its part of the period: without the time before `since`, unless the period begins before the history.
    pub window: Span,
    /// Whether a run of the period checked it.
    pub checked: bool,
    /// The worst that the state reports for it in the period.
    pub worst: Verdict,
    /// The hours of its part of the period.
    pub hours: Hours,
    /// The share of these hours that is verified, in percent with four decimals, rounded down.
    pub verified_percent: f64,
    /// The beginning of the newest time that is verified without interruption, as far as the history reaches;
    /// null if no time is verified.
    #[schemars(with = "Option<DateTime>")]
    pub verified_since: Option<Timestamp>,
    /// The end of that time.
    #[schemars(with = "Option<DateTime>")]
    pub verified_until: Option<Timestamp>,
    /// The state of its time in the period, in order. Time that no run checked is left out.
    pub coverage: Vec<Stretch>,
    /// Time of the period that the next run reads again.
    pub open: Vec<Stretch>,
    /// The minute of the oldest object among the logs that no digest lists yet and that a backfill digest may still
    /// list; null if there is none in the period.
    #[schemars(with = "Option<DateTime>")]
    pub waiting_since: Option<Timestamp>,
    /// The time of the last check of it, if the last run did not check it: it was excluded, or nothing of it was
    /// found; else null. The next run then reads nothing of it again.
    #[schemars(with = "Option<DateTime>")]
    pub unchecked_since: Option<Timestamp>,
    /// Where the window of the next run begins, if that checks the chain.
    #[schemars(with = "DateTime")]
    pub next_from: Timestamp,
    /// The gaps that meet the period, in order.
    pub gaps: Vec<Gap>,
    /// The findings that runs of the period reported, by code, apart from gaps.
    pub findings: Vec<ReportedFindings>,
    /// The newest digest that was proven; null if none ever was.
    pub head: Option<Head>,
    /// The time of the last check that found the chain.
    #[schemars(with = "DateTime")]
    pub last_check: Timestamp,
}

impl Chain {
    /// The name in reports for people: its id, and its organization if the report has another chain of that id.
    pub fn name(&self) -> String {
        let organization = self.organization.as_deref();
        full_name(&self.id, organization.filter(|_| self.shares_id))
    }
}

/// Time by state, in hours with four decimals. The states add up to all.
#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Hours {
    /// The time of the period.
    pub all: f64,
    /// Covered by proven digests.
    pub verified: f64,
    /// So recent that its digests may not have been delivered yet.
    pub pending: f64,
    /// Not covered by a digest.
    pub gap: f64,
    /// Could not be checked.
    pub unproven: f64,
    /// With objects that were altered, are missing, or are forged.
    pub failed: f64,
    /// Checked by no run, or no longer in the history.
    pub not_checked: f64,
}

/// The findings of one code, as the state sums them up.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReportedFindings {
    /// The code.
    pub code: Code,
    /// Its severity.
    pub severity: Severity,
    /// How many runs reported it, in the period or not.
    pub runs: u64,
    /// The time of the check of the first run that reported it.
    #[schemars(with = "DateTime")]
    pub first: Timestamp,
    /// The time of the check of the last run that reported it.
    #[schemars(with = "DateTime")]
    pub last: Timestamp,
    /// The largest number of objects or intervals that one run reported.
    pub count: u64,
    /// Whether the last run of the state reported it.
    pub still_reported: bool,
}

/// The JSON Schema of a history, made from its types.
pub fn schema() -> Schema {
    schema_for!(History)
}
