//! Which chains to validate (pure).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::cloudtrail::chain_pattern::ChainPattern;
use crate::cloudtrail::ids::{AccountId, ChainId, OrganizationId, Region, TrailArn};
use crate::cloudtrail::object_key::KeyRoot;

/// Selects chains. An empty list does not narrow; values in one list are alternatives, and a chain
/// must match every list that is not empty.
#[derive(Debug, Clone, Default)]
pub struct ChainFilter {
    /// Regions whose events the digests cover. A digest is delivered from this region and signed
    /// with its key.
    pub regions: Vec<Region>,
    /// Accounts whose events the digests cover. For an organization trail these are its member accounts.
    pub accounts: Vec<AccountId>,
    /// Organizations, as the keys of their trails' objects show them.
    pub organizations: Vec<OrganizationId>,
    /// Trails.
    pub trail_arns: Vec<TrailArn>,
    /// Key prefixes before `AWSLogs`, without a closing slash. An empty prefix is the top of the bucket.
    pub prefixes: Vec<String>,
    /// Prefixes that the requested trails are configured to write to. They are searched first if `prefixes`
    /// is empty. If no digests are found there, all of the bucket is searched.
    pub places: Vec<String>,
    /// Chains that are left out, although they match everything else. They are not judged. Their digests may
    /// still show what others need: which logs they list, and who stopped a trail.
    pub exclude: Vec<ChainPattern>,
    /// Buckets that the digests must have been written to. This does not narrow: a digest that records
    /// another bucket is reported as relocated.
    pub buckets: Vec<String>,
    /// Whose folders the requested trails write to, as far as that is known. An ARN does not show it.
    pub reaches: BTreeMap<TrailArn, TrailReach>,
}

/// Whose folders a trail writes to. Of a trail without one, nothing is known: any organization may be its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrailReach {
    /// It is an account's trail: no organization's folder is its own.
    Account,
    /// It is the trail of these organizations; more than one if the owner changed its organization.
    Organizations(BTreeSet<OrganizationId>),
}

/// One value of a [`ChainFilter`]. A value that no chain matches is reported. Displayed as its kind and
/// its value, as in `region eu-west-1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterTerm {
    /// One of [`ChainFilter::regions`].
    Region(Region),
    /// One of [`ChainFilter::accounts`].
    Account(AccountId),
    /// One of [`ChainFilter::organizations`].
    Organization(OrganizationId),
    /// One of [`ChainFilter::trail_arns`].
    Trail(TrailArn),
    /// One of [`ChainFilter::prefixes`].
    Prefix(String),
}

impl fmt::Display for FilterTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FilterTerm::Region(region) => write!(f, "region {region}"),
            FilterTerm::Account(account) => write!(f, "account {account}"),
            FilterTerm::Organization(id) => write!(f, "organization {id}"),
            FilterTerm::Trail(arn) => write!(f, "trail {arn}"),
            FilterTerm::Prefix(prefix) => write!(f, "prefix {prefix}"),
        }
    }
}

impl ChainFilter {
    /// Whether it may leave out a chain of the source.
    pub fn narrows(&self) -> bool {
        !(self.regions.is_empty()
            && self.accounts.is_empty()
            && self.organizations.is_empty()
            && self.trail_arns.is_empty()
            && self.prefixes.is_empty()
            && self.exclude.is_empty())
    }

    /// Selects the trail of one chain, assuming that the chain's account owns the trail.
    pub fn trail_of(chain: &ChainId) -> ChainFilter {
        ChainFilter {
            trail_arns: vec![TrailArn {
                partition: chain.region.partition().into(),
                home_region: chain.home_region.clone(),
                account: chain.account.clone(),
                trail: chain.trail.clone(),
            }],
            ..ChainFilter::default()
        }
    }

    /// The prefixes to search first, sorted; `None` if all of the bucket must be searched.
    pub fn known_prefixes(&self) -> Option<Vec<&str>> {
        let known = [&self.prefixes, &self.places];
        let known = known.into_iter().find(|list| !list.is_empty())?;
        let mut known: Vec<&str> = known.iter().map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        Some(known)
    }

    /// Whether an account's folder must be listed: it may hold requested chains, or show that the
    /// account owns an organization trail.
    pub fn admits_account(&self, root: &KeyRoot, account: &AccountId) -> bool {
        let is_excluded = self.exclude.iter().any(|p| p.matches_account(account));
        let wanted = admits(&self.accounts, account) && !is_excluded;
        let owner = self.trail_arns.iter().any(|a| a.account == *account);
        match &root.organization {
            Some(_) => wanted || owner,
            None => wanted && (self.trail_arns.is_empty() || owner),
        }
    }

    /// Whether the folder of one account and region may hold requested chains.
    pub fn admits_folder(&self, root: &KeyRoot, account: &AccountId, region: &Region) -> bool {
        let mut excluded = self.exclude.iter();
        !excluded.any(|pattern| pattern.matches_folder(account, region))
            && admits(&self.regions, region)
            && admits(&self.accounts, account)
            && admits(&self.prefixes, &root.prefix)
            && (self.organizations.is_empty() || self.has_organization_of(root))
    }

