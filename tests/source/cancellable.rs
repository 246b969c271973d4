//! A cancelled source: nothing more is read, and nothing is accused.

use std::sync::atomic::{AtomicUsize, Ordering};

use trailproof::base::cancel::{CancelFlag, CancelReason};
use trailproof::proof::finding::{ObjectFacts, Verdict};
use trailproof::proof::reason::Reason;
use trailproof::source::cancellable::CancellableSource;
use trailproof::source::{Folders, GetError, Listed, Range, Root, RootId, Source, SourceObject};
use trailproof::validate::outcome::Outcome;

use crate::library::{prove, request, ring, source};
use crate::support::case::{BUCKET, REGION};
use crate::support::short_trail::world;

/// A source that cancels the run after this many objects were opened.
struct StopsAfter<'a> {
    source: &'a dyn Source,
    left: AtomicUsize,
    stop: CancelFlag,
}

impl Source for StopsAfter<'_> {
    fn roots(&self) -> Vec<Root> {
        self.source.roots()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        self.source.folders(root, prefix, other)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        self.source.list(root, prefix, range, visit)
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        let object = self.source.get(root, key, with_metadata);
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.stop.set(CancelReason::Signal);
        }
        object
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.source.stat(root, key)
    }
}

/// Asserts what holds for every interrupted run.
fn assert_stopped(outcome: &Outcome, when: &str) {
    assert!(!outcome.complete, "{when}");
    assert_eq!(outcome.verdict, Verdict::Unproven, "{when}");
    let mut stopped = outcome.findings.iter();
    assert!(
        stopped.any(|f| f.reason == Some(Reason::Interrupted)),
        "{when}: {:#?}",
        outcome.findings
    );
    for chain in &outcome.chains {
        let (digests, logs) = (&chain.digests, &chain.logs);
        let accused = digests.failed + digests.missing + logs.failed + logs.missing;
        assert_eq!(accused, 0, "{when}: {:#?}", outcome.findings);
    }
}

#[test]
fn a_source_cancelled_at_the_start_proves_and_accuses_nothing() {
    let world = world(6);
    let (memory, keys) = (source(&world), ring(&world, &[REGION]));
    let stop = CancelFlag::default();
    stop.set(CancelReason::Signal);
    let halting = CancellableSource::new(&memory, stop);
    let root = halting.roots()[0].id;
    let range = Range::default();
    let answers = [
        halting.folders(root, "", &mut |_| ()).err(),
        halting.list(root, "", &range, &mut |_| ()).err(),
        halting.get(root, "any", true).err(),
        halting.stat(root, "any").err(),
    ];
    assert!(
        answers
            .iter()
            .all(|a| *a == Some(GetError::Cancelled(CancelReason::Signal)))
    );
    let outcome = prove(&halting, &keys, &request());
    assert!(outcome.chains.is_empty());
    assert_stopped(&outcome, "from the beginning");
}

#[test]
fn a_source_cancelled_at_any_object_accuses_nothing() {
    let world = world(6);
    let (memory, keys) = (source(&world), ring(&world, &[REGION]));
    let objects = world.buckets[BUCKET].len();
    for opened in 1..objects {
        let stop = CancelFlag::default();
        let after = StopsAfter {
            source: &memory,
            left: AtomicUsize::new(opened),
            stop: stop.clone(),
        };
        let outcome = prove(&CancellableSource::new(&after, stop), &keys, &request());
        assert_stopped(&outcome, &format!("after {opened} of {objects}"));
    }
}
