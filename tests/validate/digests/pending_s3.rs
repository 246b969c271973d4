//! What is pending in S3, which is looked at now.

use crate::support::aws::{TrailConfig, TrailStatus};
use crate::support::forge::{Chain, ChainSpec, Trail, World, damage, ts};
use crate::support::stage::Stage;
use crate::support::trail_scenes::{
    ACCOUNT, REGION, ago, arguments, assert_gives, run_chain, set_status,
};

/// A trail that began ten hours ago, with digests of every hour.
fn live(seed: u64) -> (World, Trail, crate::support::forge::Chain) {
    let mut w = World::new(seed);
    let t = Trail::new(ACCOUNT, REGION, "main", "logs");
    let c = run_chain(&mut w, &t, ACCOUNT, &ago(630), &ago(30));
    (w, t, c)
}

fn states(report: &serde_json::Value) -> Vec<&str> {
    let coverage = report["chains"][0]["coverage"]
        .as_array()
        .expect("coverage");
    coverage
        .iter()
        .map(|s| s["state"].as_str().expect("a state"))
        .collect()
}

#[test]
fn a_clean_live_trail_is_verified_and_its_tail_pending() {
    let (w, t, _) = live(1);
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    set_status(&stage, &t, &ago(2));
    let (arn, from) = (t.arn(), ago(570));
    let ran = stage.report(&["--trail-arn", &arn, "--start-time", &from]);
    assert_gives("the command line of the AWS CLI", &ran, 0, None);
    assert_eq!(states(&ran.1), ["verified", "pending"]);
}

#[test]
fn a_first_run_on_a_new_trail_says_once_when_the_next_digests_come() {
    let mut w = World::new(8);
    let t = Trail::new(ACCOUNT, REGION, "main", "logs");
    for region in [REGION, "eu-central-1", "us-east-1"] {
        let mut c = Chain::new(ChainSpec::new(t.clone(), region));
        c.start(&mut w, ts(&ago(35)));
    }
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    let (_, report) = stage.report(&["--trail-arn", &t.arn()]);
    assert_ne!(report["verdict"], "verified", "{report:#}");
    let sentences = report["not_proven"].as_array().expect("sentences").iter();
    let due = sentences.filter(|s| {
        s.as_str()
            .expect("text")
            .contains("the next digest is due about")
    });
    assert_eq!(due.count(), 1, "{report:#}");
    let findings = report["findings"].as_array().expect("findings").iter();
    let hints: Vec<&str> = findings.filter_map(|f| f["hint"].as_str()).collect();
    assert!(
        hints.iter().all(|hint| !hint.contains("copy the digests")),
        "{hints:?}"
    );
    assert!(
        hints.iter().any(|hint| hint.contains("run again then")),
        "{hints:?}"
    );
}

#[test]
fn an_earlier_time_of_the_look_lowers_nothing() {
    let (mut w, t, c) = live(2);
    let n = c.digests.len();
    for digest in &c.digests[n - 6..] {
        damage::delete(&mut w, &digest.place);
    }
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    stage.loopback.change(|c| c.cloudtrail.status.clear());
    // The digests of the last six hours are gone. Seven hours ago, they could not have been there.
    let a = arguments(
        &["--trail-arn", &t.arn()],
        [&ago(570), &ago(130), &ago(380)],
    );
    let ran = stage.report(&a);
    assert_eq!(states(&ran.1), ["verified", "gap"], "{:#}", ran.1);
    assert_gives("an earlier time", &ran, 3, Some("coverage-tail"));
    // CloudTrail says that it delivered half an hour ago, which was after the time given.
    set_status(&stage, &t, &ago(5));
    let a = arguments(&["--trail-arn", &t.arn()], [&ago(570), &ago(0), &ago(380)]);
    assert_gives(
        "CloudTrail knows",
        &stage.report(&a),
        1,
        Some("digest-missing"),
    );
}

#[test]
fn a_later_time_of_the_look_is_now_and_what_lies_after_it_was_not_looked_at() {
    let (w, t, _) = live(3);
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    set_status(&stage, &t, &ago(2));
    let a = arguments(
        &["--trail-arn", &t.arn()],
        [&ago(570), &ago(-600), &ago(-600)],
    );
    let ran = stage.report(&a);
    assert_gives("a time to come", &ran, 3, Some("coverage-tail"));
    assert_eq!(states(&ran.1), ["verified", "pending", "gap"]);
    let findings = ran.1["findings"].as_array().expect("findings").iter();
    let reasons: Vec<_> = findings
        .filter(|f| f["code"] == "coverage-tail")
        .map(|f| &f["reason"])
        .collect();
    assert_eq!(reasons, ["not-looked-at"]);
    let as_of = ran.1["requested"]["as_of"].as_str().expect("a time");
    assert!(ts(as_of) <= ts(&ago(-1)), "{as_of}");
}

#[test]
fn the_tail_of_a_trail_that_does_not_log_or_validate_is_not_pending() {
    for (logging, validation) in [(false, true), (true, false)] {
        let (w, t, _) = live(4);
        let config = TrailConfig {
            validation,
            ..TrailConfig::from(&t)
        };
        let stage = Stage::of(&w, &[config]);
        let status = TrailStatus {
            logging,
            latest_digest_delivery: Some(ts(&ago(2))),
            ..TrailStatus::default()
        };
        stage.loopback.change(|c| {
            c.cloudtrail
                .status
                .insert((t.arn(), REGION.to_owned()), status.clone())
        });
        let (arn, from) = (t.arn(), ago(570));
        let ran = stage.report(&["--trail-arn", &arn, "--start-time", &from]);
        assert_gives("nothing more will come", &ran, 3, Some("coverage-tail"));
        assert_eq!(states(&ran.1), ["verified", "gap"]);
    }
}

#[test]
fn a_digest_is_late_unless_something_later_was_delivered_long_after_its_end() {
    // The digest before the last one ended 90 minutes ago.
    for (touched, delivered, code, wanted) in
        [(false, 2, 0, "digest-late"), (true, 2, 1, "digest-missing")]
    {
        let (mut w, t, c) = live(5);
        let n = c.digests.len();
        damage::delete(&mut w, &c.digests[n - 2].place);
        let place = c.last().place.clone();
        let mut object = w.object(&place).clone();
        // Its successor was written half an hour ahead of this clock.
        object.last_modified = ts(&ago(if touched { -31 } else { 2 }));
        w.put(&place, object);
        let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
        set_status(&stage, &t, &ago(delivered));
        let (arn, from) = (t.arn(), ago(570));
        let ran = stage.report(&["--trail-arn", &arn, "--start-time", &from]);
        assert_gives("a digest that may be late", &ran, code, Some(wanted));
    }
}

#[test]
fn a_digest_that_cloudtrail_delivered_is_missing_also_where_no_chain_is_left() {
    let (mut w, t, c) = live(6);
    for digest in &c.digests {
        damage::delete(&mut w, &digest.place);
    }
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    set_status(&stage, &t, &ago(2));
    for scope in [["--trail-arn", &t.arn()], ["--s3-bucket", "logs"]] {
        let from = ago(570);
        let ran = stage.report(&[&scope[..], &["--start-time", &from]].concat());
        assert_gives("all digests removed", &ran, 1, Some("digest-missing"));
        let text = ran.1.to_string();
        assert!(!text.contains("validation was never on"), "{text}");
    }
}
