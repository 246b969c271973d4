//! Further witnesses: where neither the requested chains nor the home chain explain a gap, the other chains in
//! the folders where calls that concern it may be recorded are read around it. That may be a sibling of a
//! trail that logs no management events, the chain of a delegated administrator, or the chain of the
//! region in which calls on accounts and organizations are recorded.
//!
//! How many are read depends on the number of gaps and has a bound. It does not depend on the window.

use std::collections::{BTreeMap, BTreeSet};

use super::open_gaps;
use super::owner::owner;
use super::witness::{WALKS, WantedWitness, Witness, Witnesses, digests_around, list};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::proof::gap::event_filter::recorded_in;
use crate::proof::gap::events::KnownEvents;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;
use crate::validate::request::{ChainFilter, LogSelection};
use crate::validate::survey::survey;

/// The most chains that are read. An account has five trails in a region at most, and an organization few
/// delegated administrators.
const CHAINS: usize = 64;

/// The time wanted of each folder: of an account and region, or of all accounts of a region.
type WantedFolders = BTreeMap<(Region, Option<AccountId>), WantedWitness>;

/// A folder of digests, and what is wanted of it.
type WantedFolder = ((AccountId, Region), WantedWitness);

/// Reads the chains that were neither requested nor read as `known` witnesses, around the gaps that no proven
/// log explains so far.
pub(crate) fn further(
    context: &Context<'_>,
    chains: &[&mut ChainState],
    known: &[Witness],
    events: &KnownEvents,
) -> Witnesses {
    let mut witnesses = Witnesses::default();
    let request = context.request;
    if request.logs == LogSelection::None || !request.filter.narrows() {
        return witnesses;
    }
    let mut wanted = WantedFolders::new();
    for chain in chains {
        let gaps = [&chain.gaps, &chain.after];
        let open = gaps.map(|gaps| open_gaps(context, chain, gaps, events));
        for gap in open.into_iter().flatten() {
            for place in recorded_in(&chain.id, &owner(context, chain)) {
                let folder = wanted.entry(place).or_default();
                folder.times.insert(digests_around(gap));
            }
        }
    }
    if wanted.is_empty() {
        return witnesses;
    }
    let mut read: BTreeSet<ChainId> = chains.iter().map(|c| c.id.clone()).collect();
    read.extend(known.iter().map(|witness| witness.id.clone()));
    for ((account, region), folder) in folders(context, &wanted) {
        let here = (&account, &region);
        let new = read_folder(context, here, &folder, &mut read, &mut witnesses);
        if let (Err(why), Some(chain)) = (new, chains.first()) {
            let here = ChainId {
                account,
                region,
                ..chain.id.clone()
            };
            witnesses.not_read.push((here, why));
        }
    }
    witnesses
}

/// The folders of digests that are wanted. Those of an account that is known come first.
fn folders(context: &Context<'_>, wanted: &WantedFolders) -> Vec<WantedFolder> {
    let request = context.request;
    let regions: BTreeSet<Region> = wanted.keys().map(|(region, _)| region.clone()).collect();
    let accounts = wanted.keys().map(|(_, account)| account.clone());
    let accounts: Option<BTreeSet<AccountId>> = accounts.collect();
    let filter = ChainFilter {
        regions: regions.into_iter().collect(),
        accounts: accounts.unwrap_or_default().into_iter().collect(),
        prefixes: request.filter.prefixes.clone(),
        places: request.filter.places.clone(),
        ..ChainFilter::default()
    };
    let (source, places) = (context.fetcher.source, context.fetcher.places);
    let found = survey(source, places, &filter, &request.limits, context.pool);
    context.fetcher.listed(found.listings);
    let mut folders = Vec::new();
    for ((account, region), places) in found.groups {
        let own = wanted.get(&(region.clone(), Some(account.clone())));
        let all = wanted.get(&(region.clone(), None));
        let mut folder = WantedWitness::default();
        for times in own.into_iter().chain(all).map(|wanted| &wanted.times) {
            times.iter().for_each(|time| folder.times.insert(time));
        }
        if own.is_some() || all.is_some() {
            folder.places = places;
            folders.push((own.is_none(), ((account, region), folder)));
        }
    }
    // Stable, so the others stay in the order of accounts.
    folders.sort_by_key(|(is_any, _)| *is_any);
    folders.into_iter().map(|(_, folder)| folder).collect()
}

/// Walks the chains of one folder that were not read yet.
fn read_folder(
    context: &Context<'_>,
    folder: (&AccountId, &Region),
    wanted: &WantedWitness,
    read: &mut BTreeSet<ChainId>,
    witnesses: &mut Witnesses,
) -> Result<(), String> {
    let mut found: BTreeMap<ChainId, Witness> = BTreeMap::new();
    let stretches = wanted.stretches();
    let mut left_out = stretches.len() > WALKS;
    for time in stretches.into_iter().take(WALKS) {
        if witnesses.found.len() >= CHAINS {
            left_out = true;
            break;
        }
        let all = ChainFilter::default();
        let listing = list(context, folder, &wanted.places, &all, time)?;
        for (id, names) in listing.chains {
            let is_new = !read.contains(&id);
            let has_room = witnesses.found.len() + found.len() < CHAINS || found.contains_key(&id);
            left_out |= is_new && !has_room;
            if is_new && has_room {
                let witness = found.entry(id.clone()).or_insert_with(|| Witness::new(id));
                witness.walk(context, names, time, &listing.hidden);
            }
        }
    }
    read.extend(found.keys().cloned());
    witnesses.found.extend(found.into_values());
    match left_out {
        true => Err(format!(
            "some of its chains or hours were not read, because more than {CHAINS} chains or {WALKS} gaps need \
             them"
        )),
        false => Ok(()),
    }
}
