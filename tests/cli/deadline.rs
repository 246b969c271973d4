//! `--deadline`: a run ends soon after it with what it found, and nobody takes that for all there is.

use std::fs;
use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::aws::{Answer, Fault, Service};
use crate::support::case::{BUCKET, REGION};
use crate::support::disk::copy_of;
use crate::support::program::{Run, command, finish, listed_chains, reported};
use crate::support::running::{Running, days, of_days};
use crate::support::short_trail::{ARN, of_trail, serving, world};
use crate::support::stage::Stage;
use crate::support::stopped;

const LOGS: &str = "AWSLogs/111111111111/CloudTrail/eu-west-1/";

/// How long a run with a deadline may take on a machine that has much else to do. Without load it is little
/// more than its deadline.
const BOUND: Duration = Duration::from_secs(120);

/// A fault that lasts longer than any test.
fn hang(operation: &str) -> Fault {
    Fault::new(Answer::Delay(Duration::from_secs(600))).operation(operation)
}

/// Runs a command, which must end within the bound.
fn in_time(mut command: Command) -> Run {
    let begun = Instant::now();
    let run = finish(&mut command);
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    run
}

/// The same for the arguments of a stage, with a deadline of a second.
fn ended(stage: &Stage, args: &[&str]) -> Run {
    in_time(stage.command(&[args, &["--deadline", "1s"]].concat()))
}

/// Asserts what holds for every report of a run that its deadline ended.
fn assert_partial(seconds: u64, run: Run) -> Value {
    let ended = format!("the deadline of {seconds}s ended the run");
    let note = format!("note: {ended}: the report is partial: it holds the results until then");
    assert!(run.stderr.contains(&note), "{}", run.stderr);
    let (code, report) = reported(run);
    let failed = report["totals"]["findings"]["failed"].as_u64() > Some(0);
    let expected = match failed {
        true => (1, "failed"),
        false => (4, "unproven"),
    };
    let verdict = report["verdict"].as_str().expect("a verdict");
    assert_eq!((code, verdict), expected, "{report:#}");
    assert_eq!(report["complete"], false);
    assert_eq!(report["requested"]["deadline"], seconds);
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "source-unreadable", "{finding:#}");
    assert_eq!(finding["reason"], "deadline", "{finding:#}");
    let message = finding["message"].as_str().expect("a message");
    assert!(message.starts_with(&ended), "{message}");
    let not_proven = format!("anything not read before {ended}");
    assert_eq!(report["not_proven"][0], not_proven);
    report
}

#[test]
fn a_hanging_service_is_left_at_the_deadline_wherever_it_hangs() {
    for operation in [
        "DescribeTrails",
        "ListObjectsV2",
        "GetObject",
        "ListPublicKeys",
        "GetTrailStatus",
    ] {
        let stage = serving(&world(3));
        stage.loopback.fault(hang(operation));
        let args = of_days(&[]);
        let report = assert_partial(1, ended(&stage, &args));
        for missing in ["digests", "logs"] {
            assert_eq!(report["totals"][missing]["missing"], 0, "{operation}");
        }
    }
}

#[test]
fn waiting_ends_at_the_deadline_too() {
    let stage = days();
    stage
        .loopback
        .fault(Fault::new(Answer::slow_down()).operation("GetObject"));
    assert_partial(1, ended(&stage, &of_days(&[])));

    let stage = days();
    stage
        .loopback
        .fault(Fault::new(Answer::Stall(100)).operation("GetObject"));
    assert_partial(1, ended(&stage, &of_days(&[])));

    let stage = stopped::stopped_outside_home();
    stage
        .loopback
        .fault(hang("LookupEvents").service(Service::CloudTrail));
    let args = [&["validate", "--format", "json"], &stopped::ASKED[..]].concat();
    let report = assert_partial(1, ended(&stage, &args));
    assert_eq!(report["totals"]["digests"]["unproven"], 0, "{report:#}");
}

