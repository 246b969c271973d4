//! Trails that moved: links lead to buckets and prefixes that nobody specified.

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::forge::{Chain, ChainSpec, Object, Place, Trail, World, ts};
use crate::support::stage::Stage;
use crate::support::trail_scenes::{add_log, arguments, assert_gives, run_chain, usual_trail};

const ACCOUNT: &str = "111111111111";

const REGION: &str = "eu-west-1";

/// Thirty hours of one trail, which writes to these places in turn, some hours to each.
fn moved(places: &[(&str, Option<&str>)]) -> (World, Chain) {
    let mut world = World::new(11);
    let first = Trail::new(ACCOUNT, REGION, "main", places[0].0);
    let mut chain = Chain::new(ChainSpec::new(first, REGION).logs(1..=2).events(1..=1));
    chain.move_to(places[0].0, places[0].1);
    chain.start(&mut world, ts("2026-03-01T00:07:21Z"));
    for (at, (bucket, prefix)) in places.iter().enumerate() {
        chain.move_to(bucket, *prefix);
        let until =
            ts("2026-03-01T00:07:21Z") + jiff::SignedDuration::from_hours(10 * (at as i64 + 1));
        chain.run_until(&mut world, until);
    }
    (world, chain)
}

fn stage(world: &World, chain: &Chain) -> Stage {
    Stage::of(world, &[TrailConfig::from(&chain.spec.trail)])
}

/// The whole time; only the trail's name is given.
fn whole_time(chain: &Chain) -> Vec<String> {
    let (start, end) = ("2026-03-01T00:07:21Z", chain.end().to_string());
    let arn = chain.spec.trail.arn();
    let args = [
        "--trail-arn",
        &arn,
        "--start-time",
        start,
        "--end-time",
        &end,
    ];
    args.map(String::from).to_vec()
}

fn locations(report: &serde_json::Value) -> Vec<String> {
    let locations = report["chains"][0]["locations"]
        .as_array()
        .expect("locations");
    let place = |l: &serde_json::Value| {
        let text = |field: &str| l[field].as_str().unwrap_or("-").to_owned();
        format!("{}/{}", text("bucket"), text("prefix"))
    };
    locations.iter().map(place).collect()
}

#[test]
fn links_lead_to_a_bucket_that_was_not_given() {
    let (world, chain) = moved(&[("old-logs", None), ("new-logs", None)]);
    let stage = stage(&world, &chain);
    let regions = [("old-logs", "ap-southeast-2"), ("new-logs", "eu-west-1")];
    for (bucket, region) in regions {
        stage
            .loopback
            .change(|c| c.bucket(bucket).region = region.into());
    }
    let (code, report) = stage.report(&whole_time(&chain));
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(locations(&report), ["old-logs/-", "new-logs/-"]);
    assert_eq!(report["chains"][0]["digests"]["valid"], 20);
    // The old bucket was listed, so each of its digests was read once.
    let gets = stage.calls("GetObject");
    let old = gets.iter().filter(|c| {
        let digest = c
            .key
            .as_deref()
            .is_some_and(|k| k.contains("/CloudTrail-Digest/"));
        digest && c.bucket.as_deref() == Some("old-logs") && c.status == Some(200)
    });
    assert_eq!(old.count(), 11);
    stage.assert_only_reads();
}

#[test]
fn a_digest_deleted_in_the_old_bucket_is_missing_and_those_before_it_are_proven() {
    let (mut world, chain) = moved(&[("old-logs", None), ("new-logs", None)]);
    world.remove(&chain.digests[5].place);
    let (code, report) = stage(&world, &chain).report(&whole_time(&chain));
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(report["chains"][0]["digests"]["missing"], 1);
    assert_eq!(report["chains"][0]["digests"]["valid"], 19);
}

#[test]
fn a_trail_that_came_back_to_its_first_bucket_is_one_chain() {
    let places = [("one-logs", None), ("two-logs", None), ("one-logs", None)];
    let (world, chain) = moved(&places);
    let (code, report) = stage(&world, &chain).report(&whole_time(&chain));
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["chains"][0]["digests"]["valid"], 30);
}

#[test]
fn another_prefix_of_the_same_bucket_is_listed_too() {
    let (world, chain) = moved(&[("logs", None), ("logs", Some("trails/new"))]);
    let (code, report) = stage(&world, &chain).report(&whole_time(&chain));
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(locations(&report), ["logs/-", "logs/trails/new"]);
    assert_eq!(report["chains"][0]["digests"]["valid"], 20);
}

