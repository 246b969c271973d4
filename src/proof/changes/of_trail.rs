//! Which of the calls concern one trail (pure).

use std::collections::{BTreeMap, BTreeSet};

use super::describe::change;
use super::judge::{judge, say_whose};
use super::{Change, ChangeKind, ChangeWindow, ChangesOfTrail, MOST_PLACES};
use super::{NotSearched, RecordedCalls, SearchedPlace};
use crate::base::time::HOUR;
use crate::cloudtrail::event::{Call, Evidence, TrailChange};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
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
    pub namesakes: &'a BTreeSet<&'a AccountId>,
    /// The buckets that its digests were written to.
    pub buckets: BTreeSet<&'a str>,
    /// The KMS key that it encrypts with, if CloudTrail says so.
    pub kms_key: Option<&'a str>,
    /// The accounts in whose logs of its home region calls on it were searched for.
    pub searched: SearchedAccounts<'a>,
    /// Why its owner's logs in its home region were not searched.
    pub not_searched: Option<NotSearched>,
}

/// Accounts in whose proven logs of one region calls were searched for.
#[derive(Debug, Clone, Copy)]
pub struct SearchedAccounts<'a> {
    /// The owner of the trail, if it is one of them.
    pub owner: Option<&'a AccountId>,
    /// Those of the trail's organization, perhaps with the owner.
    pub members: &'a BTreeSet<&'a AccountId>,
}

impl TrailInScope<'_> {
    /// Those of some calls that concern the trail, its bucket or its key, and count in the window. The calls around
    /// the window too say which keys the trail has, and how long a stop lasted.
    pub fn changes(&self, calls: &RecordedCalls<'_>) -> Vec<Change> {
        let on_trail = self.on_trail(calls);
        let keys = self.keys(&on_trail);
        let on_buckets = self.buckets.iter().flat_map(|b| calls.on_bucket(b));
        let is_own_key = |(id, _): &&(&str, _)| keys.iter().any(|key| is_id_of(id, key));
        let on_keys = calls.on_keys.iter().filter(is_own_key).map(|(_, e)| *e);
        let mut found: Vec<Change> = without_copies(on_trail)
            .into_iter()
            .chain(on_buckets.copied().chain(on_keys))
            .filter_map(change)
            .collect();
        found.sort_by(|a, b| a.evidence.cmp(&b.evidence));
        judge(self, &mut found);
        say_until_when(&mut found);
        found.retain(|change| self.window.counts(&change.evidence));
        say_whose(self, &mut found);
        found
    }

    /// The calls on the trail, by time.
    pub(super) fn on_trail<'e>(&self, calls: &RecordedCalls<'e>) -> Vec<&'e Evidence> {
        // An organization's trail has copies, and calls on those name the accounts that hold them.
        let is_own = self.id.organization.is_none();
        let owner = self.owner.account().filter(|_| is_own);
        let named = calls.on_trails(&self.id.home_region, &self.id.trail, owner);
        let is_on_trail = |e: &&Evidence| self.is_on_trail(e);
        named.iter().copied().filter(is_on_trail).collect()
    }

    fn is_on_trail(&self, evidence: &Evidence) -> bool {
        // What CloudTrail's own role does concerns the copy of one account.
        let account = evidence.event.account.as_ref();
        let of_account = account.and_then(|id| self.chains.get(id));
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

    /// The changes as they are reported, at most `most`. If there are too many, those that reduce what is logged are
    /// kept first, and refused calls last.
    pub fn into_changes(self, mut changes: Vec<Change>, most: usize) -> ChangesOfTrail {
        let more = changes.len().saturating_sub(most);
        if more > 0 {
            changes.sort_by_key(|change| (change.refused, !change.reduces));
            changes.truncate(most);
            changes.sort_by(|a, b| a.evidence.cmp(&b.evidence));
        }
        let (searched, more_searched) = self.searched.places(&self.id.home_region);
        ChangesOfTrail {
            owner: self.owner.account().cloned(),
            organization: self.id.organization.clone(),
            home_region: self.id.home_region.clone(),
            trail: self.id.trail.clone(),
            searched,
            more_searched,
            not_searched: self.not_searched,
            changes,
            more: more as u64,
        }
    }
}

impl SearchedAccounts<'_> {
    /// The accounts in a region, the owner first, at most [`MOST_PLACES`], and how many more there are.
    fn places(&self, region: &Region) -> (Vec<SearchedPlace>, u64) {
        let is_other = |id: &&AccountId| Some(*id) != self.owner;
        let others = self.members.iter().copied().filter(is_other);
        let all = self.owner.into_iter().chain(others);
        let place = |account: &AccountId| SearchedPlace {
            account: account.clone(),
            region: region.clone(),
        };
        let shown: Vec<SearchedPlace> = all.take(MOST_PLACES).map(place).collect();
        let is_member = self.owner.is_some_and(|id| self.members.contains(id));
        let count = self.members.len() + usize::from(self.owner.is_some() && !is_member);
        let more = count.saturating_sub(shown.len());
        (shown, more as u64)
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
