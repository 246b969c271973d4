//! Answers that come late and in any order: whatever they are, the outcome is the same.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::thread;
use std::time::Duration;

use trailproof::validate::outcome::{Outcome, Requests};
use trailproof::{
    Folders, GetError, Listed, MemorySource, ObjectFacts, Range, Root, RootId, Source, SourceObject,
};

use super::damage::Damaged;
use super::scene::Scene;
use crate::library::{prove, source};

/// How many objects are read at the same time.
const WORKERS: [usize; 4] = [1, 1, 2, 7];

/// A source whose answers take some time, each its own.
struct Late<'a> {
    source: &'a MemorySource,
    salt: usize,
}

impl Late<'_> {
    fn wait(&self, key: &str) {
        let mut hasher = DefaultHasher::new();
        (self.salt, key).hash(&mut hasher);
        thread::sleep(Duration::from_micros(hasher.finish() % 300));
    }
}

impl Source for Late<'_> {
    fn roots(&self) -> Vec<Root> {
        self.source.roots()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        self.wait(prefix);
        self.source.folders(root, prefix, other)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        self.wait(prefix);
        self.source.list(root, prefix, range, visit)
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        self.wait(key);
        self.source.get(root, key, with_metadata)
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.wait(key);
        self.source.stat(root, key)
    }
}

/// Everything that an outcome says, apart from the requests that it took.
fn said(mut outcome: Outcome) -> String {
    outcome.requests = Requests::default();
    format!("{outcome:?}")
}

/// Validates a world again with several numbers of workers, and answers in other orders. Returns how the outcomes
/// differ.
pub fn differences(scene: &Scene, damaged: &Damaged) -> Vec<String> {
    let (source, ring) = (source(&damaged.world), scene.ring(&damaged.without));
    let outcomes = WORKERS.iter().enumerate().map(|(salt, workers)| {
        let late = Late {
            source: &source,
            salt,
        };
        said(prove(&late, &ring, &scene.request(*workers)))
    });
    let different: BTreeSet<String> = outcomes.collect();
    let Some((first, others)) = different
        .first()
        .zip(different.last())
        .filter(|_| different.len() > 1)
    else {
        return Vec::new();
    };
    let at = first
        .bytes()
        .zip(others.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let around = |text: &str| -> String {
        let from = text.char_indices().map(|(n, _)| n).rfind(|n| *n + 80 <= at);
        text[from.unwrap_or_default()..].chars().take(200).collect()
    };
    vec![format!("{} or {}", around(first), around(others))]
}
