//! Proven logs compared with LookupEvents: `validate --lookup`.

use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::case::{ACCOUNT, BUCKET, HOME, REGION, spec, trail};
use crate::support::forge::{Chain, ChainSpec, World, gunzip, ts};
use crate::support::program::{finish, reported};
use crate::support::stage::Stage;

const ASKED: [&str; 9] = [
    "--lookup",
    "--s3-bucket",
    BUCKET,
    "--start-time",
    "2026-03-01T00:12:34Z",
    "--end-time",
    "2026-03-01T10:12:34Z",
    "--as-of",
    "2026-03-01T12:00:00Z",
];

/// The id of an event that no log holds.
const GHOST: &str = "0badc0de-0000-4000-8000-00000000beef";

/// A world with a chain of ten hours for each spec.
fn world(specs: Vec<ChainSpec>) -> World {
    let mut world = World::new(11);
    for spec in specs {
        let mut chain = Chain::new(spec);
        chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
        chain.run_until(&mut world, ts("2026-03-01T10:12:34Z"));
    }
    world
}

/// The management events of every log, as LookupEvents lists them.
fn recorded(world: &World) -> Vec<Value> {
    let objects = world.buckets[BUCKET].iter();
    let logs = objects.filter(|(key, _)| key.contains("/CloudTrail/"));
    let records = logs.flat_map(|(_, log)| {
        let text: Value = serde_json::from_slice(&gunzip(&log.body)).expect("JSON");
        text["Records"].as_array().expect("records").clone()
    });
    let is_listed = |record: &Value| {
        let at = ts(record["eventTime"].as_str().expect("a time"));
        let in_window = at >= ts("2026-03-01T00:12:34Z") && at < ts("2026-03-01T10:12:34Z");
        in_window && record["eventCategory"] == "Management"
    };
    records.filter(is_listed).collect()
}

/// A write call that no log holds.
fn ghost(at: &str) -> Value {
    json!({
        "eventVersion": "1.10", "eventTime": at, "eventName": "CreateAccessKey", "eventSource": "iam.amazonaws.com",
        "awsRegion": REGION, "sourceIPAddress": "192.0.2.7", "userAgent": "aws-cli", "eventID": GHOST,
        "readOnly": false, "eventType": "AwsApiCall", "recipientAccountId": ACCOUNT, "managementEvent": true,
        "eventCategory": "Management", "requestParameters": {"userName": "backup"},
        "userIdentity": {
            "type": "IAMUser", "principalId": "AIDAEXAMPLE", "accountId": ACCOUNT, "userName": "mallory",
            "arn": format!("arn:aws:iam::{ACCOUNT}:user/mallory"), "accessKeyId": "AKIAEXAMPLE",
        },
    })
}

/// AWS with a world, in which the trail's region lists these events.
fn stage(world: &World, events: Vec<Value>) -> Stage {
    let stage = Stage::of(world, &[TrailConfig::from(&trail())]);
    stage.loopback.change(|cloud| {
        cloud.cloudtrail.trails[0].multi_region = false;
        cloud.cloudtrail.events.insert(REGION.into(), events);
    });
    stage
}

fn missing(report: &Value) -> Vec<&Value> {
    let findings = report["findings"].as_array().expect("findings");
    let missing = findings.iter();
    missing
        .filter(|finding| finding["code"] == "event-not-in-logs")
        .collect()
}

fn counts(report: &Value) -> [u64; 3] {
    ["held", "not_in_logs", "not_compared"]
        .map(|of| report["lookup"][of].as_u64().expect("a number"))
}

fn reason(report: &Value) -> Value {
    report["lookup"]["regions"][0]["not_compared"].clone()
}

#[test]
fn every_event_that_a_proven_log_holds_is_held() {
    let world = world(vec![spec().events(3..=9)]);
    let events = recorded(&world);
    let listed = events.len() as u64;
    assert!(listed > 10);
    let stage = stage(&world, events);
    stage.loopback.change(|cloud| cloud.event_page = 7);
    let (exit, report) = stage.report(&ASKED);
    assert_eq!((exit, &report["complete"]), (0, &json!(true)), "{report:#}");
    assert_eq!(counts(&report), [listed, 0, 0]);
    assert_eq!(report["lookup"]["account"], ACCOUNT);
    assert_eq!(report["requested"]["lookup"], true);
    stage.assert_only_reads();
    let (_, report) = stage.report(&ASKED[1..]);
    assert_eq!(report["lookup"], Value::Null);
}

