//! Times as people and programs write them: what has one meaning is read, and nothing is guessed.

use trailproof::base::time::written::parse;

#[test]
fn one_instant_in_every_way_to_write_it() {
    let at = "2026-03-01T05:00:00Z".parse().expect("a time");
    for text in [
        "2026-03-01T05:00:00Z",
        "20260301T05:00:00Z",
        "20260301T050000Z",
        "2026-03-01T05:00",
        "2026-03-01 05:00:00",
        "2026-03-01 05:00:00+00:00",
        "2026-03-01 05:00:00.000000+00:00",
        "2026-03-01 07:00:00 +0200",
        "2026-03-01 07:00+02",
        "2026-03-01T00:00:00-05:00",
        "2026/03/01 05:00",
        "2026/3/1 5:00:00",
        "2026/03/01T05:00:00Z",
        "2026-3-1T5:00",
        "2026.03.01 05:00",
        "2026-Mar-01 05:00",
        "1-Mar-2026 05:00",
        "01/Mar/2026 05:00 +0000",
        "Sun Mar  1 05:00:00 UTC 2026",
        "Sun Mar  1 05:00:00 AM UTC 2026",
        "Sun Mar  1 05:00:00 2026",
        "Sun, 01 Mar 2026 05:00:00 GMT",
        "Sun, 01 Mar 2026 06:00:00 +0100",
        "Sunday, March 1st, 2026 at 5am",
        "March 1 2026 5:00 AM",
        "march 1, 2026 05:00",
        "1 Mar 2026 05:00",
        "1 Mar. 2026 05:00 Z",
        "1st of March 2026 05:00",
        "1 Mar 2026 07:00 +2",
        "1 Mar 2026 07:00 +02",
        "1 Mar 2026 00:00 -0500",
    ] {
        assert_eq!(parse(text), Ok(at), "{text}");
    }
    let at = |text| parse(text).map(|t| t.to_string());
    let day = Ok("2026-03-01T00:00:00Z");
    for text in [
        "2026/03/01",
        "2026-3-1",
        "20260301",
        "March 1 2026",
        "12am 1 Mar 2026",
    ] {
        assert_eq!(at(text).as_deref(), day, "{text}");
    }
    let noon = "1 Mar 2026 12:30:15.5 pm";
    assert_eq!(at(noon).as_deref(), Ok("2026-03-01T12:30:15.5Z"));
    let late = "1 Mar 2026 11:30PM -0330";
    assert_eq!(at(late).as_deref(), Ok("2026-03-02T03:00:00Z"));
    for clear in ["31/01/2026", "01/31/2026", "31.1.2026"] {
        assert_eq!(at(clear).as_deref(), Ok("2026-01-31T00:00:00Z"), "{clear}");
    }
    assert_eq!(at("02/02/2026").as_deref(), Ok("2026-02-02T00:00:00Z"));
}

#[test]
fn what_may_mean_two_times_is_refused_with_both() {
    for text in ["01/02/2026", "1.2.2026", "01-02-2026 05:00"] {
        let why = parse(text).expect_err(text);
        assert_eq!(
            why, "this may be 2026-02-01 or 2026-01-02: write it with the year first",
            "{text}"
        );
    }
}

#[test]
fn zones_are_refused_by_their_names() {
    for text in [
        "Sun Mar  1 05:00:00 EST 2026",
        "1 Mar 2026 05:00 CET",
        "2026-03-01 05:00 IST",
    ] {
        let why = parse(text).expect_err(text);
        assert!(why.contains("offset, such as +02:00"), "{text}: {why}");
    }
}

#[test]
fn nothing_is_guessed_or_filled_in() {
    for text in [
        "",
        " ",
        "yesterday",
        "now",
        "1772323200",
        "05:00",
        "March 2026",
        "2026-03",
        "2026",
        "1 Mar",
        "1 Mar 26",
        "01/03/26",
        "26-03-01",
        "Mon Mar  1 05:00:00 2026",
        "30 Feb 2026",
        "2026-02-30",
        "2026-13-01",
        "2026/03-01",
        "13:00 pm 1 Mar 2026",
        "0:30 am 1 Mar 2026",
        "1 Mar 2026 24:00",
        "1 Mar 2026 05:60",
        "1 Mar 2026 05:00:60",
        "1 Mar 2026 5:0",
        "1 Mar 2026 05:00:00.",
        "1 Mar 2026 05:00:00.0000000001",
        "1 Mar 2026 05:00:00:00",
        "1 Mar 2026 05:00 +24:00",
        "1 Mar 2026 05:00 +02:60",
        "1 Mar 2026 05:00 +",
        "1 Mar 2026 +02:00",
        "1 Mar 2026 05:00 UTC+2",
        "1 Mar 2026 05:00 Z Z",
        "1 Mar 2026 05:00 06:00",
        "1 2 Mar 2026",
        "2026-03-01 1 Mar 2026",
        "2026-03-01T05:00:00+99:00",
        "2026-03-01T05:00:00-99:00",
        "2026-03-01T05:00:00[Europe/Paris]",
        "2026-W09-7",
        "-2026-03-01",
        "2026--03-01",
        "//2026",
        "1. März 2026",
        "１ Mar 2026",
    ] {
        assert!(parse(text).is_err(), "{text:?}: {:?}", parse(text));
    }
}

#[test]
fn a_year_that_is_missing_is_asked_for() {
    for text in ["1 Mar", "March 1st", "Sun Mar 1 05:00"] {
        let why = "the year is missing or has fewer than four digits";
        assert_eq!(parse(text), Err(why.into()), "{text}");
    }
}
