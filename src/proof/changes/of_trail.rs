//! Which of the calls concern one trail (pure).

use std::collections::{BTreeMap, BTreeSet};

use super::describe::change;
use super::judge::{judge, say_whose};
use super::{Change, ChangeKind, ChangeWindow, ChangesOfTrail, MOST_CHANGES, MOST_PLACES};
use super::{NotSearched, SearchedPlace};
use crate::base::time::HOUR;
use crate::cloudtrail::event::{Call, Evidence, TrailChange};
use crate::cloudtrail::ids::{AccountId, ChainId};
use crate::proof::damage::is_id_of;
use crate::proof::gap::TrailOwner;

/// A trail, what belongs to it, and where calls on it were searched for.
pub struct TrailInScope<'a> {
    /// One of its chains.
    pub id: &'a ChainId,
    /// Whose trail it is.
    pub owner: TrailOwner,
    /// One of its chains for each account, that of the home region if it is in scope. All have its name and home
    /// region.
    pub chains: BTreeMap<&'a AccountId, &'a ChainId>,
    /// The time whose calls count.
    pub window: ChangeWindow,
    /// The accounts with a trail of their own in scope that has its name and home region.
    pub namesakes: BTreeSet<&'a AccountId>,
    /// The buckets that its digests were written to.
    pub buckets: BTreeSet<&'a str>,
    /// The KMS key that it encrypts with, if CloudTrail says so.
    pub kms_key: Option<&'a str>,
    /// Where calls on it were searched for.
    pub searched: BTreeSet<SearchedPlace>,
    /// Why its owner's logs in its home region were not searched.
    pub not_searched: Option<NotSearched>,
}

impl TrailInScope<'_> {
    /// Those of some calls that concern the trail, its bucket or its key, and count in the window. `events` are by
    /// time, each once. Those around the window too say which keys the trail has, and how long a stop lasted.
    pub fn changes(&self, events: &[Evidence]) -> Vec<Change> {
        let on_trail: Vec<&Evidence> = events.iter().filter(|e| self.is_on_trail(e)).collect();
        let keys = self.keys(&on_trail);
        let mut found: Vec<Change> = without_copies(on_trail)
            .into_iter()
            .chain(events.iter().filter(|e| match &e.event.call {
                Call::Bucket(bucket, ..) => self.buckets.contains(bucket.as_str()),
                Call::Key(id, _) => keys.iter().any(|key| is_id_of(id, key)),
                _ => false,
            }))
            .filter_map(change)
            .collect();
        found.sort_by(|a, b| a.evidence.cmp(&b.evidence));
        judge(self, &mut found);
        say_until_when(&mut found);
        found.retain(|change| self.window.counts(&change.evidence));
        say_whose(self, &mut found);
        found
    }

    pub(super) fn is_on_trail(&self, evidence: &Evidence) -> bool {
        let event = &evidence.event;
        if !matches!(event.call, Call::Trail(..)) {
            return false;
        }
        // What CloudTrail's own role does concerns the copy of one account.
        let of_account = event.account.as_ref().and_then(|id| self.chains.get(id));
        let chain = of_account.copied().unwrap_or(self.id);
        self.owner.may_concern(evidence, chain)
    }

    /// The KMS keys that the trail encrypts with, by its configuration and by the calls that set one.
    pub(super) fn keys<'e>(&'e self, on_trail: &[&'e Evidence]) -> BTreeSet<&'e str> {
        let done = on_trail.iter().filter(|e| e.event.error_code.is_none());
        let set = done.filter_map(|e| match &e.event.call {
            Call::Trail(_, TrailChange::Create(set) | TrailChange::Update(set)) => {
                // The alias of a key does not show its id.
                let is_id = |key: &&str| !key.is_empty() && !is_alias(key);
                set.kms_key.as_deref().filter(is_id)
            }
            _ => None,
        });
        set.chain(self.kms_key).collect()
    }

    /// The changes as they are reported. If there are too many, those that reduce what is logged are kept first, and
    /// refused calls last.
    pub fn into_changes(self, mut changes: Vec<Change>) -> ChangesOfTrail {
        let more = changes.len().saturating_sub(MOST_CHANGES);
        if more > 0 {
            changes.sort_by_key(|change| (change.refused, !change.reduces));
            changes.truncate(MOST_CHANGES);
            changes.sort_by(|a, b| a.evidence.cmp(&b.evidence));
        }
        let owner = self.owner.account().cloned();
        let mut searched: Vec<SearchedPlace> = self.searched.into_iter().collect();
        searched.sort_by_key(|place| Some(&place.account) != owner.as_ref());
        let more_searched = searched.len().saturating_sub(MOST_PLACES);
        searched.truncate(MOST_PLACES);
        ChangesOfTrail {
            owner,
            organization: self.id.organization.clone(),
            home_region: self.id.home_region.clone(),
            trail: self.id.trail.clone(),
            searched,
            more_searched: more_searched as u64,
            not_searched: self.not_searched,
            changes,
            more: more as u64,
        }
    }
}

/// The calls on a trail without those by which CloudTrail itself repeats a call in the accounts of an organization:
/// none if the call itself is known, else one for each hour and each change. A refused call has no copies.
fn without_copies(on_trail: Vec<&Evidence>) -> Vec<&Evidence> {
    let (copies, mut calls): (Vec<_>, Vec<_>) = on_trail
        .into_iter()
        .partition(|e| e.event.is_by_service_role());
    let mut known: BTreeMap<(Option<&TrailChange>, bool), BTreeSet<i64>> = BTreeMap::new();
    for call in &calls {
        let times = known.entry(kind(call)).or_default();
        times.insert(call.event.time.as_second());
    }
    for copy in copies {
        let at = copy.event.time.as_second();
        let times = known.entry(kind(copy)).or_default();
        if times.range(at - HOUR..=at + HOUR).next().is_none() {
            times.insert(at);
            calls.push(copy);
        }
    }
    calls
}

/// Whether a KMS key is given by its alias, or by the ARN of that.
fn is_alias(key: &str) -> bool {
    key.starts_with("alias/") || key.contains(":alias/")
}

/// What makes two calls the same: the change with its parameters, and whether it was refused.
fn kind(evidence: &Evidence) -> (Option<&TrailChange>, bool) {
    let change = match &evidence.event.call {
        Call::Trail(_, change) => Some(change),
        _ => None,
    };
    (change, evidence.event.error_code.is_some())
}

/// Adds to each call that switched logging off when it was switched on again.
fn say_until_when(changes: &mut [Change]) {
    let mut started = None;
    for change in changes.iter_mut().rev().filter(|change| !change.refused) {
        match change.what {
            ChangeKind::LoggingStarted => started = Some(change.evidence.event.time),
            ChangeKind::LoggingStopped => {
                if let Some(at) = started {
                    change.sentence += &format!(" until StartLogging at {at}");
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
