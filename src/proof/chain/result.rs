//! How far a chain is walked, and what the walk gives.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::{Paint, Spans};
use crate::proof::finding::Finding;
use crate::proof::judge::{Proof, Verified};
use crate::proof::keys::Keys;
use crate::proof::signature::KeyUse;

/// How far a chain is walked, and with what.
#[derive(Clone)]
pub struct WalkScope<'a> {
    /// The chain.
    pub chain: ChainId,
    /// Whether these are its backfill digests, which form a set of their own and cover no time.
    pub backfill: bool,
    /// The beginning of the window, where it was given.
    pub from: Option<Timestamp>,
    /// The end of the window.
    pub to: Timestamp,
    /// The keys.
    pub keys: &'a dyn Keys,
    /// Time whose digests could not be listed.
    pub hidden: Spans,
    /// How long after its interval a backfill digest is expected, in seconds.
    pub backfill_grace: i64,
}

/// Digests by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Proven and in order.
    pub valid: u64,
    /// Altered or forged.
    pub failed: u64,
    /// Named by a proven link and not there.
    pub missing: u64,
    /// Missing between two proven digests, named by nothing that remains.
    pub missing_inferred: u64,
    /// Not proven.
    pub unproven: u64,
}

/// A proven digest as evidence: enough to find it again and to continue from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Its key.
    pub key: String,
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
    /// Its signature, where it is known.
    pub signature: Option<Box<[u8]>>,
    /// The end of its interval.
    pub end: Timestamp,
}

/// Where a chain's digests were written, and over which time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// Prefix and organization.
    pub root: KeyRoot,
    /// The time its digests cover.
    pub time: Window,
}

/// What became of one object handed to the walk.
#[derive(Debug)]
pub struct PlacedDigest {
    /// The digest, if it is proven and in its place within the window: its logs are to be checked.
    pub proven: Option<Box<Verified>>,
    /// The digest, if it is proven and in its place beyond the window: its logs are named there.
    pub beyond: Option<Box<Verified>>,
    /// What proves it.
    pub proof: Option<Proof>,
    /// How it is told, a line a file: the worst that was found, or `None` if it is in order.
    pub finding: Option<Finding>,
    /// Logs that are named and are not looked for, because the digest is not in its place.
    pub passed_over: u64,
    /// It is proven and lies where it was written, within the window or not.
    pub stands: bool,
    /// It meets the window; what does not was looked at for its proof alone.
    pub inside: bool,
}

/// What a walk found.
#[derive(Default)]
pub struct Walked {
    /// Findings, in the order they were made.
    pub findings: Vec<Finding>,
    /// The time coloured.
    pub paint: Paint,
    /// The time that proven, damaged and missing digests account for; starting digests account for
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
    /// Keys that proved something.
    pub keys: BTreeSet<KeyUse>,
    /// The beginning of the data: the oldest digest's start, or its end if it is a starting digest.
    pub begins: Option<Timestamp>,
    /// SHA-256 over the digests seen in the window, newest first.
    pub evidence: Option<Sha256>,
    /// Objects that met the window under a digest's name.
    pub seen: u64,
}

impl Walked {
    /// That of no digests.
    pub fn nothing() -> Self {
        Walked {
            evidence: Some(Sha256::of(&[])),
            ..Walked::default()
        }
    }

    /// Whether it is that of no digests, and none is missing.
    pub fn says_nothing(&self) -> bool {
        let unpainted = self.paint == Paint::default() && self.locations.is_empty();
        unpainted && self.seen == 0 && self.tally == Tally::default()
    }

    /// The end of the newest digest, proven or not, there or missing.
    pub fn last_end(&self) -> Option<Timestamp> {
        let accounted = self.accounted.bounds().map(|b| b.to);
        accounted.max(self.restarts.iter().max().copied())
    }
}
