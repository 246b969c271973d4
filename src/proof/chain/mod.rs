//! The chain: one trail's digests in one region, newest first, become proven digests, findings and
//! coverage (pure).
//!
//! Every digest carries the hash and the signature of its predecessor, so the walk goes backwards
//! in time:
//!
//! ```text
//!   older                                                        newer
//!   +---------+  previous hash  +---------+  previous hash  +---------+
//!   |  10:00  | <-------------- |  11:00  | <-------------- |  12:00  | <- own signature
//!   +---------+  and signature  +---------+  and signature  +---------+    (S3 metadata)
//!                 = claims by 11:00
//! ```
//!
//! The caller hands every object under a digest's name to [`Walk::place`], newest first. Before
//! each, it asks [`Walk::overdue`] for digests that a link refers to and that no listing shows,
//! reads them by name, and hands them in too or reports them with [`Walk::absent`].
//! [`Walk::finish`] returns the result, [`Walked`].
//!
//! For one object the walk does this:
//! 1. `claims`: take the claims that newer digests made on its place.
//! 2. [`judge`](crate::proof::judge): does its own signature, or a claim, prove its bytes?
//! 3. [`placement`](crate::proof::placement): is it where it says that it was written?
//! 4. `proven`: if so, it covers its interval, and its own link becomes a claim. `open`: if not,
//!    its finding waits for the next older digest, which bounds the time that the finding colours.
//!    `segments`: two runs of linked digests that cover the same time are a fork.
//! 5. `holes`: time between two proven digests that no link joins is filled with missing digests.
//!    `late`: a digest that a link refers to and that may still be delivered is not missing.
//!
//! # Rules
//! User guide, "Custom implementations of CloudTrail log file integrity validation": sections D and
//! E (the signature) are in [`signature`](crate::proof::signature), section F (logs) in
//! [`log`](crate::proof::log), and section G (previous digests, whose signature the successor
//! carries) is this module. The fields are those of "CloudTrail digest file structure". We depart
//! from the guide where it would accept too much or too little:
//! - G takes the predecessor's signature from its successor. We check that signature *and* the one
//!   in the object's metadata, and the recorded hash as well, and report when they contradict each
//!   other.
//! - G goes back until the chain is broken. We go on: a signature proves its digest, whoever
//!   carries it, so an altered digest between two intact ones hides neither of them.
//! - The guide finds digests by their links alone. We also list them, so digests deleted in a row
//!   show as a hole, and two digests that claim one predecessor show as a fork.
//! - A starting digest (its previous fields are null) accounts for no time; see
//!   [`gap`](crate::proof::gap).
//! - Backfill digests form a set of their own that covers no time. Their links are checked, but not
//!   in the order of time.
//!
//! # Invariants
//! - Only a claim by a proven digest is evidence that its predecessor existed. Of an unproven one
//!   only the signature is used.
//! - A digest outside the window is not counted; it is read only for its proof.
//! - The result depends on the set of objects, not on who read them or when.
//! - Memory: the walk keeps what is open around the current digest, never the chain.

mod absent;
mod claims;
#[cfg(test)]
mod fixtures;
mod fork;
mod holes;
mod late;
mod link;
mod messages;
mod open;
mod place;
mod proven;
mod result;
mod segments;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sha2::Digest as _;

use crate::base::sha256::Sha256;
use crate::base::time::{HOUR, Window, shift};
use crate::proof::coverage::Spans;
use crate::proof::digest_object::Reading;
use crate::proof::finding::{Finding, Severity};
use crate::proof::judge::OwnSignature;
use crate::proof::reason::Reason;
use claims::OpenClaims;
pub use holes::InferredDigest;
use holes::{Hole, Unread};
use open::OpenDigest;
use proven::Newer;
pub use result::{Anchor, Location, PlacedDigest, Tally, WalkScope, Walked};
use segments::Segments;

