//! Which chains should exist, by the other chains of the same trail (pure).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::base::time::{Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, OrganizationId, Region, TrailName};
use crate::cloudtrail::object_key::KeyRoot;
use crate::cloudtrail::trail::TrailConfig;
use crate::validate::survey::LogFolder;

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
    chains: BTreeSet<&'a ChainId>,
    /// The regions with digests, by where they were found.
    regions: BTreeMap<&'a KeyRoot, BTreeSet<&'a Region>>,
}

/// The chains that were found, by the owner, home region and name of their trail.
pub(super) struct FoundTrails<'a>(
    BTreeMap<Owner<'a>, BTreeMap<(&'a Region, &'a TrailName), FoundTrail<'a>>>,
);

impl<'a> FoundTrails<'a> {
    pub fn new(found: &'a [(KeyRoot, ChainId)]) -> Self {
        let mut owners: BTreeMap<_, BTreeMap<_, FoundTrail<'_>>> = BTreeMap::new();
        for (root, id) in found {
            let trails = owners.entry(Owner::of(root, &id.account)).or_default();
            let trail = trails.entry((&id.home_region, &id.trail)).or_default();
            trail.chains.insert(id);
            trail.regions.entry(root).or_default().insert(&id.region);
        }
        FoundTrails(owners)
    }

    fn all(&self) -> impl Iterator<Item = &FoundTrail<'a>> {
        self.0.values().flat_map(BTreeMap::values)
    }

    /// Missing chains in home regions. A trail writes a digest every hour in its home region, for its
    /// own account and for every other account that it has chains of. A trail that was requested
    /// `by_name` and has no digest at all is reported as such, and not here.
    pub fn missing_at_home(&self, configs: &[TrailConfig], by_name: bool) -> BTreeSet<ChainId> {
        let mut missing = BTreeSet::new();
        for config in configs {
            let chains = self.all().flat_map(|trail| &trail.chains);
            let own: BTreeSet<&ChainId> = chains.copied().filter(|id| config.writes(id)).collect();
            let organizations: BTreeSet<_> = own.iter().map(|id| &id.organization).collect();
            let mut home: BTreeSet<ChainId> = own
                .iter()
                .map(|id| ChainId {
                    region: id.home_region.clone(),
                    ..(*id).clone()
                })
                .collect();
            if !by_name && config.validation {
                // The configuration does not name the organization; the chains found do.
                let organization = organizations.into_iter().next().cloned().flatten();
                home.insert(ChainId {
                    account: config.arn.account.clone(),
                    region: config.arn.home_region.clone(),
                    home_region: config.arn.home_region.clone(),
                    trail: config.arn.trail.clone(),
                    organization,
                });
            }
            missing.extend(home.into_iter().filter(|id| !own.contains(id)));
        }
        missing
    }

    /// Missing chains beside folders of logs. A trail with digests in two regions, or configured for all
    /// regions, writes a digest every hour in every region in which it writes logs; a trail of an
    /// organization does so for every account. An empty folder, for which `holds_logs` is false, shows
    /// nothing.
    pub fn missing_beside_logs(
        &self,
        folders: &[&LogFolder],
        configs: &[TrailConfig],
        holds_logs: &dyn Fn(&LogFolder) -> bool,
    ) -> BTreeSet<ChainId> {
        let found: BTreeSet<&ChainId> = self.all().flat_map(|t| &t.chains).copied().collect();
        let mut missing = BTreeSet::new();
        for folder in folders {
            let LogFolder {
                key_root,
                account,
                region,
                ..
            } = folder;
            let trails = self.0.get(&Owner::of(key_root, account)).into_iter();
            for ((home_region, name), trail) in trails.flatten() {
                let Some(regions) = trail.regions.get(key_root) else {
                    continue;
                };
                let id = ChainId {
                    account: account.clone(),
                    region: region.clone(),
                    home_region: (*home_region).clone(),
                    trail: (*name).clone(),
                    organization: key_root.organization.clone(),
                };
                let is_known = found.contains(&id) || missing.contains(&id);
                let is_everywhere = || configs.iter().any(|c| c.multi_region && c.writes(&id));
                if !is_known && (regions.len() > 1 || is_everywhere()) && holds_logs(folder) {
                    missing.insert(id);
                }
            }
        }
        missing
    }

    /// Chains whose last digest ends more than `late` seconds before the last one of their trail: the
    /// trail no longer covers the region or the account, or the digests are missing. Each comes with the
    /// time between the two ends.
    pub fn ended_early(
        &self,
        ends: &BTreeMap<&ChainId, Timestamp>,
        late: i64,
    ) -> BTreeMap<&'a ChainId, Window> {
        let mut ended = BTreeMap::new();
        for FoundTrail { chains, .. } in self.all() {
            let end = |id: &&ChainId| ends.get(*id).copied();
            let Some(last) = chains.iter().filter_map(end).max() else {
                continue;
            };
            for id in chains {
                let at = end(id).filter(|at| shift(*at, late) < last);
                ended.extend(at.map(|at| (*id, Window::new(at, last))));
            }
        }
        ended
    }
}
