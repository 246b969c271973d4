//! `trailproof report`: a saved report in another format, with the real binary.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::program::{command, root, run};
use crate::support::reports::everything;

fn saved(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("report.json"), text).expect("a file");
    dir
}

/// Asserts exit status 2 and these words on standard error.
fn refused(dir: &Path, args: &[&str]) -> String {
    let run = run(dir, &[&["report"], args].concat());
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    run.stderr
}

#[test]
fn a_saved_report_renders_in_every_format_as_the_run_did() {
    let out = tempfile::tempdir().expect("a folder");
    let at = |format: &Format| {
        let path = out.path().join(format.as_str());
        path.to_str().expect("UTF-8").to_owned()
    };
    let mut args = ["validate", "--path", "bucket", "--keys", "keys"]
        .map(String::from)
        .to_vec();
    for format in Format::ALL {
        args.extend(["--format", format.as_str(), "--out", &at(format)].map(String::from));
    }
    let made = run(&root().join("testdata/sample"), &args);
    assert_eq!(made.stdout, "", "{}", made.stderr);
    for format in Format::ALL {
        let again = run(out.path(), &["report", "json", "--format", format.as_str()]);
        assert_eq!((again.code, again.stderr.as_str()), (0, ""));
        let first = fs::read_to_string(at(format)).expect("a report");
        // A run writes lines as soon as they are final, so the lines of several chains are mixed.
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(Into::into).collect();
            lines.sort();
            lines
        };
        let same = match format {
            Format::Jsonl => sorted(&first) == sorted(&again.stdout),
            _ => first == again.stdout,
        };
        assert!(!first.is_empty() && same, "{}", format.as_str());
    }
}

#[test]
fn the_exit_status_is_that_of_writing_and_the_verdict_is_that_of_the_report() {
    let dir = saved(&everything());
    let text = run(dir.path(), &["report", "report.json"]);
    assert_eq!(text.code, 0);
    assert!(text.stdout.starts_with("FAILED: "), "{}", text.stdout);
}

#[test]
fn json_of_a_saved_report_is_that_report_byte_for_byte() {
    let report = everything();
    let dir = saved(&report);
    let again = run(dir.path(), &["report", "report.json", "--format", "json"]);
    assert!(again.stdout == report, "{}", again.stdout);
    // Also over its own input file.
    let args = [
        "report",
        "report.json",
        "--format",
        "json",
        "--out",
        "report.json",
    ];
    assert_eq!(run(dir.path(), &args).code, 0);
    let kept = fs::read_to_string(dir.path().join("report.json")).expect("a report");
    assert!(kept == report);
}

#[test]
fn a_report_can_come_from_a_pipe() {
    let mut child = command(Path::new("."), &["report", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let report = everything();
    stdin.write_all(report.as_bytes()).expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success() && output.stdout == report.as_bytes());
}

#[test]
fn fields_of_a_later_version_are_skipped_and_kept_in_json() {
    let mut report: Value = serde_json::from_str(&everything()).expect("JSON");
    report["tomorrow"] = json!({"a": [1, 2.5, null, {"b": "c"}]});
    report["requested"]["source"] = json!("tape");
    let chain = &mut report["chains"][0];
    chain["moon"] = json!("full");
    chain["gaps"][0]["cause"] = json!("solar-flare");
    chain["gaps"][0]["certainty"] = json!("divine");
    chain["gaps"][0]["evidence"][0]["via"] = json!("raven");
    report["findings"][0]["code"] = json!("log-translated");
    report["findings"][0]["language"] = json!("nl");
    let dir = saved(&report.to_string());
    for format in Format::ALL {
        let run = run(
            dir.path(),
            &["report", "report.json", "--format", format.as_str()],
        );
        assert_eq!(run.code, 0, "{}: {}", format.as_str(), run.stderr);
        let shows = |word: &str| assert!(run.stdout.contains(word), "{}: {word}", format.as_str());
        match format {
            Format::Json => {
                let again: Value = serde_json::from_str(&run.stdout).expect("JSON");
                assert_eq!(again, report);
            }
            Format::Html => {
                let words = ["log-translated", "solar-flare", "divine", "raven", "tape"];
                let page = run.stdout.to_lowercase();
                let shows = |word: &str| assert!(page.contains(word), "{word}: {page}");
                words.into_iter().for_each(shows);
            }
            Format::Prometheus | Format::AwsCli | Format::InToto => {}
            _ => shows("log-translated"),
        }
    }
}

#[test]
fn fields_of_a_later_version_may_be_missing() {
    // For a reader, null and absent are the same.
    let mut report: Value = serde_json::from_str(&everything()).expect("JSON");
    fn drop_nulls(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(drop_nulls),
            Value::Object(fields) => {
                fields.retain(|_, value| !value.is_null());
                fields.values_mut().for_each(drop_nulls);
            }
            _ => {}
        }
    }
    drop_nulls(&mut report);
    let dir = saved(&report.to_string());
    let original = saved(&everything());
    for format in ["text", "html", "csv", "junit"] {
        let args = ["report", "report.json", "--format", format];
        assert!(
            run(dir.path(), &args).stdout == run(original.path(), &args).stdout,
            "{format}"
        );
    }
}

