//! What the timeline says where its scope, its keys or the name of its bucket leave something out.

use serde_json::Value;

use super::{copied, forged, json, timeline};
use crate::support::case::{BUCKET, REGION};
use crate::support::program::run;

/// The codes of what was not found or could not be proven.
fn doubts(report: &Value) -> Vec<&str> {
    let doubts = report["doubts"].as_array().expect("doubts").iter();
    let code = |doubt: &'_ str| doubt.find([' ', ':']).unwrap_or(doubt.len());
    doubts
        .filter_map(Value::as_str)
        .map(|doubt| &doubt[..code(doubt)])
        .collect()
}

#[test]
fn why_logs_are_not_proven_comes_first_with_what_to_do() {
    let (_, world) = forged();
    let dir = copied(&world);
    let shown = |given: &[&str]| {
        let args = ["timeline", "--path", BUCKET];
        run(dir.path(), &[&args[..], given].concat())
    };
    let renamed = ["--s3-bucket", "my-logs", "--keys", "keys"];
    let text = shown(&renamed);
    assert_eq!(text.code, 4, "{}", text.stderr);
    let map = text.stdout.find("--map").expect("what to do");
    assert!(map < text.stdout.find("\nmarks\n").unwrap_or(usize::MAX));
    let of = |given: &[&str]| {
        let report = shown(&[given, &["--format", "json"]].concat()).stdout;
        serde_json::from_str::<Value>(&report).expect("a report")
    };
    assert!(doubts(&of(&renamed)).contains(&"digest-relocated"));
    let without_keys = of(&["--s3-bucket", BUCKET]);
    assert!(doubts(&without_keys).contains(&"key-unavailable"));
    let page = shown(&["--s3-bucket", BUCKET, "--format", "html"]).stdout;
    assert!(page.contains("<section id=\"doubts\">"));
}

#[test]
fn a_scope_without_a_digest_is_not_an_empty_story() {
    let (_, world) = forged();
    let dir = copied(&world);
    let scope = ["--account-id", "999999999999"];
    let (code, report) = json(dir.path(), &scope);
    assert_eq!((code, doubts(&report)), (4, vec!["nothing-found"]));
    let text = timeline(dir.path(), &scope).stdout;
    assert!(!text.contains("no gap, no damage"), "{text}");
    let (_, complete) = json(dir.path(), &[]);
    assert_eq!(doubts(&complete), Vec::<&str>::new());
}

#[test]
fn calls_behind_marks_that_the_scope_leaves_out_are_counted() {
    let (_, world) = forged();
    let dir = copied(&world);
    let behind = |more: &[&str]| {
        let (_, report) = json(dir.path(), more);
        let not_shown = report["timeline"]["not_shown"].as_array().expect("a list");
        let mut sentences = not_shown.iter().filter_map(Value::as_str);
        let found = sentences.find(|text| text.contains("behind the marks"));
        found.map(str::to_owned)
    };
    assert_eq!(behind(&[]), None);
    let sentence = behind(&["--region", REGION]).expect("a sentence");
    assert!(sentence.starts_with("3 calls ") && sentence.contains("us-east-1"));
}

#[test]
fn damage_stands_where_the_call_was_made_that_caused_it() {
    let (_, world) = forged();
    let dir = copied(&world);
    let (_, report) = json(dir.path(), &[]);
    let marks = report["timeline"]["marks"].as_array().expect("marks");
    let called = |code: &str| {
        let mark = marks.iter().find(|mark| mark["code"] == *code);
        mark.expect("a mark")["called"].clone()
    };
    assert_eq!(called("digest-missing"), "2026-03-01T03:40:00Z");
    assert_eq!(called("log-missing"), "2026-03-01T03:41:00Z");
    for more in [&[][..], &["--group-by", "principal"]] {
        let text = timeline(dir.path(), more).stdout;
        let at = |part: &str| {
            text.find(part)
                .unwrap_or_else(|| panic!("no {part}: {text}"))
        };
        assert!(text.contains(" deleted s3://"), "{text}");
        assert!(at("***** M4: digest-missing") < at("***** M3: log-missing"));
        assert!(at("***** M3: log-missing") < at("M7 begins"));
        // By principal, the calls of the user come in a group of their own.
        assert!(!more.is_empty() || at("CreateAccessKey (") < at("***** M4: "));
    }
}

#[test]
fn a_format_without_the_timeline_is_noted() {
    let (_, world) = forged();
    let dir = copied(&world);
    let noted = |format: &str| {
        let args = [
            "validate",
            "--path",
            BUCKET,
            "--keys",
            "keys",
            "--investigate",
        ];
        let run = run(dir.path(), &[&args[..], &["--format", format]].concat());
        run.stderr.contains("note: --investigate has no effect")
    };
    assert!(noted("csv") && noted("jsonl"));
    assert!(!noted("html"));
}