#[test]
fn what_was_found_is_kept_and_what_failed_stays_failed() {
    let mut world = world(6);
    let objects = world.buckets.get_mut(BUCKET).expect("a bucket");
    let logs: Vec<String> = objects
        .keys()
        .filter(|key| key.starts_with(LOGS))
        .cloned()
        .collect();
    objects.get_mut(&logs[1]).expect("a log").body = b"altered".to_vec();
    let stage = serving(&world);
    stage.loopback.fault(hang("GetObject").key(&logs[4]));
    let run = in_time(stage.command(&of_trail(&["--deadline", "3s"])));
    let report = assert_partial(3, run);
    assert_eq!(report["verdict"], "failed", "{report:#}");
    assert!(report["totals"]["logs"]["valid"].as_u64() > Some(0));
    assert!(report["totals"]["logs"]["unproven"].as_u64() > Some(0));
}

#[test]
fn no_format_shows_a_partial_report_as_complete() {
    let stage = serving(&world(3));
    stage.loopback.fault(hang("GetObject").under(LOGS));
    let mut args = vec![
        "validate",
        "--s3-bucket",
        BUCKET,
        "--start-time",
        "2026-03-01T00:12:34Z",
    ];
    let formats = [
        "html",
        "markdown",
        "junit",
        "ocsf",
        "prometheus",
        "csv",
        "jsonl",
        "text",
    ];
    for format in formats {
        args.extend(["--format", format, "--out", format]);
    }
    args.extend(["--format", "aws-cli"]);
    let run = ended(&stage, &args);
    assert_eq!(run.code, 4, "{}", run.stderr);
    let read = |name: &str| fs::read_to_string(stage.dir.path().join(name)).expect(name);
    for name in ["html", "markdown", "junit", "ocsf", "csv", "jsonl", "text"] {
        let text = read(name);
        assert!(
            text.contains("the deadline of 1s ended the run"),
            "{name}: {text}"
        );
    }
    let metrics = read("prometheus");
    let incomplete = metrics
        .lines()
        .any(|line| line.contains("complete") && line.ends_with(" 0"));
    assert!(incomplete, "{metrics}");
    assert!(run.stderr.contains("the deadline of 1s"), "{}", run.stderr);
    assert!(run.stdout.contains("not checked"), "{}", run.stdout);
    for name in ["markdown", "text"] {
        assert!(read(name).to_lowercase().contains("not complete"), "{name}");
    }
}

#[test]
fn a_run_that_is_done_before_its_deadline_is_not_touched_by_it() {
    let stage = serving(&world(3));
    let args = [
        "validate",
        "--format",
        "json",
        "--s3-bucket",
        BUCKET,
        "--deadline",
        "1h",
    ];
    let (code, report) = reported(stage.run(&args));
    assert_eq!(report["requested"]["deadline"], 3600);
    assert_eq!(report["complete"], true, "{report:#}");
    assert_ne!(code, 2);
    let (_, report) = reported(stage.run(&args[..5]));
    assert_eq!(report["requested"]["deadline"], Value::Null);
}

#[test]
fn a_deadline_must_leave_time() {
    let stage = serving(&world(3));
    for deadline in ["0", "0s", "-5m", "soon", "400d"] {
        for subcommand in ["validate", "trails", "doctor"] {
            let argument = format!("--deadline={deadline}");
            let run = stage.run(&[subcommand, "--s3-bucket", BUCKET, &argument]);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{deadline}");
            assert!(run.stderr.contains("expected a duration"), "{}", run.stderr);
        }
    }
}

