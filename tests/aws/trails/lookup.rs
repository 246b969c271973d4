//! LookupEvents: paged, throttled, denied, and not called without a gap.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault};
use crate::support::case::{BUCKET, REGION};
use crate::support::stopped::{
    ASKED_ONE, expected_gap, gaps_of, lookups, many_calls, message, stage, stop_and_start, stopped,
};

#[test]
fn denied_or_throttled_lookups_leave_the_gap_unexplained_and_are_reported() {
    let denied = Answer::error(400, "AccessDeniedException", "not authorized");
    let throttled = Answer::error(400, "ThrottlingException", "Rate exceeded");
    let table = [
        (denied, "cloudtrail:LookupEvents", 1),
        (throttled, "ThrottlingException: Rate exceeded", 5),
    ];
    let (world, _) = stopped(&[REGION]);
    for (answer, words, calls) in table {
        let stage = stage(&world, stop_and_start());
        stage
            .loopback
            .fault(Fault::new(answer).operation("LookupEvents"));
        let mut command = stage.command(&["validate", "--format", "json"]);
        command.args(ASKED_ONE).env("AWS_MAX_ATTEMPTS", "5");
        let (exit, report) =
            crate::support::program::reported(crate::support::program::finish(&mut command));
        assert_eq!((exit, &report["complete"]), (3, &json!(true)), "{words}");
        assert_eq!(gaps_of(&report), expected_gap("unexplained", "none"));
        let message = message(&report);
        assert!(
            message.contains("LookupEvents could not be used: "),
            "{message}"
        );
        assert!(message.contains(words), "{message}");
        let shown = report["not_proven"].to_string();
        assert!(
            shown.contains("which calls LookupEvents reports in us-east-1"),
            "{shown}"
        );
        assert_eq!(lookups(&stage).len(), calls, "{words}");
    }
}

#[test]
fn a_throttled_lookup_is_waited_for() {
    let (world, _) = stopped(&[REGION]);
    let stage = stage(&world, stop_and_start());
    let throttled = Answer::error(400, "ThrottlingException", "Rate exceeded");
    stage
        .loopback
        .fault(Fault::new(throttled).operation("LookupEvents").times(2));
    let (_, report) = stage.report(&ASKED_ONE);
    assert_eq!(
        gaps_of(&report),
        expected_gap("logging-stopped", "unsigned")
    );
    assert_eq!(lookups(&stage).len(), 8);
}

#[test]
fn every_page_of_lookups_is_read_once_and_no_faster_than_two_a_second() {
    let (world, _) = stopped(&[REGION]);
    let stage = stage(&world, many_calls());
    stage.loopback.change(|cloud| cloud.event_page = 6);
    let begun = Instant::now();
    let (_, report) = stage.report(&ASKED_ONE);
    let took = begun.elapsed();
    assert_eq!(
        gaps_of(&report),
        expected_gap("logging-stopped", "unsigned")
    );
    assert_eq!(
        report["chains"][0]["gaps"][0]["evidence"]
            .as_array()
            .map(Vec::len),
        Some(13)
    );
    let message = message(&report);
    assert!(
        message.contains("StopLogging by arn:aws:sts::"),
        "{message}"
    );
    assert!(message.contains("was refused ("), "{message}");
    let calls = lookups(&stage);
    let stops = calls
        .iter()
        .filter(|c| c.input.to_string().contains("StopLogging"));
    let tokens: Vec<Value> = stops.map(|c| c.input["NextToken"].clone()).collect();
    assert_eq!(tokens, [Value::Null, json!("StopLogging/6")]);
    assert_eq!(calls.len(), 7);
    assert!(took >= Duration::from_millis(2_900), "{took:?}");
}

#[test]
fn a_token_that_comes_again_ends_the_lookup() {
    let (world, _) = stopped(&[REGION]);
    let stage = stage(&world, stop_and_start());
    stage
        .loopback
        .change(|cloud| cloud.cloudtrail.endless = true);
    let (_, report) = stage.report(&ASKED_ONE);
    assert_eq!(
        gaps_of(&report),
        expected_gap("logging-stopped", "unsigned")
    );
    assert_eq!(lookups(&stage).len(), 12);
}

#[test]
fn a_clean_window_asks_for_no_event() {
    let (world, _) = stopped(&[REGION]);
    let stage = stage(&world, stop_and_start());
    let window = [
        "--s3-bucket",
        BUCKET,
        "--start-time",
        "2026-03-01T00:12:34Z",
        "--end-time",
        "2026-03-01T03:12:34Z",
        "--as-of",
        "2026-03-01T12:00:00Z",
        "--region",
        REGION,
    ];
    let (exit, _) = stage.report(&window);
    assert_eq!((exit, lookups(&stage).len()), (0, 0));
}
