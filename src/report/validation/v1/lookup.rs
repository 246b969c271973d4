//! The comparison of proven logs with the events that LookupEvents lists.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::date_time::DateTime;

/// The comparison of proven logs with the events that LookupEvents lists.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Lookup {
    /// The account whose events AWS listed, which is that of the credentials; null if it listed none.
    pub account: Option<String>,
    /// The beginning of the time of the events.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// The end of the time of the events.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// Whether everything that LookupEvents reaches in this time was compared.
    pub complete: bool,
    /// Events that proven logs hold.
    pub held: u64,
    /// Events that a proven log must hold, and none does: findings with the code event-not-in-logs.
    pub not_in_logs: u64,
    /// Events that no proven log holds and that were not compared.
    pub not_compared: u64,
    /// Each region of the chains of that account.
    pub regions: Vec<LookupRegion>,
}

/// The comparison of one region.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LookupRegion {
    /// The region.
    pub region: String,
    /// Events that proven logs hold.
    pub held: u64,
    /// Events that a proven log must hold, and none does.
    pub not_in_logs: u64,
    /// Events that no proven log holds and that were not compared, by reason.
    pub not_compared: Vec<LookupSkipped>,
    /// Why not all events were listed, in words; null if they were. AWS lists the newest ones first.
    pub ended_by: Option<String>,
}

/// Events that were not compared.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct LookupSkipped {
    /// Why.
    pub reason: String,
    /// How many there are.
    pub count: u64,
}
