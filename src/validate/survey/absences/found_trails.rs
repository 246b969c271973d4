//! Which chains should exist, by the other chains of the same trail (pure).
//!
//! - A trail writes a digest every hour in its home region, for its own account and for every other account
//!   that it has chains of. So no chain outside the home region is alone, and no chain of an organization's
//!   trail is without that of its owner.
//! - A trail with digests outside its home region logs all regions. So it writes digests wherever it writes
//!   logs; a trail of an organization does so for every account.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::missing_chain::{MissingChain, NeededFor};
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, OrganizationId, Region, TrailName};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::Spans;
use crate::validate::chain_state::FoundChain;
use crate::validate::survey::LogFolder;

/// How much later than its siblings a chain in the home region may begin, in seconds, where digests expire:
/// S3 removes them day by day, and not all at once.
const EXPIRY: i64 = 24 * HOUR;

/// Who owns the chains of a trail, judged by object keys: one trail of an organization writes for
/// all accounts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner<'a> {
    Organization(&'a OrganizationId),
    Account(&'a AccountId),
}

impl<'a> Owner<'a> {
    fn of(root: &'a KeyRoot, account: &'a AccountId) -> Self {
        match &root.organization {
            Some(organization) => Owner::Organization(organization),
            None => Owner::Account(account),
        }
    }
}

/// The chains found of one trail.
#[derive(Default)]
struct FoundTrail<'a> {
    /// Each with the time of its digests.
    chains: BTreeMap<&'a ChainId, Window>,
    /// Where they were found.
    roots: BTreeSet<&'a KeyRoot>,
}

impl<'a> FoundTrail<'a> {
    /// The time of the chains that match a filter, from the first digest to the last; `None` without any.
    fn time(&self, filter: impl Fn(&ChainId) -> bool) -> Option<Window> {
        let chains = self.chains.iter().filter(|(id, _)| filter(id));
        let times = chains.map(|(_, time)| *time);
        times.reduce(|a, b| Window::new(a.from.min(b.from), a.to.max(b.to)))
    }

    fn missing(&self, id: ChainId, time: Window, why: NeededFor) -> MissingChain {
        MissingChain {
            id,
            roots: self.roots.iter().map(|root| (*root).clone()).collect(),
            time: Some(time),
            why,
        }
    }
}

/// The chains that were found, by the owner, home region and name of their trail.
pub(super) struct FoundTrails<'a>(
    BTreeMap<Owner<'a>, BTreeMap<(&'a Region, &'a TrailName), FoundTrail<'a>>>,
);

impl<'a> FoundTrails<'a> {
    pub fn new(found: impl Iterator<Item = &'a FoundChain>) -> Self {
        let mut owners: BTreeMap<_, BTreeMap<_, FoundTrail<'_>>> = BTreeMap::new();
        for FoundChain { root, id, time } in found {
            let trails = owners.entry(Owner::of(root, &id.account)).or_default();
            let trail = trails.entry((&id.home_region, &id.trail)).or_default();
            trail.chains.insert(id, *time);
            trail.roots.insert(root);
        }
        FoundTrails(owners)
    }

    fn all(&self) -> impl Iterator<Item = (&Owner<'a>, &FoundTrail<'a>)> {
        let trails = self.0.iter();
        trails.flat_map(|(owner, trails)| trails.values().map(move |trail| (owner, trail)))
    }

    /// Missing chains in home regions, in a window: those of every account with chains outside the home
    /// region, and those of the accounts that own organizations' trails, where `owner` knows them.
    pub fn missing_at_home(
        &self,
        window: Window,
        owner: &dyn Fn(&OrganizationId, &ChainId) -> Option<AccountId>,
    ) -> Vec<MissingChain> {
        let mut missing = Vec::new();
        for (kind, trail) in self.all() {
            let accounts: BTreeSet<&AccountId> =
                trail.chains.keys().map(|id| &id.account).collect();
            let mut needed: BTreeMap<&AccountId, (Window, NeededFor)> = BTreeMap::new();
            for account in accounts {
                if let Some(time) = trail.time(|id| id.account == *account) {
                    needed.insert(account, (time, NeededFor::HomeOfAccount));
                }
            }
            let Some(first) = trail.chains.keys().next() else {
                continue;
            };
            let owner = match kind {
                Owner::Organization(organization) => owner(organization, first),
                Owner::Account(_) => None,
            };
            if let (Some(owner), Some(time)) = (&owner, trail.time(|_| true)) {
                needed
                    .entry(owner)
                    .or_insert((time, NeededFor::HomeOfOwner));
            }
            for (account, (time, why)) in needed {
                let id = ChainId {
                    account: account.clone(),
                    region: first.home_region.clone(),
                    ..(*first).clone()
                };
                let time = time.clip(&window);
                if !time.is_empty() && !trail.chains.contains_key(&id) {
                    missing.push(trail.missing(id, time, why));
                }
            }
        }
        missing
    }

