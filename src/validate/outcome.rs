//! The outcome of a validation, before a report is made of it.

use jiff::Timestamp;

use crate::base::cancel::CancelReason;
use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::proof::chain::{Anchor, Location, Tally};
use crate::proof::changes::TrailChanges;
use crate::proof::coverage::{State, Stretch};
use crate::proof::finding::{Finding, Severity, Verdict};
use crate::proof::gap::Gap;
use crate::proof::signature::KeyUse;
use crate::validate::lookup::comparison::HistoryComparison;

/// Logs, counted by their result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogTally {
    /// Intact: what CloudTrail delivered.
    pub valid: u64,
    /// Altered.
    pub failed: u64,
    /// Missing.
    pub missing: u64,
    /// Could not be checked.
    pub unproven: u64,
    /// Not read on request; present, unless the copy lacks their folder.
    pub not_read: u64,
    /// Those among `unproven` and `not_read` whose folder the copy lacks.
    pub not_copied: u64,
    /// Present, and listed by no digest; `None` if the folders of logs were not listed.
    pub unreferenced: Option<u64>,
}

/// The outcome of one chain.
#[derive(Debug, Clone)]
pub struct ChainOutcome {
    /// The chain.
    pub id: ChainId,
    /// The window that it was validated over.
    pub window: Window,
    /// Its verdict.
    pub verdict: Verdict,
    /// The end of the time that is verified without interruption from the beginning of the window.
    pub verified_until: Option<Timestamp>,
    /// Where its proven digests were written.
    pub locations: Vec<Location>,
    /// The state of every instant of the window, in order.
    pub coverage: Vec<Stretch>,
    /// Its gaps, in order.
    pub gaps: Vec<Gap>,
    /// Its digests, counted by their result.
    pub digests: Tally,
    /// Its backfill digests, counted by their result.
    pub backfill: Tally,
    /// The logs that its proven digests list.
    pub logs: LogTally,
    /// The oldest and the newest proven digest in the window.
    pub anchors: Option<Box<(Anchor, Anchor)>>,
    /// The evidence hash: SHA-256 over its digests, backfill digests and logs, and the result of each.
    pub evidence: Sha256,
    /// The time of the oldest object among its logs that no digest lists and that was not judged, because a digest
    /// may still list it, or because its time is not verified. The beginning of the window, if a folder of logs
    /// could not be listed to its end. `None` if all were judged.
    pub waiting_since: Option<Timestamp>,
}

/// The outcome of a validation.
#[must_use]
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The worst verdict of all findings and all coverage; the answer of the validation.
    pub verdict: Verdict,
    /// Whether everything requested could be checked.
    pub complete: bool,
    /// The beginning of the window that was requested, if one was.
    pub from: Option<Timestamp>,
    /// Why the run ended early, if it did.
    pub ended_by: Option<CancelReason>,
    /// The chains, sorted by id.
    #[allow(
        clippy::vec_box,
        reason = "of thousands of chains, each box reuses the memory that the state of its chain freed"
    )]
    pub chains: Vec<Box<ChainOutcome>>,
    /// The findings, sorted by chain, beginning, key and code.
    pub findings: Vec<Finding>,
    /// The public keys used, sorted by region and fingerprint.
    pub keys: Vec<KeyUse>,
    /// The calls on the trails, their buckets and their keys that proven logs record.
    pub changes: TrailChanges,
    /// The comparison with the events that LookupEvents lists, if it was requested.
    pub lookup: Option<HistoryComparison>,
    /// What this validation does not prove, one sentence each.
    pub not_proven: Vec<String>,
    /// Bytes read from the source.
    pub bytes_read: u64,
    /// Bytes hashed, after decompression.
    pub bytes_hashed: u64,
    /// Requests made.
    pub requests: Requests,
}

/// Requests, counted by kind. On disk, an opened file is a `get`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// Requests to list folders and keys.
    pub list: u64,
    /// Objects opened.
    pub get: u64,
    /// Requests for the metadata of objects.
    pub head: u64,
    /// Requests for public keys.
    pub keys: u64,
    /// Requests about trails and their events.
    pub trails: u64,
}

/// The verdict: the worst of all findings and all coverage states. An outcome that is not complete is at
/// best unproven.
pub fn verdict(
    worst: Option<Severity>,
    states: impl IntoIterator<Item = State>,
    complete: bool,
) -> Verdict {
    let worst = worst.map(Severity::verdict);
    let states = states.into_iter().map(State::verdict);
    let least = if complete {
        Verdict::Verified
    } else {
        Verdict::Unproven
    };
    worst.into_iter().chain(states).fold(least, Ord::max)
}
