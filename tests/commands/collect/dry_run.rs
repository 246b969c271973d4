//! `collect --dry-run` in S3 on loopback: what it says is what a validation reads, and it reads nothing itself.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::reported;
use crate::support::aws::{Answer, Fault};
use crate::support::case::{BUCKET, Case};
use crate::support::forge::World;
use crate::support::six_hours::{SixHours, WINDOW, six_hours};
use crate::support::stage::Stage;

fn dry_run(stage: &Stage, more: &[&str]) -> (i32, Value) {
    let args = ["collect", "--dry-run", "--format", "json"];
    reported(stage.run(&[&args[..], more].concat()))
}

fn estimated(scene: &SixHours, more: &[&str]) -> (i32, Value) {
    dry_run(&scene.stage, &[&WINDOW[..], more].concat())
}

/// The objects that were read, and their bytes as stored.
fn read(stage: &Stage) -> (u64, u64) {
    let calls = stage.calls("GetObject").into_iter();
    let keys: BTreeSet<String> = calls.filter_map(|call| call.key).collect();
    let bytes = stage.loopback.change(|cloud| {
        let objects = &cloud.bucket(BUCKET).objects;
        keys.iter()
            .map(|key| objects[key].body.len() as u64)
            .sum::<u64>()
    });
    (keys.len() as u64, bytes)
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

#[test]
fn the_objects_and_bytes_are_those_that_a_validation_reads() {
    let scene = six_hours();
    let (code, report) = estimated(&scene, &[]);
    assert_eq!((code, &report["complete"]), (0, &true.into()), "{report:#}");
    let estimate = &report["estimate"];
    assert_eq!(read(&scene.stage), (0, 0), "it reads nothing");
    let lists = scene.stage.calls("ListObjectsV2").len() as u64;
    assert_eq!(number(&estimate["requests"]["list"]), lists);
    scene.stage.loopback.clear_calls();

    let (code, _) = scene.report(&[]);
    assert_eq!(code, 0);
    let (digests, logs) = (&estimate["digests"], &estimate["logs"]);
    let objects = number(&digests["objects"]) + number(&logs["objects"]);
    let bytes = number(&digests["bytes"]) + number(&logs["bytes"]);
    assert_eq!((objects, bytes), read(&scene.stage));
    assert_eq!(number(&estimate["requests"]["get"]), objects);
    assert_eq!(estimate["chains"], 1);
}

#[test]
fn nothing_is_written_and_the_text_names_the_page_with_the_rates() {
    let scene = six_hours();
    let run = scene
        .stage
        .run(&[&["collect", "--dry-run"], &WINDOW[..]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for part in [
        "no object was read and nothing was written",
        "https://aws.amazon.com/s3/pricing/",
        "us-east-1",
        "is free",
        "not included",
        "GetBucketPolicy",
        "ListObjectVersions",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    let written = fs::read_dir(scene.stage.dir.path()).expect("a folder");
    assert_eq!(written.count(), 0);
}

#[test]
fn with_logs_none_only_digests_count() {
    let scene = six_hours();
    let (code, all) = estimated(&scene, &[]);
    let (code_none, none) = estimated(&scene, &["--logs", "none"]);
    assert_eq!((code, code_none), (0, 0));
    assert_eq!(none["estimate"]["digests"], all["estimate"]["digests"]);
    assert_eq!(none["estimate"]["logs"]["objects"], 0);
    let price = |report: &Value| report["estimate"]["price"]["get"].as_f64().expect("USD");
    assert!(price(&none) < price(&all));
}

#[test]
fn a_folder_that_cannot_be_listed_makes_the_estimate_incomplete() {
    let scene = six_hours();
    let folder = "AWSLogs/111111111111/CloudTrail/";
    let denied = Fault::new(Answer::access_denied()).operation("ListObjectsV2");
    scene.fault(denied.under(folder));
    let (code, report) = estimated(&scene, &[]);
    assert_eq!((code, &report["complete"]), (4, &false.into()));
    let sentence = report["estimate"]["not_listed"][0].as_str();
    assert!(sentence.expect("a sentence").contains(folder), "{report:#}");
}

#[test]
fn a_bucket_without_digests_is_no_success() {
    let mut world = World::new(1);
    world.buckets.entry(BUCKET.into()).or_default();
    let stage = Stage::of(&world, &[]);
    let (code, report) = dry_run(&stage, &["--s3-bucket", BUCKET]);
    assert_eq!((code, &report["estimate"]["chains"]), (4, &0.into()));
}

#[test]
fn arguments_that_contradict_it_are_refused() {
    let scene = Stage::of(&Case::new("none", 0, "").world, &[]);
    for args in [
        &["--out", "evidence", "--s3-bucket", BUCKET][..],
        &["--check", "evidence"],
        &["--path", "copy"],
        &[],
    ] {
        let run = scene.run(&[&["collect", "--dry-run"], args].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args:?}");
    }
    assert_eq!(scene.run(&["collect"]).code, 2);
}
