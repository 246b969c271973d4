//! Interrupted runs: the reports hold what was found, they are complete, and no other files remain.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::support::case::{BUCKET, REGION};
use crate::support::program::{Run, begun, run};
use crate::support::running::{Running, days, interrupted, of_days};
use crate::support::stage::Stage;

/// AWS that answers slowly, and an older report in the folder.
fn slow_stage() -> Stage {
    let stage = days();
    stage
        .loopback
        .change(|cloud| cloud.latency = Duration::from_millis(150));
    fs::write(stage.dir.path().join("report.json"), "an older report").expect("a file");
    stage
}

/// Names in the folder besides those of the expected reports.
fn other_files(dir: &Path, reports: &[&str]) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a folder");
    let names = entries.map(|e| e.expect("an entry").file_name());
    let names = names.map(|n| n.into_string().expect("UTF-8"));
    let known = |n: &String| ["stdout", "stderr", "expected"].contains(&n.as_str());
    let others = names.filter(|n| !known(n) && !reports.contains(&n.as_str()));
    others.collect()
}

#[test]
fn every_report_is_complete_after_a_signal() {
    let stage = slow_stage();
    for signal in ["-INT", "-TERM"] {
        stage.loopback.clear_calls();
        let out = [
            "--out",
            "report.json",
            "--format",
            "html",
            "--out",
            "report.html",
        ];
        let text = ["--format", "text", "--verbose"];
        let mut run = Running::start(&stage, &of_days(&[&out[..], &text].concat()), false);
        run.until_called("GetObject", 4);
        let Run {
            code,
            stdout,
            stderr,
        } = run.end_by(signal);
        assert!(stdout.contains("unproven"), "{stdout}");
        let read = |name: &str| fs::read_to_string(stage.dir.path().join(name)).expect(name);
        let page = read("report.html");
        assert!(page.trim_end().ends_with("</html>"), "{page}");
        let report = interrupted(Run {
            code,
            stdout: read("report.json"),
            stderr,
        });
        assert_eq!(report["complete"], false);
        let left = other_files(stage.dir.path(), &["report.json", "report.html"]);
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn a_second_signal_leaves_the_older_report_and_nothing_else() {
    let stage = slow_stage();
    // The report about missing chains is so long that it does not fit into a pipe that nobody
    // reads.
    let absent = |n: usize| format!("999999999999/{REGION}/{REGION}/trail-{n}\n");
    let expected: String = (0..1_000).map(absent).collect();
    fs::write(stage.dir.path().join("expected"), expected).expect("a file");
    let mut args = vec!["validate", "--s3-bucket", BUCKET, "--expect", "expected"];
    args.extend(["--jobs", "2", "--format", "json", "--format", "html"]);
    args.extend([
        "--out",
        "page.html",
        "--format",
        "csv",
        "--out",
        "report.json",
    ]);
    let mut run = Running::start(&stage, &args, true);
    run.until_called("GetObject", 2);
    let opened = begun(run.child.id(), stage.dir.path());
    assert_eq!(opened, 2, "opened before the work");
    assert_eq!(run.end_by_two().code, 130);
    let older = fs::read_to_string(stage.dir.path().join("report.json"));
    assert_eq!(older.expect("a file"), "an older report");
    let left = other_files(stage.dir.path(), &["report.json"]);
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_unwritable_target_is_reported_before_any_call() {
    let stage = days();
    let run = stage.run(&of_days(&["--out", "nowhere/report.json"]));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains("cannot write the report to nowhere"),
        "{}",
        run.stderr
    );
    assert!(stage.loopback.calls().is_empty());
}

#[test]
fn the_report_of_an_interrupted_run_can_be_rendered_again() {
    let stage = slow_stage();
    let mut running = Running::start(&stage, &of_days(&["--out", "report.json"]), false);
    running.until_called("GetObject", 4);
    assert_eq!(running.end_by("-INT").code, 130);
    let again = run(
        stage.dir.path(),
        &["report", "report.json", "--format", "jsonl"],
    );
    assert_eq!((again.code, again.stderr.as_str()), (0, ""));
    let last = again.stdout.lines().last().expect("a summary");
    let last: Value = serde_json::from_str(last).expect("JSON");
    assert_eq!(
        (&last["type"], &last["complete"]),
        (&"summary".into(), &false.into())
    );
}
