//! One root on its way: folders listed side by side, and taken in their order.

use crate::base::sample::Sample;
use std::collections::VecDeque;

use rayon::ThreadPool;
use rayon::prelude::*;

use super::folders::{Logged, Survey};
use crate::base::limits::Limits;
use crate::cloudtrail::ids::{AccountId, OrganizationId, Region};
use crate::cloudtrail::object_key::{AWS_LOGS, DIGEST_FOLDER, KeyRoot, LOG_FOLDER};
use crate::source::{Folders, GetError, RootId, Source};
use crate::validate::request::Filter;

/// Folders listed before their answers are taken: always as many, so that where a bound is met does
/// not depend on the number of workers.
const AT_ONCE: usize = 256;

/// A folder to be listed: its prefix, closed by a slash or empty, and what it is.
struct Folder {
    prefix: String,
    kind: Kind,
}

enum Kind {
    /// One that may lead to `AWSLogs`, so many folders deep.
    Outside(usize),
    /// `AWSLogs`, or an organization's folder in it, so many folders deep.
    AwsLogs(KeyRoot, usize),
    /// An account's.
    Account(KeyRoot, AccountId),
    /// An account's digests.
    Digests(KeyRoot, AccountId),
    /// An account's logs.
    Logs(KeyRoot, AccountId),
}

impl Kind {
    /// Whether something called so is one of those looked for here, so that it may hide digests
    /// where it is refused.
    fn expects(&self, name: &str) -> bool {
        match self {
            Kind::Outside(_) => name == AWS_LOGS,
            Kind::AwsLogs(root, _) => {
                let organization =
                    root.organization.is_none() && name.parse::<OrganizationId>().is_ok();
                name == AWS_LOGS || organization || name.parse::<AccountId>().is_ok()
            }
            Kind::Account(..) => name == DIGEST_FOLDER,
            Kind::Digests(..) => name.parse::<Region>().is_ok(),
            Kind::Logs(..) => false,
        }
    }
}

/// What a listing showed.
#[derive(Default)]
struct Seen {
    folders: Folders,
    refused: Sample,
    trouble: Vec<(String, GetError)>,
}

/// One root on its way.
pub(crate) struct Looker<'a> {
    source: &'a dyn Source,
    filter: &'a Filter,
    limits: &'a Limits,
    root: RootId,
    survey: &'a mut Survey,
    /// How many more folders may be listed.
    left: usize,
    /// What lies in `AWSLogs`: it comes first, so that no number of other folders hides it.
    inside: VecDeque<Folder>,
    outside: VecDeque<Folder>,
}

impl<'a> Looker<'a> {
    pub fn new(
        source: &'a dyn Source,
        filter: &'a Filter,
        limits: &'a Limits,
        root: RootId,
        survey: &'a mut Survey,
    ) -> Self {
        Looker {
            source,
            filter,
            limits,
            root,
            survey,
            left: limits.folders,
            inside: VecDeque::new(),
            outside: VecDeque::new(),
        }
    }

    /// Is to look into `AWSLogs` below a prefix that is known.
    pub fn known(&mut self, prefix: &str) {
        let root = KeyRoot {
            prefix: prefix.into(),
            organization: None,
        };
        let folder = root.to_string();
        let depth = folder.matches('/').count();
        self.push(folder, Kind::AwsLogs(root, depth));
    }

    /// Is to look for `AWSLogs`.
    pub fn everywhere(&mut self) {
        self.push(String::new(), Kind::Outside(0));
    }

    /// Lists folder after folder until none is left.
    pub fn run(mut self, pool: &ThreadPool) {
        loop {
            let queue = if self.inside.is_empty() {
                &mut self.outside
            } else {
                &mut self.inside
            };
            let most = AT_ONCE.min(self.left).min(queue.len());
            let batch: Vec<Folder> = queue.drain(..most).collect();
            if batch.is_empty() {
                break;
            }
            self.left -= batch.len();
            let (source, root, limits) = (self.source, self.root, self.limits);
            let look = |folder: &Folder| look(source, root, folder, limits);
            let seen: Vec<Seen> =
                pool.install(|| batch.par_iter().with_max_len(1).map(look).collect());
            for (folder, seen) in batch.into_iter().zip(seen) {
                self.take(folder, seen);
            }
        }
        self.survey.bounded |= !self.inside.is_empty() || !self.outside.is_empty();
    }

    fn push(&mut self, prefix: String, kind: Kind) {
        let queue = match kind {
            Kind::Outside(_) => &mut self.outside,
            _ => &mut self.inside,
        };
        // What can never be listed is not kept.
        if queue.len() < self.left {
            queue.push_back(Folder { prefix, kind });
        } else {
            self.survey.bounded = true;
        }
    }

    /// Takes what a listing showed: what was looked for, and where to look next.
    fn take(&mut self, Folder { prefix, kind }: Folder, seen: Seen) {
        let Folders {
            names,
            whole,
            requests,
        } = seen.folders;
        let survey = &mut *self.survey;
        survey.bounded |= !whole;
        survey.listings += requests;
        survey.refused.append(self.limits, seen.refused);
        let trouble = seen.trouble.into_iter();
        survey
            .trouble
            .extend(trouble.map(|(key, error)| (self.root, key, error)));
        match kind {
            Kind::Outside(depth) => self.outside(&prefix, depth, names),
            Kind::AwsLogs(root, depth) => self.aws_logs(&prefix, &root, depth, names),
            Kind::Account(root, account) => self.account(&prefix, &root, &account, names),
            Kind::Digests(root, account) => self.digests(&root, &account, names),
            Kind::Logs(root, account) => self.logs(&root, &account, names),
        }
    }

