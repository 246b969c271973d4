use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;

use crate::base::sha256::Sha256;
use crate::cloudtrail::digest::{Link, Unverified};
use crate::cloudtrail::ids::Region;
use crate::proof::chain::WalkScope;
use crate::proof::chain::fixtures::{
    codes, found_in, hourly, linked, met, proven, reading, scope, unsigned, walked, wrong,
};
use crate::proof::digest_object::{Content, MetadataProblem, Reading};
use crate::proof::finding::{Code, Detail, Finding, ObjectFacts, Original};
use crate::proof::fixtures::{BUCKET, HOME, digest_key, link};
use crate::proof::judge::OwnSignature;
use crate::proof::keys::{KeyLookup, KeyOrigin, Keys};

/// A key for every digest, under which no signature verifies. Counts how often it is looked up.
#[derive(Default)]
struct UnfittingKey {
    asked: AtomicUsize,
}

impl Keys for UnfittingKey {
    fn look_up(&self, _: &Region, _: &str, _: (Timestamp, Timestamp)) -> KeyLookup {
        self.asked.fetch_add(1, Ordering::Relaxed);
        KeyLookup::Valid(Vec::new())
    }

    fn broken(&self) -> Vec<Finding> {
        Vec::new()
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::File
    }
}

/// The digest that ends at 11:00, with this link.
fn successor(link: Link) -> Unverified {
    linked(link, hourly(11, None))
}

/// The digest that ends at 10:00, without metadata.
fn predecessor() -> Reading {
    unsigned(hourly(10, None))
}

/// The finding on an object that a walk meets after newer ones.
fn finding_on(object: Reading, scope: WalkScope<'_>, newer: Vec<Reading>) -> Finding {
    let placed = met(scope, newer).place(object, None);
    placed.finding.expect("a finding")
}

#[test]
fn a_copy_is_in_its_place_where_a_proven_digest_in_its_own_place_links_to_it() {
    let to_original = || successor(link("10:00", None));
    let to_copy = Link {
        bucket: "copy".into(),
        ..link("10:00", None)
    };
    let rows = [
        ("a proven one", proven(to_original()), false),
        (
            "one that is a copy itself",
            found_in("copy", proven(to_original())),
            true,
        ),
        ("one that nothing proves", unsigned(to_original()), true),
        (
            "one that links to the bucket of the copy",
            proven(successor(to_copy)),
            true,
        ),
    ];
    for (name, newer, is_relocated) in rows {
        let copy = found_in("copy", proven(hourly(10, Some(9))));
        let walked = walked(scope(), vec![newer, copy]);
        let key = digest_key(HOME, "10:00");
        let mut findings = walked.findings.iter();
        let found =
            findings.any(|f| f.code == Code::DigestRelocated && f.key.as_ref() == Some(&key));
        assert_eq!(found, is_relocated, "{name}: {:#?}", walked.findings);
    }
}

#[test]
fn an_original_is_missing_only_where_a_proven_digest_links_to_it() {
    let hash = Some(Sha256::of(b"another digest"));
    let newer = || successor(link("10:00", hash));
    // Per row: the successor, whether the original is missing; the code, the bucket and the recorded hash.
    let rows = [
        (proven(newer()), true, Code::DigestMissing, BUCKET, hash),
        (
            proven(newer()),
            false,
            Code::ChainLinkMismatch,
            "copy",
            hash,
        ),
        (unsigned(newer()), true, Code::KeyUnavailable, "copy", None),
    ];
    for (newer, without_original, code, bucket, hash) in rows {
        let copy = Reading {
            without_original,
            ..found_in("copy", predecessor())
        };
        let finding = finding_on(copy, scope(), vec![newer]);
        assert_eq!(
            (finding.code, finding.bucket.as_deref()),
            (code, Some(bucket))
        );
        let original = Original::Digest(hash);
        assert_eq!(finding.original.as_deref(), Some(&original), "{code:?}");
    }
}

