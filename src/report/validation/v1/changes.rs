//! What recorded calls changed about a trail, its bucket and its KMS key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gap::Evidence;
use crate::proof::changes::{ChangeKind, NotSearched};
use crate::report::open_enum::Word;

/// What recorded calls changed about one trail, its bucket and its KMS key, and where such calls were searched for.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChangesOfTrail {
    /// The account that owns the trail; null if it is not known.
    pub owner: Option<String>,
    /// The organization whose accounts it logs; null for an account's own trail.
    pub organization: Option<String>,
    /// The region in which calls on the trail are recorded.
    pub home_region: String,
    /// Its name.
    pub trail: String,
    /// The accounts and regions in whose proven logs calls were searched for, over the window: the owner's first.
    pub searched: Vec<SearchedPlace>,
    /// How many more there are than `searched` lists.
    pub more_searched: u64,
    /// Why the logs of the owner in the home region, where calls on the trail are recorded first of all, were not
    /// searched; null if they were.
    pub not_searched: Option<Word<NotSearched>>,
    /// The calls, by time. An empty list says only that none is recorded where it was searched.
    pub changes: Vec<Change>,
    /// How many more there are than `changes` lists.
    pub more: u64,
}

/// An account and region whose proven logs were searched.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SearchedPlace {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
}

/// A call that changed a trail, its bucket or its KMS key, or that was to change it and was refused.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What it changed.
    pub what: Word<ChangeKind>,
    /// Whether it switched off something that was logged, or can have kept CloudTrail from delivering it.
    pub reduces: bool,
    /// Whether it ended in an error; then it changed nothing.
    pub refused: bool,
    /// What it changed, in words.
    pub sentence: String,
    /// The call: who made it, when, from where, and the proven log that records it.
    pub evidence: Evidence,
}
