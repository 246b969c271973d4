//! `--format aws-cli` where we use our own words. Mostly this is for objects that could not be
//! read: the AWS CLI gives up there, and we count nothing of it as INVALID.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::support::aws::{Answer, Fault};
use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, hour};
use crate::support::forge::damage::{delete, modify_log, truncate_gzip};
use crate::support::forge::deeds::s3_event;
use crate::support::forge::{Place, ts};
use crate::support::program::{Run, run as run_in};
use crate::support::running::{Running, days, of_days};
use crate::support::short_trail::{ARN, WINDOW, add, serving, stage, trail, world};
use crate::support::stage::Stage;

const LOGS: &str = "AWSLogs/111111111111/CloudTrail/";

/// How the line about the exit status begins.
const STATUS: &str = "trailproof: exit status ";

const DIGESTS: &str = "AWSLogs/111111111111/CloudTrail-Digest/";

/// A run with `--format aws-cli`; the JSON report is written beside it.
fn run(stage: &Stage) -> Run {
    run_with(stage, &[])
}

fn run_with(stage: &Stage, more: &[&str]) -> Run {
    let report = ["--format", "json", "--out", "report.json"];
    let args = [&["validate", "--trail-arn", ARN], &WINDOW[..], &report].concat();
    stage.run(&[&args[..], &["--format", "aws-cli"], more].concat())
}

/// A saved report in the AWS CLI's format.
fn rendered_again(stage: &Stage) -> Run {
    stage.run(&["report", "report.json", "--format", "aws-cli"])
}

/// The lines of the summary that hold counts.
fn counts(run: &Run) -> Vec<&str> {
    let ratio = |line: &&str| line.contains(" files valid");
    run.stdout.lines().filter(ratio).collect()
}

/// Standard error without empty lines, labels and the line about the exit status.
fn problems(run: &Run) -> Vec<&str> {
    let is_ours = |line: &str| line.starts_with("trailproof: --") || line.starts_with(STATUS);
    let lines = run.stderr.lines();
    lines
        .filter(|line| !line.is_empty() && !is_ours(line))
        .collect()
}

/// The line about the exit status, which is the last one on standard error.
fn status(run: &Run) -> &str {
    let last = run.stderr.lines().next_back().unwrap_or_default();
    assert!(last.starts_with(STATUS), "{}", run.stderr);
    assert_eq!(run.stderr.matches(STATUS).count(), 1, "{}", run.stderr);
    last
}

/// The first file under a prefix.
fn first_file(stage: &Stage, prefix: &str) -> String {
    stage.loopback.change(|cloud| {
        let objects = cloud.buckets["trail-logs"].objects.keys();
        let mut under = objects.filter(|key| key.starts_with(prefix));
        // The very first digest is a starting digest, which lists no log.
        under.nth(1).expect("a file").clone()
    })
}

#[test]
fn a_folder_that_could_not_be_listed_is_in_no_count() {
    let mut world = world(6);
    add(&mut world, trail(), "us-east-1", 6);
    let complete = run(&serving(&world));
    assert_eq!(
        (complete.code, counts(&complete).len()),
        (0, 4),
        "{}",
        complete.stderr
    );
    for (folder, blocks) in [(LOGS, 2), (DIGESTS, 1)] {
        let stage = serving(&world);
        let folder = format!("{folder}us-east-1/");
        let denied = Fault::new(Answer::access_denied()).operation("ListObjectsV2");
        stage.loopback.fault(denied.under(&folder));
        let run = run(&stage);
        assert_eq!(run.code, 4, "{}", run.stderr);
        assert_eq!(
            counts(&run),
            counts(&complete)[..2 * blocks],
            "{}",
            run.stdout
        );
        let stderr_lines = problems(&run);
        let ours = stderr_lines[0].starts_with("trailproof: s3://trail-logs/AWSLogs/")
            && stderr_lines[0].contains("could not be listed: access was denied");
        assert!(stderr_lines.len() == 1 && ours, "{stderr_lines:#?}");
        let again = rendered_again(&stage);
        assert_eq!(again.stderr + status(&run) + "\n", run.stderr);
        assert!(!again.stdout.contains("not checked"), "{}", again.stdout);
        assert!(!again.stdout.contains("INVALID"), "{}", again.stdout);
    }
}

