//! `shard plan` in S3 on loopback and over a copy: what it counts is what a validation reads, and it reads nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use trailproof::Limits;
use trailproof::commands::shard::plan_file::PlanFile;

use crate::support::aws::{Answer, Fault};
use crate::support::case::{BUCKET, Case};
use crate::support::forge::{Heads, World};
use crate::support::program::{Run, assert_matches, validator};
use crate::support::six_hours::{SixHours, WINDOW, six_hours};
use crate::support::stage::Stage;

const ACCOUNT: &str = "111111111111";

fn run(stage: &Stage, more: &[&str]) -> Run {
    let args = ["shard", "plan", "--out", "plan.jsonl"];
    stage.run(&[&args[..], more].concat())
}

/// The lines of a plan, each as its schema says.
fn lines(dir: &Path) -> Vec<Value> {
    let validator = validator(include_str!("../../../src/report/plan/v1.schema.json"));
    let text = fs::read_to_string(dir.join("plan.jsonl")).expect("a plan");
    let line = |line: &str| {
        let value: Value = serde_json::from_str(line).expect("JSON");
        assert_matches(&validator, &value);
        value
    };
    text.lines().map(line).collect()
}

/// Plans the six hours, and gives the lines.
fn planned(scene: &SixHours, more: &[&str]) -> Vec<Value> {
    let run = run(&scene.stage, &[&WINDOW[..], more].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    lines(scene.stage.dir.path())
}

fn sum(shards: &[Value], field: &str) -> u64 {
    shards
        .iter()
        .map(|shard| shard[field].as_u64().expect("a number"))
        .sum()
}

#[test]
fn the_objects_and_bytes_of_one_shard_are_those_that_a_validation_reads() {
    let scene = six_hours();
    let lines = planned(&scene, &["--shards", "1"]);
    let (header, shards) = lines.split_first().expect("a header");
    assert!(
        scene.stage.calls("GetObject").is_empty(),
        "it reads nothing"
    );
    let lists = scene.stage.calls("ListObjectsV2").len() as u64;
    assert_eq!(shards.len(), 1);
    assert_eq!(header["buckets"], json!([BUCKET]));
    assert_eq!(header["listed_by"], "listing");

    scene.stage.loopback.clear_calls();
    assert_eq!(scene.report(&[]).0, 0);
    let calls = scene.stage.calls("GetObject").into_iter();
    let read: BTreeSet<String> = calls.filter_map(|call| call.key).collect();
    let of = |key: &String| {
        scene
            .stage
            .loopback
            .change(|cloud| cloud.bucket(BUCKET).objects[key].body.len() as u64)
    };
    let bytes: u64 = read.iter().map(of).sum();
    let shard = &shards[0];
    assert_eq!(shard["objects"], read.len());
    assert_eq!(shard["requests"], read.len() as u64 + lists);
    // The bytes of digests are counted by their mean.
    let counted = shard["bytes"].as_u64().expect("bytes");
    assert!(counted.abs_diff(bytes) * 20 < bytes, "{counted} of {bytes}");
    for field in ["objects", "bytes", "requests"] {
        assert_eq!(header[field], sum(shards, field), "{field}");
    }
    let group = &shard["groups"][0];
    assert_eq!(
        (&group["account"], &group["region"]),
        (&json!(ACCOUNT), &json!("eu-west-1"))
    );
    assert_eq!(
        (&group["share"], &group["logs"]),
        (
            &Value::Null,
            &json!(
                read.iter()
                    .filter(|key| key.contains("/CloudTrail/"))
                    .count()
            )
        )
    );
    assert_eq!(
        group["chains"][0]["chain"],
        format!("{ACCOUNT}/eu-west-1/eu-west-1/main")
    );
    assert_eq!(group["chains"][0]["digests"], 11);
}

#[test]
fn a_chain_is_split_in_shares_of_its_logs() {
    let scene = six_hours();
    let whole = planned(&scene, &["--shards", "1"]);
    let lines = planned(&scene, &["--shards", "3"]);
    let (header, shards) = lines.split_first().expect("a header");
    assert_eq!((header["shards"].as_u64(), shards.len()), (Some(3), 3));
    let shares: Vec<&str> = shards
        .iter()
        .filter_map(|shard| shard["groups"][0]["share"].as_str())
        .collect();
    assert_eq!(shares, ["1/3", "2/3", "3/3"]);
    let logs = shards
        .iter()
        .map(|shard| shard["groups"][0]["logs"].as_u64().expect("logs"));
    assert_eq!(Some(logs.sum()), whole[1]["groups"][0]["logs"].as_u64());
    // The first share also lists the folders of logs.
    assert!(shards[0]["requests"].as_u64() > shards[2]["requests"].as_u64());
    let read = PlanFile::read(
        &scene.stage.dir.path().join("plan.jsonl"),
        &Limits::default(),
    )
    .expect("a plan");
    assert_eq!(
        read.header.sha256,
        header["sha256"].as_str().expect("a hash")
    );
    assert_eq!(
        read.groups().values().map(Vec::len).collect::<Vec<_>>(),
        [3]
    );
}

#[test]
fn the_plan_holds_what_to_validate_and_nothing_else() {
    let scene = six_hours();
    let keys = scene.stage.dir.path().join("keys.json");
    fs::write(&keys, "{\"PublicKeyList\": []}").expect("a file");
    let lines = planned(
        &scene,
        &[
            "--shards",
            "1",
            "--jobs",
            "2",
            "--keys",
            "keys.json",
            "--deadline",
            "1h",
        ],
    );
    let arguments: Vec<&str> = lines[0]["request"]["arguments"]
        .as_array()
        .expect("arguments")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let keys = keys.canonicalize().expect("a path").display().to_string();
    let expected = [
        "--s3-bucket",
        BUCKET,
        "--keys",
        &keys,
        "--start-time",
        "2026-03-01T01:12:34Z",
        "--end-time",
        "2026-03-01T07:12:34Z",
        "--as-of",
        "2026-03-01T12:00:00Z",
        "--delivery-lag",
        "7200s",
        "--backfill-grace",
        "86400s",
        "--logs",
        "all",
        "--max-digest-size",
        "268435456",
    ];
    assert_eq!(arguments, expected);
    assert_eq!(lines[0]["as_of"], "2026-03-01T12:00:00Z");
}

#[test]
fn rates_give_hours_and_price() {
    let scene = six_hours();
    let rates = [
        "--logs-per-second",
        "0.01",
        "--price-hour",
        "2",
        "--price-get",
        "1000",
        "--price-list",
        "0",
    ];
    let lines = planned(&scene, &[&["--shards", "1"][..], &rates].concat());
    let objects = lines[0]["objects"].as_f64().expect("objects");
    let hours = lines[0]["hours"].as_f64().expect("hours");
    assert!((hours - objects * 100.0 / 3600.0).abs() < 1e-5, "{hours}");
    let price = lines[0]["price_usd"].as_f64().expect("USD");
    assert!((price - objects - 2.0 * hours).abs() < 1e-4, "{price}");
    // At that rate an hour has 36 objects.
    let lines = planned(&scene, &[&["--minutes", "20"][..], &rates].concat());
    assert!(lines.len() > 2, "{lines:#?}");
    assert!(
        lines[1..]
            .iter()
            .all(|shard| shard["hours"].as_f64() <= Some(0.3334))
    );
}

#[test]
fn the_summary_shows_all_shards_together_and_each() {
    let scene = six_hours();
    let run = run(&scene.stage, &[&WINDOW[..], &["--shards", "2"]].concat());
    let plan = lines(scene.stage.dir.path());
    let hash = plan[0]["sha256"].as_str().expect("a hash");
    for part in [
        "2 shards in plan.jsonl",
        "requests",
        "USD",
        "not included",
        hash,
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
}

#[test]
fn a_folder_that_cannot_be_listed_is_said_and_no_success() {
    let scene = six_hours();
    let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail/");
    let denied = Fault::new(Answer::access_denied()).operation("ListObjectsV2");
    scene.fault(denied.under(&folder));
    let run = run(&scene.stage, &[&WINDOW[..], &["--shards", "2"]].concat());
    assert_eq!(run.code, 4);
    assert!(
        run.stdout.contains("not listed") && run.stdout.contains(&folder),
        "{}",
        run.stdout
    );
    assert_eq!(
        lines(scene.stage.dir.path()).len(),
        2,
        "digests alone cannot be split"
    );
    assert!(run.stderr.contains("1 of 2 shards"), "{}", run.stderr);
}

#[test]
fn a_bucket_without_digests_is_one_empty_shard_and_no_success() {
    let mut world = World::new(1);
    world.buckets.entry(BUCKET.into()).or_default();
    let stage = Stage::of(&world, &[]);
    let run = run(&stage, &["--s3-bucket", BUCKET, "--shards", "5"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    let lines = lines(stage.dir.path());
    assert_eq!((lines.len(), &lines[1]["groups"]), (2, &json!([])));
}

#[test]
fn what_cannot_be_planned_is_refused_with_the_reason() {
    let scene = six_hours();
    for (args, expected) in [
        (
            &["--shards", "2", "--logs", "1/7"][..],
            "shards share the logs out themselves",
        ),
        (
            &["--shards", "2", "--logs", "5%"],
            "shards share the logs out themselves",
        ),
        (&[], "--shards"),
        (&["--shards", "2", "--bytes", "1GiB"], "cannot be used with"),
        (&["--shards", "0"], "--shards"),
        (&["--bytes", "1KiB"], "1MiB"),
        (
            &["--minutes", "30", "--logs-per-second", "0"],
            "--logs-per-second",
        ),
        (&["--shards", "2", "--lookup"], "--lookup"),
        (&["--shards", "2", "--state", "s"], "--state"),
    ] {
        let run = run(&scene.stage, &[&WINDOW[..], args].concat());
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.stderr.contains(expected), "{args:?}: {}", run.stderr);
        assert!(!scene.stage.dir.path().join("plan.jsonl").exists());
    }
}

#[test]
fn a_copy_is_planned_like_its_bucket() {
    let mut case = Case::new("copy", 0, "a copy");
    case.chain(10);
    let stage = Stage::of(&case.world, &[]);
    let copy = stage.dir.path().join("copy");
    case.world.write_tree(BUCKET, &copy, Heads::All);
    let run = run(&stage, &["--path", "copy", "--shards", "2"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    let lines = lines(stage.dir.path());
    assert_eq!((lines.len(), &lines[0]["as_of"]), (3, &Value::Null));
    let path = copy.canonicalize().expect("a path").display().to_string();
    assert_eq!(lines[0]["request"]["arguments"][1], path.as_str());
}
