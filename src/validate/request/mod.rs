//! What was asked for: which chains, over which time (pure).

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::base::time::HOUR;
use crate::cloudtrail::ids::{AccountId, ChainId, NotAn, OrganizationId, Region, TrailArn};
use crate::cloudtrail::object_key::KeyRoot;
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::finding::Finding;

/// Narrows the chains found; an empty list does not narrow.
#[derive(Debug, Clone, Default)]
pub struct ChainFilter {
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
pub struct ScopeItem {
    /// What kind of thing, in words.
    pub what: &'static str,
    /// The thing, as given.
    pub value: String,
}

impl ChainFilter {
    /// Only the trail of a chain, as if it were that of the chain's account.
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
    ) -> Vec<ScopeItem> {
        let mut answered = Vec::new();
        let mut note = |what, value: String| answered.push(ScopeItem { what, value });
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
    pub fn asked(&self) -> Vec<ScopeItem> {
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
        all.map(|(what, value)| ScopeItem { what, value }).collect()
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

/// Which logs are read; the others must still be there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LogSelection {
    /// Every log is read and compared.
    All,
    /// No log is read.
    None,
    /// One of several parts, counted from 1: all parts with one seed are all logs.
    Part(u32, u32),
    /// A share of them, in percent.
    Percent(f64),
}

impl FromStr for LogSelection {
    type Err = NotAn;

    fn from_str(s: &str) -> Result<Self, NotAn> {
        const WHAT: NotAn = NotAn("all, none, a part such as 1/7, or a share such as 5%");
        let percent = |text: &str| text.parse().ok().filter(|p| *p > 0.0 && *p <= 100.0);
        match (s, s.split_once('/'), s.strip_suffix('%')) {
            ("all", ..) => Ok(LogSelection::All),
            ("none", ..) => Ok(LogSelection::None),
            (_, Some((part, of)), _) => match (part.parse(), of.parse()) {
                (Ok(part), Ok(of)) if (1..=of).contains(&part) => Ok(LogSelection::Part(part, of)),
                _ => Err(WHAT),
            },
            (_, _, Some(share)) => percent(share).map(LogSelection::Percent).ok_or(WHAT),
            _ => Err(WHAT),
        }
    }
}

impl fmt::Display for LogSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogSelection::All => f.write_str("all"),
            LogSelection::None => f.write_str("none"),
            LogSelection::Part(part, of) => write!(f, "{part}/{of}"),
            LogSelection::Percent(share) => write!(f, "{share}%"),
        }
    }
}

impl LogSelection {
    /// Whether it draws a sample, which depends on a seed.
    pub fn is_sample(self) -> bool {
        matches!(self, LogSelection::Part(..) | LogSelection::Percent(_))
    }

    /// Whether a log is read: drawn by SHA-256 over seed, a zero byte and its key, so that nobody who
    /// does not know the seed can tell which.
    pub fn reads(self, seed: &str, key: &str) -> bool {
        let drawn = || {
            let hash = Sha256::of(&[seed.as_bytes(), &[0], key.as_bytes()].concat());
            let (first, _) = hash.0.split_at(8);
            first
                .iter()
                .fold(0_u64, |n, byte| n << 8 | u64::from(*byte))
        };
        match self {
            LogSelection::All => true,
            LogSelection::None => false,
            LogSelection::Part(part, of) => drawn() % u64::from(of) == u64::from(part - 1),
            // The cast saturates, so 100 % is all but one in 2^64: and that one too.
            LogSelection::Percent(share) => {
                share >= 100.0 || drawn() < (share / 100.0 * 2_f64.powi(64)) as u64
            }
        }
    }
}

/// A whole request, apart from where objects and keys come from.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which chains.
    pub filter: ChainFilter,
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
    /// Which logs are read.
    pub logs: LogSelection,
    /// What a sample of logs is drawn with.
    pub seed: String,
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
    /// Trails as they are configured now: those asked for, or those that write to the buckets.
    pub trails: Vec<TrailConfig>,
    /// Why the trails that write to the buckets could not all be asked for.
    pub untold: Option<String>,
    /// Whether digests that only touch the window, and their logs, are told of as well, as the AWS CLI
    /// looks at them: those that end where it begins, or within an hour after its end, and a backfill
    /// digest before it that one within is linked to. They count in nothing.
    pub touching: bool,
    /// The one log that is looked at, where no other is: then nothing is looked for but the digests
    /// that could name it.
    pub only: Option<OneLog>,
    /// Bounds on what input may cost.
    pub limits: Limits,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneLog {
    /// The bucket it was written to; any where absent.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
}

impl OneLog {
    /// Whether a place is that of the object.
    pub fn is(&self, bucket: &str, key: &str) -> bool {
        self.key == key && self.bucket.as_deref().is_none_or(|only| only == bucket)
    }
}

impl Default for Request {
    /// Everything that is there, over the time of its data, with one worker.
    fn default() -> Self {
        Request {
            filter: ChainFilter::default(),
            from: None,
            to: None,
            as_of: None,
            delivery_lag: 2 * HOUR,
            backfill_grace: 24 * HOUR,
            logs: LogSelection::All,
            seed: String::new(),
            expect: Vec::new(),
            jobs: 1,
            chains_at_once: 1,
            beforehand: Vec::new(),
            complete: true,
            trails: Vec::new(),
            untold: None,
            touching: false,
            only: None,
            limits: Limits::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LogSelection;

    #[test]
    fn parts_are_all_logs_and_no_log_is_in_two() {
        for key in (0..1000).map(|n| format!("key-{n}")) {
            let parts = (1..=7).filter(|part| LogSelection::Part(*part, 7).reads("seed", &key));
            assert_eq!(parts.count(), 1, "{key}");
        }
    }

    #[test]
    fn a_share_is_drawn_by_the_seed_and_grows() {
        let read = |share, seed: &str| -> Vec<String> {
            let keys = (0..10_000).map(|n| format!("key-{n}"));
            keys.filter(|key| LogSelection::Percent(share).reads(seed, key))
                .collect()
        };
        let five = read(5.0, "one");
        assert!((400..600).contains(&five.len()), "{}", five.len());
        assert!(five.iter().all(|key| read(50.0, "one").contains(key)));
        assert_ne!(five, read(5.0, "other"));
        assert_eq!(read(100.0, "one").len(), 10_000);
    }

    #[test]
    fn what_is_no_sample_is_refused() {
        for bad in [
            "", "some", "0/3", "4/3", "1/0", "0%", "101%", "-1%", "nan%", "%", "/",
        ] {
            assert!(bad.parse::<LogSelection>().is_err(), "{bad}");
        }
        for good in ["all", "none", "1/1", "3/7", "5%", "0.5%", "100%"] {
            assert_eq!(
                good.parse::<LogSelection>()
                    .map(|l| l.to_string())
                    .as_deref(),
                Ok(good)
            );
        }
    }
}
