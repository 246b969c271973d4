//! Witnesses: the chains in which calls on a trail are recorded, that is those of its owner in its home
//! region. They are walked around gaps even if they were not requested, and count in nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::owner::owner;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::Spans;
use crate::proof::gap::{Gap, TrailOwner, event_filter};
use crate::source::RootId;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;
use crate::validate::digests::chain::announce_keys;
use crate::validate::digests::listing::{self, Listing, ListingRange};
use crate::validate::digests::names::{DigestNames, DigestSet};
use crate::validate::digests::walk::{ChainWalk, Purpose};
use crate::validate::logs::manifest::ManifestPage;
use crate::validate::request::{ChainFilter, LogSelection};
use crate::validate::unreferenced::references::References;

/// The most stretches of time for which one witness is walked.
pub(super) const WALKS: usize = 64;

/// Two stretches at most this far apart are walked as one, in seconds. Walked separately, the digests beyond
/// their edges would be read twice.
const EDGE: i64 = 4 * HOUR;

/// A chain that is read for events alone.
pub(crate) struct Witness {
    pub id: ChainId,
    pub pages: Vec<ManifestPage>,
    /// Logs that its digests claim to list that are neither proven nor known to be altered.
    pub unproven: Vec<ManifestPage>,
    /// The time that its digests account for, as far as it was walked.
    pub accounted: Spans,
}

/// The witnesses of all gaps.
#[derive(Default)]
pub(crate) struct Witnesses {
    pub found: Vec<Witness>,
    /// Chains that could not be read around all gaps, and why.
    pub not_read: Vec<(ChainId, String)>,
}

/// Where and when a chain is wanted as a witness.
#[derive(Default)]
pub(super) struct WantedWitness {
    pub places: Vec<(RootId, KeyRoot)>,
    pub times: Spans,
}

impl WantedWitness {
    /// The stretches of time to walk.
    pub fn stretches(&self) -> Vec<Window> {
        let mut stretches: Vec<Window> = Vec::new();
        for time in self.times.iter() {
            match stretches.last_mut() {
                Some(last) if time.from <= shift(last.to, EDGE) => last.to = time.to,
                _ => stretches.push(time),
            }
        }
        stretches
    }
}

/// Walks the home region's chains that were not requested, around the gaps of those that were.
pub(crate) fn witnesses(context: &Context<'_>, chains: &[&mut ChainState]) -> Witnesses {
    let mut witnesses = Witnesses::default();
    if context.request.logs == LogSelection::None {
        return witnesses;
    }
    for (id, wanted) in wanted(context, chains) {
        let more = wanted.stretches().len().saturating_sub(WALKS);
        if more > 0 {
            let why = format!("{more} parts of it were not read, because there are too many gaps");
            witnesses.not_read.push((id.clone(), why));
        }
        match walk(context, &id, &wanted) {
            Ok(found) => witnesses.found.push(found),
            Err(why) => witnesses.not_read.push((id, why)),
        }
    }
    witnesses
}

/// The witnesses that the gaps of the chains call for.
fn wanted(context: &Context<'_>, chains: &[&mut ChainState]) -> BTreeMap<ChainId, WantedWitness> {
    let requested: BTreeSet<&ChainId> = chains.iter().map(|c| &c.id).collect();
    let mut wanted: BTreeMap<ChainId, WantedWitness> = BTreeMap::new();
    let has_gap = |c: &&&mut ChainState| !c.gaps.is_empty() || !c.after.is_empty();
    for chain in chains.iter().filter(has_gap) {
        let Some(home) = home(context, chain) else {
            continue;
        };
        if requested.contains(&home) {
            continue;
        }
        let witness = wanted.entry(home).or_default();
        for place in chain.digests.names.places() {
            if !witness.places.contains(place) {
                witness.places.push(place.clone());
            }
        }
        let gaps = chain.gaps.iter().chain(&chain.after);
        let gaps = gaps.filter(|gap| gap.may_be_explained());
        gaps.for_each(|gap| witness.times.insert(digests_around(gap)));
    }
    wanted
}

/// The time whose digests may list the logs of calls around a gap.
pub(super) fn digests_around(gap: &Gap) -> Window {
    let time = event_filter::search_window(gap);
    Window::new(shift(time.from, -HOUR), shift(time.to, HOUR))
}

impl Witness {
    pub(super) fn new(id: ChainId) -> Self {
        Witness {
            id,
            pages: Vec::new(),
            unproven: Vec::new(),
            accounted: Spans::default(),
        }
    }

