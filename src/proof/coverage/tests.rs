use super::{Paint, Spans, State, verified_until};
use crate::base::time::Window;
use crate::proof::finding::Severity;
use crate::proof::fixtures::{at, span, spans};

fn windows(all: &[(&str, &str)]) -> Vec<Window> {
    all.iter().map(|(from, to)| span(from, to)).collect()
}

/// Time that proven digests cover, without any finding.
fn covered(verified: Spans) -> Paint {
    Paint {
        verified,
        ..Paint::default()
    }
}

#[test]
fn stretches_merge_where_they_touch() {
    type Times = &'static [(&'static str, &'static str)];
    let rows: [(&str, Times, Times); 9] = [
        ("none", &[], &[]),
        ("an empty one", &[("10:00", "10:00")], &[]),
        (
            "apart",
            &[("10:00", "11:00"), ("12:00", "13:00")],
            &[("10:00", "11:00"), ("12:00", "13:00")],
        ),
        (
            "apart, newest first",
            &[("12:00", "13:00"), ("10:00", "11:00")],
            &[("10:00", "11:00"), ("12:00", "13:00")],
        ),
        (
            "adjoining",
            &[("10:00", "11:00"), ("11:00", "12:00")],
            &[("10:00", "12:00")],
        ),
        (
            "overlapping",
            &[("10:00", "11:30"), ("11:00", "12:00")],
            &[("10:00", "12:00")],
        ),
        (
            "inside",
            &[("10:00", "13:00"), ("11:00", "12:00")],
            &[("10:00", "13:00")],
        ),
        (
            "around several",
            &[("10:00", "11:00"), ("12:00", "13:00"), ("09:00", "14:00")],
            &[("09:00", "14:00")],
        ),
        (
            "between two",
            &[("10:00", "11:00"), ("12:00", "13:00"), ("11:00", "12:00")],
            &[("10:00", "13:00")],
        ),
    ];
    for (name, inserted, expected) in rows {
        let actual: Vec<Window> = spans(inserted).iter().collect();
        assert_eq!(actual, windows(expected), "{name}");
    }
}

#[test]
fn a_stretch_holds_its_first_instant_and_not_its_end() {
    let spans = spans(&[("10:00", "11:00"), ("12:00", "13:00")]);
    // Per row: whether the instant belongs to it, and whether those just before do.
    let rows = [
        ("09:59", false, false),
        ("10:00", true, false),
        ("10:30", true, true),
        ("11:00", false, true),
        ("11:30", false, false),
        ("12:00", true, false),
        ("13:00", false, true),
        ("14:00", false, false),
    ];
    for (time, contains, reaches) in rows {
        let actual = (spans.contains(at(time)), spans.reaches(at(time)));
        assert_eq!(actual, (contains, reaches), "{time}");
    }
    assert_eq!(spans.bounds(), Some(span("10:00", "13:00")));
    assert_eq!(Spans::default().bounds(), None);
}

#[test]
fn what_a_window_shares_and_what_is_missing_from_it() {
    let spans = spans(&[("10:00", "11:00"), ("12:00", "13:00")]);
    type Missing = &'static [(&'static str, &'static str)];
    let rows: [(&str, &str, bool, Missing); 9] = [
        ("08:00", "09:00", false, &[("08:00", "09:00")]),
        ("09:00", "10:00", false, &[("09:00", "10:00")]),
        ("09:00", "10:01", true, &[("09:00", "10:00")]),
        ("10:15", "10:45", true, &[]),
        ("10:30", "10:30", false, &[]),
        ("10:00", "12:00", true, &[("11:00", "12:00")]),
        ("11:00", "12:00", false, &[("11:00", "12:00")]),
        ("10:30", "12:30", true, &[("11:00", "12:00")]),
        (
            "09:00",
            "14:00",
            true,
            &[("09:00", "10:00"), ("11:00", "12:00"), ("13:00", "14:00")],
        ),
    ];
    for (from, to, meets, missing) in rows {
        let window = span(from, to);
        let actual = (spans.meets(window), spans.missing_from(window));
        assert_eq!(actual, (meets, windows(missing)), "{from} to {to}");
    }
}

#[test]
fn the_worst_state_of_an_instant_wins() {
    use State::{Failed, Gap, Pending, Unproven, Verified};
    let mut paint = covered(spans(&[("09:00", "13:00")]));
    paint.colour(Severity::Unproven, span("10:00", "12:00"));
    paint.colour(Severity::Failed, span("11:00", "11:30"));
    paint.colour(Severity::Gap, span("09:00", "10:00"));
    paint.colour(Severity::Note, span("09:00", "10:00"));
    // Per row: the window, when pending begins, and the states with where each begins.
    let rows = [
        (
            "gap and pending around",
            span("08:00", "15:00"),
            "14:00",
            vec![
                ("08:00", Gap),
                ("09:00", Verified),
                ("10:00", Unproven),
                ("11:00", Failed),
                ("11:30", Unproven),
                ("12:00", Verified),
                ("13:00", Gap),
                ("14:00", Pending),
            ],
        ),
        (
            "inside one state",
            span("10:15", "10:45"),
            "14:00",
            vec![("10:15", Unproven)],
        ),
        (
            "covered time is not pending",
            span("09:00", "10:00"),
            "09:30",
            vec![("09:00", Verified)],
        ),
        ("an empty window", span("09:00", "09:00"), "14:00", vec![]),
    ];
    for (name, window, pending_from, expected) in rows {
        paint.pending = spans(&[(pending_from, "16:00")]);
        let stretches = paint.settle(window);
        let actual: Vec<_> = stretches.iter().map(|s| (s.time.from, s.state)).collect();
        let expected: Vec<_> = expected.iter().map(|(t, state)| (at(t), *state)).collect();
        assert_eq!(actual, expected, "{name}");
        // The stretches adjoin and fill the window.
        let total: i64 = stretches.iter().map(|s| s.time.seconds()).sum();
        assert_eq!(total, window.seconds(), "{name}");
    }
}

#[test]
fn time_is_verified_until_the_first_interruption() {
    let paint = covered(spans(&[("09:00", "11:00"), ("12:00", "13:00")]));
    let rows = [
        ("from the beginning", "09:00", Some("11:00")),
        ("to the end of the window", "12:00", Some("13:00")),
        ("its first instant is not", "08:59", None),
    ];
    for (name, from, expected) in rows {
        let stretches = paint.settle(span(from, "13:00"));
        assert_eq!(verified_until(&stretches), expected.map(at), "{name}");
    }
    assert_eq!(verified_until(&[]), None);
}

#[test]
fn the_colours_of_another_painting_are_taken_over_without_what_it_covers() {
    let mut other = covered(spans(&[("09:00", "10:00")]));
    other.colour(Severity::Failed, span("10:00", "11:00"));
    other.colour(Severity::Unproven, span("11:00", "12:00"));
    let mut paint = Paint::default();
    paint.add_colours(&other);
    assert_eq!(paint.verified, Spans::default());
    let coloured: Vec<Window> = paint.coloured().iter().collect();
    assert_eq!(coloured, [span("10:00", "12:00")]);
}

#[test]
fn a_state_has_one_word_in_every_report() {
    use State::{Failed, Gap, Pending, Unproven, Verified};
    for state in [Verified, Pending, Gap, Unproven, Failed] {
        let in_json = serde_json::to_value(state).expect("JSON");
        assert_eq!(in_json, state.as_str());
    }
}
