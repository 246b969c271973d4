//! Missing digests: what counts as missing, and what must not hide it.

use jiff::SignedDuration;
use trailproof::base::time::Window;
use trailproof::proof::finding::{Code, Finding, ObjectFacts, Severity, Verdict};
use trailproof::source::memory::{MemoryObject, MemorySource};
use trailproof::source::{Folders, GetError, Listed, Range, Root, RootId, Source, SourceObject};
use trailproof::validate::outcome::Outcome;

use crate::library::{codes, prove, request, ring, source, stored};
use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, hour};
use crate::support::forge::{Place, damage, ts};
use crate::support::requests::{between, minutes, within};

/// A source that keeps back the names of its buckets, or lists some objects no more.
struct Reticent {
    source: MemorySource,
    has_names: bool,
    unlisted: Vec<String>,
}

impl Source for Reticent {
    fn roots(&self) -> Vec<Root> {
        let mut roots = self.source.roots();
        if !self.has_names {
            roots.iter_mut().for_each(|root| root.buckets.clear());
        }
        roots
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
        let is_left_out = |key: &str| self.unlisted.iter().any(|left_out| left_out == key);
        self.source.list(root, prefix, range, &mut |listed| {
            if !matches!(listed, Listed::Object(key, _) if is_left_out(key)) {
                visit(listed);
            }
        })
    }
    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        self.source.get(root, key, with_metadata)
    }
    fn get_again(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        let may_answer_otherwise = !self.unlisted.is_empty();
        may_answer_otherwise.then(|| self.source.get(root, key, with_metadata))
    }
    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.source.stat(root, key)
    }
}

/// The same source without the names of its buckets.
fn unnamed(source: MemorySource) -> Reticent {
    Reticent {
        source,
        has_names: false,
        unlisted: Vec::new(),
    }
}

/// The outcome where the object of one digest is denied.
fn proven_without(case: &Case, digest: &Place) -> Outcome {
    let mut source = source(&case.world);
    let denied = GetError::Denied("AccessDenied".into());
    source.fault(BUCKET, &digest.key, denied);
    prove(&source, &ring(&case.world, &[REGION]), &request())
}

#[test]
fn an_unreadable_starting_digest_does_not_make_an_honest_stop_missing_digests() {
    let mut case = Case::new("unread-start", 0, "");
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T09:45:10Z"));
    let starting = chain.last().place.clone();
    chain.run_until(&mut case.world, ts("2026-03-01T12:45:10Z"));
    let outcome = proven_without(&case, &starting);
    assert_eq!(
        outcome.verdict,
        Verdict::Unproven,
        "{:#?}",
        outcome.findings
    );
}

#[test]
fn a_deletion_is_found_with_or_without_the_buckets_name() {
    let mut case = Case::new("unnamed", 0, "");
    let chain = case.chain(8);
    damage::delete(&mut case.world, &chain.digests[4].place);
    let ring = ring(&case.world, &[REGION]);
    // The window ends inside the missing digest; only a digest after the window refers to it.
    let request = between("2026-03-01T01:12:34Z", "2026-03-01T04:00:00Z");
    for source in [
        &source(&case.world) as &dyn Source,
        &unnamed(source(&case.world)),
    ] {
        let outcome = prove(source, &ring, &request);
        assert_eq!(
            (outcome.verdict, codes(&outcome)),
            (Verdict::Failed, vec![Code::DigestMissing])
        );
    }
}