    /// Walks a chain for some time, and adds the logs that its digests list, each once.
    pub(super) fn walk(
        &mut self,
        context: &Context<'_>,
        names: DigestNames,
        time: Window,
        hidden: &Spans,
    ) {
        let (mut references, from) = (References::default(), Some(time.from));
        let request = context.request;
        let keys_from = request.from.filter(|_| request.continues.is_none());
        announce_keys(context, &self.id, &names, (keys_from.or(from), time.to));
        let purpose = Purpose::Events;
        let mut walk = ChainWalk::new(context, &self.id, names, from, &mut references, purpose);
        let walked = walk.walk(DigestSet::Main, time.to, hidden);
        // If the home region has gaps too, the digest beyond an edge may be far away.
        let new = walk.finish().pages;
        let is_new = |known: &[ManifestPage], page: &ManifestPage| {
            !known.iter().any(|known| known.end() == page.end())
        };
        let proven = new.inside.into_iter().chain(new.beyond);
        let proven: Vec<_> = proven.filter(|page| is_new(&self.pages, page)).collect();
        self.pages.extend(proven);
        let unproven = new.unproven.into_iter();
        let unproven: Vec<_> = unproven.filter(|p| is_new(&self.unproven, p)).collect();
        self.unproven.extend(unproven);
        walked
            .accounted
            .iter()
            .for_each(|span| self.accounted.insert(span));
    }
}

/// Gives each chain with gaps the time that its trail's home chain accounts for, if that is another chain and
/// was read.
pub(crate) fn add_home_chains(
    context: &Context<'_>,
    chains: &mut [&mut ChainState],
    witnesses: &[Witness],
) {
    let mut homes: BTreeMap<ChainId, Arc<Spans>> = BTreeMap::new();
    let home_of = |chain: &ChainState| {
        let home = home(context, chain).filter(|home| *home != chain.id);
        home.filter(|_| !chain.gaps.is_empty() || !chain.after.is_empty())
    };
    let wanted: BTreeSet<ChainId> = chains.iter().filter_map(|c| home_of(c)).collect();
    let read = witnesses.iter().map(|w| (&w.id, &w.accounted));
    let requested = chains.iter().map(|c| (&c.id, &c.digests.main.accounted));
    for (id, accounted) in read.chain(requested).filter(|(id, _)| wanted.contains(id)) {
        homes.insert(id.clone(), Arc::new(accounted.clone()));
    }
    for chain in chains {
        chain.home = home_of(chain).and_then(|id| homes.get(&id).cloned());
    }
}

/// The chain in which calls on a chain's trail are recorded; `None` if its owner is not known.
fn home(context: &Context<'_>, chain: &ChainState) -> Option<ChainId> {
    let TrailOwner::Account(account) = owner(context, chain) else {
        return None;
    };
    Some(ChainId {
        account,
        region: chain.id.home_region.clone(),
        ..chain.id.clone()
    })
}

/// The logs that the digests of a witness list around gaps.
fn walk(context: &Context<'_>, id: &ChainId, wanted: &WantedWitness) -> Result<Witness, String> {
    let mut witness = Witness::new(id.clone());
    for time in wanted.stretches().into_iter().take(WALKS) {
        walk_stretch(context, &mut witness, &wanted.places, time)?;
    }
    match witness.pages.is_empty() && witness.unproven.is_empty() {
        true => Err("none of its digests of that time is present and proven".into()),
        false => Ok(witness),
    }
}

fn walk_stretch(
    context: &Context<'_>,
    witness: &mut Witness,
    places: &[(RootId, KeyRoot)],
    time: Window,
) -> Result<(), String> {
    let filter = ChainFilter::trail_of(&witness.id);
    let folder = (&witness.id.account, &witness.id.region);
    let mut listing = list(context, folder, places, &filter, time)?;
    if let Some(names) = listing.chains.remove(&witness.id) {
        witness.walk(context, names, time, &listing.hidden);
    }
    Ok(())
}

/// Lists the digests of an account and region for some time.
pub(super) fn list(
    context: &Context<'_>,
    (account, region): (&AccountId, &Region),
    places: &[(RootId, KeyRoot)],
    filter: &ChainFilter,
    time: Window,
) -> Result<Listing, String> {
    let request = context.request;
    let range = ListingRange::of(request, Some(time.from), Some(time.to));
    let listing = context.pool.install(|| {
        let (source, limits) = (context.fetcher.source, &request.limits);
        listing::list(source, account, region, places, filter, range, limits)
    });
    context.fetcher.listed(listing.listings);
    match listing.trouble.first() {
        Some((_, _, error)) => Err(error.detail()),
        None => Ok(listing),
    }
}
