use jiff::Timestamp;

use super::Proving;
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::digest::Link;
use crate::proof::chain::fixtures::{
    backfill, codes, found_in, hourly, linked, met, proven, reading, scope, unsigned, walked,
};
use crate::proof::chain::{Tally, Walk, WalkScope};
use crate::proof::digest_object::Reading;
use crate::proof::finding::Code;
use crate::proof::fixtures::{BUCKET, at, link, valid};
use crate::proof::judge::{JudgedDigest, OwnSignature, judge};
use crate::proof::signature::SignatureCheck;

/// The scope of a walk over backfill digests, which are expected within an hour.
fn backfill_scope() -> WalkScope<'static> {
    WalkScope {
        backfill: true,
        backfill_grace: HOUR,
        ..scope()
    }
}

/// Takes the digest that ends at this hour into a walk. Its successor proves it: by a signature, or by a hash.
fn take(walk: &mut Walk<'_>, end: u8, by_signature: bool) {
    let own = OwnSignature::Present("aa".into(), valid("a"));
    let judged = judge(hourly(end, None), &own, &[]);
    let JudgedDigest::Proven {
        digest, mut keys, ..
    } = judged
    else {
        panic!("its own signature is valid");
    };
    if !by_signature {
        keys.clear();
    }
    walk.proven(Proving {
        digest,
        findings: Vec::new(),
        by_successor: None,
        keys,
        own: &OwnSignature::Absent,
        claims: &[],
        relocated: false,
        generated: None,
    });
}

#[test]
fn a_bucket_is_known_once_a_proven_digest_lies_where_it_was_written_in_it() {
    let digest = || hourly(11, Some(10));
    let rows = [
        ("proven", vec![proven(digest())], true),
        ("elsewhere", vec![found_in("copy", proven(digest()))], false),
        ("not proven", vec![unsigned(digest())], false),
        ("none", vec![], false),
    ];
    for (name, readings, is_known) in rows {
        let walk = met(scope(), readings);
        assert_eq!(walk.knows_bucket(BUCKET), is_known, "{name}");
        assert!(!walk.knows_bucket("copy"), "{name}");
    }
}

#[test]
fn one_signature_shows_for_good_that_the_keys_fit_and_a_hash_does_not() {
    let mut walk = Walk::new(scope());
    for (end, by_signature, fits) in [(11, false, false), (10, true, true), (9, false, true)] {
        take(&mut walk, end, by_signature);
        assert_eq!(walk.walked.fits_keys, fits, "{end}");
    }
}

#[test]
fn a_digest_with_two_failures_is_counted_as_failed_once() {
    let nowhere = Link {
        key: "not the key of a digest".into(),
        ..link("09:00", None)
    };
    let older = linked(nowhere, hourly(10, None));
    let newer = linked(link("10:00", Some(older.sha256())), hourly(11, None));
    let wrong = OwnSignature::Present("bb".into(), SignatureCheck::Invalid);
    let walked = walked(scope(), vec![proven(newer), reading(older, wrong)]);
    assert_eq!(
        codes(&walked.findings),
        [Code::DigestSignatureInvalid, Code::ChainLinkMismatch]
    );
    let counted = Tally {
        valid: 1,
        failed: 1,
        ..Tally::default()
    };
    assert_eq!(walked.tally, counted);
}

#[test]
fn backfill_digests_cover_no_time_that_others_could_share() {
    // The links from 10:00 to 05:00 and from 08:00 to 07:00 cross.
    let links = [(10, 5), (8, 7), (7, 3), (5, 2)];
    let digests = links.map(|(end, to)| proven(backfill(hourly(end, Some(to)))));
    let walked = walked(backfill_scope(), digests.into());
    assert!(walked.findings.is_empty(), "{:#?}", walked.findings);
    assert_eq!(walked.tally.valid, 4);
}

#[test]
fn a_proven_copy_without_its_original_is_a_missing_digest() {
    let copy = Reading {
        without_original: true,
        ..proven(hourly(10, Some(9)))
    };
    let walked = walked(scope(), vec![copy]);
    assert_eq!(codes(&walked.findings), [Code::DigestMissing]);
    let counted = Tally {
        missing: 1,
        ..Tally::default()
    };
    assert_eq!(walked.tally, counted);
}

#[test]
fn a_backfill_digest_is_late_if_it_was_generated_after_the_grace() {
    let at_last = at("11:00");
    let rows: [(Timestamp, &[Code]); 3] = [
        (shift(at_last, -1), &[]),
        (at_last, &[]),
        (shift(at_last, 1), &[Code::BackfillLate]),
    ];
    for (generated, found) in rows {
        let digest = Reading {
            generated: Some(generated),
            ..proven(backfill(hourly(10, Some(9))))
        };
        let walked = walked(backfill_scope(), vec![digest]);
        assert_eq!(codes(&walked.findings), found, "{generated}");
    }
}