#[test]
fn an_invalid_report_is_refused_with_the_reason() {
    let edited = |pointer: &str, value: Value| {
        let mut report: Value = serde_json::from_str(&everything()).expect("JSON");
        *report.pointer_mut(pointer).expect("a field") = value;
        report.to_string()
    };
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut cut = everything();
    cut.truncate(cut.len() / 2);
    for (text, why) in [
        (String::new(), "it is not a JSON object"),
        ("report".into(), "it is not a JSON object"),
        ("[]".into(), "it is not a JSON object"),
        (deep, "it is not a JSON object"),
        (
            "{}".into(),
            "the file has no \"schema\" field; expected trailproof.report/v1",
        ),
        (cut, "it is not a JSON object"),
        (format!("{}{{}}", everything()), "it is not a JSON object"),
        (
            edited("/schema", json!("trailproof.trails/v1")),
            "its schema is trailproof.trails/v1; expected trailproof.report/v1",
        ),
        (
            edited("/schema", json!("trailproof.report/v2")),
            "its schema is trailproof.report/v2",
        ),
        (
            edited("/verdict", json!("splendid")),
            "unknown variant `splendid`",
        ),
        (
            edited("/findings/0/severity", json!("fatal")),
            "unknown variant `fatal`",
        ),
        (
            edited("/chains/0/coverage/0/state", json!("haunted")),
            "unknown variant `haunted`",
        ),
        (
            edited("/chains/0/window/from", json!("\u{1b}[31myesterday")),
            "it does not follow trailproof.report/v1",
        ),
        (
            edited("/chains", json!({})),
            "it does not follow trailproof.report/v1",
        ),
        (
            edited("/totals/chains", json!(-1)),
            "it does not follow trailproof.report/v1",
        ),
        (
            r#"{"schema":"\u001b[31m"}"#.into(),
            "its schema is \\u{1b}[31m",
        ),
    ] {
        let dir = saved(&text);
        let message = refused(
            dir.path(),
            &["report.json", "--format", "html", "--out", "page.html"],
        );
        assert!(
            message.starts_with("error: report.json is not a report: "),
            "{message}"
        );
        assert!(
            message.contains(why) && !message.contains('\u{1b}'),
            "{why}: {message}"
        );
        assert!(!dir.path().join("page.html").exists());
    }
    let dir = saved(&everything());
    for args in [
        &["absent.json"][..],
        &["."],
        &["report.json", "--out", "no/such/folder"],
    ] {
        refused(dir.path(), args);
    }
    let message = refused(dir.path(), &["report.json", "--format", "papyrus"]);
    assert!(
        message
            .contains("text, json, jsonl, html, markdown, csv, junit, ocsf, prometheus, aws-cli"),
        "{message}"
    );
    refused(
        dir.path(),
        &["report.json", "--format", "json", "--format", "text"],
    );
}

/// A report that cannot be written again is refused before anything is written, even if the fault
/// is in a field that is skipped.
#[test]
fn a_report_that_cannot_be_written_again_is_refused_in_every_format() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let with = |value: &[u8]| {
        let report = everything();
        let at = report.rfind('}').expect("an end");
        [&report.as_bytes()[..at], b", \"tomorrow\": ", value, b"}"].concat()
    };
    for (value, why) in [
        (deep(200).as_bytes(), "recursion limit exceeded"),
        (b"1e999", "number out of range"),
        (b"\"\\ud800\"", "hex escape"),
        (b"{\"\\udc00\": 1}", "surrogate"),
        (b"\"\xff\"", "invalid unicode code point"),
        (b"{\"\xc3\": 1}", "invalid unicode code point"),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("report.json"), with(value)).expect("a file");
        for format in Format::ALL {
            let message = refused(dir.path(), &["report.json", "--format", format.as_str()]);
            assert!(message.contains(why), "{why}: {message}");
        }
    }
    let dir = tempfile::tempdir().expect("a folder");
    let text = with(deep(100).as_bytes());
    fs::write(dir.path().join("report.json"), &text).expect("a file");
    let run = run(dir.path(), &["report", "report.json", "--format", "json"]);
    let (once, again): (Value, Value) = (
        serde_json::from_slice(&text).expect("JSON"),
        serde_json::from_str(&run.stdout).expect("JSON"),
    );
    assert_eq!(once, again);
}
