//! `trailproof explain` for copies on disk: its answer for one log or digest.

mod digest;
#[cfg(feature = "aws")]
mod s3;
mod target;
mod unseen;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::case::{BUCKET, Case, REGION};
use crate::support::program::{Run, assert_matches, root, run, validator};

/// The answer as JSON, which must match the schema.
pub fn explained(run: Run) -> (i32, Value) {
    static VALIDATOR: LazyLock<Validator> =
        LazyLock::new(|| validator(include_str!("../../../src/report/explain/v1.schema.json")));
    let report: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|e| panic!("no report ({e}): {}{}", run.stdout, run.stderr));
    assert_matches(&VALIDATOR, &report);
    (run.code, report)
}

/// Runs `explain` for a key in a copy.
fn explain_key(dir: &Path, key: &str, more: &[&str]) -> (i32, Value) {
    let args = [
        "explain", key, "--format", "json", "--path", "bucket", "--keys", "keys",
    ];
    explained(run(dir, &[&args[..], more].concat()))
}

fn case(name: &str) -> std::path::PathBuf {
    root().join("testdata").join(name)
}

/// The first finding with this code in the expected report of a case.
fn finding(name: &str, code: &str) -> Value {
    let text = fs::read_to_string(case(name).join("expected.json")).expect("a report");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|f| f["code"] == code);
    found
        .unwrap_or_else(|| panic!("{name} has no {code}"))
        .clone()
}

/// The findings of an answer, without what only explain adds to their advice.
fn as_validated(report: &Value) -> Vec<Value> {
    let added =
        "; trailproof validate with the same source shows the calls on it, if any are recorded";
    let mut findings = report["findings"].as_array().expect("findings").clone();
    for finding in &mut findings {
        let hint = finding["hint"]
            .as_str()
            .and_then(|hint| hint.strip_suffix(added));
        if let Some(hint) = hint.map(str::to_owned) {
            finding["hint"] = json!(hint);
        }
    }
    findings
}

fn key_of(finding: &Value) -> String {
    finding["key"].as_str().expect("a key").to_owned()
}

