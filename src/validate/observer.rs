//! Reports the progress of a validation to a caller, without drawing anything.

use jiff::Timestamp;

use crate::cloudtrail::ids::ChainId;
use crate::proof::finding::Finding;
use crate::proof::judge::{Proof, Verified};
use crate::validate::outcome::ChainOutcome;

/// Receives the progress of a validation, from any thread. Every method does nothing by default.
///
/// Digests of one chain come newest first, then backfill digests. Chains come one after another only if
/// [`Request::chains_at_once`](crate::validate::request::Request::chains_at_once) is 1.
pub trait Observer: Sync {
    /// An object was judged.
    fn judged(&self, _: JudgedObject<'_>) {}

    /// The work made progress.
    fn step(&self, _: Step) {}

    /// A finding was made. Events that explain it may be added later.
    fn found(&self, _: &Finding) {}

    /// A finding is final. Each finding is reported once, even if the outcome collapses many into one.
    /// The findings of one chain always come in the same order.
    fn finalized(&self, _: &Finding) {}

    /// A log in the window that no proven digest lists so far, and that is no finding: a digest may still list it, or
    /// its time is not verified. The bucket, if it is known, and the key under which it was found.
    fn unlisted(&self, _: Option<&str>, _: &str) {}

    /// A chain is final, and so are its findings.
    fn concluded(&self, _: &ChainOutcome) {}
}

/// The kind of an object that was judged.
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
    /// The chain that it belongs to.
    pub chain: &'a ChainId,
    /// Whether it is a digest, a backfill digest or a log.
    pub kind: ObjectKind,
    /// The bucket that is recorded for it, if it is known.
    pub bucket: Option<&'a str>,
    /// Its key.
    pub key: &'a str,
    /// The worst finding about it; `None` if it is intact.
    pub finding: Option<&'a Finding>,
    /// Whether its content was read. A log that is not read must only exist.
    pub read: bool,
    /// The end of the interval of the digest, or of the digest that lists the log.
    pub end: Timestamp,
    /// For a digest that is proven: its content, and what proves it.
    pub proven: Option<(&'a Verified, &'a Proof)>,
    /// For a log: bucket and key of the digest that lists it.
    pub digest: Option<(&'a str, &'a str)>,
    /// Whether it is outside the window and is reported only because of
    /// [`Request::observed`](crate::validate::request::Request::observed). It counts in no result.
    pub outside_window: bool,
}

/// Progress of the work. Numbers of one kind add up, except for [`Step::BytesRead`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Folders of digests were found: one per account and region.
    FoldersFound(u64),
    /// One of these folders was listed; it holds this many digests to read.
    FolderListed(u64),
    /// This many digests were judged.
    DigestsJudged(u64),
    /// A proven digest lists this many logs to check.
    LogsListed(u64),
    /// All digests are judged, and logs are checked from now on.
    LogsBegin,
    /// A log was checked.
    LogChecked,
    /// All logs are checked, and the causes of gaps are looked up from now on.
    CausesBegin,
    /// From now on, events that AWS lists are compared with those of proven logs.
    LookupBegin,
    /// This many events were compared.
    EventsCompared(u64),
    /// From now on, logs that no digest lists are judged.
    UnreferencedBegin,
    /// Bytes read from the source so far, in total.
    BytesRead(u64),
}

/// An observer that ignores everything.
pub struct Silent;

impl Observer for Silent {}

/// Several observers as one, called in this order.
pub struct All<'a>(pub Vec<&'a dyn Observer>);

impl Observer for All<'_> {
    fn judged(&self, object: JudgedObject<'_>) {
        self.0.iter().for_each(|o| o.judged(object));
    }

    fn step(&self, step: Step) {
        self.0.iter().for_each(|o| o.step(step));
    }

    fn found(&self, finding: &Finding) {
        self.0.iter().for_each(|o| o.found(finding));
    }

    fn finalized(&self, finding: &Finding) {
        self.0.iter().for_each(|o| o.finalized(finding));
    }

    fn unlisted(&self, bucket: Option<&str>, key: &str) {
        self.0.iter().for_each(|o| o.unlisted(bucket, key));
    }

    fn concluded(&self, chain: &ChainOutcome) {
        self.0.iter().for_each(|o| o.concluded(chain));
    }
}
