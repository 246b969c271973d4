//! What is there: folders of digests, and the digests in one of them by name alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::atlas::Atlas;
use crate::coverage::Spans;
use crate::keyname::{AWS_LOGS, DIGEST_FOLDER, DigestKey, DigestName, KeyRoot, LOG_FOLDER};
use crate::limits::Limits;
use crate::scope::Filter;
use crate::source::{Folders, GetError, Listed, RootId, Source};
use crate::trail::{AccountId, ChainId, HOUR, OrganizationId, Region, Window, shift};

/// Where digests of one account and region lie: possibly in several buckets and prefixes.
pub type Groups = BTreeMap<(AccountId, Region), Vec<(RootId, KeyRoot)>>;

/// Names, a few of them kept, all counted.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// The first few, in the order they were met.
    pub first: Vec<String>,
    /// How many there were.
    pub count: u64,
}

impl Named {
    /// Adds one.
    pub fn add(&mut self, limits: &Limits, name: impl Into<String>) {
        self.count += 1;
        if self.first.len() < limits.named {
            self.first.push(name.into());
        }
    }
}

/// What a look at the folders showed.
#[derive(Debug, Default)]
pub struct Survey {
    /// Folders of digests that were asked for.
    pub groups: Groups,
    /// Folders of digests that are there and were not asked for.
    pub others: Named,
    /// Folders with logs and no folder of digests beside them.
    pub undigested: Named,
    /// Folders with logs that were asked for.
    pub logged: Vec<(KeyRoot, AccountId, Region)>,
    /// Folders of CloudTrail's other kinds, by kind.
    pub siblings: BTreeMap<String, Named>,
    /// Things that were not looked at, with the reason.
    pub refused: Named,
    /// Folders that could not be listed.
    pub trouble: Vec<(RootId, String, GetError)>,
    /// How many folders were listed.
    pub listings: u64,
    /// Whether looking stopped at a bound.
    pub bounded: bool,
    /// Accounts with digests of an organization's trails, asked for or not.
    pub members: BTreeSet<(KeyRoot, AccountId)>,
}

impl Survey {
    /// Whether a folder lies in, or is, one that could not be looked into.
    pub fn is_hidden(&self, folder: &str) -> bool {
        self.trouble
            .iter()
            .any(|(_, key, _)| folder.starts_with(key.trim_end_matches('/')))
    }
}

/// Looks for every folder of digests in a source by delimited listings, reading no object.
pub fn survey(source: &dyn Source, atlas: &Atlas, filter: &Filter, limits: &Limits) -> Survey {
    let mut survey = Survey::default();
    for root in atlas.roots() {
        let mut looker = Looker {
            source,
            filter,
            limits,
            root: root.id,
            survey: &mut survey,
            left: limits.folders,
        };
        looker.prefix(String::new(), 0);
    }
    survey
}

struct Looker<'a> {
    source: &'a dyn Source,
    filter: &'a Filter,
    limits: &'a Limits,
    root: RootId,
    survey: &'a mut Survey,
    left: usize,
}

