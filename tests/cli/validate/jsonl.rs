//! `--format jsonl` during a run: the same lines as from a saved report, written as soon as they
//! are final, with each finding that a report would group.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::case::{ACCOUNT, BUCKET, REGION, hour, trail};
use crate::support::cases::unreferenced;
use crate::support::forge::{Place, damage};
use crate::support::program::{root, run};

/// The lines that a run over a copy on disk writes.
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

/// A line without the time and place of its run.
fn timeless(line: &str) -> String {
    let mut line = parsed(line);
    for field in ["started", "finished", "command"] {
        if let Some(value) = line.get_mut(field) {
            value.take();
        }
    }
    line.to_string()
}

/// The chain of a line.
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
            // A gap follows its chain's line, and no finding of that chain does.
            if line["type"] == "gap" {
                assert!(["chain", "gap"].contains(&before["type"].as_str().expect("a type")));
                assert_eq!(chain(&line), chain(&before), "{case}");
            }
        }
        let end = |kind: &str| kinds.iter().rposition(|k| k == kind);
        assert!(end("key") < end("not_proven"), "{case}");
    }
}

/// Digests after the window are read for the logs that they list. Their own findings are in no
/// report.
#[test]
fn digests_read_only_for_references_are_not_reported() {
    let mut case = unreferenced::injected().arg(&["--end-time", "2026-03-01T04:12:34Z"]);
    for (after, damaged) in [(6, true), (7, false)] {
        let key = trail().digest_key(ACCOUNT, REGION, hour(after));
        let place = Place::new(BUCKET, &key);
        match damaged {
            true => damage::tamper_digest(&mut case.world, &place),
            false => drop(damage::delete(&mut case.world, &place)),
        }
    }
    let dir = case.copied();
    let mut args = vec![
        "validate", "--format", "jsonl", "--format", "json", "--out", "report",
    ];
    args.extend(case.args.iter().map(String::as_str));
    let lines = run(dir.path(), &args).stdout;
    let findings = lines.lines().map(parsed).filter(|l| l["type"] == "finding");
    let lines: Vec<Value> = findings.map(|mut l| l["key"].take()).collect();
    let report = std::fs::read_to_string(dir.path().join("report")).expect("a report");
    let mut report = parsed(&report);
    let findings = report["findings"].as_array_mut().expect("findings");
    let findings: Vec<Value> = findings.iter_mut().map(|f| f["key"].take()).collect();
    assert_eq!(lines, findings);
}

#[test]
fn the_lines_of_a_chain_and_their_order_do_not_depend_on_workers() {
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
