use super::split_by_cause;
use crate::cloudtrail::event::{
    AccountChange, Call, Evidence, ManagementEvents, TrailChange, TrailSettings, Via,
};
use crate::proof::fixtures::{
    ACCOUNT, BUCKET, HOME, at, chain, event, in_log_of, lead, refused, span, trail_call,
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

fn start(time: &str) -> Evidence {
    trail_call(ACCOUNT, time, TrailChange::Start)
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
        start,
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
    let started = lead(start("11:00"));
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

#[test]
fn a_gap_says_to_which_other_bucket_the_trail_was_moved_last() {
    let to = |bucket: &str, time: &str| {
        let set = TrailSettings {
            bucket: Some(bucket.into()),
            ..TrailSettings::default()
        };
        let call = trail_call(ACCOUNT, time, TrailChange::Update(set));
        in_log_of(call, HOME, "10:00")
    };
    let moved = |events: &[Evidence]| -> Vec<String> {
        let clauses = split(&owner(), events).remove(0).clauses;
        let is_moved = |clause: &String| clause.contains("was set to write to bucket");
        clauses.into_iter().filter(is_moved).collect()
    };
    let calls = [
        to("first", "09:20"),
        to("second", "09:30"),
        refused(to("third", "09:40")),
    ];
    let clauses = moved(&calls);
    assert_eq!(clauses.len(), 1, "{clauses:?}");
    let expected = r#"the trail was set to write to bucket "second""#;
    assert!(clauses[0].starts_with(expected), "{clauses:?}");
    assert!(moved(&[to(BUCKET, "09:20")]).is_empty(), "its own bucket");
}

#[test]
fn a_starting_digest_follows_only_a_call_that_took_effect_after_the_cause() {
    let stopped = || in_log_of(stop(ACCOUNT, "12:57"), HOME, "12:58");
    let rows = [
        ("no call", vec![], false),
        ("a call", vec![start("12:59")], true),
        ("a refused call", vec![refused(start("12:59"))], false),
        ("a lead", vec![lead(start("12:59"))], false),
        ("before the cause", vec![start("12:56"), stopped()], false),
        ("after the cause", vec![stopped(), start("12:59")], true),
    ];
    for (name, events, expected) in rows {
        let parts = split(&owner(), &events);
        let message = parts.last().expect("a part").finding().message;
        let names_call = message.contains("switched on at 2026-03-01T13:00:00Z (StartLogging at ");
        assert_eq!(names_call, expected, "{name}: {message}");
    }
}

#[test]
fn the_message_says_what_the_call_did() {
    let update = || TrailChange::Update(TrailSettings::default());
    let create = TrailChange::Create(TrailSettings::default());
    let on_trail = |change| trail_call(ACCOUNT, "09:59", change);
    let on_account = |change| event(at("09:59"), "a call", Call::Account(change));
    let account = ACCOUNT.parse().expect("an account");
    let withdrawn = AccountChange::AccessWithdrawn("cloudtrail.amazonaws.com".into());
    let (stopped, left) = (Cause::LoggingStopped, Cause::AccountLeftOrganization);
    let no_access = Cause::OrganizationAccessWithdrawn;
    let rows = [
        (stopped, on_trail(TrailChange::Stop), "logging was stopped"),
        (
            stopped,
            on_trail(update()),
            "the trail was limited to its home region",
        ),
        (
            stopped,
            on_trail(create),
            "the trail was created again and was not logging here",
        ),
        (
            no_access,
            on_trail(update()),
            "the trail was limited to its owner's account",
        ),
        (
            no_access,
            on_account(withdrawn),
            "CloudTrail's access to the accounts of the organization was withdrawn",
        ),
        (
            left,
            on_account(AccountChange::Closed(None)),
            "the account was closed",
        ),
        (
            left,
            on_account(AccountChange::Removed(account)),
            "the account was removed from the organization",
        ),
        (
            left,
            on_account(AccountChange::Left),
            "the account left the organization",
        ),
    ];
    for (cause, call, expected) in rows {
        let explained = Gap {
            cause,
            caused_by: Some(call),
            ..gap()
        };
        let message = explained.finding().message;
        let expected = format!("(3h): {expected} at 2026-03-01T09:59:00Z (");
        assert!(message.contains(&expected), "{message}");
    }
}
