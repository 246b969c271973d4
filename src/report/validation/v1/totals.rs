//! Sums over the chains.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::chain::{Digests, Logs};

/// Sums over the chains.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// The number of chains.
    pub chains: u64,
    /// Digests.
    pub digests: Digests,
    /// Backfill digests.
    pub backfill_digests: Digests,
    /// Logs.
    pub logs: Logs,
    /// Bytes read.
    pub bytes_read: u64,
    /// Bytes hashed.
    pub bytes_hashed: u64,
    /// Findings by severity; one that stands for several counts as many.
    pub findings: FindingCounts,
}

/// Findings by severity.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct FindingCounts {
    /// Altered, missing or forged.
    pub failed: u64,
    /// Could not be checked.
    pub unproven: u64,
    /// Time that no digest covers.
    pub gap: u64,
    /// For information.
    pub note: u64,
}
