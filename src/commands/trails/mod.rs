//! Which chains are there, by the names of their digests alone: no object is read, and nothing is
//! proven.

mod view;

use crate::base::sample::Sample;
use jiff::Timestamp;
use rayon::prelude::*;

use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cloudtrail::cadence::Holes;
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;
use crate::source::places::Places;
use crate::source::{RootId, Source};
use crate::validate::digests::listing::{self, DigestNames, HeldNames, ListingRange};
use crate::validate::digests::listing_errors;
use crate::validate::findings::Ledgers;
use crate::validate::request::{ChainFilter, FilterTerm};
use crate::validate::survey::{Survey, found_instead, survey};

/// What is wanted of the look.
#[derive(Debug, Clone)]
pub struct TrailsRequest {
    /// Which chains.
    pub filter: ChainFilter,
    /// Folders listed at the same time.
    pub jobs: usize,
    /// What was found out before anything was looked at.
    pub beforehand: Vec<Finding>,
    /// Whether everything that was to be found out beforehand could be.
    pub complete: bool,
    /// Bounds on what input may cost.
    pub limits: Limits,
}

impl Default for TrailsRequest {
    /// Everything that is there, with one worker.
    fn default() -> Self {
        TrailsRequest {
            filter: ChainFilter::default(),
            jobs: 1,
            beforehand: Vec::new(),
            complete: true,
            limits: Limits::default(),
        }
    }
}

/// The chains that are there.
#[derive(Debug)]
pub struct Inventory {
    /// The chains, by id.
    pub chains: Vec<FoundChain>,
    /// What could not be listed, and what was asked for and is not there.
    pub trouble: Vec<Finding>,
    /// Folders with logs and no folder of digests beside them.
    pub undigested: Sample,
    /// Things that were not looked at, with the reason.
    pub refused: Sample,
    /// Whether the look was carried through: what was not found is not there.
    pub complete: bool,
    /// How many requests it took.
    pub listings: u64,
}

/// One chain, as its digests are called.
#[derive(Debug, PartialEq, Eq)]
pub struct FoundChain {
    /// Whose, where and of which trail.
    pub id: ChainId,
    /// Where its digests lie.
    pub locations: Vec<FoundLocation>,
    /// When its first and its last digest end; none where there are backfill digests only.
    pub span: Option<(Timestamp, Timestamp)>,
    /// How many digests there are, copies in another place too.
    pub digests: u64,
    /// How many backfill digests.
    pub backfill: u64,
    /// Holes in the cadence of its digests.
    pub holes: Holes,
}

/// Where digests of a chain lie.
#[derive(Debug, PartialEq, Eq)]
pub struct FoundLocation {
    /// The bucket, where its name is known.
    pub bucket: Option<String>,
    /// What stands before the account.
    pub root: KeyRoot,
    /// How many lie there, backfill digests too.
    pub digests: u64,
    /// When the first and the last of them end.
    pub span: (Timestamp, Timestamp),
}

/// Lists the chains that were asked for.
///
/// # Errors
/// Only where no workers can be had: whatever could not be listed is in the inventory.
pub fn take(
    source: &dyn Source,
    atlas: &Places,
    request: &TrailsRequest,
) -> Result<Inventory, Error> {
    let TrailsRequest { filter, limits, .. } = request;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.jobs.max(1))
        .build()
        .map_err(|e| Error::new(ErrorKind::Internal, "cannot start workers").because(e))?;
    let survey = survey(source, atlas, filter, limits, &pool);
    let taker = Taker {
        source,
        atlas,
        request,
        survey: &survey,
    };
    let groups: Vec<_> = survey.groups.iter().collect();
    // As few at a time as there are workers: of each only what is told of it is kept.
    let group = |((account, region), places): &(&(AccountId, Region), &Vec<_>)| {
        taker.group(account, region, places)
    };
    let groups: Vec<ChainGroup> =
        pool.install(|| groups.par_iter().with_max_len(1).map(group).collect());
    Ok(taker.join(groups))
}

/// What one account and region gave.
struct ChainGroup {
    chains: Vec<FoundChain>,
    trouble: Vec<Finding>,
    answered: Vec<FilterTerm>,
    listings: u64,
}