#[test]
fn an_unreadable_object_is_reported_with_its_reason_and_counted_separately() {
    let complete = run(&stage());
    let [digests, logs] = counts(&complete)[..] else {
        panic!("{}", complete.stdout)
    };
    let number = |line: &str| -> u64 {
        let (_, total) = line.split_once('/').expect("a ratio");
        total
            .split(' ')
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a number")
    };
    let (digests, logs) = (number(digests), number(logs));
    for (what, prefix, all) in [("log", LOGS, logs), ("digest", DIGESTS, digests)] {
        let stage = stage();
        let key = first_file(&stage, prefix);
        stage
            .loopback
            .fault(Fault::new(Answer::archived()).key(&key));
        let run = run(&stage);
        assert_eq!(run.code, 4, "{}", run.stderr);
        let (read, kind) = (all - 1, what[..1].to_uppercase() + &what[1..]);
        let counted = format!("{read}/{all} {what} files valid, 1/{all} {what} files not checked");
        assert!(counts(&run).contains(&&*counted), "{}", run.stdout);
        let begins = format!("{kind} file\ts3://trail-logs/{key}\tnot checked: ");
        let stderr_lines = problems(&run);
        let expected_problem =
            stderr_lines[0].starts_with(&begins) && stderr_lines[0].contains("archived");
        assert!(
            stderr_lines.len() == 1 && expected_problem,
            "{stderr_lines:#?}"
        );
        // Without the results of each file, digests that only touch the window are not counted.
        let again = rendered_again(&stage);
        let counted = format!(
            ", 1/{} {what} files not checked",
            all - u64::from(what == "digest")
        );
        assert!(again.stdout.contains(&counted), "{}", again.stdout);
        assert_eq!(again.stderr + status(&run) + "\n", run.stderr);
    }
}

