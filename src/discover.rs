//! What is there: folders of digests.

use std::collections::{BTreeMap, BTreeSet};

use crate::atlas::Atlas;
use crate::keyname::{AWS_LOGS, DIGEST_FOLDER, KeyRoot, LOG_FOLDER};
use crate::limits::Limits;
use crate::scope::Filter;
use crate::source::{Folders, GetError, RootId, Source};
use crate::trail::{AccountId, OrganizationId, Region};

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

/// Looks for folders of digests in a source by delimited listings, reading no object: under the
/// prefixes that are known, or where there are none or nothing is there, everywhere.
pub fn survey(source: &dyn Source, atlas: &Atlas, filter: &Filter, limits: &Limits) -> Survey {
    let mut under = Survey::default();
    if let Some(prefixes) = filter.known_prefixes() {
        for root in atlas.roots() {
            let mut looker = Looker {
                source,
                filter,
                limits,
                root: root.id,
                survey: &mut under,
                left: limits.folders,
            };
            for prefix in &prefixes {
                looker.known(prefix);
            }
        }
        if !under.groups.is_empty() || !under.trouble.is_empty() {
            return under;
        }
    }
    let mut survey = Survey {
        listings: under.listings,
        ..Survey::default()
    };
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
            Ok(Folders {
                names,
                whole,
                requests,
            }) => {
                self.survey.bounded |= !whole;
                self.survey.listings += requests;
                names
            }
            // A prefix that is known from elsewhere need not be there.
            Err(GetError::NotFound) => Vec::new(),
            Err(error) => {
                self.survey.trouble.push((self.root, prefix.into(), error));
                Vec::new()
            }
        }
    }

    /// Looks into `AWSLogs` below a prefix that is known.
    fn known(&mut self, prefix: &str) {
        let root = KeyRoot {
            prefix: prefix.into(),
            organization: None,
        };
        let folder = root.to_string();
        let depth = folder.matches('/').count();
        self.aws_logs(&folder, &root, depth);
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
                if self.filter.looks_into(root, &account) {
                    self.account(&inner, root, &account);
                } else {
                    self.survey.others.add(self.limits, inner);
                }
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
