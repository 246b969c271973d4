//! Chains that are missing in S3: as on disk, and with what CloudTrail says today of their trails.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault, TrailConfig, TrailStatus};
use crate::support::case::{ACCOUNT, BUCKET, HOME};
use crate::support::compare::{comparable, difference};
use crate::support::forge::deeds::cloudtrail_event;
use crate::support::forge::{Heads, KeyFileStyle, World, ts};
use crate::support::missing_chains::{REGIONS, account_trail, id, remove, run, trail_of};
use crate::support::program::{report, severity_codes};
use crate::support::stage::Stage;

const WINDOW: [&str; 8] = [
    "--s3-bucket",
    BUCKET,
    "--start-time",
    "2026-03-01T00:12:34Z",
    "--end-time",
    "2026-03-01T03:12:34Z",
    "--as-of",
    "2026-03-01T12:00:00Z",
];

/// Another trail that is whole, so that the bucket is not empty.
fn beside(world: &mut World) {
    let mut other = account_trail();
    other.name = "other".into();
    run(world, &other, ACCOUNT, HOME, 5);
}

/// AWS with a trail of which nothing is here, and its status in its home region.
fn described(status: TrailStatus) -> Stage {
    let mut world = World::new(20);
    beside(&mut world);
    let trail = account_trail();
    let stage = Stage::of(&world, &[TrailConfig::from(&trail)]);
    stage.loopback.change(|cloud| {
        let place = (trail.arn(), HOME.to_owned());
        cloud.cloudtrail.status.insert(place, status);
    });
    stage
}

fn not_proven(report: &Value, words: &str) -> bool {
    let sentences = report["not_proven"].as_array().expect("sentences").iter();
    let mut sentences = sentences.filter_map(Value::as_str);
    sentences.any(|sentence| sentence.contains(words))
}

#[test]
fn a_home_chain_that_is_missing_gives_the_same_report_from_s3_and_from_disk() {
    for with_logs in [true, false] {
        let mut world = World::new(21);
        let trail = account_trail();
        let chains = trail_of(&mut world, &trail, &[ACCOUNT], &REGIONS, 5);
        remove(&mut world, &chains[0], with_logs);
        let stage = Stage::of(&world, &[]);
        // Whether CloudTrail may be asked makes no difference.
        stage
            .loopback
            .fault(Fault::new(Answer::access_denied()).operation("DescribeTrails"));
        let (code, s3) = stage.report(&WINDOW);
        let dir = tempfile::tempdir().expect("a folder");
        world.write_tree(BUCKET, &dir.path().join(BUCKET), Heads::Every);
        let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
        world.write_keys(
            &dir.path().join("keys"),
            KeyFileStyle::V2Iso,
            &REGIONS,
            from,
            to,
        );
        let args = [&["--path", BUCKET, "--keys", "keys"], &WINDOW[..]].concat();
        let (disk_code, disk) = report(dir.path(), &args);
        assert_eq!((code, disk_code), (4, 4), "{s3:#}");
        assert_eq!(severity_codes(&s3), ["unproven chain-missing"]);
        assert_eq!(s3["findings"][0]["chain"], json!(id(&chains[0])));
        let (s3, disk) = (comparable(s3), comparable(disk));
        assert_eq!(
            s3["findings"],
            disk["findings"],
            "{}",
            difference(&disk, &s3)
        );
        assert_eq!(s3["chains"], disk["chains"], "{}", difference(&disk, &s3));
    }
}

#[test]
fn a_trail_that_was_off_in_the_window_is_not_missed() {
    let started = |at: &str| TrailStatus {
        started: Some(ts(at)),
        ..TrailStatus::default()
    };
    let stopped = TrailStatus {
        logging: false,
        stopped: Some(ts("2026-02-20T00:00:00Z")),
        ..started("2026-02-01T00:00:00Z")
    };
    let never = TrailStatus {
        logging: false,
        ..TrailStatus::default()
    };
    let table = [
        (
            started("2026-03-01T09:00:00Z"),
            "its logging was started at 2026-03-01T09:00:00Z",
        ),
        (stopped, "its logging was stopped at 2026-02-20T00:00:00Z"),
        (never, "its logging was never started"),
    ];
    for (status, words) in table {
        let stage = described(status);
        let (code, report) = stage.report(&WINDOW);
        assert_eq!(
            (code, severity_codes(&report)),
            (0, vec![]),
            "{words}: {report:#}"
        );
        assert!(not_proven(&report, words), "{report:#}");
        stage.assert_only_reads();
    }
}

