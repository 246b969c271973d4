//! One account and region: its digests listed, its chains walked one after another; and what came of
//! them, once their logs are read.

use crate::base::sample::Sample;
use std::collections::BTreeSet;

use jiff::Timestamp;

use super::chain::ChainState;
use crate::base::limits::Limits;
use crate::base::time::Window;
use crate::cloudtrail::ids::{AccountId, ChainId, Region, TrailArn};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::Spans;
use crate::source::RootId;
use crate::validate::Context;
use crate::validate::digests::listing::{self, Listing, ListingRange};
use crate::validate::digests::listing_errors;
use crate::validate::findings::Ledger;
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::FilterTerm;
use crate::validate::unreferenced;
use crate::validate::unreferenced::references::References;
use crate::validate::unreferenced::search::LogSearch;
use crate::validate::unreferenced::tally::OtherObjects;

/// What one account and region gave, or several.
#[derive(Default)]
pub(crate) struct GroupResult {
    #[allow(
        clippy::vec_box,
        reason = "of thousands, each takes the room of what it was made of"
    )]
    pub chains: Vec<Box<ChainOutcome>>,
    /// What was found, a ledger a chain and one for what is of none.
    pub ledgers: Vec<Ledger>,
    pub answered: Vec<FilterTerm>,
    pub found: Vec<(KeyRoot, ChainId)>,
    /// When the newest digest of each ends.
    pub ends: Vec<(ChainId, Timestamp)>,
    pub unrecognised: Sample,
    pub complete: bool,
    pub pending: Vec<(ChainId, Window)>,
    /// Chains whose trail could not be asked about, and why.
    pub unasked: Vec<(ChainId, String)>,
    /// Trails that write no digests now.
    pub unvalidated: BTreeSet<TrailArn>,
    /// What was seen among the logs, once they were looked at.
    pub beside: Option<Box<OtherObjects>>,
}

impl GroupResult {
    /// Takes what another gave.
    pub fn add(&mut self, other: GroupResult, limits: &Limits) {
        self.chains.extend(other.chains);
        self.ledgers.extend(other.ledgers);
        self.answered.extend(other.answered);
        self.found.extend(other.found);
        self.ends.extend(other.ends);
        self.unrecognised.count += other.unrecognised.count;
        self.unrecognised.first.extend(other.unrecognised.first);
        self.complete &= other.complete;
        self.pending.extend(other.pending);
        self.unasked.extend(other.unasked);
        self.unvalidated.extend(other.unvalidated);
        if let Some(beside) = other.beside {
            self.beside.get_or_insert_default().add(*beside, limits);
        }
    }

    /// Gives back what memory is not needed: thousands of these wait for their logs to be read.
    fn compact(&mut self) {
        self.answered.shrink_to_fit();
        self.found.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// One account and region whose chains were walked.
pub(crate) struct Group {
    pub walked: Vec<ChainState>,
    /// What is to be listed of their logs.
    pub search: Option<Box<LogSearch>>,
    hidden: Spans,
    result: Box<GroupResult>,
}

impl Context<'_> {
    /// Walks the chains of one account and region.
    pub(crate) fn group(
        &self,
        account: &AccountId,
        region: &Region,
        places: &[(RootId, KeyRoot)],
        members: &BTreeSet<(KeyRoot, AccountId)>,
    ) -> Group {
        let limits = &self.request.limits;
        let filter = &self.request.filter;
        let wanted = ListingRange {
            from: self.request.from,
            to: self.request.to,
            backfill_grace: self.request.backfill_grace,
            delivery_lag: self.request.delivery_lag,
        };
        let listing = self.pool.install(|| {
            let source = self.fetcher.source;
            listing::list(source, account, region, places, filter, wanted, limits)
        });
        self.fetcher.listed(listing.listings);
        let mut result = Box::new(GroupResult {
            complete: listing.is_whole(),
            ..Default::default()
        });
        let unlisted = listing_errors::all(self.fetcher.atlas, (account, region), &listing, limits);
        if !unlisted.is_empty() {
            let mut ledger = self.ledgers.open();
            unlisted.into_iter().for_each(|f| self.add(&mut ledger, f));
            self.settle(&mut ledger);
            result.ledgers.push(ledger);
        }
        let Listing {
            chains,
            siblings,
            unrecognised,
            hidden,
            ..
        } = listing;
        result.unrecognised = unrecognised;
        self.listed(chains.iter());
        let mut references = References::new(self.named, self.fetcher.atlas.has_unnamed());
        let mut walked: Vec<ChainState> = Vec::with_capacity(chains.len());
        for (id, names) in chains {
            for root in names.roots() {
                let described = |account: &AccountId| {
                    let trails = self.request.prior.trails.iter();
                    let mut own = trails.filter(|t| t.organization && t.writes(&id));
                    own.any(|t| t.arn.account == *account)
                };
                let member = |account: &AccountId| {
                    members.contains(&(root.clone(), account.clone())) || described(account)
                };
                result
                    .answered
                    .extend(filter.matched_terms(root, &id, &member));
                result.found.push((root.clone(), id.clone()));
            }
            if let Some(newest) = names.main.last() {
                result.ends.push((id.clone(), newest.end()));
            }
            let proved = self.prove(id, names, &hidden, &mut references, &mut result);
            walked.extend(proved);
        }
        result.compact();
        let search = LogSearch::plan(self, &mut walked, siblings, &hidden, references);
        Group {
            walked,
            search,
            hidden,
            result,
        }
    }

    /// What came of the chains of one account and region.
    pub(crate) fn finish(&self, group: Group) -> Box<GroupResult> {
        let Group {
            mut walked,
            search,
            hidden,
            mut result,
        } = group;
        if let Some(search) = search {
            let others = unreferenced::judge(self, &mut walked, search, &hidden);
            let all_listed = others.as_ref().is_none_or(|o| o.unlisted.is_empty());
            result.complete &= all_listed;
            result.beside = others.map(Box::new);
        }
        result.chains.reserve_exact(walked.len());
        for proved in walked {
            self.conclude(proved, &mut result);
        }
        result
    }
}
