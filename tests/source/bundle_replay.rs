//! A bundle answers as the bucket did: whatever happens to it afterwards never accuses the bucket.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::bundle::{line, put, seal};
use crate::support::case::{BUCKET, Case, REGION};
use crate::support::forge::ts;
use crate::support::program::{report, run, trails};
use crate::support::world_bundle::{scope, write};

/// A bundle in `bundle`, the keys beside it in `keys`, and the hash of its manifest.
struct Scene {
    dir: tempfile::TempDir,
    hash: String,
}

impl Scene {
    fn new() -> Scene {
        let mut case = Case::new("bundle", 0, "");
        case.chain(3);
        let dir = case.copied();
        let bundle = dir.path().join("bundle");
        let as_of = ts("2026-03-01T03:30:00Z");
        let hash = write(&case.world, &bundle, &scope(&[BUCKET]), &[REGION], as_of);
        Scene { dir, hash }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn bundle(&self) -> PathBuf {
        self.path().join("bundle")
    }

    /// Validates the bundle with further arguments.
    fn report(&self, args: &[&str]) -> (i32, Value) {
        let all = [&["--path", "bundle"], args].concat();
        report(self.path(), &all)
    }

    fn pinned(&self) -> (i32, Value) {
        self.report(&["--manifest-sha256", &self.hash])
    }

    /// The exit status of a validation that does not begin.
    fn refused(&self, args: &[&str]) -> (i32, String) {
        let run = run(self.path(), &[&["validate"], args].concat());
        (run.code, run.stderr)
    }

    /// Every file of the bundle.
    fn files(&self) -> Vec<String> {
        let text = fs::read_to_string(self.bundle().join("manifest.jsonl")).expect("a manifest");
        let path = |line: &str| {
            let line: Value = serde_json::from_str(line).expect("JSON");
            line["path"].as_str().expect("a path").to_owned()
        };
        text.lines().map(path).collect()
    }
}

fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let mut codes: Vec<&str> = findings.filter_map(|f| f["code"].as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn not_proven(report: &Value, words: &str) -> bool {
    let sentences = report["not_proven"].as_array().expect("sentences").iter();
    sentences
        .filter_map(Value::as_str)
        .any(|s| s.contains(words))
}

/// What an altered bundle must show: that it is altered, and no accusation.
fn assert_altered(code: i32, report: &Value, what: &str) {
    assert_eq!(code, 4, "{what}: {report:#}");
    assert!(
        codes(report).contains(&"bundle-altered"),
        "{what}: {report:#}"
    );
    assert_eq!(
        report["totals"]["findings"]["failed"], 0,
        "{what}: {report:#}"
    );
    let first = &report["findings"][0];
    assert_eq!(first["code"], "bundle-altered", "{what}");
}

#[test]
fn with_its_manifest_a_bundle_proves_what_the_bucket_proved() {
    let scene = Scene::new();
    let (code, report) = scene.pinned();
    assert_eq!((code, codes(&report)), (0, vec![]), "{report:#}");
    let requested = &report["requested"];
    assert_eq!(requested["source"], "bundle");
    assert_eq!(requested["manifest_sha256"], scene.hash);
    assert_eq!(requested["manifest_given"], true);
    assert_eq!(requested["as_of"], "2026-03-01T03:30:00Z");
    assert_eq!(requested["buckets"], serde_json::json!([BUCKET]));
    assert_eq!(report["keys"][0]["origin"], "bundle");
    assert!(!not_proven(&report, "own words"));
    assert_eq!(report["run"]["caller"], Value::Null);
}

#[test]
fn without_it_the_keys_in_the_bundle_prove_nothing() {
    let scene = Scene::new();
    let (code, report) = scene.report(&[]);
    assert_eq!(code, 4);
    assert_eq!(codes(&report), ["key-unavailable"]);
    let finding = &report["findings"][0];
    assert_eq!(finding["reason"], "keys-not-given");
    let hint = finding["hint"].as_str().expect("a hint");
    assert!(
        hint.contains("--manifest-sha256") && hint.contains("--keys"),
        "{hint}"
    );
    assert_eq!(report["requested"]["manifest_sha256"], scene.hash);
    assert_eq!(report["requested"]["manifest_given"], false);
    assert!(not_proven(&report, "--manifest-sha256"));
    assert_eq!(report["keys"], serde_json::json!([]));
}

#[test]
fn keys_of_a_file_prove_it_and_what_it_says_of_itself_stays_open() {
    let scene = Scene::new();
    let (code, report) = scene.report(&["--keys", "keys"]);
    assert_eq!((code, codes(&report)), (0, vec![]), "{report:#}");
    assert_eq!(report["keys"][0]["origin"], "file");
    assert!(not_proven(&report, "--manifest-sha256"));
}

#[test]
fn an_option_replaces_its_part_of_the_scope() {
    let scene = Scene::new();
    let (code, report) = scene.report(&[
        "--manifest-sha256",
        &scene.hash,
        "--start-time",
        "2026-03-01T01:30:00Z",
        "--end-time",
        "2026-03-01T02:30:00Z",
        "--logs",
        "none",
    ]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["requested"]["logs"], "none");
    assert_eq!(report["requested"]["start"], "2026-03-01T01:30:00Z");
    let other = [
        "--manifest-sha256",
        &scene.hash,
        "--s3-bucket",
        "not-collected",
    ];
    let (code, report) = scene.report(&other);
    assert_eq!(code, 4);
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "source-unreadable");
    assert_eq!(finding["reason"], "not-collected");
}

#[test]
fn explain_reads_it_by_key_and_by_path_and_trails_says_how_to_read_its_objects() {
    let scene = Scene::new();
    let files = scene.files();
    let is_log = |path: &&String| path.contains("/CloudTrail/") && path.ends_with(".json.gz");
    let log = files.iter().find(is_log).expect("a log");
    let key = log.strip_prefix("s3/trail-logs/").expect("a key");
    let explain = ["explain", key, "--path", "bundle", "--format", "json"];
    let pinned = [&explain[..], &["--manifest-sha256", &scene.hash]].concat();
    let explained = run(scene.path(), &pinned);
    assert_eq!(explained.code, 0, "{}", explained.stdout);
    let alone = run(scene.path(), &explain);
    assert_eq!(alone.code, 4);
    assert!(
        alone.stdout.contains("--manifest-sha256"),
        "{}",
        alone.stdout
    );
    let path = format!("bundle/{log}");
    let by_path = [
        "explain",
        &path,
        "--path",
        "bundle",
        "--manifest-sha256",
        &scene.hash,
    ];
    let by_path = run(scene.path(), &by_path);
    assert_eq!(by_path.code, 0, "{}{}", by_path.stdout, by_path.stderr);
    let refused = run(scene.path(), &["trails", "--path", "bundle"]);
    let hint = "--path BUCKET=bundle/s3/BUCKET";
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(refused.stderr.contains(hint), "{}", refused.stderr);
    let help = run(scene.path(), &["trails", "--help"]);
    assert!(!help.stdout.contains("a bundle"), "{}", help.stdout);
    let as_copy = ["--path", "trail-logs=bundle/s3/trail-logs"];
    let (code, list) = trails(scene.path(), &as_copy);
    assert_eq!(code, 0, "{list:#}");
    assert_eq!(list["chains"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_custody_file_that_is_not_the_one_listed_decides_nothing() {
    let scene = Scene::new();
    let path = scene.bundle().join("custody.json");
    let manifest = scene.bundle().join("manifest.jsonl");
    let text = fs::read_to_string(&path).expect("a file");
    let lines = fs::read_to_string(&manifest).expect("a manifest");
    let mut custody: Value = serde_json::from_str(&text).expect("JSON");
    custody["scope"]["start"] = "2026-03-01T02:00:00Z".into();
    fs::write(&path, custody.to_string()).expect("a file");
    for args in [
        &["--path", "bundle", "--manifest-sha256", &scene.hash][..],
        &["--path", "bundle", "--keys", "keys"],
    ] {
        let (code, stderr) = scene.refused(args);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains("custody.json"), "{stderr}");
    }
    fs::write(&path, text).expect("a file");
    let others = lines.lines().filter(|line| !line.contains("custody.json"));
    let others: String = others.map(|line| format!("{line}\n")).collect();
    fs::write(&manifest, others).expect("a manifest");
    let (code, stderr) = scene.refused(&["--path", "bundle", "--keys", "keys"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("does not list it"), "{stderr}");
}

#[test]
fn a_window_that_reaches_beyond_the_collection_is_refused() {
    let scene = Scene::new();
    let pinned = |more: &[&str]| {
        let pin = ["--path", "bundle", "--manifest-sha256", &scene.hash];
        scene.refused(&[&pin, more].concat())
    };
    // The collection had no start and no end: it covers all time until it was made.
    let (code, stderr) = pinned(&["--end-time", "2026-03-01T04:00:00Z"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("until 2026-03-01T03:30:00Z"), "{stderr}");
    assert_ne!(pinned(&["--start-time", "2020-01-01T00:00:00Z"]).0, 2);
    assert_eq!(pinned(&["--end-time", "2026-03-01T03:30:00Z"]).0, 0);
}

#[test]
fn the_folder_above_a_bundle_a_part_of_it_and_an_archive_lead_to_it() {
    let scene = Scene::new();
    let folder = scene.path().join("evidence");
    fs::create_dir(&folder).expect("a folder");
    fs::rename(scene.bundle(), folder.join("b1")).expect("moved");
    let tar = |args: &[&str]| {
        let done = Command::new("tar").current_dir(&folder).args(args).status();
        assert!(done.expect("tar is needed").success());
    };
    tar(&["cf", "../b1.tar", "b1"]);
    tar(&["czf", "../b1.tgz", "-C", "b1", "."]);
    for (path, advice) in [
        ("evidence", "evidence/b1"),
        ("evidence/b1/s3", "evidence/b1"),
        ("b1.tar", "unpack"),
        ("b1.tgz", "unpack"),
    ] {
        for args in [
            &["validate", "--keys", "keys", "--path", path][..],
            &["validate", "--manifest-sha256", &scene.hash, "--path", path],
            &["trails", "--path", path],
            &["collect", "--check", path],
        ] {
            let run = run(scene.path(), args);
            assert_eq!(run.code, 2, "{args:?}: {}", run.stdout);
            assert!(run.stderr.contains(advice), "{args:?}: {}", run.stderr);
        }
    }
}

#[test]
fn each_file_that_is_flipped_cut_or_deleted_is_found_and_accuses_nobody() {
    let scene = Scene::new();
    for (at, path) in scene.files().iter().enumerate() {
        let file = scene.bundle().join(path);
        let bytes = fs::read(&file).expect("a file");
        let mut changed = bytes.clone();
        match at % 3 {
            0 => {
                changed[bytes.len() / 2] ^= 1;
                fs::write(&file, &changed).expect("a file");
            }
            1 => fs::write(&file, &bytes[..bytes.len() / 2]).expect("a file"),
            _ => fs::remove_file(&file).expect("a file"),
        }
        if path == "custody.json" {
            let (code, _) = scene.refused(&["--path", "bundle"]);
            assert_eq!(code, 2, "{path}");
        } else {
            let (code, report) = scene.pinned();
            assert_altered(code, &report, path);
        }
        put(&scene.bundle(), path, &bytes);
    }
    put(&scene.bundle(), "s3/trail-logs/AWSLogs/added", b"added");
    let (code, report) = scene.pinned();
    assert_altered(code, &report, "added");
    let accepted = ["--manifest-sha256", &scene.hash, "--fail-on", "failed"];
    assert_eq!(scene.report(&accepted).0, 4, "no success with a file added");
    let message = report["findings"][0]["message"]
        .as_str()
        .expect("a message");
    assert!(
        message.contains("added: s3/trail-logs/AWSLogs/added"),
        "{message}"
    );
}

#[test]
fn a_bundle_that_vouches_for_cut_files_ends_with_a_report() {
    let scene = Scene::new();
    for path in scene.files() {
        let file = scene.bundle().join(&path);
        let bytes = fs::read(&file).expect("a file");
        fs::write(&file, &bytes[..bytes.len() / 2]).expect("a file");
        let hash = seal(&scene.bundle());
        let args = ["--path", "bundle", "--manifest-sha256", &hash];
        let (code, stderr) = scene.refused(&args);
        assert!([0, 1, 2, 3, 4].contains(&code), "{path}: {code} {stderr}");
        let is_needed = !path.ends_with(".head.json") && !path.contains(".again.");
        let is_found = code != 0 || !is_needed || path.starts_with("listings/");
        assert!(is_found, "{path}: {code}");
        put(&scene.bundle(), &path, &bytes);
    }
}

#[test]
fn links_and_devices_are_not_followed() {
    let scene = Scene::new();
    let outside = scene.path().join("outside");
    fs::create_dir(&outside).expect("a folder");
    let files = scene.files();
    let log = files
        .iter()
        .find(|p| p.contains("/CloudTrail/"))
        .expect("a log");
    let log = scene.bundle().join(log);
    fs::rename(&log, outside.join("log")).expect("moved");
    symlink(outside.join("log"), &log).expect("a link");
    let (code, report) = scene.pinned();
    assert_altered(code, &report, "a link to the same bytes");
    let keys = scene.bundle().join("cloudtrail");
    fs::rename(&keys, outside.join("cloudtrail")).expect("moved");
    symlink(outside.join("cloudtrail"), &keys).expect("a link");
    let (code, report) = scene.pinned();
    assert_altered(code, &report, "a folder that is a link");
    assert!(codes(&report).contains(&"key-unavailable"));
}

#[test]
fn a_manifest_of_very_many_lines_is_not_held() {
    let scene = Scene::new();
    let manifest = scene.bundle().join("manifest.jsonl");
    let mut text = fs::read_to_string(&manifest).expect("a manifest");
    for number in 0..100_000 {
        text += &line(&format!("zzz/{number:06}"), b"");
    }
    fs::write(&manifest, text).expect("a manifest");
    let (code, report) = scene.report(&["--keys", "keys"]);
    assert_altered(code, &report, "many lines");
    assert_eq!(report["findings"][0]["count"], 100_000);
}

#[test]
fn what_is_not_the_bundle_that_was_given_is_refused() {
    let scene = Scene::new();
    let other = "0".repeat(64);
    let bundle = ["--path", "bundle"];
    let cases: [&[&str]; 4] = [
        &["--path", "bundle", "--manifest-sha256", &other],
        &["--path", "bundle", "--manifest-sha256", "abc"],
        &["--path", "bucket", "--manifest-sha256", &scene.hash],
        &["--path", "bundle", "--path", "bucket"],
    ];
    for args in cases {
        let (code, stderr) = scene.refused(args);
        assert_eq!(code, 2, "{args:?}: {stderr}");
    }
    let as_copy = [
        "--path",
        "trail-logs=bundle/s3/trail-logs",
        "--keys",
        "keys",
    ];
    assert_eq!(report(scene.path(), &as_copy).0, 0);
    // One of the files by which it is known may be gone: it is no plain copy for that.
    for path in ["manifest.jsonl", "custody.json"] {
        let bytes = fs::read(scene.bundle().join(path)).expect("a file");
        fs::remove_file(scene.bundle().join(path)).expect("removed");
        assert_eq!(scene.refused(&bundle).0, 2, "{path}");
        put(&scene.bundle(), path, &bytes);
    }
    fs::create_dir(scene.bundle().join(".collect")).expect("a folder");
    assert_eq!(scene.refused(&bundle).0, 2);
}

#[test]
fn a_hostile_custody_file_is_refused() {
    let scene = Scene::new();
    let path = scene.bundle().join("custody.json");
    let text = fs::read_to_string(&path).expect("a file");
    let custody: Value = serde_json::from_str(&text).expect("JSON");
    let changes = [
        ("delivery_lag", serde_json::json!(i64::MAX)),
        ("backfill_grace", serde_json::json!(-1)),
        ("max_digest_size", serde_json::json!(u64::MAX)),
        ("logs", serde_json::json!("some")),
        ("buckets", serde_json::json!(["../.."])),
        ("regions", serde_json::json!(["nowhere"])),
        ("map", serde_json::json!(["="])),
        ("exclude", serde_json::json!(["x"])),
        ("expect", serde_json::json!(["x"])),
    ];
    for (name, value) in changes {
        let mut changed = custody.clone();
        changed["scope"][name] = value;
        fs::write(&path, changed.to_string()).expect("a file");
        let hash = seal(&scene.bundle());
        let (code, stderr) = scene.refused(&["--path", "bundle", "--manifest-sha256", &hash]);
        assert_eq!(code, 2, "{name}: {stderr}");
    }
    let mut changed = custody.clone();
    changed["schema"] = serde_json::json!("trailproof.bundle/v9");
    let mut without = custody;
    without["runs"] = serde_json::json!([]);
    let huge = format!("{text}{}", " ".repeat(17 << 20));
    for text in [
        changed.to_string(),
        without.to_string(),
        huge,
        "{".to_owned(),
    ] {
        fs::write(&path, &text).expect("a file");
        assert_eq!(scene.refused(&["--path", "bundle"]).0, 2);
    }
}
