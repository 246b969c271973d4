use super::MOST_UNKNOWN_KEYS;
use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::digest::{Link, Unverified};
use crate::proof::chain::fixtures::{
    backfill, codes, found_in, hourly, linked, met, not_found, proven, scope, unsigned, walked,
};
use crate::proof::chain::{Walk, WalkScope, Walked};
use crate::proof::digest_object::{Content, NotDigest, Reading};
use crate::proof::finding::{Code, Finding, Original};
use crate::proof::fixtures::{HOME, at, digest, digest_key, link, span};
use crate::proof::reason::Reason;

/// Bytes that are not a digest, under the name of one that ends at this time.
fn junk(end: &str) -> Reading {
    named(
        end,
        NotDigest::Bytes {
            why: "it is empty".into(),
            sha256: Sha256::of(b""),
        },
    )
}

/// An object under the name of a digest that ends at this time, and that could not be read.
fn denied(end: &str) -> Reading {
    named(
        end,
        NotDigest::Unread {
            reason: Reason::Denied,
            answer: "AccessDenied".into(),
        },
    )
}

fn named(end: &str, content: NotDigest) -> Reading {
    Reading {
        content: Content::Other(content),
        ..unsigned(digest(end, end))
    }
}

/// The times of the findings on a digest, in the order they were made.
fn times(walked: &Walked, end: &str) -> Vec<Window> {
    let key = Some(digest_key(HOME, end));
    let findings = walked.findings.iter().filter(|f| f.key == key);
    findings.filter_map(|f| f.interval).collect()
}

/// A walk that has met the digest that ends at 11:00. The one before it belongs in another bucket, which is not
/// part of the source.
fn before_another_bucket() -> Walk<'static> {
    let elsewhere = Link {
        bucket: "other".into(),
        ..link("10:00", None)
    };
    let newer = linked(elsewhere, hourly(11, None));
    let mut walk = met(scope(), vec![proven(newer)]);
    let key = digest_key(HOME, "10:00");
    let elsewhere = (Reason::Elsewhere, "not part of the source".to_owned());
    walk.absent(("other", &key), at("10:00"), Some(elsewhere));
    walk
}

#[test]
fn an_unproven_digest_begins_where_an_older_object_ends() {
    let rows = [
        ("10:00", junk("09:30"), Some("09:30")),
        // What lies further back, or ends at the same time, does not bound it.
        ("10:00", junk("08:30"), Some("09:00")),
        ("10:00", found_in("copy", junk("10:00")), Some("09:00")),
        // What may have been planted moves no finding out of the window, which ends at 22:00.
        ("22:45", junk("22:15"), Some("21:45")),
        ("22:45", junk("21:50"), Some("21:50")),
        ("22:45", denied("22:15"), None),
    ];
    for (end, older, from) in rows {
        let name = format!("{end}, then {}", older.key);
        let unproven = unsigned(digest(end, end));
        let walked = walked(scope(), vec![unproven, older]);
        let from = from.map(|from| span(from, end));
        assert_eq!(times(&walked, end).first().copied(), from, "{name}");
    }
}

#[test]
fn before_a_digest_of_another_bucket_no_time_is_known_unless_an_older_digest_is_proven() {
    let last = before_another_bucket().finish();
    assert_eq!(times(&last, "10:00"), [span("02:00", "10:00")]);
    let mut walk = before_another_bucket();
    walk.place(proven(hourly(6, Some(5))), None);
    let bounded = [span("09:00", "10:00"), span("06:00", "09:00")];
    assert_eq!(times(&walk.finish(), "10:00"), bounded);
}

#[test]
fn a_digest_is_missing_from_another_bucket_once_an_older_one_is_found_in_it() {
    let mut walk = before_another_bucket();
    let mut older = hourly(9, Some(8));
    older.claims.bucket = "other".into();
    walk.place(proven(older), None);
    let walked = walk.finish();
    let key = Some(digest_key(HOME, "10:00"));
    let finding = walked.findings.iter().find(|f| f.key == key);
    let finding = finding.expect("a finding");
    assert_eq!(finding.code, Code::DigestMissing);
    assert_eq!(finding.bucket.as_deref(), Some("other"));
    assert_eq!(finding.original.as_deref(), Some(&Original::Digest(None)));
}

#[test]
fn an_unproven_digest_accounts_for_its_hour_unless_it_is_a_backfill_digest() {
    let alone = |digest: Unverified, backfill| {
        let scope = WalkScope {
            backfill,
            ..scope()
        };
        walked(scope, vec![unsigned(digest)])
    };
    let main = alone(hourly(10, None), false);
    assert_eq!(main.accounted.bounds(), Some(span("09:00", "10:00")));
    let backfilled = alone(backfill(hourly(10, None)), true);
    assert_eq!(backfilled.accounted.bounds(), None);
    for walked in [main, backfilled] {
        assert_eq!(codes(&walked.findings), [Code::DigestSignatureAbsent]);
        assert_eq!(walked.tally.unproven, 1);
    }
}

#[test]
fn objects_that_were_found_are_seen_and_missing_ones_are_not() {
    let mut walk = met(scope(), vec![proven(hourly(11, Some(10)))]);
    not_found(&mut walk, 10);
    for older in [unsigned(hourly(8, None)), junk("05:00"), denied("04:00")] {
        walk.place(older, None);
    }
    let walked = walk.finish();
    assert_eq!((walked.seen, walked.tally.missing), (4, 1));
}

#[test]
fn digests_with_unknown_keys_are_kept_one_by_one_up_to_a_bound_and_counted_beyond_it() {
    let unknown = |from, to| Finding::new(Code::KeyUnknown, "no key").over(span(from, to));
    let mut walk = Walk::new(scope());
    for _ in 0..MOST_UNKNOWN_KEYS {
        walk.keep_unknown_key(unknown("09:00", "10:00"));
    }
    let kept = &walk.walked.unknown_keys;
    assert_eq!(kept.len(), MOST_UNKNOWN_KEYS);
    assert!(kept.iter().all(|f| f.count.is_none()));
    for (from, to) in [("11:00", "12:00"), ("07:00", "08:00")] {
        walk.keep_unknown_key(unknown(from, to));
    }
    let kept = &walk.walked.unknown_keys;
    assert_eq!(kept.len(), MOST_UNKNOWN_KEYS);
    let last = kept.last().expect("the last one");
    let both = Some(span("07:00", "12:00"));
    assert_eq!((last.count, last.interval), (Some(3), both));
}
