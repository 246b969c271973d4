//! What was asked for: which chains, over which time (pure).

use jiff::Timestamp;

use crate::finding::Finding;
use crate::keyname::KeyRoot;
use crate::limits::Limits;
use crate::trail::{AccountId, ChainId, HOUR, OrganizationId, Region, TrailArn};
use crate::trails::TrailConfig;

/// Narrows the chains found; an empty list does not narrow.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Regions that digests were delivered from.
    pub regions: Vec<Region>,
    /// Accounts whose logs these are.
    pub accounts: Vec<AccountId>,
    /// Organizations.
    pub organizations: Vec<OrganizationId>,
    /// Trails.
    pub trail_arns: Vec<TrailArn>,
    /// Prefixes before `AWSLogs`, without closing slash.
    pub prefixes: Vec<String>,
    /// Prefixes that the trails asked for are known to write to: looked under where no prefix was
    /// asked for.
    pub places: Vec<String>,
    /// Buckets that digests must have been written to. This does not narrow: a digest of another
    /// bucket is told as relocated.
    pub buckets: Vec<String>,
}

/// One thing a filter asks for, so that one that meets nothing can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What kind of thing, in words.
    pub what: &'static str,
    /// The thing, as given.
    pub value: String,
}

impl Filter {
    /// The prefixes to look under, where they are known.
    pub fn known_prefixes(&self) -> Option<Vec<&str>> {
        let known = [&self.prefixes, &self.places];
        let known = known.into_iter().find(|list| !list.is_empty())?;
        let mut known: Vec<&str> = known.iter().map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        Some(known)
    }

    /// Whether an account's folder has to be looked into: it may hold what was asked for, or show that
    /// the account owns an organization's trail.
    pub fn looks_into(&self, root: &KeyRoot, account: &AccountId) -> bool {
        let asked = self.accounts.is_empty() || self.accounts.contains(account);
        let owner = self.trail_arns.iter().any(|a| a.account == *account);
        match &root.organization {
            Some(_) => asked || owner,
            None => asked && (self.trail_arns.is_empty() || owner),
        }
    }

    /// Whether a folder is worth looking into.
    pub fn admits_folder(&self, root: &KeyRoot, account: &AccountId, region: &Region) -> bool {
        let any = |list: &[Region]| list.is_empty() || list.contains(region);
        any(&self.regions)
            && (self.accounts.is_empty() || self.accounts.contains(account))
            && (self.prefixes.is_empty() || self.prefixes.contains(&root.prefix))
            && (self.organizations.is_empty()
                || root
                    .organization
                    .as_ref()
                    .is_some_and(|o| self.organizations.contains(o)))
    }

    /// Whether a chain found in an admitted folder is one of those asked for.
    pub fn admits(&self, root: &KeyRoot, chain: &ChainId) -> bool {
        self.trail_arns.is_empty() || self.trail_arns.iter().any(|a| is_of(a, root, chain))
    }

    /// What is asked for, one by one, that this chain answers. An organization trail's owner stands
    /// in no digest: its ARN is answered where the organization was named too, or where its owner is
    /// among the organization's accounts here (`member`).
    pub fn answers(
        &self,
        root: &KeyRoot,
        chain: &ChainId,
        member: &dyn Fn(&AccountId) -> bool,
    ) -> Vec<Asked> {
        let mut answered = Vec::new();
        let mut note = |what, value: String| answered.push(Asked { what, value });
        for region in self.regions.iter().filter(|r| **r == chain.region) {
            note("region", region.to_string());
        }
        for account in self.accounts.iter().filter(|a| **a == chain.account) {
            note("account", account.to_string());
        }
        for id in self
            .organizations
            .iter()
            .filter(|o| root.organization.as_ref() == Some(o))
        {
            note("organization", id.to_string());
        }
        let named = root
            .organization
            .as_ref()
            .is_some_and(|o| self.organizations.contains(o));
        let owned = |a: &&TrailArn| a.account == chain.account || named || member(&a.account);
        for arn in self
            .trail_arns
            .iter()
            .filter(|a| is_of(a, root, chain))
            .filter(owned)
        {
            note("trail", arn.to_string());
        }
        for prefix in self.prefixes.iter().filter(|p| **p == root.prefix) {
            note("prefix", prefix.clone());
        }
        answered
    }

    /// Everything asked for by name.
    pub fn asked(&self) -> Vec<Asked> {
        let regions = self.regions.iter().map(|v| ("region", v.to_string()));
        let accounts = self.accounts.iter().map(|v| ("account", v.to_string()));
        let organizations = self
            .organizations
            .iter()
            .map(|v| ("organization", v.to_string()));
        let trails = self.trail_arns.iter().map(|v| ("trail", v.to_string()));
        let prefixes = self.prefixes.iter().map(|v| ("prefix", v.clone()));
        let all = regions
            .chain(accounts)
            .chain(organizations)
            .chain(trails)
            .chain(prefixes);
        all.map(|(what, value)| Asked { what, value }).collect()
    }

    /// Whether an expected chain lies within what was asked for; its folder is not known.
    pub fn concerns(&self, chain: &ChainId) -> bool {
        (self.regions.is_empty() || self.regions.contains(&chain.region))
            && (self.accounts.is_empty() || self.accounts.contains(&chain.account))
            && (self.trail_arns.is_empty()
                || self
                    .trail_arns
                    .iter()
                    .any(|a| a.home_region == chain.home_region && a.trail == chain.trail))
    }
}

/// Whether a chain is the trail's. An organization trail writes for every account of the
/// organization, so there its own account does not tell.
fn is_of(arn: &TrailArn, root: &KeyRoot, chain: &ChainId) -> bool {
    arn.home_region == chain.home_region
        && arn.trail == chain.trail
        && (arn.account == chain.account || root.organization.is_some())
}

/// Whether logs are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logs {
    /// Every log is read and compared.
    All,
    /// No log is read; that each is there is still checked.
    None,
}

/// A whole request, apart from where objects and keys come from.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which chains.
    pub filter: Filter,
    /// The beginning of the window; from the data where not given.
    pub from: Option<Timestamp>,
    /// The end of the window; from the data where not given.
    pub to: Option<Timestamp>,
    /// When the source was looked at; the window's end where not given.
    pub as_of: Option<Timestamp>,
    /// How long delivery may take, in seconds.
    pub delivery_lag: i64,
    /// How long after its interval a backfill digest is expected, in seconds.
    pub backfill_grace: i64,
    /// Whether logs are read.
    pub logs: Logs,
    /// Chains that must be there.
    pub expect: Vec<ChainId>,
    /// Objects worked on at the same time.
    pub jobs: usize,
    /// Chains worked on at the same time.
    pub chains_at_once: usize,
    /// What was found out before anything was looked at.
    pub beforehand: Vec<Finding>,
    /// Whether everything that was to be found out beforehand could be.
    pub complete: bool,
    /// Trails as they are configured now, of those asked for.
    pub trails: Vec<TrailConfig>,
    /// Bounds on what input may cost.
    pub limits: Limits,
}

impl Default for Request {
    /// Everything that is there, over the time of its data, with one worker.
    fn default() -> Self {
        Request {
            filter: Filter::default(),
            from: None,
            to: None,
            as_of: None,
            delivery_lag: 2 * HOUR,
            backfill_grace: 24 * HOUR,
            logs: Logs::All,
            expect: Vec::new(),
            jobs: 1,
            chains_at_once: 1,
            beforehand: Vec::new(),
            complete: true,
            trails: Vec::new(),
            limits: Limits::default(),
        }
    }
}
