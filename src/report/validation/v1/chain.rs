//! A chain: its window, its coverage, and the counts of its digests and logs.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gap::Gap;
use crate::proof::coverage::State;
use crate::proof::finding::Verdict;
use crate::report::date_time::DateTime;
use crate::report::hex::Hex;

/// One chain.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// `ACCOUNT/REGION/HOME_REGION/TRAIL`. An account's own trail and its organization's of the same name share
    /// it, and differ in `organization`.
    pub id: String,
    /// The organization whose trail this is; null for an account's own trail.
    #[serde(default)]
    pub organization: Option<String>,
    /// Whether the report has another chain of the same id. It is not written.
    #[serde(skip)]
    pub shares_id: bool,
    /// The partition.
    pub partition: String,
    /// The account whose logs these are.
    pub account: String,
    /// The region the digests were delivered from.
    pub region: String,
    /// The trail's home region.
    pub home_region: String,
    /// The trail's name.
    pub trail: String,
    /// The chain's verdict.
    pub verdict: Verdict,
    /// Until when everything from the window's beginning is verified without interruption.
    #[schemars(with = "Option<DateTime>")]
    pub verified_until: Option<Timestamp>,
    /// The window the chain was held against.
    pub window: Span,
    /// Where its proven digests were written.
    pub locations: Vec<Location>,
    /// The state of every instant of the window: adjoining, in order.
    pub coverage: Vec<Stretch>,
    /// Time that no digest covers, by from.
    pub gaps: Vec<Gap>,
    /// Its digests.
    pub digests: Digests,
    /// Its backfill digests, which cover no time.
    pub backfill_digests: Digests,
    /// The logs its digests name.
    pub logs: Logs,
    /// The oldest proven digest in the window.
    pub first_digest: Option<DigestRef>,
    /// The newest proven digest in the window.
    pub last_digest: Option<DigestRef>,
    /// SHA-256 over the evidence: digests, backfill digests and logs, and what became of each.
    pub evidence_sha256: String,
}

impl Chain {
    /// The name under which reports for people and collectors show the chain: its id, and its organization if
    /// the report has another chain of that id.
    pub fn name(&self) -> String {
        let organization = self.organization.as_deref();
        full_name(&self.id, organization.filter(|_| self.shares_id))
    }
}

/// The name of a chain: its id, and its organization if it has one.
pub(crate) fn full_name(id: &str, organization: Option<&str>) -> String {
    match organization {
        Some(organization) => format!("{id} ({organization})"),
        None => id.to_owned(),
    }
}

/// A stretch of time.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// Its first instant.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// The first instant after it.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
}

/// Where digests were written, over which time.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// The prefix; null if there is none.
    pub prefix: Option<String>,
    /// The organization in the path.
    pub organization: Option<String>,
    /// From when.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// Until when.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
}

/// A stretch of time in one state.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// Its first instant.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// The first instant after it.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// Its state.
    pub state: State,
}

/// Digests by what became of them.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Digests {
    /// Proven and in order.
    pub valid: u64,
    /// Altered or forged.
    pub failed: u64,
    /// Missing, and referred to by a proven link or delivered by what CloudTrail says.
    pub missing: u64,
    /// Missing between proven digests, named by nothing that remains.
    pub missing_inferred: u64,
    /// Not proven.
    pub unproven: u64,
}

/// Logs by what became of them.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Logs {
    /// As delivered.
    pub valid: u64,
    /// Altered.
    pub failed: u64,
    /// Not there.
    pub missing: u64,
    /// Could not be checked.
    pub unproven: u64,
    /// Objects among the logs that no digest lists; null where they were not searched for.
    pub unreferenced: Option<u64>,
    /// There, and not read on request.
    pub not_read: u64,
}

/// A digest as evidence.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DigestRef {
    /// Its key.
    pub key: String,
    /// SHA-256 of its uncompressed bytes.
    pub sha256: String,
    /// Its signature in hex.
    pub signature: Option<Hex>,
    /// The end of its interval.
    #[schemars(with = "DateTime")]
    pub end: Timestamp,
}