/// Logging that was on before, and started again later, may have delivered within the window.
#[test]
fn a_trail_that_was_started_again_is_missed() {
    let status = TrailStatus {
        started: Some(ts("2026-03-01T09:00:00Z")),
        stopped: Some(ts("2026-03-01T08:00:00Z")),
        ..TrailStatus::default()
    };
    let (code, report) = described(status).report(&WINDOW);
    assert_eq!(
        (code, severity_codes(&report)),
        (4, vec!["unproven chain-missing".to_owned()])
    );
}

#[test]
fn a_trail_that_was_changed_after_the_window_is_not_missed() {
    let arn = account_trail().arn();
    let event = |params: Value| -> Value {
        let at = ts("2026-03-01T10:00:00Z");
        let event = cloudtrail_event("UpdateTrail", &arn, at, None, params);
        serde_json::from_str(&event.compact()).expect("JSON")
    };
    let table = [
        (json!({"name": arn, "s3BucketName": BUCKET}), 0),
        (json!({"name": arn, "enableLogFileValidation": true}), 0),
        (json!({"name": arn, "includeGlobalServiceEvents": true}), 4),
    ];
    for (params, expected) in table {
        let stage = described(TrailStatus {
            started: Some(ts("2026-01-01T00:00:00Z")),
            ..TrailStatus::default()
        });
        let events = BTreeMap::from([(HOME.to_owned(), vec![event(params.clone())])]);
        stage
            .loopback
            .change(|cloud| cloud.cloudtrail.events = events);
        let (code, report) = stage.report(&WINDOW);
        assert_eq!(code, expected, "{params}: {report:#}");
        assert_eq!(
            not_proven(&report, "UpdateTrail at 2026-03-01T10:00:00Z"),
            expected == 0
        );
    }
}

/// Everything deleted is not milder than one digest deleted.
#[test]
fn a_digest_that_was_delivered_in_the_window_is_missing_where_no_chain_is_left() {
    let status = TrailStatus {
        started: Some(ts("2026-01-01T00:00:00Z")),
        latest_digest_delivery: Some(ts("2026-03-01T02:40:00Z")),
        ..TrailStatus::default()
    };
    let stage = described(status.clone());
    let (code, report) = stage.report(&WINDOW);
    assert_eq!(
        (code, severity_codes(&report)),
        (1, vec!["failed digest-missing".to_owned()])
    );
    let finding = &report["findings"][0];
    assert_eq!(finding["chain"], format!("{ACCOUNT}/{HOME}/{HOME}/main"));

    // The same where the bucket is empty and the trail is named.
    let stage = Stage::of(&World::new(22), &[TrailConfig::from(&account_trail())]);
    stage.loopback.change(|cloud| {
        cloud.bucket(BUCKET);
        let place = (account_trail().arn(), HOME.to_owned());
        cloud.cloudtrail.status.insert(place, status);
    });
    let (code, report) =
        stage.report(&[&["--trail-arn", &account_trail().arn()], &WINDOW[2..]].concat());
    assert_eq!(code, 1, "{report:#}");
    let all = severity_codes(&report);
    assert!(all.contains(&"failed digest-missing".to_owned()), "{all:?}");
}

