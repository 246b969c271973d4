//! The changes to the trails of the chains, from the events that were found in proven logs.

use std::collections::{BTreeMap, BTreeSet};

use super::owner::owner;
use crate::cloudtrail::event::{Event, Evidence, Via};
use crate::cloudtrail::ids::{AccountId, ChainId, OrganizationId, Region, TrailName};
use crate::proof::changes::{
    Change, ChangeKind, ChangeWindow, LeftOpen, NotSearched, SearchedPlace, TrailChanges,
    TrailInScope,
};
use crate::proof::coverage::Spans;
use crate::proof::gap::events::KnownEvents;
use crate::proof::gap::{Cause, TrailOwner};
use crate::proof::trail_notes;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;
use crate::validate::request::{LogSelection, Request};

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
    let trails = trails(context, chains);
    let by_gaps = shown_by_gaps(context, chains);
    let mut found = FoundChanges::default();
    let mut notes: BTreeMap<Event, (ChainId, Change)> = BTreeMap::new();
    for (key, trail) in trails {
        let chain = note_chain(&key, &trail);
        let all = trail.changes(&events);
        let described = chains.iter().filter(|chain| chain.trail.is_some());
        let is_described = described.into_iter().any(|c| is_of_trail(&c.id, trail.id));
        found
            .left_open
            .extend(trail.left_open(&events, is_described));
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
        found.trails.trails.push(trail.into_changes(all));
    }
    for (id, change) in notes.into_values() {
        let chain = chains.iter_mut().find(|chain| chain.id == id);
        if let (Some(chain), Some(note)) = (chain, trail_notes::note(&change)) {
            context.report(&mut chain.ledger, note.of(&id));
            if change.reduces {
                found.reduced.push(change);
            }
        }
    }
    found
}

/// Whether a chain is of the same trail as another.
fn is_of_trail(chain: &ChainId, other: &ChainId) -> bool {
    let is_owners = chain.organization.is_some() || chain.account == other.account;
    let trail = |id: &ChainId| {
        (
            id.organization.clone(),
            id.home_region.clone(),
            id.trail.clone(),
        )
    };
    is_owners && trail(chain) == trail(other)
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

/// The trails of the chains.
fn trails<'c>(
    context: &Context<'_>,
    chains: &'c [&mut ChainState],
) -> BTreeMap<TrailKey, TrailInScope<'c>> {
    let mut trails: BTreeMap<TrailKey, TrailInScope<'c>> = BTreeMap::new();
    for chain in chains {
        let (id, owner) = (&chain.id, owner(context, chain));
        let key = key(id, &owner);
        let trail = trails.entry(key).or_insert_with(|| TrailInScope {
            id,
            owner,
            chains: BTreeMap::new(),
            window: ChangeWindow {
                from: context.request.from_of(id),
                to: context.request.to,
                continues: context.request.continues.is_some(),
            },
            namesakes: BTreeSet::new(),
            buckets: BTreeSet::new(),
            kms_key: None,
            searched: BTreeSet::new(),
            not_searched: None,
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
    for trail in trails.values_mut() {
        searched(context.request, chains, trail);
        let namesakes = chains.iter().map(|chain| &chain.id).filter(|id| {
            let trail = (&trail.id.home_region, &trail.id.trail);
            id.organization.is_none() && (&id.home_region, &id.trail) == trail
        });
        trail.namesakes = namesakes.map(|id| &id.account).collect();
    }
    trails
}

/// Says where calls on a trail were searched for: in the logs of its home region, of its owner and, for an organization's
/// trail, of any account of the organization, because delegated administrators make such calls too.
fn searched(request: &Request, chains: &[&mut ChainState], trail: &mut TrailInScope<'_>) {
    let owner = trail.owner.account();
    let organization = &trail.id.organization;
    let is_home = |chain: &&&mut ChainState| {
        let is_member = organization.is_some() && chain.id.organization == *organization;
        chain.id.region == trail.id.home_region && (is_member || owner == Some(&chain.id.account))
    };
    let home: Vec<_> = chains.iter().filter(is_home).collect();
    let is_owners = |account: &AccountId| owner == Some(account);
    let in_scope = home.iter().any(|chain| is_owners(&chain.id.account));
    let is_read = request.logs != LogSelection::None && request.only.is_none();
    let found: Vec<_> = home
        .iter()
        .map(|chain| (chain, found(request, chain)))
        .collect();
    let lacks = found
        .iter()
        .any(|(chain, found)| is_owners(&chain.id.account) && *found == FoundLogs::Some);
    let proven = found.iter().filter(|(_, found)| *found != FoundLogs::None);
    let places = proven.filter(|_| is_read).map(|(chain, _)| SearchedPlace {
        account: chain.id.account.clone(),
        region: chain.id.region.clone(),
    });
    let places: BTreeSet<SearchedPlace> = places.collect();
    let is_proven = places.iter().any(|place| is_owners(&place.account));
    trail.not_searched = match (&trail.owner, request.logs) {
        _ if !is_read => Some(NotSearched::NoLogsRead),
        (TrailOwner::Organization, _) => Some(NotSearched::OwnerUnknown),
        _ if !in_scope => Some(NotSearched::OutsideScope),
        _ if !is_proven => Some(NotSearched::NothingProven),
        (_, LogSelection::All) if lacks => Some(NotSearched::SomeLogsProven),
        (_, LogSelection::All) => None,
        _ => Some(NotSearched::SomeLogsRead),
    };
    trail.searched = places;
}

/// Which of the logs of a chain were found as delivered, and so were searched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FoundLogs {
    None,
    Some,
    All,
}

/// A quiet hour has no log, so a chain without logs is searched in full.
fn found(request: &Request, chain: &ChainState) -> FoundLogs {
    let tally = &chain.logs.tally;
    let lost = tally.failed + tally.missing + tally.unproven;
    let is_full = lost == 0 && chain.complete && request.stop.reason().is_none();
    match (chain.digests.main.tally.valid, tally.valid) {
        (0, _) => FoundLogs::None,
        _ if is_full => FoundLogs::All,
        (_, 0) => FoundLogs::None,
        _ => FoundLogs::Some,
    }
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