#[test]
fn an_event_that_no_proven_log_holds_is_a_finding_with_the_event_as_evidence() {
    let world = world(vec![spec()]);
    let mut events = recorded(&world);
    let held = events.len() as u64;
    events.push(ghost("2026-03-01T04:00:00Z"));
    let stage = stage(&world, events);
    let (exit, report) = stage.report(&ASKED);
    assert_eq!((exit, &report["verdict"]), (4, &json!("unproven")));
    assert_eq!(counts(&report), [held, 1, 0]);
    let [finding] = missing(&report)[..] else {
        panic!("one finding: {report:#}")
    };
    assert_eq!(finding["severity"], "unproven");
    assert_eq!(
        finding["chain"],
        format!("{ACCOUNT}/{REGION}/{REGION}/main")
    );
    assert_eq!(finding["from"], "2026-03-01T03:12:34Z");
    assert_eq!(finding["to"], "2026-03-01T04:12:34Z");
    let event = &finding["evidence"][0];
    let shown = [
        ("event_name", json!("CreateAccessKey")),
        ("event_id", json!(GHOST)),
        ("via", json!("lookup-events")),
        ("source_ip", json!("192.0.2.7")),
        ("request_parameters", json!("{\"userName\":\"backup\"}")),
        ("log", Value::Null),
    ];
    for (name, value) in shown {
        assert_eq!(event[name], value, "{name}");
    }
    assert_eq!(event["actor"]["access_key_id"], "AKIAEXAMPLE");
    let coverage = report["chains"][0]["coverage"]
        .as_array()
        .expect("stretches");
    let unproven: Vec<&Value> = coverage
        .iter()
        .filter(|s| s["state"] == "unproven")
        .collect();
    assert_eq!(unproven.len(), 1);
    assert_eq!(unproven[0]["from"], finding["from"]);
    // The page and the text name it, and nothing of it is missing from either.
    for format in ["text", "html", "markdown"] {
        let mut args = vec!["validate", "--format", format];
        args.extend(ASKED);
        let run = finish(&mut stage.command(&args));
        assert!(
            run.stdout.contains("event-not-in-logs"),
            "{format}: {}",
            run.stdout
        );
        assert!(run.stdout.contains(GHOST), "{format}: {}", run.stdout);
    }
}

#[test]
fn what_no_log_must_hold_is_counted_and_is_no_finding() {
    let world = world(vec![spec()]);
    let at = "2026-03-01T04:00:00Z";
    let with = |name: &str, value: Value| {
        let mut event = ghost(at);
        event[name] = value;
        event
    };
    let table = [
        (ghost("2026-03-01T08:12:35Z"), "too-recent"),
        (
            with("recipientAccountId", json!("222222222222")),
            "other-account",
        ),
        (with("awsRegion", json!(HOME)), "other-region"),
        (with("eventCategory", json!("Insight")), "other-category"),
        (with("eventID", Value::Null), "unreadable"),
        (with("eventName", Value::Null), "unreadable"),
    ];
    for (event, why) in table {
        let mut events = recorded(&world);
        events.push(event);
        let (exit, report) = stage(&world, events).report(&ASKED);
        assert_eq!((exit, missing(&report).len()), (0, 0), "{why}");
        assert_eq!(reason(&report), json!([{"reason": why, "count": 1}]));
        assert!(
            report["not_proven"]
                .to_string()
                .contains("that LookupEvents lists and that was not compared")
        );
    }
}

#[test]
fn an_event_that_the_trail_does_not_log_is_not_missing() {
    let world = world(vec![spec()]);
    let mut events = recorded(&world);
    events.push(ghost("2026-03-01T04:00:00Z"));
    let stage = stage(&world, events);
    let selectors = |selector: Value| {
        stage.loopback.change(|cloud| {
            let arn = trail().arn();
            cloud.cloudtrail.selectors.insert(arn, selector);
        });
        let (_, report) = stage.report(&ASKED);
        (missing(&report).len(), reason(&report))
    };
    let skipped = |why: &str| (0, json!([{"reason": why, "count": 1}]));
    let basic = |read_write: &str, excluded: &[&str]| {
        json!({"EventSelectors": [{
            "ReadWriteType": read_write, "IncludeManagementEvents": true, "DataResources": [],
            "ExcludeManagementEventSources": excluded,
        }]})
    };
    assert_eq!(selectors(basic("ReadOnly", &[])), skipped("not-selected"));
    assert_eq!(selectors(basic("WriteOnly", &[])), (1, json!([])));
    let advanced = json!({"AdvancedEventSelectors": [{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]},
        {"Field": "eventSource", "NotEquals": ["iam.amazonaws.com"]},
    ]}]});
    assert_eq!(selectors(advanced), skipped("not-selected"));
    let denied = Answer::error(400, "AccessDeniedException", "not authorized");
    stage
        .loopback
        .fault(Fault::new(denied).operation("GetEventSelectors"));
    assert_eq!(selectors(basic("All", &[])), skipped("selectors-unknown"));
}

