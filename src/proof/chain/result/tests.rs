use super::{Location, Tally, Walked};
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::{Paint, Spans};
use crate::proof::finding::Code::{KeyUnavailable, KeyUnknown};
use crate::proof::finding::{Finding, Severity};
use crate::proof::fixtures::{BUCKET, at, span, spans};

/// Two findings on digests with unknown keys. The second one stands for three of them.
fn with_unknown_keys() -> Walked {
    let unknown = |from, to| {
        let finding = Finding::new(KeyUnknown, "no key").severity(Severity::Failed);
        finding.over(span(from, to))
    };
    Walked {
        unknown_keys: vec![
            unknown("09:00", "10:00"),
            unknown("06:00", "09:00").count(3),
        ],
        ..Walked::default()
    }
}

#[test]
fn a_walk_says_nothing_only_if_it_met_no_digest_and_none_is_missing() {
    let time = span("09:00", "10:00");
    let nothing = Walked::nothing;
    let location = Location {
        bucket: BUCKET.into(),
        root: KeyRoot::default(),
        time,
    };
    let rows = [
        ("nothing", nothing(), true),
        (
            "time",
            Walked {
                paint: Paint {
                    failed: spans(&[("09:00", "10:00")]),
                    ..Paint::default()
                },
                ..nothing()
            },
            false,
        ),
        (
            "a location",
            Walked {
                locations: vec![location],
                ..nothing()
            },
            false,
        ),
        (
            "an object",
            Walked {
                seen: 1,
                ..nothing()
            },
            false,
        ),
        (
            "a missing digest",
            Walked {
                tally: Tally {
                    missing: 1,
                    ..Tally::default()
                },
                ..nothing()
            },
            false,
        ),
    ];
    for (name, walked, says_nothing) in rows {
        assert_eq!(walked.says_nothing(), says_nothing, "{name}");
    }
}

#[test]
fn digests_with_unknown_keys_are_forged_only_where_the_keys_fit_others() {
    let all = Some(span("06:00", "10:00"));
    let rows = [
        (true, KeyUnknown, Severity::Failed, (4, 0), all),
        (false, KeyUnavailable, Severity::Unproven, (0, 4), None),
    ];
    for (fits, code, severity, counted, failed) in rows {
        let mut walked = with_unknown_keys();
        let findings = walked.settle_unknown_keys(fits);
        let found = findings.iter().map(|f| (f.code, f.severity, f.count));
        let expected = [(code, severity, None), (code, severity, Some(3))];
        assert_eq!(found.collect::<Vec<_>>(), expected);
        let Tally {
            failed: forged,
            unproven,
            ..
        } = walked.tally;
        assert_eq!((forged, unproven), counted, "{fits}");
        assert_eq!(walked.paint.failed.bounds(), failed, "{fits}");
        assert!(walked.settle_unknown_keys(fits).is_empty(), "{fits}");
    }
}

#[test]
fn the_newest_digest_may_be_a_starting_one() {
    let ends = |accounted: Spans, restarts: &[&str]| Walked {
        accounted,
        restarts: restarts.iter().map(|end| at(end)).collect(),
        ..Walked::default()
    };
    let hours = || spans(&[("07:00", "10:00")]);
    let rows = [
        (ends(Spans::default(), &[]), None),
        (ends(hours(), &[]), Some("10:00")),
        (ends(hours(), &["06:30"]), Some("10:00")),
        (ends(hours(), &["12:30", "06:30"]), Some("12:30")),
        (ends(Spans::default(), &["06:30", "12:30"]), Some("12:30")),
    ];
    for (walked, last) in rows {
        assert_eq!(walked.last_end(), last.map(at));
    }
}
