//! AWS Lambda: started as `bootstrap`, one process answers the events of a runtime interface on loopback, each
//! with a validation in S3.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault};
use crate::support::case::BUCKET;
use crate::support::forge::{Place, damage};
use crate::support::lambda::{Answered, Function, bootstrap, environment};
use crate::support::program::{assert_matches_schema, command, finish};
use crate::support::short_trail::{ARN, CHAIN, assert_refused, stage, world};
use crate::support::stage::Stage;

const LOGS: &str = "AWSLogs/111111111111/CloudTrail/eu-west-1/";

/// Six hours of the trail.
fn event() -> Value {
    json!({ "trail_arn": ARN, "last": "6h", "end_time": "2026-03-01T06:12:34Z", "expect": [CHAIN] })
}

/// The event with another field.
fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut event = event();
    event[name] = value.into();
    event
}

/// An AWS in which one log of the trail is altered.
fn altered(stage: &Stage) -> String {
    let mut world = world(6);
    let keys = world.buckets[BUCKET].keys();
    let key = keys
        .clone()
        .find(|key| key.starts_with(LOGS))
        .expect("a log");
    let place = Place::new(BUCKET, key);
    damage::modify_log(&mut world, &place);
    stage.loopback.serve(&world);
    place.key
}

#[test]
fn one_process_answers_one_event_after_the_other() {
    let stage = stage();
    let mut function = Function::start(&stage);
    for _ in 0..2 {
        let answer = function.invoke(event()).response();
        assert_eq!(answer["verdict"], "verified", "{answer:#}");
        assert_eq!(answer["exit_status"], 0);
        assert_eq!(answer["complete"], true);
        assert_eq!(answer["report_omitted"], Value::Null);
        let report = &answer["report"];
        assert_matches_schema(report);
        assert_eq!(report["requested"]["start"], "2026-03-01T00:12:34Z");
        let deadline = report["requested"]["deadline"].as_u64();
        assert!(
            deadline.is_some_and(|seconds| (30..=55).contains(&seconds)),
            "{deadline:?}"
        );
        assert_eq!(report["totals"], answer["totals"]);
        assert_eq!(report["run"]["command"][0], "trailproof");
    }
    let key = altered(&stage);
    let answer = function.invoke(event()).response();
    assert_eq!(
        (&answer["verdict"], &answer["exit_status"]),
        (&json!("failed"), &json!(1))
    );
    let headline = answer["headline"].as_str().expect("a headline");
    assert_eq!(headline, "1 log was altered");
    let finding = &answer["report"]["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["key"]),
        (&json!("log-modified"), &json!(key))
    );

    let alarm = function.invoke(with("alarm", true)).error("Verdict.Failed");
    let message = finding["message"].as_str().expect("a message");
    assert_eq!(alarm, format!("failed: {headline}; {message}"));
    stage.loopback.serve(&world(6));
    let answer = function.invoke(with("alarm", true)).response();
    assert_eq!(answer["verdict"], "verified");

    // The log of the function has the report for people of each run.
    let log = function.log();
    assert_eq!(
        log.matches("VERIFIED: all of 6 hours is proven").count(),
        3,
        "{log}"
    );
    assert_eq!(log.matches("FAILED: 1 log was altered").count(), 2, "{log}");
    assert_eq!(log.matches("error: ").count(), 1, "{log}");
    stage.assert_only_reads();
    let (status, log) = function.end();
    assert_eq!(status.code(), Some(2), "{log}");
    assert!(
        log.contains("error: lost the runtime interface of Lambda\n"),
        "{log}"
    );
}

#[test]
fn a_bad_event_is_an_error_and_the_runtime_goes_on() {
    let stage = stage();
    let mut function = Function::start(&stage);
    let long = "x".repeat(5 << 20);
    for (event, why) in [
        (
            with("state", "last-run").to_string(),
            "unknown field `state`",
        ),
        (
            with("endpoint_url", "http://127.0.0.1:1").to_string(),
            "unknown field `endpoint_url`",
        ),
        (with("region", 5).to_string(), "(field region)"),
        (
            with("accept", "../stdout").to_string(),
            "accept: it is not the path of a file in the package",
        ),
        (with(&long, "x").to_string(), "unknown field `xxx"),
        (
            with("seed", "a\0b").to_string(),
            "a value holds a NUL character",
        ),
        (
            with("exclude", vec!["*/*/*/*"; 200_000]).to_string(),
            "its values are too long",
        ),
        ("[]".into(), "expected a JSON object"),
        ("{".into(), "EOF while parsing"),
        ("\u{1b}[31m".into(), "expected value"),
    ] {
        let message = function.invoke(event).error("Event.Invalid");
        assert!(message.starts_with("the event is not valid: "), "{message}");
        assert!(message.contains(why), "{why}: {message}");
        assert!(message.len() < 2100, "{}", message.len());
    }
    // What `validate` refuses, it refuses here, and no value becomes an option.
    for (event, why) in [
        (json!({}), "--trail-arn"),
        (
            with("region", "--endpoint-url=http://127.0.0.1:1"),
            "'--region <REGION>'",
        ),
        (
            with("end_time", "\u{1b}[31m2026"),
            "the event is not valid: end_time",
        ),
    ] {
        let message = match function.invoke(event) {
            Answered::Error { message, .. } => message,
            answer => panic!("{why}: {:#}", answer.response()),
        };
        assert!(message.contains(why), "{why}: {message}");
        assert!(!message.contains('\u{1b}'), "{message:?}");
    }
    let nothing = function.invoke(with("s3_prefix", "\u{1b}[31m")).response();
    assert_eq!(nothing["report"]["findings"][0]["code"], "nothing-found");
    let log = function.log();
    assert!(!log.contains('\u{1b}'), "{log:?}");
    assert_eq!(function.invoke(event()).response()["verdict"], "verified");
}

