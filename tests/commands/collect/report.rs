//! The report of `collect --out` in S3 on loopback, and a check of what it wrote.

use std::fs;

use serde_json::Value;
use trailproof::base::sha256::Sha256;

use super::{collect, reported};
use crate::support::aws::Answer;
use crate::support::case::BUCKET;
use crate::support::six_hours::{SixHours, WINDOW, on_object, six_hours};

const OUT: [&str; 3] = ["collect", "--out", "evidence"];

fn collected(scene: &SixHours) -> (i32, Value) {
    let args = [&OUT[..], &["--format", "json"], &WINDOW[..]].concat();
    reported(scene.stage.run(&args))
}

/// The hash of the manifest that was written.
fn written_hash(scene: &SixHours) -> String {
    let manifest = scene.stage.dir.path().join("evidence/manifest.jsonl");
    Sha256::of(&fs::read(manifest).expect("a manifest")).to_string()
}

/// The files of a kind in a report.
fn files(kinds: &Value, kind: &str) -> u64 {
    let all = kinds.as_array().expect("kinds");
    let of_kind = all.iter().find(|count| count["kind"] == kind);
    of_kind.map_or(0, |count| count["files"].as_u64().expect("a number"))
}

#[test]
fn the_text_ends_with_the_hash_to_be_written_down() {
    let scene = six_hours();
    let run = scene.stage.run(&[&OUT[..], &WINDOW[..]].concat());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.starts_with("collected: "), "{}", run.stdout);
    assert!(run.stdout.contains("verdict  verified"), "{}", run.stdout);
    let hash = written_hash(&scene);
    assert_eq!(run.stdout.lines().last(), Some(&*hash));

    let dir = scene.stage.dir.path();
    let given = ["--check", "evidence", "--manifest-sha256", &hash];
    let (code, check) = collect(dir, &given);
    assert_eq!((code, &check["check"]["state"]), (0, &"intact".into()));
    assert_eq!(check["check"]["custody"]["tool"], "trailproof");
    assert_eq!(check["check"]["custody"]["runs"], 1);
}

#[test]
fn what_was_collected_is_counted_by_kind() {
    let scene = six_hours();
    let (code, report) = collected(&scene);
    assert_eq!((code, &report["complete"]), (0, &true.into()), "{report:#}");
    assert_eq!(report["manifest_sha256"], *written_hash(&scene));
    let collected = &report["collected"];
    assert_eq!(collected["verdict"], "verified");
    let kinds = &collected["kinds"];
    assert_eq!(files(kinds, "custody"), 1);
    assert!(files(kinds, "digest") >= 7 && files(kinds, "log") >= 6);
    let objects = files(kinds, "digest") + files(kinds, "log") + files(kinds, "other-object");
    assert!(files(kinds, "metadata") >= objects, "{kinds:#}");
    assert!(files(kinds, "listing") > 0 && files(kinds, "keys") > 0);
    assert_eq!(files(kinds, "other"), 0);
    // The check counts the same files.
    let (_, check) = collect(scene.stage.dir.path(), &["--check", "evidence"]);
    assert_eq!(&check["check"]["kinds"], kinds);
}

#[test]
fn what_could_not_be_read_is_counted_with_its_reason() {
    let scene = six_hours();
    let log = scene.log(3);
    scene.fault(on_object(&log, Answer::access_denied()));
    let (code, report) = collected(&scene);
    assert_eq!(
        (code, &report["complete"]),
        (4, &false.into()),
        "{report:#}"
    );
    let unread = &report["collected"]["unread"];
    let entries = unread["first"].as_array().expect("entries");
    let entry = entries.iter().find(|entry| entry["key"] == *log.key);
    let entry = entry.unwrap_or_else(|| panic!("{unread:#}"));
    assert_eq!(entry["bucket"], BUCKET);
    assert_eq!(entry["reason"], "denied");
    assert_eq!(report["collected"]["verdict"], "unproven");
    // The bundle is finished all the same, and is as it was collected.
    let (code, _) = collect(scene.stage.dir.path(), &["--check", "evidence"]);
    assert_eq!(code, 0);
}
