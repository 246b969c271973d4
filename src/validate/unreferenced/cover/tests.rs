//! Where an object stands that no digest lists, on a day of which some hours are verified.

use jiff::Timestamp;

use super::{Cover, Standing, doubtful, standing};
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::object_key::{KeyRoot, KeyTime};
use crate::proof::coverage::Spans;
use crate::source::RootId;

fn at(minutes: i64) -> Timestamp {
    shift(Timestamp::UNIX_EPOCH, minutes * 60)
}

fn hours(from: i64, to: i64) -> Window {
    Window::new(at(from * 60), at(to * 60))
}

fn spans(windows: &[Window]) -> Spans {
    let mut spans = Spans::default();
    windows.iter().for_each(|w| spans.insert(*w));
    spans
}

fn place() -> (RootId, KeyRoot) {
    (RootId(0), KeyRoot::default())
}

/// A chain over the hours 10 to 30, with a gap from 14 to 16 and a damaged digest from 20 to 21.
fn cover(requested: Option<usize>, trail: &str) -> Cover {
    let id = format!("111111111111/eu-west-1/eu-west-1/{trail}");
    Cover {
        id: id.parse().expect("a chain"),
        requested,
        places: vec![place()],
        window: hours(10, 30),
        read_to: at(30 * 60),
        verified: spans(&[hours(10, 14), hours(16, 20), hours(21, 30)]),
        coloured: spans(&[hours(20, 21)]),
        unsure: Spans::default(),
        gaps: vec![hours(14, 16)],
        restarts: vec![at(16 * 60)],
        phase: Some(at(30 * 60)),
    }
}

#[test]
fn a_log_is_covered_in_a_gap_or_neither() {
    let covers = [cover(Some(0), "main")];
    let of = |minutes: i64| {
        let Standing { covered, in_gap } = standing(&covers, &place(), at(minutes));
        (covered, in_gap)
    };
    assert_eq!(of(12 * 60), (true, false));
    assert_eq!(of(15 * 60), (false, true));
    // The minute in a name is within five minutes of the delivery.
    assert_eq!(of(14 * 60 - 4), (false, true));
    assert_eq!(of(14 * 60 - 5), (true, false));
    assert_eq!(of(16 * 60 + 4), (false, true));
    assert_eq!(of(20 * 60 + 30), (false, false), "damaged");
    assert_eq!(of(20 * 60 - 4), (false, false), "beside the damaged one");
    assert_eq!(of(10 * 60 - 1), (false, false), "before the window");
    assert_eq!(of(30 * 60), (false, false), "after the window");
    // At the edges of the window nothing but the window counts.
    assert_eq!(of(10 * 60), (true, false));
    assert_eq!(of(30 * 60 - 1), (true, false));
    let elsewhere = (RootId(1), KeyRoot::default());
    assert_eq!(
        standing(&covers, &elsewhere, at(12 * 60)),
        Standing::default()
    );
    let others = [cover(None, "main")];
    assert_eq!(
        standing(&others, &place(), at(12 * 60)),
        Standing::default()
    );
}

#[test]
fn chains_whose_digests_could_list_a_log_and_are_not_proven_are_doubtful() {
    let covers = [cover(Some(0), "main"), cover(None, "other")];
    let of = |minutes: i64| doubtful(&covers, &place(), at(minutes), HOUR).count();
    assert_eq!(of(12 * 60), 0);
    assert_eq!(of(13 * 60 + 30), 2, "before a gap");
    assert_eq!(of(16 * 60 + 30), 0, "after a restart");
    assert_eq!(of(21 * 60 + 30), 2, "after a damaged digest");
    assert_eq!(of(29 * 60 + 30), 2, "at the end of what was read");
}

#[test]
fn an_object_without_a_minute_counts_against_the_verified_parts_of_its_time() {
    let cover = cover(Some(0), "main");
    let of = |from, to| cover.covered_hours(KeyTime::Span(hours(from, to)));
    assert_eq!(of(0, 24), [hours(10, 14), hours(16, 20), hours(21, 24)]);
    assert_eq!(of(14, 16), []);
    let minute = |minutes| cover.covered_hours(KeyTime::Minute(at(minutes)));
    assert_eq!(minute(12 * 60 + 7), [hours(12, 13)]);
    assert_eq!(minute(13 * 60 + 59), [hours(13, 14)]);
    assert_eq!(minute(15 * 60), []);
}
