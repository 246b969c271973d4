//! Objects above the folders of regions: directly in the folder of an account or of its logs, or in a folder
//! there that is no region. Whoever reads all logs of an account reads them too.
//!
//! ```text
//! survey ──> gather     the objects, and those in folders that are no region
//! list   ──> look_up    each account and region says which of them its digests list
//! judge  ──> colour     each account and region colours the time that they are in
//! conclude > findings   one finding for each, in no chain
//! ```

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use super::cover::Cover;
use super::litter::{is_left_out, is_litter};
use super::messages::not_listed;
use super::search::LogSearch;
use super::tally::OtherObjects;
use crate::base::time::Window;
use crate::cloudtrail::ids::Region;
use crate::cloudtrail::object_key::KeyTime;
use crate::proof::finding::{Code, Finding, Hint, Severity};
use crate::source::{GetError, Listed, Range};
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;
use crate::validate::survey::{AccountEntry, Survey};

/// The objects above the folders of regions.
#[derive(Default)]
pub(crate) struct LooseObjects {
    objects: Vec<LooseObject>,
    /// How many more there are than are kept.
    more: u64,
    others: OtherObjects,
}

struct LooseObject {
    entry: AccountEntry,
    /// What it is, if the source refuses to read it.
    refused: Option<&'static str>,
    /// A digest lists it, or it is litter.
    is_known: AtomicBool,
    /// Its time is verified time of a chain of its account.
    is_covered: AtomicBool,
}

impl LooseObjects {
    /// Gathers the objects that a survey found, and those in folders that are no region. `beside` are the kinds
    /// of folders beside the logs whose files digests list.
    pub fn gather(context: &Context<'_>, survey: &Survey, beside: &BTreeSet<String>) -> Self {
        let mut loose = LooseObjects {
            more: survey.more_loose,
            ..LooseObjects::default()
        };
        if context.request.only.is_some() {
            return loose;
        }
        for entry in &survey.loose {
            loose.add(context, entry.clone(), None);
        }
        let mut odd: Vec<AccountEntry> = survey.odd_folders.clone();
        for (_, folders) in survey
            .other_kinds
            .iter()
            .filter(|(kind, _)| beside.contains(*kind))
        {
            for folder in folders {
                loose.top_level(context, folder, &mut odd);
            }
        }
        let most = context.request.limits.odd_folders;
        for folder in odd.iter().take(most) {
            loose.folder(context, folder);
        }
        if let Some(folder) = odd.get(most) {
            let error = GetError::Io("too many folders that are not regions".into());
            loose.not_listed(context, folder, &error);
        }
        loose
    }

    /// Takes the objects directly in a folder of a kind beside the logs, and its folders that are no region.
    fn top_level(
        &mut self,
        context: &Context<'_>,
        folder: &AccountEntry,
        odd: &mut Vec<AccountEntry>,
    ) {
        let source = context.fetcher.source;
        let mut visit = |listed: Listed<'_>| self.visit(context, folder, &listed);
        match source.folders(folder.root, &folder.key, &mut visit) {
            Ok(folders) => {
                context.fetcher.listed(folders.requests);
                let names = folders.names.iter();
                odd.extend(names.filter(|n| n.parse::<Region>().is_err()).map(|name| {
                    AccountEntry {
                        key: format!("{}{name}/", folder.key),
                        ..folder.clone()
                    }
                }));
            }
            Err(GetError::NotFound) => {}
            Err(error) => self.not_listed(context, folder, &error),
        }
    }

    /// Takes all objects in a folder that is no region.
    fn folder(&mut self, context: &Context<'_>, folder: &AccountEntry) {
        let source = context.fetcher.source;
        let mut visit = |listed: Listed<'_>| self.visit(context, folder, &listed);
        match source.list(folder.root, &folder.key, &Range::default(), &mut visit) {
            Ok(requests) => context.fetcher.listed(requests),
            Err(GetError::NotFound) => {}
            Err(error) => self.not_listed(context, folder, &error),
        }
    }

    fn not_listed(&mut self, context: &Context<'_>, folder: &AccountEntry, error: &GetError) {
        let finding = not_listed(context, folder.root, &folder.key, error);
        self.others.unlisted.push(finding);
    }

    fn visit(&mut self, context: &Context<'_>, folder: &AccountEntry, listed: &Listed<'_>) {
        let (key, size, refused) = match *listed {
            Listed::Object(key, facts) => (key, facts.size, None),
            Listed::Refused(key, why) => (key, None, Some(why)),
            Listed::Unlisted(key, error) => {
                let finding = not_listed(context, folder.root, key, error);
                return self.others.unlisted.push(finding);
            }
        };
        let entry = AccountEntry {
            key: key.to_owned(),
            size,
            ..folder.clone()
        };
        self.add(context, entry, refused);
    }