#[test]
fn without_a_report_to_write_the_exit_status_is_2() {
    let stage = days();
    let write = |name: &str, text: &str| {
        fs::write(stage.dir.path().join(name), text).expect("a file");
    };
    write(
        "config",
        "[profile slow]\ncredential_process = /bin/sleep 30\n",
    );
    let args = of_days(&["--profile", "slow", "--deadline", "1s"]);
    let mut command = stage.command(&args);
    command.env("AWS_CONFIG_FILE", "config");
    let run = in_time(command);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    let error = "error: the deadline of 1s passed before anything was checked";
    assert!(run.stderr.contains(error), "{}", run.stderr);
    assert!(stage.loopback.calls().is_empty());

    // Nobody ever reads from this pipe.
    write("report", "an older report");
    let fifo = stage.dir.path().join("fifo");
    let made = Command::new("mkfifo").arg(fifo).status().expect("mkfifo");
    assert!(made.success());
    let out = ["--out", "report", "--format", "json", "--out", "fifo"];
    let run = ended(&stage, &of_days(&out));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.contains(error), "{}", run.stderr);
    let older = fs::read_to_string(stage.dir.path().join("report"));
    assert_eq!(older.expect("a file"), "an older report");
    let names = fs::read_dir(stage.dir.path()).expect("a folder");
    let hidden = names.filter(|e| {
        let name = e.as_ref().expect("an entry").file_name();
        name.to_string_lossy().starts_with(".trailproof-")
    });
    assert_eq!(hidden.count(), 0);
}

#[test]
fn after_the_deadline_the_first_signal_leaves_time_for_the_report() {
    let stage = days();
    stage.loopback.fault(hang("GetObject"));
    // The report about missing chains is so long that it does not fit into a pipe that nobody reads.
    let absent = |n: usize| format!("999999999999/{REGION}/{REGION}/trail-{n}\n");
    let expected: String = (0..1_000).map(absent).collect();
    fs::write(stage.dir.path().join("expected"), expected).expect("a file");
    let mut args = vec!["validate", "--format", "json", "--s3-bucket", BUCKET];
    args.extend(["--expect", "expected", "--deadline", "1s"]);
    let mut run = Running::start(&stage, &args, true);
    run.until_noted("the deadline of 1s ended the run");
    run.signal("-TERM");
    run.assert_waits();
    assert_eq!(run.end_by("-TERM").code, 130);
}

#[test]
fn the_other_commands_end_at_their_deadline() {
    let stage = serving(&world(3));
    stage.loopback.fault(hang("ListObjectsV2"));
    let ended_by = "the deadline of 1s ended the run: the";

    let run = ended(
        &stage,
        &["trails", "--format", "json", "--s3-bucket", BUCKET],
    );
    assert!(run.stderr.contains(ended_by), "{}", run.stderr);
    let (code, list) = listed_chains(run);
    assert_eq!(
        (code, &list["complete"]),
        (4, &Value::Bool(false)),
        "{list:#}"
    );
    assert_eq!(list["trouble"][0]["reason"], "deadline");
    assert_eq!(list["requested"]["deadline"], 1);
    let run = ended(&stage, &["trails", "--s3-bucket", BUCKET]);
    assert!(
        run.stdout.contains("the deadline of 1s ended the run"),
        "{}",
        run.stdout
    );

    let run = ended(&stage, &["doctor", "--format", "json", "--trail-arn", ARN]);
    assert!(run.stderr.contains(ended_by), "{}", run.stderr);
    assert_eq!(run.code, 4, "{}", run.stdout);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let checks = report["checks"].as_array().expect("checks");
    let unknown = checks.iter().filter(|check| check["status"] == "unknown");
    assert!(unknown.count() > 2, "{report:#}");
}

/// A copy, half of whose logs inflate to 256 MiB.
fn large_copy() -> TempDir {
    let mut world = world(24);
    let spaces = {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let block = vec![b' '; 1 << 20];
        (0..256).for_each(|_| gz.write_all(&block).expect("memory"));
        gz.finish().expect("memory")
    };
    let objects = world.buckets.get_mut(BUCKET).expect("a bucket");
    let logs = objects.iter_mut().filter(|(key, _)| key.starts_with(LOGS));
    for (_, log) in logs.step_by(2) {
        log.body.clone_from(&spaces);
    }
    copy_of(&world)
}

#[test]
fn a_large_copy_on_disk_is_left_at_the_deadline() {
    let dir = large_copy();
    let mut args = vec![
        "validate", "--format", "json", "--path", BUCKET, "--keys", "keys",
    ];
    args.extend(["--jobs", "1", "--deadline", "1s"]);
    assert_partial(1, in_time(command(dir.path(), &args)));
}
