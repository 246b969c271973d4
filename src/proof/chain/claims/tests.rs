use super::{Claim, Claimer, OpenClaims};
use crate::base::sha256::Sha256;
use crate::proof::fixtures::{BUCKET, HOME, at, digest_key, link, span};
use crate::proof::placement::RecordedPlace;

/// A claim on the digest that ends at `end`, by the one that ends at `by`.
fn claim(end: &str, by: &str, proven: bool) -> Claim {
    let hash = Sha256::of(by.as_bytes());
    let place = (BUCKET.to_owned(), digest_key(HOME, by));
    Claim {
        link: link(end, Some(hash)),
        by: Claimer {
            proven,
            ..Claimer::unproven(place, span(end, by))
        },
    }
}

/// The same claim on that key in another bucket.
fn in_bucket(mut claim: Claim, bucket: &str) -> Claim {
    claim.link.bucket = bucket.into();
    claim
}

fn claims(all: &[(&str, Claim)]) -> OpenClaims {
    let mut claims = OpenClaims::default();
    for (end, claim) in all {
        claims.push(at(end), claim.clone());
    }
    claims
}

fn place(bucket: Option<&str>, end: &str) -> RecordedPlace {
    RecordedPlace {
        bucket: bucket.map(Into::into),
        key: digest_key(HOME, end),
    }
}

fn claimers(claims: &[Claim]) -> Vec<&str> {
    claims.iter().map(|c| c.by.key.as_str()).collect()
}

#[test]
fn a_claim_by_a_proven_digest_is_overdue_once_an_older_digest_comes() {
    let one = || vec![("10:00", claim("10:00", "11:00", true))];
    let two = || {
        let unproven = ("10:00", claim("10:00", "11:00", false));
        vec![unproven, ("09:00", claim("09:00", "10:00", true))]
    };
    let rows = [
        ("none", vec![], None, None),
        ("the claimed digest is next", one(), Some("10:00"), None),
        ("a newer digest is next", one(), Some("10:30"), None),
        (
            "an older digest is next",
            one(),
            Some("09:00"),
            Some("10:00"),
        ),
        ("nothing is next", one(), None, Some("10:00")),
        ("an unproven claim is dropped", two(), None, Some("09:00")),
        (
            "an unproven claim is dropped, and the rest is not overdue",
            two(),
            Some("09:00"),
            None,
        ),
    ];
    for (name, all, next, expected) in rows {
        let found = claims(&all).latest(next.map(at));
        let expected = expected.map(|end| (BUCKET.to_owned(), digest_key(HOME, end), at(end)));
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_place_is_claimed_until_its_claims_are_taken() {
    let mut claims = claims(&[
        ("10:00", claim("10:00", "11:00", true)),
        ("10:00", claim("10:00", "11:30", true)),
        ("09:00", claim("09:00", "10:00", true)),
    ]);
    assert!(claims.holds(&link("10:00", None)));
    assert!(!claims.holds(&link("08:00", None)));
    let taken = claims.take(at("10:00"), BUCKET, &digest_key(HOME, "10:00"));
    let expected = [digest_key(HOME, "11:00"), digest_key(HOME, "11:30")];
    assert_eq!(claimers(&taken), expected);
    assert!(!claims.holds(&link("10:00", None)));
    assert!(claims.holds(&link("09:00", None)));
}

#[test]
fn a_place_without_a_bucket_takes_the_claims_on_its_key_in_every_bucket() {
    let key = digest_key(HOME, "10:00");
    let all = || {
        let (one, two) = (claim("10:00", "11:00", true), claim("10:00", "11:30", true));
        claims(&[("10:00", one), ("10:00", in_bucket(two, "other"))])
    };
    let rows = [
        ("any bucket", place(None, "10:00"), vec!["11:00", "11:30"]),
        ("its bucket", place(Some(BUCKET), "10:00"), vec!["11:00"]),
        (
            "another bucket",
            place(Some("other"), "10:00"),
            vec!["11:30"],
        ),
        ("an unknown bucket", place(Some("none"), "10:00"), vec![]),
        ("another key", place(None, "09:00"), vec![]),
    ];
    for (name, place, expected) in rows {
        let mut claims = all();
        let taken = claims.take_recorded(at("10:00"), &[place]);
        let expected: Vec<_> = expected.iter().map(|by| digest_key(HOME, by)).collect();
        assert_eq!(claimers(&taken), expected, "{name}");
        let left = [BUCKET, "other"].map(|b| claims.take(at("10:00"), b, &key).len());
        assert_eq!(left.iter().sum::<usize>(), 2 - taken.len(), "{name}");
    }
}

#[test]
fn only_a_proven_digest_says_which_hash_is_expected() {
    let proven = claim("10:00", "11:30", true);
    let hash = proven.link.sha256;
    let all = claims(&[("10:00", claim("10:00", "11:00", false)), ("10:00", proven)]);
    let rows = [
        ("its place", "10:00", place(Some(BUCKET), "10:00"), hash),
        ("its key in any bucket", "10:00", place(None, "10:00"), hash),
        (
            "another bucket",
            "10:00",
            place(Some("other"), "10:00"),
            None,
        ),
        ("another end", "09:00", place(None, "10:00"), None),
    ];
    for (name, end, place, expected) in rows {
        assert_eq!(all.expected(at(end), &[place]), expected, "{name}");
    }
    let unproven = claims(&[("10:00", claim("10:00", "11:00", false))]);
    assert_eq!(
        unproven.expected(at("10:00"), &[place(None, "10:00")]),
        None
    );
}

#[test]
fn claims_taken_for_one_object_are_met_again_by_another_in_its_place() {
    let taken = [claim("10:00", "11:00", true)];
    let mut claims = OpenClaims::default();
    claims.remember(at("10:00"), &taken);
    let here = [place(None, "10:00")];
    let met = |claims: &OpenClaims, end: &str, here: &[RecordedPlace], taken: &[Claim]| {
        claims.met_before(at(end), here, taken).len()
    };
    assert_eq!(met(&claims, "10:00", &here, &[]), 1, "another object");
    assert_eq!(
        met(&claims, "10:00", &here, &taken),
        0,
        "it took them itself"
    );
    assert_eq!(met(&claims, "09:00", &here, &[]), 0, "another end");
    assert_eq!(
        met(&claims, "10:00", &[place(None, "09:00")], &[]),
        0,
        "another place"
    );
    claims.remember(at("10:00"), &taken);
    assert_eq!(met(&claims, "10:00", &here, &[]), 1, "kept once");
    claims.remember(at("09:00"), &[]);
    assert_eq!(
        met(&claims, "10:00", &here, &[]),
        0,
        "kept until an older digest comes"
    );
}

#[test]
fn claims_taken_for_several_objects_with_one_end_are_all_kept() {
    let one = claim("10:00", "11:00", true);
    let by_another = Claim {
        link: one.link.clone(),
        ..claim("10:00", "11:30", true)
    };
    let elsewhere = in_bucket(one.clone(), "other");
    let all = [one, by_another, elsewhere];
    let mut claims = OpenClaims::default();
    for claim in &all {
        claims.remember(at("10:00"), std::slice::from_ref(claim));
    }
    let here = [place(None, "10:00")];
    let met = |taken: &[Claim]| claims.met_before(at("10:00"), &here, taken);
    let keys = ["11:00", "11:30", "11:00"].map(|by| digest_key(HOME, by));
    assert_eq!(claimers(&met(&[])), keys);
    assert_eq!(claimers(&met(&all[..1])), keys[1..]);
    assert!(met(&all).is_empty());
}
