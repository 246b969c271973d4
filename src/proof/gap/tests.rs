use super::{Gap, GapPlace, Seen, find};
use crate::base::time::Window;
use crate::proof::coverage::Spans;
use crate::proof::fixtures::{at, span, spans};
use crate::proof::look::Tail;

#[test]
fn a_restart_without_a_hole_is_reported_once_by_adjoining_windows() {
    let digests = spans(&[("08:00", "14:00")]);
    let restarts = ["09:00", "10:00", "11:00", "12:00", "13:00"].map(at);
    let found = |window: Window| -> Vec<Window> {
        let gaps = find(window, Tail::closed(), &digests, &restarts);
        gaps.iter().map(|gap| gap.time).collect()
    };
    let empty = |time: &str| span(time, time);
    let all = [
        (span("08:00", "10:00"), vec![empty("09:00"), empty("10:00")]),
        (span("10:00", "12:00"), vec![empty("11:00"), empty("12:00")]),
        (span("12:00", "14:00"), vec![empty("13:00")]),
    ];
    for (window, expected) in all {
        assert_eq!(found(window), expected, "{window:?}");
    }
}

#[test]
fn a_hole_is_split_at_a_restart_in_it() {
    let digests = spans(&[("08:00", "10:00"), ("14:00", "16:00")]);
    let restarts = [at("12:00")];
    let gaps = find(span("08:00", "16:00"), Tail::closed(), &digests, &restarts);
    let found = gaps.iter().map(|g| (g.time, g.place, g.since, g.restart));
    let (from, restart) = (at("10:00"), at("12:00"));
    let expected = [
        (
            span("10:00", "12:00"),
            GapPlace::Between,
            Some(from),
            Some(restart),
        ),
        (
            span("12:00", "14:00"),
            GapPlace::Between,
            Some(restart),
            None,
        ),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn a_chain_beside_the_window_has_an_empty_gap_at_the_nearest_end() {
    let newer = "no digest of this chain ends before the window ends at 2026-03-01T12:00:00Z: ";
    let older =
        "no digest of this chain covers any time after the window begins at 2026-03-01T10:00:00Z: ";
    let rows = [
        (
            "after it",
            spans(&[("13:00", "14:00")]),
            ("12:00", GapPlace::Head, None),
            newer,
        ),
        (
            "before it",
            spans(&[("08:00", "09:00")]),
            ("10:00", GapPlace::Tail, Some(at("09:00"))),
            older,
        ),
        (
            "up to its beginning",
            spans(&[("08:00", "10:00")]),
            ("10:00", GapPlace::Tail, Some(at("10:00"))),
            older,
        ),
        (
            "no digests",
            Spans::default(),
            ("10:00", GapPlace::Tail, None),
            older,
        ),
    ];
    for (name, digests, (time, place, since), message) in rows {
        let gap = Gap::beside(span("10:00", "12:00"), &digests, &[]);
        let actual = (gap.time, gap.place, gap.since);
        assert_eq!(actual, (span(time, time), place, since), "{name}");
        let said = gap.finding().message;
        assert!(said.starts_with(message), "{name}: {said}");
    }
}

#[test]
fn calls_may_explain_what_was_looked_at_and_not_searched_before() {
    let gap = Gap::after_the_last(span("10:00", "12:00"));
    assert!(gap.may_be_explained());
    let unseen = Gap {
        seen: Seen::NotLookedAt,
        ..gap.clone()
    };
    assert!(!unseen.may_be_explained());
    let mut searched = gap;
    searched.searched_before();
    assert!(!searched.may_be_explained());
    let clause = "it began before the window of this run, and earlier runs searched for its cause";
    assert_eq!(searched.clauses, [clause]);
}

#[test]
fn a_gap_of_which_nothing_is_known_may_have_been_intended() {
    let between = Gap {
        place: GapPlace::Between,
        ..Gap::after_the_last(span("10:00", "12:00"))
    };
    let guess = "logging or validation was off, or digests were removed";
    let message = between.finding().message;
    assert!(message.ends_with(guess), "{message}");
    let known = Gap {
        clauses: vec!["something is known".into()],
        ..between
    };
    let message = known.finding().message;
    let expected = ", and no remaining digest refers to one. Something is known";
    assert!(message.ends_with(expected), "{message}");
}