impl Looker<'_> {
    /// The folders below a prefix. Something refused that is called as one of those looked for here
    /// (`ours`) may hide digests, and is trouble.
    fn folders(&mut self, prefix: &str, ours: impl Fn(&str) -> bool) -> Vec<String> {
        if self.left == 0 {
            self.survey.bounded = true;
            return Vec::new();
        }
        self.left -= 1;
        self.survey.listings += 1;
        let (root, limits, survey) = (self.root, self.limits, &mut *self.survey);
        let mut refuse = |name: &str, why: &'static str| {
            let key = format!("{prefix}{name}");
            if ours(name) {
                survey
                    .trouble
                    .push((root, key, GetError::Refused(format!("it is {why}"))));
            } else {
                survey.refused.add(limits, format!("{key} ({why})"));
            }
        };
        match self.source.folders(self.root, prefix, &mut refuse) {
            Ok(Folders { names, whole }) => {
                self.survey.bounded |= !whole;
                names
            }
            Err(error) => {
                self.survey.trouble.push((self.root, prefix.into(), error));
                Vec::new()
            }
        }
    }

    /// Looks for `AWSLogs` below a prefix (empty, or closed by a slash).
    fn prefix(&mut self, prefix: String, depth: usize) {
        if depth > self.limits.depth {
            self.survey.bounded = true;
            return;
        }
        for name in self.folders(&prefix, |name| name == AWS_LOGS) {
            let inner = format!("{prefix}{name}/");
            if name == AWS_LOGS {
                let root = KeyRoot {
                    prefix: prefix.trim_end_matches('/').into(),
                    organization: None,
                };
                self.aws_logs(&inner, &root, depth + 1);
            } else {
                self.prefix(inner, depth + 1);
            }
        }
    }

    fn aws_logs(&mut self, prefix: &str, root: &KeyRoot, depth: usize) {
        let ours = |name: &str| {
            let organization =
                root.organization.is_none() && name.parse::<OrganizationId>().is_ok();
            name == AWS_LOGS || organization || name.parse::<AccountId>().is_ok()
        };
        for name in self.folders(prefix, ours) {
            let inner = format!("{prefix}{name}/");
            if let Ok(account) = name.parse::<AccountId>() {
                self.account(&inner, root, &account);
            } else if root.organization.is_none()
                && let Ok(id) = name.parse()
            {
                let root = KeyRoot {
                    organization: Some(id),
                    ..root.clone()
                };
                self.aws_logs(&inner, &root, depth + 1);
            } else if name == AWS_LOGS && depth <= self.limits.depth {
                // A prefix may itself be called AWSLogs.
                let root = KeyRoot {
                    prefix: prefix.trim_end_matches('/').into(),
                    organization: None,
                };
                self.aws_logs(&inner, &root, depth + 1);
            }
        }
    }

    fn account(&mut self, prefix: &str, root: &KeyRoot, account: &AccountId) {
        let kinds = self.folders(prefix, |name| name == DIGEST_FOLDER);
        let mut digested = BTreeSet::new();
        if kinds.iter().any(|k| k == DIGEST_FOLDER) {
            if root.organization.is_some() {
                self.survey.members.insert((root.clone(), account.clone()));
            }
            let region = |name: &str| name.parse::<Region>().is_ok();
            for name in self.folders(&format!("{prefix}{DIGEST_FOLDER}/"), region) {
                let Ok(region) = name.parse::<Region>() else {
                    continue;
                };
                if self.filter.admits_folder(root, account, &region) {
                    let group = self
                        .survey
                        .groups
                        .entry((account.clone(), region.clone()))
                        .or_default();
                    group.push((self.root, root.clone()));
                } else {
                    self.survey
                        .others
                        .add(self.limits, root.folder(account, DIGEST_FOLDER, &region));
                }
                digested.insert(region);
            }
        }
        for kind in kinds {
            if kind == LOG_FOLDER {
                for name in self.folders(&format!("{prefix}{LOG_FOLDER}/"), |_| false) {
                    let Ok(region) = name.parse::<Region>() else {
                        continue;
                    };
                    if !self.filter.admits_folder(root, account, &region) {
                        continue;
                    }
                    let folder = root.folder(account, DIGEST_FOLDER, &region);
                    if !digested.contains(&region) && !self.survey.is_hidden(&folder) {
                        let folder = root.folder(account, LOG_FOLDER, &region);
                        self.survey.undigested.add(self.limits, folder);
                    }
                    self.survey
                        .logged
                        .push((root.clone(), account.clone(), region));
                }
            } else if kind != DIGEST_FOLDER && kind.starts_with(LOG_FOLDER) {
                let named = self.survey.siblings.entry(kind.clone()).or_default();
                named.add(self.limits, format!("{prefix}{kind}/"));
            }
        }
    }
}

/// One digest as listed: the end of its interval, and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    end: i64,
    /// Index into the group's places, or beyond them into the misfiled keys.
    at: u32,
}

/// The digests of one chain, by name alone: sixteen bytes a digest, oldest first.
#[derive(Debug, Default)]
pub struct Names {
    /// Those that make up the chain.
    pub main: Vec<Slot>,
    /// Its backfill digests.
    pub backfill: Vec<Slot>,
    /// Keys whose folder and name do not agree.
    misfiled: Vec<(RootId, String)>,
    places: Vec<(RootId, KeyRoot)>,
}

impl Names {
    /// The key of a listed digest, and where it lies.
    pub fn key(
        &self,
        chain: &ChainId,
        slot: Slot,
        backfill: bool,
    ) -> Option<(RootId, String, DigestName)> {
        let name = DigestName {
            chain: chain.clone(),
            end: slot.end(),
            backfill,
        };
        let at = slot.at as usize;
        match self.places.get(at) {
            Some((root, key_root)) => {
                let key = DigestKey {
                    root: key_root.clone(),
                    name: name.clone(),
                };
                Some((*root, key.to_string(), name))
            }
            None => {
                let (root, key) = self.misfiled.get(at - self.places.len())?;
                Some((*root, key.clone(), name))
            }
        }
    }

    /// The folders it lies in.
    pub fn roots(&self) -> Vec<&KeyRoot> {
        let slots = self.main.iter().chain(&self.backfill);
        let seen: BTreeSet<usize> = slots.map(|slot| slot.at as usize).collect();
        seen.into_iter()
            .filter_map(|at| self.places.get(at))
            .map(|(_, root)| root)
            .collect()
    }
}

