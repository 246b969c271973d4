use crate::base::sha256::Sha256;
use crate::cloudtrail::digest::{Link, Unverified};
use crate::proof::chain::WalkScope;
use crate::proof::chain::fixtures::{
    backfill, codes, hourly, linked, proven, scope, unsigned, walked,
};
use crate::proof::finding::Code;
use crate::proof::fixtures::{HOME, at, digest_key, link};

/// A digest with a link to this key.
fn linked_to(key: &str, digest: Unverified) -> Unverified {
    let link = Link {
        key: key.into(),
        ..link("09:00", None)
    };
    linked(link, digest)
}

#[test]
fn a_digest_may_follow_only_an_earlier_one_of_its_chain() {
    let rows = [
        ("an earlier one", digest_key(HOME, "09:00"), true),
        ("one before the window", digest_key(HOME, "01:00"), true),
        ("itself", digest_key(HOME, "10:00"), false),
        ("a later one", digest_key(HOME, "11:00"), false),
        (
            "one of another region",
            digest_key("eu-west-1", "09:00"),
            false,
        ),
        ("no digest", "a key".to_owned(), false),
    ];
    for (name, key, may_follow) in rows {
        let digest = linked_to(&key, hourly(10, None));
        let walked = walked(scope(), vec![proven(digest)]);
        let (found, counted) = match may_follow {
            true => (vec![], (1, 0)),
            false => (vec![Code::ChainLinkMismatch], (0, 1)),
        };
        assert_eq!(codes(&walked.findings), found, "{name}");
        let tally = walked.tally;
        assert_eq!((tally.valid, tally.failed), counted, "{name}");
    }
}

#[test]
fn a_link_that_leads_nowhere_is_found_only_on_a_proven_digest_in_the_window() {
    let digest = || linked_to("a key", hourly(10, None));
    let earlier = || WalkScope {
        to: at("09:00"),
        ..scope()
    };
    let rows = [
        (
            "in it",
            scope(),
            proven(digest()),
            vec![Code::ChainLinkMismatch],
        ),
        (
            "in it, not proven",
            scope(),
            unsigned(digest()),
            vec![Code::DigestSignatureAbsent],
        ),
        ("after it", earlier(), proven(digest()), vec![]),
        (
            "after it, not proven",
            earlier(),
            unsigned(digest()),
            vec![],
        ),
    ];
    for (name, scope, reading, found) in rows {
        let walked = walked(scope, vec![reading]);
        assert_eq!(codes(&walked.findings), found, "{name}");
    }
}

#[test]
fn a_backfill_digest_may_follow_a_later_one_that_has_the_hash_it_recorded() {
    let later = || backfill(hourly(9, None));
    let earlier = || backfill(hourly(5, None));
    let to = |digest: Unverified, sha256: Option<Sha256>| Link {
        key: digest.claims.key,
        ..link("09:00", sha256)
    };
    let other = Some(Sha256::of(b"other"));
    let rows = [
        (
            "its hash",
            to(later(), Some(later().sha256())),
            vec![],
            (2, 0),
        ),
        ("a hash of another kind", to(later(), None), vec![], (2, 0)),
        (
            "another hash",
            to(later(), other),
            vec![Code::ChainLinkMismatch],
            (1, 1),
        ),
        (
            "itself",
            to(earlier(), None),
            vec![Code::ChainLinkMismatch],
            (1, 1),
        ),
    ];
    for (name, link, found, counted) in rows {
        let scope = WalkScope {
            backfill: true,
            ..scope()
        };
        let digests = vec![proven(later()), proven(linked(link, earlier()))];
        let walked = walked(scope, digests);
        assert_eq!(codes(&walked.findings), found, "{name}");
        let tally = walked.tally;
        assert_eq!((tally.valid, tally.failed), counted, "{name}");
    }
}
