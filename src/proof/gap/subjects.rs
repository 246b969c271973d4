//! Which chains a call may concern, so that those around one of many gaps are found without a look at all calls (pure).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::TrailOwner;
use crate::cloudtrail::event::{AccountChange, Call, Event};
use crate::cloudtrail::ids::{AccountId, ChainId, Region, TrailName};

/// Events by time, each once.
pub(super) type EventSet = BTreeSet<Arc<Event>>;

/// The calls on trails, accounts and organizations, by what they are on.
#[derive(Debug, Default)]
pub(super) struct EventsBySubject {
    trails: BTreeMap<(Region, TrailName), OnTrails>,
    accounts: BTreeMap<AccountId, EventSet>,
    /// On any account of an organization.
    any_account: EventSet,
}

/// The calls on the trails of one name and home region.
#[derive(Debug, Default)]
struct OnTrails {
    /// By the owner of the trail, without those of CloudTrail's own role.
    by_owner: BTreeMap<AccountId, EventSet>,
    /// Those of CloudTrail's own role, by the owner of the trail. An organization may have one for each account.
    by_role: BTreeMap<AccountId, EventSet>,
    /// The same, by the account whose logs hold them.
    copies: BTreeMap<Option<AccountId>, EventSet>,
}

impl EventsBySubject {
    /// Adds an event, if it is a call on a trail, an account or an organization.
    pub(super) fn add(&mut self, event: &Arc<Event>) {
        if let Call::Account(change) = &event.call {
            let events = match subject(change, event.account.as_ref()) {
                Some(account) => self.accounts.entry(account.clone()).or_default(),
                None => &mut self.any_account,
            };
            events.insert(Arc::clone(event));
        }
        let Some((owner, home, trail)) = event.on_trail() else {
            return;
        };
        let named = self
            .trails
            .entry((home.clone(), trail.clone()))
            .or_default();
        let by_owner = match event.is_by_service_role() {
            true => {
                let copies = named.copies.entry(event.account.clone()).or_default();
                copies.insert(Arc::clone(event));
                &mut named.by_role
            }
            false => &mut named.by_owner,
        };
        let events = by_owner.entry(owner.clone()).or_default();
        events.insert(Arc::clone(event));
    }

    /// All events that may concern a chain, and others: [`TrailOwner::may_concern`] decides.
    pub(super) fn near(&self, chain: &ChainId, owner: &TrailOwner) -> Vec<&EventSet> {
        let of_account = self.accounts.get(&chain.account);
        let mut near: Vec<&EventSet> = of_account.into_iter().collect();
        near.push(&self.any_account);
        let name = (chain.home_region.clone(), chain.trail.clone());
        let Some(named) = self.trails.get(&name) else {
            return near;
        };
        match owner.account() {
            Some(owner) => near.extend(named.by_owner.get(owner)),
            None => near.extend(named.by_owner.values()),
        }
        if chain.organization.is_none() {
            near.extend(owner.account().and_then(|owner| named.by_role.get(owner)));
        } else {
            // What is done to the copies in other accounts concerns their chains alone.
            let accounts = [Some(&chain.account), owner.account()];
            let accounts: BTreeSet<Option<AccountId>> =
                accounts.into_iter().map(Option::<&_>::cloned).collect();
            near.extend(accounts.iter().filter_map(|id| named.copies.get(id)));
        }
        near
    }
}

/// The account that a change is about, of a call by `caller`; `None` if it is about others.
fn subject<'e>(change: &'e AccountChange, caller: Option<&'e AccountId>) -> Option<&'e AccountId> {
    match change {
        AccountChange::AccessWithdrawn(_) => None,
        AccountChange::Left => caller,
        AccountChange::Removed(account) => Some(account),
        AccountChange::Closed(account)
        | AccountChange::RegionDisabled(_, account)
        | AccountChange::RegionEnabled(_, account) => account.as_ref().or(caller),
    }
}

#[cfg(test)]
mod tests;
