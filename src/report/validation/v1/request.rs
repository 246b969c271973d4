//! The request that a report answers.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::date_time::DateTime;
use crate::report::open_enum::Word;

/// What was requested.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Requested {
    /// Where objects were read.
    pub source: Word<SourceKind>,
    /// The beginning of the window; null if it is that of each chain's data.
    #[schemars(with = "Option<DateTime>")]
    pub start: Option<Timestamp>,
    /// The end of the window; null if it is that of each chain's data.
    #[schemars(with = "Option<DateTime>")]
    pub end: Option<Timestamp>,
    /// Where the beginning came from.
    pub start_origin: Origin,
    /// Where the end came from.
    pub end_origin: Origin,
    /// The time of the check, as given or by the clock; null for a copy if it was not given.
    #[schemars(with = "Option<DateTime>")]
    pub as_of: Option<Timestamp>,
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
    /// Chains left out, each with `*` for a part that may be anything.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// The rules of `--map`: found=recorded.
    pub map: Vec<String>,
    /// Which logs are read: `all`, `none`, `I/N` or `P%`.
    pub logs: String,
    /// The seed of a sample of logs; null if there is none.
    pub seed: Option<String>,
    /// How long delivery may take, in seconds.
    pub delivery_lag: i64,
    /// How long after its interval a backfill digest is expected, in seconds.
    pub backfill_grace: i64,
    /// How long the run was allowed to take, in seconds; null without a deadline.
    #[serde(default)]
    pub deadline: Option<i64>,
    /// The largest digest that was read, in bytes after inflating; null in a report of an earlier version.
    #[serde(default)]
    pub max_digest_size: Option<u64>,
    /// Key files, as given.
    pub keys: Vec<String>,
    /// SHA-256 of the manifest of the bundle that was read, as computed from the file; null where no bundle was read.
    #[serde(default)]
    pub manifest_sha256: Option<String>,
    /// Whether the hash of the manifest was given beforehand and is that of the file.
    #[serde(default)]
    pub manifest_given: bool,
    /// The state of earlier runs that this run continues; null where none was given, and for the first run. Each
    /// chain that it holds has a window of its own.
    #[serde(default)]
    pub continues_from: Option<ContinuedState>,
    /// Whether proven logs were to be compared with the events that LookupEvents lists.
    #[serde(default)]
    pub lookup: bool,
    /// The manifests of the S3 Inventory reports that logs of older days were listed from, as given; empty if all was
    /// listed in S3.
    #[serde(default)]
    pub inventory: Vec<String>,
    /// Who collected the bundle that was read, as it says itself; null where no bundle was read. It is known to be
    /// what was written at the collection only if the hash of the manifest was given.
    #[serde(default)]
    pub collected: Option<Collected>,
}

/// The state of earlier runs.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ContinuedState {
    /// SHA-256 of the file, as computed.
    pub sha256: String,
    /// Whether its hash was given beforehand and is that of the file. If not, the file could have been forged.
    pub given: bool,
    /// The time of the check of the last run that it holds.
    #[schemars(with = "DateTime")]
    pub as_of: Timestamp,
    /// How many runs it holds.
    pub runs: u64,
    /// How many chains it holds.
    pub chains: u64,
    /// Seconds of time, over all chains, that earlier runs found failed and that no run validates again.
    pub failed_given_up: i64,
    /// Seconds of time, over all chains, that earlier runs found unproven and that no run validates again.
    pub unproven_given_up: i64,
}

/// Who collected a bundle, with which program, and when.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Collected {
    /// Whose credentials were used, as STS said; null if it is not known.
    pub caller: Option<String>,
    /// The program.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// When the collection started, by the clock of that machine.
    #[schemars(with = "DateTime")]
    pub started: Timestamp,
    /// When it ended; null if it is not known.
    #[schemars(with = "Option<DateTime>")]
    pub ended: Option<Timestamp>,
}

impl Requested {
    /// Whether the buckets that CloudTrail writes to were read, or a bundle that answers as they did.
    pub(crate) fn is_of_buckets(&self) -> bool {
        self.source == SourceKind::S3 || self.source == SourceKind::Bundle
    }
}

/// Where a bound of the window came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// It was given.
    Given,
    /// It is that of the collection of the bundle that was read.
    Bundle,
    /// It is where earlier runs left off, for each chain that they validated; else it was given, or is that of the
    /// data.
    State,
    /// It is that of the data.
    Data,
}

/// Where objects were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// Folders or archives on disk.
    Disk,
    /// Buckets in S3.
    S3,
    /// A bundle that `collect` made of buckets in S3.
    Bundle,
}
