//! Why gaps are there, as far as AWS can be asked: LookupEvents, GetTrailStatus, and the chain of the
//! home region; and that nothing is read twice for it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::aws::{Answer, Call, Fault, TrailConfig, TrailStatus};
use crate::support::case::{ACCOUNT, BUCKET, HOME, REGION, trail};
use crate::support::forge::deeds::{cloudtrail_event, kms_event};
use crate::support::forge::{Chain, ChainSpec, World, damage, ts};
use crate::support::stage::Stage;

const STOP: &str = "2026-03-01T03:30:00Z";
const START: &str = "2026-03-01T07:45:10Z";

pub const ASKED: [&str; 8] = [
    "--s3-bucket",
    BUCKET,
    "--start-time",
    "2026-03-01T00:12:34Z",
    "--end-time",
    "2026-03-01T09:45:10Z",
    "--as-of",
    "2026-03-01T12:00:00Z",
];

/// The trail in some regions, stopped and started again.
fn stopped(regions: &[&str]) -> (World, Vec<Chain>) {
    let mut world = World::new(7);
    let chains = regions.iter().map(|region| {
        let mut chain = Chain::new(ChainSpec::new(trail(), region).logs(1..=2).events(1..=2));
        chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
        chain.stop(&mut world, ts(STOP));
        chain.start(&mut world, ts(START));
        chain.run_until(&mut world, ts("2026-03-01T10:45:10Z"));
        chain
    });
    let chains = chains.collect();
    (world, chains)
}

fn called(name: &str, at: &str) -> Value {
    let arn = trail().arn();
    let fields = cloudtrail_event(name, &arn, ts(at), None, json!({"name": arn}));
    serde_json::from_str(&fields.compact()).expect("JSON")
}

/// AWS with a chain of one region outside the trail's home, and what LookupEvents knows there.
fn stage(world: &World, events: Vec<Value>) -> Stage {
    let stage = Stage::of(world, &[TrailConfig::from(&trail())]);
    let elsewhere = Fault::new(Answer::access_denied()).operation("ListTrails");
    stage.loopback.fault(elsewhere);
    stage.loopback.change(|cloud| {
        cloud.cloudtrail.events = BTreeMap::from([(HOME.to_owned(), events)]);
        // Of the present nothing is to be told.
        cloud.cloudtrail.trails[0].bucket = "logs-since-then".into();
    });
    stage
}

fn stop_and_start() -> Vec<Value> {
    vec![
        called("StopLogging", "2026-03-01T03:29:58Z"),
        called("StartLogging", START),
    ]
}

/// AWS that knows of the stop by LookupEvents alone.
pub fn stopped_outside_home() -> Stage {
    let (world, _) = stopped(&[REGION]);
    stage(&world, stop_and_start())
}

fn gaps(report: &Value) -> Vec<(String, String, String, String)> {
    let gaps = report["chains"][0]["gaps"].as_array().expect("gaps");
    let text = |v: &Value| v.as_str().expect("a text").to_owned();
    gaps.iter()
        .map(|g| {
            (
                text(&g["from"]),
                text(&g["to"]),
                text(&g["cause"]),
                text(&g["certainty"]),
            )
        })
        .collect()
}

fn gap(cause: &str, certainty: &str) -> Vec<(String, String, String, String)> {
    vec![(STOP.into(), START.into(), cause.into(), certainty.into())]
}

fn message(report: &Value) -> String {
    let findings = report["findings"].as_array().expect("findings");
    let gap = findings.iter().find(|f| f["code"] == "gap").expect("a gap");
    gap["message"].as_str().expect("a text").to_owned()
}

fn lookups(stage: &Stage) -> Vec<Call> {
    stage.calls("LookupEvents")
}

