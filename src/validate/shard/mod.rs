//! One validation over several processes: what a shard leaves in its part, and what a merge takes from the parts.
//!
//! ```text
//!  shard   survey ─> digests ─> logs ─> causes ─> conclude      over some accounts and regions
//!                       │         │ results of logs, records that may explain something     (log_results)
//!                       │         │ objects that no digest lists                            (unreferenced)
//!                       v         v
//!                     the part: every answer of the source, and these results
//!                       │         │
//!  merge   survey ─> digests ─> logs ─> causes ─> conclude      over all of them
//! ```
//!
//! A merge runs the same phases as a validation that reads everything itself. It proves each digest anew, from the bytes
//! that a part holds. Two things are not repeated, and taken from the parts: the results of reading logs, and which
//! objects in the log folders no digest lists.
//!
//! - What one shard cannot know counts in no shard. A gap here may be explained by a record there, so a shard keeps
//!   every record that may explain anything.
//! - A result that no part holds is unproven, never valid and never missing.

mod explaining_records;
pub(in crate::validate) mod log_results;
pub(in crate::validate) mod question;

use std::collections::BTreeMap;

use crate::cloudtrail::ids::{AccountId, Region};
use crate::cloudtrail::log_list::LogEntry;
use crate::source::Source;
use crate::source::parts::{AnswerSink, LogShare, PartAnswers};
use crate::validate::request::LogSelection;

/// The accounts and regions of one shard, and which share of the logs of each.
pub type ShardGroups = BTreeMap<(AccountId, Region), LogShare>;

/// What one shard does.
#[derive(Clone, Copy)]
pub struct ShardJob<'a> {
    /// Its accounts and regions.
    pub groups: &'a ShardGroups,
    /// Whether it also lists the digests of all other accounts and regions: what is missing there shows only beside
    /// what is there.
    pub is_first: bool,
    /// Where it leaves its results.
    pub sink: &'a dyn AnswerSink,
    /// Where logs are read: the source without recording.
    pub logs: &'a dyn Source,
}

/// How a validation is divided.
#[derive(Clone, Copy)]
pub(crate) enum Division<'a> {
    /// It reads everything itself.
    Whole,
    /// It is one shard of several.
    Shard(ShardJob<'a>),
    /// It joins the parts of all shards.
    Merge(&'a dyn PartAnswers),
}

impl<'a> Division<'a> {
    /// The share of the logs of an account and region; `None` if all of them are read here, or none.
    pub fn share(&self, account: &AccountId, region: &Region) -> Option<LogShare> {
        let Division::Shard(job) = self else {
            return None;
        };
        let group = (account.clone(), region.clone());
        job.groups.get(&group).copied()
    }

    /// Whether an account and region is validated here.
    pub fn has(&self, account: &AccountId, region: &Region) -> bool {
        self.shard().is_none() || self.share(account, region).is_some()
    }

    /// Whether all but the logs of an account and region is validated here: a shard with another share of its logs only
    /// reads these.
    pub fn is_first_share(&self, account: &AccountId, region: &Region) -> bool {
        self.share(account, region)
            .is_none_or(|share| share.part <= 1)
    }

    /// The parts that are joined, if they are.
    pub fn parts(&self) -> Option<&'a dyn PartAnswers> {
        match self {
            Division::Merge(parts) => Some(*parts),
            Division::Whole | Division::Shard(_) => None,
        }
    }

    /// The shard, if it is one.
    pub fn shard(&self) -> Option<&ShardJob<'a>> {
        match self {
            Division::Shard(job) => Some(job),
            Division::Whole | Division::Merge(_) => None,
        }
    }
}

/// The seed that divides logs: the shares of all shards together are all logs.
const SEED: &str = "";

/// Whether a log is in a share of the logs of its account and region.
pub(in crate::validate) fn is_in(share: LogShare, entry: &LogEntry) -> bool {
    share.of <= 1 || LogSelection::Part(share.part, share.of).reads(SEED, &entry.key)
}
