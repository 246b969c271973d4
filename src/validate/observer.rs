//! Telling a caller what is going on, without drawing anything.

use jiff::Timestamp;

use crate::cloudtrail::ids::ChainId;
use crate::proof::finding::Finding;
use crate::proof::judge::{Proof, Verified};
use crate::validate::outcome::ChainOutcome;

/// What kind of object was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A digest.
    Digest,
    /// A backfill digest.
    Backfill,
    /// A log.
    Log,
}

/// One object that was judged.
#[derive(Debug, Clone, Copy)]
pub struct JudgedObject<'a> {
    /// The chain it belongs to.
    pub chain: &'a ChainId,
    /// What it is.
    pub kind: ObjectKind,
    /// The bucket recorded for it, where it is known.
    pub bucket: Option<&'a str>,
    /// Its key.
    pub key: &'a str,
    /// The gravest thing found on it; `None` if it is in order.
    pub finding: Option<&'a Finding>,
    /// Whether it was read, or only looked for.
    pub read: bool,
    /// The end of the interval of a digest, or of the one that names a log.
    pub end: Timestamp,
    /// A digest that is proven, and by what.
    pub proven: Option<(&'a Verified, &'a Proof)>,
    /// The bucket and key of the digest that names a log.
    pub digest: Option<(&'a str, &'a str)>,
    /// It only touches the window, so it counts in nothing: told where the request asks for that.
    pub outside_window: bool,
}

/// A step of the work, told as it is taken, by any thread. Numbers add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many folders of digests are there to be listed: one an account and region.
    Folders(u64),
    /// One of them was listed, and holds so many digests to be read.
    Listed(u64),
    /// So many digests were dealt with.
    Digests(u64),
    /// So many logs more are named by proven digests.
    Named(u64),
    /// Every digest was dealt with: from now on logs are read.
    Logs,
    /// A log was dealt with.
    Log,
    /// Every log was dealt with: from now on events around gaps are looked up.
    Causes,
    /// From now on it is looked what else is there.
    Others,
    /// So many bytes were read from the source so far, which does not add up.
    Read(u64),
}

/// Receives progress. Within a chain the order is that of the walk, newest first; chains are told
/// one after another only with one chain at a time.
pub trait Observer: Sync {
    /// An object was judged.
    fn judged(&self, _: JudgedObject<'_>) {}

    /// The work came further.
    fn step(&self, _: Step) {}

    /// A finding is known by now. What bears on it may be added to it later.
    fn known(&self, _: &Finding) {}

    /// A finding is final. Each is told once, also where the outcome tells of many as one; those of one
    /// chain always in the same order.
    fn settled(&self, _: &Finding) {}

    /// A chain is final, and so is each of its findings.
    fn concluded(&self, _: &ChainOutcome) {}
}

/// An observer that does not look.
pub struct Silent;

impl Observer for Silent {}

/// Several observers as one, told in this order.
pub struct All<'a>(pub Vec<&'a dyn Observer>);

impl Observer for All<'_> {
    fn judged(&self, object: JudgedObject<'_>) {
        self.0.iter().for_each(|o| o.judged(object));
    }

    fn step(&self, step: Step) {
        self.0.iter().for_each(|o| o.step(step));
    }

    fn known(&self, finding: &Finding) {
        self.0.iter().for_each(|o| o.known(finding));
    }

    fn settled(&self, finding: &Finding) {
        self.0.iter().for_each(|o| o.settled(finding));
    }

    fn concluded(&self, chain: &ChainOutcome) {
        self.0.iter().for_each(|o| o.concluded(chain));
    }
}
