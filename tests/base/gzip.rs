//! Gzip bombs take bounded memory.

use std::fs;
use std::path::Path;

use crate::support::case::Case;
use crate::support::forge::damage::write_bomb;
use crate::support::program::{assert_matches_schema, peak_of, severity_codes};

const HALF_A_GIB: u64 = 512 << 20;

const MIB_64: u64 = 64 << 10;

/// Runs `validate`; returns its exit code, its report and its peak resident memory in KiB.
fn measured(dir: &Path, args: &[String]) -> (i32, serde_json::Value, u64) {
    let mut all = vec!["validate", "--format", "json"];
    all.extend(args.iter().map(String::as_str));
    let (code, peak) = peak_of(dir, &all, "report.json");
    let report = serde_json::from_slice(&fs::read(dir.join("report.json")).expect("a report"))
        .expect("JSON");
    assert_matches_schema(&report);
    (code, report, peak)
}

#[test]
fn half_a_gib_from_a_small_log_are_hashed_in_bounded_memory() {
    let mut case = Case::new("bomb-log", 1, "");
    let chain = case.chain(3);
    let dir = case.copied();
    let log = &chain.digests[2].logs[0].place.key;
    write_bomb(&dir.path().join("bucket").join(log), HALF_A_GIB);
    let (code, report, peak) = measured(dir.path(), &case.args);
    assert_eq!(
        (code, severity_codes(&report)),
        (1, vec!["failed log-modified".to_owned()])
    );
    assert!(
        report["totals"]["bytes_hashed"].as_u64() > Some(HALF_A_GIB),
        "it was read to its end"
    );
    assert!(peak < MIB_64, "peak resident {peak} KiB");
}

#[test]
fn a_bomb_in_place_of_a_digest_differs_from_its_successors_record() {
    let mut case = Case::new("bomb-digest", 1, "");
    let chain = case.chain(3);
    let dir = case.copied();
    let digest = &chain.digests[2].place.key;
    write_bomb(&dir.path().join("bucket").join(digest), 256 << 20);
    let (code, report, peak) = measured(dir.path(), &case.args);
    assert_eq!(
        (code, severity_codes(&report)),
        (1, vec!["failed digest-malformed".to_owned()])
    );
    assert!(peak < MIB_64, "peak resident {peak} KiB");
}

#[test]
fn an_oversized_digest_without_a_successor_is_unreadable() {
    let mut case = Case::new("bomb-newest", 4, "");
    let chain = case.chain(3);
    let dir = case.copied();
    write_bomb(
        &dir.path().join("bucket").join(&chain.last().place.key),
        64 << 20,
    );
    let bound = ["--max-digest-size".to_owned(), "16MiB".to_owned()];
    let (code, report, peak) = measured(dir.path(), &[&case.args[..], &bound].concat());
    assert_eq!(
        (code, severity_codes(&report)),
        (4, vec!["unproven digest-unreadable".to_owned()])
    );
    assert_eq!(report["findings"][0]["reason"], "too-large");
    assert!(peak < MIB_64, "peak resident {peak} KiB");
}
