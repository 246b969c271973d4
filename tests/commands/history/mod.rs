//! `trailproof history`: what a state says, in each format, and for which period.

mod formats;
mod program;
mod runs;

use jiff::Timestamp;
use serde_json::{Value, json};
use trailproof::base::sha256::Sha256;
use trailproof::commands::history::{HistoryRequest, history};
use trailproof::report::history::v1::History;
use trailproof::report::history::{HistoryFormat, render};
use trailproof::report::state::v1::State;
use trailproof::report::validation::v1::{Requests, Run};

use crate::support::states::{FAILED, QUIET, STOPPED, TWICE, state};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A request for October.
fn october() -> HistoryRequest {
    HistoryRequest {
        start: Some(at("2026-10-01T00:00:00Z")),
        end: Some(at("2026-11-01T00:00:00Z")),
        ..everything()
    }
}

/// A request for all that the state holds.
fn everything() -> HistoryRequest {
    HistoryRequest {
        start: None,
        end: None,
        every: 3_600,
        sha256: Sha256::of(b"a state"),
        is_given: false,
        now: at("2026-11-02T09:00:00Z"),
    }
}

fn run() -> Run {
    Run {
        tool: "trailproof".into(),
        version: "0.1.0".into(),
        command: vec!["trailproof".into(), "history".into(), "state.json".into()],
        started: at("2026-11-02T09:00:00Z"),
        finished: at("2026-11-02T09:00:01Z"),
        caller: None,
        clock_ahead: None,
        state_sha256: None,
        exit_status: None,
        all_accepted: false,
        requests: Requests::default(),
    }
}

fn of(state: &Value, request: &HistoryRequest) -> History {
    let state: State = serde_json::from_value(state.clone()).expect("a state");
    history(state, request, run()).expect("a history")
}

fn shown(history: &History, format: HistoryFormat) -> String {
    let mut out = Vec::new();
    render(history, format, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

fn json_of(history: &History) -> Value {
    serde_json::from_str(&shown(history, HistoryFormat::Json)).expect("JSON")
}

/// The chain of an id, and of an organization if it has one.
fn chain<'a>(history: &'a Value, id: &str, organization: &Value) -> &'a Value {
    let chains = history["chains"].as_array().expect("chains");
    let found = chains
        .iter()
        .find(|c| c["id"] == id && c["organization"] == *organization);
    found.expect("the chain")
}

