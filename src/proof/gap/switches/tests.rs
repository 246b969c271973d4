use jiff::Timestamp;

use super::Switches;
use crate::cloudtrail::event::{Evidence, TrailChange, TrailSettings};
use crate::cloudtrail::ids::ChainId;
use crate::proof::fixtures::{ACCOUNT, HOME, at, chain, in_log_of, span, trail_call};
use crate::proof::gap::Cause::{
    self, BeforeFirstDigest, LoggingStopped, TrailCreated, TrailDeleted, Unexplained,
    ValidationDisabled,
};
use crate::proof::gap::clauses::Clauses;
use crate::proof::gap::facts::{Owner, TrailState};
use crate::proof::gap::{Gap, GapPlace};

const ELSEWHERE: &str = "us-west-2";

fn stop(time: &str) -> Evidence {
    trail_call(ACCOUNT, time, TrailChange::Stop)
}

fn start(time: &str) -> Evidence {
    trail_call(ACCOUNT, time, TrailChange::Start)
}

fn delete(time: &str) -> Evidence {
    trail_call(ACCOUNT, time, TrailChange::Delete)
}

fn create(time: &str, validation: bool) -> Evidence {
    let set = TrailSettings {
        validation: Some(validation),
        ..TrailSettings::default()
    };
    trail_call(ACCOUNT, time, TrailChange::Create(set))
}

fn validation(time: &str, on: bool) -> Evidence {
    let set = TrailSettings {
        validation: Some(on),
        ..TrailSettings::default()
    };
    trail_call(ACCOUNT, time, TrailChange::Update(set))
}

fn all_regions(time: &str, on: bool) -> Evidence {
    let set = TrailSettings {
        multi_region: Some(on),
        ..TrailSettings::default()
    };
    trail_call(ACCOUNT, time, TrailChange::Update(set))
}

fn refused(mut call: Evidence) -> Evidence {
    call.event.error_code = Some("AccessDenied".into());
    call
}

/// In a log of the chain of the home region, whose digest ends at `end`.
fn logged(call: Evidence, end: &str) -> Evidence {
    in_log_of(call, HOME, end)
}

/// Digests end at 10:00, and a starting digest ends at 13:00.
fn between() -> Gap {
    let (from, to) = (at("10:00"), at("13:00"));
    Gap::new(
        span("10:00", "13:00"),
        GapPlace::Between,
        Some(from),
        Some(to),
    )
}

/// Digests end at 10:00, and a starting digest ends two minutes later.
fn short() -> Gap {
    let (from, to) = (at("10:00"), at("10:02"));
    Gap::new(
        span("10:00", "10:02"),
        GapPlace::Between,
        Some(from),
        Some(to),
    )
}

/// The window begins at 09:00, and the first digest is a starting digest that ends at 13:00.
fn head() -> Gap {
    Gap::new(
        span("09:00", "13:00"),
        GapPlace::Head,
        None,
        Some(at("13:00")),
    )
}

/// What holds after the initial state, and whether a call was contradicted by digests.
fn run(gap: &Gap, chain: &ChainId, calls: &[Evidence]) -> (Vec<(Timestamp, Cause)>, bool) {
    let owner = Owner::Account(chain.account.clone());
    let near: Vec<_> = calls
        .iter()
        .filter_map(|e| Some((e, owner.concern(&e.event, chain)?)))
        .collect();
    assert_eq!(near.len(), calls.len(), "each call is on this trail");
    let mut clauses = Clauses::default();
    let initial = TrailState::unexplained(gap.time.from, gap.cause);
    let states = Switches::new(gap, chain).run(&near, initial, &mut clauses);
    let states = states.iter().skip(1).map(|s| (s.from, s.cause)).collect();
    (states, clauses.all().next().is_some())
}

