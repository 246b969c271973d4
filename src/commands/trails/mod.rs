//! `trails`: which chains of digests exist, from when to when, and which hours are missing?
//!
//! ```text
//! TrailsRequest ─▶ list ─▶ TrailsOutcome ─▶ view ─▶ report::trails::v1::Trails
//!                   survey the folders, then list the digests of each account and region
//! ```
//!
//! In: a source and a filter. Out: the chains, from the names of their digests only. No object is read, so nothing
//! is proven.

pub mod accounts;
mod view;

use jiff::Timestamp;
use rayon::prelude::*;

use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::cloudtrail::cadence::Holes;
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::finding::{Code, Finding};
use crate::source::places::Places;
use crate::source::{RootId, Source};
use crate::validate::context;
use crate::validate::digests::listing::{self, ListingRange};
use crate::validate::digests::listing_errors;
use crate::validate::digests::names::{DigestNames, HeldNames};
use crate::validate::ended_early;
use crate::validate::findings::{Ledger, Ledgers};
use crate::validate::request::{ChainFilter, FilterTerm, PriorKnowledge};
use crate::validate::survey::{Survey, found_instead, reaches, survey};

/// Which chains to list, and how. The default is every chain, with one worker.
#[derive(Debug, Clone, Default)]
pub struct TrailsRequest {
    /// Which chains.
    pub filter: ChainFilter,
    /// How many folders to list at the same time; 0 counts as 1.
    pub jobs: usize,
    /// What the caller found out while it looked up trails in AWS.
    pub prior: PriorKnowledge,
    /// Ends the run early. The source checks it by itself.
    pub stop: CancelFlag,
    /// Bounds on what hostile input may cost.
    pub limits: Limits,
}

/// The chains that exist.
#[derive(Debug)]
pub struct TrailsOutcome {
    /// The chains, by id.
    pub chains: Vec<ListedChain>,
    /// Folders that could not be listed, and terms of the filter that no chain matches.
    pub trouble: Vec<Finding>,
    /// Folders that hold logs, without a folder of digests beside them.
    pub undigested: Sample,
    /// Entries that the source refused to list, each with the reason.
    pub refused: Sample,
    /// Whether everything could be listed. If so, a chain that is not here does not exist.
    pub complete: bool,
    /// Why the run ended early, if it did.
    pub ended_by: Option<CancelReason>,
    /// How many requests the listings took.
    pub listings: u64,
}

impl TrailsOutcome {
    /// Whether no folder could be listed, so that nothing is known. A run that ended early does not count.
    pub fn nothing_listed(&self) -> bool {
        !self.complete && self.listings == 0 && self.ended_by.is_none()
    }
}

/// One chain, from the names of its digests.
#[derive(Debug, PartialEq, Eq)]
pub struct ListedChain {
    /// Account, region and trail.
    pub id: ChainId,
    /// The folders that hold its digests.
    pub locations: Vec<ListedLocation>,
    /// When the intervals of its first and last digest end; `None` if it has backfill digests only.
    pub span: Option<(Timestamp, Timestamp)>,
    /// How many digests it has. A copy in another folder counts too.
    pub digests: u64,
    /// How many backfill digests it has.
    pub backfill: u64,
    /// Hours without a digest.
    pub holes: Holes,
}

/// A folder that holds digests of a chain.
#[derive(Debug, PartialEq, Eq)]
pub struct ListedLocation {
    /// The bucket, if its name is known.
    pub bucket: Option<String>,
    /// The part of the keys before the account.
    pub root: KeyRoot,
    /// How many digests it holds, backfill digests included.
    pub digests: u64,
    /// When the intervals of the first and last of them end.
    pub span: (Timestamp, Timestamp),
}

/// Lists the chains that match the filter.
///
/// # Errors
/// Only where no threads can be started. Folders that could not be listed are part of the outcome.
pub fn list(
    source: &dyn Source,
    places: &Places,
    request: &TrailsRequest,
) -> Result<TrailsOutcome, Error> {
    let TrailsRequest { filter, limits, .. } = request;
    let pool = context::workers(request.jobs.max(1))?;
    let mut filter = reaches::by_configuration(filter, &request.prior.trails);
    let mut survey = survey(source, places, &filter, limits, &pool);
    reaches::by_folders(
        &mut filter,
        &request.prior.trails,
        source,
        &mut survey,
        limits,
    );
    let lister = ChainLister {
        source,
        places,
        request,
        filter: &filter,
        survey: &survey,
    };
    let groups: Vec<_> = survey.groups.iter().collect();
    let list = |((account, region), folders): &(&(AccountId, Region), &Vec<_>)| {
        lister.group(account, region, folders)
    };
    // One group per worker at a time bounds the memory: the names of a group are dropped once it is listed.
    let groups: Vec<ListedGroup> =
        pool.install(|| groups.par_iter().with_max_len(1).map(list).collect());
    Ok(lister.join(groups))
}

