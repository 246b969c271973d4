//! The report on a collection that ended.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::collection::CollectionEnd;
use super::kinds::kind_counts;
use super::seal::SealedBundle;
use super::settings;
use crate::base::text::{counts, one_or_many};
use crate::proof::finding::Verdict;
use crate::proof::reason::Reason;
use crate::report::collect::v1::{
    CollectAction, CollectReport, Collected, ReasonCount, SCHEMA, UnreadCounts, UnreadEntry,
};
use crate::report::validation::v1::Run;
use crate::source::bundle::kind::{StoredKind, StoredTally};
use crate::source::bundle::question::ApiOperation;
use crate::source::bundle::record::{Custody, FileOrigin, ManifestLine};

/// The call whose answers a proof needs, as a part of a path.
const KEYS_CALL: &str = ApiOperation::ListPublicKeys.as_str();
/// Answers that were not given and that are shown.
const SHOWN: usize = 20;

/// The files of a finished bundle, counted.
#[derive(Debug)]
pub struct CollectedFiles {
    bundle: PathBuf,
    tally: StoredTally,
    /// How often each reason occurs.
    reasons: BTreeMap<String, u64>,
    /// The same, where a proof needs the answer.
    needed: BTreeMap<String, u64>,
    first: Vec<UnreadEntry>,
}

impl CollectedFiles {
    /// None yet, of the bundle in a folder.
    pub fn of(bundle: PathBuf) -> Self {
        CollectedFiles {
            bundle,
            tally: StoredTally::default(),
            reasons: BTreeMap::new(),
            needed: BTreeMap::new(),
            first: Vec::new(),
        }
    }

    /// Counts the file of a line.
    pub fn add(&mut self, line: &ManifestLine) {
        self.tally.add(line);
        let kind = StoredKind::of(line);
        if kind == StoredKind::Bucket {
            let unknown = settings::unknown(&self.bundle, &line.path);
            unknown.into_iter().for_each(|entry| self.unanswered(entry));
        }
        // What does not exist was answered.
        let reason = line.reason.as_ref();
        let Some(reason) = reason.filter(|reason| **reason != Reason::NotFound.as_str()) else {
            return;
        };
        let of_keys = kind == StoredKind::Answer && line.path.contains(KEYS_CALL);
        if of_keys || matches!(kind, StoredKind::Unread | StoredKind::Listing) {
            *self.needed.entry(reason.clone()).or_default() += 1;
        }
        self.unanswered(unread_entry(line, reason));
    }

    fn unanswered(&mut self, entry: UnreadEntry) {
        *self.reasons.entry(entry.reason.clone()).or_default() += 1;
        if self.first.len() < SHOWN {
            self.first.push(entry);
        }
    }

    /// How to get what a proof needs and the bundle lacks; `None` if it lacks nothing.
    fn advice(&self, sealed: &SealedBundle) -> Option<String> {
        if sealed.is_complete() {
            return None;
        }
        let again = "collect into another folder, because a finished bundle is never changed";
        let no_digest = "no digest of the window was found: the bundle proves nothing; check the window, the bucket \
                         and the trail";
        if sealed.not_read == 0 {
            return Some(format!("{no_digest}, then {again}"));
        }
        let what = one_or_many(
            sealed.not_read,
            "1 answer that a proof needs is missing",
            "answers that a proof needs are missing",
        );
        let reasons = self.needed.iter().map(|(reason, n)| (*n, reason.as_str()));
        let reasons = counts(reasons).unwrap_or_default();
        let hints = self.needed.keys().filter_map(|word| Reason::parse(word));
        let hints: Vec<String> = hints
            .map(|reason| format!("{}: {}", reason.as_str(), reason.hint()))
            .collect();
        let first = match sealed.has_digests {
            true => String::new(),
            false => format!("{no_digest}. "),
        };
        Some(format!(
            "{first}{what} ({reasons}). To get these too, {again}. Before that, {}",
            hints.join("; ")
        ))
    }

    fn unread(&mut self) -> UnreadCounts {
        let count = self.reasons.values().sum();
        let reasons = std::mem::take(&mut self.reasons).into_iter();
        UnreadCounts {
            count,
            first: std::mem::take(&mut self.first),
            reasons: reasons
                .map(|(reason, count)| ReasonCount { reason, count })
                .collect(),
        }
    }
}

fn unread_entry(line: &ManifestLine, reason: &str) -> UnreadEntry {
    let (bucket, key) = match &line.from {
        Some(FileOrigin::Object { bucket, key, .. }) => (Some(bucket.clone()), key.clone()),
        Some(FileOrigin::Call {
            operation,
            region,
            subject,
            ..
        }) => {
            let parts = [Some(operation), region.as_ref(), subject.as_ref()];
            let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
            (None, parts.join(" "))
        }
        None => (None, line.path.clone()),
    };
    UnreadEntry {
        bucket,
        key,
        reason: reason.to_owned(),
    }
}

impl CollectReport {
    /// The report on a collection in a folder. `verdict` is that of the validation in the same run.
    pub fn of_collection(
        bundle: String,
        (end, custody): (&CollectionEnd, &Custody),
        (mut files, keys_given): (CollectedFiles, Vec<String>),
        verdict: Verdict,
        run: Run,
    ) -> Self {
        let sealed = match end {
            CollectionEnd::Finished(sealed) => Some(sealed),
            CollectionEnd::Cancelled(_)
            | CollectionEnd::Stopped(_)
            | CollectionEnd::NotStored(_) => None,
        };
        let all = files.tally.all();
        CollectReport {
            schema: SCHEMA,
            action: CollectAction::Collect,
            bundle: Some(bundle),
            complete: sealed.is_some_and(SealedBundle::is_complete),
            collected: Some(Collected {
                as_of: custody.collection.as_of,
                runs: custody.runs.len() as u64,
                finished: sealed.is_some(),
                stopped_by: why(end),
                files: all.files,
                bytes: all.bytes,
                kinds: kind_counts(&files.tally),
                advice: sealed.and_then(|sealed| files.advice(sealed)),
                unread: files.unread(),
                keys_given,
                verdict: sealed.map(|_| verdict),
            }),
            check: None,
            estimate: None,
            manifest_sha256: sealed.map(|sealed| sealed.manifest_sha256.to_string()),
            run,
        }
    }
}

/// Why a collection is not finished.
fn why(end: &CollectionEnd) -> Option<String> {
    match end {
        CollectionEnd::Finished(_) => None,
        CollectionEnd::Cancelled(reason) => Some(format!("{reason} ended the run")),
        CollectionEnd::Stopped(error) => Some(error.detail()),
        CollectionEnd::NotStored(why) => Some(format!("the bundle could not be stored ({why})")),
    }
}
