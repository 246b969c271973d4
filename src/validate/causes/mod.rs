//! Fourth phase: why there are gaps, and who damaged what.
//!
//! ```text
//!  chains ──> event_filter   in which logs events are wanted          ┐
//!         ──> witnesses      chains to read around gaps, for events   ┴─> logs ──> KnownEvents
//!             (further: those beside the home chain, if that explains nothing)        │
//!                                                                                     │
//!  LookupEvents (90 days, for gaps that no proven log explains) ──────────────────────┤
//!  GetTrailStatus (when logging was last switched) ───────────────────────────────────┤
//!                                                                                     v
//!                                      explain: gaps split by cause, evidence on damage
//! ```
//!
//! In: the chains with their gaps and findings, and the events of proven logs. Out: the gaps of each chain,
//! split by their causes, evidence attached to its findings, and the home regions whose calls could not be
//! looked up. [`changes`] are the calls that changed a trail, gap or not. What an event explains is decided in [`crate::proof::gap`] and [`crate::proof::damage`].
//!
//! - A cause is named only if an event says so. Otherwise the gap is unexplained.
//! - An event from a proven log is preferred to the same event from LookupEvents, which is not signed.
//! - A gap stays a gap, whatever explains it. Two other judgements use causes: a chain that ends before others
//!   of its trail is missing unless a proven log explains its end, and a log in a gap of a trail whose
//!   validation was off then is counted and is no finding.

mod changes;
mod further;
mod home_logs;
pub(crate) mod owner;
pub(crate) mod selectors;
mod trail_events;
pub(crate) mod witness;

pub(super) use self::changes::changes;
pub(super) use self::further::further;

use std::collections::{BTreeMap, BTreeSet};

use self::owner::owner;
use super::chain_state::ChainState;
use super::context::Context;
use super::request::LogSelection;
use crate::base::time::{Window, shift};
use crate::cloudtrail::event::{Evidence, Via};
use crate::cloudtrail::ids::Region;
use crate::proof::damage::{self, DamageCalls};
use crate::proof::gap::event_filter::{EventFilter, NamedTrails};
use crate::proof::gap::events::KnownEvents;
use crate::proof::gap::{AROUND, Certainty, Gap, TrailOwner, split_by_cause};
use crate::source::GetError;

/// How far back LookupEvents reaches, in seconds: CloudTrail API reference, LookupEvents.
const LOOKUP: i64 = 90 * 86_400;
/// The calls that are looked up.
const CALLS: [&str; 6] = [
    "StopLogging",
    "StartLogging",
    "UpdateTrail",
    "DeleteTrail",
    "CreateTrail",
    "PutEventSelectors",
];
/// Removals shown with one gap.
const SHOWN: usize = 20;

/// In which logs events are wanted, by what the digests showed: around gaps, and after damage.
pub(super) fn event_filter(context: &Context<'_>, chains: &[&mut ChainState]) -> EventFilter {
    let located = chains.iter().flat_map(|c| &c.digests.main.locations);
    let mut buckets: BTreeSet<String> = located.map(|l| l.bucket.clone()).collect();
    let roots = context.fetcher.places.roots();
    buckets.extend(roots.iter().flat_map(|r| r.buckets.iter().cloned()));
    let mut filter = EventFilter::new(buckets);
    if context.request.logs == LogSelection::None {
        return filter;
    }
    filter.search_changes();
    for chain in chains {
        let owner = owner(context, chain);
        filter.add_trail(&chain.id, &owner);
        let gaps = chain.gaps.iter().chain(&chain.after);
        for gap in gaps.filter(|gap| gap.may_be_explained()) {
            filter.add_gap(gap, &chain.id, &owner);
        }
        chain.ledger.for_each(|finding| {
            if let Some(since) = damage::since(finding) {
                filter.damaged(since);
            }
        });
    }
    filter
}

/// Explains gaps and damage by events, where possible. Returns the home regions whose calls could not be looked
/// up in AWS, and why.
pub(super) fn explain(
    context: &Context<'_>,
    chains: &mut [&mut ChainState],
    events: &mut KnownEvents,
) -> BTreeMap<Region, GetError> {
    let not_looked_up = look_up(context, chains, events);
    let objects = events.on_objects();
    let damage = DamageCalls::new(&objects);
    for chain in chains.iter_mut() {
        let mut gaps = explain_gaps(context, chain, events);
        for gap in &mut gaps {
            add_removals(gap, chain, &damage);
            let why = not_looked_up.get(&chain.id.home_region);
            if let Some(why) = why.filter(|_| gap.certainty == Certainty::None) {
                let why = why.detail();
                gap.clauses
                    .push(format!("LookupEvents could not be used: {why}"));
            }
        }
        chain.gaps = gaps;
        chain.after = explain_after(context, chain, events);
        let key = kms_key(chain);
        let locations = &chain.digests.main.locations;
        let attach = |f: &mut _| damage.attach(f, locations, key.as_deref());
        chain.ledger.amend(attach);
    }
    not_looked_up
}

/// Whether the events so far explain how a gap began. Called while logs are still read: if no event explains
/// it, digests may have been removed, so calls on objects are read from then on.
pub(super) fn explains_beginning(
    context: &Context<'_>,
    chain: &ChainState,
    gap: &Gap,
    events: &KnownEvents,
) -> bool {
    let parts = explain_gap(gap, chain, &owner(context, chain), events, &[]);
    parts.first().is_none_or(|part| part.caused_by.is_some())
}

