//! The AWS CLI's format, for a report that holds less than the result of each file.

use serde_json::{Value, json};
use trailproof::proof::finding::Code;
use trailproof::report::validation::aws_cli::{
    DigestResult, FileResults, LogResult, Streams, print,
};
use trailproof::report::validation::v1::Report;

use crate::support::reports::everything;

const CHAIN: &str = "111111111111/eu-west-1/us-east-1/main";

/// The report with one finding, and one chain.
fn with(finding: Value) -> Report {
    let mut report: Value = serde_json::from_str(&everything()).expect("JSON");
    let mut one = report["findings"][0].clone();
    for (name, value) in finding.as_object().expect("fields") {
        one[name] = value.clone();
    }
    report["findings"] = json!([one]);
    report["chains"] = json!([report["chains"][0]]);
    report["chains"][0]["id"] = json!(CHAIN);
    serde_json::from_value(report).expect("a report")
}

/// A digest that lists five logs; three of them are missing.
fn report_of() -> FileResults {
    let files = FileResults::default();
    let digest = DigestResult {
        bucket: Some("logs".into()),
        key: "digest".into(),
        problem: None,
        proven: Some((0, 3_600, false)),
    };
    let end = jiff::Timestamp::from_second(3_600).expect("a time");
    files.digest(CHAIN, false, end, &digest);
    for n in 0..5 {
        let gone = (Code::LogMissing, "not found".to_owned());
        let log = LogResult {
            bucket: "logs".into(),
            key: format!("log-{n}"),
            problem: (n < 3).then_some(gone),
        };
        files.log(("logs", "digest"), log);
    }
    files
}

fn printed(report: &Report) -> (String, String) {
    printed_of(report, &report_of())
}

fn printed_of(report: &Report, files: &FileResults) -> (String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams {
        out: &mut out,
        err: Some(&mut err),
    };
    print(report, Some(files), true, &mut streams).expect("written");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(out), text(err))
}

#[test]
fn files_with_grouped_findings_are_counted_once() {
    let many = |count: u64| {
        json!({"code": "log-missing", "severity": "failed", "chain": CHAIN, "key": null,
               "bucket": null, "digest": null, "count": count, "message": "too many"})
    };
    let (out, err) = printed(&with(many(3)));
    assert!(
        out.contains("\n2/5 log files valid, 3/5 log files INVALID\n"),
        "{out}"
    );
    assert_eq!(err.matches("INVALID: not found\n").count(), 3, "{err}");
    assert_eq!(
        err.lines().filter(|line| !line.is_empty()).count(),
        3,
        "{err}"
    );
    // What was not reported one by one is added to the count.
    let (out, err) = printed(&with(many(10)));
    assert!(
        out.contains("\n2/12 log files valid, 10/12 log files INVALID\n"),
        "{out}"
    );
    assert_eq!(
        err.lines().filter(|line| !line.is_empty()).count(),
        4,
        "{err}"
    );
}

#[test]
fn lines_follow_the_digest_that_lists_them_and_problems_go_to_standard_error() {
    let note = json!({"severity": "note", "chain": CHAIN});
    let (out, err) = printed(&with(note));
    let valid: Vec<&str> = out
        .lines()
        .filter(|line| line.ends_with("\tvalid"))
        .collect();
    let files = [
        "Digest file\ts3://logs/digest\tvalid",
        "Log file\ts3://logs/log-3\tvalid",
        "Log file\ts3://logs/log-4\tvalid",
    ];
    assert_eq!(valid, files);
    let gone = |n| format!("Log file\ts3://logs/log-{n}\tINVALID: not found\n\n");
    assert_eq!(err, format!("\n{}{}{}", gone(0), gone(1), gone(2)));
}

#[test]
fn grouped_digest_findings_are_printed_in_the_aws_clis_words() {
    let files = FileResults::default();
    for n in 0..3 {
        let why = format!("public key not found in region us-east-1 for fingerprint {n}");
        let digest = DigestResult {
            bucket: Some("logs".into()),
            key: format!("digest-{n}"),
            problem: Some((Code::KeyUnknown, why)),
            proven: None,
        };
        let end = jiff::Timestamp::from_second(3_600 * (n + 1)).expect("a time");
        files.digest(CHAIN, false, end, &digest);
    }
    let many = json!({"code": "key-unknown", "severity": "failed", "chain": CHAIN, "key": null,
                      "bucket": null, "digest": null, "count": 3, "message": "too many",
                      "actual": null});
    let (out, err) = printed_of(&with(many), &files);
    assert!(
        out.ends_with("\n0/3 digest files valid, 3/3 digest files INVALID\n"),
        "{out}"
    );
    let line = |n| {
        format!(
            "Digest file\ts3://logs/digest-{n}\tINVALID: public key not found in region us-east-1 for fingerprint {n}\n\n"
        )
    };
    assert_eq!(err, [2, 1, 0].map(line).concat());
}

#[test]
fn time_that_could_not_be_checked_is_not_counted() {
    let hidden = json!({"code": "digest-unreadable", "severity": "unproven", "chain": CHAIN,
                        "key": null, "bucket": null, "digest": null, "count": null,
                        "from": "2026-03-01T00:00:00Z", "to": "2026-03-01T06:00:00Z",
                        "message": "these could not be listed"});
    let (out, err) = printed_of(&with(hidden), &FileResults::default());
    assert!(out.ends_with("\nNo digests found\n"), "{out}");
    let line = "trailproof: 111111111111/eu-west-1/us-east-1/main 2026-03-01T00:00:00Z to \
                2026-03-01T06:00:00Z: these could not be listed\n\n";
    assert_eq!(err, line);
}

/// Where a bucket could not be read, nothing says that it has no digests, and the reason is printed once.
#[test]
fn a_source_that_could_not_be_read_is_not_called_empty() {
    let unreadable = json!({"code": "source-unreadable", "severity": "unproven", "chain": null,
                            "key": null, "bucket": "logs", "digest": null, "count": null,
                            "from": null, "to": null, "message": "this bucket could not be listed"});
    let mut report = with(unreadable);
    report.chains.clear();
    report.requested.start = None;
    let (out, err) = printed_of(&report, &FileResults::default());
    assert!(!out.contains("No digests found"), "{out}");
    assert!(!out.contains(" between "), "{out}");
    assert_eq!(err, "trailproof: this bucket could not be listed\n\n");
}
