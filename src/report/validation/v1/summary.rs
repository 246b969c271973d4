//! The report in numbers and in three sentences.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The report in numbers and in three sentences. All of it follows from the rest of the report, so a reader of
/// a saved report computes it again.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// The most important sentences: what is proven, what is not, and what to do.
    pub sentences: Vec<String>,
    /// The hours of all chains together.
    pub hours: Hours,
    /// The objects of all chains together.
    pub objects: Objects,
    /// Each chain, in the order of `chains`.
    pub chains: Vec<ChainSummary>,
}

/// The summary of one chain.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ChainSummary {
    /// The chain's `id`.
    pub chain: String,
    /// The organization whose trail this is; null for an account's own trail.
    pub organization: Option<String>,
    /// Its hours.
    pub hours: Hours,
    /// Its objects.
    pub objects: Objects,
}

/// Time by state, in hours with four decimals. The states add up to the time requested.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hours {
    /// The window: the time that was requested.
    pub asked: f64,
    /// Covered by proven digests.
    pub proven: f64,
    /// So recent that its digests may not be delivered yet.
    pub pending: f64,
    /// Not covered by a digest.
    pub gap: f64,
    /// Could not be checked.
    pub unproven: f64,
    /// With objects that were altered, are missing, or are forged.
    pub failed: f64,
}

/// Objects by kind and state.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Objects {
    /// Digests.
    pub digests: ObjectCounts,
    /// Backfill digests, which cover no time.
    pub backfill_digests: ObjectCounts,
    /// Logs.
    pub logs: ObjectCounts,
}

/// Objects of one kind by state.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectCounts {
    /// As CloudTrail delivered them.
    pub proven: u64,
    /// Altered or forged.
    pub altered: u64,
    /// Missing, and listed by a proven digest, referred to by a proven link, or delivered according to CloudTrail.
    pub missing: u64,
    /// Further digests that are missing between proven ones, estimated at one per hour; 0 for logs.
    pub missing_estimated: u64,
    /// Could not be checked.
    pub unproven: u64,
    /// Objects among the logs that no digest lists; null for digests, and where no search was made.
    pub unreferenced: Option<u64>,
    /// Present, but not read on request; 0 for digests.
    pub not_read: u64,
}
