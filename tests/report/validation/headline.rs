//! The first lines of a report: the verdict, its reason, and the number of chains.

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::reports::{of_case, organization, parsed, shown};

/// The first line of the text report of a case.
fn headline(case: &str) -> String {
    first_line(&of_case(case))
}

fn first_line(report: &Value) -> String {
    let text = shown(report, Format::Text);
    text.lines().next().expect("a line").to_owned()
}

#[test]
fn a_headline_says_what_and_how_much() {
    for (case, line) in [
        (
            "sample",
            "VERIFIED: all of 2 days is proven in 4 chains; 234 logs are intact",
        ),
        ("log-modified", "FAILED: 1 log was altered"),
        ("digest-missing--several", "FAILED: 4 digests are missing"),
        (
            "digest-missing--beside-damaged",
            "FAILED: 1 digest was altered or forged; 2 digests are missing",
        ),
        (
            "digest-signature-absent",
            "UNPROVEN: all of 5 hours is proven, except the last hour: its digest has no signature in this copy",
        ),
        (
            "log-unreferenced",
            "UNPROVEN: 87.50 % of the time asked for is proven; 1 object among the logs is not listed by any digest",
        ),
        (
            "chain-fork",
            "UNPROVEN: 80.56 % of the time asked for is proven; digests contradict each other",
        ),
        (
            "log-unreadable",
            "UNPROVEN: 75 % of the time asked for is proven; 1 log could not be read",
        ),
        (
            "key-unavailable",
            "UNPROVEN: nothing is proven; the public keys of 4 digests are not available",
        ),
        (
            "gap",
            "GAPS: 59.66 % of the time asked for is proven; no digest covers 4h 15m 10s",
        ),
        (
            "coverage-tail--ended-before-the-window",
            "GAPS: 50 % of the time asked for is proven; no digest covers 4 hours in 1 of 2 chains",
        ),
        (
            "logs-not-read",
            "VERIFIED: all of 3 hours is covered by verified digests; 0 of 5 logs read (--logs none)",
        ),
    ] {
        assert_eq!(headline(case), line, "{case}");
    }
    let restarted = headline("gap--overlapping-segments");
    let why = "logging or validation was restarted, which left no uncovered time between digests";
    assert!(restarted.ends_with(why), "{restarted}");
}

/// Whatever else was found: it follows from a source that could not be read.
#[test]
fn a_source_that_could_not_be_read_is_the_headline_and_the_first_finding() {
    let report = of_case("source-unreadable");
    let line = first_line(&report);
    let cause = "UNPROVEN: s3://trail-logs/AWSLogs/222222222222 could not be listed: links, pipes";
    assert!(line.starts_with(cause), "{line}");
    assert_eq!(report["findings"][0]["code"], "source-unreadable");
    let sentences = &report["summary"]["sentences"];
    assert_eq!(
        sentences[2],
        "Make every folder readable, and run this check again."
    );
}

/// A chain is counted once, however many kinds of damage it has.
#[test]
fn damage_in_some_of_many_chains_says_in_how_many() {
    let mut all = parsed(&organization());
    let finding = |code: &str, count: u64, chain: &Value| {
        json!({
            "code": code, "severity": "failed", "message": "m", "count": count,
            "chain": chain["id"], "organization": chain["organization"],
            "bucket": null, "key": null, "hint": null, "reason": null, "expected": null,
            "actual": null, "digest": null, "version_id": null, "etag": null,
            "last_modified": null, "size": null, "from": null, "to": null,
        })
    };
    let chains = all["chains"].as_array_mut().expect("chains");
    chains.truncate(6);
    for (n, chain) in chains.iter_mut().enumerate() {
        chain["verdict"] = json!(if n < 3 { "failed" } else { "verified" });
    }
    let of = |n: usize| chains[n].clone();
    all["findings"] = json!([
        finding("log-modified", 1, &of(0)),
        finding("log-missing", 4, &of(1)),
        finding("digest-missing", 2, &of(1)),
        finding("digest-missing", 719, &of(2)),
    ]);
    all["verdict"] = json!("failed");
    let line = "FAILED: 1 log was altered; 4 logs and 721 digests are missing, in 3 of 6 chains";
    assert_eq!(first_line(&all), line);
}

#[test]
fn the_summary_holds_the_hours_the_objects_and_three_sentences() {
    let report = of_case("gap");
    let summary = &report["summary"];
    let hours = &summary["hours"];
    assert_eq!(*hours, summary["chains"][0]["hours"]);
    let states = ["proven", "pending", "gap", "unproven", "failed"];
    let hour = |name: &str| hours[name].as_f64().expect("hours");
    let sum: f64 = states.into_iter().map(hour).sum();
    assert!((sum - hour("asked")).abs() < 0.001, "{hours}");
    assert_eq!(summary["chains"][0]["chain"], report["chains"][0]["id"]);
    assert_eq!(
        summary["objects"]["logs"]["proven"],
        report["totals"]["logs"]["valid"]
    );
    let sentences = &summary["sentences"];
    assert_eq!(sentences.as_array().map(Vec::len), Some(3), "{sentences}");
    assert_eq!(sentences[1], "Not proven: no digest covers 4h 15m 10s.");
}

/// A saved report cannot claim in its summary what the rest of it does not say.
#[test]
fn the_summary_of_a_saved_report_is_computed_again() {
    let mut report = of_case("log-modified");
    report["summary"]["sentences"] = json!(["All is well."]);
    let lines = shown(&report, Format::Jsonl);
    assert!(!lines.contains("All is well"), "{lines}");
    assert!(lines.contains("1 log was altered"), "{lines}");
    report.as_object_mut().expect("a report").remove("summary");
    assert!(shown(&report, Format::Jsonl).contains("1 log was altered"));
}

/// A chain that exists and ends early is not missing. A chain with two findings is missing once.
#[test]
fn a_missing_chain_counts_once_and_an_existing_one_never() {
    let mut all = parsed(&organization());
    let findings = all["findings"].as_array().expect("findings").clone();
    let missing = findings.iter().find(|f| f["code"] == "chain-missing");
    let missing = missing.expect("a missing chain").clone();
    let mut ended = missing.clone();
    ended["chain"] = all["chains"][0]["id"].clone();
    all["findings"] = json!([missing, missing, ended]);
    assert!(shown(&all, Format::Text).contains("12 chains, and 1 missing; digests"));
    all["findings"] = json!([ended]);
    all["verdict"] = json!("unproven");
    let text = shown(&all, Format::Text);
    assert!(text.contains("\ntotals: 12 chains; digests"), "{text}");
    assert!(
        text.contains("1 chain ends before others of the same trail"),
        "{text}"
    );
}

#[test]
fn a_missing_expected_chain_is_counted() {
    let all = parsed(&organization());
    for (format, message) in [
        (Format::Text, "12 chains, and 1 missing; digests"),
        (Format::Markdown, "10 of 13 verified; 1 missing."),
        (Format::Html, "? 1 more missing</span>"),
    ] {
        assert!(shown(&all, format).contains(message), "{}", format.as_str());
    }
}
