//! The report on a collection that ended.

use std::collections::BTreeMap;

use super::collection::CollectionEnd;
use super::kinds::kind_counts;
use super::seal::SealedBundle;
use crate::proof::finding::Verdict;
use crate::proof::reason::Reason;
use crate::report::collect::v1::{
    CollectAction, CollectReport, Collected, ReasonCount, SCHEMA, UnreadCounts, UnreadEntry,
};
use crate::report::validation::v1::Run;
use crate::source::bundle::kind::StoredTally;
use crate::source::bundle::record::{Custody, FileOrigin, ManifestLine};

/// Answers that were not given and that are shown.
const SHOWN: usize = 20;

/// The files of a finished bundle, counted.
#[derive(Debug, Default)]
pub struct CollectedFiles {
    tally: StoredTally,
    reasons: BTreeMap<String, u64>,
    first: Vec<UnreadEntry>,
}

impl CollectedFiles {
    /// Counts the file of a line.
    pub fn add(&mut self, line: &ManifestLine) {
        self.tally.add(line);
        // What does not exist was answered.
        let reason = line.reason.as_ref();
        let Some(reason) = reason.filter(|reason| **reason != Reason::NotFound.as_str()) else {
            return;
        };
        *self.reasons.entry(reason.clone()).or_default() += 1;
        if self.first.len() < SHOWN {
            self.first.push(unread_entry(line, reason));
        }
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
        mut files: CollectedFiles,
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
                unread: files.unread(),
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
