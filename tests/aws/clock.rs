//! A local clock that differs from those of AWS, and answers whose time is wrong.

use serde_json::Value;

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::forge::{Chain, KeyFileStyle, Trail, World, damage, ts};
use crate::support::program::{finish, reported};
use crate::support::stage::Stage;
use crate::support::trail_scenes::{ACCOUNT, REGION, ago, assert_gives, run_chain, set_status};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// The end of the calendar, as a hostile answer gives it.
const FAR: &str = "Fri, 31 Dec 9999 23:59:59.999 GMT";

/// A trail in S3 that began ten hours ago, without its last digests. The last one left of it was to end half an
/// hour ago. GetTrailStatus knows of no delivery.
fn without_the_last(seed: u64, removed: usize) -> (Stage, World, Trail, Chain) {
    let mut w = World::new(seed);
    let t = Trail::new(ACCOUNT, REGION, "main", "logs");
    let c = run_chain(&mut w, &t, ACCOUNT, &ago(630), &ago(30));
    let n = c.digests.len();
    for digest in &c.digests[n - removed..] {
        damage::delete(&mut w, &digest.place);
    }
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    set_status(&stage, &t, &ago(3_000_000));
    (stage, w, t, c)
}

fn validate(stage: &Stage, t: &Trail) -> (i32, Value) {
    stage.report(&["--trail-arn", &t.arn(), "--start-time", &ago(570)])
}

/// The sentence on the clock, if there is one.
fn on_the_clock(report: &Value) -> Option<&str> {
    let mut sentences = report["not_proven"].as_array().expect("sentences").iter();
    sentences.find_map(|s| s.as_str().filter(|s| s.contains("the local clock is")))
}

#[test]
fn a_clock_that_is_behind_hides_no_removed_digest() {
    for (seed, behind, words) in [
        (1, HOUR + 30, "the local clock is 1h behind that of AWS"),
        (
            2,
            26 * HOUR + 30,
            "the local clock is 1d 2h behind that of AWS",
        ),
        (
            3,
            365 * DAY + 30,
            "the local clock is 365d behind that of AWS",
        ),
    ] {
        // By the local clock, the digest that is gone may still come.
        let (stage, _, t, _) = without_the_last(seed, 1);
        assert_gives("the clocks agree", &validate(&stage, &t), 0, None);
        stage.loopback.change(|c| c.clock_ahead = behind);
        let ran = validate(&stage, &t);
        assert_gives(words, &ran, 3, Some("coverage-tail"));
        let report = ran.1;
        let sentence = on_the_clock(&report).expect("a sentence on the clock");
        assert!(sentence.contains(words), "{sentence}");
        let ahead = report["run"]["clock_ahead"].as_i64().expect("a number");
        assert!((-behind - 5..=-behind + 5).contains(&ahead), "{ahead}");
        let text = stage.run(&["validate", "--trail-arn", &t.arn()]);
        assert!(text.stdout.contains(words), "{}", text.stdout);
        assert!(text.stderr.contains(words), "{}", text.stderr);
    }
}

#[test]
fn a_clock_that_is_ahead_is_named_beside_what_it_calls_missing() {
    for (seed, ahead, words) in [
        (4, HOUR, "the local clock is 1h ahead of that of AWS"),
        (5, DAY, "the local clock is 1d ahead of that of AWS"),
        (6, 365 * DAY, "the local clock is 365d ahead of that of AWS"),
    ] {
        let (stage, _, t, _) = without_the_last(seed, 1);
        stage.loopback.change(|c| c.clock_ahead = -ahead);
        let ran = validate(&stage, &t);
        assert_gives(words, &ran, 0, None);
        let sentence = on_the_clock(&ran.1).expect("a sentence on the clock");
        assert!(sentence.contains(words), "{sentence}");
    }
}

#[test]
fn clocks_that_agree_within_five_minutes_are_not_mentioned() {
    let (stage, _, t, _) = without_the_last(7, 0);
    for off in [0, 240, -240] {
        stage.loopback.change(|c| c.clock_ahead = off);
        let ran = validate(&stage, &t);
        assert_gives("five minutes", &ran, 0, None);
        assert_eq!(on_the_clock(&ran.1), None);
        assert_eq!(ran.1["run"]["clock_ahead"], Value::Null);
    }
}

