//! Finds the folders of one root. Folders are listed side by side, and their contents are taken in order,
//! so that the result does not depend on the number of workers.

use std::collections::VecDeque;

use rayon::ThreadPool;
use rayon::prelude::*;

use super::folders::{AccountEntry, LogFolder, Survey};
use super::listing::{FolderContents, FolderKind, FolderToList};
use crate::base::limits::Limits;
use crate::cloudtrail::ids::{AccountId, Region};
use crate::cloudtrail::object_key::{AWS_LOGS, DIGEST_FOLDER, KeyRoot, LOG_FOLDER};
use crate::source::{Folders, RootId, Source};
use crate::validate::request::ChainFilter;

/// Folders listed before their contents are taken. A fixed number: where a bound is reached must not
/// depend on the number of workers.
const BATCH: usize = 256;

/// The search of one root, on its way.
pub(super) struct Discovery<'a> {
    source: &'a dyn Source,
    filter: &'a ChainFilter,
    limits: &'a Limits,
    root: RootId,
    survey: &'a mut Survey,
    /// How many more folders may be listed.
    left: usize,
    /// Folders in `AWSLogs`. They are listed first, so that no number of other folders can hide them.
    inside: VecDeque<FolderToList>,
    outside: VecDeque<FolderToList>,
}

impl<'a> Discovery<'a> {
    pub fn new(
        source: &'a dyn Source,
        filter: &'a ChainFilter,
        limits: &'a Limits,
        root: RootId,
        survey: &'a mut Survey,
    ) -> Self {
        Discovery {
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

    /// Adds `AWSLogs` below a known prefix to the search.
    pub fn add_below(&mut self, prefix: &str) {
        let root = KeyRoot {
            prefix: prefix.into(),
            organization: None,
        };
        let folder = root.to_string();
        let depth = folder.matches('/').count();
        self.push(folder, FolderKind::AwsLogs(root, depth));
    }

    /// Adds all of the root to the search.
    pub fn add_everything(&mut self) {
        self.push(String::new(), FolderKind::Outside(0));
    }

    /// Lists folders until none is left, or a bound is reached.
    pub fn run(mut self, pool: &ThreadPool) {
        loop {
            let queue = if self.inside.is_empty() {
                &mut self.outside
            } else {
                &mut self.inside
            };
            let most = BATCH.min(self.left).min(queue.len());
            let batch: Vec<FolderToList> = queue.drain(..most).collect();
            if batch.is_empty() {
                break;
            }
            self.left -= batch.len();
            let (source, root, limits) = (self.source, self.root, self.limits);
            let list = |folder: &FolderToList| folder.list(source, root, limits);
            let listed: Vec<FolderContents> =
                pool.install(|| batch.par_iter().with_max_len(1).map(list).collect());
            for (folder, contents) in batch.into_iter().zip(listed) {
                self.take(folder, contents);
            }
        }
        self.survey.bounded |= !self.inside.is_empty() || !self.outside.is_empty();
    }

    fn push(&mut self, prefix: String, kind: FolderKind) {
        let queue = match kind {
            FolderKind::Outside(_) => &mut self.outside,
            _ => &mut self.inside,
        };
        // A folder beyond the bound will never be listed, so it takes no memory either.
        if queue.len() < self.left {
            queue.push_back(FolderToList { prefix, kind });
        } else {
            self.survey.bounded = true;
        }
    }

    /// Records the contents of a folder, and queues the folders in it that may lead to digests or logs.
    fn take(&mut self, FolderToList { prefix, kind }: FolderToList, contents: FolderContents) {
        let Folders {
            names,
            complete,
            requests,
        } = contents.folders;
        let survey = &mut *self.survey;
        survey.bounded |= !complete;
        survey.listings += requests;
        survey.refused.append(self.limits, contents.refused);
        if let FolderKind::Account(root, account) | FolderKind::Logs(root, account) = &kind {
            let objects = contents.objects.into_iter();
            let loose = objects.map(|o| entry(self.root, root, account, o.key, o.size));
            let left = self
                .limits
                .findings_per_code
                .saturating_sub(survey.loose.len());
            survey.more_loose += contents.more_objects + loose.len().saturating_sub(left) as u64;
            survey.loose.extend(loose.take(left));
        }
        let trouble = contents.trouble.into_iter();
        survey
            .trouble
            .extend(trouble.map(|(key, error)| (self.root, key, error)));
        match kind {
            FolderKind::Outside(depth) => self.outside(&prefix, depth, names),
            FolderKind::AwsLogs(root, depth) => self.aws_logs(&prefix, &root, depth, names),
            FolderKind::Account(root, account) => self.account(&prefix, &root, &account, names),
            FolderKind::Digests(root, account) => self.digests(&root, &account, names),
            FolderKind::Logs(root, account) => self.logs(&prefix, &root, &account, names),
        }
    }

    fn outside(&mut self, prefix: &str, depth: usize, mut names: Vec<String>) {
        // No trail has a prefix that begins with a slash.
        names.retain(|name| !(prefix.is_empty() && name.is_empty()));
        for name in names {
            let inner = format!("{prefix}{name}/");
            if name == AWS_LOGS {
                self.push(inner, FolderKind::AwsLogs(root_in(prefix), depth + 1));
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
                if !self.filter.reaches(Some(&id)) {
                    self.survey.others.add(self.limits, inner);
                    continue;
                }
                let root = KeyRoot {
                    organization: Some(id),
                    ..root.clone()
                };
                self.push(inner, FolderKind::AwsLogs(root, depth + 1));
            } else if name == AWS_LOGS && depth <= self.limits.depth {
                // A trail's prefix may itself end in `AWSLogs`.
                self.push(inner, FolderKind::AwsLogs(root_in(prefix), depth + 1));
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
                // Listed after the digests, because `logs` checks whether these were found.
                let (root, account) = ours();
                self.push(inner, FolderKind::Logs(root, account));
            } else if kind.is_empty() {
                // A key with two slashes in a row: no folder of AWS's.
                let folder = entry(self.root, root, account, inner, None);
                self.survey.odd_folders.push(folder);
            } else if kind != DIGEST_FOLDER && kind.starts_with(LOG_FOLDER) {
                let folder = entry(self.root, root, account, inner, None);
                self.survey
                    .other_kinds
                    .entry(kind)
                    .or_default()
                    .push(folder);
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

    fn logs(&mut self, prefix: &str, root: &KeyRoot, account: &AccountId, names: Vec<String>) {
        let is_odd = |name: &&String| name.parse::<Region>().is_err();
        for name in names.iter().filter(is_odd) {
            let folder = entry(self.root, root, account, format!("{prefix}{name}/"), None);
            self.survey.odd_folders.push(folder);
        }
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
            self.survey.log_folders.push(LogFolder {
                root: self.root,
                key_root: root.clone(),
                account,
                region,
            });
        }
    }
}

fn entry(
    root: RootId,
    key_root: &KeyRoot,
    account: &AccountId,
    key: String,
    size: Option<u64>,
) -> AccountEntry {
    AccountEntry {
        root,
        key_root: key_root.clone(),
        account: account.clone(),
        key,
        size,
    }
}

/// The key root of `AWSLogs` directly in a folder, which is empty or closed by a slash.
fn root_in(prefix: &str) -> KeyRoot {
    KeyRoot {
        prefix: prefix.strip_suffix('/').unwrap_or(prefix).into(),
        organization: None,
    }
}

fn regions(names: Vec<String>) -> impl Iterator<Item = Region> {
    names.into_iter().filter_map(|name| name.parse().ok())
}
