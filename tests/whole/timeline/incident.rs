//! What the timeline of the forged incident holds.

use std::fs;

use serde_json::Value;

use super::{calls, copied, forged, json, timeline};
use crate::support::case::BUCKET;
use crate::support::incident::{LEAKED_KEY, MADE_KEY, SESSION, SESSION_KEY};
use crate::support::program::{reported, run};

#[test]
fn every_proven_call_is_part_of_it_and_no_deleted_one() {
    let (incident, world) = forged();
    let (code, report) = json(copied(&world).path(), &[]);
    assert_eq!(code, 1);
    let found = calls(&report);
    for step in &incident.steps {
        let call = format!("{} {} {}", step.at, step.name, step.key);
        assert_eq!(found.contains(&call), step.is_proven, "{call}: {found:#?}");
    }
    assert_eq!(report["timeline"]["complete"], true);
}

#[test]
fn the_principals_are_followed_from_the_session_to_the_leaked_key() {
    let (_, world) = forged();
    let (_, report) = json(copied(&world).path(), &[]);
    let subjects = report["timeline"]["subjects"].as_array().expect("subjects");
    let subject = |name: &str| {
        let found = subjects.iter().find(|subject| subject["name"] == *name);
        found.unwrap_or_else(|| panic!("no {name} in {subjects:#?}"))
    };
    let session = subject(SESSION);
    assert_eq!(subject(SESSION_KEY)["kind"], "access-key");
    let made = subject(MADE_KEY);
    assert!(made["why"].as_str().expect("why").starts_with("opened S"));
    let leaked = subject(LEAKED_KEY);
    assert!(
        leaked["why"]
            .as_str()
            .expect("why")
            .starts_with("created S")
    );
    let search = |subject: &Value| subject["search"].as_u64().expect("a number");
    assert!(search(session) < search(made) && search(made) < search(leaked));
    // Whoever is not part of it is not followed.
    let users = subjects.iter().filter(|subject| subject["kind"] == "user");
    assert_eq!(users.count(), 2, "{subjects:#?}");
}

#[test]
fn each_event_says_who_made_it_where_it_is_recorded_and_why_it_is_shown() {
    let (_, world) = forged();
    let (_, report) = json(copied(&world).path(), &["--watchlist"]);
    let events = report["timeline"]["events"].as_array().expect("events");
    for event in events {
        for place in ["log", "digest"] {
            let place = event[place].as_str().expect("a place");
            assert!(
                place.starts_with(&format!("s3://{BUCKET}/AWSLogs/")),
                "{event}"
            );
        }
        assert_ne!(event["subjects"], serde_json::json!([]), "{event}");
    }
    let stop = events.iter().find(|event| event["name"] == "StopLogging");
    let stop = stop.expect("the call");
    assert_eq!(stop["actor"]["access_key_term"], "temporary");
    assert_eq!(stop["actor"]["mfa"], false);
    assert!(
        stop["actor"]["issuer"]
            .as_str()
            .expect("a role")
            .ends_with(":role/log-admin")
    );
    assert_ne!(stop["watchlist"], serde_json::json!([]));
    let times: Vec<&str> = events.iter().filter_map(|e| e["time"].as_str()).collect();
    assert!(times.is_sorted());
}

#[test]
fn validate_adds_the_same_timeline_on_request() {
    let (_, world) = forged();
    let dir = copied(&world);
    let (_, alone) = json(dir.path(), &[]);
    let args = [
        "validate",
        "--path",
        BUCKET,
        "--s3-bucket",
        BUCKET,
        "--keys",
        "keys",
    ];
    let json = ["--format", "json"];
    let (_, without) = reported(run(dir.path(), &[&args[..], &json].concat()));
    assert_eq!(without["timeline"], Value::Null);
    let investigated = [&args[..], &json, &["--investigate"]].concat();
    let with = run(dir.path(), &investigated);
    fs::write(dir.path().join("saved.json"), &with.stdout).expect("a file");
    let (code, with) = reported(with);
    assert_eq!((code, &with["timeline"]), (1, &alone["timeline"]));
    // A saved report shows it too.
    let text = run(dir.path(), &["report", "saved.json"]).stdout;
    assert!(
        text.contains("\ntimeline: ") && text.contains("StopLogging"),
        "{text}"
    );
    let page = run(dir.path(), &["report", "saved.json", "--format", "html"]).stdout;
    assert!(page.contains("<section id=\"timeline\">"));
}

#[test]
fn a_bound_keeps_what_changes_something_and_counts_the_rest() {
    let (_, world) = forged();
    let dir = copied(&world);
    let (_, all) = json(dir.path(), &[]);
    let all = all["timeline"]["events"].as_array().expect("events").len();
    let (code, some) = json(dir.path(), &["--most", "3"]);
    assert_eq!(code, 1);
    let timeline = &some["timeline"];
    let kept = timeline["events"].as_array().expect("events");
    assert_eq!(kept.len(), 3);
    assert!(
        kept.iter()
            .all(|e| e["error_code"].is_null() && e["read_only"] != true)
    );
    assert_eq!(timeline["more_events"], all as u64 - 3);
    let text = timeline_text(dir.path());
    assert!(text.contains("--most bounds the timeline"), "{text}");
}

fn timeline_text(dir: &std::path::Path) -> String {
    timeline(dir, &["--most", "3"]).stdout
}
