//! Who reads what the logs say: the engine gives it the text of each log after the log was judged.
//!
//! ```text
//!  worker: fetch, inflate, hash, judge ──> read(log, text)     in any order, many at once
//!  in the order of the digests         ──> ended(number)       one after another
//! ```
//!
//! - Nothing of a log is given before it is known whether the log is proven.
//! - Only logs of digests in the window are given, and each of them once for each chain that lists it.
//! - A log that is missing, unreadable or not read gives no text. [`Observer::judged`](super::Observer::judged)
//!   reports it.

pub use super::logs::log_text::LogText;
use crate::cloudtrail::ids::ChainId;

/// What is known about a log whose text was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogStanding {
    /// A proven digest lists it, and it is as delivered.
    Proven,
    /// Its content is not what the digest says that lists it.
    Altered,
    /// It is what its digest says. That digest is not proven, so anybody may have made both.
    DigestUnproven,
    /// No digest lists it.
    Unreferenced,
}

/// A log whose text was read.
#[derive(Debug, Clone, Copy)]
pub struct ReadLog<'a> {
    /// Its place in the order of the digests. Numbers rise, and have holes.
    pub number: u64,
    /// The chain that lists it.
    pub chain: &'a ChainId,
    /// Its recorded bucket.
    pub bucket: &'a str,
    /// Its key.
    pub key: &'a str,
    /// Bucket and key of the digest that lists it.
    pub digest: (&'a str, &'a str),
    /// What is known about it.
    pub standing: LogStanding,
}

/// Reads the texts of logs.
pub trait RecordReader: Sync {
    /// Whether logs that are not proven are wanted too: altered ones, and those that only unproven digests list.
    fn takes_unproven(&self) -> bool {
        false
    }

    /// Reads the text of a log, on a worker, in any order. It may change the text or take it.
    fn read(&self, log: &ReadLog<'_>, text: &mut LogText);

    /// All logs before this one were read and have ended, and this one was read. In the order of the digests, on
    /// one thread.
    fn ended(&self, number: u64);
}
