//! What is there: folders of digests.

use crate::base::sample::Sample;
use std::collections::{BTreeMap, BTreeSet};

use rayon::ThreadPool;

use crate::base::limits::Limits;
use crate::cloudtrail::ids::{AccountId, Region};
use crate::cloudtrail::object_key::KeyRoot;
use crate::source::places::Places;
use crate::source::{GetError, RootId, Source};
use crate::validate::request::ChainFilter;
use crate::validate::survey::discover::Looker;

/// Where digests of one account and region lie: possibly in several buckets and prefixes, in the
/// order of those.
pub type Groups = BTreeMap<(AccountId, Region), Vec<(RootId, KeyRoot)>>;

/// A folder for the logs of one account and region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFolder {
    /// Where it is.
    pub root: RootId,
    /// What stands before the account.
    pub key_root: KeyRoot,
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
}

/// What a look at the folders showed.
#[derive(Debug, Default)]
pub struct Survey {
    /// Folders of digests that were asked for.
    pub groups: Groups,
    /// Folders of digests that are there and were not asked for.
    pub others: Sample,
    /// Folders with logs and no folder of digests beside them.
    pub undigested: Sample,
    /// Folders with logs that were asked for.
    pub logged: Vec<LogFolder>,
    /// Folders of CloudTrail's other kinds, by kind.
    pub siblings: BTreeMap<String, Sample>,
    /// Things that were not looked at, with the reason.
    pub refused: Sample,
    /// Folders that could not be listed.
    pub trouble: Vec<(RootId, String, GetError)>,
    /// How many folders were listed.
    pub listings: u64,
    /// Whether looking stopped at a bound.
    pub bounded: bool,
    /// Accounts with digests of an organization's trails, asked for or not.
    pub members: BTreeSet<(KeyRoot, AccountId)>,
}

impl Survey {
    /// Whether a folder lies in, or is, one that could not be looked into.
    pub fn is_hidden(&self, folder: &str) -> bool {
        self.trouble
            .iter()
            .any(|(_, key, _)| folder.starts_with(key.trim_end_matches('/')))
    }
}

/// Looks for folders of digests in a source by delimited listings, as many at a time as `pool` has
/// workers, reading no object: under the prefixes that are known, or where there are none or nothing
/// is there, everywhere. What it shows does not depend on the number of workers.
pub fn survey(
    source: &dyn Source,
    atlas: &Places,
    filter: &ChainFilter,
    limits: &Limits,
    pool: &ThreadPool,
) -> Survey {
    let look = |survey: &mut Survey, prefixes: Option<&[&str]>| {
        for root in atlas.roots() {
            let mut looker = Looker::new(source, filter, limits, root.id, survey);
            match prefixes {
                Some(prefixes) => prefixes.iter().for_each(|prefix| looker.known(prefix)),
                None => looker.everywhere(),
            }
            looker.run(pool);
        }
        for places in survey.groups.values_mut() {
            places.sort();
            places.shrink_to_fit();
        }
    };
    let mut under = Survey::default();
    if let Some(prefixes) = filter.known_prefixes() {
        look(&mut under, Some(&prefixes));
        if !under.groups.is_empty() || !under.trouble.is_empty() {
            return under;
        }
    }
    let mut survey = Survey {
        listings: under.listings,
        ..Survey::default()
    };
    look(&mut survey, None);
    survey
}
