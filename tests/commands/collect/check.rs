//! `collect --check` with the real binary: exit statuses, both formats, and names that are hostile to a terminal.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::collect;
use crate::support::bundle::{put, seal};
use crate::support::program::run;

const PATHS: [&str; 4] = [
    "custody.json",
    "keys/us-east-1.json",
    "s3/my-logs/AWSLogs/1/a.json.gz",
    "s3/my-logs/AWSLogs/1/a.json.gz.head.json",
];

/// A bundle in the folder `evidence`, and the hash of its manifest.
fn bundle() -> (TempDir, String) {
    let dir = tempfile::tempdir().expect("a folder");
    let evidence = dir.path().join("evidence");
    for path in PATHS {
        put(&evidence, path, path.as_bytes());
    }
    let hash = seal(&evidence);
    (dir, hash)
}

fn check(dir: &Path, more: &[&str]) -> (i32, Value) {
    collect(dir, &[&["--check", "evidence"], more].concat())
}

fn text(dir: &Path, more: &[&str]) -> (i32, String) {
    let run = run(dir, &[&["collect", "--check", "evidence"], more].concat());
    assert_eq!(run.stderr, "");
    (run.code, run.stdout)
}

#[test]
fn an_intact_bundle_ends_with_the_hash_of_its_manifest() {
    let (dir, hash) = bundle();
    let (code, report) = check(dir.path(), &[]);
    assert_eq!((code, &report["action"]), (0, &"check".into()));
    assert_eq!(report["check"]["state"], "intact");
    assert_eq!(report["check"]["files"], 4);
    assert_eq!(report["check"]["manifest_matches"], Value::Null);
    assert_eq!(report["manifest_sha256"], *hash);
    let (code, text) = text(dir.path(), &[]);
    assert_eq!(code, 0);
    assert!(text.starts_with("intact: "), "{text}");
    assert_eq!(text.lines().last(), Some(&*hash));
}

#[test]
fn the_hash_that_was_written_down_decides() {
    let (dir, hash) = bundle();
    let upper = hash.to_uppercase();
    for given in [&hash, &upper] {
        let (code, report) = check(dir.path(), &["--manifest-sha256", given]);
        assert_eq!(
            (code, &report["check"]["manifest_matches"]),
            (0, &true.into())
        );
        assert_eq!(report["check"]["manifest_given"], *hash);
    }
    // Somebody alters a file, and writes the manifest anew.
    put(&dir.path().join("evidence"), PATHS[1], b"other keys");
    let other = seal(&dir.path().join("evidence"));
    assert_ne!(other, hash);
    assert_eq!(check(dir.path(), &[]).0, 0);
    let (code, report) = check(dir.path(), &["--manifest-sha256", &hash]);
    assert_eq!((code, &report["check"]["state"]), (1, &"differs".into()));
    assert_eq!(report["check"]["manifest_matches"], false);
    assert_eq!(report["manifest_sha256"], *other);
    let (code, text) = text(dir.path(), &["--manifest-sha256", &hash]);
    assert_eq!(code, 1);
    assert!(
        text.starts_with("differs: the manifest is not the one"),
        "{text}"
    );
}

#[test]
fn what_differs_is_counted_and_listed() {
    let (dir, _) = bundle();
    let evidence = dir.path().join("evidence");
    fs::remove_file(evidence.join(PATHS[1])).expect("deleted");
    put(&evidence, PATHS[2], b"other");
    put(&evidence, "s3/my-logs/\u{1b}[31m", b"added");
    let (code, report) = check(dir.path(), &[]);
    assert_eq!((code, &report["complete"]), (1, &true.into()));
    for (kind, path) in [
        ("missing", PATHS[1]),
        ("altered", PATHS[2]),
        ("added", "s3/my-logs/\u{1b}[31m"),
    ] {
        let files = &report["check"][kind];
        assert_eq!(files["count"], 1, "{kind}");
        assert_eq!(files["first"][0]["path"], path);
    }
    let (code, text) = text(dir.path(), &[]);
    assert_eq!(code, 1);
    let first = "differs: 1 missing, 1 altered, 1 added\n";
    assert!(text.starts_with(first), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn what_is_not_a_finished_bundle_is_an_error() {
    let (dir, _) = bundle();
    let refused = |args: &[&str], expected: &str| {
        let run = run(dir.path(), &[&["collect"], args].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    };
    refused(&["--check", "missing"], "cannot open");
    refused(&["--check", "."], "is not a bundle");
    put(&dir.path().join("evidence"), ".collect/run.json", b"{}");
    refused(&["--check", "evidence"], "is not finished");
    refused(
        &["--check", "evidence", "--manifest-sha256", "12"],
        "64 hex digits",
    );
    // A check reads nothing in AWS.
    for option in [
        ["--s3-bucket", "my-logs"],
        ["--start-time", "2026-01-01"],
        ["--profile", "audit"],
        ["--logs", "none"],
        ["--keys", "keys"],
    ] {
        refused(
            &["--check", "evidence", option[0], option[1]],
            "cannot be used with",
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_may_not_be_read_is_not_called_altered() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    use crate::support::program::finish;

    let (dir, _) = bundle();
    let folder = dir.path().join("evidence/s3/my-logs/AWSLogs");
    let mode = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode));
    mode(0o000).expect("a mode");
    // The superuser gives up the rights that override modes.
    let program = env!("CARGO_BIN_EXE_trailproof");
    let id = finish(Command::new("id").arg("-u"));
    let mut run = match id.stdout.trim() {
        "0" => {
            let mut run = Command::new("setpriv");
            run.args(["--bounding-set", "-dac_override,-dac_read_search", program]);
            run
        }
        _ => Command::new(program),
    };
    run.args(["collect", "--check", "evidence", "--format", "json"]);
    let run = finish(run.current_dir(dir.path()));
    mode(0o755).expect("a mode");
    let report: Value = serde_json::from_str(&run.stdout).expect("a report");
    assert_eq!(
        (run.code, &report["complete"]),
        (4, &false.into()),
        "{report:#}"
    );
    assert_eq!(report["check"]["state"], "unknown");
    assert_eq!(report["check"]["missing"]["count"], 0);
    // The folder, and the two files in it.
    assert_eq!(report["check"]["unread"]["count"], 3);
}

#[test]
fn who_collected_the_bundle_is_shown_in_its_own_words() {
    let (dir, _) = bundle();
    let run = |started: &str, ended: Option<&str>| {
        json!({
            "tool": "trailproof", "version": "0.1.0", "command": ["trailproof", "collect"],
            "caller": "arn:aws:iam::111111111111:user/\u{1b}[2Jaudit", "clock_ahead": null,
            "started": started, "ended": ended,
        })
    };
    let custody = json!({
        "schema": "trailproof.bundle/v1", "as_of": "2026-03-01T06:00:00Z", "scope": {}, "counts": {},
        "runs": [
            run("2026-03-01T06:00:00Z", None),
            run("2026-03-01T06:30:00Z", Some("2026-03-01T07:00:00Z")),
        ],
    });
    let evidence = dir.path().join("evidence");
    put(&evidence, "custody.json", custody.to_string().as_bytes());
    seal(&evidence);
    let (code, report) = check(dir.path(), &[]);
    let facts = &report["check"]["custody"];
    assert_eq!((code, &facts["runs"]), (0, &2.into()));
    assert_eq!(facts["started"], "2026-03-01T06:00:00Z");
    assert_eq!(facts["ended"], "2026-03-01T07:00:00Z");
    let (code, text) = text(dir.path(), &[]);
    assert_eq!(code, 0);
    assert!(text.contains("in the words of its custody.json"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}
