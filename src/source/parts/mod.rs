//! Parts of a validation that several machines share: what each of them asked, and the answers.
//!
//! `shard run` records answers in a part. `shard merge` runs the validation again over the answers of all parts.
//! A question and an answer are bytes here; who asks decides what they mean.

mod answer;
mod content;
mod error;
mod format;
mod index;
mod looked_up;
mod lookup;
mod question;
mod reader;
mod record_body;
mod record_keys;
mod record_listing;
mod record_source;
mod record_trails;
mod replay_keys;
mod replay_listing;
mod replay_source;
mod replay_trails;
mod set;
mod source_answers;
mod writer;

pub use self::error::{PartError, RefusedPart};
pub use self::format::PartHeader;
pub use self::reader::PartReader;
pub use self::record_keys::RecordKeys;
pub use self::record_source::{RecordSource, SkippedGroups};
pub use self::record_trails::RecordTrails;
pub use self::replay_keys::ReplayKeys;
pub use self::replay_source::ReplaySource;
pub use self::replay_trails::ReplayTrails;
pub use self::set::{BrokenPart, ExpectedParts, PartSet, PartState, PlannedShare, RepeatedPart};
pub use self::writer::{PartCounts, PartWriter};

use crate::cloudtrail::ids::{AccountId, Region};
use crate::source::GetError;

/// Where the answers of one shard are recorded, from any thread.
pub trait AnswerSink: Sync {
    /// Records an answer. Later answers to the same question are dropped. Trouble is remembered and ends the run.
    fn put(&self, question: &[u8], answer: &[u8]);

    /// Whether answers can still be recorded. A request whose answer would be lost is not made.
    ///
    /// # Errors
    /// If an answer could not be recorded.
    fn check(&self) -> Result<(), GetError> {
        Ok(())
    }
}

/// One shard's share of the logs of an account and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogShare {
    /// Which share, counted from 1. The first one also stands for everything but the logs.
    pub part: u32,
    /// Of how many.
    pub of: u32,
}

/// The answers of all parts of a plan, from any thread.
pub trait PartAnswers: Sync {
    /// The shards of an account and region in the order of their shares; none if the plan does not know it.
    fn shards_of(&self, account: &AccountId, region: &Region) -> Vec<(LogShare, u32)>;

    /// The answer that the part of one shard holds.
    ///
    /// # Errors
    /// If the part is absent or broken.
    fn of_shard(&self, shard: u32, question: &[u8]) -> Result<Option<Vec<u8>>, GetError>;

    /// The answer that any part holds, that of the lowest shard first.
    ///
    /// # Errors
    /// If a part that may hold it cannot be read.
    fn of_any(&self, question: &[u8]) -> Result<Option<Vec<u8>>, GetError>;
}