/// The state of a walk down one chain.
pub struct Walk<'a> {
    scope: WalkScope<'a>,
    claims: OpenClaims,
    /// The proven digest met last, which is the next newer one.
    newer: Option<Newer>,
    open: Vec<OpenDigest>,
    /// The digests since the last proven one that could not be read or proven.
    unread: Option<Unread>,
    holes: Vec<Hole>,
    /// Time of digests that were reported as late although only the earliest clock lets them come. It stays a gap, and
    /// is no part of a hole.
    late_gaps: Spans,
    segments: Segments,
    /// Buckets that proven digests in their places were written to.
    buckets: BTreeSet<String>,
    /// Backfill digests met, by key, with the hash of each proven one. Their links do not follow
    /// the order of time.
    met: BTreeMap<String, Option<Sha256>>,
    /// Places of digests that were counted as valid at first and differently later.
    reclassified: BTreeSet<(String, String)>,
    /// Digests proven by a successor alone: how many, and over which time, by why their own
    /// signature was of no use.
    by_successor: BTreeMap<Reason, (u64, Window)>,
    walked: Walked,
    evidence: sha2::Sha256,
}

impl<'a> Walk<'a> {
    /// A walk that has not begun.
    pub fn new(scope: WalkScope<'a>) -> Self {
        Walk {
            scope,
            claims: OpenClaims::default(),
            newer: None,
            open: Vec::new(),
            unread: None,
            holes: Vec::new(),
            late_gaps: Spans::default(),
            segments: Segments::default(),
            buckets: BTreeSet::new(),
            met: BTreeMap::new(),
            reclassified: BTreeSet::new(),
            by_successor: BTreeMap::new(),
            walked: Walked::default(),
            evidence: sha2::Sha256::new(),
        }
    }

    /// A place that a link refers to and that no digest with an end after `next` turned out to be,
    /// as bucket, key and end. It has to be read by name. `None` returns all that remain.
    pub fn overdue(&mut self, next: Option<Timestamp>) -> Option<(String, String, Timestamp)> {
        self.claims.latest(next)
    }

    /// Takes out the findings made so far.
    pub fn drain_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.walked.findings)
    }

    /// Whether a proven digest of this chain met so far was written to a bucket and is in its
    /// place.
    pub fn knows_bucket(&self, bucket: &str) -> bool {
        self.buckets.contains(bucket)
    }

    /// The hash that a proven successor recorded for the place of an object.
    pub fn expected(&self, reading: &Reading) -> Option<Sha256> {
        self.claims.expected(reading.name.end, &reading.recorded)
    }

    fn meets(&self, interval: Window) -> bool {
        let from = self.scope.from.unwrap_or(Timestamp::MIN);
        // Not `clip`: an empty interval inside the window meets it too.
        interval.to > from && interval.from < self.scope.to
    }

    fn report(&mut self, finding: Finding) {
        let finding = finding.of(&self.scope.chain);
        self.walked.findings.push(finding);
    }

    fn colour(&mut self, severity: Severity, time: Window) {
        self.walked.paint.colour(severity, time);
    }

    /// Reports a finding over time, and colours that time.
    fn report_over(&mut self, time: Window, finding: Finding) {
        self.colour(finding.severity, time);
        self.report(finding.over(time));
    }

    /// The data begin at `at` at the latest.
    fn begins(&mut self, at: Timestamp) {
        self.walked.begins = Some(self.walked.begins.map_or(at, |begins| begins.min(at)));
    }

    /// Adds a digest to the hash over the evidence of the window.
    fn add_evidence(
        &mut self,
        outcome: &str,
        key: &str,
        sha256: Option<Sha256>,
        own: &OwnSignature,
    ) {
        let signature = match own {
            OwnSignature::Present(hex, _) => hex.as_str(),
            OwnSignature::Absent => "-",
        };
        let sha256 = sha256.map_or_else(|| "-".into(), |h| h.to_string());
        self.evidence
            .update(format!("{outcome} {key} {sha256} {signature}\n"));
    }
}

/// The interval that a digest's end implies, where its own claim is not proven: digests are hourly.
fn hour_before(end: Timestamp) -> Window {
    Window {
        from: shift(end, -HOUR),
        to: end,
    }
}

#[cfg(test)]
mod tests;
