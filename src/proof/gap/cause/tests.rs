use super::split_by_cause;
use crate::cloudtrail::event::{Evidence, ManagementEvents, TrailChange, Via};
use crate::proof::fixtures::{
    ACCOUNT, HOME, at, chain, in_log_of, lead, refused, span, trail_call,
};
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
    // Whatever the events: the parts adjoin, fill the gap, none begins before its time, and the last one
    // ends in the restart.
    assert_eq!(parts.first().map(|p| p.time.from), Some(at("10:00")));
    assert_eq!(parts.last().map(|p| p.time.to), Some(at("13:00")));
    assert!(
        parts
            .windows(2)
            .all(|two| two[0].time.to == two[1].time.from)
    );
    assert!(parts.iter().all(|p| p.began() == p.time.from));
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
    let call = refused(stop(ACCOUNT, "09:59"));
    let parts = split(&owner(), std::slice::from_ref(&call));
    assert_eq!((parts.len(), parts[0].cause), (1, Cause::Unexplained));
    assert_eq!(parts[0].evidence, [call]);
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

fn selectors(time: &str) -> Evidence {
    let change = TrailChange::Selectors(ManagementEvents::All);
    trail_call(ACCOUNT, time, change)
}

/// A call at each minute from 09:10 on.
fn each_minute(count: usize, call: impl Fn(&str) -> Evidence) -> impl Iterator<Item = Evidence> {
    (10..10 + count).map(move |minute| call(&format!("09:{minute:02}")))
}

#[test]
fn at_most_twenty_events_are_shown_and_the_cause_is_one_of_them() {
    let mut events = vec![stop(ACCOUNT, "09:00")];
    events.extend(each_minute(40, selectors));
    let parts = split(&owner(), &events);
    assert_eq!(parts[0].caused_by.as_ref(), events.first());
    assert_eq!(parts[0].evidence.len(), 20);
    assert_eq!(parts[0].evidence.first(), events.first());
}

#[test]
fn of_too_many_events_those_that_say_most_are_shown_however_far_away() {
    let calls: [fn(&str) -> Evidence; 5] = [
        |time| stop(ACCOUNT, time),
        |time| trail_call(ACCOUNT, time, TrailChange::Start),
        selectors,
        |time| refused(stop(ACCOUNT, time)),
        |time| lead(stop(ACCOUNT, time)),
    ];
    let again = calls[0];
    let rows = [
        (
            "the cause before those that change nothing",
            calls[0],
            again,
        ),
        ("a call before the selection of events", calls[1], calls[2]),
        ("a success before a refusal", calls[2], calls[3]),
        ("a refusal before a lead", calls[3], calls[4]),
    ];
    for (name, first, then) in rows {
        let mut events = vec![first("08:50")];
        events.extend(each_minute(20, then));
        let parts = split(&owner(), &events);
        assert_eq!(parts.len(), 1, "{name}");
        // Of the others the one that is farthest from the gap is left out.
        let shown = [&events[..1], &events[2..]].concat();
        assert_eq!(parts[0].evidence, shown, "{name}");
    }
}

#[test]
fn calls_up_to_two_hours_around_a_gap_are_considered() {
    let rows = [
        ("07:59", false),
        ("08:00", true),
        ("15:00", true),
        ("15:01", false),
    ];
    for (time, expected) in rows {
        let parts = split(&owner(), &[refused(stop(ACCOUNT, time))]);
        let said = (parts[0].evidence.len(), parts[0].clauses.len());
        let count = usize::from(expected);
        assert_eq!(said, (count, count), "{time}");
    }
}

#[test]
fn until_a_call_logging_was_on_unless_no_digest_is_earlier() {
    let rows = [
        (GapPlace::Head, Cause::BeforeFirstDigest),
        (GapPlace::Between, Cause::Unexplained),
        (GapPlace::Tail, Cause::Unexplained),
    ];
    for (place, before) in rows {
        let gap = Gap::new(span("10:00", "13:00"), place, None, None);
        let calls = [stop(ACCOUNT, "11:20")];
        let parts = split_by_cause(&gap, &chain(HOME), &owner(), None, &calls);
        let causes: Vec<_> = parts.iter().map(|p| p.cause).collect();
        assert_eq!(causes, [before, Cause::LoggingStopped], "{place:?}");
    }
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
        clause.starts_with("a lead, not a cause: log s3://logs/a log records StopLogging"),
        "{clause}"
    );
    assert!(
        clause.ends_with("; that is the last of 2 such calls"),
        "{clause}"
    );
    // Beside a proven call a lead changes nothing: not the cause, nor when it ended.
    let started = lead(trail_call(ACCOUNT, "11:00", TrailChange::Start));
    let refused = lead(refused(stop(ACCOUNT, "09:57")));
    let proven = in_log_of(stop(ACCOUNT, "09:59"), HOME, "10:00");
    let parts = split(&owner(), &[refused, proven.clone(), started]);
    assert_eq!((parts.len(), parts[0].cause), (1, Cause::LoggingStopped));
    assert_eq!(
        (parts[0].certainty, parts[0].caused_by.as_ref()),
        (Certainty::Signed, Some(&proven))
    );
    assert!(parts[0].clauses.is_empty(), "{:?}", parts[0].clauses);
}
