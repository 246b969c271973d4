//! Logs that somebody added beside those of the trail.

use serde_json::Value;

use crate::support::aws::{Answer, Fault, TrailConfig, TrailStatus};
use crate::support::forge::{Chain, ChainSpec, Object, Place, Trail, World, gzip, ts};
use crate::support::stage::Stage;
use crate::support::trail_scenes::{
    ACCOUNT, REGION, add_log, arguments, assert_gives, run_chain, usual_trail,
};

#[test]
fn a_junk_sibling_does_not_hide_unreferenced_logs() {
    for junk in [false, true] {
        let (mut w, t, c) =
            usual_trail(1, "logs", ["2026-03-01T00:07:21Z", "2026-03-04T00:07:21Z"]);
        add_log(&mut w, &t, "logs", "2026-03-02T05:20:00Z");
        if junk {
            let other = Trail::new(ACCOUNT, REGION, "zz", "logs");
            let key = other.digest_key(ACCOUNT, REGION, ts("2026-03-01T00:30:00Z"));
            w.put(
                &Place::new("logs", &key),
                Object::delivered(b"junk".to_vec(), ts("2026-03-01T00:30:00Z")),
            );
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
        let a = arguments(
            &["--trail-arn", &t.arn()],
            [
                "2026-03-01T10:07:21Z",
                "2026-03-04T00:07:21Z",
                "2026-03-04T00:30:00Z",
            ],
        );
        assert_gives(
            &format!("junk beside={junk}"),
            &stage.report(&a),
            4,
            Some("log-unreferenced"),
        );
    }
}

#[test]
fn a_copied_key_of_another_bucket_does_not_hide_an_unreferenced_log() {
    let mut w = World::new(2);
    let t1 = Trail::new(ACCOUNT, REGION, "one", "logs-one");
    let t2 = Trail::new(ACCOUNT, REGION, "two", "logs-two");
    let c1 = run_chain(
        &mut w,
        &t1,
        ACCOUNT,
        "2026-03-01T00:07:21Z",
        "2026-03-04T00:07:21Z",
    );
    run_chain(
        &mut w,
        &t2,
        ACCOUNT,
        "2026-03-01T00:09:21Z",
        "2026-03-04T00:09:21Z",
    );
    let log = &c1.digests[10].logs[0];
    w.put(
        &Place::new("logs-two", &log.place.key),
        Object::delivered(
            gzip(br#"{"Records":[{"evil":1}]}"#),
            ts("2026-03-03T05:20:00Z"),
        ),
    );
    let stage = Stage::of(&w, &[TrailConfig::from(&t1), TrailConfig::from(&t2)]);
    let a = arguments(
        &["--s3-bucket", "logs-one", "--s3-bucket", "logs-two"],
        [
            "2026-03-01T02:07:21Z",
            "2026-03-03T22:07:21Z",
            "2026-03-04T00:30:00Z",
        ],
    );
    assert_gives(
        "a key of another bucket: both",
        &stage.report(&a),
        4,
        Some("log-unreferenced"),
    );
    let a = arguments(
        &["--s3-bucket", "logs-two"],
        [
            "2026-03-01T02:07:21Z",
            "2026-03-03T22:07:21Z",
            "2026-03-04T00:30:00Z",
        ],
    );
    assert_gives(
        "a key of another bucket: alone",
        &stage.report(&a),
        4,
        Some("log-unreferenced"),
    );
}

#[test]
fn a_bucket_linked_from_another_region_gives_the_same_result_in_any_order() {
    let mut w = World::new(11);
    let home = "eu-central-1";
    let t = Trail::new(ACCOUNT, home, "main", "old-logs");
    // In one region links lead back to the old bucket.
    let mut c1 = Chain::new(ChainSpec::new(t.clone(), home).logs(1..=1).events(1..=1));
    c1.start(&mut w, ts("2026-03-01T00:07:21Z"));
    c1.run_until(&mut w, ts("2026-03-01T10:07:21Z"));
    c1.move_to("new-logs", None);
    c1.run_until(&mut w, ts("2026-03-02T12:07:21Z"));
    // In the other region the chain begins in the new bucket, and one digest lists a log in the old
    // one.
    let t2 = Trail::new(ACCOUNT, home, "main", "new-logs");
    let mut c2 = Chain::new(ChainSpec::new(t2.clone(), REGION).logs(1..=1).events(1..=1));
    c2.start(&mut w, ts("2026-03-01T10:07:21Z"));
    let at = c2.append_custom(&mut w, |fields| {
        let logs = &mut fields
            .0
            .iter_mut()
            .find(|(n, _)| n == "logFiles")
            .unwrap()
            .1;
        logs.as_array_mut().unwrap()[0]
            .as_object_mut()
            .unwrap()
            .set("s3Bucket", "old-logs");
    });
    let log = c2.digests[at].logs[0].place.clone();
    let object = w.object(&log).clone();
    w.put(&Place::new("old-logs", &log.key), object);
    w.remove(&log);
    c2.run_until(&mut w, ts("2026-03-02T12:07:21Z"));
    for (jobs, slow) in [
        ("1", None),
        (
            "8",
            Some("AWSLogs/111111111111/CloudTrail-Digest/eu-central-1/"),
        ),
        (
            "8",
            Some("AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/"),
        ),
    ] {
        let stage = Stage::of(&w, &[TrailConfig::from(&t2)]);
        if let Some(slow) = slow {
            stage.loopback.fault(
                Fault::new(Answer::Delay(std::time::Duration::from_millis(900))).under(slow),
            );
        }
        let a = arguments(
            &["--trail-arn", &t2.arn(), "--jobs", jobs],
            [
                "2026-03-01T10:07:21Z",
                "2026-03-02T10:07:21Z",
                "2026-03-02T12:30:00Z",
            ],
        );
        assert_gives(
            &format!("opened by another region: jobs={jobs} slow={slow:?}"),
            &stage.report(&a),
            0,
            None,
        );
    }
}

#[test]
fn a_stopped_sibling_does_not_hide_an_unreferenced_log() {
    let (mut w, t, _) = usual_trail(14, "logs", ["2026-03-01T00:07:21Z", "2026-03-04T00:07:21Z"]);
    let other = Trail::new(ACCOUNT, REGION, "zz", "logs");
    run_chain(
        &mut w,
        &other,
        ACCOUNT,
        "2026-03-01T00:09:21Z",
        "2026-03-01T03:09:21Z",
    );
    add_log(&mut w, &t, "logs", "2026-03-02T05:20:00Z");
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    for from in ["2026-03-01T10:07:21Z", "2026-03-02T04:07:21Z"] {
        let a = arguments(
            &["--trail-arn", &t.arn()],
            [from, "2026-03-04T00:07:21Z", "2026-03-04T00:30:00Z"],
        );
        assert_gives(
            &format!("a sibling that stopped: from {from}"),
            &stage.report(&a),
            4,
            Some("log-unreferenced"),
        );
    }
}

#[test]
fn an_unreferenced_log_of_the_first_hour_is_found() {
    let (mut w, t, _) = usual_trail(16, "logs", ["2026-03-01T00:07:21Z", "2026-03-04T00:07:21Z"]);
    let key = t.log_key(
        ACCOUNT,
        REGION,
        ts("2026-03-01T00:50:00Z"),
        "Injected00000001",
    );
    w.put(
        &Place::new("logs", &key),
        Object::delivered(gzip(br#"{"Records":[]}"#), ts("2026-03-02T05:20:00Z")),
    );
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    let a = ["--trail-arn", &t.arn(), "--as-of", "2026-03-04T00:30:00Z"].map(str::to_owned);
    assert_gives(
        "the first hour",
        &stage.report(&a),
        4,
        Some("log-unreferenced"),
    );
}

fn set_started(stage: &Stage, arn: &str, started: Option<&str>) {
    let status = TrailStatus {
        started: started.map(ts),
        ..TrailStatus::default()
    };
    let place = (arn.to_owned(), REGION.to_owned());
    stage.loopback.change(|c| {
        c.cloudtrail.status.insert(place, status);
    });
}

/// A trail without digests delivers beside one with digests: its logs are not forged.
#[test]
fn logs_of_a_trail_without_validation_are_not_called_unreferenced() {
    let case = crate::support::cases::unreferenced::injected();
    let mut args: Vec<&str> = vec!["--s3-bucket", "trail-logs", "--backfill-grace", "3h"];
    args.extend([
        "--end-time",
        "2026-03-01T08:12:34Z",
        "--as-of",
        "2026-03-02T00:00:00Z",
    ]);
    let here = TrailConfig::from(&crate::support::case::trail());
    let validated = TrailConfig {
        // The trail writes elsewhere now, so no chain is expected in its home region.
        bucket: "logs-since-then".into(),
        ..here.clone()
    };
    let other = TrailConfig {
        name: "other".into(),
        arn: "arn:aws:cloudtrail:us-east-1:111111111111:trail/other".into(),
        validation: false,
        ..here
    };
    let stage = Stage::of(&case.world, std::slice::from_ref(&validated));
    let (code, report) = stage.report(&args);
    assert_eq!(code, 4, "{report:#}");
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "log-unreferenced");
    for field in ["etag", "last_modified", "size"] {
        assert!(!finding[field].is_null(), "{field}: {finding:#}");
    }
    stage
        .loopback
        .change(|c| c.cloudtrail.trails = vec![validated, other.clone()]);
    // A trail that never started, or started later, can have written nothing then.
    for started in [None, Some("2026-03-01T03:40:00Z")] {
        set_started(&stage, &other.arn, started);
        assert_gives(
            "made later",
            &stage.report(&args),
            4,
            Some("log-unreferenced"),
        );
    }
    set_started(&stage, &other.arn, Some("2026-02-01T00:00:00Z"));
    let (code, report) = stage.report(&args);
    assert_eq!(code, 0, "{report:#}");
    let mentioned = |s: &Value| {
        s.as_str()
            .is_some_and(|s| s.contains("a trail without log file validation wrote to"))
    };
    let sentences = report["not_proven"].as_array().expect("sentences");
    assert!(sentences.iter().any(mentioned), "{sentences:#?}");
}