/// A status that another bucket's digests explain accuses nobody.
#[test]
fn a_digest_that_was_delivered_before_the_trail_moved_here_is_not_missing() {
    let stage = described(TrailStatus {
        started: Some(ts("2026-01-01T00:00:00Z")),
        latest_digest_delivery: Some(ts("2026-03-01T02:40:00Z")),
        ..TrailStatus::default()
    });
    let arn = account_trail().arn();
    let params = json!({"name": arn, "s3BucketName": BUCKET});
    let event = cloudtrail_event(
        "UpdateTrail",
        &arn,
        ts("2026-03-01T02:50:00Z"),
        None,
        params,
    );
    let event: Value = serde_json::from_str(&event.compact()).expect("JSON");
    let events = BTreeMap::from([(HOME.to_owned(), vec![event])]);
    stage
        .loopback
        .change(|cloud| cloud.cloudtrail.events = events);
    let (_, report) = stage.report(&WINDOW);
    assert_ne!(report["verdict"], "failed", "{report:#}");
}

/// S3 and CloudTrail are asked now, whatever `--as-of` says of another time.
#[test]
fn an_earlier_as_of_neither_hides_a_later_change_nor_makes_an_old_trail_new() {
    let mut window = WINDOW;
    window[7] = "2026-03-01T03:12:34Z";
    // Logging was started an hour before that time, and no digest was delivered in all the time since.
    let old = described(TrailStatus {
        started: Some(ts("2026-03-01T02:00:00Z")),
        ..TrailStatus::default()
    });
    let (code, report) = old.report(&window);
    assert_eq!(
        (code, severity_codes(&report)),
        (4, vec!["unproven chain-missing".to_owned()]),
        "{report:#}"
    );

    let stage = described(TrailStatus {
        started: Some(ts("2026-01-01T00:00:00Z")),
        ..TrailStatus::default()
    });
    let arn = account_trail().arn();
    let params = json!({"name": arn, "s3BucketName": BUCKET});
    let at = ts("2026-03-01T10:00:00Z");
    let event = cloudtrail_event("UpdateTrail", &arn, at, None, params);
    let event: Value = serde_json::from_str(&event.compact()).expect("JSON");
    let events = BTreeMap::from([(HOME.to_owned(), vec![event])]);
    stage
        .loopback
        .change(|cloud| cloud.cloudtrail.events = events);
    let (code, report) = stage.report(&window);
    assert_eq!(code, 0, "{report:#}");
    assert!(
        not_proven(&report, "UpdateTrail at 2026-03-01T10:00:00Z"),
        "{report:#}"
    );
}

/// A new trail is told when to look again, by name and by bucket; an old one without a digest is not.
#[test]
fn the_first_digest_of_a_new_trail_is_said_to_be_due() {
    let now = Timestamp::from_second(Timestamp::now().as_second()).expect("a time");
    let before = |minutes: i64| now - SignedDuration::from_mins(minutes);
    for (minutes, is_new) in [(20, true), (170, true), (200, false)] {
        let stage = Stage::of(&World::new(23), &[TrailConfig::from(&account_trail())]);
        let started = before(minutes);
        stage.loopback.change(|cloud| {
            cloud.bucket(BUCKET);
            let place = (account_trail().arn(), HOME.to_owned());
            let status = TrailStatus {
                started: Some(started),
                ..TrailStatus::default()
            };
            cloud.cloudtrail.status.insert(place, status);
        });
        let arn = account_trail().arn();
        let due = started + SignedDuration::from_hours(1);
        let words = format!(
            "logging was started at {started}, and its first digest is due at {due} and arrives by {}: run again",
            due + SignedDuration::from_hours(2)
        );
        for place in [["--trail-arn", &arn], ["--s3-bucket", BUCKET]] {
            let (code, report) = stage.report(&place);
            assert_eq!(code, 4, "{report:#}");
            let findings = report["findings"].as_array().expect("findings").iter();
            let hints: Vec<&str> = findings.filter_map(|f| f["hint"].as_str()).collect();
            let is_said = hints.iter().filter(|hint| hint.contains(&words)).count();
            assert_eq!(
                is_said,
                usize::from(is_new),
                "{place:?} {minutes}: {report:#}"
            );
        }
        stage.assert_only_reads();
    }
}
