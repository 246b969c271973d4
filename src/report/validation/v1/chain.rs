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
    /// The end of the time that is verified without interruption from the window's start; null if the start
    /// is not verified.
    #[schemars(with = "Option<DateTime>")]
    pub verified_until: Option<Timestamp>,
    /// The window of this chain.
    pub window: Span,
    /// Where its proven digests were written.
    pub locations: Vec<Location>,
    /// The state of every instant of the window: intervals in order, without holes.
    pub coverage: Vec<Stretch>,
    /// Time that no digest covers, in order.
    pub gaps: Vec<Gap>,
    /// Its digests.
    pub digests: Digests,
    /// Its backfill digests, which cover no time.
    pub backfill_digests: Digests,
    /// The logs that its digests list.
    pub logs: Logs,
    /// The oldest proven digest in the window.
    pub first_digest: Option<DigestRef>,
    /// The newest proven digest in the window.
    pub last_digest: Option<DigestRef>,
    /// SHA-256 over the evidence: each digest, backfill digest and log, with its state.
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

/// Digests by state.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Digests {
    /// Proven, and linked to its neighbours.
    pub valid: u64,
    /// Altered or forged.
    pub failed: u64,
    /// Missing, although a proven link refers to it or CloudTrail says that it delivered it.
    pub missing: u64,
    /// An estimate, one per hour, of further digests that are missing between proven digests.
    pub missing_inferred: u64,
    /// Not proven.
    pub unproven: u64,
}

/// Logs by state.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Logs {
    /// As delivered.
    pub valid: u64,
    /// Altered.
    pub failed: u64,
    /// Missing.
    pub missing: u64,
    /// Could not be checked.
    pub unproven: u64,
    /// Objects among the logs that no digest lists; null where no search was made.
    pub unreferenced: Option<u64>,
    /// Present, but not read, because `--logs` says so.
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
