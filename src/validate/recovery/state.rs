//! What the search for originals knows of the run: which buckets keep versions, and how much is left.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::base::text::plural;
use crate::proof::finding::Finding;
use crate::source::{RootId, Source};
use crate::validate::request::Request;

/// The search for originals, over all findings of a run.
pub(crate) struct RecoverySearch {
    /// Whether the source may have versions. A copy has none.
    has_versions: bool,
    state: Mutex<SearchState>,
}

struct SearchState {
    /// How many more keys are searched.
    left: usize,
    /// How many objects were not searched because of that bound.
    not_searched: u64,
    /// What the first answer about each bucket showed.
    buckets: BTreeMap<RootId, BucketAnswer>,
}

/// What the first answer about the versions in a bucket showed.
#[derive(Debug, Clone)]
pub(crate) enum BucketAnswer {
    /// They can be listed.
    Open,
    /// There are none: the bucket has never kept versions, or the source has none.
    None,
    /// The bucket, and why its versions cannot be listed.
    Closed(String, String),
}

impl RecoverySearch {
    /// A search that has not begun. A question about one object is answered without one.
    pub fn new(source: &dyn Source, request: &Request) -> Self {
        RecoverySearch {
            has_versions: !source.is_copy() && request.only.is_none(),
            state: Mutex::new(SearchState {
                left: request.limits.recoveries,
                not_searched: 0,
                buckets: BTreeMap::new(),
            }),
        }
    }

    /// Whether a search may still add something to a finding.
    pub fn concerns(&self, finding: &Finding) -> bool {
        self.has_versions && finding.searched_original().is_some()
    }

    /// What was not searched, in sentences.
    pub fn sentences(&self) -> Vec<String> {
        let state = self.state.lock().unwrap_or_else(|e| e.into_inner());
        let mut sentences = Vec::new();
        for answer in state.buckets.values() {
            sentences.extend(match answer {
                BucketAnswer::Open | BucketAnswer::None => None,
                BucketAnswer::Closed(bucket, why) => Some(format!(
                    "Whether missing or altered objects survive as versions in bucket {bucket}: {why}."
                )),
            });
        }
        sentences.sort();
        if state.not_searched > 0 {
            sentences.push(format!(
                "Whether {} survive as versions: only so many are searched in one run, the first ones of the \
                 report.",
                plural(state.not_searched, "more missing or altered object")
            ));
        }
        sentences
    }

    /// Counts objects that are not searched.
    pub fn leave_out(&self, objects: u64) {
        let mut state = self.state.lock().unwrap_or_else(|e| e.into_inner());
        state.not_searched += objects;
    }

    /// How many of these keys are searched. The others are counted.
    pub fn admit(&self, keys: usize) -> usize {
        let mut state = self.state.lock().unwrap_or_else(|e| e.into_inner());
        let admitted = keys.min(state.left);
        state.left -= admitted;
        state.not_searched += (keys - admitted) as u64;
        admitted
    }

    /// Whether the versions in a bucket can be searched; `None` if that is not known yet.
    pub fn is_open(&self, root: RootId) -> Option<bool> {
        let state = self.state.lock().unwrap_or_else(|e| e.into_inner());
        let answer = state.buckets.get(&root)?;
        Some(matches!(answer, BucketAnswer::Open))
    }

    pub fn answered(&self, root: RootId, answer: BucketAnswer) {
        let mut state = self.state.lock().unwrap_or_else(|e| e.into_inner());
        state.buckets.insert(root, answer);
    }
}