    fn add(&mut self, context: &Context<'_>, entry: AccountEntry, refused: Option<&'static str>) {
        let limits = &context.request.limits;
        if is_left_out(&entry.key, entry.size) {
            self.others.litter.add(limits, entry.key);
        } else if self.objects.len() < limits.findings_per_code {
            self.objects.push(LooseObject {
                entry,
                refused,
                is_known: AtomicBool::new(false),
                is_covered: AtomicBool::new(false),
            });
        } else {
            self.more += 1;
        }
    }

    /// Marks the objects that the digests of an account and region list.
    pub(super) fn look_up(&self, context: &Context<'_>, search: &mut LogSearch) {
        if self.objects.is_empty() {
            return;
        }
        let account = search.id.account.clone();
        let mut lookup = search.references.lookup();
        for object in self.objects.iter().filter(|o| o.entry.account == account) {
            let recorded = context
                .fetcher
                .places
                .recorded(object.entry.root, &object.entry.key);
            // What cannot be looked up is not known to be listed.
            if let Ok(Some(_)) = lookup.other(&recorded) {
                object.is_known.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Marks what is litter of copies, once all digests were looked up.
    pub fn settle(&mut self, context: &Context<'_>) {
        let mut left = context.request.limits.litter;
        for object in &mut self.objects {
            let AccountEntry { root, key, .. } = &object.entry;
            let is_known = object.is_known.get_mut();
            if !*is_known
                && object.refused.is_none()
                && is_litter(context.fetcher, *root, key, &mut left)
            {
                *is_known = true;
                self.others.litter.add(&context.request.limits, key.clone());
            }
        }
    }

    /// Colours the verified time of the chains of an account and region in which such objects are.
    pub(super) fn colour(&self, chains: &mut [ChainState], covers: &[Cover], searched: &Window) {
        for object in self.objects.iter().filter(|o| o.is_stray()) {
            let Some(time) = object.time(searched) else {
                continue;
            };
            for cover in covers {
                let is_of_account = cover.id.account == object.entry.account;
                let holds = |(root, key_root): &(_, _)| {
                    *root == object.entry.root && *key_root == object.entry.key_root
                };
                let chain = cover.requested.and_then(|at| chains.get_mut(at));
                let (Some(chain), true) = (chain, is_of_account && cover.places.iter().any(holds))
                else {
                    continue;
                };
                for part in cover.covered_hours(time) {
                    object.is_covered.store(true, Ordering::Relaxed);
                    chain.logs.paint.colour(Severity::Unproven, part);
                }
            }
        }
    }

    /// One finding for each object in verified time, and what else there is.
    pub fn into_findings(self, context: &Context<'_>) -> (Vec<Finding>, OtherObjects) {
        let LooseObjects {
            objects,
            more,
            mut others,
        } = self;
        let limits = &context.request.limits;
        let mut findings = Vec::new();
        for object in objects.into_iter().filter(|o| o.is_stray()) {
            if object.is_covered.into_inner() {
                let AccountEntry { root, key, .. } = object.entry;
                let found = finding(object.refused).at(context.fetcher.places.bucket(root), &key);
                let object = context.fetcher.facts(root, &key);
                findings.push(Finding { object, ..found });
            } else {
                others.unrecognised.add(limits, object.entry.key);
            }
        }
        if more > 0 && !findings.is_empty() {
            let message = "further objects among the folders of logs that no digest lists";
            findings.push(Finding::new(Code::LogUnreferenced, message).count(more));
        }
        (findings, others)
    }
}

impl LooseObject {
    fn is_stray(&self) -> bool {
        !self.is_known.load(Ordering::Relaxed)
    }

    fn time(&self, searched: &Window) -> Option<KeyTime> {
        let folder = self.entry.key_root.to_string();
        let path = self
            .entry
            .key
            .strip_prefix(&folder)
            .unwrap_or(&self.entry.key);
        KeyTime::of(path, searched)
    }
}

fn finding(refused: Option<&'static str>) -> Finding {
    let what = match refused {
        Some(why) => format!("this entry is {why}, which is not read"),
        None => "no digest lists this object".to_owned(),
    };
    let message = format!(
        "{what}. It is outside the region folders, where CloudTrail writes no logs, but tools that read all \
         logs of the account read it too. It may have been added"
    );
    Finding::new(Code::LogUnreferenced, message).hint(Hint::WhoWroteIt)
}
