//! What an auditor compares and files: the evidence hash, and the facts that every format shows.

use std::fs;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use trailproof::report::Format;

use crate::support::program::run;
use crate::support::reports::{everything, of_case, of_cases, organization, parsed, shown};

/// The hash as the schema describes it.
fn by_hand(report: &Value) -> String {
    let chains = report["chains"].as_array().expect("chains");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let lines = chains.iter().map(|chain| {
        let hash = text(&chain["evidence_sha256"]).expect("a hash");
        let id = text(&chain["id"]).expect("an id");
        let organization = text(&chain["organization"]).unwrap_or_else(|| "-".to_owned());
        format!("{hash} {id} {organization}\n")
    });
    hex::encode(Sha256::digest(lines.collect::<String>()))
}

#[test]
fn the_evidence_hash_is_that_of_the_chains() {
    let mut hashes = Vec::new();
    for (name, report) in of_cases() {
        assert_eq!(report["evidence_sha256"], json!(by_hand(&report)), "{name}");
        hashes.push(report["evidence_sha256"].to_string());
    }
    assert!(hashes.len() > 50);
    let sample = of_case("sample");
    assert_ne!(
        sample["evidence_sha256"],
        of_case("log-modified")["evidence_sha256"]
    );
    let lines = shown(&sample, Format::Jsonl);
    let summary = parsed(lines.lines().last().expect("a summary"));
    assert_eq!(summary["evidence_sha256"], sample["evidence_sha256"]);
}

#[test]
fn a_saved_report_claims_no_other_evidence_than_its_chains() {
    let dir = tempfile::tempdir().expect("a folder");
    let report = parsed(&organization());
    let rendered = |report: &Value| {
        fs::write(dir.path().join("report.json"), report.to_string()).expect("a file");
        run(dir.path(), &["report", "report.json", "--format", "jsonl"])
    };
    assert_eq!(rendered(&report).code, 0);
    let zeros = "0".repeat(64);
    let mut other_hash = report.clone();
    other_hash["evidence_sha256"] = json!(zeros);
    let mut other_chain = report.clone();
    other_chain["chains"][1]["evidence_sha256"] = json!(zeros);
    let mut fewer_chains = report.clone();
    fewer_chains["chains"].as_array_mut().expect("chains").pop();
    for changed in [other_hash, other_chain, fewer_chains] {
        let refused = rendered(&changed);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
        assert!(
            refused.stderr.contains("evidence_sha256"),
            "{}",
            refused.stderr
        );
    }
    // One of an earlier version claims nothing. Its hash is computed.
    let mut earlier = report.clone();
    let fields = earlier.as_object_mut().expect("a report");
    let hash = fields.remove("evidence_sha256").expect("a hash");
    let lines = rendered(&earlier);
    assert_eq!(lines.code, 0, "{}", lines.stderr);
    let summary = parsed(lines.stdout.lines().last().expect("a summary"));
    assert_eq!(summary["evidence_sha256"], hash);
}

/// A text for each fact that formats show as it is.
fn facts(report: &Value) -> Vec<String> {
    let text = |at: &str| {
        let value = report.pointer(at).and_then(Value::as_str);
        value.expect(at).to_owned()
    };
    let manifest = text("/requested/manifest_sha256");
    let scope = "my scope";
    let run = ["/run/tool", "/run/version", "/run/caller"].map(text);
    let collected = ["caller", "version", "started", "ended"]
        .map(|name| text(&format!("/requested/collected/{name}")));
    [text("/evidence_sha256"), manifest, scope.to_owned()]
        .into_iter()
        .chain(run)
        .chain(collected)
        .chain(["--custody-of-test".to_owned()])
        .collect()
}

#[test]
fn every_format_says_which_evidence_was_judged_by_whom_and_when() {
    let mut report = parsed(&everything());
    report["requested"]["manifest_sha256"] = json!("5".repeat(64));
    report["requested"]["collected"] = json!({
        "caller": "arn:aws:iam::111111111111:user/responder",
        "tool": "trailproof",
        "version": "0.0.9",
        "started": "2026-03-09T01:02:03Z",
        "ended": "2026-03-09T01:02:04Z",
    });
    report["requested"]["buckets"] = json!(["my scope"]);
    report["requested"]["end"] = json!("2026-03-08T00:07:21Z");
    for scope in [
        "trail_arns",
        "regions",
        "account_ids",
        "prefixes",
        "organization_ids",
        "exclude",
    ] {
        report["requested"][scope] = json!([]);
    }
    report["run"]["command"] = json!(["trailproof", "validate", "--custody-of-test"]);
    report["run"]["caller"] = json!("arn:aws:iam::111111111111:user/auditor");
    let at =
        ["started", "finished"].map(|name| report["run"][name].as_str().expect(name).to_owned());
    let window = ["start", "end", "as_of"]
        .map(|name| report["requested"][name].as_str().expect(name).to_owned());
    for format in Format::ALL {
        // The output of another program.
        if *format == Format::AwsCli {
            continue;
        }
        let text = shown(&report, *format);
        let shows =
            |fact: &str| assert!(text.contains(fact), "{}: {fact}\n{text}", format.as_str());
        let mut expected = facts(&report);
        // A saved report is written as it is, and this one claims no hash.
        if *format == Format::Json {
            expected.remove(0);
        }
        expected.iter().for_each(|fact| shows(fact));
        for time in at.iter().chain(&window) {
            match format {
                Format::Prometheus => {
                    let time: jiff::Timestamp = time.parse().expect("a time");
                    shows(&format!(" {}\n", time.as_second()));
                }
                _ => shows(time),
            }
        }
    }
}

/// Rows and events are stored one by one.
#[test]
fn each_row_and_each_event_has_the_facts() {
    let report = parsed(&everything());
    let hash = report["evidence_sha256"].as_str().expect("a hash");
    let table = shown(&report, Format::Csv);
    let rows = || csv::Reader::from_reader(table.as_bytes());
    let names = rows().headers().expect("names").clone();
    let at = names.iter().position(|name| name == "evidence_sha256");
    let at = at.expect("a column");
    let mut reader = rows();
    let mut count = 0;
    for row in reader.records() {
        assert_eq!(&row.expect("a row")[at], hash);
        count += 1;
    }
    assert_eq!(
        count,
        report["findings"].as_array().expect("findings").len()
    );
    for event in shown(&report, Format::Ocsf).lines() {
        let custody = &parsed(event)["unmapped"]["custody"];
        assert_eq!(custody["evidence_sha256"], hash);
        assert_eq!(custody["caller"], report["run"]["caller"]);
    }
    let mut nothing_found = report.clone();
    nothing_found["findings"] = json!([]);
    let table = shown(&nothing_found, Format::Csv);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0][0], &rows[0][at]), ("", hash));
}

/// A saved report may hold a command line of any length, and a table has it in each row.
#[test]
fn a_long_command_line_is_cut_where_it_would_be_repeated() {
    let mut report = parsed(&everything());
    report["run"]["command"] = json!(["x".repeat(1 << 20)]);
    for format in [Format::Csv, Format::Ocsf, Format::Prometheus, Format::Junit] {
        let text = shown(&report, format);
        assert!(!text.contains(&"x".repeat(2_000)), "{}", format.as_str());
        assert!(text.contains(" characters more)"), "{}", format.as_str());
    }
}