#[test]
fn an_event_of_a_recorded_stop_is_not_missing() {
    let world = world(vec![spec()]);
    let call = |name: &str, at: &str| {
        let mut event = ghost(at);
        event["eventName"] = json!(name);
        event["eventSource"] = json!("cloudtrail.amazonaws.com");
        event["eventID"] = json!(format!("{name}-{at}"));
        event["requestParameters"] = json!({"name": "main"});
        event
    };
    let reported = |calls: &[(&str, &str)]| {
        let calls: Vec<Value> = calls.iter().map(|(name, at)| call(name, at)).collect();
        let mut events = recorded(&world);
        events.extend(calls);
        events.push(ghost("2026-03-01T04:00:00Z"));
        let (_, report) = stage(&world, events).report(&ASKED);
        let found = missing(&report);
        let is_ghost = |f: &&&Value| f["evidence"][0]["event_id"] == GHOST;
        (found.iter().filter(is_ghost).count(), report)
    };
    let stopped = [
        ("StopLogging", "2026-03-01T03:50:00Z"),
        ("StartLogging", "2026-03-01T04:10:00Z"),
    ];
    let (found, report) = reported(&stopped);
    assert_eq!(found, 0, "{report:#}");
    assert!(reason(&report).to_string().contains("logging-off"));
    let before = [
        ("StopLogging", "2026-03-01T03:30:00Z"),
        ("StartLogging", "2026-03-01T03:50:00Z"),
    ];
    assert_eq!(reported(&before).0, 1);
}

#[test]
fn an_event_of_a_log_that_is_missing_is_no_second_finding() {
    let mut world = world(vec![spec().events(3..=9)]);
    let events = recorded(&world);
    let keys = world.buckets[BUCKET].keys();
    let logs: Vec<&String> = keys.filter(|key| key.contains("/CloudTrail/")).collect();
    let log = logs[logs.len() / 2].clone();
    world
        .buckets
        .get_mut(BUCKET)
        .expect("a bucket")
        .remove(&log);
    let (exit, report) = stage(&world, events).report(&ASKED);
    assert_eq!((exit, missing(&report).len()), (1, 0), "{report:#}");
    let [_, missing, skipped] = counts(&report);
    assert_eq!(missing, 0);
    assert!(skipped > 0, "{report:#}");
    assert_eq!(
        reason(&report),
        json!([{"reason": "time-not-proven", "count": skipped}])
    );
}

#[test]
fn a_lookup_that_is_denied_or_cut_short_makes_the_report_incomplete() {
    let world = world(vec![spec().events(3..=9)]);
    let mut events = recorded(&world);
    events.push(ghost("2026-03-01T04:00:00Z"));
    let denied = Answer::error(400, "AccessDeniedException", "not authorized");
    let of_denied = stage(&world, events.clone());
    of_denied
        .loopback
        .fault(Fault::new(denied).operation("LookupEvents"));
    let (exit, report) = of_denied.report(&ASKED);
    assert_eq!((exit, &report["complete"]), (4, &json!(false)));
    assert_eq!(
        (missing(&report).len(), &report["lookup"]["account"]),
        (0, &Value::Null)
    );
    let shown = report["not_proven"].to_string();
    assert!(shown.contains("cloudtrail:LookupEvents"), "{shown}");

    // One event in half a second: the deadline passes long before the last one.
    let cut = stage(&world, events);
    cut.loopback.change(|cloud| cloud.event_page = 1);
    let mut command = cut.command(&["validate", "--format", "json", "--deadline", "10s"]);
    let (exit, report) = reported(finish(command.args(ASKED)));
    assert_eq!((exit, &report["complete"]), (4, &json!(false)));
    assert_eq!(report["lookup"]["complete"], false, "{report:#}");
    let shown = report["not_proven"].to_string();
    assert!(
        shown.contains(&format!("the events of {REGION} before 2026-03-01T")),
        "{shown}"
    );
    assert_eq!(report["totals"]["logs"]["unproven"], 0);
}

#[test]
fn a_throttled_page_is_asked_for_again_and_a_token_that_comes_again_ends_it() {
    let world = world(vec![spec()]);
    let events = recorded(&world);
    let held = events.len() as u64;
    let stage = stage(&world, events);
    let throttled = Answer::error(400, "ThrottlingException", "Rate exceeded");
    stage
        .loopback
        .fault(Fault::new(throttled).operation("LookupEvents").times(2));
    let mut command = stage.command(&["validate", "--format", "json"]);
    command.args(ASKED).env("AWS_MAX_ATTEMPTS", "1");
    let (exit, report) = reported(finish(&mut command));
    assert_eq!((exit, counts(&report)), (0, [held, 0, 0]));
    stage
        .loopback
        .change(|cloud| cloud.cloudtrail.endless = true);
    let (exit, report) = stage.report(&ASKED);
    assert_eq!((exit, counts(&report)), (0, [held, 0, 0]));
}

#[test]
fn a_comparison_that_cannot_be_made_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let stage = Stage::of(&World::new(3), &[]);
    let copy = dir.path().to_string_lossy().into_owned();
    let table = [
        (
            vec!["--path", copy.as_str()],
            "no AWS calls are made with --path",
        ),
        (
            vec!["--s3-bucket", BUCKET, "--logs", "none"],
            "a log that is not read",
        ),
        (
            vec!["--s3-bucket", BUCKET, "--no-sign-request"],
            "signed requests only",
        ),
    ];
    for (args, words) in table {
        let run = finish(stage.command(&["validate", "--lookup"]).args(&args));
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    assert!(stage.loopback.calls().is_empty());
}