#[test]
fn what_an_unproven_digest_claims_counts_only_in_its_place_and_unless_it_is_forged() {
    let rows = [
        ("without metadata", predecessor(), true),
        ("elsewhere", found_in("copy", predecessor()), false),
        (
            "with a wrong signature",
            reading(hourly(10, None), wrong()),
            false,
        ),
    ];
    for (name, object, counts) in rows {
        let placed = met(scope(), Vec::new()).place(object, None);
        assert_eq!(placed.claimed.is_some(), counts, "{name}");
    }
}

#[test]
fn keys_fit_a_chain_once_a_signature_could_be_checked_with_one() {
    let signed = || proven(hourly(11, Some(10)));
    let rows = [
        ("nothing", vec![], false),
        ("no signature", vec![predecessor()], false),
        (
            "a wrong one",
            vec![reading(hourly(10, None), wrong())],
            true,
        ),
        ("a valid one", vec![signed()], true),
        (
            "a valid one, then none",
            vec![signed(), predecessor()],
            true,
        ),
    ];
    for (name, readings, fits) in rows {
        assert_eq!(walked(scope(), readings).fits_keys, fits, "{name}");
    }
}

#[test]
fn a_signature_that_a_successor_repeats_is_not_checked_again() {
    // Per row: the recorded signature, how often a key is looked up, and what is found.
    let rows = [
        ("aa", 0, vec![]),
        ("AA", 0, vec![]),
        ("bb", 1, vec![Code::ChainLinkMismatch]),
    ];
    for (recorded, asked, found) in rows {
        let keys = UnfittingKey::default();
        let scope = WalkScope {
            keys: &keys,
            ..scope()
        };
        let to_signature = Link {
            signature: recorded.into(),
            ..link("10:00", None)
        };
        let newer = proven(successor(to_signature));
        let walked = walked(scope, vec![newer, proven(hourly(10, Some(9)))]);
        assert_eq!(codes(&walked.findings), found, "{recorded}");
        assert_eq!(keys.asked.load(Ordering::Relaxed), asked, "{recorded}");
    }
}

#[test]
fn trouble_with_metadata_is_reported_instead_of_a_successor_that_does_not_fit() {
    let problem = MetadataProblem::HeadUnsigned;
    let detail = Detail::SuccessorDoesNotFit;
    let rows = [
        (None, detail.message(), Some(detail)),
        (Some(problem), problem.message().to_owned(), None),
    ];
    let keys = UnfittingKey::default();
    for (metadata_trouble, message, detail) in rows {
        let scope = WalkScope {
            keys: &keys,
            ..scope()
        };
        let object = Reading {
            metadata_trouble,
            ..predecessor()
        };
        let newer = unsigned(successor(link("10:00", None)));
        let finding = finding_on(object, scope, vec![newer]);
        assert_eq!(finding.code, Code::DigestSignatureAbsent);
        assert_eq!((finding.message, finding.detail), (message, detail));
    }
}

#[test]
fn a_finding_on_an_object_says_what_the_store_says_of_it() {
    let facts = ObjectFacts {
        version_id: Some("a version".into()),
        size: Some(100),
        ..ObjectFacts::default()
    };
    let object = Reading {
        facts: facts.clone(),
        ..predecessor()
    };
    let finding = finding_on(object, scope(), Vec::new());
    assert_eq!(finding.object, facts);
}

#[test]
fn another_digest_or_a_broken_container_outweighs_a_missing_signature() {
    let misnamed = |own| Reading {
        content: unsigned(hourly(9, None)).content,
        ..reading(hourly(10, None), own)
    };
    let broken = Reading {
        content: Content::Digest {
            digest: Box::new(hourly(10, None)),
            whole: false,
        },
        ..predecessor()
    };
    let rows = [
        ("none", predecessor(), Code::DigestSignatureAbsent),
        ("none, broken", broken, Code::DigestMalformed),
        (
            "none, another digest",
            misnamed(OwnSignature::Absent),
            Code::DigestIdentityMismatch,
        ),
        (
            "a wrong one, another digest",
            misnamed(wrong()),
            Code::DigestSignatureInvalid,
        ),
    ];
    for (name, object, code) in rows {
        let finding = finding_on(object, scope(), Vec::new());
        assert_eq!(finding.code, code, "{name}");
    }
}
