use crate::base::time::{HOUR, Window};
use crate::proof::chain::fixtures::{
    codes, found_in, hourly, linked, met, proven, scope, unsigned,
};
use crate::proof::chain::{Walk, WalkScope};
use crate::proof::finding::Code::{DigestLate, DigestMissing};
use crate::proof::finding::Severity;
use crate::proof::fixtures::{BUCKET, HOME, at, digest, digest_key, link, span};
use crate::proof::look::Look;

/// A look at this time, by clocks that differ by `doubt`. A digest may be delivered four hours after its end.
fn look(time: &str, doubt: i64) -> Look {
    Look {
        at: Some(at(time)),
        delivery_lag: 4 * HOUR,
        doubt,
    }
}

/// Reports to a walk that the digest that ends at this time may still be delivered.
fn may_come(walk: &mut Walk<'_>, end: &str, look: Look) {
    walk.late((BUCKET, &digest_key(HOME, end)), at(end), look);
}

/// A walk that has met the digest that ends at 11:00. The one before it may still be delivered.
fn awaiting(scope: WalkScope<'_>) -> Walk<'_> {
    let look = scope.look;
    let mut walk = met(scope, vec![proven(hourly(11, Some(10)))]);
    may_come(&mut walk, "10:00", look);
    walk
}

#[test]
fn a_successor_is_a_proven_digest_in_its_place() {
    let newer = || hourly(11, Some(10));
    let key = digest_key(HOME, "11:00");
    let rows = [
        ("proven", proven(newer()), Some((BUCKET, key.as_str()))),
        ("elsewhere", found_in("copy", proven(newer())), None),
        ("not proven", unsigned(newer()), None),
    ];
    let place = digest_key(HOME, "10:00");
    for (name, newer, expected) in rows {
        let walk = met(scope(), vec![newer]);
        let successor = walk.successor((BUCKET, &place), at("10:00"));
        assert_eq!(successor, expected, "{name}");
    }
}

#[test]
fn before_a_late_digest_only_those_are_missing_that_should_have_been_delivered() {
    let two_clocks = 2 * HOUR;
    let rows = [
        // Digests that end at 08:00 and 09:00 may come as well: they end less than four hours before.
        (look("11:30", 0), "07:00", Some(span("07:00", "10:00"))),
        // By the earliest clock it is 12:30, and the digest that ends at 09:00 may come as well.
        (look("14:30", two_clocks), "08:00", None),
    ];
    let found = [DigestLate, DigestLate, DigestMissing];
    for (look, from, pending) in rows {
        let mut walk = awaiting(WalkScope { look, ..scope() });
        walk.place(proven(hourly(6, Some(5))), None);
        let walked = walk.finish();
        assert_eq!(codes(&walked.findings), found, "{look:?}");
        assert_eq!(walked.paint.pending.bounds(), pending, "{look:?}");
        let times = walked.findings.iter().filter_map(|f| f.interval);
        let expected = [
            span("09:00", "10:00"),
            span(from, "09:00"),
            span("06:00", from),
        ];
        assert_eq!(times.collect::<Vec<_>>(), expected, "{look:?}");
        let counts = walked.findings[1..].iter().filter_map(|f| f.count);
        let hours = expected[1..].iter().map(Window::hours_begun);
        assert!(counts.eq(hours), "{:#?}", walked.findings);
        let is_by_one_clock = look.doubt == two_clocks;
        let mut late = walked.findings.iter().filter(|f| f.code == DigestLate);
        let differ = "the local clock and that of AWS differ by 2h";
        assert!(
            late.all(|f| f.message.ends_with(differ) == is_by_one_clock),
            "{:#?}",
            walked.findings
        );
    }
}

#[test]
fn a_late_digest_that_its_successor_refers_to_is_reported_once() {
    for look in [look("11:30", 0), look("14:30", 2 * HOUR)] {
        let mut walk = awaiting(WalkScope { look, ..scope() });
        assert!(walk.inferred(9).is_empty(), "{look:?}");
        walk.place(proven(hourly(9, Some(8))), None);
        assert!(walk.inferred(9).is_empty(), "{look:?}");
        let walked = walk.finish();
        assert_eq!(codes(&walked.findings), [DigestLate], "{look:?}");
    }
}

/// Two digests overlap, as around a restart. Each links to one that is not present.
#[test]
fn a_digest_that_ends_after_the_earliest_clock_shows_that_this_clock_is_slow() {
    let look = look("15:00", 5 * HOUR);
    let mut walk = Walk::new(WalkScope { look, ..scope() });
    for (from, end) in [("11:10", "12:10"), ("10:30", "11:30")] {
        let digest = linked(link(from, None), digest(from, end));
        walk.place(proven(digest), None);
    }
    // A digest that ended by 11:00 should have been delivered. The earliest clock says that it is 10:00.
    may_come(&mut walk, "11:10", look);
    walk.absent((BUCKET, &digest_key(HOME, "10:30")), at("10:30"), None);
    walk.place(proven(hourly(6, Some(5))), None);
    let walked = walk.finish();
    assert_eq!(
        codes(&walked.findings),
        [DigestLate, DigestMissing, DigestMissing]
    );
    let tally = walked.tally;
    assert_eq!((tally.missing, tally.missing_inferred), (1, 4));
    let pending = Some(span("10:10", "11:10"));
    assert_eq!(walked.paint.pending.bounds(), pending);
}

#[test]
fn a_late_digest_before_the_window_may_still_be_delivered() {
    let late = WalkScope {
        from: Some(at("10:00")),
        look: look("11:30", 0),
        ..scope()
    };
    let walked = awaiting(late).finish();
    let [finding] = &walked.findings[..] else {
        panic!("{:#?}", walked.findings);
    };
    assert_eq!(
        (finding.code, finding.severity),
        (DigestLate, Severity::Note)
    );
    assert!(
        finding
            .message
            .ends_with("may be delivered until 2026-03-01T14:00:00Z"),
        "{}",
        finding.message
    );
}