#[test]
fn what_no_proven_log_tells_lookup_events_tells_unsigned() {
    let (world, _) = stopped(&[REGION]);
    let stage = stage(&world, stop_and_start());
    let (exit, report) = stage.report(&ASKED);
    assert_eq!(exit, 3);
    assert_eq!(gaps(&report), gap("logging-stopped", "unsigned"));
    let evidence = &report["chains"][0]["gaps"][0]["evidence"];
    let told = |n: usize| {
        let e = &evidence[n];
        (
            e["event_name"].clone(),
            e["via"].clone(),
            e["log"].clone(),
            e["source_ip"].clone(),
        )
    };
    let unsigned = |name: &str| {
        (
            json!(name),
            json!("lookup-events"),
            Value::Null,
            json!("203.0.113.7"),
        )
    };
    assert_eq!(told(0), unsigned("StopLogging"));
    assert_eq!(told(1), unsigned("StartLogging"));
    let message = message(&report);
    assert!(
        message.contains("logging was stopped by arn:aws:sts::"),
        "{message}"
    );
    assert!(
        message.contains("so LookupEvents says, which nothing signs"),
        "{message}"
    );
    // Each name once, in the home region, from two hours before to two hours after.
    let calls = lookups(&stage);
    assert_eq!(calls.len(), 6);
    for call in &calls {
        assert_eq!(call.region.as_deref(), Some(HOME));
        let seconds = |at: &str| json!(ts(at).as_second());
        assert_eq!(call.input["StartTime"], seconds("2026-03-01T01:30:00Z"));
        assert_eq!(call.input["EndTime"], seconds("2026-03-01T09:45:10Z"));
    }
    assert_eq!(
        report["run"]["requests"]["trails"].as_u64(),
        Some(
            stage
                .loopback
                .calls()
                .iter()
                .filter(|c| c.operation.contains("Trail")
                    || c.operation.contains("Selectors")
                    || c.operation == "LookupEvents")
                .count() as u64
        )
    );
    stage.assert_only_reads();
}

#[test]
fn digests_removed_before_a_stop_are_not_explained_by_it() {
    let (mut world, chains) = stopped(&[REGION]);
    // The last two before the stop: the one of the third hour, and the final one.
    let last = chains[0].digests.iter().filter(|d| d.end <= ts(STOP));
    for digest in last.rev().take(2) {
        damage::delete(&mut world, &digest.place);
    }
    let stage = stage(&world, stop_and_start());
    let (exit, report) = stage.report(&ASKED);
    assert_eq!(exit, 3);
    let part = |from: &str, to: &str, cause: &str, certainty: &str| {
        (
            from.to_owned(),
            to.to_owned(),
            cause.to_owned(),
            certainty.to_owned(),
        )
    };
    let expected = [
        part(
            "2026-03-01T02:12:34Z",
            "2026-03-01T04:12:34Z",
            "unexplained",
            "none",
        ),
        part("2026-03-01T04:12:34Z", START, "logging-stopped", "unsigned"),
    ];
    assert_eq!(gaps(&report), expected);
    let message = message(&report);
    assert!(message.contains("StopLogging came only at"), "{message}");
}

#[test]
fn lookups_that_are_denied_or_put_off_leave_the_gap_and_say_so() {
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
        command.args(ASKED).env("AWS_MAX_ATTEMPTS", "5");
        let (exit, report) =
            crate::support::program::reported(crate::support::program::finish(&mut command));
        assert_eq!((exit, &report["complete"]), (3, &json!(true)), "{words}");
        assert_eq!(gaps(&report), gap("unexplained", "none"));
        let message = message(&report);
        assert!(
            message.contains("LookupEvents could not be asked: "),
            "{message}"
        );
        assert!(message.contains(words), "{message}");
        let said = report["not_proven"].to_string();
        assert!(
            said.contains("what LookupEvents knows of calls in us-east-1"),
            "{said}"
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
    let (_, report) = stage.report(&ASKED);
    assert_eq!(gaps(&report), gap("logging-stopped", "unsigned"));
    assert_eq!(lookups(&stage).len(), 8);
}

/// Many calls of one name, a minute apart; the last of them is the stop.
fn many() -> Vec<Value> {
    let mut events: Vec<Value> = (0..11)
        .map(|n| {
            let mut call = called("StopLogging", &format!("2026-03-01T02:{n:02}:00Z"));
            call["errorCode"] = json!("AccessDenied");
            call
        })
        .collect();
    events.extend(stop_and_start());
    events
}

#[test]
fn every_page_of_lookups_is_read_once_and_no_faster_than_two_a_second() {
    let (world, _) = stopped(&[REGION]);
    let stage = stage(&world, many());
    stage.loopback.change(|cloud| cloud.event_page = 6);
    let begun = Instant::now();
    let (_, report) = stage.report(&ASKED);
    let took = begun.elapsed();
    assert_eq!(gaps(&report), gap("logging-stopped", "unsigned"));
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
    assert!(message.contains("was refused at"), "{message}");
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
    let (_, report) = stage.report(&ASKED);
    assert_eq!(gaps(&report), gap("logging-stopped", "unsigned"));
    assert_eq!(lookups(&stage).len(), 12);
}

#[test]
fn the_times_that_get_trail_status_tells_are_circumstance() {
    let (world, _) = stopped(&[REGION]);
    let stage = stage(&world, Vec::new());
    stage.loopback.change(|cloud| {
        let status = TrailStatus {
            started: Some(ts(START)),
            stopped: Some(ts("2026-03-01T03:29:58Z")),
            ..TrailStatus::default()
        };
        let place = (trail().arn(), REGION.to_owned());
        cloud.cloudtrail.status.insert(place, status);
    });
    let (exit, report) = stage.report(&ASKED);
    assert_eq!(exit, 3);
    assert_eq!(gaps(&report), gap("logging-stopped", "circumstantial"));
    let evidence = &report["chains"][0]["gaps"][0]["evidence"][0];
    assert_eq!(
        (&evidence["via"], &evidence["actor"]),
        (&json!("trail-status"), &Value::Null)
    );
    let message = message(&report);
    assert!(message.contains("so GetTrailStatus says"), "{message}");
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
    ];
    let (exit, _) = stage.report(&window);
    assert_eq!((exit, lookups(&stage).len()), (0, 0));
}