    /// Whether a chain is requested. Its folder must be admitted already.
    pub fn admits(&self, chain: &ChainId) -> bool {
        let is_of_trail = self.trail_arns.is_empty() || self.trails_of(chain).next().is_some();
        is_of_trail && !self.excludes(chain)
    }

    /// Whether a chain is left out.
    pub fn excludes(&self, chain: &ChainId) -> bool {
        self.exclude.iter().any(|pattern| pattern.matches(chain))
    }

    /// Whether a folder of an organization, or of an account, may hold chains of a requested trail.
    pub fn reaches(&self, organization: Option<&OrganizationId>) -> bool {
        let reaches = |arn| self.reach_of(arn, organization);
        self.trail_arns.is_empty() || self.trail_arns.iter().any(reaches)
    }

    /// The requested trails that a chain may belong to. An organization's trail writes for every account of the
    /// organization, so in an organization's folder the chain's account need not be the trail's.
    pub fn trails_of(&self, chain: &ChainId) -> impl Iterator<Item = &TrailArn> {
        let organization = chain.organization.as_ref();
        self.trail_arns.iter().filter(move |arn| {
            arn.home_region == chain.home_region
                && arn.trail == chain.trail
                && (arn.account == chain.account || organization.is_some())
                && self.reach_of(arn, organization)
        })
    }

    fn reach_of(&self, arn: &TrailArn, organization: Option<&OrganizationId>) -> bool {
        match (organization, self.reaches.get(arn)) {
            // The trail of an organization may have been its owner's trail before.
            (None, _) | (Some(_), None) => true,
            (Some(_), Some(TrailReach::Account)) => false,
            (Some(id), Some(TrailReach::Organizations(own))) => own.contains(id),
        }
    }

    /// Whether a chain that the user expects is requested. Its folder is not known, so prefixes,
    /// organizations and the owner of its trail cannot be compared.
    pub fn concerns(&self, chain: &ChainId) -> bool {
        let is_trail = |a: &TrailArn| a.home_region == chain.home_region && a.trail == chain.trail;
        !self.excludes(chain)
            && admits(&self.regions, &chain.region)
            && admits(&self.accounts, &chain.account)
            && (self.trail_arns.is_empty() || self.trail_arns.iter().any(is_trail))
    }

    /// Whether a chain that earlier runs saw is requested. Its organization is known.
    pub fn selects(&self, chain: &ChainId) -> bool {
        self.concerns(chain) && self.admits(chain)
    }

    /// All terms of this filter.
    pub fn terms(&self) -> Vec<FilterTerm> {
        let regions = self.regions.iter().cloned();
        let accounts = self.accounts.iter().cloned();
        let organizations = self.organizations.iter().cloned();
        let trails = self.trail_arns.iter().cloned();
        let prefixes = self.prefixes.iter().cloned();
        regions
            .map(FilterTerm::Region)
            .chain(accounts.map(FilterTerm::Account))
            .chain(organizations.map(FilterTerm::Organization))
            .chain(trails.map(FilterTerm::Trail))
            .chain(prefixes.map(FilterTerm::Prefix))
            .collect()
    }

    /// The terms that a chain matches. No digest records the owner of an organization's trail, but the owner
    /// has chains of its own. So only these match the trail's ARN, and no member answers for the owner. If the
    /// filter leaves out the owner or the trail's home region, a member's chain matches too, provided that the
    /// filter has that organization, or that the account of the ARN `may_own` its trail: it has digests in that
    /// organization, or CloudTrail says so.
    pub fn matched_terms(
        &self,
        root: &KeyRoot,
        chain: &ChainId,
        may_own: &dyn Fn(&AccountId) -> bool,
    ) -> Vec<FilterTerm> {
        let is_owned = |arn: &&TrailArn| {
            let sees_owner =
                admits(&self.accounts, &arn.account) && admits(&self.regions, &arn.home_region);
            let is_known = || self.has_organization_of(root) || may_own(&arn.account);
            arn.account == chain.account || (!sees_owner && is_known())
        };
        let regions = equal(&self.regions, Some(&chain.region));
        let accounts = equal(&self.accounts, Some(&chain.account));
        let organizations = equal(&self.organizations, root.organization.as_ref());
        let trails = self.trails_of(chain);
        let prefixes = equal(&self.prefixes, Some(&root.prefix));
        regions
            .map(FilterTerm::Region)
            .chain(accounts.map(FilterTerm::Account))
            .chain(organizations.map(FilterTerm::Organization))
            .chain(trails.filter(is_owned).cloned().map(FilterTerm::Trail))
            .chain(prefixes.map(FilterTerm::Prefix))
            .collect()
    }

    fn has_organization_of(&self, root: &KeyRoot) -> bool {
        let organization = root.organization.as_ref();
        organization.is_some_and(|id| self.organizations.contains(id))
    }
}

fn admits<T: PartialEq>(list: &[T], value: &T) -> bool {
    list.is_empty() || list.contains(value)
}

fn equal<T: PartialEq + Clone>(list: &[T], value: Option<&T>) -> impl Iterator<Item = T> {
    list.iter().filter(move |v| Some(*v) == value).cloned()
}