#[test]
fn a_log_as_delivered_is_verified_with_its_digest_its_neighbours_and_the_key() {
    let mut case = Case::new("explained", 1, "");
    let chain = case.chain(6);
    let dir = case.copied();
    let digest = &chain.digests[3];
    let log = &digest.logs[0];
    let (code, report) = explain_key(dir.path(), &log.place.key, &["--s3-bucket", BUCKET]);
    assert_eq!(
        (code, &report["verdict"]),
        (0, &json!("verified")),
        "{report:#}"
    );
    assert_eq!(
        (&report["delivered"], &report["intact"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(report["digests"][0]["key"], digest.place.key.as_str());
    assert_eq!(report["digests"][0]["to"], digest.end.to_string());
    assert_eq!(report["object"]["bucket"], BUCKET);
    assert_eq!(report["object"]["kind"], "log");
    assert_eq!(
        report["previous"]["key"],
        chain.digests[2].place.key.as_str()
    );
    assert_eq!(report["next"]["key"], chain.digests[4].place.key.as_str());
    let path = report["path"].as_array().expect("steps");
    assert_eq!(path.len(), 1, "{report:#}");
    assert_eq!(path[0]["by"], "own-signature");
    let fingerprint = case.world.keys.fingerprint(REGION, digest.key);
    assert_eq!(path[0]["key"]["fingerprint"], fingerprint);
    assert_eq!(report["findings"], json!([]));
    assert_eq!(report["object"]["sha256"], log.sha256);
}

#[test]
fn a_missing_bucket_name_is_reported_whatever_the_digest_says() {
    let mut case = Case::new("unnamed", 1, "");
    let chain = case.chain(6);
    let dir = case.copied();
    let key = &chain.digests[3].logs[0].place.key;
    let message = format!(
        "that it is from your bucket: no bucket name was given to compare with; the proven digest records {BUCKET}"
    );
    let not_proven = |more: &[&str]| {
        let (code, report) = explain_key(dir.path(), key, more);
        assert_eq!(code, 0, "{report:#}");
        report["not_proven"].as_array().expect("sentences").clone()
    };
    assert!(not_proven(&[]).contains(&json!(message)));
    assert!(!not_proven(&["--s3-bucket", BUCKET]).contains(&json!(message)));
}

/// The search has its own limits; they are not gaps between digests.
#[test]
fn the_edges_of_the_search_are_not_reported_as_a_gap() {
    let found = finding("log-unreferenced--in-a-gap", "gap");
    assert!(
        found["message"]
            .as_str()
            .expect("words")
            .contains("that no digest lists")
    );
    let dir = case("log-unreferenced--in-a-gap");
    let logs = dir.join("bucket");
    let mut keys = Vec::new();
    for entry in files_below(&logs) {
        let key = entry
            .strip_prefix(&logs)
            .expect("below")
            .to_str()
            .expect("UTF-8")
            .to_owned();
        keys.extend(Some(key).filter(|key| key.contains("/CloudTrail/") && key.ends_with(".gz")));
    }
    let mut unnamed = 0;
    for key in keys {
        let (code, report) = explain_key(&dir, &key, &[]);
        unnamed += usize::from(code == 4);
        let found = report["findings"].as_array().expect("findings").iter();
        let codes: Vec<&Value> = found.map(|f| &f["code"]).collect();
        let gaps = [json!("gap"), json!("coverage-head"), json!("coverage-tail")];
        assert!(
            !codes.iter().any(|code| gaps.contains(code)),
            "{key}: {report:#}"
        );
        assert!(
            code != 4 || report["searched"]["unverified"] != json!([]),
            "{report:#}"
        );
    }
    assert!(unnamed > 0, "the log in the gap");
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn a_hash_is_shown_with_the_content_it_covers() {
    let found = finding("log-modified", "log-modified");
    let args = [
        "explain",
        &key_of(&found),
        "--path",
        "bucket",
        "--keys",
        "keys",
    ];
    let text = run(&case("log-modified"), &args).stdout;
    for (name, value) in [
        ("recorded         ", &found["expected"]),
        ("  expected ", &found["expected"]),
        ("  actual ", &found["actual"]),
    ] {
        let hash = value.as_str().expect("a hash");
        let line = format!("{name}{hash} (SHA-256 of the content, inflated)\n");
        assert!(text.contains(&line), "{line}: {text}");
    }
}

#[test]
fn damage_to_a_log_is_reported_and_fails() {
    for name in [
        "log-modified",
        "log-missing",
        "log-malformed",
        "log-trailing-data",
    ] {
        let found = finding(name, name);
        let (code, report) = explain_key(&case(name), &key_of(&found), &[]);
        assert_eq!(
            (code, &report["verdict"]),
            (1, &json!("failed")),
            "{report:#}"
        );
        assert_eq!(report["intact"], false);
        assert_eq!(
            as_validated(&report),
            std::slice::from_ref(&found),
            "as validate reports it"
        );
        assert_eq!(report["digests"][0]["key"], found["digest"]);
    }
}

#[test]
fn a_log_beside_a_damaged_one_is_judged_by_itself() {
    let found = finding("log-modified", "log-modified");
    let dir = case("log-modified");
    let folder = dir.join("bucket").join(key_of(&found));
    let folder = folder.parent().expect("a folder");
    let mut intact = 0;
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let key = path.strip_prefix(dir.join("bucket")).expect("below");
        let key = key.to_str().expect("UTF-8");
        if key != key_of(&found) {
            let (code, report) = explain_key(&dir, &format!("s3://{BUCKET}/{key}"), &[]);
            assert_eq!((code, &report["findings"]), (0, &json!([])), "{report:#}");
            intact += 1;
        }
    }
    assert!(intact > 3, "{intact}");
}

#[test]
fn a_log_that_no_digest_lists_is_unproven() {
    let found = finding("log-unreferenced", "log-unreferenced");
    let (dir, key) = (case("log-unreferenced"), key_of(&found));
    let (code, report) = explain_key(&dir, &key, &["--backfill-grace", "4h"]);
    assert_eq!(
        (code, &report["verdict"]),
        (4, &json!("unproven")),
        "{report:#}"
    );
    assert_eq!(
        (&report["delivered"], &report["digests"]),
        (&Value::Null, &json!([]))
    );
    let answer = report["answer"].as_str().expect("a sentence");
    assert!(
        answer.contains(
            "the file exists in this copy, but no digest of any trail in its folder lists it"
        ),
        "{answer}"
    );
    assert!(answer.ends_with("It may have been added."), "{answer}");
    assert_eq!(report["searched"]["unverified"], json!([]));
    let unasked = "that every trail that writes logs to this folder has log file validation on: trails were not looked up \
                   in AWS";
    let not_proven = report["not_proven"].as_array().expect("a list");
    assert!(not_proven.contains(&json!(unasked)), "{report:#}");

    // Digests that could list it may still come: the answer says so, and does not say that it was
    // added.
    let (code, report) = explain_key(&dir, &key, &[]);
    let answer = report["answer"].as_str().expect("a sentence");
    assert_eq!(code, 4);
    assert!(
        !answer.contains("added") && answer.contains("Not all digests that could list it"),
        "{answer}"
    );
    assert_ne!(report["searched"]["unverified"], json!([]));

    // The same for a log that does not exist.
    let absent = key.replace("Injected", "NotThere");
    let (code, report) = explain_key(&dir, &absent, &["--backfill-grace", "4h"]);
    let answer = report["answer"].as_str().expect("a sentence");
    assert!(
        code == 4
            && answer.contains("this copy does not contain the file, and no digest")
            && !answer.contains("added"),
        "{answer}"
    );
}

#[test]
fn a_late_log_is_found_through_its_backfill_digest() {
    let mut case = Case::new("late", 1, "");
    let mut chain = case.chain(8);
    let (third, generated) = (chain.digests[3].end, chain.digests[7].end);
    chain.backfill(&mut case.world, third, generated, 2, false);
    let dir = case.copied();
    let backfill = chain.backfills[0].clone();
    let (code, report) = explain_key(dir.path(), &backfill.logs[1].place.key, &[]);
    assert_eq!(
        (code, &report["digests"][0]["backfill"]),
        (0, &json!(true)),
        "{report:#}"
    );
    assert_eq!(report["digests"][0]["key"], backfill.place.key.as_str());
    // The backfill digest itself.
    let (code, report) = explain_key(dir.path(), &backfill.place.key, &[]);
    assert_eq!(
        (code, &report["object"]["kind"]),
        (0, &json!("backfill digest")),
        "{report:#}"
    );
}

#[test]
fn an_unreadable_or_unproven_log_is_not_called_altered() {
    let found = finding("log-unreadable", "log-unreadable");
    let dir = case("log-unreadable");
    let (code, report) = explain_key(&dir, &key_of(&found), &[]);
    assert_eq!(code, 4, "{report:#}");
    // Without keys nothing is proven, so nothing is known about a log.
    let mut without = Case::new("without-keys", 1, "");
    let chain = without.chain(4);
    let dir = without.copied();
    let log = &chain.digests[2].logs[0].place.key;
    let (code, report) = explained(run(
        dir.path(),
        &["explain", log, "--path", "bucket", "--format", "json"],
    ));
    assert_eq!(
        (code, &report["delivered"], &report["intact"]),
        (4, &Value::Null, &Value::Null)
    );
    let codes = report["findings"].as_array().expect("findings").iter();
    assert!(
        codes.clone().any(|f| f["code"] == "key-unavailable"),
        "{report:#}"
    );
}

#[test]
fn nothing_is_called_present_or_missing_that_was_not_seen() {
    let mut case = Case::new("unseen", 4, "");
    let chain = case.chain(4);
    let dir = case.copied();
    let digests = "bucket/AWSLogs/111111111111/CloudTrail-Digest";
    let away = dir.path().join("away");
    fs::rename(dir.path().join(digests), &away).expect("moved");
    std::os::unix::fs::symlink(&away, dir.path().join(digests)).expect("a link");
    let answer = |key: &str, more: &[&str]| {
        let (code, report) = explain_key(dir.path(), key, more);
        assert_eq!(code, 4, "{report:#}");
        report["answer"].as_str().expect("a sentence").to_owned()
    };
    let log = &chain.digests[2].logs[0].place.key;
    let seen = answer(log, &[]);
    assert!(
        seen.contains("the file exists in this copy") && seen.contains("not all folders"),
        "{seen}"
    );
    let name = log.rsplit('_').next().expect("a unique part");
    let missing = answer(&log.replace(name, "0123456789abcdef.json.gz"), &[]);
    assert!(
        missing.contains("this copy does not contain the file"),
        "{missing}"
    );
    // The digest lies behind the link, and that bucket is no part of the copy.
    let elsewhere = format!("s3://other-logs/{log}");
    for unseen in [
        answer(&chain.digests[2].place.key, &[]),
        answer(&elsewhere, &["--s3-bucket", BUCKET]),
    ] {
        assert!(
            unseen.starts_with("it could not be checked whether the object exists"),
            "{unseen}"
        );
    }
}

/// Of several folders, one that could not be looked into is not made up for by one in which nothing is.
#[cfg(unix)]
#[test]
fn an_object_is_missing_only_where_every_place_was_looked_at() {
    let mut case = Case::new("explained", 1, "");
    let chain = case.chain(6);
    let dir = case.copied();
    let real = &chain.digests[3].logs[0].place.key;
    let key = real.replace(".json.gz", "") + "0000.json.gz";
    for (folder, content) in [("refused", 1), ("empty", 0), ("holding", 2)] {
        let path = dir.path().join(folder).join(&key);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        match content {
            0 => {}
            1 => std::os::unix::fs::symlink("/nowhere", &path).expect("a link"),
            _ => fs::write(&path, b"x").expect("a file"),
        }
    }
    let answer = |folders: &[&str]| {
        let paths: Vec<&str> = folders.iter().flat_map(|f| ["--path", f]).collect();
        let (code, report) = explain_key(dir.path(), &key, &paths);
        assert_eq!(code, 4, "{report:#}");
        report["answer"].as_str().expect("a sentence").to_owned()
    };
    let unknown = "it could not be checked whether the object exists";
    for (folders, words) in [
        (&["empty"][..], "this copy does not contain the file"),
        (&["refused", "empty"], unknown),
        (&["empty", "refused"], unknown),
        (
            &["refused", "empty", "holding"],
            "the file exists in this copy",
        ),
        (
            &["holding", "empty", "refused"],
            "the file exists in this copy",
        ),
    ] {
        let answer = answer(folders);
        assert!(answer.contains(words), "{folders:?}: {answer}");
    }
}
