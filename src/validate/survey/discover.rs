//! One root on its way: folders listed side by side, and taken in their order.

use crate::base::sample::Sample;
use std::collections::VecDeque;

use rayon::ThreadPool;
use rayon::prelude::*;

use super::folders::{LogFolder, Survey};
use crate::base::limits::Limits;
use crate::cloudtrail::ids::{AccountId, OrganizationId, Region};
use crate::cloudtrail::object_key::{AWS_LOGS, DIGEST_FOLDER, KeyRoot, LOG_FOLDER};
use crate::source::{Folders, GetError, RootId, Source};
use crate::validate::request::ChainFilter;

/// Folders listed before their answers are taken: always as many, so that where a bound is met does
/// not depend on the number of workers.
const AT_ONCE: usize = 256;

/// A folder to be listed: its prefix, closed by a slash or empty, and what it is.
struct FolderListing {
    prefix: String,
    kind: FolderKind,
}

enum FolderKind {
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

impl FolderKind {
    /// Whether something called so is one of those looked for here, so that it may hide digests
    /// where it is refused.
    fn expects(&self, name: &str) -> bool {
        match self {
            FolderKind::Outside(_) => name == AWS_LOGS,
            FolderKind::AwsLogs(root, _) => {
                let organization =
                    root.organization.is_none() && name.parse::<OrganizationId>().is_ok();
                name == AWS_LOGS || organization || name.parse::<AccountId>().is_ok()
            }
            FolderKind::Account(..) => name == DIGEST_FOLDER,
            FolderKind::Digests(..) => name.parse::<Region>().is_ok(),
            FolderKind::Logs(..) => false,
        }
    }
}

/// What a listing showed.
#[derive(Default)]
struct FolderContents {
    folders: Folders,
    refused: Sample,
    trouble: Vec<(String, GetError)>,
}

/// One root on its way.
pub(crate) struct Looker<'a> {
    source: &'a dyn Source,
    filter: &'a ChainFilter,
    limits: &'a Limits,
    root: RootId,
    survey: &'a mut Survey,
    /// How many more folders may be listed.
    left: usize,
    /// What lies in `AWSLogs`: it comes first, so that no number of other folders hides it.
    inside: VecDeque<FolderListing>,
    outside: VecDeque<FolderListing>,
}

impl<'a> Looker<'a> {
    pub fn new(
        source: &'a dyn Source,
        filter: &'a ChainFilter,
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
        self.push(folder, FolderKind::AwsLogs(root, depth));
    }

    /// Is to look for `AWSLogs`.
    pub fn everywhere(&mut self) {
        self.push(String::new(), FolderKind::Outside(0));
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
            let batch: Vec<FolderListing> = queue.drain(..most).collect();
            if batch.is_empty() {
                break;
            }
            self.left -= batch.len();
            let (source, root, limits) = (self.source, self.root, self.limits);
            let look = |folder: &FolderListing| look(source, root, folder, limits);
            let seen: Vec<FolderContents> =
                pool.install(|| batch.par_iter().with_max_len(1).map(look).collect());
            for (folder, seen) in batch.into_iter().zip(seen) {
                self.take(folder, seen);
            }
        }
        self.survey.bounded |= !self.inside.is_empty() || !self.outside.is_empty();
    }

    fn push(&mut self, prefix: String, kind: FolderKind) {
        let queue = match kind {
            FolderKind::Outside(_) => &mut self.outside,
            _ => &mut self.inside,
        };
        // What can never be listed is not kept.
        if queue.len() < self.left {
            queue.push_back(FolderListing { prefix, kind });
        } else {
            self.survey.bounded = true;
        }
    }

    /// Takes what a listing showed: what was looked for, and where to look next.
    fn take(&mut self, FolderListing { prefix, kind }: FolderListing, seen: FolderContents) {
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
            FolderKind::Outside(depth) => self.outside(&prefix, depth, names),
            FolderKind::AwsLogs(root, depth) => self.aws_logs(&prefix, &root, depth, names),
            FolderKind::Account(root, account) => self.account(&prefix, &root, &account, names),
            FolderKind::Digests(root, account) => self.digests(&root, &account, names),
            FolderKind::Logs(root, account) => self.logs(&root, &account, names),
        }
    }

    fn outside(&mut self, prefix: &str, depth: usize, mut names: Vec<String>) {
        // No prefix of a trail leads to keys that begin with a slash.
        names.retain(|name| !(prefix.is_empty() && name.is_empty()));
        for name in names {
            let inner = format!("{prefix}{name}/");
            if name == AWS_LOGS {
                self.push(inner, FolderKind::AwsLogs(below(prefix), depth + 1));
            } else if depth < self.limits.depth {
                self.push(inner, FolderKind::Outside(depth + 1));
            } else {
                self.survey.bounded = true;
            }
        }
    }

    fn aws_logs(&mut self, prefix: &str, root: &KeyRoot, depth: usize, names: Vec<String>) {
        for name in names {
            let inner = format!("{prefix}{name}/");
            if let Ok(account) = name.parse::<AccountId>() {
                if self.filter.admits_account(root, &account) {
                    self.push(inner, FolderKind::Account(root.clone(), account));
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
                self.push(inner, FolderKind::AwsLogs(root, depth + 1));
            } else if name == AWS_LOGS && depth <= self.limits.depth {
                // A prefix may itself be called AWSLogs.
                self.push(inner, FolderKind::AwsLogs(below(prefix), depth + 1));
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
                FolderKind::Digests(root, account),
            );
        }
        for kind in kinds {
            let inner = format!("{prefix}{kind}/");
            if kind == LOG_FOLDER {
                // After the digests, with which they are compared.
                let (root, account) = ours();
                self.push(inner, FolderKind::Logs(root, account));
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
            self.survey.logged.push(LogFolder {
                root: self.root,
                key_root: root.clone(),
                account,
                region,
            });
        }
    }
}

/// Lists one folder.
fn look(
    source: &dyn Source,
    root: RootId,
    folder: &FolderListing,
    limits: &Limits,
) -> FolderContents {
    let FolderListing { prefix, kind } = folder;
    let mut seen = FolderContents::default();
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
