//! What a validation found, before any report is made of it.

use jiff::Timestamp;

use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::proof::chain::{Anchor, Location, Tally};
use crate::proof::coverage::Stretch;
use crate::proof::finding::{Finding, Severity, Verdict};
use crate::proof::gap::Gap;
use crate::proof::signature::KeyUse;

/// Logs by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogTally {
    /// As delivered.
    pub valid: u64,
    /// Altered.
    pub failed: u64,
    /// Not there.
    pub missing: u64,
    /// Could not be checked.
    pub unproven: u64,
    /// There, and not read on request.
    pub not_read: u64,
    /// There, and named by no digest; `None` if they were not looked for.
    pub unreferenced: Option<u64>,
}

/// One chain.
#[derive(Debug, Clone)]
pub struct ChainOutcome {
    /// The chain.
    pub id: ChainId,
    /// The window it was held against.
    pub window: Window,
    /// Its verdict.
    pub verdict: Verdict,
    /// Until when everything from the window's beginning is verified without interruption.
    pub verified_until: Option<Timestamp>,
    /// Where its digests were written.
    pub locations: Vec<Location>,
    /// The state of every instant of the window.
    pub coverage: Vec<Stretch>,
    /// Its gaps.
    pub gaps: Vec<Gap>,
    /// Its digests.
    pub digests: Tally,
    /// Its backfill digests.
    pub backfill: Tally,
    /// The logs its digests name.
    pub logs: LogTally,
    /// The oldest and the newest proven digest in the window.
    pub anchors: Option<Box<(Anchor, Anchor)>>,
    /// SHA-256 over the evidence: its digests, backfill digests and logs, and what became of each.
    pub evidence: Sha256,
}

/// The whole of it.
#[must_use]
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The maximum over everything below.
    pub verdict: Verdict,
    /// Whether everything that was asked for could be looked at.
    pub complete: bool,
    /// The chains, by id.
    #[allow(
        clippy::vec_box,
        reason = "of thousands, each takes the room of what it was made of"
    )]
    pub chains: Vec<Box<ChainOutcome>>,
    /// The findings: by chain, from, key, code.
    pub findings: Vec<Finding>,
    /// Keys that proved something, by region and fingerprint.
    pub keys: Vec<KeyUse>,
    /// What this validation does not prove, in sentences.
    pub not_proven: Vec<String>,
    /// Bytes read from the source.
    pub bytes_read: u64,
    /// Bytes hashed: what was inflated.
    pub bytes_hashed: u64,
    /// Requests made of the source.
    pub requests: Requests,
}

/// Requests made of a source, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// Listings.
    pub list: u64,
    /// Objects opened.
    pub get: u64,
    /// Objects looked at without reading them.
    pub head: u64,
    /// Requests for public keys.
    pub keys: u64,
    /// Requests for what CloudTrail says of trails.
    pub trails: u64,
}

/// The verdict: the maximum over the gravest finding and all coverage states. A report that is not
/// complete is at least unproven.
pub fn verdict(
    worst: Option<Severity>,
    states: impl IntoIterator<Item = crate::proof::coverage::State>,
    complete: bool,
) -> Verdict {
    let worst = worst.map(Severity::verdict);
    let states = states
        .into_iter()
        .map(crate::proof::coverage::State::verdict);
    let least = if complete {
        Verdict::Verified
    } else {
        Verdict::Unproven
    };
    worst.into_iter().chain(states).fold(least, Ord::max)
}