    fn outside(&mut self, prefix: &str, depth: usize, mut names: Vec<String>) {
        // No prefix of a trail leads to keys that begin with a slash.
        names.retain(|name| !(prefix.is_empty() && name.is_empty()));
        for name in names {
            let inner = format!("{prefix}{name}/");
            if name == AWS_LOGS {
                self.push(inner, Kind::AwsLogs(below(prefix), depth + 1));
            } else if depth < self.limits.depth {
                self.push(inner, Kind::Outside(depth + 1));
            } else {
                self.survey.bounded = true;
            }
        }
    }

    fn aws_logs(&mut self, prefix: &str, root: &KeyRoot, depth: usize, names: Vec<String>) {
        for name in names {
            let inner = format!("{prefix}{name}/");
            if let Ok(account) = name.parse::<AccountId>() {
                if self.filter.looks_into(root, &account) {
                    self.push(inner, Kind::Account(root.clone(), account));
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
                self.push(inner, Kind::AwsLogs(root, depth + 1));
            } else if name == AWS_LOGS && depth <= self.limits.depth {
                // A prefix may itself be called AWSLogs.
                self.push(inner, Kind::AwsLogs(below(prefix), depth + 1));
            }
        }
    }

    fn account(&mut self, prefix: &str, root: &KeyRoot, account: &AccountId, kinds: Vec<String>) {
        let ours = || (root.clone(), account.clone());
        if kinds.iter().any(|kind| kind == DIGEST_FOLDER) {
            if root.organization.is_some() {
                self.survey.members.insert(ours());
            }
            let (root, account) = ours();
            self.push(
                format!("{prefix}{DIGEST_FOLDER}/"),
                Kind::Digests(root, account),
            );
        }
        for kind in kinds {
            let inner = format!("{prefix}{kind}/");
            if kind == LOG_FOLDER {
                // After the digests, with which they are compared.
                let (root, account) = ours();
                self.push(inner, Kind::Logs(root, account));
            } else if kind != DIGEST_FOLDER && kind.starts_with(LOG_FOLDER) {
                let named = self.survey.siblings.entry(kind).or_default();
                named.add(self.limits, inner);
            }
        }
    }

    fn digests(&mut self, root: &KeyRoot, account: &AccountId, names: Vec<String>) {
        for region in regions(names) {
            if self.filter.admits_folder(root, account, &region) {
                let group = (account.clone(), region);
                let places = self.survey.groups.entry(group).or_default();
                places.push((self.root, root.clone()));
            } else {
                let folder = root.folder(account, DIGEST_FOLDER, &region);
                self.survey.others.add(self.limits, folder);
            }
        }
    }

    fn logs(&mut self, root: &KeyRoot, account: &AccountId, names: Vec<String>) {
        for region in regions(names) {
            if !self.filter.admits_folder(root, account, &region) {
                continue;
            }
            let group = (account.clone(), region);
            let digested = self.survey.groups.get(&group);
            let digested =
                digested.is_some_and(|places| places.contains(&(self.root, root.clone())));
            let (account, region) = group;
            let folder = root.folder(&account, DIGEST_FOLDER, &region);
            let logs = root.folder(&account, LOG_FOLDER, &region);
            if !digested
                && !self.survey.is_hidden(&folder)
                && self.source.holds_any(self.root, &logs)
            {
                self.survey.undigested.add(self.limits, logs);
            }
            self.survey.logged.push(Logged {
                root: self.root,
                key_root: root.clone(),
                account,
                region,
            });
        }
    }
}

/// Lists one folder.
fn look(source: &dyn Source, root: RootId, folder: &Folder, limits: &Limits) -> Seen {
    let Folder { prefix, kind } = folder;
    let mut seen = Seen::default();
    let mut refuse = |name: &str, why: &'static str| {
        let key = format!("{prefix}{name}");
        if kind.expects(name) {
            let error = GetError::Refused(format!("it is {why}"));
            seen.trouble.push((key, error));
        } else {
            seen.refused.add(limits, format!("{key} ({why})"));
        }
    };
    let folders = source.folders(root, prefix, &mut refuse);
    seen.folders = folders.unwrap_or_else(|error| {
        // A prefix that is known from elsewhere need not be there.
        if error != GetError::NotFound {
            seen.trouble.push((prefix.clone(), error));
        }
        Folders {
            whole: true,
            ..Folders::default()
        }
    });
    seen
}

/// What stands before `AWSLogs` in a folder that is closed by a slash, or empty.
fn below(prefix: &str) -> KeyRoot {
    KeyRoot {
        prefix: prefix.strip_suffix('/').unwrap_or(prefix).into(),
        organization: None,
    }
}

fn regions(names: Vec<String>) -> impl Iterator<Item = Region> {
    names.into_iter().filter_map(|name| name.parse().ok())
}