struct SwitchRow {
    name: &'static str,
    calls: Vec<Evidence>,
    expected: Vec<(&'static str, Cause)>,
    contradicted: bool,
}

fn row(
    name: &'static str,
    calls: Vec<Evidence>,
    expected: Vec<(&'static str, Cause)>,
) -> SwitchRow {
    SwitchRow {
        name,
        calls,
        expected,
        contradicted: false,
    }
}

fn check(gap: &Gap, chain: &ChainId, rows: Vec<SwitchRow>) {
    for row in rows {
        let expected: Vec<_> = row
            .expected
            .iter()
            .map(|(t, cause)| (at(t), *cause))
            .collect();
        let actual = run(gap, chain, &row.calls);
        assert_eq!(actual, (expected, row.contradicted), "{}", row.name);
    }
}

#[test]
fn a_call_that_switches_off_explains_the_gap_from_the_end_of_its_digest() {
    let rows = vec![
        row("no call", vec![], vec![]),
        row(
            "just before the last digest ends: the complete gap",
            vec![stop("09:59")],
            vec![("10:00", LoggingStopped)],
        ),
        row(
            "within the gap, in no log: from the end of its hour",
            vec![stop("11:20")],
            vec![("12:00", LoggingStopped)],
        ),
        row(
            "within the gap, in a log of a final digest: from the end of that digest",
            vec![logged(stop("11:20"), "11:30")],
            vec![("11:30", LoggingStopped)],
        ),
        row(
            "the same for validation, which has no final digest: from the end of its hour",
            vec![logged(validation("11:20", false), "11:30")],
            vec![("12:00", ValidationDisabled)],
        ),
        row(
            "in a log of a digest of another hour: from the end of the hour of the call",
            vec![logged(stop("11:20"), "12:40")],
            vec![("12:00", LoggingStopped)],
        ),
        row("when the gap has ended", vec![stop("13:00")], vec![]),
        row(
            "DeleteTrail",
            vec![delete("09:59")],
            vec![("10:00", TrailDeleted)],
        ),
        row(
            "PutEventSelectors switches nothing",
            vec![trail_call(ACCOUNT, "09:59", TrailChange::Selectors)],
            vec![],
        ),
        row("a refused call", vec![refused(stop("09:59"))], vec![]),
    ];
    check(&between(), &chain(HOME), rows);
}

#[test]
fn a_call_after_which_digests_went_on_explains_nothing() {
    let contradicted = |name, calls| SwitchRow {
        contradicted: true,
        ..row(name, calls, vec![])
    };
    let rows = vec![
        contradicted(
            "more than an hour and a quarter before",
            vec![stop("08:44")],
        ),
        row(
            "an hour and a quarter before, in no log",
            vec![stop("08:45")],
            vec![("10:00", LoggingStopped)],
        ),
        contradicted(
            "in a log of a digest that is not the last",
            vec![logged(stop("08:55"), "09:00")],
        ),
        row(
            "in a log of the last digest",
            vec![logged(stop("09:05"), "10:00")],
            vec![("10:00", LoggingStopped)],
        ),
        row(
            "validation, which goes on for up to an hour",
            vec![logged(validation("08:55", false), "09:00")],
            vec![("10:00", ValidationDisabled)],
        ),
        row(
            "undone before the gap began",
            vec![stop("08:00"), start("08:10")],
            vec![],
        ),
        row(
            "followed by a call that agrees",
            vec![stop("08:00"), stop("09:59")],
            vec![("10:00", LoggingStopped)],
        ),
        contradicted(
            "not undone by another switch",
            vec![stop("08:00"), validation("08:10", true)],
        ),
    ];
    check(&between(), &chain(HOME), rows);
}

#[test]
fn a_call_that_switches_on_ends_what_was_off_or_the_gap() {
    let rows = vec![
        row(
            "at the end of the starting digest: it ended the gap",
            vec![stop("09:59"), start("12:55")],
            vec![("10:00", LoggingStopped)],
        ),
        row(
            "earlier: digests are missing from then on",
            vec![stop("09:59"), start("12:54")],
            vec![("10:00", LoggingStopped), ("12:54", Unexplained)],
        ),
        row(
            "validation up to an hour before the end: it ended the gap",
            vec![validation("09:59", false), validation("12:00", true)],
            vec![("10:00", ValidationDisabled)],
        ),
        row(
            "validation earlier",
            vec![validation("09:59", false), validation("11:59", true)],
            vec![("10:00", ValidationDisabled), ("11:59", Unexplained)],
        ),
        row(
            "before the gap: nothing was off",
            vec![stop("09:50"), start("09:56")],
            vec![],
        ),
        row(
            "and off again",
            vec![stop("09:59"), start("11:00"), stop("12:00")],
            vec![
                ("10:00", LoggingStopped),
                ("11:00", Unexplained),
                ("12:00", LoggingStopped),
            ],
        ),
        row("without anything off", vec![start("11:00")], vec![]),
    ];
    check(&between(), &chain(HOME), rows);
}

#[test]
fn a_call_just_before_a_short_gap_may_have_ended_it() {
    let rows = vec![
        row(
            "within five minutes",
            vec![stop("09:50"), start("09:56")],
            vec![("10:00", LoggingStopped)],
        ),
        row("earlier", vec![stop("09:50"), start("09:54")], vec![]),
    ];
    check(&short(), &chain(HOME), rows);
}

#[test]
fn switching_off_again_changes_nothing_unless_it_was_on() {
    let rows = vec![
        row(
            "twice, in no log",
            vec![stop("09:59"), stop("11:00")],
            vec![("10:00", LoggingStopped)],
        ),
        row(
            "twice, the second in a log of the trail, so it was logging",
            vec![stop("09:59"), logged(stop("11:20"), "11:30")],
            vec![("10:00", LoggingStopped), ("11:30", LoggingStopped)],
        ),
        row(
            "validation twice, in a log of the trail, which says nothing of digests",
            vec![
                validation("09:59", false),
                logged(validation("11:20", false), "11:30"),
            ],
            vec![("10:00", ValidationDisabled)],
        ),
        row(
            "after a call that may have ended the gap",
            vec![stop("09:59"), start("12:56"), stop("12:58")],
            vec![("10:00", LoggingStopped), ("13:00", LoggingStopped)],
        ),
    ];
    check(&between(), &chain(HOME), rows);
}

#[test]
fn one_switch_does_not_undo_another() {
    let rows = vec![
        row(
            "StartLogging does not switch validation on",
            vec![validation("09:59", false), stop("11:00"), start("12:00")],
            vec![("10:00", ValidationDisabled)],
        ),
        row(
            "validation does not start logging",
            vec![
                stop("09:58"),
                validation("09:59", false),
                validation("11:00", true),
            ],
            vec![("10:00", LoggingStopped)],
        ),
        row(
            "what is off second explains the rest",
            vec![stop("09:58"), validation("09:59", false), start("11:00")],
            vec![("10:00", LoggingStopped), ("11:00", ValidationDisabled)],
        ),
        row(
            "a deleted trail comes first",
            vec![stop("09:59"), delete("11:00")],
            vec![("10:00", LoggingStopped), ("11:00", TrailDeleted)],
        ),
    ];
    check(&between(), &chain(HOME), rows);
}

#[test]
fn a_deleted_trail_exists_again_once_it_was_created_validates_and_was_started() {
    let gone = ("10:00", TrailDeleted);
    let rows = vec![
        row(
            "created only",
            vec![delete("09:59"), create("11:00", true)],
            vec![gone],
        ),
        row(
            "created and started",
            vec![delete("09:59"), create("11:00", true), start("11:30")],
            vec![gone, ("11:30", Unexplained)],
        ),
        row(
            "created without validation, and started",
            vec![delete("09:59"), create("11:00", false), start("11:30")],
            vec![gone],
        ),
        row(
            "and validation switched on afterwards",
            vec![
                delete("09:59"),
                create("11:00", false),
                start("11:30"),
                validation("11:40", true),
            ],
            vec![gone, ("11:40", Unexplained)],
        ),
        row(
            "validation switched on, but not started",
            vec![
                delete("09:59"),
                create("11:00", false),
                validation("11:40", true),
            ],
            vec![gone],
        ),
        row(
            "started before it was created anew",
            vec![
                delete("09:59"),
                create("11:00", false),
                start("11:10"),
                create("11:20", false),
                validation("11:40", true),
            ],
            vec![gone],
        ),
    ];
    check(&between(), &chain(HOME), rows);
}

#[test]
fn a_trail_of_one_region_goes_on_in_its_home_region() {
    let calls = || vec![all_regions("09:59", false)];
    let off = vec![("10:00", LoggingStopped)];
    check(&between(), &chain(HOME), vec![row("home", calls(), vec![])]);
    let elsewhere = vec![
        row("elsewhere", calls(), off),
        row(
            "elsewhere, and on again",
            vec![all_regions("09:59", false), all_regions("11:00", true)],
            vec![("10:00", LoggingStopped), ("11:00", Unexplained)],
        ),
    ];
    check(&between(), &chain(ELSEWHERE), elsewhere);
}

#[test]
fn before_its_creation_a_trail_has_no_digests() {
    let rows = vec![
        row(
            "within an hour of the first digest",
            vec![create("12:30", true)],
            vec![("09:00", TrailCreated)],
        ),
        row(
            "earlier: what follows is unexplained",
            vec![create("11:00", true)],
            vec![("09:00", TrailCreated), ("12:00", BeforeFirstDigest)],
        ),
        row(
            "and started early: digests are missing from then on",
            vec![create("10:00", true), start("10:10")],
            vec![
                ("09:00", TrailCreated),
                ("11:00", BeforeFirstDigest),
                ("10:10", Unexplained),
            ],
        ),
        row(
            "a call before shows that it existed",
            vec![stop("09:30"), create("12:30", true)],
            vec![("10:00", LoggingStopped)],
        ),
        row(
            "after the first digest",
            vec![create("13:10", true)],
            vec![],
        ),
    ];
    check(&head(), &chain(HOME), rows);
    let created = vec![row("after a digest", vec![create("12:30", true)], vec![])];
    check(&between(), &chain(HOME), created);
}
