//! Calls on one switch.

use super::*;

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
            "a moment after the end of the last digest, which holds it: from that end",
            vec![logged(stop("10:01"), "10:00")],
            vec![("10:00", LoggingStopped)],
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
            vec![trail_call(
                ACCOUNT,
                "09:59",
                TrailChange::Selectors(ManagementEvents::None),
            )],
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
