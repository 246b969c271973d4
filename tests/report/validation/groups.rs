//! More findings than a report lists one by one: in one chain, and in many chains.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};

use serde_json::Value;
use trailproof::base::limits::Limits;
use trailproof::proof::finding::{Code, Finding};
use trailproof::validate::request::Request;

use crate::library::{prove, request, ring, source};
use crate::support::case::Case;
use crate::support::missing_logs::{chain_with_missing_logs, list_missing_logs};
use crate::support::program::peak_of;

/// Validates a copy of a case with the real binary. Returns its peak resident memory in KiB, the
/// report, and the keys of missing logs in its lines, each once.
fn lines_and_report(case: &Case) -> (u64, Value, BTreeSet<String>) {
    let dir = case.copied();
    let mut args = vec![
        "validate",
        "--format",
        "jsonl",
        "--format",
        "json",
        "--out",
        "report.json",
    ];
    args.extend(case.args.iter().map(String::as_str));
    let (code, peak) = peak_of(dir.path(), &args, "lines");
    assert_eq!(code, 1);
    let lines = BufReader::new(File::open(dir.path().join("lines")).expect("lines")).lines();
    let (mut missing, mut last) = (BTreeSet::new(), String::new());
    for line in lines {
        last = line.expect("a line");
        if let Some((_, key)) = last.split_once("\"key\":\"AWSLogs/gone/") {
            let key = key.split('"').next().expect("a key");
            assert!(missing.insert(key.to_owned()), "{key} is told twice");
        }
    }
    let summary: Value = serde_json::from_str(&last).expect("JSON");
    assert_eq!(summary["totals"]["findings"]["failed"], missing.len());
    let report = fs::read(dir.path().join("report.json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["totals"]["findings"], summary["totals"]["findings"]);
    (peak, report, missing)
}

#[test]
fn in_one_chain_each_finding_is_a_line_and_the_report_groups_them() {
    let (digests, logs) = (10, 10_000);
    let case = |digests: usize, logs: usize| {
        let mut case = Case::new("many-findings", 1, "");
        let mut chain = case.chain(2);
        (0..digests).for_each(|_| list_missing_logs(&mut chain, &mut case.world, logs));
        case
    };
    // Most of the memory of a small run are pages of the program's own code.
    let (small, ..) = lines_and_report(&case(1, 10));
    let (peak, report, missing) = lines_and_report(&case(digests, logs));
    assert_eq!(missing.len(), digests * logs);
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["count"], digests * logs);
    // The lines take about 75 MB.
    assert!(
        peak < small + (24 << 10),
        "peak resident {peak} KiB beside {small}"
    );
}

#[test]
fn in_many_chains_each_finding_is_a_line_and_the_report_groups_them_by_chain() {
    let (chains, logs) = (120, 1_000);
    let mut case = Case::new("many-chains", 1, "");
    (0..chains).for_each(|account| chain_with_missing_logs(&mut case, account, logs));
    chain_with_missing_logs(&mut case, chains, 3);
    let (peak, report, missing) = lines_and_report(&case);
    assert_eq!(missing.len(), chains * logs + 3);
    let findings = report["findings"].as_array().expect("findings");
    let (many, few): (Vec<&Value>, Vec<&Value>) = findings
        .iter()
        .partition(|finding| finding["count"] != Value::Null);
    assert_eq!((many.len(), few.len()), (chains, 3));
    assert!(many.iter().all(|finding| finding["count"] == logs));
    // 100,000 findings are kept before they are grouped.
    assert!(peak < 256 << 10, "peak resident {peak} KiB");
}

/// How many findings are listed depends on the findings, not on the order in which they are found.
#[test]
fn grouping_does_not_depend_on_workers() {
    let mut case = Case::new("many-orders", 1, "");
    for account in 0..12 {
        chain_with_missing_logs(&mut case, account, 2 + account * account / 3);
    }
    let lines_and_groups = |findings: usize, jobs: usize| {
        let limits = Limits {
            findings_per_code: 30,
            findings,
            ..Limits::default()
        };
        let request = Request {
            limits,
            jobs,
            chains_at_once: jobs,
            ..request()
        };
        let outcome = prove(
            &source(&case.world),
            &ring(&case.world, &["eu-west-1"]),
            &request,
        );
        outcome.findings
    };
    let count = |findings: &[Finding]| -> u64 {
        let missing = findings.iter().filter(|f| f.code == Code::LogMissing);
        missing.map(|f| f.count.unwrap_or(1)).sum()
    };
    let all: u64 = (0..12).map(|account| 2 + account * account / 3).sum();
    // Per chain at most thirty, fifteen, seven, three and one.
    for (findings, kept) in [(1_000, 113), (150, 43), (100, 19), (40, 7), (20, 0)] {
        let one = lines_and_groups(findings, 1);
        let separate = one
            .iter()
            .filter(|f| f.code == Code::LogMissing && f.count.is_none());
        assert_eq!((count(&one), separate.count()), (all, kept), "{findings}");
        for jobs in [2, 8] {
            assert_eq!(
                lines_and_groups(findings, jobs),
                one,
                "{findings} findings, {jobs} jobs"
            );
        }
    }
}
