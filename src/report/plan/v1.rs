//! The frozen plan, `trailproof.plan/v1`, in JSON Lines: a header, then one line per shard. Fields may be added, but
//! never removed or given another meaning. Times are RFC 3339 in UTC. A value that is absent is null.
//!
//! A plan is read back by each shard and by the merge, and it decides what they read. So a plan with a field that is
//! not known comes from a later version and is refused.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::report::date_time::DateTime;

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.plan/v1";

/// The first line of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanHeader {
    /// Always `trailproof.plan/v1`.
    pub schema: String,
    /// SHA-256 of the file in which these 64 hex digits are zeros. Each part of a validation says of which plan it is.
    pub sha256: String,
    /// The version of trailproof that wrote the plan.
    pub trailproof: String,
    /// When the plan was made. All shards validate as of this time.
    #[schemars(with = "DateTime")]
    pub planned_at: Timestamp,
    /// The time that the validation is about; null where the data says it.
    #[schemars(with = "Option<DateTime>")]
    pub as_of: Option<Timestamp>,
    /// How many seconds the clock of the planning machine was ahead of that of AWS; null if that is not known.
    pub clock_ahead: Option<i64>,
    /// What the shards validate together.
    pub request: PlannedRequest,
    /// The buckets.
    pub buckets: Vec<String>,
    /// How many shards there are.
    pub shards: u32,
    /// The digests and logs that all shards read together. A digest counts once for each shard that reads it.
    pub objects: u64,
    /// Their bytes as stored.
    pub bytes: u64,
    /// The GET and LIST requests of all shards.
    pub requests: u64,
    /// The hours of all shards, one after another.
    pub hours: f64,
    /// The price of all shards in US dollars.
    pub price_usd: f64,
    /// The rates behind hours and prices.
    pub rates: PlanRates,
    /// What the plan counts objects from.
    pub listed_by: ListedBy,
}

/// What the shards validate together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedRequest {
    /// The options of `validate` that say what to validate. Paths are absolute. Whose credentials are used, and how
    /// many objects are processed at the same time, is said to each shard.
    pub arguments: Vec<String>,
    /// The folder in which the plan was made.
    pub folder: String,
    /// The paths that were given relative to it, as they were given: a report of the same folder shows them so.
    pub relative_paths: Vec<String>,
}

/// The rates behind hours and prices.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRates {
    /// Logs and digests that one machine reads and hashes in a second.
    pub logs_per_second: f64,
    /// MiB as stored that one machine reads and hashes in a second.
    pub mib_per_second: f64,
    /// US dollars for 1,000 GET requests.
    pub price_get: f64,
    /// US dollars for 1,000 LIST requests.
    pub price_list: f64,
    /// US dollars for the transfer of 1 GB, which is taken for 10⁹ bytes.
    pub price_gb: f64,
    /// US dollars for an hour of one machine.
    pub price_hour: f64,
}

/// What a plan counts objects from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListedBy {
    /// Listings of the buckets, or of a copy.
    Listing,
    /// An S3 Inventory report, and listings of what is newer.
    Inventory,
}

/// A line of a plan after the first: one shard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedShard {
    /// Its number, from 0.
    pub shard: u32,
    /// What it validates, by account and region. Empty only where nothing was found.
    pub groups: Vec<PlannedGroup>,
    /// The digests and logs that it reads.
    pub objects: u64,
    /// Their bytes as stored.
    pub bytes: u64,
    /// Its GET and LIST requests.
    pub requests: u64,
    /// How many hours it takes.
    pub hours: f64,
    /// Its price in US dollars.
    pub price_usd: f64,
}

/// An account and region in a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedGroup {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The share of its logs, as I/N: those of which the first eight bytes of the SHA-256 of a zero byte and their
    /// key, as a number, leave the remainder I - 1 when divided by N. The first share also stands for everything
    /// but the logs. Null if the shard validates all of it.
    pub share: Option<String>,
    /// The chains with digests there, by id.
    pub chains: Vec<PlannedChain>,
    /// The logs of the window that this shard reads.
    pub logs: u64,
    /// These logs, and the digests.
    pub objects: u64,
    /// Their bytes as stored.
    pub bytes: u64,
}

/// A chain of an account and region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedChain {
    /// `ACCOUNT/REGION/HOME_REGION/TRAIL`.
    pub chain: String,
    /// The organization whose trail this is; null for an account's own trail.
    pub organization: Option<String>,
    /// The end of the first digest that is listed.
    #[schemars(with = "DateTime")]
    pub first: Timestamp,
    /// The end of the last digest that is listed.
    #[schemars(with = "DateTime")]
    pub last: Timestamp,
    /// How many digests are listed, backfill digests included.
    pub digests: u64,
}

/// A line of a plan.
#[derive(Debug, JsonSchema)]
#[schemars(title = "trailproof.plan/v1", inline)]
#[serde(untagged)]
pub enum PlanLine {
    /// The first line.
    Header(Box<PlanHeader>),
    /// Each line after that.
    Shard(PlannedShard),
}

/// The JSON Schema of the lines of a plan.
pub fn schema() -> Schema {
    schema_for!(PlanLine)
}
