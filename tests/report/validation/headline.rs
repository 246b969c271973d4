//! The first lines of a report: the verdict, its reason, and the number of chains.

use serde_json::json;
use trailproof::report::Format;

use crate::support::reports::{of_case, organization, parsed, shown};

#[test]
fn a_headline_gives_the_reason_of_its_verdict() {
    for (case, message) in [
        (
            "log-unreferenced",
            "a log lies here that no digest names; nothing was found",
        ),
        ("chain-fork", "UNPROVEN: digests contradict each other"),
        (
            "log-unreadable",
            "something could not be checked; nothing was found",
        ),
    ] {
        let text = shown(&of_case(case), Format::Text);
        let line = text.lines().next().expect("a line");
        assert!(
            line.starts_with("UNPROVEN: ") && line.contains(message),
            "{case}: {line}"
        );
    }
    for (case, message) in [
        ("gap", "GAPS: no digest covers part of the window; what"),
        (
            "gap--overlapping-segments",
            "GAPS: logging or validation was restarted, which left no hole",
        ),
    ] {
        let text = shown(&of_case(case), Format::Text);
        assert!(text.starts_with(message), "{case}: {text}");
    }
    let text = shown(&of_case("log-unreferenced"), Format::Text);
    assert!(
        text.contains("logs 11 valid, 1 that no digest names"),
        "{text}"
    );
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
    assert!(shown(&all, Format::Text).contains("12 chains, and 1 missing: digests"));
    all["findings"] = json!([ended]);
    all["verdict"] = json!("unproven");
    let text = shown(&all, Format::Text);
    assert!(text.contains("\n12 chains: digests"), "{text}");
    assert!(
        text.contains("a chain ends before others of its trail"),
        "{text}"
    );
}

#[test]
fn a_missing_expected_chain_is_counted() {
    let all = parsed(&organization());
    for (format, message) in [
        (Format::Text, "12 chains, and 1 missing: digests"),
        (Format::Markdown, "10 of 13 verified; 1 missing."),
        (Format::Html, "? 1 more missing</span>"),
    ] {
        assert!(shown(&all, format).contains(message), "{}", format.as_str());
    }
}
