//! A bundle that changes after its files were compared with the manifest.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;
use trailproof::base::cancel::CancelFlag;
use trailproof::base::limits::Limits;
use trailproof::source::bundle::check::{BundleCheck, check};
use trailproof::source::bundle::replay::BundleSource;
use trailproof::source::{GetError, RootId, Source as _};

use crate::support::bundle::{put, seal};

const KEY: &str = "AWSLogs/a";

fn write(dir: &Path, body: &[u8]) {
    let head = json!({"Bucket": "b", "Key": KEY, "Metadata": {}}).to_string();
    put(dir, "s3/b/AWSLogs/a", body);
    put(dir, "s3/b/AWSLogs/a.head.json", head.as_bytes());
}

fn bundle() -> (TempDir, BundleSource) {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), b"collected");
    // Prepared in advance by whoever swaps the folders later.
    write(&dir.path().join("other"), b"prepared!");
    seal(dir.path());
    let checked = check(&BundleCheck {
        dir: dir.path(),
        jobs: 2,
        limits: &Limits::default(),
        stop: &CancelFlag::default(),
        progress: &|_| {},
    });
    let checked = checked.expect("a bundle");
    let source = BundleSource::new(checked, &["b".to_owned()], &Limits::default());
    (dir, source)
}

fn read(source: &BundleSource) -> Result<String, GetError> {
    let mut text = String::new();
    let mut object = source.get(RootId(0), KEY, true)?;
    object.body.read_to_string(&mut text).expect("a body");
    Ok(text)
}

#[test]
fn a_file_that_is_written_after_the_check_is_not_read() {
    let (dir, source) = bundle();
    assert_eq!(read(&source).as_deref(), Ok("collected"));
    fs::write(dir.path().join("s3/b/AWSLogs/a"), "prepared!").expect("a file");
    assert_eq!(read(&source), Err(GetError::BundleAltered));
    assert_eq!(source.changed().as_deref(), Some("s3/b/AWSLogs/a"));
}

#[test]
fn an_untouched_bundle_did_not_change() {
    let (_dir, source) = bundle();
    assert_eq!(read(&source).as_deref(), Ok("collected"));
    assert_eq!(source.changed(), None);
}

#[test]
fn a_folder_that_is_swapped_after_the_check_is_noticed_at_the_end() {
    let (dir, source) = bundle();
    let at = |path: &str| dir.path().join(path);
    fs::rename(at("s3"), at("aside")).expect("moved away");
    fs::rename(at("other/s3"), at("s3")).expect("moved in");
    // Which of the two is read depends on which folders are open.
    assert!(read(&source).is_ok());
    fs::rename(at("s3"), at("other/s3")).expect("moved out");
    fs::rename(at("aside"), at("s3")).expect("moved back");
    assert!(source.changed().is_some());
}

#[test]
fn the_folder_that_was_checked_is_read_whatever_lies_at_its_path_now() {
    let (dir, source) = bundle();
    let aside = tempfile::tempdir().expect("a folder");
    let moved = aside.path().join("bundle");
    fs::rename(dir.path(), &moved).expect("moved away");
    write(dir.path(), b"prepared!");
    assert_eq!(read(&source).as_deref(), Ok("collected"));
}

#[test]
fn an_object_without_what_s3_said_of_it_is_not_judged() {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "s3/b/AWSLogs/a", b"collected");
    seal(dir.path());
    let checked = check(&BundleCheck {
        dir: dir.path(),
        jobs: 1,
        limits: &Limits::default(),
        stop: &CancelFlag::default(),
        progress: &|_| {},
    });
    let checked = checked.expect("a bundle");
    let source = BundleSource::new(checked, &["b".to_owned()], &Limits::default());
    assert_eq!(read(&source), Err(GetError::BundleAltered));
}
