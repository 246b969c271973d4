//! The input and the result of a walk.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::messages::no_key_fits;
use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::digest::Unverified;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::{Paint, Spans};
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::judge::{Proof, Verified};
use crate::proof::keys::Keys;
use crate::proof::look::Look;
use crate::proof::signature::KeyUse;

/// The input of a walk.
#[derive(Clone)]
pub struct WalkScope<'a> {
    /// The chain.
    pub chain: ChainId,
    /// Whether its backfill digests are walked, which form a set of their own and cover no time.
    pub backfill: bool,
    /// The beginning of the window, if one was given.
    pub from: Option<Timestamp>,
    /// The end of the window.
    pub to: Timestamp,
    /// The public keys.
    pub keys: &'a dyn Keys,
    /// The time whose digests could not be listed.
    pub hidden: Spans,
    /// How long after its interval a backfill digest is expected, in seconds.
    pub backfill_grace: i64,
    /// The look at the source.
    pub look: Look,
}

/// Digests by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Proven and in order.
    pub valid: u64,
    /// Altered or forged.
    pub failed: u64,
    /// Missing, although a proven digest links to them.
    pub missing: u64,
    /// Missing between two proven digests, although no remaining digest links to them: one for each
    /// hour.
    pub missing_inferred: u64,
    /// Neither proven nor known to be altered, because not all could be checked.
    pub unproven: u64,
}

/// A proven digest as evidence, enough to find it again and to continue from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The bucket that it was written to.
    pub bucket: Box<str>,
    /// Its key.
    pub key: String,
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
    /// Its signature, if it is known.
    pub signature: Option<Box<[u8]>>,
    /// The beginning of its interval.
    pub start: Timestamp,
    /// The end of its interval.
    pub end: Timestamp,
}

/// A location of a chain's digests, and their time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// The prefix and organization in its keys.
    pub root: KeyRoot,
    /// The time its digests cover.
    pub time: Window,
}

/// The result for one object given to the walk.
#[derive(Debug)]
pub struct PlacedDigest {
    /// The digest, if it is proven, in its place and inside the window. Its logs are to be checked.
    pub proven: Option<Box<Verified>>,
    /// The digest, if it is proven, in its place and outside the window. The logs it lists are
    /// referenced.
    pub beyond: Option<Box<Verified>>,
    /// The digest, if it is in its place and neither proven nor known to be altered. What it lists is no more
    /// than a lead.
    pub claimed: Option<Box<Unverified>>,
    /// The proof of it.
    pub proof: Option<Proof>,
    /// The worst finding on it, for formats with one line per file; `None` if it is intact.
    pub finding: Option<Finding>,
    /// The number of logs that it lists and that are not checked, because it is not in its place.
    pub passed_over: u64,
    /// It meets the window. One outside is read for its proof alone.
    pub inside: bool,
}

impl PlacedDigest {
    /// The digest, if it is proven and in its place, inside the window or not.
    pub fn standing(&self) -> Option<&Verified> {
        self.proven.as_deref().or(self.beyond.as_deref())
    }

    /// An object that is not a proven digest in its place.
    pub(super) fn unproven(finding: Finding, inside: bool) -> Self {
        PlacedDigest {
            proven: None,
            beyond: None,
            claimed: None,
            proof: None,
            finding: Some(finding),
            passed_over: 0,
            inside,
        }
    }
}

/// The result of a walk.
#[derive(Default)]
pub struct Walked {
    /// Findings, in the order they were made.
    pub findings: Vec<Finding>,
    /// The state of its time.
    pub paint: Paint,
    /// The time that proven, damaged and missing digests account for. Starting digests account for
    /// none.
    pub accounted: Spans,
    /// The ends of starting digests.
    pub restarts: Vec<Timestamp>,
    /// Counts within the window.
    pub tally: Tally,
    /// The oldest and the newest proven digest in the window.
    pub anchors: Option<Box<(Anchor, Anchor)>>,
    /// Where proven digests were written.
    pub locations: Vec<Location>,
    /// The public keys that a signature verified under.
    pub keys: BTreeSet<KeyUse>,
    /// The beginning of the data: the start of the oldest digest, or its end if it is a starting
    /// digest.
    pub begins: Option<Timestamp>,
    /// SHA-256 over the digests in the window and their outcomes, newest first.
    pub evidence: Option<Sha256>,
    /// The number of objects under a digest's name that overlap the window.
    pub seen: u64,
    /// Digests whose keys are not among those that AWS answers with, newest first, each with its finding.
    /// They are forged only if that answer fits any digest of the region, which one chain does not show;
    /// until then they count as unproven time, and in no tally.
    pub unknown_keys: Vec<Finding>,
    /// Whether a signature of this chain could be checked with a key that it refers to.
    pub fits_keys: bool,
}

impl Walked {
    /// The result of a walk without digests.
    pub fn nothing() -> Self {
        Walked {
            evidence: Some(Sha256::of(&[])),
            ..Walked::default()
        }
    }

    /// Whether no digest was met, and none is missing.
    pub fn says_nothing(&self) -> bool {
        let unpainted = self.paint == Paint::default() && self.locations.is_empty();
        unpainted && self.seen == 0 && self.tally == Tally::default()
    }

    /// Decides what digests with unknown keys are, now that it is known whether the keys of AWS's answer
    /// fit any digest of the region. Returns the findings on them.
    pub fn settle_unknown_keys(&mut self, fits: bool) -> Vec<Finding> {
        let mut findings = std::mem::take(&mut self.unknown_keys);
        for finding in &mut findings {
            let digests = finding.count.unwrap_or(1);
            match (fits, finding.interval) {
                (true, time) => {
                    self.tally.failed += digests;
                    time.into_iter()
                        .for_each(|time| self.paint.colour(Severity::Failed, time));
                }
                (false, _) => {
                    self.tally.unproven += digests;
                    *finding = no_key_fits(std::mem::replace(
                        finding,
                        Finding::new(Code::KeyUnavailable, ""),
                    ));
                }
            }
        }
        findings
    }

    /// The end of the newest digest, whether it is proven, unproven or missing.
    pub fn last_end(&self) -> Option<Timestamp> {
        let accounted = self.accounted.bounds().map(|b| b.to);
        accounted.max(self.restarts.iter().max().copied())
    }
}

#[cfg(test)]
mod tests;