#[test]
fn what_was_accepted_is_in_the_package_of_the_function() {
    let stage = stage();
    altered(&stage);
    let mut function = Function::start(&stage);
    let accepted = format!(
        "[[accept]]\nchain = \"{CHAIN}\"\nfrom = \"2026-03-01T00:00:00Z\"\nto = \"2026-03-01T07:00:00Z\"\n\
         reason = \"a drill\"\nwho = \"audit@example.com\"\n"
    );
    fs::write(function.package().join("accept.toml"), accepted).expect("a file");
    let mut event = with("accept", "accept.toml");
    event["alarm"] = true.into();
    let answer = function.invoke(event).response();
    assert_eq!(
        (&answer["verdict"], &answer["exit_status"]),
        (&json!("failed"), &json!(0))
    );
    assert_eq!(answer["report"]["accepted"][0]["who"], "audit@example.com");
}

#[test]
fn an_invocation_is_answered_before_its_time_is_over() {
    let stage = stage();
    let mut function = Function::start(&stage);
    let message = function
        .invoke_for(event(), Duration::from_millis(900))
        .error("Run.NoTime");
    assert!(
        message.ends_with("ms are left of the invocation; set a longer time-out of the function")
    );

    let hang = Fault::new(Answer::Delay(Duration::from_secs(600))).operation("GetObject");
    stage.loopback.fault(hang.under(LOGS));
    let answer = function
        .invoke_for(event(), Duration::from_secs(12))
        .response();
    assert_eq!(
        (&answer["verdict"], &answer["exit_status"]),
        (&json!("unproven"), &json!(4))
    );
    assert_eq!(answer["complete"], false);
    assert_eq!(answer["report"]["findings"][0]["reason"], "deadline");

    // A validation that crashes ends no runtime.
    function.send(event(), Duration::from_secs(60));
    let validation = function.validation().to_string();
    let killed = Command::new("kill").args(["-KILL", &validation]).status();
    assert!(killed.expect("kill runs").success());
    let message = function.answer().error("Run.Ended");
    assert!(
        message.starts_with("signal 9 ended the validation"),
        "{message}"
    );
    stage.loopback.change(|cloud| cloud.faults.clear());
    assert_eq!(function.invoke(event()).response()["verdict"], "verified");
}

#[test]
fn only_lambda_makes_it_a_runtime() {
    let stage = stage();
    let folder = stage.dir.path();
    let mut program = bootstrap(folder);
    program.env_clear().arg("--version");
    let run = finish(&mut program);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, concat!("trailproof ", env!("CARGO_PKG_VERSION"), "\n"))
    );

    let nowhere = ([127, 0, 0, 1], 1).into();
    let set = environment(&stage, nowhere, folder);
    let mut other = command(folder, &["--version"]);
    assert_eq!(finish(other.env_clear().envs(set.clone())).code, 0);
    let mut program = Command::new(folder.join("bootstrap"));
    program.env_clear().envs(set.clone());
    assert_refused(
        &mut program,
        &["error: lost the runtime interface of Lambda\n"],
    );
    for (name, value, why) in [
        ("AWS_LAMBDA_FUNCTION_NAME", None, "is not set"),
        ("AWS_LAMBDA_FUNCTION_VERSION", None, "is not set"),
        (
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            Some("much"),
            "is not a number of megabytes",
        ),
        ("AWS_LAMBDA_RUNTIME_API", Some("a b"), "is not an address"),
    ] {
        let mut program = Command::new(folder.join("bootstrap"));
        program.env_clear().envs(set.clone()).env_remove(name);
        program.envs(value.map(|value| (name, value)));
        assert_refused(&mut program, &[&format!("error: {name} {why}\n")]);
    }
}
