//! The changes to the trails of the chains, from the events that were found in proven logs.

use std::collections::{BTreeMap, BTreeSet};

use super::home_logs::HomeLogs;
use super::owner::owner;
use crate::cloudtrail::event::{Event, Evidence, Via};
use crate::cloudtrail::ids::{AccountId, ChainId, OrganizationId, Region, TrailName};
use crate::proof::changes::{
    Change, ChangeKind, ChangeWindow, LeftOpen, RecordedCalls, TrailChanges, TrailInScope,
    most_changes,
};
use crate::proof::coverage::Spans;
use crate::proof::gap::events::KnownEvents;
use crate::proof::gap::{Cause, TrailOwner};
use crate::proof::trail_notes;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;

/// What makes chains those of one trail.
type TrailKey = (Region, Option<AccountId>, Option<OrganizationId>, TrailName);

/// The changes to the trails, and what nobody can say because of them.
#[derive(Default)]
pub(crate) struct FoundChanges {
    pub trails: TrailChanges,
    /// The changes that reduced what is logged and that no gap shows, each once, by time.
    pub reduced: Vec<Change>,
    /// The calls on buckets and keys of the trails that were not searched for.
    pub left_open: Vec<LeftOpen>,
}

/// Collects the changes to the trails of the chains, and reports those of note: each once, with the chain of the
/// trail's home region in its owner's account, else with the first chain of the trail. `near` are the events around gaps
/// and damage, `changes` those that changed something, from all logs in the window.
pub(crate) fn changes(
    context: &Context<'_>,
    chains: &mut [&mut ChainState],
    near: &KnownEvents,
    changes: &KnownEvents,
) -> FoundChanges {
    let events = merged(near, changes);
    let (mut found, notes) = of_trails(context, chains, &RecordedCalls::new(&events));
    let ids = chains.iter().enumerate().map(|(at, c)| (c.id.clone(), at));
    let positions: BTreeMap<ChainId, usize> = ids.collect();
    for (id, change) in notes.into_values() {
        let chain = positions.get(&id).and_then(|at| chains.get_mut(*at));
        if let (Some(chain), Some(note)) = (chain, trail_notes::note(&change)) {
            context.report(&mut chain.ledger, note.of(&id));
            if change.reduces {
                found.reduced.push(change);
            }
        }
    }
    found
}

/// The changes to report with a chain, by the call that made each.
type Notes = BTreeMap<Event, (ChainId, Change)>;

/// The changes to each trail, and those of them that no gap shows.
fn of_trails(
    context: &Context<'_>,
    chains: &[&mut ChainState],
    calls: &RecordedCalls<'_>,
) -> (FoundChanges, Notes) {
    let (mut found, mut notes) = (FoundChanges::default(), Notes::new());
    let home = HomeLogs::new(context.request, chains);
    let namesakes = Namesakes::new(chains);
    let by_gaps = shown_by_gaps(context, chains);
    let described = chains.iter().filter(|chain| chain.trail.is_some());
    let described: BTreeSet<_> = described.map(|chain| written_by(&chain.id)).collect();
    let trails = trails(context, chains, &home, &namesakes);
    let most = most_changes(trails.len());
    for (key, trail) in trails {
        let chain = note_chain(&key, &trail);
        let all = trail.changes(calls);
        let is_described = described.contains(&written_by(trail.id));
        found.left_open.extend(trail.left_open(calls, is_described));
        let shown = by_gaps.get(&key);
        for change in &all {
            if !shown.is_some_and(|shown| shown.shows(change)) {
                let event = change.evidence.event.clone();
                let note = notes
                    .entry(event)
                    .or_insert_with(|| (chain.clone(), change.clone()));
                // A call may reduce what one trail logs and be only perhaps on another.
                if change.reduces && !note.1.reduces {
                    *note = (chain.clone(), change.clone());
                }
            }
        }
        found.trails.trails.push(trail.into_changes(all, most));
    }
    (found, notes)
}

/// What chains of one trail share, as far as their names show: its home region and name, and its organization or
/// account.
type NamesOfTrail<'c> = (
    &'c Region,
    &'c TrailName,
    Option<&'c OrganizationId>,
    Option<&'c AccountId>,
);

fn written_by(id: &ChainId) -> NamesOfTrail<'_> {
    let organization = id.organization.as_ref();
    let account = organization.is_none().then_some(&id.account);
    (&id.home_region, &id.trail, organization, account)
}

/// The events of both, each once, by time, with the best evidence.
fn merged(near: &KnownEvents, changes: &KnownEvents) -> Vec<Evidence> {
    let mut all: BTreeMap<Event, Via> = BTreeMap::new();
    for evidence in changes.changes().chain(near.changes()) {
        all.entry(evidence.event).or_insert(evidence.via);
    }
    let evidence = |(event, via)| Evidence { event, via };
    all.into_iter().map(evidence).collect()
}

