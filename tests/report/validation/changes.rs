//! What recorded calls changed about the trails, in each format.

use std::collections::BTreeMap;
use std::io::Cursor;

use serde_json::{Value, json};
use trailproof::report::Format;
use trailproof::report::validation::presentation::Presentation;
use trailproof::report::validation::saved::Saved;

use crate::support::reports::{everything, parsed, shown};

const FOR_PEOPLE: [Format; 3] = [Format::Text, Format::Markdown, Format::Html];

/// A report whose only trail has these changes, and nothing else about changes.
fn with_changes(changes: &[Value], not_searched: &Value) -> Value {
    let mut report = parsed(&everything());
    let mut trail = report["changes"][1].clone();
    trail["changes"] = json!(changes);
    trail["more"] = json!(0);
    trail["not_searched"] = not_searched.clone();
    report["changes"] = json!([trail]);
    report
}

fn change(at: usize) -> Value {
    parsed(&everything())["changes"][1]["changes"][at].clone()
}

/// The part of a text report about changes.
fn section(report: &Value) -> String {
    let text = shown(report, Format::Text);
    let at = text.find("\nchanges to the trail").expect("the section");
    let end = text[at..]
        .find("\nnotes: ")
        .or(text[at..].find("\nchains\n"));
    text[at..at + end.expect("the next section")].to_owned()
}

#[test]
fn each_change_says_who_when_from_where_and_what_it_changed() {
    let report = parsed(&everything());
    for format in FOR_PEOPLE {
        let text = shown(&report, format);
        for value in [
            "event-selectors",
            "PutEventSelectors",
            "logs no management events from then on",
            "2026-03-03T02:10:00Z",
            "arn:aws:sts::111111111111:assumed-role/Admin/mallory",
            "arn:aws:iam::111111111111:role/admin",
            "203.0.113.9",
            "AKIAEXAMPLEOPS000001 (long-term)",
            "AccessDenied",
            "key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "includeManagementEvents",
            "a-later-word",
        ] {
            assert!(text.contains(value), "{format:?}: {value}: {text}");
        }
    }
}

#[test]
fn a_call_that_reduces_stands_out_and_one_that_was_refused_did_nothing() {
    let text = section(&parsed(&everything()));
    for value in [
        "  REDUCED event-selectors  at 2026-03-03T02:10:00Z",
        "  changed bucket-policy  at 2026-03-03T03:00:00Z",
        "  refused key-disabled  at 2026-03-03T04:00:00Z",
        "recorded calls: 1 reduced what is logged or delivered, 2 changed something else, 1 refused, 3 more not listed",
    ] {
        assert!(text.contains(value), "{value}: {text}");
    }
    // What must be known first comes first, whatever the order of the trails.
    let main = text.find("trail main in us-east-1, owned by 111111111111");
    let other = text.find("trail org-trail in eu-west-1, of organization o-exampleorg");
    assert!(main.expect("a trail") < other.expect("a trail"), "{text}");
}

/// That nothing is found is said with the place where it was searched, and never without what was not searched.
#[test]
fn none_recorded_says_where_and_what_was_not_searched() {
    let none = "none recorded in the proven logs of 111111111111/us-east-1";
    for (why, words) in [
        (json!(null), ""),
        (
            json!("no-logs-read"),
            "; not searched: no log was read, as --logs requests",
        ),
        (
            json!("some-logs-read"),
            "; searched only in part: the logs of 111111111111/us-east-1 that --logs leaves out were not read",
        ),
        (
            json!("outside-scope"),
            "; not searched: the logs of 111111111111/us-east-1 are outside this validation",
        ),
        (
            json!("nothing-proven"),
            "; not searched: nothing is proven of the logs of 111111111111/us-east-1",
        ),
        (
            json!("owner-unknown"),
            "; not known: which account owns the trail, and whether its logs were searched",
        ),
        (json!("a-later-word"), "; not searched: a-later-word"),
    ] {
        let mut report = with_changes(&[], &why);
        let text = section(&report);
        let line = format!("owned by 111111111111: {none}{words}\n");
        assert!(text.contains(&line), "{why}: {text}");
        report["changes"][0]["searched"] = json!([]);
        let text = section(&report);
        assert!(!text.contains("none recorded"), "{why}: {text}");
    }
}