#[test]
fn in_a_merged_copy_of_a_moved_chain_the_last_digests_of_the_old_bucket_are_missing() {
    let mut case = Case::new("merged", 0, "");
    let mut chain = case.chain(6);
    chain.move_to("new-logs", None);
    chain.run_until(&mut case.world, hour(9));
    for digest in &chain.digests[4..7] {
        damage::delete(&mut case.world, &digest.place);
    }
    let new = case
        .world
        .buckets
        .remove("new-logs")
        .expect("the new bucket");
    case.world
        .buckets
        .get_mut(BUCKET)
        .expect("the old one")
        .extend(new);
    let outcome = prove(
        &unnamed(source(&case.world)),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    assert_eq!(outcome.verdict, Verdict::Failed, "{:#?}", outcome.findings);
    let digests = outcome.chains[0].digests;
    assert_eq!((digests.missing, digests.missing_inferred), (1, 2));
}

#[test]
fn digests_that_nothing_lists_or_links_to_are_asked_for_hour_by_hour() {
    let mut case = Case::new("unlisted", 0, "");
    let chain = case.chain(9);
    damage::delete(&mut case.world, &chain.digests[6].place);
    let unlisted = chain.digests[4..6].iter().map(|d| d.place.key.clone());
    let source = Reticent {
        source: source(&case.world),
        has_names: true,
        unlisted: unlisted.collect(),
    };
    let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
    let digests = outcome.chains[0].digests;
    assert_eq!(
        (digests.missing, digests.missing_inferred),
        (1, 0),
        "{:#?}",
        outcome.findings
    );
}

#[test]
fn no_digest_is_missing_before_one_that_links_to_the_last_and_begins_later() {
    let mut case = Case::new("begins-later", 0, "");
    let chain = case.chain(5);
    let last = chain.digests.last().expect("a digest");
    let later = last.start + SignedDuration::from_mins(20);
    damage::rewrite_digest(&mut case.world, last, REGION, |fields| {
        fields.set("digestStartTime", later.to_string());
    });
    let ring = ring(&case.world, &[REGION]);
    let outcome = prove(&source(&case.world), &ring, &request());
    assert_eq!(codes(&outcome), [Code::Gap], "{:#?}", outcome.findings);
}

#[test]
fn planted_objects_do_not_make_a_deletion_milder() {
    let mut case = Case::new("planted-beside", 1, "");
    let chain = case.chain(8);
    damage::delete(&mut case.world, &chain.digests[4].place);
    let ring = ring(&case.world, &[REGION]);
    let mut source = source(&case.world);
    let trail = &chain.spec.trail;
    // Not a digest, named one second before the end of the missing digest.
    let end = chain.digests[4].end - SignedDuration::from_secs(1);
    source.put(
        BUCKET,
        &trail.digest_key(ACCOUNT, REGION, end),
        MemoryObject::default(),
    );
    let outcome = prove(&source, &ring, &within(minutes(60), minutes(230)));
    let missing: Vec<&Finding> = outcome
        .findings
        .iter()
        .filter(|f| f.code == Code::DigestMissing)
        .collect();
    assert_eq!(missing.len(), 1, "{:#?}", outcome.findings);
    let whole = Window {
        from: chain.digests[4].start,
        to: chain.digests[4].end,
    };
    assert_eq!(missing[0].interval, Some(whole));
}

#[test]
fn a_planted_object_moves_no_altered_digest_out_of_the_window() {
    let mut case = Case::new("planted-at-the-end", 1, "");
    let chain = case.chain(8);
    let altered = &chain.digests[5];
    damage::tamper_digest(&mut case.world, &altered.place);
    let ring = ring(&case.world, &[REGION]);
    let mut source = source(&case.world);
    let window = within(minutes(60), minutes(270));
    let is_found = |source: &MemorySource| {
        let outcome = prove(source, &ring, &window);
        let about = |f: &&Finding| f.key.as_ref() == Some(&altered.place.key);
        let found = outcome.findings.iter().find(about);
        found.map(|f| (f.severity, outcome.verdict))
    };
    let failed = Some((Severity::Failed, Verdict::Failed));
    assert_eq!(is_found(&source), failed);
    // Not a digest, named between the end of the window and that of the altered digest.
    let end = altered.end - SignedDuration::from_mins(15);
    let trail = &chain.spec.trail;
    let planted = trail.digest_key(ACCOUNT, REGION, end);
    source.put(BUCKET, &planted, MemoryObject::default());
    assert_eq!(is_found(&source), failed);
}

#[test]
fn a_copy_of_a_digest_after_the_window_does_not_hide_a_deletion() {
    let mut case = Case::new("copied-after-the-window", 1, "");
    let chain = case.chain(8);
    let missing = &chain.digests[5];
    damage::delete(&mut case.world, &missing.place);
    let ring = ring(&case.world, &[REGION]);
    let mut source = source(&case.world);
    let window = within(minutes(60), minutes(270));
    let codes_of = |source: &MemorySource| codes(&prove(source, &ring, &window));
    assert_eq!(codes_of(&source), [Code::DigestMissing]);
    // Before the digest that refers to the missing one: an older one, with its valid signature.
    let end = chain.digests[6].end - SignedDuration::from_mins(15);
    let planted = chain.spec.trail.digest_key(ACCOUNT, REGION, end);
    let copy = stored(case.world.object(&chain.digests[2].place));
    source.put(BUCKET, &planted, copy);
    assert_eq!(codes_of(&source), [Code::DigestMissing]);
}

#[test]
fn junk_beyond_the_window_does_not_hide_missing_digests_within() {
    let mut case = Case::new("junk-beyond", 1, "");
    let chain = case.chain(14);
    for digest in &chain.digests[4..9] {
        damage::delete(&mut case.world, &digest.place);
    }
    for digest in &chain.digests[9..11] {
        damage::tamper_digest(&mut case.world, &digest.place);
    }
    let ring = ring(&case.world, &[REGION]);
    for to in [360, 840] {
        let outcome = prove(
            &source(&case.world),
            &ring,
            &within(minutes(60), minutes(to)),
        );
        assert_eq!(
            outcome.verdict,
            Verdict::Failed,
            "to minute {to}: {:#?}",
            outcome.findings
        );
    }
}

/// A digest that could not be read may cover more than an hour, and its link is not known.
#[test]
fn nothing_is_missing_beside_a_digest_that_could_not_be_read() {
    let archived = GetError::Archived("GLACIER".into());
    let denied = GetError::Denied("AccessDenied".into());
    for (deleted, unread) in [(4, 5), (4, 3), (5, 3)] {
        let mut case = Case::new("two-hours", 4, "");
        let chain = case.chain(8);
        damage::delete(&mut case.world, &chain.digests[deleted].place);
        let ring = ring(&case.world, &[REGION]);
        for error in [&archived, &denied] {
            let mut source = source(&case.world);
            source.fault(BUCKET, &chain.digests[unread].place.key, error.clone());
            let outcome = prove(&source, &ring, &request());
            let codes = codes(&outcome);
            let tally = outcome.chains[0].digests;
            assert_eq!(tally.missing_inferred, 0, "{codes:?}");
            // Where a proven digest links to the deleted one, that one is missing all the same.
            let linked = unread != deleted + 1;
            assert_eq!(tally.missing, u64::from(linked), "{:#?}", outcome.findings);
            let verdict = if linked {
                Verdict::Failed
            } else {
                Verdict::Unproven
            };
            assert_eq!(outcome.verdict, verdict, "{codes:?}");
            assert!(codes.contains(&Code::DigestUnreadable));
        }
    }
}

#[test]
fn far_from_an_unread_digest_a_deletion_is_still_found() {
    let mut case = Case::new("far", 1, "");
    let chain = case.chain(12);
    for at in [4, 5, 6, 7] {
        damage::delete(&mut case.world, &chain.digests[at].place);
    }
    let mut source = source(&case.world);
    source.fault(
        BUCKET,
        &chain.digests[11].place.key,
        GetError::Archived("GLACIER".into()),
    );
    let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
    let tally = outcome.chains[0].digests;
    assert_eq!(
        (tally.missing, tally.missing_inferred),
        (1, 3),
        "{:#?}",
        outcome.findings
    );
}

#[test]
fn a_denied_starting_digest_at_the_same_second_of_the_hour_hides_no_honest_stop() {
    let mut case = Case::new("same-second", 4, "");
    let mut chain = case.chain(3);
    chain.cut();
    chain.start(&mut case.world, ts("2026-03-01T09:12:34Z"));
    let starting = chain.last().place.clone();
    chain.run_until(&mut case.world, ts("2026-03-01T12:12:34Z"));
    let outcome = proven_without(&case, &starting);
    assert_eq!(
        outcome.verdict,
        Verdict::Unproven,
        "{:#?}",
        outcome.findings
    );
    assert_eq!(outcome.chains[0].digests.missing_inferred, 0);
}