    /// Missing chains beside folders of logs, in a window. `everywhere` says whether a trail is configured to
    /// log all regions though it has no digests outside its home region here. `holds_logs` says whether a folder
    /// holds a log of some time.
    pub fn missing_beside_logs(
        &self,
        folders: &[&LogFolder],
        window: Window,
        everywhere: &mut dyn FnMut(&ChainId) -> bool,
        holds_logs: &mut dyn FnMut(&LogFolder, Window) -> bool,
    ) -> Vec<MissingChain> {
        let mut missing: BTreeMap<ChainId, MissingChain> = BTreeMap::new();
        for folder in folders {
            let LogFolder {
                key_root,
                account,
                region,
                ..
            } = folder;
            let trails = self.0.get(&Owner::of(key_root, account)).into_iter();
            for ((home_region, name), trail) in trails.flatten() {
                let id = ChainId {
                    account: account.clone(),
                    region: region.clone(),
                    home_region: (*home_region).clone(),
                    trail: (*name).clone(),
                    organization: key_root.organization.clone(),
                };
                let is_known = trail.chains.contains_key(&id) || missing.contains_key(&id);
                if is_known || !trail.roots.contains(key_root) {
                    continue;
                }
                let elsewhere = |id: &ChainId| id.region != id.home_region;
                let reach = match region == *home_region {
                    true => trail.time(|_| true),
                    false => trail.time(elsewhere),
                };
                let reach = reach.or_else(|| everywhere(&id).then(|| trail.time(|_| true))?);
                // A region may have been enabled within the last hour: its first digest comes later.
                let reach = reach.map(|r| Window::new(r.from, shift(r.to, -HOUR)).clip(&window));
                if let Some(time) = reach.filter(|time| !time.is_empty())
                    && holds_logs(folder, time)
                {
                    missing.insert(id.clone(), trail.missing(id, time, NeededFor::BesideLogs));
                }
            }
        }
        missing.into_values().collect()
    }

    /// Chains whose last digest ends more than `late` seconds before the last one of their trail: the
    /// trail no longer covers the region or the account, or the digests are missing. Each comes with the
    /// time between the two ends.
    pub fn ended_early(&self, late: i64) -> BTreeMap<&'a ChainId, Window> {
        let mut ended = BTreeMap::new();
        for (_, FoundTrail { chains, .. }) in self.all() {
            let Some(last) = chains.values().map(|time| time.to).max() else {
                continue;
            };
            let early = chains
                .iter()
                .filter(|(_, time)| shift(time.to, late) < last);
            ended.extend(early.map(|(id, time)| (*id, Window::new(time.to, last))));
        }
        ended
    }

    /// Chains in home regions whose first digest comes long after those of their account in other regions.
    /// Each comes with the time between the two. No call explains it: in its home region a trail always logs.
    pub fn began_late(&self, late: i64) -> BTreeMap<&'a ChainId, Window> {
        let mut begun = BTreeMap::new();
        let late = late.saturating_add(EXPIRY);
        for (_, trail) in self.all() {
            let at_home = trail.chains.iter();
            let at_home = at_home.filter(|(id, _)| id.region == id.home_region);
            for (id, time) in at_home {
                let first = trail.time(|other| other.account == id.account);
                let first = first.filter(|first| shift(first.from, late) < time.from);
                begun.extend(first.map(|first| (*id, Window::new(first.from, time.from))));
            }
        }
        begun
    }

    /// Whether a chain in a home region ended more than `late` seconds before others of its account and
    /// trail. Where those go on, the trail was logging, whatever call the chain itself records.
    pub fn is_contradicted(&self, id: &ChainId, ended: Timestamp, late: i64) -> bool {
        let of_account = |trail: &FoundTrail<'_>| trail.time(|o| o.account == id.account);
        id.region == id.home_region
            && self
                .all()
                .filter(|(_, trail)| trail.chains.contains_key(id))
                .filter_map(|(_, trail)| of_account(trail))
                .any(|time| shift(ended, late) < time.to)
    }
}

/// The parts of `time` that none of some stretches explains, if they matter: those that last longer than `late`
/// seconds, or all of them if nothing is explained.
pub(super) fn unexplained(
    time: Window,
    explained: impl Iterator<Item = Window>,
    late: i64,
) -> Option<Window> {
    let mut known = Spans::default();
    explained.for_each(|stretch| known.insert(stretch.clip(&time)));
    if known.bounds().is_none() {
        return (!time.is_empty()).then_some(time);
    }
    let open = known.missing_from(time);
    let mut open = open.into_iter().filter(|part| part.seconds() > late);
    let first = open.next()?;
    Some(open.fold(first, |all, part| Window::new(all.from, part.to)))
}