/// CloudTrail adds a slash between a prefix and `AWSLogs`, even if the prefix ends with one.
#[test]
fn a_prefix_with_a_slash_at_either_end_is_found_by_the_trail_and_by_the_bucket() {
    for prefix in ["trails/", "/trails", "/", "/a/"] {
        let (world, chain) = moved(&[("logs", Some(prefix))]);
        let is_prefixed = |key: &str| key.starts_with(&format!("{prefix}/AWSLogs/"));
        assert!(is_prefixed(&chain.last().place.key));
        let stage = stage(&world, &chain);
        let window = ["--start-time", "2026-03-01T00:07:21Z"];
        let of_bucket = [&["--s3-bucket", "logs"][..], &window].concat();
        let of_bucket: Vec<String> = of_bucket.into_iter().map(str::to_owned).collect();
        for args in [whole_time(&chain), of_bucket] {
            let (code, report) = stage.report(&args);
            assert!(code == 0 || code == 3, "{prefix} {report:#}");
            assert_eq!(locations(&report), [format!("logs/{prefix}")]);
            assert_eq!(report["chains"][0]["digests"]["valid"], 10, "{report:#}");
        }
    }
}

/// No trail writes to `/AWSLogs/`: what lies there is a copy, which nothing calls altered.
#[test]
fn a_copy_below_an_empty_folder_is_not_another_digest() {
    let (mut world, chain) = moved(&[("logs", None)]);
    let objects = world.buckets.remove("logs").expect("the bucket");
    let copied = |(key, object): (String, Object)| (format!("/{key}"), object);
    let copied = objects.into_iter().map(copied).collect();
    world.buckets.insert("logs".into(), copied);
    let (code, report) = stage(&world, &chain).report(&["--s3-bucket", "logs"]);
    assert_eq!(
        (code, &report["totals"]["findings"]["failed"]),
        (4, &0.into())
    );
    let open = report["not_proven"].to_string();
    assert!(open.contains("/AWSLogs/ (no trail writes there)"), "{open}");
}

#[test]
fn a_linked_bucket_that_may_not_be_read_leaves_its_time_unproven() {
    let (world, chain) = moved(&[("old-logs", None), ("new-logs", None)]);
    let stage = stage(&world, &chain);
    let denied = Fault::new(Answer::access_denied()).bucket("old-logs");
    stage.loopback.fault(denied);
    let (code, report) = stage.report(&whole_time(&chain));
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(report["complete"], false);
    let findings = report["findings"].as_array().expect("findings");
    assert!(
        findings
            .iter()
            .any(|f| f["code"] == "digest-unreadable" && f["reason"] == "denied"),
        "{findings:#?}"
    );
    assert_eq!(report["chains"][0]["digests"]["valid"], 10);
}

/// After a restart no link leads back, so the old bucket is given too.
#[test]
fn across_a_gap_the_old_bucket_is_given() {
    let mut world = World::new(12);
    let first = Trail::new(ACCOUNT, REGION, "main", "old-logs");
    let mut chain = Chain::new(ChainSpec::new(first, REGION).logs(1..=1).events(1..=1));
    chain.start(&mut world, ts("2026-03-01T00:07:21Z"));
    chain.run_until(&mut world, ts("2026-03-01T05:07:21Z"));
    chain.stop(&mut world, ts("2026-03-01T05:30:00Z"));
    chain.move_to("new-logs", None);
    chain.start(&mut world, ts("2026-03-01T08:00:00Z"));
    chain.run_until(&mut world, ts("2026-03-01T12:00:00Z"));
    let stage = stage(&world, &chain);
    let mut args = whole_time(&chain);
    let (code, report) = stage.report(&args);
    assert_eq!(
        (code, locations(&report)),
        (3, vec!["new-logs/-".to_owned()])
    );
    args.extend(["--s3-bucket", "old-logs", "--s3-bucket", "new-logs"].map(String::from));
    let (code, report) = stage.report(&args);
    assert_eq!(code, 3, "{report:#}");
    assert_eq!(locations(&report), ["old-logs/-", "new-logs/-"]);
    let gap = &report["chains"][0]["gaps"][0];
    assert_eq!(gap["to"], "2026-03-01T08:00:00Z");
}

#[test]
fn a_linked_bucket_may_hold_other_trails() {
    let (mut w, t, mut c) = usual_trail(
        7,
        "old-logs",
        ["2026-03-01T00:07:21Z", "2026-03-02T12:07:21Z"],
    );
    let other = Trail::new(ACCOUNT, REGION, "other", "old-logs");
    run_chain(
        &mut w,
        &other,
        ACCOUNT,
        "2026-03-01T00:09:21Z",
        "2026-03-04T12:09:21Z",
    );
    c.move_to("new-logs", None);
    c.run_until(&mut w, ts("2026-03-04T12:07:21Z"));
    let stage = Stage::of(
        &w,
        &[TrailConfig::from(&c.spec.trail), TrailConfig::from(&other)],
    );
    let mut a = arguments(
        &["--trail-arn", &t.arn()],
        [
            "2026-03-01T04:07:21Z",
            "2026-03-03T12:07:21Z",
            "2026-03-04T12:40:00Z",
        ],
    );
    assert_gives("a shared bucket: followed", &stage.report(&a), 0, None);
    a.extend(["--s3-bucket", "old-logs", "--s3-bucket", "new-logs"].map(str::to_owned));
    assert_gives("a shared bucket: given", &stage.report(&a), 0, None);
}

