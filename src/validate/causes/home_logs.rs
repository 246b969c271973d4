//! In whose proven logs calls on trails were searched for. Calls on a trail are recorded in its home region.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloudtrail::ids::{AccountId, ChainId, OrganizationId, Region};
use crate::proof::changes::{NotSearched, SearchedAccounts};
use crate::proof::gap::TrailOwner;
use crate::validate::chain_state::ChainState;
use crate::validate::request::{LogSelection, Request};

/// The accounts whose logs were searched, by region.
pub(super) struct HomeLogs<'c> {
    logs: LogSelection,
    is_read: bool,
    regions: BTreeMap<&'c Region, RegionLogs<'c>>,
    nobody: BTreeSet<&'c AccountId>,
}

/// The logs of one region.
#[derive(Default)]
struct RegionLogs<'c> {
    accounts: BTreeMap<&'c AccountId, AccountLogs>,
    members: BTreeMap<&'c OrganizationId, BTreeSet<&'c AccountId>>,
}

/// The logs of one account in one region, of all its trails.
#[derive(Default)]
struct AccountLogs {
    is_searched: bool,
    lacks_some: bool,
}

impl<'c> HomeLogs<'c> {
    /// What a validation found of the logs of the chains.
    pub(super) fn new(request: &Request, chains: &'c [&mut ChainState]) -> Self {
        let is_read = request.logs != LogSelection::None && request.only.is_none();
        let mut home = HomeLogs {
            logs: request.logs,
            is_read,
            regions: BTreeMap::new(),
            nobody: BTreeSet::new(),
        };
        for chain in chains {
            let (id, found) = (&chain.id, found(request, chain));
            let is_searched = is_read && found != FoundLogs::None;
            let region = home.regions.entry(&id.region).or_default();
            let logs = region.accounts.entry(&id.account).or_default();
            logs.is_searched |= is_searched;
            logs.lacks_some |= found == FoundLogs::Some;
            if let Some(organization) = id.organization.as_ref().filter(|_| is_searched) {
                let members = region.members.entry(organization).or_default();
                members.insert(&id.account);
            }
        }
        home
    }

    /// Where calls on the trail of a chain were searched for: in the logs of its owner and, for an organization's trail,
    /// of any account of the organization, because delegated administrators make such calls too.
    pub(super) fn searched(&self, id: &ChainId, owner: &TrailOwner) -> Searched<'_> {
        let home = self.regions.get(&id.home_region);
        let account = owner.account();
        let owners = home.zip(account).and_then(|(home, account)| {
            let (account, logs) = home.accounts.get_key_value(account)?;
            Some((*account, logs))
        });
        let organization = id.organization.as_ref();
        let members = home.zip(organization);
        let members = members.and_then(|(home, id)| home.members.get(id));
        let not_searched = match (owner, owners) {
            _ if !self.is_read => Some(NotSearched::NoLogsRead),
            (TrailOwner::Organization, _) => Some(NotSearched::OwnerUnknown),
            (_, None) => Some(NotSearched::OutsideScope),
            (_, Some((_, logs))) if !logs.is_searched => Some(NotSearched::NothingProven),
            _ if self.logs != LogSelection::All => Some(NotSearched::SomeLogsRead),
            (_, Some((_, logs))) => logs.lacks_some.then_some(NotSearched::SomeLogsProven),
        };
        Searched {
            accounts: SearchedAccounts {
                owner: owners
                    .filter(|(_, logs)| logs.is_searched)
                    .map(|(id, _)| id),
                members: members.unwrap_or(&self.nobody),
            },
            not_searched,
        }
    }
}

/// Where calls on one trail were searched for, and why its owner's logs were not.
pub(super) struct Searched<'a> {
    pub accounts: SearchedAccounts<'a>,
    pub not_searched: Option<NotSearched>,
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
