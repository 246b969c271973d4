use super::split_by_cause;
use crate::cloudtrail::event::{Event, Evidence, ManagementEvents, TrailChange, Via};
use crate::proof::fixtures::{ACCOUNT, HOME, at, chain, in_log_of, span, trail_call};
use crate::proof::gap::facts::{Concern, ConcernKind, certainty};
use crate::proof::gap::{Cause, Certainty, Gap, GapPlace, TrailOwner};

fn gap() -> Gap {
    let (from, to) = (at("10:00"), at("13:00"));
    Gap::new(
        span("10:00", "13:00"),
        GapPlace::Between,
        Some(from),
        Some(to),
    )
}

fn stop(account: &str, time: &str) -> Evidence {
    trail_call(account, time, TrailChange::Stop)
}

fn owner() -> TrailOwner {
    TrailOwner::Account(ACCOUNT.parse().expect("an account"))
}

fn split(owner: &TrailOwner, events: &[Evidence]) -> Vec<Gap> {
    let parts = split_by_cause(&gap(), &chain(HOME), owner, None, events);
    // Whatever the events: the parts adjoin, fill the gap, and the last one ends in the restart.
    assert_eq!(parts.first().map(|p| p.time.from), Some(at("10:00")));
    assert_eq!(parts.last().map(|p| p.time.to), Some(at("13:00")));
    assert!(
        parts
            .windows(2)
            .all(|two| two[0].time.to == two[1].time.from)
    );
    let restarts: Vec<_> = parts.iter().filter_map(|p| p.restart).collect();
    assert_eq!(restarts, [at("13:00")]);
    parts
}

#[test]
fn a_gap_is_split_where_a_call_takes_effect() {
    let rows = [
        ("no event", vec![], vec![("10:00", Cause::Unexplained)]),
        (
            "from the beginning",
            vec![stop(ACCOUNT, "09:59")],
            vec![("10:00", Cause::LoggingStopped)],
        ),
        (
            "from the middle",
            vec![stop(ACCOUNT, "11:20")],
            vec![
                ("10:00", Cause::Unexplained),
                ("12:00", Cause::LoggingStopped),
            ],
        ),
        (
            "too far away",
            vec![stop(ACCOUNT, "07:59")],
            vec![("10:00", Cause::Unexplained)],
        ),
        (
            "on the trail of another account",
            vec![stop("999999999999", "09:59")],
            vec![("10:00", Cause::Unexplained)],
        ),
        (
            "at the end of the gap, where no part is left",
            vec![stop(ACCOUNT, "12:30")],
            vec![("10:00", Cause::Unexplained)],
        ),
    ];
    for (name, events, expected) in rows {
        let parts = split(&owner(), &events);
        let actual: Vec<_> = parts.iter().map(|p| (p.time.from, p.cause)).collect();
        let expected: Vec<_> = expected.iter().map(|(t, cause)| (at(t), *cause)).collect();
        assert_eq!(actual, expected, "{name}");
    }
}

#[test]
fn the_part_before_a_call_says_since_when_the_call_explains() {
    let parts = split(&owner(), &[stop(ACCOUNT, "11:20")]);
    let unsigned = "StopLogging was called only at 2026-03-01T11:20:00Z; until then digests were removed \
                    or never delivered, or something was off already";
    assert_eq!(parts[0].clauses, [unsigned]);
    let own = in_log_of(stop(ACCOUNT, "11:20"), HOME, "11:30");
    let parts = split(&owner(), &[own]);
    assert!(parts[0].clauses[0].starts_with("logging was still on: "));
    assert!(parts[1].clauses.is_empty());
}

#[test]
fn a_refused_call_is_shown_and_explains_nothing() {
    let mut refused = stop(ACCOUNT, "09:59");
    refused.event.error_code = Some("AccessDenied".into());
    let parts = split(&owner(), std::slice::from_ref(&refused));
    assert_eq!((parts.len(), parts[0].cause), (1, Cause::Unexplained));
    assert_eq!(parts[0].evidence, [refused]);
    assert!(parts[0].clauses[0].contains(" was refused ("));
}