/// The gaps of a chain, split by their causes.
fn explain_gaps(context: &Context<'_>, chain: &ChainState, events: &KnownEvents) -> Vec<Gap> {
    if chain.gaps.is_empty() {
        return Vec::new();
    }
    let owner = owner(context, chain);
    let by_status = trail_events::by_status(chain);
    let explain = |gap| explain_gap(gap, chain, &owner, events, &by_status);
    chain.gaps.iter().flat_map(explain).collect()
}

/// The time after the window of a chain in which others of its trail went on, split by the causes that proven
/// logs record.
fn explain_after(context: &Context<'_>, chain: &ChainState, events: &KnownEvents) -> Vec<Gap> {
    if chain.after.is_empty() {
        return Vec::new();
    }
    let owner = owner(context, chain);
    let explain = |gap| explain_gap(gap, chain, &owner, events, &[]);
    chain.after.iter().flat_map(explain).collect()
}

/// One gap, split by its causes. `by_status` are the calls that only GetTrailStatus reports.
fn explain_gap(
    gap: &Gap,
    chain: &ChainState,
    owner: &TrailOwner,
    events: &KnownEvents,
    by_status: &[Evidence],
) -> Vec<Gap> {
    let mut near = events.concerning(&chain.id, owner, gap.event_window());
    if !by_status.is_empty() {
        let new = by_status
            .iter()
            .filter(|e| !trail_events::is_among(e, &near));
        let new: Vec<Evidence> = new.cloned().collect();
        near.extend(new);
        near.sort();
    }
    split_by_cause(gap, &chain.id, owner, chain.home.as_deref(), &near)
}

/// Looks up in AWS what no proven log explains, in the home regions of trails with gaps, and adds it to the
/// events.
fn look_up(
    context: &Context<'_>,
    chains: &[&mut ChainState],
    events: &mut KnownEvents,
) -> BTreeMap<Region, GetError> {
    let mut failed = BTreeMap::new();
    let (Some(trails), Some(now)) = (context.trails, context.request.look().at) else {
        return failed;
    };
    let (times, named) = unexplained(context, chains, events, now);
    for (region, time) in times {
        for name in CALLS {
            match trails.lookup(region, name, time) {
                Ok(found) => {
                    for event in found.into_iter().filter(|e| named.has(e)) {
                        events.add(event, Via::LookupEvents, &context.request.limits);
                    }
                }
                Err(error) => {
                    if let GetError::Cancelled(_) = error {
                        context.fetcher.stopped();
                    }
                    // Anybody can make many calls of one name. They must not hide calls of another.
                    let too_many = error == GetError::too_many_pages();
                    failed.entry(region.clone()).or_insert(error);
                    if !too_many {
                        break;
                    }
                }
            }
        }
    }
    failed
}

/// When to look up calls in each home region, and the trails concerned: around the gaps that no proven log
/// explains, as far back as LookupEvents reaches.
fn unexplained<'c>(
    context: &Context<'_>,
    chains: &'c [&mut ChainState],
    events: &KnownEvents,
    now: jiff::Timestamp,
) -> (BTreeMap<&'c Region, Window>, NamedTrails) {
    // A time that was given as that of the look may only make the search longer.
    let given = context.request.as_of.unwrap_or(now);
    let oldest = shift(now.min(given), -LOOKUP);
    let mut times: BTreeMap<&Region, Window> = BTreeMap::new();
    let mut named = NamedTrails::default();
    for chain in chains {
        let owner = owner(context, chain);
        for gap in open_gaps(context, chain, &chain.gaps, events) {
            let ended = shift(gap.ended(), AROUND);
            if ended < oldest {
                continue;
            }
            named.add(&chain.id, &owner);
            let time = Window::new(shift(gap.began(), -AROUND).max(oldest), ended.min(now));
            let known = times.entry(&chain.id.home_region).or_insert(time);
            *known = Window::new(known.from.min(time.from), known.to.max(time.to));
        }
    }
    (times, named)
}

/// Those of a chain's gaps that may be explained and that no proven log explains in full.
fn open_gaps<'c>(
    context: &Context<'_>,
    chain: &'c ChainState,
    gaps: &'c [Gap],
    events: &'c KnownEvents,
) -> impl Iterator<Item = &'c Gap> {
    let owner = owner(context, chain);
    let gaps = gaps.iter().filter(|gap| gap.may_be_explained());
    gaps.filter(move |gap| {
        // What explains a gap in a shard may explain nothing beside what other shards know.
        if context.division.shard().is_some() {
            return true;
        }
        let parts = explain_gap(gap, chain, &owner, events, &[]);
        parts.iter().any(|p| p.certainty != Certainty::Signed)
    })
}

/// Adds to a gap the calls on the objects of its time, and those that may have led to it.
fn add_removals(gap: &mut Gap, chain: &ChainState, damage: &DamageCalls<'_>) {
    let locations = &chain.digests.main.locations;
    let key = kms_key(chain);
    let calls = damage.around_gap(gap, &chain.id, locations, key.as_deref());
    gap.removals = damage::on_gap(&calls.on_objects);
    let shown = calls.on_objects.into_iter().take(SHOWN);
    gap.evidence.extend(shown.chain(calls.indirect));
    gap.evidence.sort();
    gap.evidence.dedup();
}

/// The KMS key that a trail encrypts with, if CloudTrail says so.
fn kms_key(chain: &ChainState) -> Option<String> {
    chain.trail.as_ref()?.0.kms_key.clone()
}