/// The chains of one account and region.
struct ListedGroup {
    chains: Vec<ListedChain>,
    trouble: Vec<Finding>,
    /// The terms of the filter that these chains match.
    matched: Vec<FilterTerm>,
    listings: u64,
}

struct ChainLister<'a> {
    source: &'a dyn Source,
    places: &'a Places,
    request: &'a TrailsRequest,
    /// The filter of the request, with what is known of the requested trails.
    filter: &'a ChainFilter,
    survey: &'a Survey,
}

impl ChainLister<'_> {
    fn group(
        &self,
        account: &AccountId,
        region: &Region,
        folders: &[(RootId, KeyRoot)],
    ) -> ListedGroup {
        let (filter, limits) = (self.filter, &self.request.limits);
        let all = ListingRange::default();
        let listing = listing::list(self.source, account, region, folders, filter, all, limits);
        let mut group = ListedGroup {
            chains: Vec::new(),
            trouble: listing_errors::all(self.places, (account, region), &listing, limits),
            matched: Vec::new(),
            listings: listing.listings,
        };
        for (id, names) in listing.chains {
            for term in self.matched_terms(&id, &names) {
                if !group.matched.contains(&term) {
                    group.matched.push(term);
                }
            }
            group.chains.push(self.chain(id, &names));
        }
        group
    }

    fn matched_terms(&self, id: &ChainId, names: &DigestNames) -> Vec<FilterTerm> {
        let members = &self.survey.members;
        let of_root = |root: &KeyRoot| {
            let is_member = |owner: &AccountId| members.contains(&(root.clone(), owner.clone()));
            self.filter.matched_terms(root, id, &is_member)
        };
        names.roots().into_iter().flat_map(of_root).collect()
    }

    fn chain(&self, id: ChainId, names: &DigestNames) -> ListedChain {
        let ends = || names.main.iter().map(|slot| slot.end());
        let location = |held: HeldNames<'_>| ListedLocation {
            bucket: self.places.bucket(held.root).map(str::to_owned),
            root: held.key_root.clone(),
            digests: held.digests,
            span: held.span,
        };
        ListedChain {
            id,
            locations: names.held().into_iter().map(location).collect(),
            span: ends().next().zip(ends().next_back()),
            digests: names.main.len() as u64,
            backfill: names.backfill.len() as u64,
            holes: Holes::between(ends()),
        }
    }

    fn join(&self, groups: Vec<ListedGroup>) -> TrailsOutcome {
        let TrailsRequest { prior, limits, .. } = self.request;
        let survey = self.survey;
        let mut chains = Vec::new();
        let mut matched = Vec::new();
        let mut listings = survey.listings;
        let mut ledger = Ledgers::new(limits.findings_per_code, limits.findings).open();
        let ended_by = self.request.stop.reason();
        if let Some(by) = ended_by {
            ledger.add(ended_early(by));
        }
        self.add_survey_errors(&mut ledger);
        for group in groups {
            chains.extend(group.chains);
            matched.extend(group.matched);
            listings += group.listings;
            for finding in group.trouble {
                ledger.add(finding);
            }
        }
        let errors = ledger.into_findings();
        let complete = errors.is_empty() && !prior.incomplete;
        let mut trouble = prior.findings.clone();
        trouble.extend(errors);
        trouble.extend(self.unmatched(&chains, &matched));
        trouble.sort_by_cached_key(Finding::order);
        trouble.dedup();
        TrailsOutcome {
            chains,
            trouble,
            undigested: survey.undigested.clone(),
            refused: survey.refused.clone(),
            complete,
            ended_by,
            listings,
        }
    }

    fn add_survey_errors(&self, ledger: &mut Ledger) {
        for folder in &self.survey.trouble {
            ledger.add(listing_errors::folder(self.places, folder));
        }
        for (at, beyond) in &self.survey.beyond {
            let limits = &self.request.limits;
            ledger.add(listing_errors::beyond(self.places, limits, *at, beyond));
        }
    }

    /// The terms of the filter that no chain matches, as findings.
    fn unmatched(&self, chains: &[ListedChain], matched: &[FilterTerm]) -> Vec<Finding> {
        // Without a root nothing was searched. The prior findings say why.
        if self.places.roots().is_empty() {
            return Vec::new();
        }
        let terms = self.request.filter.terms();
        let hint = if chains.is_empty() {
            found_instead(self.survey, &[], false, &self.request.limits)
        } else {
            "the listed chains match the rest of the scope".into()
        };
        let nothing_found = |message| Finding::new(Code::NothingFound, message).hint(hint.clone());
        if terms.is_empty() && chains.is_empty() {
            return vec![nothing_found("no digest was found".to_owned())];
        }
        let unmatched = terms.iter().filter(|term| !matched.contains(term));
        unmatched
            .map(|term| nothing_found(format!("no digest was found for the given {term}")))
            .collect()
    }
}
