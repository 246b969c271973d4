//! A trail that was stopped and started again, and what AWS knows of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::aws::{Answer, Call, Fault, TrailConfig};
use crate::support::case::{BUCKET, HOME, REGION, wide_trail};
use crate::support::forge::deeds::cloudtrail_event;
use crate::support::forge::{Chain, ChainSpec, World, ts};
use crate::support::stage::Stage;

pub const STOP: &str = "2026-03-01T03:30:00Z";

pub const START: &str = "2026-03-01T07:45:10Z";

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

/// The same, of the usual region alone: the chain of the home region is outside the request.
pub const ASKED_ONE: [&str; 10] = {
    let [a, b, c, d, e, f, g, h] = ASKED;
    [a, b, c, d, e, f, g, h, "--region", REGION]
};

/// The trail in some regions, stopped and started again.
pub fn stopped(regions: &[&str]) -> (World, Vec<Chain>) {
    let mut world = World::new(7);
    let chains = regions.iter().map(|region| {
        let mut chain = Chain::new(
            ChainSpec::new(wide_trail(), region)
                .logs(1..=2)
                .events(1..=2),
        );
        chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
        chain.stop(&mut world, ts(STOP));
        chain.start(&mut world, ts(START));
        chain.run_until(&mut world, ts("2026-03-01T10:45:10Z"));
        chain
    });
    let chains = chains.collect();
    (world, chains)
}

pub fn call_event(name: &str, at: &str) -> Value {
    let arn = wide_trail().arn();
    let fields = cloudtrail_event(name, &arn, ts(at), None, json!({"name": arn}));
    serde_json::from_str(&fields.compact()).expect("JSON")
}

/// AWS with a chain of one region outside the trail's home, and these events in LookupEvents there.
pub fn stage(world: &World, events: Vec<Value>) -> Stage {
    let stage = Stage::of(world, &[TrailConfig::from(&wide_trail())]);
    let elsewhere = Fault::new(Answer::access_denied()).operation("ListTrails");
    stage.loopback.fault(elsewhere);
    stage.loopback.change(|cloud| {
        cloud.cloudtrail.events = BTreeMap::from([(HOME.to_owned(), events)]);
        // Nothing is expected of the present.
        cloud.cloudtrail.trails[0].bucket = "logs-since-then".into();
    });
    stage
}

pub fn stop_and_start() -> Vec<Value> {
    vec![
        call_event("StopLogging", "2026-03-01T03:29:58Z"),
        call_event("StartLogging", START),
    ]
}

/// AWS that knows of the stop only through LookupEvents.
pub fn stopped_outside_home() -> Stage {
    let (world, _) = stopped(&[REGION]);
    stage(&world, stop_and_start())
}

pub fn gaps_of(report: &Value) -> Vec<(String, String, String, String)> {
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

pub fn expected_gap(cause: &str, certainty: &str) -> Vec<(String, String, String, String)> {
    vec![(STOP.into(), START.into(), cause.into(), certainty.into())]
}

pub fn message(report: &Value) -> String {
    let findings = report["findings"].as_array().expect("findings");
    let gap = findings.iter().find(|f| f["code"] == "gap").expect("a gap");
    gap["message"].as_str().expect("a text").to_owned()
}

pub fn lookups(stage: &Stage) -> Vec<Call> {
    stage.calls("LookupEvents")
}

/// Many calls of one name, a minute apart; the last is the stop.
pub fn many_calls() -> Vec<Value> {
    let mut events: Vec<Value> = (0..11)
        .map(|n| {
            let mut call = call_event("StopLogging", &format!("2026-03-01T02:{n:02}:00Z"));
            call["errorCode"] = json!("AccessDenied");
            call
        })
        .collect();
    events.extend(stop_and_start());
    events
}
