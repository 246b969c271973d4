//! The folders that a survey found.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::sample::Sample;
use crate::cloudtrail::ids::{AccountId, Region};
use crate::cloudtrail::object_key::KeyRoot;
use crate::source::{GetError, RootId};
use crate::validate::shard::Division;

/// Where the digests of each account and region are: possibly in several buckets and prefixes, sorted.
pub type Groups = BTreeMap<(AccountId, Region), Vec<(RootId, KeyRoot)>>;

/// A folder for the logs of one account and region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFolder {
    /// The root it is in.
    pub root: RootId,
    /// The part of its key before the account.
    pub key_root: KeyRoot,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
}

/// A folder among those of an account, or an object there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEntry {
    /// The root it is in.
    pub root: RootId,
    /// The part of its key before the account.
    pub key_root: KeyRoot,
    /// The account.
    pub account: AccountId,
    /// The key; of a folder with its closing slash.
    pub key: String,
    /// The size of an object, if the listing shows it.
    pub size: Option<u64>,
}

/// What the folders of a source show.
#[derive(Debug, Default)]
pub struct Survey {
    /// Folders of digests that the filter admits.
    pub groups: Groups,
    /// Folders of accounts and of digests that the filter does not admit.
    pub others: Sample,
    /// Folders that hold logs, without a folder of digests beside them.
    pub undigested: Sample,
    /// Folders for logs that the filter admits, empty ones included.
    pub log_folders: Vec<LogFolder>,
    /// Folders beside those of logs, by kind, such as `CloudTrail-Insight`.
    pub other_kinds: BTreeMap<String, Vec<AccountEntry>>,
    /// Objects above the folders of regions: directly in the folder of an account, or of its logs.
    pub loose: Vec<AccountEntry>,
    /// How many more of these there are.
    pub more_loose: u64,
    /// Folders among those of regions whose names are no region.
    pub odd_folders: Vec<AccountEntry>,
    /// Entries that the source refused to list, each with the reason; none of them can hide digests.
    pub refused: Sample,
    /// Folders that could not be listed and may hide digests.
    pub trouble: Vec<(RootId, String, GetError)>,
    /// How many requests the listings took.
    pub listings: u64,
    /// Why not all of the bucket could be searched for digests under another prefix, which nothing but a gap
    /// called for.
    pub unsearched: Option<String>,
    /// What was not searched in each root, because of a bound.
    pub beyond: BTreeMap<(RootId, SurveyBound), Beyond>,
    /// Accounts with digests of an organization trail, requested or not.
    pub members: BTreeSet<(KeyRoot, AccountId)>,
}

/// A bound of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SurveyBound {
    /// On the depth of folders before `AWSLogs`.
    Depth,
    /// On the number of folders that are listed.
    Folders,
    /// On the number of folders in one folder.
    Names,
}

/// Folders that were not searched because of one bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    /// The first of them.
    pub folder: String,
    /// How many are known.
    pub count: u64,
}

impl Survey {
    /// Keeps what one shard works on. The first shard keeps all: it also lists the digests of all others.
    pub(in crate::validate) fn keep(&mut self, division: &Division<'_>) {
        if division.shard().is_some_and(|job| !job.is_first) {
            self.groups
                .retain(|(account, region), _| division.has(account, region));
        }
    }

    /// Whether a folder is, or is in, a folder that could not be listed.
    pub fn is_hidden(&self, folder: &str) -> bool {
        self.trouble
            .iter()
            .any(|(_, key, _)| folder.starts_with(key.trim_end_matches('/')))
    }
}