#[test]
fn events_in_proven_logs_are_enough_and_no_object_is_read_twice() {
    let (world, _) = stopped(&[HOME, REGION]);
    for more in [&[][..], &["--region", REGION]] {
        let stage = stage(&world, Vec::new());
        let args: Vec<&str> = ASKED.iter().chain(more).copied().collect();
        let (exit, report) = stage.report(&args);
        assert_eq!(exit, 3);
        assert_eq!(gaps(&report), gap("logging-stopped", "signed"), "{more:?}");
        assert_eq!(lookups(&stage).len(), 0, "{more:?}");
        let mut read: BTreeMap<String, usize> = BTreeMap::new();
        for call in stage.calls("GetObject") {
            *read.entry(call.key.expect("a key")).or_default() += 1;
        }
        let twice: Vec<_> = read.iter().filter(|(_, n)| **n > 1).collect();
        assert!(twice.is_empty(), "{more:?}: {twice:#?}");
        let chains = report["chains"].as_array().expect("chains").len();
        assert_eq!(
            chains,
            2 - more.len() / 2,
            "what is read for events counts in nothing else"
        );
        stage.assert_only_reads();
    }
}

#[test]
fn a_home_region_that_may_not_be_read_is_told() {
    let (world, _) = stopped(&[HOME, REGION]);
    let stage = stage(&world, Vec::new());
    let home = format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/{HOME}/");
    stage
        .loopback
        .fault(Fault::new(Answer::access_denied()).under(&home));
    let args: Vec<&str> = ASKED.iter().chain(&["--region", REGION]).copied().collect();
    let (exit, report) = stage.report(&args);
    assert_eq!((exit, &report["complete"]), (3, &json!(true)));
    assert_eq!(gaps(&report), gap("unexplained", "none"));
    let said = report["not_proven"].to_string();
    assert!(
        said.contains("what the chains of home regions record around gaps"),
        "{said}"
    );
    assert!(
        said.contains("111111111111/us-east-1/us-east-1/main: access was denied"),
        "{said}"
    );
}

#[test]
fn a_key_that_was_disabled_stands_with_what_it_made_unreadable() {
    let key = "arn:aws:kms:us-east-1:111111111111:key/0f3a1b2c-1111-2222-3333-444455556666";
    let mut world = World::new(9);
    let mut chain = Chain::new(ChainSpec::new(trail(), HOME).logs(1..=1).events(1..=1));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, ts("2026-03-01T04:12:34Z"));
    chain.record(kms_event(
        "DisableKey",
        key,
        ts("2026-03-01T05:00:00Z"),
        None,
    ));
    chain.run_until(&mut world, ts("2026-03-01T09:12:34Z"));
    let stage = Stage::of(&world, &[TrailConfig::from(&trail())]);
    stage
        .loopback
        .change(|cloud| cloud.cloudtrail.trails[0].kms_key = Some(key.into()));
    let log = chain.digests[3].logs[0].place.clone();
    let disabled = Answer::error(400, "KMS.DisabledException", &format!("{key} is disabled."));
    stage.loopback.fault(Fault::new(disabled).key(&log.key));
    let (exit, report) = stage.report(&ASKED);
    assert_eq!(exit, 4);
    let findings = report["findings"].as_array().expect("findings");
    let log = findings
        .iter()
        .find(|f| f["code"] == "log-unreadable")
        .expect("the log");
    assert_eq!(log["evidence"][0]["event_name"], "DisableKey", "{log:#}");
}
