//! Evidence that does not lie as the keys of a bucket do: downloads in one folder, parts of a copy, archives.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, trail};
use crate::support::disk::running;
use crate::support::forge::{Chain, ChainSpec};
use crate::support::program::{report as report_of, severity_codes};

/// A clean chain of a few hours, in a copy with all metadata.
fn world(name: &'static str) -> (Case, Chain, tempfile::TempDir) {
    let mut case = Case::new(name, 0, "");
    let chain = case.chain(30);
    let dir = case.copied();
    (case, chain, dir)
}

/// The paths of all files below a folder.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// Copies all files of the copy into one folder.
fn flatten(dir: &Path) {
    let flat = dir.join("flat");
    fs::create_dir_all(&flat).expect("a folder");
    for file in files(&dir.join("bucket")) {
        fs::copy(&file, flat.join(file.file_name().expect("a name"))).expect("a copy");
    }
}

fn at(dir: &Path, path: &str) -> (i32, Value) {
    let args = ["--path", path, "--s3-bucket", BUCKET, "--keys", "keys"];
    report_of(dir, &args)
}

/// Asserts that the report is that of the copy itself.
fn assert_as_copied(dir: &Path, path: &str) {
    let (code, expected) = at(dir, "bucket");
    assert_eq!((code, &expected["verdict"]), (0, &Value::from("verified")));
    let (code, report) = at(dir, path);
    assert_eq!(code, 0, "{path}: {:#}", report["findings"]);
    for field in ["verdict", "chains", "findings"] {
        assert_eq!(report[field], expected[field], "{path}: {field}");
    }
    let counts = ["digests", "logs", "findings"];
    for field in counts {
        assert_eq!(
            report["totals"][field], expected["totals"][field],
            "{path}: {field}"
        );
    }
}

#[test]
fn a_flat_folder_is_validated_like_the_bucket() {
    let (_, _, dir) = world("flat");
    flatten(dir.path());
    assert_as_copied(dir.path(), "flat");
    // Names that a browser gives, and a second download of a file.
    let flat = dir.path().join("flat");
    let all = files(&flat);
    let names = |wanted: &str| {
        let all = all
            .iter()
            .filter(|f| !f.to_string_lossy().ends_with(".head.json"));
        let wanted = all.filter(|f| f.to_string_lossy().contains(wanted));
        wanted.cloned().collect::<Vec<_>>()
    };
    let (logs, digests) = (names("_CloudTrail_"), names("_CloudTrail-Digest_"));
    let renamed = |file: &Path, to: &str| {
        let name = file.file_name().and_then(|n| n.to_str()).expect("a name");
        file.with_file_name(name.replace(".json.gz", to))
    };
    fs::rename(&logs[0], renamed(&logs[0], " (1).json.gz")).expect("renamed");
    fs::rename(&logs[1], renamed(&logs[1], ".json (12).gz")).expect("renamed");
    fs::copy(&logs[2], renamed(&logs[2], " (1).json.gz")).expect("copied");
    fs::rename(&digests[0], flat.join("first.gz")).expect("renamed");
    let head = |file: &Path| PathBuf::from(format!("{}.head.json", file.display()));
    fs::rename(head(&digests[0]), flat.join("first.gz.head.json")).expect("renamed");
    fs::copy(&digests[1], renamed(&digests[1], " (1).json.gz")).expect("copied");
    fs::write(flat.join("README.txt"), "loose").expect("a file");
    assert_as_copied(dir.path(), "flat");
}

