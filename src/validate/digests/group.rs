//! One account and region: its digests are listed, and its chains walked one after another.

use std::collections::{BTreeMap, BTreeSet};

use super::begins::Begins;
use super::chain::{self, ChainFate, ChainToProve, ProvenChain};
use super::listing::{self, Listing, ListingRange};
use super::listing_errors;
use super::names::DigestNames;
use super::remembered;
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::KeyRoot;
use crate::source::RootId;
use crate::validate::chain_state::{ChainState, FoundChain, Group, GroupNotes};
use crate::validate::context::Context;
use crate::validate::findings::Ledger;
use crate::validate::unreferenced::peek;
use crate::validate::unreferenced::references::References;
use crate::validate::unreferenced::search::LogSearch;

/// Walks the chains of one account and region. `members` are the accounts with digests of an
/// organization's trail.
pub(super) fn walk(
    context: &Context<'_>,
    (account, region): &(AccountId, Region),
    places: &[(RootId, KeyRoot)],
    members: &BTreeSet<(KeyRoot, AccountId)>,
) -> (Group, Option<Box<LogSearch>>) {
    let earlier = peek::earlier_begins(context, (account, region), places);
    let begins = Begins::new(context, (account, region), earlier);
    let listing = context
        .pool
        .install(|| list(context, (account, region), places, &begins));
    context.fetcher.listed(listing.listings);
    let ledger = errors(context, account, region, &listing);
    let mut notes = Box::new(GroupNotes {
        incomplete: !listing.is_complete(),
        ..GroupNotes::default()
    });
    let Listing {
        chains: mut listed,
        siblings,
        unrecognised,
        hidden,
        ..
    } = listing;
    if notes.incomplete || hidden.bounds().is_some() {
        notes.unlisted.insert((account.clone(), region.clone()));
    }
    notes.unrecognised = unrecognised;
    let mut remembered = remembered::add_all(context, &begins, places, &mut listed);
    context.report_listed(listed.iter(), &begins);

    let mut references = References::new(context.references, context.fetcher.places.has_unnamed());
    let mut chains: Vec<ChainState> = Vec::with_capacity(listed.len());
    for (id, mut names) in newest_first(listed) {
        let kin = chains.iter().filter(|c| c.id.is_called_like(&id));
        kin.for_each(|chain| chain.digests.names.take_from(&mut names));
        if names.is_empty() {
            continue;
        }
        note_chain(context, &id, &names, members, &mut notes);
        let chain = ChainToProve {
            remembered: remembered.remove(&id),
            id,
            names,
        };
        match chain::prove(context, chain, (&hidden, &begins), &mut references) {
            None => {}
            Some(ChainFate::Vanished(findings)) => notes.add_vanished(findings),
            Some(ChainFate::Proven(proven)) => {
                let ProvenChain { state, end } = *proven;
                let unknown = end.trail_unknown.map(|why| (state.id.clone(), why));
                notes.trail_unknown.extend(unknown);
                notes.unvalidated.extend(end.unvalidated);
                notes.incomplete |= end.cut_short;
                chains.push(state);
            }
        }
    }
    chains.sort_by(|a, b| a.id.cmp(&b.id));
    notes.shrink();
    let is_first = context.division.is_first_share(account, region);
    let search =
        is_first.then(|| LogSearch::plan(context, &mut chains, siblings, &hidden, references));
    let search = search.flatten();
    let group = Group {
        chains,
        hidden,
        ledger,
        notes,
    };
    (group, search)
}

/// Lists the digests of an account and region that another shard validates. What is missing elsewhere shows only beside
/// what is here.
pub(super) fn overview(
    context: &Context<'_>,
    (account, region): &(AccountId, Region),
    places: &[(RootId, KeyRoot)],
    members: &BTreeSet<(KeyRoot, AccountId)>,
) -> Group {
    let begins = Begins::new(context, (account, region), BTreeMap::new());
    let listing = context
        .pool
        .install(|| list(context, (account, region), places, &begins));
    context.fetcher.listed(listing.listings);
    let mut notes = Box::new(GroupNotes::default());
    if !listing.is_complete() || listing.hidden.bounds().is_some() {
        notes.unlisted.insert((account.clone(), region.clone()));
    }
    for (id, names) in &listing.chains {
        note_chain(context, id, names, members, &mut notes);
    }
    Group {
        chains: Vec::new(),
        hidden: listing.hidden,
        ledger: None,
        notes,
    }
}

/// Lists the digests of all chains of an account and region.
fn list(
    context: &Context<'_>,
    folder: (&AccountId, &Region),
    places: &[(RootId, KeyRoot)],
    begins: &Begins<'_>,
) -> Listing {
    let (request, filter) = (context.request, context.filter);
    let (source, limits) = (context.fetcher.source, &request.limits);
    if request.continues.is_none() {
        let (account, region) = folder;
        let wanted = ListingRange::of(request, request.from, request.to);
        return listing::list(source, account, region, places, filter, wanted, limits);
    }
    let wanted = ListingRange::continued(request, begins.first());
    let earlier = |listed: &_| begins.earlier(listed);
    listing::list_with(source, folder, places, filter, wanted, limits, &earlier)
}

/// The chains in their order; of those that are called alike, the one with the newest digest first. Where a
/// trail became an organization's, its links lead from there to the digests of the others.
fn newest_first(listed: BTreeMap<ChainId, DigestNames>) -> Vec<(ChainId, DigestNames)> {
    let mut listed: Vec<_> = listed.into_iter().collect();
    listed.sort_by(|(a, a_names), (b, b_names)| match a.is_called_like(b) {
        true => (b_names.newest_end(), a).cmp(&(a_names.newest_end(), b)),
        false => a.cmp(b),
    });
    listed
}

/// The findings on folders and digests that could not be listed.
fn errors(
    context: &Context<'_>,
    account: &AccountId,
    region: &Region,
    listing: &Listing,
) -> Option<Ledger> {
    let (places, limits) = (context.fetcher.places, &context.request.limits);
    let errors = listing_errors::all(places, (account, region), listing, limits);
    if errors.is_empty() {
        return None;
    }
    let mut ledger = context.ledgers.open();
    errors
        .into_iter()
        .for_each(|finding| context.report(&mut ledger, finding));
    context.report_final(&mut ledger);
    Some(ledger)
}

/// Records which terms of the filter a chain matches, where it was found, and where it ends.
fn note_chain(
    context: &Context<'_>,
    id: &ChainId,
    names: &DigestNames,
    members: &BTreeSet<(KeyRoot, AccountId)>,
    notes: &mut GroupNotes,
) {
    for root in names.roots() {
        let owns_trail = |account: &AccountId| {
            let mut trails = context.request.prior.trails.iter();
            trails.any(|t| t.organization && t.writes(id) && t.arn.account == *account)
        };
        let is_owner = |account: &AccountId| {
            members.contains(&(root.clone(), account.clone())) || owns_trail(account)
        };
        let answered = context.filter.matched_terms(root, id, &is_owner);
        let answered = answered.into_iter().map(|term| (id.clone(), term));
        notes.answered.extend(answered);
        notes.found.extend(names.time().map(|time| FoundChain {
            root: root.clone(),
            id: id.clone(),
            time,
        }));
    }
    let places = context.fetcher.places;
    for (root, _) in names.places() {
        if let Some(bucket) = places.bucket(*root).filter(|b| !notes.buckets.contains(*b)) {
            notes.buckets.insert(bucket.to_owned());
        }
    }
}
