//! The timeline of the forged incident: each proven call and no deleted one, the gaps, and the damage.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::forge::World;
use crate::support::incident::{Incident, LEAKED_KEY, MADE_KEY, SESSION_KEY};
use crate::support::program::run;
use crate::support::testdata::case;

/// The timeline of the incident in a format.
fn timeline(format: &str, more: &[&str]) -> String {
    let args = [
        "timeline",
        "--path",
        "bucket",
        "--s3-bucket",
        "trail-logs",
        "--keys",
        "keys",
        "--format",
        format,
    ];
    let run = run(&case("incident"), &[&args[..], more].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    run.stdout
}

#[test]
fn each_proven_call_of_the_incident_is_in_its_timeline_and_no_deleted_one() {
    let incident = Incident::forge(&mut World::new(1));
    let report: Value = serde_json::from_str(&timeline("json", &[])).expect("JSON");
    let timeline = &report["timeline"];
    let events = timeline["events"].as_array().expect("events");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let calls: BTreeSet<String> = events
        .iter()
        .map(|event| {
            let key = text(&event["actor"]["access_key_id"]);
            format!("{} {} {key}", text(&event["time"]), text(&event["name"]))
        })
        .collect();
    for step in &incident.steps {
        let call = format!("{} {} {}", step.at, step.name, step.key);
        assert_eq!(calls.contains(&call), step.is_proven, "{call}: {calls:#?}");
    }
    let times: Vec<String> = events.iter().map(|event| text(&event["time"])).collect();
    assert!(times.is_sorted(), "{times:?}");
    for event in events {
        for place in ["log", "digest"] {
            assert!(
                text(&event[place]).starts_with("s3://trail-logs/AWSLogs/"),
                "{event:#}"
            );
        }
        let term = match text(&event["actor"]["access_key_id"]) {
            key if key.starts_with("AKIA") => "long-term",
            key if key.starts_with("ASIA") => "temporary",
            _ => continue,
        };
        assert_eq!(event["actor"]["access_key_term"], term, "{event:#}");
    }
}

#[test]
fn the_timeline_marks_the_hours_of_each_gap_and_all_damage() {
    let report: Value = serde_json::from_str(&timeline("json", &[])).expect("JSON");
    let marks = report["timeline"]["marks"].as_array().expect("marks");
    let gaps: Vec<&Value> = marks.iter().filter(|mark| mark["kind"] == "gap").collect();
    assert_eq!(gaps.len(), 2);
    for gap in gaps {
        assert_eq!(
            (&gap["from"], &gap["to"]),
            (
                &"2026-03-01T03:55:00Z".into(),
                &"2026-03-01T06:30:00Z".into()
            )
        );
        assert_eq!(gap["cause"], "logging-stopped");
    }
    for code in ["digest-missing", "log-missing"] {
        assert_eq!(
            marks.iter().filter(|mark| mark["code"] == code).count(),
            1,
            "{code}"
        );
    }
    let changes = marks.iter().filter(|mark| mark["kind"] == "change");
    let changes: Vec<String> = changes.map(|mark| mark["message"].to_string()).collect();
    assert!(
        changes
            .iter()
            .any(|change| change.contains("logs only some management events")),
        "{changes:#?}"
    );
}

#[test]
fn the_keys_and_sessions_that_were_made_are_followed() {
    let report: Value = serde_json::from_str(&timeline("json", &[])).expect("JSON");
    let subjects = report["timeline"]["subjects"].as_array().expect("subjects");
    let names: BTreeSet<&str> = subjects.iter().filter_map(|s| s["name"].as_str()).collect();
    for key in [MADE_KEY, SESSION_KEY] {
        assert!(names.contains(key), "{key}: {names:#?}");
    }
    let principals = &report["timeline"]["principals"];
    let keys = principals.to_string();
    for key in [LEAKED_KEY, MADE_KEY, SESSION_KEY] {
        assert!(keys.contains(key), "{key}: {principals:#}");
    }
    assert_eq!(
        report["timeline"]["complete"], true,
        "{:#}",
        report["timeline"]["not_shown"]
    );
}
