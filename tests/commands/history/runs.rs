//! How many runs a period had, and whether one was missed.

use serde_json::{Value, json};
use trailproof::report::history::HistoryFormat;

use super::{at, everything, json_of, october, of, shown};
use crate::support::states::state;

/// The runs of a state with these entries: first and last check, number of runs, and longest pause.
fn runs(entries: &[(&str, &str, u64, i64)], every: i64) -> Value {
    let mut state = state();
    let entry = |(first, last, runs, pause): &(&str, &str, u64, i64)| {
        json!({
            "first": format!("2026-10-{first}:00Z"),
            "last": format!("2026-10-{last}:00Z"),
            "runs": runs,
            "longest_pause": pause,
            "verdict": "verified",
            "complete": true,
            "exit_status": 0,
        })
    };
    state["history"] = entries.iter().map(entry).collect();
    let mut request = everything();
    request.every = every;
    json_of(&of(&state, &request))["runs"].clone()
}

#[test]
fn runs_that_were_missed_are_counted_within_and_between_entries() {
    let day = |n: &str| (format!("{n}T00:17"), format!("{n}T23:17"));
    let (first, second) = (day("01"), day("02"));
    let quiet = [
        (first.0.as_str(), first.1.as_str(), 24, 3_600),
        (second.0.as_str(), second.1.as_str(), 24, 3_720),
    ];
    let all = runs(&quiet, 3_600);
    assert_eq!((&all["count"], &all["missed"]), (&json!(48), &json!(0)));
    assert_eq!(all["longest_pause"], json!(3_720));
    // Three were missed in a row.
    let within = [(first.0.as_str(), first.1.as_str(), 21, 4 * 3_600)];
    assert_eq!(runs(&within, 3_600)["missed"], json!(3));
    // A run by hand hides none of them.
    let by_hand = [(first.0.as_str(), first.1.as_str(), 24, 4 * 3_600)];
    assert_eq!(runs(&by_hand, 3_600)["missed"], json!(3));
    // From 23:17 to 05:17, five were missed.
    let between = [
        (first.0.as_str(), first.1.as_str(), 24, 3_600),
        ("02T05:17", "02T23:17", 19, 3_600),
    ];
    let between = runs(&between, 3_600);
    assert_eq!(
        (&between["missed"], &between["longest_pause"]),
        (&json!(5), &json!(6 * 3_600))
    );
    // A run may be late by less than half an hour.
    let late = [("01T00:17", "01T01:46", 2, 5_340)];
    assert_eq!(runs(&late, 3_600)["missed"], json!(0));
    // A daily check misses nothing here.
    let daily = [("01T03:00", "30T03:00", 30, 86_400)];
    assert_eq!(runs(&daily, 86_400)["missed"], json!(0));
    assert!(runs(&daily, 3_600)["missed"].as_u64() > Some(600));
}

#[test]
fn a_check_that_stopped_is_noticed_until_the_end_of_the_period() {
    let mut request = october();
    request.end = Some(at("2026-11-03T00:00:00Z"));
    request.now = at("2026-11-05T00:00:00Z");
    let history = of(&state(), &request);
    let runs = &json_of(&history)["runs"];
    // Three on 13 October, and those of 2 November from 01:17 on.
    assert_eq!(runs["missed"], json!(3 + 23));
    // What is still to come is not missed.
    request.now = at("2026-11-02T01:00:00Z");
    assert_eq!(json_of(&of(&state(), &request))["runs"]["missed"], json!(3));
    // Without an end there is none that it could have missed.
    request.end = None;
    request.now = at("2027-01-01T00:00:00Z");
    let history = of(&state(), &request);
    assert_eq!(json_of(&history)["runs"]["missed"], json!(3));
    // But the first sentence says that the check has stopped.
    let first = &history.sentences[0];
    assert!(
        first.contains(": no run has ended for 59 days; "),
        "{first}"
    );
    request.start = None;
    request.now = at("2026-11-02T03:17:00Z");
    let first = of(&state(), &request).sentences.remove(0);
    assert!(!first.contains("has ended"), "{first}");
}

#[test]
fn runs_of_an_entry_that_reaches_beyond_the_period_are_uncertain() {
    let mut request = october();
    let runs = json_of(&of(&state(), &request))["runs"].clone();
    assert_eq!(
        (&runs["count"], &runs["uncertain"]),
        (&json!(741), &json!(0))
    );
    assert_eq!(runs["first"], "2026-10-01T00:17:00Z");
    assert_eq!(runs["last"], "2026-10-31T23:17:00Z");
    assert_eq!(
        runs["verdicts"],
        json!({ "verified": 741 - 3 - 154, "gaps": 0, "unproven": 3, "failed": 154 })
    );
    assert_eq!(runs["not_complete"], json!(3));
    assert_eq!(runs["accepted"], json!(24));
    request.start = Some(at("2026-10-01T12:00:00Z"));
    let runs = json_of(&of(&state(), &request))["runs"].clone();
    assert_eq!(
        (&runs["count"], &runs["uncertain"]),
        (&json!(741), &json!(23))
    );
}

/// A state that no run has seen in the period.
#[test]
fn a_period_without_a_run_says_so() {
    let mut state = state();
    state["history"] = json!([]);
    let history = of(&state, &october());
    assert!(history.sentences[0].contains("no run is recorded"));
    assert!(json_of(&history)["runs"]["missed"].as_u64() > Some(700));
}

#[test]
fn one_run_is_not_called_regular() {
    let mut state = state();
    let last = state["history"].as_array().and_then(|runs| runs.last());
    state["history"] = json!([last]);
    let history = of(&state, &everything());
    assert!(history.sentences[0].contains("the check ran once"));
}

/// A state of an earlier version does not say how its runs ended.
#[test]
fn runs_that_were_accepted_say_so() {
    let mut state = state();
    let text = shown(&of(&state, &october()), HistoryFormat::Text);
    assert!(
        text.contains("24 of those not verified were accepted (exit status 0)"),
        "{text}"
    );
    assert!(
        text.contains("longest pause 1h; accepted (exit status 0)"),
        "{text}"
    );
    for runs in state["history"].as_array_mut().expect("runs") {
        runs.as_object_mut().expect("runs").remove("exit_status");
    }
    let history = of(&state, &october());
    let text = shown(&history, HistoryFormat::Text);
    assert!(!text.contains("exit status"), "{text}");
    assert_eq!(json_of(&history)["runs"]["accepted"], json!(0));
}
