//! `--limit-rate`: requests per second, over all connections and services.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use trailproof::{
    CancelFlag, Http, HttpSettings, InFlight, Limits, RootId, Runtime, S3Source, Session,
    SessionSettings, Source as _,
};

use crate::support::aws::{Answer, Fault, Service};
use crate::support::case::BUCKET;
use crate::support::program::finish;
use crate::support::short_trail::{ARN, WINDOW, of_trail, serving, stage, world};
use crate::support::six_hours::{on_object, six_hours};
use crate::support::stage::Stage;

/// Asserts that the calls so far took at least the time that this rate allows them. How much longer they took
/// depends on the machine.
fn assert_paced(stage: &Stage, per_second: u32, took: Duration, command: &str) {
    let calls = stage.loopback.calls().len();
    assert!(calls > 5, "{command}: {calls} calls");
    let least = Duration::from_secs(1) / per_second * (calls as u32 - 1);
    assert!(took >= least, "{command}: {calls} calls in {took:?}");
}

#[test]
fn every_command_that_reads_stays_below_the_rate() {
    let stage = stage();
    let window = [&["--trail-arn", ARN], &WINDOW[..]].concat();
    for (command, more) in [
        ("validate", &["--format", "json", "--jobs", "32"][..]),
        ("events", &["--out", "events.jsonl"]),
        ("timeline", &["--format", "json"]),
        ("collect", &["--out", "bundle"]),
        ("trails", &["--format", "json"]),
    ] {
        let scope = match command {
            "trails" => &window[..2],
            _ => &window[..],
        };
        let line = [&[command], scope, more, &["--limit-rate", "25"]].concat();
        stage.loopback.clear_calls();
        let begun = Instant::now();
        let run = finish(&mut stage.command(&line));
        assert_eq!(run.code, 0, "{command}: {}", run.stderr);
        assert_paced(&stage, 25, begun.elapsed(), command);
        let services: Vec<Service> = stage.loopback.calls().iter().map(|c| c.service).collect();
        assert!(services.contains(&Service::S3) && services.contains(&Service::CloudTrail));
    }
}

#[test]
fn attempts_count_and_the_report_is_the_same() {
    let six = six_hours();
    let plain = six.report(&[]);
    let refused = Fault::new(Answer::slow_down()).operation("GetObject");
    six.fault(refused.times(20));
    six.fault(on_object(&six.log(3), Answer::CutOff(20)).times(2));
    six.stage.loopback.clear_calls();
    let begun = Instant::now();
    let (code, report) = six.report(&["--limit-rate", "20"]);
    assert_paced(&six.stage, 20, begun.elapsed(), "validate");
    assert_eq!((code, &report["verdict"]), (plain.0, &plain.1["verdict"]));
    for part in ["chains", "findings", "totals"] {
        assert_eq!(report[part], plain.1[part], "{part}");
    }
}

#[test]
fn many_jobs_wait_for_their_turns_in_order() {
    let stage = serving(&world(12));
    let begun = Instant::now();
    let run = finish(&mut stage.command(&of_trail(&["--jobs", "64", "--limit-rate", "12"])));
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_paced(&stage, 12, begun.elapsed(), "validate");
    // More in flight would only wait longer.
    assert!(stage.loopback.peak_in_flight() <= 13);
}

/// As long as nothing answered, a request has six seconds. The last of these is sent later than that.
#[test]
fn a_request_that_waits_for_its_turn_is_not_late() {
    let six = six_hours();
    six.stage
        .loopback
        .change(|cloud| cloud.bucket(BUCKET).public = true);
    let runtime = Runtime::new(CancelFlag::default()).expect("a runtime");
    let settings = HttpSettings {
        requests_per_second: NonZeroU32::new(1),
        ..HttpSettings::default()
    };
    let http = Http::new(settings).expect("a client");
    let settings = SessionSettings {
        profile: None,
        endpoint_url: Some(six.stage.loopback.s3_url()),
        region: "eu-west-1".parse().expect("a region"),
        sign: false,
    };
    let session = Session::open(Arc::new(runtime), http, &settings).expect("a session");
    // Of one source, four are in flight at this rate.
    let in_flight = InFlight {
        first: 64,
        most: 256,
    };
    let source = || {
        let buckets = vec![BUCKET.to_owned()];
        S3Source::new(
            session.clone(),
            buckets,
            &settings.region,
            in_flight,
            Limits::default(),
        )
    };
    let sources = [source(), source()];
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for source in &sources {
            for digest in 1..=4 {
                let key = six.digest(digest).key;
                scope.spawn(move || source.stat(RootId(0), &key).expect("an object"));
            }
        }
    });
    assert!(begun.elapsed() >= Duration::from_secs(7));
}

#[test]
fn on_disk_the_rate_has_no_effect_and_zero_is_refused() {
    let stage = stage();
    let refused = finish(&mut stage.command(&of_trail(&["--limit-rate", "0"])));
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("--limit-rate"),
        "{}",
        refused.stderr
    );
    let copy = ["validate", "--path", ".", "--limit-rate", "5"];
    let run = finish(&mut stage.command(&copy));
    let note = "--limit-rate has no effect with --path: no AWS calls are made";
    assert!(run.stderr.contains(note), "{}", run.stderr);
}