#[test]
fn a_report_of_an_earlier_version_has_no_section() {
    let mut report = parsed(&everything());
    report.as_object_mut().expect("a report").remove("changes");
    for format in FOR_PEOPLE {
        let text = shown(&report, format).to_lowercase();
        assert!(!text.contains("changes to the trail"), "{format:?}: {text}");
    }
    let metrics = shown(&report, Format::Prometheus);
    assert!(!metrics.contains("trail_changes"), "{metrics}");
}

/// One trail with many changes takes no place from the rest, and what it reduced is never left out.
#[test]
fn of_many_changes_those_that_reduce_are_shown_and_the_others_counted() {
    let mut changes: Vec<Value> = (0..199).map(|_| change(1)).collect();
    changes.push(change(0));
    let report = with_changes(&changes, &json!(null));
    for format in FOR_PEOPLE {
        let text = shown(&report, format);
        assert!(text.contains("PutEventSelectors"), "{format:?}");
        assert!(text.contains("more changes"), "{format:?}");
    }
    let text = section(&report);
    assert_eq!(text.matches("  changed bucket-policy").count(), 19);
    assert!(
        text.contains("180 more changes; --format json lists them all"),
        "{text}"
    );
    assert!(shown(&report, Format::Markdown).len() < 65_000);
}

#[test]
fn accounts_have_their_names_on_the_page_and_in_markdown() {
    let json = everything();
    let mut saved = Saved::read(Cursor::new(&json)).expect("a report");
    let names = BTreeMap::from([("111111111111".to_owned(), "Payroll".to_owned())]);
    let presentation = Presentation {
        names,
        ..Presentation::default()
    };
    for (format, expected) in [
        (Format::Html, "owned by 111111111111 (Payroll)"),
        (
            Format::Html,
            "the proven logs of 111111111111/us-east-1 (Payroll)",
        ),
        (Format::Markdown, "owned by `111111111111` (Payroll)"),
    ] {
        let mut out = Vec::new();
        saved
            .render(&presentation, format, &mut out)
            .expect("written");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.contains(expected), "{format:?}: {expected}: {text}");
    }
}

#[test]
fn the_formats_for_programs_have_each_what_they_can_hold() {
    let report = parsed(&everything());
    let lines = shown(&report, Format::Jsonl);
    let of_trails = lines
        .lines()
        .map(parsed)
        .filter(|line| line["type"] == "changes");
    let names: Vec<Value> = of_trails.map(|line| line["trail"].clone()).collect();
    assert_eq!(names, ["org-trail", "main", "main"]);

    let events = shown(&report, Format::Ocsf);
    let reduced = events
        .lines()
        .map(parsed)
        .filter(|e| e["status_code"] == "logging-reduced");
    let reduced: Vec<Value> = reduced.collect();
    assert_eq!(reduced.len(), 1, "{events}");
    assert_eq!(reduced[0]["class_uid"], 2004);
    let call = &reduced[0]["evidences"][0]["data"]["events"][0];
    assert_eq!(call["event_name"], "PutEventSelectors");
    assert_eq!(call["actor"]["access_key_term"], "temporary");

    let metrics = shown(&report, Format::Prometheus);
    for sample in [
        r#"owner="111111111111",home_region="us-east-1",trail="main",effect="reduced"} 1"#,
        r#"owner="111111111111",home_region="us-east-1",trail="main",effect="changed"} 2"#,
        r#"owner="111111111111",home_region="us-east-1",trail="main",effect="refused"} 1"#,
        r#"owner="222222222222",home_region="us-east-1",trail="main"} 0"#,
        r#"organization="o-exampleorg",home_region="eu-west-1",trail="org-trail"} 0"#,
    ] {
        assert!(metrics.contains(sample), "{sample}: {metrics}");
    }
}
