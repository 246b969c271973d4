use crate::proof::chain::fixtures::{
    backfill, hour, hourly, met, not_found, proven, reading, scope, unsigned, walked, wrong,
};
use crate::proof::chain::{InferredDigest, Walk, WalkScope, Walked};
use crate::proof::coverage::Spans;
use crate::proof::finding::{Code, Finding, Original};
use crate::proof::fixtures::{BUCKET, HOME, digest_key, span};
use crate::proof::reason::Reason;

/// Digests that end at 20:00, 16:00 and 12:00. Each links to the one an hour before it, which no listing shows.
fn two_holes() -> Walk<'static> {
    let digests = [20, 16, 12].map(|end| proven(hourly(end, Some(end - 1))));
    met(scope(), digests.into())
}

/// Digests that end at 11:00 and 04:00. Of those between, one was not found, one was altered, and one, from 05:00
/// to 06:00, has no metadata.
fn partly_unread() -> Walk<'static> {
    let mut walk = met(scope(), vec![proven(hourly(11, Some(10)))]);
    not_found(&mut walk, 10);
    walk.place(reading(hourly(8, None), wrong()), None);
    walk.place(unsigned(hourly(6, None)), None);
    walk.place(proven(hourly(4, Some(3))), None);
    walk
}

/// The finding over exactly this time.
fn over<'w>(walked: &'w Walked, from: &str, to: &str) -> &'w Finding {
    let time = Some(span(from, to));
    let mut found = walked.findings.iter().filter(|f| f.interval == time);
    let finding = found.next().expect("a finding");
    assert!(found.next().is_none(), "{:#?}", walked.findings);
    finding
}

/// Their ends, as times of the day.
fn ends(inferred: &[InferredDigest]) -> Vec<String> {
    let time = |digest: &InferredDigest| digest.end.strftime("%H:%M").to_string();
    inferred.iter().map(time).collect()
}

#[test]
fn the_digests_of_a_hole_are_inferred_hour_by_hour_from_its_end_up_to_a_limit() {
    let all = [19, 18, 17, 15, 14, 13];
    let beside = [20, 20, 20, 16, 16, 16];
    for most in 0..8 {
        let inferred = two_holes().inferred(most);
        let first = all.into_iter().take(most).map(hour);
        assert_eq!(ends(&inferred), first.collect::<Vec<_>>());
        for (digest, newer) in inferred.iter().zip(beside) {
            let key = digest_key(HOME, &hour(newer));
            assert_eq!((digest.bucket.as_str(), &digest.beside), (BUCKET, &key));
        }
    }
}

#[test]
fn digests_are_inferred_newest_first_across_those_that_were_found() {
    let mut walk = met(scope(), vec![proven(hourly(11, Some(10)))]);
    for altered in [8, 6] {
        walk.place(reading(hourly(altered, None), wrong()), None);
    }
    walk.place(proven(hourly(4, Some(3))), None);
    assert_eq!(
        ends(&walk.inferred(9)),
        ["10:00", "09:00", "07:00", "05:00"]
    );
    assert_eq!(ends(&walk.inferred(3)), ["10:00", "09:00", "07:00"]);
}

#[test]
fn one_digest_that_exists_shows_that_nothing_is_missing_from_its_hole() {
    let mut walk = two_holes();
    let inferred = walk.inferred(1);
    walk.is_not_missing(&inferred[0], Reason::NotListed, "it exists");
    assert_eq!(ends(&walk.inferred(9)), ["15:00", "14:00", "13:00"]);
    let walked = walk.finish();
    let hole = over(&walked, "16:00", "19:00");
    assert_eq!(
        (hole.code, hole.reason),
        (Code::DigestUnreadable, Some(Reason::NotListed))
    );
    assert!(
        hole.message.ends_with("it is not missing: it exists"),
        "{}",
        hole.message
    );
    assert_eq!(walked.tally.missing_inferred, 3);
}

#[test]
fn a_digest_that_could_not_be_proven_hides_only_what_adjoins_it() {
    let walk = partly_unread();
    assert_eq!(ends(&walk.inferred(9)), ["09:00"]);
    let walked = walk.finish();
    let tally = walked.tally;
    assert_eq!((tally.missing, tally.missing_inferred), (1, 1));
    assert_eq!(over(&walked, "08:00", "09:00").code, Code::DigestMissing);
    for (from, to) in [("04:00", "05:00"), ("06:00", "07:00")] {
        assert_eq!(over(&walked, from, to).code, Code::DigestSignatureAbsent);
    }
}

#[test]
fn an_original_is_searched_for_the_unproven_digest_and_not_for_the_time_beside_it() {
    let walked = partly_unread().finish();
    let original = |from, to| over(&walked, from, to).original.as_deref();
    assert_eq!(original("05:00", "06:00"), Some(&Original::Digest(None)));
    assert_eq!(original("04:00", "05:00"), None);
    assert_eq!(original("06:00", "07:00"), None);
}

#[test]
fn nothing_is_missing_between_backfill_digests() {
    let scope = WalkScope {
        backfill: true,
        ..scope()
    };
    let digests = [hourly(9, Some(3)), hourly(5, None)].map(|digest| proven(backfill(digest)));
    let walked = walked(scope, digests.into());
    let tally = walked.tally;
    assert_eq!((tally.valid, tally.missing_inferred), (2, 0));
    assert!(walked.findings.is_empty(), "{:#?}", walked.findings);
}

#[test]
fn time_that_could_not_be_listed_is_unproven_where_no_digest_accounts_for_it() {
    let mut hidden = Spans::default();
    hidden.insert(span("04:00", "05:30"));
    hidden.insert(span("06:30", "07:30"));
    let unlisted = WalkScope { hidden, ..scope() };
    let digests = [8, 7].map(|end| proven(hourly(end, Some(end - 1))));
    let walked = walked(unlisted, digests.into());
    let finding = over(&walked, "04:00", "05:30");
    assert_eq!(
        (finding.code, finding.reason),
        (Code::DigestUnreadable, Some(Reason::NotListed))
    );
    assert_eq!(walked.findings.len(), 1, "{:#?}", walked.findings);
    assert_eq!(walked.paint.unproven.bounds(), finding.interval);
}