#[test]
fn calls_on_trails_of_several_accounts_explain_nothing_to_an_organization() {
    let other = "999999999999";
    let one = [stop(ACCOUNT, "09:59")];
    let parts = split(&TrailOwner::Organization, &one);
    let cause = (parts[0].cause, parts[0].certainty);
    assert_eq!(cause, (Cause::LoggingStopped, Certainty::Circumstantial));
    let two = [stop(ACCOUNT, "09:58"), stop(other, "09:59")];
    let parts = split(&TrailOwner::Organization, &two);
    assert_eq!((parts.len(), parts[0].cause), (1, Cause::Unexplained));
    assert!(parts[0].clauses[0].contains("in several accounts (111122223333, 999999999999)"));
}

#[test]
fn at_most_twenty_events_are_shown_and_the_cause_is_one_of_them() {
    let selectors = |n: usize| {
        let time = format!("09:{:02}", 10 + n);
        trail_call(
            ACCOUNT,
            &time,
            TrailChange::Selectors(ManagementEvents::All),
        )
    };
    let mut events = vec![stop(ACCOUNT, "09:00")];
    events.extend((0..40).map(selectors));
    let parts = split(&owner(), &events);
    assert_eq!(parts[0].caused_by.as_ref(), events.first());
    assert_eq!(parts[0].evidence.len(), 20);
    assert_eq!(parts[0].evidence.first(), events.first());
}

#[test]
fn certainty_depends_on_who_says_it() {
    let account = ACCOUNT.parse().expect("an account");
    let lookup = stop(ACCOUNT, "09:59");
    let log = in_log_of(lookup.clone(), HOME, "10:00");
    let status = Evidence {
        via: Via::TrailStatus,
        ..lookup.clone()
    };
    let rows = [
        ("a proven log", &log, false, Certainty::Signed),
        (
            "a proven log, the owner presumed",
            &log,
            true,
            Certainty::Circumstantial,
        ),
        ("LookupEvents", &lookup, false, Certainty::Unsigned),
        (
            "LookupEvents, the owner presumed",
            &lookup,
            true,
            Certainty::Circumstantial,
        ),
        ("GetTrailStatus", &status, false, Certainty::Circumstantial),
    ];
    for (name, evidence, presumed, expected) in rows {
        let concern = Concern {
            presumed,
            kind: ConcernKind::Trail(&account),
        };
        assert_eq!(certainty(evidence, concern), expected, "{name}");
    }
}

#[test]
fn a_lead_is_shown_and_explains_nothing() {
    let lead = |call: Evidence| Evidence {
        via: Via::UnprovenLog {
            log: ("trail-logs".into(), "a log".into()),
            digest: "a digest".into(),
        },
        ..call
    };
    let leads = [lead(stop(ACCOUNT, "09:58")), lead(stop(ACCOUNT, "09:59"))];
    let parts = split(&owner(), &leads);
    assert_eq!((parts.len(), parts[0].cause), (1, Cause::Unexplained));
    assert_eq!(
        (parts[0].certainty, parts[0].caused_by.as_ref()),
        (Certainty::None, None)
    );
    assert_eq!(parts[0].evidence, leads);
    let clause = &parts[0].clauses[0];
    assert!(
        clause.starts_with("a lead, not a cause: log s3://trail-logs/a log records StopLogging"),
        "{clause}"
    );
    assert!(
        clause.ends_with("; that is the last of 2 such calls"),
        "{clause}"
    );
    // Beside a proven call a lead changes nothing: not the cause, nor when it ended.
    let started = lead(trail_call(ACCOUNT, "11:00", TrailChange::Start));
    let refused = lead(Evidence {
        event: Event {
            error_code: Some("AccessDenied".into()),
            ..stop(ACCOUNT, "09:57").event
        },
        ..stop(ACCOUNT, "09:57")
    });
    let proven = in_log_of(stop(ACCOUNT, "09:59"), HOME, "10:00");
    let parts = split(&owner(), &[refused, proven.clone(), started]);
    assert_eq!((parts.len(), parts[0].cause), (1, Cause::LoggingStopped));
    assert_eq!(
        (parts[0].certainty, parts[0].caused_by.as_ref()),
        (Certainty::Signed, Some(&proven))
    );
    assert!(parts[0].clauses.is_empty(), "{:?}", parts[0].clauses);
}
