//! A copy on disk that grows, as `aws s3 sync` makes it: the time of the copy is given.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::worlds::{BUCKET, Days, REGIONS, check_at};
use crate::support::forge::{Heads, KeyFileStyle, Place, World, ts};
use crate::support::program::{report, severity_codes};

/// Copies what was delivered by the check of an hour.
fn copy(days: &Days, dir: &TempDir, hour: i64) {
    let mut so_far: World = days.world.clone();
    for objects in so_far.buckets.values_mut() {
        objects.retain(|_, object| object.last_modified <= check_at(hour));
    }
    so_far.write_tree(BUCKET, &dir.path().join("bucket"), Heads::All);
}

/// Checks the copy of an hour: the exit status and the report.
fn check(dir: &TempDir, hour: i64) -> (i32, Value) {
    let as_of = check_at(hour).to_string();
    let args = ["--path", "bucket", "--s3-bucket", BUCKET, "--keys", "keys"];
    let more = ["--state", "state.json", "--as-of", &as_of];
    report(dir.path(), &[&args[..], &more].concat())
}

#[test]
fn a_copy_is_checked_hour_by_hour_and_a_removed_head_is_a_mismatch() {
    let days = Days::of_hours(40);
    let dir = tempfile::tempdir().expect("a folder");
    let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
    let keys = dir.path().join("keys");
    days.world
        .write_keys(&keys, KeyFileStyle::V2Iso, &REGIONS, from, to);
    for hour in 30..=34 {
        copy(&days, &dir, hour);
        let (code, report) = check(&dir, hour);
        assert_eq!(code, 0, "hour {hour}: {report:#}");
        let is_first = report["requested"]["continues_from"].is_null();
        assert_eq!(is_first, hour == 30, "hour {hour}: {report:#}");
    }
    let Place { key, .. } = days.digest(34).place.clone();
    copy(&days, &dir, 35);
    fs::remove_file(dir.path().join("bucket").join(key)).expect("the head");
    let (code, report) = check(&dir, 35);
    assert_eq!(code, 1, "{report:#}");
    let codes = severity_codes(&report);
    assert!(
        codes.contains(&"failed state-mismatch".to_owned()),
        "{codes:?}"
    );
}
