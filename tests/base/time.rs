//! Stretches of time: their parts, and their lengths in words.

use jiff::{SignedDuration, Timestamp};
use trailproof::base::time::{Window, in_words, in_words_between, shift};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a time")
}

fn window(from: i64, to: i64) -> Window {
    Window::new(at(from), at(to))
}

#[test]
fn a_window_that_ends_before_it_begins_is_empty() {
    for (from, to, is_empty) in [(0, 1, false), (5, 5, true), (9, 3, true)] {
        assert_eq!(window(from, to).is_empty(), is_empty, "{from} to {to}");
    }
    assert_eq!(window(9, 3).to, at(9));
    let (from, to) = (at(9), at(3));
    assert!(Window { from, to }.is_empty());
    assert!(!window(3, 9).is_empty());
}

#[test]
fn a_clipped_window_is_the_part_that_both_contain() {
    let ten = window(10, 20);
    assert_eq!(ten.clip(&window(0, 15)), window(10, 15));
    assert_eq!(ten.clip(&window(15, 30)), window(15, 20));
    assert_eq!(ten.clip(&window(0, 30)), ten);
    assert!(ten.clip(&window(20, 30)).is_empty());
    assert!(ten.clip(&window(0, 10)).is_empty());
}

#[test]
fn an_hour_counts_from_its_first_instant_on() {
    for (seconds, hours) in [
        (0, 0),
        (1, 1),
        (3_599, 1),
        (3_600, 1),
        (3_601, 2),
        (7_200, 2),
    ] {
        assert_eq!(window(0, seconds).hours_begun(), hours, "{seconds} s");
        assert_eq!(window(100, 100 + seconds).seconds(), seconds);
    }
    let half = Window::new(at(0), at(0) + SignedDuration::from_millis(500));
    assert_eq!((half.hours_begun(), half.seconds()), (1, 0));
    let more = Window::new(at(0), at(3_600) + SignedDuration::from_nanos(1));
    assert_eq!(more.hours_begun(), 2);
    let (from, to) = (at(7_200), at(0));
    assert_eq!(Window { from, to }.hours_begun(), 0);
}

#[test]
fn a_shifted_instant_stays_within_what_a_timestamp_holds() {
    assert_eq!(shift(at(100), 50), at(150));
    assert_eq!(shift(at(100), -150), at(-50));
    assert_eq!(shift(Timestamp::MAX, 1), Timestamp::MAX);
    assert_eq!(shift(Timestamp::MIN, -1), Timestamp::MIN);
}

#[test]
fn lengths_are_said_in_their_units() {
    for (seconds, words) in [
        (-5, "no time"),
        (0, "no time"),
        (1, "1s"),
        (59, "59s"),
        (60, "1m"),
        (3_599, "59m 59s"),
        (3_600, "1h"),
        (86_399, "23h 59m 59s"),
        (86_400, "1d"),
        (90_061, "1d 1h 1m 1s"),
        (172_800 + 10_800 + 1_200, "2d 3h 20m"),
    ] {
        assert_eq!(in_words(SignedDuration::from_secs(seconds)), words);
    }
    assert_eq!(
        in_words(SignedDuration::from_nanos(1)),
        "less than a second"
    );
    assert_eq!(in_words(SignedDuration::from_nanos(-1)), "no time");
    assert_eq!(in_words_between(at(0), at(61)), "1m 1s");
    assert_eq!(in_words_between(at(61), at(0)), "no time");
}