#[test]
fn a_part_of_a_copy_is_validated_like_the_bucket() {
    let (_, _, dir) = world("parts");
    assert_as_copied(dir.path(), &format!("bucket/AWSLogs/{ACCOUNT}"));
    assert_as_copied(dir.path(), "bucket/AWSLogs");
    let suffixed = dir.path().join("suffixed/AWSLogs/march");
    fs::create_dir_all(&suffixed).expect("a folder");
    fs::rename(
        dir.path().join("bucket/AWSLogs").join(ACCOUNT),
        suffixed.join(ACCOUNT),
    )
    .expect("moved");
    let (code, report) = at(dir.path(), "suffixed");
    assert_eq!(
        (code, &report["verdict"]),
        (0, &Value::from("verified")),
        "{report:#}"
    );
    // The digests alone: their logs were not copied.
    let digests = format!("suffixed/AWSLogs/march/{ACCOUNT}/CloudTrail-Digest");
    let (code, report) = at(dir.path(), &digests);
    assert_eq!(report["totals"]["digests"]["valid"], 31, "{report:#}");
    assert_ne!(code, 0);
}

#[test]
fn what_is_wrong_in_loose_files_is_found() {
    let (_, chain, dir) = world("loose-damage");
    flatten(dir.path());
    let flat = dir.path().join("flat");
    let name = |key: &str| flat.join(key.rsplit('/').next().expect("a name"));
    // A log is altered, another missing, a digest is altered, and a log was added.
    let logs: Vec<&str> = chain
        .digests
        .iter()
        .flat_map(|d| &d.logs)
        .map(|l| &*l.place.key)
        .collect();
    fs::write(
        name(logs[0]),
        crate::support::forge::gzip(br#"{"Records":[]}"#),
    )
    .expect("altered");
    fs::remove_file(name(logs[1])).expect("removed");
    let planted = format!("{ACCOUNT}_CloudTrail_{REGION}_20260301T0200Z_0123456789abcdef.json.gz");
    fs::copy(name(logs[2]), flat.join(planted)).expect("planted");
    let (code, report) = at(dir.path(), "flat");
    let mut codes = severity_codes(&report);
    codes.sort();
    assert_eq!(code, 1);
    assert_eq!(
        codes,
        [
            "failed log-missing",
            "failed log-modified",
            "unproven log-unreferenced"
        ],
        "{report:#}"
    );
}

#[test]
fn a_second_file_with_other_content_is_not_passed_over() {
    let (_, chain, dir) = world("loose-conflict");
    flatten(dir.path());
    let (_, clean) = at(dir.path(), "flat");
    assert_eq!(clean["verdict"], "verified");
    let log = &chain.digests[2].logs[0].place.key;
    let name = log.rsplit('/').next().expect("a name");
    let flat = dir.path().join("flat");
    for folder in ["a", "z"] {
        fs::create_dir(flat.join(folder)).expect("a folder");
        let altered = crate::support::forge::gzip(br#"{"Records":[{}]}"#);
        fs::write(flat.join(folder).join(name), altered).expect("a file");
        let (code, report) = at(dir.path(), "flat");
        assert_eq!(code, 1, "{folder}: {report:#}");
        assert_eq!(severity_codes(&report), ["failed log-modified"], "{folder}");
        fs::remove_dir_all(flat.join(folder)).expect("removed");
    }
    // The same content twice is nothing new.
    fs::create_dir(flat.join("copy")).expect("a folder");
    fs::copy(flat.join(name), flat.join("copy").join(name)).expect("a copy");
    assert_as_copied(dir.path(), "flat");
}

/// Packs the folder `from` with Python.
fn pack(dir: &Path, from: &str, format: &str) -> String {
    let script = "import shutil, sys; shutil.make_archive('packed', sys.argv[2], sys.argv[1])";
    let packed = Command::new("python3")
        .current_dir(dir)
        .args(["-c", script, from, format])
        .status();
    assert!(packed.expect("python3").success());
    match format {
        "gztar" => "packed.tar.gz".to_owned(),
        other => format!("packed.{other}"),
    }
}

#[test]
fn an_archive_is_validated_like_the_bucket() {
    let (_, _, dir) = world("archives");
    flatten(dir.path());
    for format in ["zip", "tar", "gztar"] {
        for from in ["bucket", "flat", "bucket/AWSLogs"] {
            let packed = pack(dir.path(), from, format);
            assert_as_copied(dir.path(), &packed);
        }
        // A folder around it, as most archives have.
        let packed = pack(dir.path(), ".", format);
        fs::rename(dir.path().join(&packed), dir.path().join("again")).expect("renamed");
        let (code, report) = at(dir.path(), "again");
        assert_eq!(code, 0, "{format}: {report:#}");
    }
    // GNU tar, with names that do not fit into its header.
    let deep = dir.path().join("deep").join("x".repeat(120));
    fs::create_dir_all(&deep).expect("a folder");
    fs::rename(dir.path().join("bucket/AWSLogs"), deep.join("AWSLogs")).expect("moved");
    for format in ["gnu", "pax"] {
        let tar = Command::new("tar")
            .current_dir(dir.path())
            .args(["-cf", "deep.tar", "--format", format, "deep"])
            .status();
        assert!(tar.expect("tar").success());
        let (code, report) = at(dir.path(), "deep.tar");
        assert_eq!(code, 0, "{format}: {report:#}");
    }
}

/// A prefix that begins or ends with a slash gives keys with empty folders, which a copy does not keep.
#[test]
fn a_prefix_with_a_slash_at_either_end_is_mapped_as_the_hint_says() {
    for (prefix, found, recorded) in [
        ("trail/", "/trail", "/trail//"),
        ("/trail", "/trail", "//trail"),
        ("/trail/", "/trail", "//trail//"),
        ("/", "", "///"),
    ] {
        let mut case = Case::new("two-slashes", 0, "");
        let spec = ChainSpec::new(trail().prefix(prefix), REGION)
            .logs(1..=1)
            .events(1..=1);
        running(&mut case.world, spec, 5);
        let dir = case.copied();
        let is_verified = |(code, report): (i32, Value)| {
            let verdict = Value::from("verified");
            assert_eq!(
                (code, &report["verdict"]),
                (0, &verdict),
                "{prefix} {report:#}"
            );
            report
        };
        // A copy that has its bucket's name is read at the recorded key, with one slash on disk.
        is_verified(at(dir.path(), "bucket"));
        let unnamed = ["--path", "bucket", "--keys", "keys"];
        let (code, report) = report_of(dir.path(), &unnamed);
        assert_eq!(code, 4, "{prefix} {report:#}");
        assert_eq!(report["findings"][0]["code"], "digest-relocated");
        let hint = report["findings"][0]["hint"].as_str().expect("a hint");
        let rule = format!("{BUCKET}{found}={BUCKET}{recorded}");
        assert!(
            hint.contains("--map ") && hint.contains(&rule),
            "{prefix} {hint}"
        );
        let named = ["--s3-bucket", BUCKET, "--map", &rule];
        let report = is_verified(report_of(dir.path(), &[&unnamed[..], &named].concat()));
        assert_eq!(report["requested"]["map"][0], rule);
        // By content nothing need be said.
        flatten(dir.path());
        is_verified(at(dir.path(), "flat"));
    }
}

/// A note on standard error is soon lost: the report counts what was left out.
#[test]
fn files_without_a_place_are_counted_in_what_is_not_proven() {
    let (_, _, dir) = world("loose-left-out");
    flatten(dir.path());
    let (_, before) = at(dir.path(), "flat");
    assert!(!before["not_proven"].to_string().contains("left out"));
    for name in ["notes.txt", "renamed.json.gz"] {
        fs::write(dir.path().join("flat").join(name), b"x").expect("a file");
    }
    let (_, report) = at(dir.path(), "flat");
    let open = report["not_proven"].to_string();
    let words = "anything in 2 files that were left out, as nothing shows where in a bucket they lay: notes.txt, \
                 renamed.json.gz";
    assert!(open.contains(words), "{open}");
    assert_eq!(report["verdict"], before["verdict"]);
}
