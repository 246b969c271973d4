//! What a source cannot read stays unproven, and is never called altered.

use trailproof::proof::finding::{Code, Verdict};
use trailproof::proof::reason::Reason;
use trailproof::source::GetError;

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{BUCKET, Case, REGION};
use crate::support::forge::damage;

#[test]
fn a_denied_digest_is_unreadable_and_its_predecessors_stay_proven() {
    let mut case = Case::new("denied-digest", 4, "");
    let chain = case.chain(6);
    let mut source = source(&case.world);
    source.fault(
        BUCKET,
        &chain.digests[3].place.key,
        GetError::Denied("AccessDenied".into()),
    );
    let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
    assert_eq!(codes(&outcome), [Code::DigestUnreadable]);
    assert_eq!(outcome.findings[0].reason, Some(Reason::Denied));
    assert_eq!(
        (outcome.verdict, outcome.complete),
        (Verdict::Unproven, true)
    );
    assert_eq!(outcome.chains[0].digests.valid, 6);
}

#[test]
fn a_denied_digest_that_listing_does_not_show_is_not_called_missing() {
    let mut case = Case::new("denied-unlisted", 4, "");
    let chain = case.chain(6);
    let place = &chain.digests[3].place;
    damage::delete(&mut case.world, place);
    let mut source = source(&case.world);
    source.fault(BUCKET, &place.key, GetError::Denied("AccessDenied".into()));
    let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
    assert_eq!(codes(&outcome), [Code::DigestUnreadable]);
    assert_eq!(outcome.chains[0].digests.missing, 0);
}

#[test]
fn a_denied_log_is_unreadable_and_not_missing() {
    let mut case = Case::new("denied-log", 4, "");
    let chain = case.chain(3);
    let log = &chain.digests[1].logs[0].place;
    for error in [
        GetError::Denied("AccessDenied".into()),
        GetError::Io("timed out".into()),
    ] {
        let mut source = source(&case.world);
        source.fault(BUCKET, &log.key, error.clone());
        let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
        assert_eq!(codes(&outcome), [Code::LogUnreadable]);
        assert_eq!(outcome.findings[0].reason, Some(error.reason()));
        assert_eq!(
            (
                outcome.chains[0].logs.unproven,
                outcome.chains[0].logs.missing
            ),
            (1, 0)
        );
    }
}

#[test]
fn the_keys_of_another_region_prove_nothing() {
    let mut case = Case::new("other-region", 4, "");
    case.chain(3);
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &["us-east-1"]),
        &request(),
    );
    assert!(
        codes(&outcome).iter().all(|c| *c == Code::KeyUnavailable),
        "{:?}",
        codes(&outcome)
    );
    assert_eq!(
        (outcome.verdict, outcome.chains[0].digests.valid),
        (Verdict::Unproven, 0)
    );
}

#[test]
fn a_deletion_beside_a_denied_digest_is_not_called_missing() {
    let mut case = Case::new("denied-and-deleted", 1, "");
    let chain = case.chain(8);
    damage::delete(&mut case.world, &chain.digests[3].place);
    let mut source = source(&case.world);
    source.fault(
        BUCKET,
        &chain.digests[4].place.key,
        GetError::Denied("AccessDenied".into()),
    );
    let outcome = prove(&source, &ring(&case.world, &[REGION]), &request());
    assert_eq!(
        codes(&outcome),
        [Code::DigestUnreadable, Code::DigestUnreadable]
    );
    assert_eq!(outcome.chains[0].digests.missing_inferred, 0);
    assert_eq!(outcome.verdict, Verdict::Unproven);
}