#[test]
fn a_missing_log_of_a_backfill_digest_before_the_move_is_found() {
    for moved in [false, true] {
        let (mut w, t, mut c) = usual_trail(
            9,
            "old-logs",
            ["2026-03-01T00:07:21Z", "2026-03-01T10:07:21Z"],
        );
        c.backfill(
            &mut w,
            ts("2026-03-01T10:07:21Z"),
            ts("2026-03-01T12:07:21Z"),
            1,
            false,
        );
        let log = c.backfills[0].logs[0].place.clone();
        w.remove(&log);
        if moved {
            c.move_to("new-logs", None);
        }
        c.run_until(&mut w, ts("2026-03-03T12:07:21Z"));
        let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
        let a = arguments(
            &["--trail-arn", &t.arn()],
            [
                "2026-03-01T04:07:21Z",
                "2026-03-02T12:07:21Z",
                "2026-03-03T12:40:00Z",
            ],
        );
        assert_gives(
            &format!("a backfill digest: moved={moved}"),
            &stage.report(&a),
            1,
            Some("log-missing"),
        );
    }
}

#[test]
fn a_linked_bucket_is_listed_for_unreferenced_logs() {
    let (mut w, t, mut c) = usual_trail(
        10,
        "old-logs",
        ["2026-03-01T00:07:21Z", "2026-03-01T10:07:21Z"],
    );
    c.move_to("new-logs", None);
    c.run_until(&mut w, ts("2026-03-03T12:07:21Z"));
    let a = arguments(
        &["--trail-arn", &t.arn()],
        [
            "2026-03-01T04:07:21Z",
            "2026-03-02T12:07:21Z",
            "2026-03-03T12:40:00Z",
        ],
    );
    let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
    stage.loopback.fault(
        Fault::new(Answer::access_denied())
            .operation("ListObjectsV2")
            .bucket("old-logs"),
    );
    assert_gives(
        "a bucket that may not be listed",
        &stage.report(&a),
        4,
        Some("source-unreadable"),
    );
    // A thousand names hide the folder of the old bucket when its logs are listed.
    add_log(&mut w, &t, "old-logs", "2026-03-01T06:20:00Z");
    for junk in [false, true] {
        if junk {
            for n in 0..1000 {
                let other = Trail::new(ACCOUNT, REGION, &format!("aa{n:04}"), "old-logs");
                let key = other.digest_key(ACCOUNT, REGION, ts("2026-03-01T00:00:01Z"));
                w.put(
                    &Place::new("old-logs", &key),
                    Object::delivered(b"x".to_vec(), ts("2026-03-01T00:30:00Z")),
                );
            }
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
        assert_gives(
            &format!("planted where a link led: planted in the old bucket, junk={junk}"),
            &stage.report(&a),
            4,
            Some("log-unreferenced"),
        );
    }
}

#[test]
fn time_in_a_bucket_that_was_not_named_is_said_and_verified() {
    let (world, chain) = moved(&[("logs", None), ("other-logs", None), ("logs", None)]);
    let end = chain.end().to_string();
    let window = [
        "--start-time",
        "2026-03-01T00:07:21Z",
        "--end-time",
        end.as_str(),
    ];
    for (buckets, is_named) in [(&["logs"][..], false), (&["logs", "other-logs"], true)] {
        let mut args = window.to_vec();
        buckets.iter().for_each(|b| args.extend(["--s3-bucket", b]));
        let (code, report) = stage(&world, &chain).report(&args);
        assert_eq!(code, 0, "{:#}", report["findings"]);
        let notes = report["findings"].as_array().expect("findings").iter();
        let elsewhere =
            notes.filter(|f| f["code"] == "trail-changed" && f["bucket"] == "other-logs");
        let is_said = elsewhere
            .filter(|f| f["from"] == "2026-03-01T10:07:21Z")
            .count()
            == 1;
        let not_proven = report["not_proven"].to_string();
        assert_eq!(is_said, !is_named, "{:#}", report["findings"]);
        assert_eq!(
            not_proven.contains("buckets that were not given"),
            !is_named
        );
    }
}