impl Slot {
    /// The end of the interval its name says.
    pub fn end(self) -> Timestamp {
        Timestamp::from_second(self.end).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// What listing one group's folders showed.
#[derive(Debug, Default)]
pub struct Listing {
    /// Digests by chain.
    pub chains: BTreeMap<ChainId, Names>,
    /// Objects there whose names are not those of digests.
    pub unrecognised: Named,
    /// Entries that are refused and may hide digests: key and reason.
    pub refused: Vec<(RootId, String, String)>,
    /// Folders that could not be listed.
    pub trouble: Vec<(RootId, String, GetError)>,
    /// Time whose digests could not be listed.
    pub hidden: Spans,
    /// Digests of chains beyond the number that is looked at.
    pub passed_over: u64,
}

/// The time of the digests in a folder below that of their region, by as much of `YYYY/MM/DD` as
/// its path says: a digest lies in the folder of the day it ends.
fn time_of(region_folder: &str, key: &str) -> Window {
    let always = Window {
        from: Timestamp::MIN,
        to: Timestamp::MAX,
    };
    let Some(dated) = key.strip_prefix(region_folder) else {
        return always;
    };
    let mut parts = dated
        .split('/')
        .map(str::parse::<i16>)
        .take_while(Result::is_ok)
        .flatten();
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let Some(year) = year else { return always };
    let part = |n: Option<i16>| n.map_or(Ok(1), i8::try_from).unwrap_or(0);
    let Ok(first) = Date::new(year, part(month), part(day)) else {
        return always;
    };
    let span = match (month, day) {
        (None, _) => 1.year(),
        (_, None) => 1.month(),
        _ => 1.day(),
    };
    let at = |date: Date| {
        TimeZone::UTC
            .to_timestamp(date.to_datetime(Time::midnight()))
            .ok()
    };
    match (at(first), first.checked_add(span).ok().and_then(at)) {
        (Some(from), Some(to)) => Window {
            from: shift(from, -HOUR),
            to,
        },
        _ => always,
    }
}

/// Lists the digests of one account and region in all their places.
pub fn list(
    source: &dyn Source,
    account: &AccountId,
    region: &Region,
    places: &[(RootId, KeyRoot)],
    filter: &Filter,
    limits: &Limits,
) -> Listing {
    let mut listing = Listing::default();
    for (at, (root, key_root)) in places.iter().enumerate() {
        let folder = key_root.folder(account, DIGEST_FOLDER, region);
        let mut visit = |listed: Listed<'_>| {
            let (key, refused) = match listed {
                Listed::Object(key) => (key, None),
                Listed::Refused(key, why) => (key, Some(why)),
            };
            let file = key.rsplit('/').next().unwrap_or(key);
            let name = DigestName::parse(file)
                .filter(|n| n.chain.account == *account && n.chain.region == *region);
            let Some(name) = name else {
                match refused {
                    Some(why) => {
                        listing.hidden.insert(time_of(&folder, key));
                        if listing.refused.len() < limits.findings_per_code {
                            let why = format!("it is {why}");
                            listing.refused.push((*root, key.into(), why));
                        }
                    }
                    _ if !key.ends_with('/') => listing.unrecognised.add(limits, key),
                    _ => {}
                }
                return;
            };
            if !filter.admits(key_root, &name.chain) {
                return;
            }
            let known = listing.chains.contains_key(&name.chain);
            if !known && listing.chains.len() >= limits.chains_in_folder {
                listing.passed_over += 1;
                return;
            }
            let names = listing
                .chains
                .entry(name.chain.clone())
                .or_insert_with(|| Names {
                    places: places.to_vec(),
                    ..Names::default()
                });
            let expected = DigestKey {
                root: key_root.clone(),
                name: name.clone(),
            };
            let at = if expected.to_string() == key {
                at
            } else if names.misfiled.len() < limits.findings_per_code {
                names.misfiled.push((*root, key.into()));
                places.len() + names.misfiled.len() - 1
            } else {
                return listing.unrecognised.add(limits, key);
            };
            let slot = Slot {
                end: name.end.as_second(),
                at: u32::try_from(at).unwrap_or(u32::MAX),
            };
            if name.backfill {
                names.backfill.push(slot)
            } else {
                names.main.push(slot)
            }
        };
        if let Err(error) = source.list(*root, &folder, &mut visit) {
            listing.hidden.insert(time_of(&folder, &folder));
            listing.trouble.push((*root, folder, error));
        }
    }
    for names in listing.chains.values_mut() {
        names.main.sort_unstable();
        names.backfill.sort_unstable();
    }
    listing
}
