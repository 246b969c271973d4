//! Finds the folders of one root. Folders are listed side by side, and their contents are taken in order,
//! so that the result does not depend on the number of workers.

use std::collections::VecDeque;

use rayon::ThreadPool;
use rayon::prelude::*;

use super::folders::{AccountEntry, Beyond, LogFolder, Survey, SurveyBound};
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
    /// Folders in `AWSLogs`. They are listed first, so that no number of other folders can hide them.
    inside: FolderQueue,
    outside: FolderQueue,
}

/// Folders that wait to be listed, at most so many in all.
struct FolderQueue {
    waiting: VecDeque<FolderToList>,
    /// How many more may be added.
    left: usize,
}

impl FolderQueue {
    fn new(left: usize) -> Self {
        FolderQueue {
            waiting: VecDeque::new(),
            left,
        }
    }

    /// Adds a folder, or returns it if that would be too many.
    fn add(&mut self, folder: FolderToList) -> Option<FolderToList> {
        if self.left == 0 {
            return Some(folder);
        }
        self.left -= 1;
        self.waiting.push_back(folder);
        None
    }
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
            inside: FolderQueue::new(limits.folders),
            outside: FolderQueue::new(limits.folders),
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

    /// Lists folders until none is left.
    pub fn run(mut self, pool: &ThreadPool) {
        loop {
            let waiting = if self.inside.waiting.is_empty() {
                &mut self.outside.waiting
            } else {
                &mut self.inside.waiting
            };
            let most = BATCH.min(waiting.len());
            let batch: Vec<FolderToList> = waiting.drain(..most).collect();
            if batch.is_empty() {
                break;
            }
            let (source, root, limits) = (self.source, self.root, self.limits);
            let list = |folder: &FolderToList| folder.list(source, root, limits);
            let listed: Vec<FolderContents> =
                pool.install(|| batch.par_iter().with_max_len(1).map(list).collect());
            for (folder, contents) in batch.into_iter().zip(listed) {
                self.take(folder, contents);
            }
        }
    }

    fn push(&mut self, prefix: String, kind: FolderKind) {
        let queue = match kind {
            FolderKind::Outside(_) => &mut self.outside,
            _ => &mut self.inside,
        };
        if let Some(beyond) = queue.add(FolderToList { prefix, kind }) {
            self.unsearched(SurveyBound::Folders, beyond.prefix);
        }
    }

    /// Records a folder that is not searched, because of a bound.
    fn unsearched(&mut self, bound: SurveyBound, folder: String) {
        let beyond = self.survey.beyond.entry((self.root, bound));
        let beyond = beyond.or_insert_with(|| Beyond { folder, count: 0 });
        beyond.count += 1;
    }

    /// Records the contents of a folder, and queues the folders in it that may lead to digests or logs.
    fn take(&mut self, FolderToList { prefix, kind }: FolderToList, contents: FolderContents) {
        let Folders {
            names,
            complete,
            requests,
        } = contents.folders;
        if !complete {
            self.unsearched(SurveyBound::Names, prefix.clone());
        }
        let survey = &mut *self.survey;
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

    fn outside(&mut self, prefix: &str, depth: usize, names: Vec<String>) {
        for name in names {
            let inner = format!("{prefix}{name}/");
            if name == AWS_LOGS && prefix == "/" {
                // The slash before `AWSLogs` closes a prefix, and this one is empty.
                let sentence = format!("{inner} (no trail writes there)");
                self.survey.refused.add(self.limits, sentence);
            } else if name == AWS_LOGS {
                self.push(inner, FolderKind::AwsLogs(root_in(prefix), depth + 1));
            } else if depth < self.limits.depth {
                self.push(inner, FolderKind::Outside(depth + 1));
            } else {
                self.unsearched(SurveyBound::Depth, inner);
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
            } else if name == AWS_LOGS {
                self.unsearched(SurveyBound::Depth, inner);
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
            // On disk, the folder of digests that were removed may be left.
            let digested = digested && self.source.holds_any(self.root, &folder);
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
