//! Parts of a validation that several machines share: what each of them asked, and the answers.
//!
//! `shard run` records answers in a part. `shard merge` runs the validation again over the answers of all parts.
//! A question and an answer are bytes here; who asks decides what they mean.

use crate::cloudtrail::ids::{AccountId, Region};
use crate::source::GetError;

/// Where the answers of one shard are recorded, from any thread.
pub trait AnswerSink: Sync {
    /// Records an answer. Later answers to the same question are dropped. Trouble is remembered and ends the run.
    fn put(&self, question: &[u8], answer: &[u8]);
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
