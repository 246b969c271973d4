//! Witnesses: the chains in which calls on a trail are recorded, that is those of its owner in its home
//! region. They are walked around gaps even if they were not requested, and count in nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::owner::owner;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::Spans;
use crate::proof::gap::{TrailOwner, event_filter};
use crate::source::RootId;
use crate::validate::chain_state::{ChainState, LogPages};
use crate::validate::context::Context;
use crate::validate::digests::chain::announce_keys;
use crate::validate::digests::listing::{self, ListingRange};
use crate::validate::digests::names::DigestSet;
use crate::validate::digests::walk::{ChainWalk, Purpose};
use crate::validate::logs::manifest::ManifestPage;
use crate::validate::request::{ChainFilter, LogSelection};
use crate::validate::unreferenced::references::References;

/// The most stretches of time for which one witness is walked.
const WALKS: usize = 64;

/// Two stretches at most this far apart are walked as one, in seconds. Walked separately, the digests beyond
/// their edges would be read twice.
const EDGE: i64 = 4 * HOUR;

/// A chain that is read for events alone.
pub(crate) struct Witness {
    pub id: ChainId,
    pub pages: Vec<ManifestPage>,
    /// Logs that its digests claim to list that are neither proven nor known to be altered.
    pub unproven: Vec<ManifestPage>,
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
struct WantedWitness {
    places: Vec<(RootId, KeyRoot)>,
    times: Spans,
}

impl WantedWitness {
    /// The stretches of time to walk.
    fn stretches(&self) -> Vec<Window> {
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
            let why = format!("{more} stretches of it, as there are too many gaps");
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
        let TrailOwner::Account(account) = owner(context, chain) else {
            continue;
        };
        let home = ChainId {
            account,
            region: chain.id.home_region.clone(),
            ..chain.id.clone()
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
        for time in gaps.map(event_filter::search_window) {
            let time = Window::new(shift(time.from, -HOUR), shift(time.to, HOUR));
            witness.times.insert(time);
        }
    }
    wanted
}

/// The logs that the digests of a witness list around gaps.
fn walk(context: &Context<'_>, id: &ChainId, wanted: &WantedWitness) -> Result<Witness, String> {
    let mut witness = Witness {
        id: id.clone(),
        pages: Vec::new(),
        unproven: Vec::new(),
    };
    let (mut known, mut claimed) = (BTreeSet::new(), BTreeSet::new());
    for time in wanted.stretches().into_iter().take(WALKS) {
        let new = walk_stretch(context, id, &wanted.places, time)?;
        let proven = new.inside.into_iter().chain(new.beyond);
        let proven = proven.filter(|page| known.insert(page.end()));
        witness.pages.extend(proven);
        let unproven = new.unproven.into_iter();
        let unproven = unproven.filter(|page| claimed.insert(page.end()));
        witness.unproven.extend(unproven);
    }
    match witness.pages.is_empty() && witness.unproven.is_empty() {
        true => Err("none of its digests of that time is there and proven".into()),
        false => Ok(witness),
    }
}

fn walk_stretch(
    context: &Context<'_>,
    id: &ChainId,
    places: &[(RootId, KeyRoot)],
    time: Window,
) -> Result<LogPages, String> {
    let request = context.request;
    let range = ListingRange::of(request, Some(time.from), Some(time.to));
    let filter = ChainFilter::trail_of(id);
    let mut listing = context.pool.install(|| {
        let (source, limits) = (context.fetcher.source, &request.limits);
        listing::list(
            source,
            &id.account,
            &id.region,
            places,
            &filter,
            range,
            limits,
        )
    });
    context.fetcher.listed(listing.listings);
    if let Some((_, _, error)) = listing.trouble.first() {
        return Err(error.detail());
    }
    let Some(names) = listing.chains.remove(id) else {
        return Ok(LogPages::default());
    };
    announce_keys(context, id, &names, time.to);
    let mut references = References::default();
    let from = Some(time.from);
    let mut walk = ChainWalk::new(context, id, names, from, &mut references, Purpose::Events);
    walk.walk(DigestSet::Main, time.to, &listing.hidden);
    // If the home region has gaps too, the digest beyond an edge may be far away.
    Ok(walk.finish().pages)
}