#[test]
fn without_keys_no_digest_is_called_invalid() {
    let stage = stage();
    stage
        .loopback
        .fault(Fault::new(Answer::access_denied()).operation("ListPublicKeys"));
    let run = run(&stage);
    let stderr_lines = problems(&run);
    assert_eq!(
        (run.code, counts(&run)),
        (
            4,
            vec!["0/7 digest files valid, 7/7 digest files not checked"]
        )
    );
    assert!(
        stderr_lines.len() == 7 && !run.stderr.contains("INVALID"),
        "{stderr_lines:#?}"
    );
    assert!(
        run.stdout.contains("No valid digests found in range\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn an_interrupted_run_calls_no_object_invalid() {
    let stage = days();
    let slow = Fault::new(Answer::Delay(Duration::from_millis(150)));
    stage
        .loopback
        .fault(slow.under(&format!("{LOGS}{REGION}/")));
    let args = ["--out", "report.json", "--format", "aws-cli"];
    let mut running = Running::start(&stage, &of_days(&args), false);
    let of_logs = |stage: &Stage| {
        let is_log = |key: &String| key.starts_with(LOGS);
        let calls = stage.calls("GetObject").into_iter();
        calls.filter(|c| c.key.as_ref().is_some_and(is_log)).count()
    };
    running.until("logs", |stage| of_logs(stage) > 8);
    let run = running.end_by("-INT");
    let report = fs::read(stage.dir.path().join("report.json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    let logs = |state: &str| report["totals"]["logs"][state].as_u64().expect("a number");
    let (valid, rest) = (logs("valid"), logs("unproven"));
    let all = valid + rest;
    let counted = format!("{valid}/{all} log files valid, {rest}/{all} log files not checked");
    assert_eq!((run.code, counts(&run)[1]), (130, &*counted));
    assert!(!run.stderr.contains("INVALID"), "{}", run.stderr);
    // One line says how much time it was.
    let stopped = "Log file\t-\tnot checked: a log that its digest lists could not be read: the \
                   validation was interrupted";
    let lines = problems(&run)
        .into_iter()
        .filter(|line| line.contains("interrupted"));
    let note = "note: interrupted: the report is partial: it holds the results until then";
    assert_eq!(lines.collect::<Vec<_>>(), [note, stopped]);
}

#[test]
fn only_options_that_affect_safety_are_mentioned_when_ignored() {
    let stage = stage();
    let more = [
        "--output",
        "text",
        "--debug",
        "--no-paginate",
        "--no-verify-ssl",
    ];
    let run = run_with(&stage, &more);
    let note =
        "note: --no-verify-ssl is accepted and has no effect: certificates are always verified";
    assert!(
        run.code == 0 && run.stderr.starts_with(note),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}

#[test]
fn the_json_report_does_not_depend_on_the_formats_beside_it() {
    let mut case = Case::new("formats-beside", 0, "");
    let mut chain = case.chain(10);
    chain.backfill(&mut case.world, hour(4), hour(6), 2, false);
    let dir = case.copied();
    let json = |more: &[&str]| -> Value {
        let window = [
            "--start-time",
            "2026-03-01T03:30:00Z",
            "--end-time",
            "2026-03-01T06:30:00Z",
        ];
        let args = ["validate", "--path", "bucket", "--keys", "keys"];
        let report = ["--format", "json", "--out", "report.json"];
        let run = run_in(dir.path(), &[&args[..], &window, &report, more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        let text = fs::read_to_string(dir.path().join("report.json")).expect("a report");
        let mut report: Value = serde_json::from_str(&text).expect("JSON");
        report.as_object_mut().expect("an object").remove("run");
        report
    };
    let alone = json(&[]);
    assert!(alone["totals"]["bytes_read"].as_u64() > Some(0));
    assert_eq!(json(&["--format", "aws-cli", "--out", "cli.txt"]), alone);
}

#[test]
fn a_status_that_is_not_0_has_one_line_that_says_why() {
    let verified = run(&stage());
    assert_eq!((verified.code, verified.stderr.as_str()), (0, ""));
    let mut case = Case::new("status", 1, "");
    let chain = case.chain(4);
    modify_log(&mut case.world, &chain.digests[2].logs[0].place);
    let dir = case.copied();
    let args = ["validate", "--path", "bucket", "--keys", "keys"];
    let run = run_in(dir.path(), &[&args[..], &["--format", "aws-cli"]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    let line = status(&run);
    assert!(
        line.starts_with("trailproof: exit status 1: failed: "),
        "{line}"
    );
    assert!(
        line.contains("`aws cloudtrail validate-logs` prints"),
        "{line}"
    );
    assert!(!run.stdout.contains(STATUS), "{}", run.stdout);
    // Whoever accepts the verdict needs no reason.
    let all = [&args[..], &["--format", "aws-cli", "--fail-on", "failed"]].concat();
    let mut case = Case::new("status-0", 3, "");
    let mut chain = case.chain(4);
    chain.cut();
    chain.start(&mut case.world, hour(6));
    chain.run_until(&mut case.world, hour(8));
    let run = run_in(case.copied().path(), &all);
    assert!(
        run.code == 0 && !run.stderr.contains(STATUS),
        "{}",
        run.stderr
    );
}

#[test]
fn each_of_several_regions_is_labelled_on_both_streams() {
    let mut world = world(6);
    add(&mut world, trail(), "us-east-1", 6);
    let damaged = world.buckets["trail-logs"].keys();
    let mut damaged = damaged.filter(|key| key.starts_with(&format!("{LOGS}us-east-1/")));
    let log = damaged.next().expect("a log").clone();
    modify_log(&mut world, &Place::new("trail-logs", &log));
    let stage = serving(&world);
    let both = run(&stage);
    assert_eq!(both.code, 1, "{}", both.stderr);
    let label = |region: &str| format!("trailproof: --trail-arn {ARN} --region {region}\n");
    let [home, other] = ["us-east-1", REGION].map(label);
    assert!(both.stdout.starts_with(&other), "{}", both.stdout);
    assert_eq!(both.stdout.matches(&home).count(), 1, "{}", both.stdout);
    // There is no problem in the other region.
    assert!(both.stderr.starts_with(&home), "{}", both.stderr);
    assert!(!both.stderr.contains(&other), "{}", both.stderr);
    // One region is printed as the AWS CLI prints it, and both are these two one after the other.
    let alone = [REGION, "us-east-1"].map(|region| run_with(&stage, &["--region", region]));
    assert!(alone.iter().all(|run| !run.stdout.contains("trailproof: ")));
    let together = format!("{other}{}{home}{}", alone[0].stdout, alone[1].stdout);
    assert_eq!(both.stdout, together);
}

/// Moving from the AWS CLI is one word: its global options may stand before the command, too.
#[test]
fn validate_logs_takes_the_command_line_of_the_aws_cli() {
    let stage = stage();
    let expected = run(&stage);
    let args = [&["--trail-arn", ARN][..], &WINDOW].concat();
    let global = ["--region", REGION, "--output", "text", "--no-paginate"];
    let name = ["validate-logs"];
    for line in [
        [&name[..], &args].concat(),
        [&name[..], &args, &global].concat(),
        [&global[..], &name, &args].concat(),
    ] {
        let run = stage.run(&line);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{line:?}");
        assert_eq!(run.stdout, expected.stdout, "{line:?}");
    }
    // A report beside it needs a file.
    let json = ["--format", "json", "--out", "beside.json"];
    let run = stage.run(&[&name[..], &args, &json].concat());
    assert_eq!((run.code, run.stdout), (0, expected.stdout));
    assert!(stage.dir.path().join("beside.json").exists());
    let run = stage.run(&[&name[..], &args, &["--format", "json"]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("two reports"), "{}", run.stderr);
    let help = stage.run(&["validate-logs", "--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    for word in [
        "--trail-arn",
        "--no-sign-request",
        "Examples:",
        "Exit status: 0",
    ] {
        assert!(help.stdout.contains(word), "{}", help.stdout);
    }
}

/// The events that explain the damage are in the message, and change nothing here.
#[test]
fn a_saved_report_prints_damage_by_somebody_as_the_run_did() {
    let mut case = Case::new("written-over", 1, "");
    let mut chain = case.chain(3);
    let places: Vec<Place> = chain.digests[2]
        .logs
        .iter()
        .map(|log| log.place.clone())
        .collect();
    for (number, place) in places.iter().enumerate() {
        match number % 3 {
            0 => truncate_gzip(&mut case.world, place),
            1 => modify_log(&mut case.world, place),
            _ => drop(delete(&mut case.world, place)),
        }
        let name = if number % 3 == 2 {
            "DeleteObject"
        } else {
            "PutObject"
        };
        let at = ts("2026-03-01T03:40:00Z");
        chain.record(s3_event(
            (ACCOUNT, REGION),
            name,
            BUCKET,
            Some(&place.key),
            at,
            None,
        ));
    }
    chain.run_until(&mut case.world, hour(5));
    let dir = case.copied();
    let args = [
        "validate", "--path", "bucket", "--keys", "keys", "--format", "json",
    ];
    let both = [&args[..], &["--out", "report.json", "--format", "aws-cli"]].concat();
    let run = run_in(dir.path(), &both);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let report = fs::read_to_string(dir.path().join("report.json")).expect("a report");
    assert!(report.contains("PutObject"), "{report}");
    let again = run_in(
        dir.path(),
        &["report", "report.json", "--format", "aws-cli"],
    );
    let sorted = |run: &Run| -> Vec<String> {
        let mut lines: Vec<String> = problems(run).into_iter().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&again), sorted(&run));
    assert!(sorted(&run).len() >= places.len(), "{}", run.stderr);
}