fn key(id: &ChainId, owner: &TrailOwner) -> TrailKey {
    (
        id.home_region.clone(),
        owner.account().cloned(),
        id.organization.clone(),
        id.trail.clone(),
    )
}

/// The accounts with a trail of their own, by its home region and name.
#[derive(Default)]
struct Namesakes<'c> {
    accounts: BTreeMap<&'c Region, BTreeMap<&'c TrailName, BTreeSet<&'c AccountId>>>,
    nobody: BTreeSet<&'c AccountId>,
}

impl<'c> Namesakes<'c> {
    fn new(chains: &'c [&mut ChainState]) -> Self {
        let mut namesakes = Namesakes::default();
        let ids = chains.iter().map(|chain| &chain.id);
        for id in ids.filter(|id| id.organization.is_none()) {
            let at_home = namesakes.accounts.entry(&id.home_region).or_default();
            at_home.entry(&id.trail).or_default().insert(&id.account);
        }
        namesakes
    }

    /// The accounts with a trail that has the name and home region of a chain's.
    fn of(&self, id: &ChainId) -> &BTreeSet<&'c AccountId> {
        let at_home = self.accounts.get(&id.home_region);
        let named = at_home.and_then(|at_home| at_home.get(&id.trail));
        named.unwrap_or(&self.nobody)
    }
}

/// The trails of the chains.
fn trails<'c>(
    context: &Context<'_>,
    chains: &'c [&mut ChainState],
    home: &'c HomeLogs<'c>,
    namesakes: &'c Namesakes<'c>,
) -> BTreeMap<TrailKey, TrailInScope<'c>> {
    let mut trails: BTreeMap<TrailKey, TrailInScope<'c>> = BTreeMap::new();
    for chain in chains {
        let (id, owner) = (&chain.id, owner(context, chain));
        let key = key(id, &owner);
        let trail = trails.entry(key).or_insert_with(|| {
            let searched = home.searched(id, &owner);
            TrailInScope {
                id,
                owner,
                chains: BTreeMap::new(),
                window: ChangeWindow {
                    from: context.request.from_of(id),
                    to: context.request.to,
                    continues: context.request.continues.is_some(),
                },
                namesakes: namesakes.of(id),
                buckets: BTreeSet::new(),
                kms_key: None,
                searched: searched.accounts,
                not_searched: searched.not_searched,
            }
        });
        let of_account = trail.chains.entry(&id.account).or_insert(id);
        // Calls on the trail are recorded in its home region.
        if id.region == id.home_region {
            *of_account = id;
        }
        trail.window.from = trail.window.from.min(context.request.from_of(id));
        let locations = chain.digests.main.locations.iter();
        trail.buckets.extend(locations.map(|l| l.bucket.as_str()));
        let key = chain.trail.as_ref().map(|trail| &trail.0.kms_key);
        trail.kms_key = trail.kms_key.or(key.and_then(Option::as_deref));
    }
    trails
}

/// The chain with which the changes of a trail are reported.
fn note_chain(key: &TrailKey, trail: &TrailInScope<'_>) -> ChainId {
    let (home, owner, ..) = key;
    let is_home = |id: &ChainId| id.region == *home && owner.as_ref() == Some(&id.account);
    let chains = trail.chains.values().copied();
    let chain = chains.min_by_key(|id| (!is_home(id), *id));
    chain.unwrap_or(trail.id).clone()
}

/// What the gaps of the chains of one trail show.
#[derive(Default)]
struct ShownByGaps {
    /// The calls that they follow from.
    causes: BTreeSet<Event>,
    /// Their time, if the trail logged nothing then because of such a call.
    time: Spans,
}

fn shown_by_gaps(
    context: &Context<'_>,
    chains: &[&mut ChainState],
) -> BTreeMap<TrailKey, ShownByGaps> {
    let mut shown: BTreeMap<_, ShownByGaps> = BTreeMap::new();
    for chain in chains {
        let gaps = chain.gaps.iter().chain(&chain.after);
        for gap in gaps.filter(|gap| !gap.time.is_empty()) {
            let Some(cause) = &gap.caused_by else {
                continue;
            };
            let shown = shown
                .entry(key(&chain.id, &owner(context, chain)))
                .or_default();
            shown.causes.insert(cause.event.clone());
            if matches!(gap.cause, Cause::LoggingStopped | Cause::TrailDeleted) {
                shown.time.insert(gap.time);
            }
        }
    }
    shown
}

impl ShownByGaps {
    /// Whether a gap shows a change already: logging stopped, and a gap begins with it or covers it, because logging
    /// had stopped before.
    fn shows(&self, change: &Change) -> bool {
        let event = &change.evidence.event;
        let stops = matches!(
            change.what,
            ChangeKind::LoggingStopped | ChangeKind::TrailDeleted
        );
        stops && (self.causes.contains(event) || self.time.contains(event.time))
    }
}
