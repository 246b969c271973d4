//! Days of checks, hour by hour: each is verified, and costs on the last day what it cost on the second.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::Timestamp;
use regex::{Captures, Regex};
use serde_json::{Value, json};
use trailproof::base::sha256::Sha256;

use super::worlds::{Days, check_at};
use crate::support::aws::Call;
use crate::support::forge::ts;
use crate::support::growing::Hour;
use crate::support::orderly::note;
use crate::support::thorough::times_more;

const DAY: i64 = 24;
/// Longer than the week for which time that is not settled is validated again.
const DAYS: i64 = 8;
/// With `TRAILPROOF_TRIALS=4` it is a month.
const MOST_DAYS: i64 = 30;
/// The first check: by then each region has some hours.
const FIRST: i64 = 4;

/// The objects and folders of a call, with each date as its distance from now.
fn place(call: &Call, now: Timestamp) -> String {
    static DATE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\d{4}/\d\d/\d\d|\d{8}T\d{4,6}Z").expect("a pattern"));
    let distance = |found: &Captures<'_>| -> String {
        let digits: String = found[0].chars().filter(char::is_ascii_digit).collect();
        let (day, time) = digits.split_at(8);
        let date = format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]);
        let time = format!("{time:0<6}");
        let time = format!("{}:{}:{}", &time[..2], &time[2..4], &time[4..]);
        let at = ts(&format!("{date}T{time}Z"));
        format!("<{}>", at.as_second() - now.as_second())
    };
    let places = [&call.bucket, &call.prefix, &call.start_after, &call.key];
    let places = places.map(|place| place.clone().unwrap_or_default());
    DATE.replace_all(&places.join(" "), distance).into_owned()
}

/// What a check asked, in the order of the alphabet.
fn requests(hour: &Hour, now: Timestamp) -> Vec<String> {
    let one = |call: &Call| {
        let region = call.region.as_deref().unwrap_or_default();
        format!("{} {region} {}", call.operation, place(call, now))
    };
    let mut all: Vec<String> = hour.calls.iter().map(one).collect();
    all.sort_unstable();
    all
}

fn assert_quiet(hour: &Hour, at: i64, before: &Value) {
    let told = format!("hour {at}: {:#}", hour.report);
    assert_eq!((hour.code, hour.verdict()), (0, "verified"), "{told}");
    assert!(hour.codes().is_empty(), "{told}");
    let notes: &[&str] = if at == FIRST { &["state-begun"] } else { &[] };
    assert_eq!(hour.notes(), notes, "{told}");
    let continued = &hour.report["requested"]["continues_from"]["sha256"];
    assert_eq!(continued, before, "{told}");
    let chains = hour.report["chains"].as_array().expect("chains");
    assert_eq!(chains.len(), 2, "{told}");
}

#[test]
fn quiet_hours_are_verified_and_each_day_costs_the_same() {
    let days = DAYS * i64::try_from(times_more()).expect("a small number");
    let hours = days.min(MOST_DAYS) * DAY;
    let mut growing = Days::of_hours(hours).served();
    let mut asked: Vec<Vec<String>> = Vec::new();
    let mut before = Value::Null;
    for at in FIRST..hours {
        growing.advance(check_at(at));
        let hour = growing.check(&[]);
        assert_quiet(&hour, at, &before);
        before = json!(Sha256::of(&growing.state_bytes()).to_string());
        assert_eq!(hour.report["run"]["state_sha256"], before, "hour {at}");
        asked.push(requests(&hour, growing.now));
    }
    let hour = |at: i64| &asked[usize::try_from(at - FIRST).expect("an hour")];
    for at in 2 * DAY..hours {
        let as_on_the_second_day = hour(DAY + at % DAY);
        assert_eq!(hour(at), as_on_the_second_day, "hour {at}");
    }
    let counts: BTreeSet<usize> = asked.iter().skip(1).map(Vec::len).collect();
    note(&format!(
        "{} checks of two regions, requests: {counts:?}",
        asked.len()
    ));
    assert_nothing_is_open(&growing.state_bytes());
}

/// Asserts that a state holds one verified stretch for each chain, up to the last digest.
fn assert_nothing_is_open(state: &[u8]) {
    let state: Value = serde_json::from_slice(state).expect("JSON");
    for chain in state["chains"].as_array().expect("chains") {
        let seen = chain["seen"].as_array().expect("stretches");
        let states: Vec<&Value> = seen.iter().map(|stretch| &stretch["state"]).collect();
        assert!(
            matches!(states[..], [first, ..] if first == "verified"),
            "{chain:#}"
        );
        assert!(
            states[1..].iter().all(|&state| state == "pending"),
            "{chain:#}"
        );
        assert_eq!(chain["gaps"], json!([]), "{chain:#}");
    }
}
