//! `--format jsonl` while a run goes on: the same lines as from a saved report, as soon as they are
//! final, and each finding where a report tells of many as one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use serde_json::Value;

use crate::cases::case::Case;
use crate::program::{peak_of, root, run};

/// The lines that a run writes, by the real binary on a copy on disk.
fn streamed(dir: &Path, more: &[&str]) -> Vec<String> {
    let args = [
        "validate", "--path", "bucket", "--keys", "keys", "--format", "jsonl",
    ];
    let run = run(dir, &[&args, more].concat());
    assert_eq!(run.stderr, "");
    run.stdout.lines().map(str::to_owned).collect()
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).expect("JSON")
}

/// A line without when and where it was written.
fn timeless(line: &str) -> String {
    let mut line = parsed(line);
    for field in ["started", "finished", "command"] {
        if let Some(value) = line.get_mut(field) {
            value.take();
        }
    }
    line.to_string()
}

/// The chain that a line is about.
fn chain(line: &Value) -> Option<String> {
    let id = if line["type"] == "chain" {
        &line["id"]
    } else {
        &line["chain"]
    };
    id.as_str().map(str::to_owned)
}

#[test]
fn a_run_writes_the_lines_that_its_saved_report_gives() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("report.json");
    let path = path.to_str().expect("UTF-8");
    for case in [
        "sample",
        "gap",
        "log-modified",
        "log-missing--removed-by-somebody",
        "gap--digests-removed",
        "digest-missing",
        "log-unreferenced",
        "nothing-found",
    ] {
        let from = root().join("testdata").join(case);
        let lines = streamed(&from, &["--format", "json", "--out", path]);
        let again = run(dir.path(), &["report", path, "--format", "jsonl"]).stdout;
        let sorted = |lines: &[&str]| {
            let mut lines: Vec<String> = lines.iter().map(|l| timeless(l)).collect();
            lines.sort();
            lines
        };
        let (one, other): (Vec<&str>, Vec<&str>) = (
            lines.iter().map(String::as_str).collect(),
            again.lines().collect(),
        );
        assert_eq!(sorted(&one), sorted(&other), "{case}");

        let kinds: Vec<Value> = lines.iter().map(|l| parsed(l)["type"].clone()).collect();
        assert_eq!(
            (&kinds[0], kinds.last()),
            (&"report".into(), Some(&"summary".into()))
        );
        for pair in lines
            .windows(2)
            .map(|pair| [parsed(&pair[0]), parsed(&pair[1])])
        {
            let [before, line] = pair;
            // A gap follows its chain, and no finding of a chain does.
            if line["type"] == "gap" {
                assert!(["chain", "gap"].contains(&before["type"].as_str().expect("a type")));
                assert_eq!(chain(&line), chain(&before), "{case}");
            }
        }
        let end = |kind: &str| kinds.iter().rposition(|k| k == kind);
        assert!(end("key") < end("not_proven"), "{case}");
    }
}

#[test]
fn what_is_told_of_a_chain_and_in_which_order_does_not_depend_on_workers() {
    let dir = root().join("testdata/sample");
    let by_chain = |jobs: &str| {
        let mut chains: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
        for line in streamed(&dir, &["--jobs", jobs]) {
            let of = chain(&parsed(&line));
            chains.entry(of).or_default().push(timeless(&line));
        }
        chains
    };
    let one = by_chain("1");
    assert_eq!(one.len(), 5, "four chains, and what concerns none");
    for jobs in ["2", "8"] {
        assert_eq!(by_chain(jobs), one, "{jobs}");
    }
}

/// Far more missing logs in one chain than a report tells one by one.
#[test]
fn findings_without_number_are_told_one_by_one_in_bounded_memory() {
    let (digests, logs) = (10, 10_000);
    let mut case = Case::new("many-findings", 1, "");
    let mut chain = case.chain(2);
    for digest in 0..digests {
        chain.append_custom(&mut case.world, |fields| {
            let named = fields.log_files_mut();
            let like = named.first().expect("a log").clone();
            for log in 0..logs {
                let mut entry = like.clone();
                let fields = entry.as_object_mut().expect("an entry");
                fields.set(
                    "s3Object",
                    format!("AWSLogs/gone/{digest}/{log}.json.gz").as_str(),
                );
                named.push(entry);
            }
        });
    }
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
    assert_eq!(missing.len(), digests * logs);
    let summary = parsed(&last);
    assert_eq!(summary["totals"]["findings"]["failed"], digests * logs);
    // They are some 75 MB.
    assert!(peak < 64 << 10, "peak resident {peak} KiB");

    // A report tells of them as one.
    let report = fs::read_to_string(dir.path().join("report.json")).expect("a report");
    let findings = parsed(&report)["findings"].take();
    assert_eq!(findings.as_array().expect("findings").len(), 1);
    assert_eq!(findings[0]["count"], digests * logs);
}
