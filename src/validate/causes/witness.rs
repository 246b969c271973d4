//! The chains in which calls on a trail are recorded: its owner's, in its home region. They are walked
//! around gaps even where nobody asked for them, and count in nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{ChainId, TrailArn};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::chain::Walk;
use crate::proof::coverage::Spans;
use crate::proof::damage;
use crate::proof::gap::TrailOwner;
use crate::proof::gap::event_filter::{self, EventFilter};
use crate::source::RootId;
use crate::validate::Context;
use crate::validate::digests::chain::ChainState;
use crate::validate::digests::listing::{self, ListingRange};
use crate::validate::digests::walk::Purpose;
use crate::validate::logs::manifest::ManifestPage;
use crate::validate::request::{ChainFilter, LogSelection};
use crate::validate::unreferenced::references::References;

/// Gaps of one trail around which its home region's chain is walked.
const WALKS: usize = 64;

/// How far beyond both edges of two stretches digests may be read, in seconds.
const EDGE: i64 = 4 * HOUR;

/// A chain that is read for events alone.
pub(crate) struct Witness {
    pub id: ChainId,
    pub pages: Vec<ManifestPage>,
}

/// Where and when a chain is wanted as a witness.
#[derive(Default)]
struct WitnessRange {
    places: Vec<(RootId, KeyRoot)>,
    times: Spans,
}

impl WitnessRange {
    /// When it is wanted: what lies so close together that the digests beyond its edges would be
    /// read twice is one.
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

impl Context<'_> {
    /// Whose trail writes a chain: as CloudTrail says, as was asked for, or as its folder says.
    pub(crate) fn owner(&self, proved: &ChainState) -> TrailOwner {
        let id = &proved.id;
        // Where its proven digests lie: anybody who may write to a bucket may put others elsewhere.
        let proven = &proved.main.locations;
        let organization = match proven.is_empty() {
            true => proved
                .names
                .roots()
                .iter()
                .any(|r| r.organization.is_some()),
            false => proven.iter().any(|l| l.root.organization.is_some()),
        };
        if !organization {
            return TrailOwner::Account(id.account.clone());
        }
        let described = proved.trail.iter().map(|trail| &trail.0);
        let mut described = described.chain(&self.request.prior.trails);
        if let Some(config) = described.find(|t| t.organization && t.writes(id)) {
            return TrailOwner::Account(config.arn.account.clone());
        }
        let mut named = self.request.filter.trail_arns.iter();
        let own = |a: &&TrailArn| a.trail == id.trail && a.home_region == id.home_region;
        named.find(own).map_or(TrailOwner::Organization, |a| {
            TrailOwner::Account(a.account.clone())
        })
    }

    /// In which logs events are to be looked for, by what the digests showed.
    pub(crate) fn interest(&self, chains: &[&mut ChainState]) -> EventFilter {
        let located = chains.iter().flat_map(|p| &p.main.locations);
        let mut buckets: BTreeSet<String> = located.map(|l| l.bucket.clone()).collect();
        let roots = self.fetcher.atlas.roots();
        buckets.extend(roots.iter().flat_map(|r| r.buckets.iter().cloned()));
        let mut interest = EventFilter::new(buckets);
        if self.request.logs == LogSelection::None {
            return interest;
        }
        for proved in chains {
            let owner = self.owner(proved);
            for gap in &proved.gaps {
                interest.add_gap(gap, &proved.id, &owner);
            }
            proved.ledger.for_each(|finding| {
                if let Some(since) = damage::since(finding) {
                    interest.damaged(since);
                }
            });
        }
        interest
    }

    /// Walks the home regions' chains that nobody asked for, around the gaps of those that were; and
    /// tells which of them could not be looked at, and why.
    pub(crate) fn witnesses(
        &self,
        chains: &[&mut ChainState],
    ) -> (Vec<Witness>, Vec<(ChainId, String)>) {
        let walked: BTreeSet<&ChainId> = chains.iter().map(|p| &p.id).collect();
        let mut called: BTreeMap<ChainId, WitnessRange> = BTreeMap::new();
        if self.request.logs == LogSelection::None {
            return Default::default();
        }
        for proved in chains.iter().filter(|p| !p.gaps.is_empty()) {
            let TrailOwner::Account(account) = self.owner(proved) else {
                continue;
            };
            let home = ChainId {
                account,
                region: proved.id.home_region.clone(),
                ..proved.id.clone()
            };
            if walked.contains(&home) {
                continue;
            }
            let call = called.entry(home).or_default();
            for place in proved.names.places() {
                if !call.places.contains(place) {
                    call.places.push(place.clone());
                }
            }
            let times = proved.gaps.iter().map(event_filter::search_window);
            times.for_each(|t| {
                call.times
                    .insert(Window::new(shift(t.from, -HOUR), shift(t.to, HOUR)))
            });
        }
        let mut witnesses = Vec::new();
        let mut silent = Vec::new();
        for (id, call) in called {
            let more = call.stretches().len().saturating_sub(WALKS);
            if more > 0 {
                let why = format!("{more} stretches of it, as there are too many gaps");
                silent.push((id.clone(), why));
            }
            match self.hear(&id, &call) {
                Ok(pages) => witnesses.push(Witness { id, pages }),
                Err(why) => silent.push((id, why)),
            }
        }
        (witnesses, silent)
    }

    /// The logs that the digests of a chain name around gaps.
    fn hear(&self, id: &ChainId, call: &WitnessRange) -> Result<Vec<ManifestPage>, String> {
        let request = self.request;
        let own = ChainFilter::trail_of(id);
        let mut pages: Vec<ManifestPage> = Vec::new();
        let mut known = BTreeSet::new();
        for time in call.stretches().into_iter().take(WALKS) {
            let wanted = ListingRange {
                from: Some(time.from),
                to: Some(time.to),
                backfill_grace: request.backfill_grace,
                delivery_lag: request.delivery_lag,
            };
            let listed = || {
                let (source, limits) = (self.fetcher.source, &request.limits);
                listing::list(
                    source,
                    &id.account,
                    &id.region,
                    &call.places,
                    &own,
                    wanted,
                    limits,
                )
            };
            let mut listing = self.pool.install(listed);
            self.fetcher.listed(listing.listings);
            if let Some((_, _, error)) = listing.trouble.first() {
                return Err(error.detail());
            }
            let Some(names) = listing.chains.remove(id) else {
                continue;
            };
            self.expect_keys(id, &names, time.to);
            let mut references = References::default();
            let mut run = self.run(
                id,
                names,
                Some(time.from),
                &mut references,
                Purpose::Witness,
            );
            let scope = self.scope(id, false, (Some(time.from), time.to), &listing.hidden);
            run.walk(Walk::new(scope), false, time.to);
            // Where the home region has gaps of its own, the digest beyond an edge may lie far.
            let heard = run.pages.into_iter().chain(run.beyond);
            pages.extend(heard.filter(|page| known.insert(page.end())));
        }
        match pages.is_empty() {
            true => Err("none of its digests of that time is there and proven".into()),
            false => Ok(pages),
        }
    }
}
