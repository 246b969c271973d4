//! Digests that list too many logs for memory are proven like any other.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::case::{BUCKET, Case};
use crate::support::forge::digest::LogRecord;
use crate::support::forge::{Chain, DigestRecord, World, damage, gzip};
use crate::support::program::{
    assert_matches_schema, finish, peak_of, report, reported, run, severity_codes,
};

const MIB_64: u64 = 64 << 10;

/// Lets the newest digest list its own logs again and again, so many in all.
fn list_again(world: &mut World, chain: &Chain, count: usize) -> DigestRecord {
    let entries: Vec<String> = chain.last().logs.iter().map(entry).collect();
    let entries: Vec<&str> = entries
        .iter()
        .map(String::as_str)
        .cycle()
        .take(count)
        .collect();
    damage::list_logs(world, chain.last(), &entries.join(","))
}

/// Lets the newest digest list so many logs that were never delivered.
fn list_others(world: &mut World, chain: &Chain, count: usize) -> DigestRecord {
    let log = &chain.last().logs[0];
    let (name, entry) = (&log.place.key[log.place.key.len() - 24..], entry(log));
    let (before, rest) = entry.split_once(name).expect("a key");
    let (between, after) = rest.split_once(&log.sha256).expect("a hash");
    let other = |at| {
        let hash = (at as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        format!("{before}{at:016x}.json.gz{between}{hash:064x}{after}")
    };
    let entries: Vec<String> = (0..count).map(other).collect();
    damage::list_logs(world, chain.last(), &entries.join(","))
}

fn entry(log: &LogRecord) -> String {
    String::from_utf8(log.entry().digest_bytes()).expect("text")
}

/// A digest of some 2.5 MB that lists the same logs again and again.
fn repeating(name: &'static str) -> (Case, Chain, DigestRecord) {
    let mut case = Case::new(name, 0, "");
    let chain = case.chain(3);
    let digest = list_again(&mut case.world, &chain, 6_000);
    assert!(digest.json.len() > 2 << 20);
    (case, chain, digest)
}

#[test]
fn a_hundred_thousand_logs_in_a_digest_are_proven_in_bounded_memory() {
    let mut case = Case::new("large-digest", 0, "");
    let chain = case.chain(3);
    let digest = list_others(&mut case.world, &chain, 100_000);
    assert!(digest.json.len() > 30 << 20);
    let objects = case.world.buckets.get_mut(BUCKET).expect("the bucket");
    objects.retain(|key, _| key.contains("/CloudTrail-Digest/"));
    let dir = case.copied();
    let mut args = vec!["validate", "--format", "json", "--logs", "none"];
    args.extend(case.args.iter().map(String::as_str));
    let (code, peak) = peak_of(dir.path(), &args, "report.json");
    let text = fs::read(dir.path().join("report.json")).expect("a report");
    let report: Value = serde_json::from_slice(&text).expect("JSON");
    assert_matches_schema(&report);
    assert_eq!((code, &report["verdict"]), (0, &"verified".into()));
    let other_logs: usize = chain.digests[..3].iter().map(|d| d.logs.len()).sum();
    let not_read = &report["totals"]["logs"]["not_read"];
    assert_eq!(not_read, &Value::from(100_000 + other_logs));
    let hashed = report["totals"]["bytes_hashed"].as_u64();
    assert!(hashed > Some(digest.json.len() as u64));
    assert!(peak < MIB_64, "peak resident {peak} KiB");
}

#[test]
fn each_log_of_a_large_digest_is_read_reported_and_explained() {
    let (case, _, digest) = repeating("large-digest-read");
    let dir = case.copied();
    let (code, whole) = report(dir.path(), &case.args);
    assert_eq!((code, &whole["verdict"]), (0, &"verified".into()));
    assert!(whole["totals"]["logs"]["valid"].as_u64() >= Some(6_000));

    let key = &digest.logs[0].place.key;
    let explain = |more: &[&str]| {
        let args = [
            "explain", key, "--format", "json", "--path", "bucket", "--keys", "keys",
        ];
        let run = run(dir.path(), &[&args[..], more].concat());
        let answer: Value = serde_json::from_str(&run.stdout).expect("a report");
        (run.code, answer)
    };
    let (code, answer) = explain(&[]);
    assert_eq!((code, &answer["intact"]), (0, &true.into()));
    let (code, answer) = explain(&["--max-digest-size", "1MiB"]);
    assert_eq!((code, &answer["intact"]), (4, &Value::Null));

    let mut args = vec!["validate", "--format", "aws-cli", "--verbose"];
    args.extend(case.args.iter().map(String::as_str));
    let lines = run(dir.path(), &args).stdout;
    let line = format!("Log file\ts3://{BUCKET}/{key}\tvalid");
    assert_eq!(lines.matches(&line).count(), 6_000 / digest.logs.len());

    let altered = dir.path().join("bucket").join(key);
    fs::write(altered, gzip(b"{}")).expect("another log");
    let (code, failed) = report(dir.path(), &case.args);
    assert_eq!((code, &failed["verdict"]), (1, &"failed".into()));
    let count = &failed["totals"]["logs"]["failed"];
    assert_eq!(count, &Value::from(6_000 / digest.logs.len()));
}

#[test]
fn a_large_digest_whose_own_signature_is_wrong_proves_nothing() {
    let (mut case, _, digest) = repeating("large-digest-forged");
    damage::tamper_digest(&mut case.world, &digest.place);
    let dir = case.copied();
    let (code, report) = report(dir.path(), &case.args);
    let codes = severity_codes(&report);
    assert_eq!(code, 1);
    assert!(
        codes.contains(&"failed digest-signature-invalid".to_owned()),
        "{codes:?}"
    );
    assert!(report["totals"]["logs"]["valid"].as_u64() < Some(100));
}

#[test]
fn a_digest_beyond_the_option_is_unproven_and_its_message_says_so() {
    let (case, _, digest) = repeating("large-digest-bound");
    let dir = case.copied();
    let size = digest.json.len();
    let within = |bytes: usize| {
        let bytes = bytes.to_string();
        let args = case.args.iter().map(String::as_str);
        let option = ["--max-digest-size", &bytes];
        report(dir.path(), &args.chain(option).collect::<Vec<_>>())
    };
    let (code, whole) = within(size);
    assert_eq!((code, &whole["verdict"]), (0, &"verified".into()));
    let (code, beyond) = within(size - 1);
    assert_eq!((code, &beyond["verdict"]), (4, &"unproven".into()));
    let findings = beyond["findings"].as_array().expect("findings");
    let found = findings.iter().find(|f| f["code"] == "digest-unreadable");
    let found = found.expect("a finding on the digest");
    assert_eq!(found["reason"], "too-large");
    let message = format!(
        "this digest inflates to more than {} bytes (--max-digest-size): its content was not checked",
        size - 1
    );
    assert_eq!(found["message"], message.as_str());
    assert_eq!(
        found["hint"],
        "give a larger --max-digest-size, and run again"
    );
    let args: [&str; 3] = ["validate", "--max-digest-size", "5GiB"];
    let refused = run(Path::new("."), &args);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("from 1 byte to 4GiB"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_digest_whose_logs_cannot_be_kept_is_unreadable_and_not_altered() {
    let mut case = Case::new("large-digest-no-room", 0, "");
    let chain = case.chain(3);
    list_others(&mut case.world, &chain, 20_000);
    let dir = case.copied();
    let mut args = vec!["validate", "--format", "json", "--logs", "none"];
    args.extend(case.args.iter().map(String::as_str));
    // No file may be larger than 64 KiB, or 128 where the shell counts in kibibytes.
    let mut limited = Command::new("sh");
    limited.args([
        "-c",
        "ulimit -f 128; exec \"$@\"",
        "sh",
        env!("CARGO_BIN_EXE_trailproof"),
    ]);
    let (_, report) = reported(finish(limited.args(&args).current_dir(dir.path())));
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|f| f["code"] == "digest-unreadable");
    let found = found.unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(
        (&found["severity"], &found["reason"]),
        (&"unproven".into(), &"io".into())
    );
    assert!(
        found["message"]
            .as_str()
            .is_some_and(|m| m.contains("TMPDIR")),
        "{found}"
    );
}

#[cfg(feature = "aws")]
#[test]
fn a_large_digest_in_s3_is_proven_too() {
    use crate::support::short_trail::{ARN, serving};

    let (case, _, digest) = repeating("large-digest-s3");
    let stage = serving(&case.world);
    let window = [
        "--start-time",
        "2026-03-01T00:12:34Z",
        "--end-time",
        "2026-03-01T03:12:34Z",
    ];
    let given = [&["--trail-arn", ARN, "--logs", "none"][..], &window].concat();
    let (code, report) = stage.report(&given);
    assert_eq!(
        (code, &report["verdict"]),
        (0, &"verified".into()),
        "{report:#}"
    );
    assert!(report["totals"]["logs"]["not_read"].as_u64() >= Some(6_000));
    let bound = (digest.json.len() - 1).to_string();
    let (code, report) = stage.report(&[&given[..], &["--max-digest-size", &bound]].concat());
    assert_eq!(code, 4);
    let codes = severity_codes(&report);
    assert!(
        codes.contains(&"unproven digest-unreadable".to_owned()),
        "{codes:?}"
    );
    let doctor = ["doctor", "--trail-arn", ARN, "--max-digest-size", "1MiB"];
    let doctor = stage.run(&doctor).stdout;
    assert!(doctor.contains("--max-digest-size"), "{doctor}");
}
