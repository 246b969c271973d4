//! Names on disk that differ by case, or are no UTF-8: each is another object, and none is passed over.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::program::{finish, reported, severity_codes};

use super::{COPY, Site, shell};

fn validated(site: &Site) -> (i32, Value) {
    let line = format!("exec \"$0\" validate {COPY} --format json");
    reported(finish(&mut shell(site.dir.path(), &line)))
}

/// A name with its letters in the other case.
fn in_capitals(path: &Path) -> PathBuf {
    let name = path.file_name().and_then(OsStr::to_str).expect("UTF-8");
    let (start, end) = name.split_at(name.len() - ".json.gz".len());
    path.with_file_name(start.to_uppercase() + end)
}

#[test]
fn a_name_in_another_case_is_another_object() {
    // Beside the log.
    let site = Site::new();
    let log = site.log(2);
    fs::copy(&log, in_capitals(&log)).expect("a file");
    let (code, report) = validated(&site);
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(severity_codes(&report), ["unproven log-unreferenced"]);
    // In its place.
    fs::remove_file(&log).expect("a file");
    let (code, report) = validated(&site);
    assert_eq!(code, 1, "{report:#}");
    let mut found = severity_codes(&report);
    found.sort();
    assert_eq!(found, ["failed log-missing", "unproven log-unreferenced"]);
    // A digest in another case is the one that its successor refers to no more.
    let site = Site::new();
    let digest = site.path("bucket").join(&site.chain.digests[1].place.key);
    fs::rename(&digest, in_capitals(&digest)).expect("a file");
    let (code, report) = validated(&site);
    assert_eq!(code, 1, "{report:#}");
    let found = severity_codes(&report);
    let missing = "failed digest-missing".to_owned();
    assert!(found.contains(&missing), "{found:?}");
}

#[test]
fn folders_in_another_case_hide_nothing() {
    let account = "bucket/AWSLogs/111111111111";
    // A folder without AWSLogs is read as loose files, whose digests say where they belong.
    let awslogs = ("bucket/AWSLogs".to_owned(), "bucket/awslogs".to_owned(), 0);
    let below =
        |from: &str, to: &str, code| (format!("{account}/{from}"), format!("{account}/{to}"), code);
    for (from, to, code) in [
        awslogs,
        below("CloudTrail", "cloudtrail", 4),
        below("CloudTrail-Digest", "cloudtrail-digest", 4),
        below("CloudTrail/eu-west-1", "CloudTrail/EU-WEST-1", 4),
    ] {
        let site = Site::new();
        fs::rename(site.path(&from), site.path(&to)).expect("moved");
        let (exit, report) = validated(&site);
        assert_eq!(exit, code, "{to}: {report:#}");
    }
}

#[test]
fn names_that_are_no_text_are_reported_and_accuse_nobody() {
    let bad = |name: &[u8]| PathBuf::from(OsStr::from_bytes(name));
    let site = Site::new();
    for folder in [
        "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01",
        "AWSLogs/111111111111/CloudTrail/eu-west-1",
        "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/01",
        "AWSLogs/111111111111",
        "",
    ] {
        for name in [
            &b"111111111111_CloudTrail_eu-west-1_20260301T0105Z_\xff\xfeAAAAAAAAAAAAAA.json.gz"[..],
            b"\xff",
            b"\xc3\x28.json.gz",
            b"\xed\xa0\x80",
        ] {
            let at = site.path("bucket").join(folder).join(bad(name));
            let what = at.display().to_string();
            for is_folder in [false, true] {
                match is_folder {
                    false => fs::write(&at, "planted").expect("a file"),
                    true => {
                        fs::remove_file(&at).expect("a file");
                        fs::create_dir(&at).expect("a folder");
                        fs::write(at.join(bad(b"\xfe.json.gz")), "planted").expect("a file");
                    }
                }
                let (code, report) = validated(&site);
                let found = severity_codes(&report);
                assert!([0, 4].contains(&code), "{what}: {code} {found:?}");
                if folder.contains("/CloudTrail/") {
                    assert_eq!(code, 4, "{what}: {found:?}");
                }
            }
            fs::remove_dir_all(&at).expect("removed");
        }
    }
}