#[test]
fn a_month_holds_each_chain_as_far_as_it_was_validated() {
    let history = json_of(&of(&state(), &october()));
    let (null, organization) = (&Value::Null, &json!("o-a1b2c3d4e5"));
    let month = 744.0;
    let quiet = chain(&history, QUIET, null);
    assert_eq!(quiet["hours"]["verified"], json!(month));
    assert_eq!(
        (&quiet["verified_percent"], &quiet["worst"]),
        (&json!(100.0), &json!("verified"))
    );
    assert_eq!(quiet["verified_since"], "2026-09-09T00:00:00Z");
    assert_eq!(quiet["open"], json!([]), "what is pending is of November");

    let stopped = chain(&history, STOPPED, null);
    assert_eq!(stopped["hours"]["gap"], json!(2.0));
    assert_eq!(stopped["worst"], "gaps");
    assert_eq!(stopped["gaps"][0]["cause"], "logging-stopped");
    assert_eq!(stopped["verified_since"], "2026-10-07T12:10:00Z");

    let failed = chain(&history, FAILED, null);
    assert_eq!(failed["hours"]["failed"], json!(1.0));
    assert_eq!(failed["hours"]["unproven"], json!(2.0));
    assert_eq!(failed["open"].as_array().map(Vec::len), Some(1));
    let still: Vec<_> = failed["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .collect();
    let still: Vec<_> = still.iter().map(|f| &f["still_reported"]).collect();
    assert_eq!(still, [&json!(false), &json!(true)]);

    let closed = chain(&history, TWICE, null);
    assert_eq!(closed["checked"], json!(false));
    let later = chain(&history, TWICE, organization);
    assert_eq!(later["window"]["from"], "2026-10-10T06:00:00Z");
    assert_eq!(later["hours"]["all"], json!(month - 9.0 * 24.0 - 6.0));

    let totals = &history["totals"];
    assert_eq!(
        (
            &totals["chains"],
            &totals["left_out"],
            &totals["failed_chains"]
        ),
        (&json!(4), &json!(1), &json!(1))
    );
    assert_eq!(totals["verified_chains"], json!(2));
    assert_eq!(history["worst"], "failed");
}

#[test]
fn without_a_period_it_is_all_that_the_state_holds() {
    let history = json_of(&of(&state(), &everything()));
    assert_eq!(history["period"]["from"], "2026-09-09T00:00:00Z");
    assert_eq!(history["period"]["to"], "2026-11-02T00:17:00Z");
    assert_eq!(history["runs"]["count"], history["state"]["runs"]);
    let quiet = chain(&history, QUIET, &Value::Null);
    assert_eq!(quiet["open"].as_array().map(Vec::len), Some(1));
    // What is only pending stands against no chain.
    assert_eq!(quiet["worst"], "verified");
    assert_eq!(history["totals"]["verified_chains"], json!(2));
}

#[test]
fn a_chain_that_was_first_validated_after_the_period_is_not_in_it() {
    let request = HistoryRequest {
        end: Some(at("2026-10-08T00:00:00Z")),
        ..october()
    };
    let history = json_of(&of(&state(), &request));
    assert_eq!(history["totals"]["later"], json!(1));
    assert_eq!(history["chains"].as_array().map(Vec::len), Some(4));
    let failed = chain(&history, FAILED, &Value::Null);
    assert_eq!(
        (&failed["worst"], &failed["findings"]),
        (&json!("verified"), &json!([])),
        "it failed later"
    );
}

#[test]
fn a_period_that_the_state_does_not_hold_is_refused() {
    for (start, end) in [
        ("2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z"),
        ("2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2026-11-01T00:00:00Z", "2026-10-01T00:00:00Z"),
    ] {
        let request = HistoryRequest {
            start: Some(at(start)),
            end: Some(at(end)),
            ..everything()
        };
        let state: State = serde_json::from_value(state()).expect("a state");
        assert!(history(state, &request, run()).is_err(), "{start}");
    }
}

/// Time before the history, after the last run, or of a chain that the runs lost is not verified.
#[test]
fn what_no_run_checked_is_not_verified() {
    let request = HistoryRequest {
        start: Some(at("2026-09-01T00:00:00Z")),
        end: Some(at("2026-12-01T00:00:00Z")),
        now: at("2026-12-01T00:00:00Z"),
        ..everything()
    };
    let history = of(&state(), &request);
    let not_proven = history.not_proven.join("\n");
    for part in [
        "from 2026-09-01T00:00:00Z to 2026-09-09T00:00:00Z",
        "from 2026-11-02T00:17:00Z to 2026-12-01T00:00:00Z",
    ] {
        assert!(not_proven.contains(part), "{not_proven}");
    }
    let history = json_of(&history);
    assert_eq!(history["period"]["from"], "2026-09-01T00:00:00Z");
    assert_eq!(history["period"]["to"], "2026-12-01T00:00:00Z");
    assert_eq!(history["period"]["held_to"], "2026-11-02T00:17:00Z");
    let quiet = chain(&history, QUIET, &Value::Null);
    assert_eq!(quiet["worst"], "unproven");
    assert_eq!(quiet["hours"]["all"], json!(91.0 * 24.0));
    assert_eq!(quiet["hours"]["not_checked"], json!(887.7167));
    // It was found after the first run: what was before is not counted.
    let later = chain(&history, TWICE, &json!("o-a1b2c3d4e5"));
    assert_eq!(later["window"]["from"], "2026-10-10T06:00:00Z");
    let mut lost = state();
    let seen = lost["chains"][0]["seen"].as_array_mut().expect("time");
    seen[0]["to"] = json!("2026-10-17T00:00:00Z");
    seen.truncate(1);
    let history = json_of(&of(&lost, &october()));
    let quiet = chain(&history, QUIET, &Value::Null);
    assert_eq!(quiet["hours"]["not_checked"], json!(15.0 * 24.0));
    assert_eq!(quiet["worst"], "unproven");
    assert_eq!(
        history["totals"]["hours"]["not_checked"],
        json!(15.0 * 24.0)
    );
}

/// Whoever writes a state writes what they want, but no more time than there is.
#[test]
fn no_state_makes_more_verified_time_than_the_period_has() {
    let mut forged = state();
    let seen = forged["chains"][0]["seen"].as_array_mut().expect("time");
    for n in 0..50 {
        let like = seen[0].clone();
        seen.insert(n, like);
    }
    seen.reverse();
    let history = json_of(&of(&forged, &october()));
    let percent = history["totals"]["verified_percent"]
        .as_f64()
        .expect("a share");
    assert!((0.0..=100.0).contains(&percent), "{percent}");
    forged["runs"] = json!(u64::MAX);
    let runs = forged["history"].as_array_mut().expect("runs");
    runs.reverse();
    for entry in runs {
        entry["runs"] = json!(u64::MAX);
        entry["longest_pause"] = json!(i64::MIN);
    }
    for chain in forged["chains"].as_array_mut().expect("chains") {
        chain["since"] = json!("9999-12-30T22:00:00Z");
        chain["seen"][0]["from"] = json!("-009999-01-02T01:59:59Z");
    }
    let extreme = of(&forged, &everything());
    for format in [
        HistoryFormat::Text,
        HistoryFormat::Json,
        HistoryFormat::Html,
    ] {
        assert!(!shown(&extreme, format).is_empty());
    }
}

#[test]
fn a_state_without_chains_says_that_nothing_was_checked() {
    let mut empty = state();
    empty["chains"] = json!([]);
    let history = of(&empty, &everything());
    assert!(history.sentences[0].contains("no chain was checked"));
    let json = json_of(&history);
    assert_eq!(
        json["worst"], "unproven",
        "nothing found is never a success"
    );
    assert!(shown(&history, HistoryFormat::Html).contains("NOTHING CHECKED"));
}

/// A period that lasts counts until the last run, as long as the next one is not overdue.
#[test]
fn time_to_come_is_not_missed() {
    let mut request = HistoryRequest {
        start: Some(at("2026-11-01T00:00:00Z")),
        end: Some(at("2026-12-01T00:00:00Z")),
        now: at("2026-11-02T01:00:00Z"),
        ..everything()
    };
    let history = of(&state(), &request);
    assert!(!history.sentences[0].contains("no run has ended"));
    let not_proven = history.not_proven.join("\n");
    assert!(not_proven.contains("from 2026-11-02T00:17:00Z to 2026-12-01T00:00:00Z"));
    let history = json_of(&history);
    assert_eq!(history["period"]["to"], "2026-11-02T00:17:00Z");
    assert_eq!(chain(&history, QUIET, &Value::Null)["worst"], "verified");
    request.now = at("2026-11-11T00:17:00Z");
    let history = of(&state(), &request);
    assert!(history.sentences[0].contains("no run has ended for 9 days"));
    let history = json_of(&history);
    assert_eq!(history["period"]["to"], "2026-11-11T00:17:00Z");
    assert_eq!(chain(&history, QUIET, &Value::Null)["worst"], "unproven");
}

/// What no run reads any more is not open, and what was pending in it stays unchecked.
#[test]
fn a_chain_that_is_no_longer_checked_has_nothing_open() {
    let mut left = state();
    let request = HistoryRequest {
        start: october().start,
        ..everything()
    };
    let old = &mut left["chains"][2];
    old["looked_at"] = json!("2026-10-31T22:17:00Z");
    let seen = old["seen"].as_array_mut().expect("time");
    seen.truncate(4);
    seen[3]["state"] = json!("pending");
    old["open"] = json!([seen[3]]);
    let history = of(&left, &request);
    let first = &history.sentences[0];
    assert!(
        first.contains("no run has checked 1 chain since 2026-10-31T22:17:00Z"),
        "{first}"
    );
    for format in [HistoryFormat::Text, HistoryFormat::Html] {
        let shown = shown(&history, format);
        assert!(
            shown
                .to_lowercase()
                .contains("no run has checked it since 2026-10-31t22:17:00z")
        );
        assert!(!shown.contains("next run reads it again"), "{shown}");
    }
    let history = json_of(&history);
    let old = chain(&history, FAILED, &Value::Null);
    assert_eq!(old["unchecked_since"], "2026-10-31T22:17:00Z");
    assert_eq!(
        (&old["open"], &old["waiting_since"]),
        (&json!([]), &Value::Null)
    );
    assert_eq!(old["hours"]["pending"], json!(0.0));
    let quiet = chain(&history, QUIET, &Value::Null);
    assert_eq!(quiet["unchecked_since"], Value::Null);
}