struct Taker<'a> {
    source: &'a dyn Source,
    atlas: &'a Places,
    request: &'a TrailsRequest,
    survey: &'a Survey,
}

impl Taker<'_> {
    fn group(
        &self,
        account: &AccountId,
        region: &Region,
        places: &[(RootId, KeyRoot)],
    ) -> ChainGroup {
        let TrailsRequest { filter, limits, .. } = self.request;
        let all = ListingRange::default();
        let listing = listing::list(self.source, account, region, places, filter, all, limits);
        let mut group = ChainGroup {
            chains: Vec::new(),
            trouble: listing_errors::all(self.atlas, (account, region), &listing, limits),
            answered: Vec::new(),
            listings: listing.listings,
        };
        let members = &self.survey.members;
        for (id, names) in listing.chains {
            for root in names.roots() {
                let member = |owner: &AccountId| members.contains(&(root.clone(), owner.clone()));
                let answers = filter.matched_terms(root, &id, &member).into_iter();
                for answer in answers {
                    if !group.answered.contains(&answer) {
                        group.answered.push(answer);
                    }
                }
            }
            group.chains.push(self.chain(id, &names));
        }
        group
    }

    fn chain(&self, id: ChainId, names: &DigestNames) -> FoundChain {
        let ends = || names.main.iter().map(|slot| slot.end());
        let location = |held: HeldNames<'_>| FoundLocation {
            bucket: self.atlas.bucket(held.root).map(str::to_owned),
            root: held.key_root.clone(),
            digests: held.digests,
            span: held.span,
        };
        FoundChain {
            id,
            locations: names.held().into_iter().map(location).collect(),
            span: ends().next().zip(ends().next_back()),
            digests: names.main.len() as u64,
            backfill: names.backfill.len() as u64,
            holes: Holes::between(ends()),
        }
    }

    fn join(&self, groups: Vec<ChainGroup>) -> Inventory {
        let TrailsRequest { filter, limits, .. } = self.request;
        let survey = self.survey;
        let mut chains = Vec::new();
        let mut answered = Vec::new();
        let mut listings = survey.listings;
        let mut ledger = Ledgers::new(limits.findings_per_code, limits.findings).open();
        let folders = survey.trouble.iter();
        folders.for_each(|t| drop(ledger.add(listing_errors::folder(self.atlas, t))));
        if survey.bounded {
            let message = "folders beyond the number or depth that is searched for AWSLogs were not \
                           looked into";
            ledger.add(Finding::new(Code::DigestUnreadable, message).reason(Reason::Limit));
        }
        for group in groups {
            chains.extend(group.chains);
            answered.extend(group.answered);
            listings += group.listings;
            let trouble = group.trouble.into_iter();
            trouble.for_each(|f| drop(ledger.add(f)));
        }
        let listed = ledger.into_findings();
        let complete = listed.is_empty() && self.request.complete;
        let mut trouble = self.request.beforehand.clone();
        trouble.extend(listed);
        // Where there is nowhere to look, why was told beforehand.
        if !self.atlas.roots().is_empty() {
            let asked = filter.terms();
            let unmet = asked.iter().filter(|asked| !answered.contains(asked));
            trouble.extend(unmet.map(|asked| {
                let message = format!("no digest was found for the {asked} that was asked for");
                self.absent(message, chains.is_empty())
            }));
            if chains.is_empty() && asked.is_empty() {
                trouble.push(self.absent("no digest was found".into(), true));
            }
        }
        trouble.sort_by_cached_key(Finding::order);
        trouble.dedup();
        Inventory {
            chains,
            trouble,
            undigested: survey.undigested.clone(),
            refused: survey.refused.clone(),
            complete,
            listings,
        }
    }

    fn absent(&self, message: String, nothing: bool) -> Finding {
        let finding = Finding::new(Code::NothingFound, message);
        if nothing {
            finding.hint(found_instead(self.survey, &[], &self.request.limits))
        } else {
            finding.hint("the chains listed are those of what else was asked for")
        }
    }
}
