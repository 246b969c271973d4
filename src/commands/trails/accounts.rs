//! The accounts of an organization beside the chains that were found: which chains must exist (pure).
//!
//! - A trail of an organization writes digests for every account of it, in every region that it logs and that is
//!   switched on in the account. So an account without them is missing, or its chains are.
//! - Nothing is expected of an account that was closed or suspended, or that left the organization. Its chains end.
//! - Chains of accounts that the organization does not list, and that no trail of it writes, are none of its own.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{ListedChain, TrailsOutcome};
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, OrganizationId, Region, TrailName};
use crate::cloudtrail::member::{MemberAccount, MemberState};
use crate::report::trails::v1::{Account, AccountChain, ChainRole};
use crate::validate::request::ChainFilter;

/// A chain goes on if its last digest ends at most this long before the newest one of all, in seconds.
const RECENT: i64 = 24 * HOUR;
/// How long after an account joined its first digests may arrive, in seconds.
const FIRST_DIGESTS: i64 = 24 * HOUR;

/// The accounts of an organization, each with the chains that it has or must have, by id. Those that left it and
/// have chains are among them. The list was made at `now`.
pub fn accounts(
    outcome: &TrailsOutcome,
    members: &[MemberAccount],
    filter: &ChainFilter,
    now: Timestamp,
) -> Vec<Account> {
    let organization = OrganizationTrails::new(outcome, members);
    let mut accounts: BTreeMap<&AccountId, Account> = BTreeMap::new();
    for member in members {
        let mut account = of_member(member);
        if !member.state.has_ended() {
            let absent = organization.absent(member, now);
            let absent = absent.filter(|(id, _)| filter.concerns(id));
            account.chains = absent.map(|(id, role)| chain(&id, None, role)).collect();
        }
        accounts.insert(&member.id, account);
    }
    for found in &outcome.chains {
        let id = &found.id;
        let has_left = !accounts.contains_key(&id.account) && organization.is_own(id);
        if has_left {
            accounts.insert(&id.account, without_member(&id.account));
        }
        let Some(account) = accounts.get_mut(&id.account) else {
            continue;
        };
        let role = match organization.goes_on.contains(&id.account) {
            true => ChainRole::Expected,
            false => ChainRole::Ended,
        };
        let last = found.span.map(|(_, last)| last);
        account.chains.push(chain(id, last, role));
    }
    let mut accounts: Vec<Account> = accounts.into_values().collect();
    for account in &mut accounts {
        account.chains.sort_by(|a, b| a.id.cmp(&b.id));
    }
    accounts
}

/// A trail of the organization that writes digests now.
struct WritingTrail<'a> {
    /// One of its chains.
    any: &'a ChainId,
    /// The regions that it writes digests of.
    regions: BTreeSet<&'a Region>,
}

/// What the bucket holds of an organization.
struct OrganizationTrails<'a> {
    /// The accounts of which digests are expected.
    goes_on: BTreeSet<&'a AccountId>,
    /// The organizations that the accounts belong to: one, or none if the answer does not have it.
    organizations: BTreeSet<&'a OrganizationId>,
    trails: Vec<WritingTrail<'a>>,
    found: BTreeSet<&'a ChainId>,
}

impl<'a> OrganizationTrails<'a> {
    fn new(outcome: &'a TrailsOutcome, members: &'a [MemberAccount]) -> Self {
        let goes_on = members.iter().filter(|member| !member.state.has_ended());
        let organizations = members.iter();
        let mut organization = OrganizationTrails {
            goes_on: goes_on.map(|member| &member.id).collect(),
            organizations: organizations
                .filter_map(|member| member.organization.as_ref())
                .collect(),
            trails: Vec::new(),
            found: outcome.chains.iter().map(|chain| &chain.id).collect(),
        };
        let mut trails: BTreeMap<_, WritingTrail<'a>> = BTreeMap::new();
        for ListedChain { id, .. } in recent(&outcome.chains) {
            if !organization.is_own(id) {
                continue;
            }
            let name: (_, &Region, &TrailName) = (&id.organization, &id.home_region, &id.trail);
            let trail = trails.entry(name).or_insert_with(|| WritingTrail {
                any: id,
                regions: BTreeSet::new(),
            });
            trail.regions.insert(&id.region);
        }
        organization.trails = trails.into_values().collect();
        organization
    }

    /// Whether a chain is one of a trail of the organization.
    fn is_own(&self, id: &ChainId) -> bool {
        let organization = id.organization.as_ref();
        let is_own = |id| self.organizations.is_empty() || self.organizations.contains(id);
        organization.is_some_and(is_own)
    }

    /// The chains of an account that were not found, each with whether it must exist.
    fn absent(
        &self,
        member: &MemberAccount,
        now: Timestamp,
    ) -> impl Iterator<Item = (ChainId, ChainRole)> {
        let joined = member.joined;
        let is_new = member.state == MemberState::PendingActivation
            || joined.is_some_and(|at| now < shift(at, FIRST_DIGESTS));
        let chains = self.trails.iter().flat_map(move |trail| {
            let of_region = |region: &&Region| ChainId {
                account: member.id.clone(),
                region: (*region).clone(),
                ..trail.any.clone()
            };
            let chains = trail.regions.iter().map(of_region);
            chains.collect::<Vec<ChainId>>()
        });
        let absent = chains.filter(|id| !self.found.contains(id));
        absent.map(move |id| {
            let role = match id.region.is_on_by_default() && !is_new {
                true => ChainRole::Absent,
                false => ChainRole::Uncertain,
            };
            (id, role)
        })
    }
}

/// The chains that go on.
fn recent(chains: &[ListedChain]) -> impl Iterator<Item = &ListedChain> {
    let last = |chain: &ListedChain| chain.span.map(|(_, last)| last);
    let newest = chains.iter().filter_map(last).max();
    let since = newest.map(|newest| shift(newest, -RECENT));
    chains.iter().filter(move |chain| last(chain) >= since)
}

fn of_member(member: &MemberAccount) -> Account {
    Account {
        name: member.name.clone(),
        state: Some(member.state),
        joined: member.joined.map(|at| at.to_string()),
        ..without_member(&member.id)
    }
}

fn without_member(id: &AccountId) -> Account {
    Account {
        id: id.to_string(),
        name: None,
        state: None,
        joined: None,
        chains: Vec::new(),
    }
}

fn chain(id: &ChainId, last: Option<Timestamp>, role: ChainRole) -> AccountChain {
    AccountChain {
        id: id.to_string(),
        organization: id.organization.as_ref().map(ToString::to_string),
        last,
        role,
    }
}
