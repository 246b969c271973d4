//! SIGINT and SIGTERM: an interrupted run reports what it has, and ends soon.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::support::aws::{Answer, Fault, Service};
use crate::support::case::{BUCKET, REGION};
use crate::support::program::{Run, reported};
use crate::support::running::{Running, days, interrupted, of_days};
use crate::support::stage::Stage;

#[test]
fn a_slow_run_ends_soon_with_all_that_was_found() {
    let stage = days();
    stage
        .loopback
        .change(|cloud| cloud.latency = Duration::from_millis(150));
    for signal in ["-INT", "-TERM"] {
        stage.loopback.clear_calls();
        let mut run = Running::start(&stage, &of_days(&[]), false);
        run.until_called("GetObject", 12);
        let report = interrupted(run.end_by(signal));
        let chain = &report["chains"][0];
        let digests = &chain["digests"];
        assert!(digests["unproven"].as_u64() > Some(10), "{digests}");
        assert_eq!(chain["verdict"], "unproven");
        let requests = stage.calls("GetObject").len();
        assert!(requests < 40, "nothing more is asked for: {requests}");
    }
}

#[test]
fn a_stop_ends_the_waiting_between_lookups_at_once() {
    let stage = crate::support::stopped::stopped_outside_home();
    let mut args = vec!["validate", "--format", "json"];
    args.extend(crate::support::stopped::ASKED);
    let mut run = Running::start(&stage, &args, false);
    run.until_called("LookupEvents", 2);
    let run = run.end_by("-INT");
    let (code, report) = reported(run);
    assert_eq!((code, &report["complete"]), (130, &Value::Bool(false)));
    assert_eq!(report["chains"][0]["gaps"][0]["cause"], "logging-stopped");
    assert!(stage.calls("LookupEvents").len() <= 3);
}

#[test]
fn proven_digests_and_logs_stay_proven_after_a_signal() {
    let stage = days();
    let logs = format!("AWSLogs/111111111111/CloudTrail/{REGION}/");
    let slow = Fault::new(Answer::Delay(Duration::from_millis(150)));
    stage.loopback.fault(slow.under(&logs));
    let mut run = Running::start(&stage, &of_days(&[]), false);
    let of_logs = |stage: &Stage| {
        let is_log = |key: &String| key.starts_with(&logs);
        let calls = stage.calls("GetObject").into_iter();
        calls.filter(|c| c.key.as_ref().is_some_and(is_log)).count()
    };
    run.until("logs", |stage| of_logs(stage) > 8);
    let report = interrupted(run.end_by("-INT"));
    let totals = &report["totals"];
    assert!(totals["digests"]["valid"].as_u64() > Some(0), "{totals}");
    assert!(totals["logs"]["valid"].as_u64() > Some(0), "{totals}");
    assert!(totals["logs"]["unproven"].as_u64() > Some(0), "{totals}");
    for missing in ["digests", "logs"] {
        assert_eq!(totals[missing]["missing"], 0, "{totals}");
    }
}

#[test]
fn a_stalled_body_does_not_delay_the_end() {
    let stage = days();
    let stall = Fault::new(Answer::Stall(100)).operation("GetObject");
    stage.loopback.fault(stall);
    let mut run = Running::start(&stage, &of_days(&[]), false);
    run.until_called("GetObject", 2);
    sleep(Duration::from_millis(300));
    interrupted(run.end_by("-TERM"));
}

#[test]
fn throttling_does_not_delay_the_end() {
    for (operation, service) in [
        ("GetObject", Service::S3),
        ("ListObjectsV2", Service::S3),
        ("ListPublicKeys", Service::CloudTrail),
        ("DescribeTrails", Service::CloudTrail),
    ] {
        let stage = days();
        let put_off = match service {
            Service::S3 => Answer::slow_down(),
            _ => Answer::error(400, "ThrottlingException", "Rate exceeded"),
        };
        stage
            .loopback
            .fault(Fault::new(put_off).operation(operation));
        let mut run = Running::start(&stage, &of_days(&[]), false);
        // By then its next retry is further away than the time it has to end.
        run.until_called(operation, 6);
        interrupted(run.end_by("-INT"));
    }
}

#[test]
fn an_unanswered_connection_does_not_delay_the_end() {
    for operation in ["DescribeTrails", "ListObjectsV2", "ListPublicKeys"] {
        let stage = days();
        let never = Fault::new(Answer::Delay(Duration::from_secs(60)));
        stage.loopback.fault(never.operation(operation));
        let mut run = Running::start(&stage, &of_days(&[]), false);
        run.until_called(operation, 1);
        interrupted(run.end_by("-INT"));
    }
}

#[test]
fn a_run_interrupted_before_its_first_call_has_no_report() {
    let stage = days();
    let write = |name: &str, text: &str| {
        fs::write(stage.dir.path().join(name), text).expect("a file");
    };
    write("slow.sh", ": > begun\nsleep 5\n");
    write(
        "config",
        "[profile slow]\ncredential_process = /bin/sh slow.sh\n",
    );
    let mut command = stage.command(&of_days(&["--profile", "slow"]));
    command.env("AWS_CONFIG_FILE", "config");
    let mut run = Running::spawn(&stage, command, false);
    run.until("signing in", |stage| {
        stage.dir.path().join("begun").exists()
    });
    let Run {
        code,
        stdout,
        stderr,
    } = run.end_by("-INT");
    assert_eq!((code, stdout.as_str()), (130, ""), "{stderr}");
    assert!(stderr.contains("error: the validation was interrupted"));
    assert!(stage.loopback.calls().is_empty());
}

#[test]
fn a_second_signal_ends_the_run_at_once() {
    let stage = days();
    stage
        .loopback
        .change(|cloud| cloud.latency = Duration::from_millis(150));
    // The report about missing chains is so long that it does not fit into a pipe that nobody
    // reads.
    let absent = |n: usize| format!("999999999999/{REGION}/{REGION}/trail-{n}\n");
    let expected: String = (0..1_000).map(absent).collect();
    fs::write(stage.dir.path().join("expected"), expected).expect("a file");
    let mut args = vec!["validate", "--format", "json", "--s3-bucket", BUCKET];
    args.extend(["--expect", "expected", "--jobs", "2"]);
    let mut run = Running::start(&stage, &args, true);
    run.until_called("GetObject", 2);
    assert_eq!(run.end_by_two().code, 130);
}
