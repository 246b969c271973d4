//! The caller's identity: shown in the report, and without influence on the verdict.

use std::time::Duration;

use serde_json::Value;

use crate::support::aws::{ACCESS_KEY, Answer, Fault, SECRET_KEY, Service};
use crate::support::case::BUCKET;
use crate::support::profiles::{command, write_profiles};
use crate::support::program::{finish, reported};
use crate::support::short_trail::{of_trail, stage};
use crate::support::stage::Stage;

/// A report without its `run`, and the `run`.
fn report(stage: &Stage) -> (i32, Value, Value) {
    let (code, mut report) = reported(stage.run(&of_trail(&["--as-of", "2026-03-02"])));
    let run = report["run"].take();
    (code, report, run)
}

/// AWS that answers for objects more slowly than for the caller's identity.
fn slow() -> Stage {
    let stage = stage();
    let later = Fault::new(Answer::Delay(Duration::from_millis(200)));
    stage.loopback.fault(later.operation("ListObjectsV2"));
    stage
}

#[test]
fn the_caller_is_in_the_report_and_its_lookup_is_not_counted() {
    let stage = slow();
    let (code, known, run) = report(&stage);
    let caller = run["caller"].as_str().expect("a caller");
    assert!(caller.starts_with("arn:aws:"), "{caller}");
    assert_eq!(stage.calls("GetCallerIdentity").len(), 1);
    stage.assert_only_reads();

    for answer in [
        Answer::error(403, "AccessDenied", "You may not"),
        Answer::error(403, "ExpiredToken", "It is expired"),
        Answer::Close,
        // The run does not wait for this answer.
        Answer::Delay(Duration::from_secs(600)),
    ] {
        let stage = slow();
        let fault = Fault::new(answer.clone());
        stage.loopback.fault(fault.service(Service::Sts));
        let (other, unknown, without) = report(&stage);
        assert_eq!(without["caller"], Value::Null, "{answer:?}");
        assert_eq!((other, &unknown), (code, &known), "{answer:?}");
        assert_eq!(without["requests"], run["requests"], "{answer:?}");
    }
}

#[test]
fn every_format_shows_the_caller_and_unsigned_runs_do_not_look_it_up() {
    let stage = slow();
    let in_format = |format: &'static str| -> Vec<&'static str> {
        let other = |arg| if arg == "json" { format } else { arg };
        of_trail(&[]).into_iter().map(other).collect()
    };
    let (_, _, run) = report(&stage);
    let caller = run["caller"].as_str().expect("a caller");
    for (format, message) in [
        ("text", format!("\n  caller   {caller}\n")),
        ("html", format!("<dt>Caller</dt><dd>{caller}</dd>")),
    ] {
        let shown = stage.run(&in_format(format)).stdout;
        assert!(shown.contains(&message), "{format}: {shown}");
    }
    let lines = stage.run(&in_format("jsonl")).stdout;
    let last: Value = lines
        .lines()
        .last()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .expect("a line");
    assert_eq!(last["caller"], caller);

    stage.loopback.clear_calls();
    let mut args = vec!["validate", "--s3-bucket", "trail-logs", "--no-sign-request"];
    args.extend(["--keys", "keys", "--logs", "none"]);
    std::fs::create_dir(stage.dir.path().join("keys")).expect("a folder");
    stage.run(&args);
    assert!(stage.calls("GetCallerIdentity").is_empty());
}

#[test]
fn two_profiles_show_two_callers() {
    let stage = stage();
    let other = format!(
        "[profile other]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
    );
    write_profiles(&stage, &other);
    // Delays the listing, so that the identity is known before the work is done.
    let later = Fault::new(Answer::Delay(Duration::from_millis(200)));
    stage.loopback.fault(later.operation("ListObjectsV2"));
    let arn = "arn:aws:iam::111111111111:user/auditor";
    for (trail, caller_line) in [
        ("audit", arn.to_owned()),
        ("other", format!("{arn} for S3, {arn} for CloudTrail")),
        ("stranger", format!("{arn} for S3")),
    ] {
        let profiles = ["--s3-profile", "audit", "--trail-profile", trail];
        let args = of_trail(&[&["--s3-bucket", BUCKET][..], &profiles].concat());
        let (_, report) = reported(finish(&mut command(&stage, &args)));
        assert_eq!(report["run"]["caller"], caller_line, "{trail}");
    }
}
