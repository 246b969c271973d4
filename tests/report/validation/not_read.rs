//! Logs that were not read, on request: every format says so, and none calls them intact.

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::reports::{of_case, shown};

/// A verified report in which no log was read.
fn none_read() -> Value {
    let report = of_case("logs-not-read");
    assert_eq!(
        (&report["verdict"], &report["totals"]["logs"]["valid"]),
        (&json!("verified"), &json!(0))
    );
    report
}

#[test]
fn every_format_says_that_logs_were_not_read_and_none_says_that_they_are_intact() {
    let report = none_read();
    // The script of commands is no report.
    let reports = Format::ALL.iter().filter(|f| **f != Format::Commands);
    for format in reports {
        let text = shown(&report, *format).to_lowercase();
        let words = ["not read", "not_read", "0 of 5 logs read"];
        assert!(
            words.iter().any(|words| text.contains(words)),
            "{format:?}: {text}"
        );
        assert!(!text.contains("intact"), "{format:?}: {text}");
        assert!(!text.contains("\"pass\""), "{format:?}: {text}");
    }
}

#[test]
fn a_sample_passes_no_control_and_counts_what_it_left_out() {
    let mut report = none_read();
    report["requested"]["logs"] = json!("1/2");
    report["requested"]["seed"] = json!("seed");
    for logs in ["/totals/logs", "/chains/0/logs"] {
        let logs = report.pointer_mut(logs).expect("logs");
        logs["valid"] = json!(2);
        logs["not_read"] = json!(1);
    }
    let first: Value = {
        let events = shown(&report, Format::Ocsf);
        serde_json::from_str(events.lines().next().expect("an event")).expect("JSON")
    };
    assert_eq!(first["compliance"]["status"], "Warning");
    assert_eq!(first["status_code"], "verified");
    let text = shown(&report, Format::Text);
    assert!(
        text.contains("2 of 3 logs read, and these are intact (--logs 1/2 --seed seed)"),
        "{text}"
    );
    let cli = shown(&report, Format::AwsCli);
    assert!(
        cli.contains("2/3 log files valid, 1/3 log files not read"),
        "{cli}"
    );

    for logs in ["/totals/logs", "/chains/0/logs"] {
        report.pointer_mut(logs).expect("logs")["not_read"] = json!(0);
    }
    report["requested"]["logs"] = json!("all");
    let events = shown(&report, Format::Ocsf);
    assert!(events.contains("\"status\":\"Pass\""), "{events}");
    assert!(shown(&report, Format::Text).contains("2 logs are intact"));
}

/// With a gap or a doubt, too, time is not called proven whose logs were not read.
#[test]
fn no_headline_calls_time_proven_whose_logs_were_not_read() {
    for case in [
        "gap",
        "gap--overlapping-segments",
        "digest-signature-absent",
        "log-unreferenced",
    ] {
        let mut report = of_case(case);
        report["requested"]["logs"] = json!("none");
        for logs in ["/totals/logs", "/chains/0/logs"] {
            let logs = report.pointer_mut(logs).expect("logs");
            logs["not_read"] = logs["valid"].take();
            logs["valid"] = json!(0);
        }
        let text = shown(&report, Format::Text);
        let line = text.lines().next().expect("a line");
        assert!(
            line.contains("covered by verified digests"),
            "{case}: {line}"
        );
        assert!(
            line.contains("0 of ") && line.contains("(--logs none)"),
            "{case}: {line}"
        );
        assert!(!line.contains("is proven"), "{case}: {line}");
    }
}