#[test]
fn s3_alone_shows_the_time() {
    let (stage, w, t, _) = without_the_last(8, 1);
    let (from, to) = (ts(&ago(600)), ts(&ago(0)));
    let keys = stage.dir.path().join("keys");
    w.write_keys(&keys, KeyFileStyle::V2Iso, &[REGION], from, to);
    stage.loopback.change(|c| c.bucket("logs").public = true);
    let from = ago(570);
    let unsigned = ["--no-sign-request", "--keys", "keys", "--s3-bucket", "logs"];
    let given = ["--keys", "keys", "--s3-bucket", "logs"];
    for place in [&unsigned[..], &given[..]] {
        let args = [
            &["validate", "--format", "json", "--start-time", &from],
            place,
        ]
        .concat();
        let run = || reported(finish(&mut stage.command(&args)));
        stage.loopback.change(|c| c.clock_ahead = 0);
        let ran = run();
        assert_eq!(on_the_clock(&ran.1), None);
        assert_gives("the clocks agree", &ran, 0, None);
        stage.loopback.change(|c| c.clock_ahead = 2 * HOUR);
        let ran = run();
        assert_gives("S3 shows the time", &ran, 3, Some("coverage-tail"));
        assert!(on_the_clock(&ran.1).is_some(), "{:#}", ran.1);
    }
    assert!(t.arn().contains("main"));
}

/// One answer among many does not move the clock, whatever time it gives.
#[test]
fn one_answer_with_a_wrong_time_changes_nothing() {
    let (stage, _, t, _) = without_the_last(9, 1);
    for date in [FAR, "Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", ""] {
        for operation in ["HeadBucket", "DescribeTrails", "ListObjectsV2"] {
            let wrong = Answer::Header("date", date.into());
            stage
                .loopback
                .fault(Fault::new(wrong).operation(operation).times(1));
            let ran = validate(&stage, &t);
            assert_gives(date, &ran, 0, None);
            assert_eq!(on_the_clock(&ran.1), None, "{date} {operation}");
            stage.loopback.change(|c| c.faults.clear());
        }
    }
}

/// A proxy whose clock is wrong answers for S3, but not with its headers.
#[test]
fn the_time_of_a_proxy_does_not_count() {
    let (stage, _, t, _) = without_the_last(10, 1);
    let wrong = Answer::Header("date", FAR.into()).foreign();
    stage
        .loopback
        .fault(Fault::new(wrong).operation("HeadBucket"));
    let ran = validate(&stage, &t);
    assert_gives("a proxy", &ran, 0, None);
    assert_eq!(on_the_clock(&ran.1), None);
}

/// Where every answer is in the future, no digest is called missing by that alone.
#[test]
fn a_time_that_only_one_clock_shows_calls_no_digest_missing() {
    // The digest before the last one ended ninety minutes ago, and its successor is present.
    for shift in [50 * 365 * DAY, DAY, 2 * HOUR] {
        let (stage, _, t, c) = without_the_last(11, 0);
        let n = c.digests.len();
        let late = c.digests[n - 2].place.clone();
        stage.loopback.change(|c| c.remove(&late));
        let ran = validate(&stage, &t);
        assert_gives("the clocks agree", &ran, 0, Some("digest-late"));
        stage.loopback.change(|c| c.clock_ahead = shift);
        let ran = validate(&stage, &t);
        assert_gives("AWS ahead", &ran, 3, Some("digest-late"));
        let findings = ran.1["findings"].as_array().expect("findings");
        let late = findings.iter().find(|f| f["code"] == "digest-late");
        let message = late.expect("the digest")["message"].as_str();
        assert!(message.expect("text").contains("two clocks"), "{late:?}");
        assert!(findings.iter().any(|f| f["code"] == "gap"), "{:#}", ran.1);
        // CloudTrail delivered a digest long after that one ended.
        set_status(&stage, &t, &ago(-60));
        let ran = validate(&stage, &t);
        assert_gives("CloudTrail shows the time", &ran, 1, Some("digest-missing"));
    }
}

#[test]
fn a_clock_that_aws_refuses_is_named() {
    let (stage, _, t, _) = without_the_last(12, 0);
    let message = "The difference between the request time and the current time is too large.";
    let skewed = Answer::error(403, "RequestTimeTooSkewed", message);
    stage.loopback.fault(Fault::new(skewed));
    let run = stage.run(&["validate", "--s3-bucket", "logs"]);
    assert_eq!(run.code, 4, "{}", run.stdout);
    assert!(run.stdout.contains("clock-skewed"), "{}", run.stdout);
    let cure = "correct the local clock";
    assert!(run.stdout.contains(cure), "{}", run.stdout);
    assert!(!run.stdout.contains("sign in"), "{}", run.stdout);
    // The SDK signs again with the time in the answer.
    stage.loopback.change(|c| c.faults.clear());
    let skewed = Answer::error(403, "RequestTimeTooSkewed", message);
    stage.loopback.fault(Fault::new(skewed).times(2));
    stage.loopback.change(|c| c.clock_ahead = 600);
    assert_gives("signed again", &validate(&stage, &t), 0, None);
}
