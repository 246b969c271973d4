//! How large the formats grow, and how long they take.

use std::fs;
use std::io::Cursor;

use serde_json::{Value, json};
use trailproof::report::validation::presentation::Presentation;
use trailproof::report::validation::saved::Saved;
use trailproof::report::validation::v1;
use trailproof::report::{Format, render};

use crate::support::program::peak_of;
use crate::support::reports::everything;
use crate::support::thorough::times_more;

/// Part of a report, parsed by serde itself.
fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).expect("a part of a report")
}

fn emptied() -> (v1::Report, Value) {
    let value: Value = serde_json::from_str(&everything()).expect("JSON");
    let mut bare = value.clone();
    bare["chains"] = json!([]);
    bare["findings"] = json!([]);
    (read(&bare), value)
}

fn html(report: &v1::Report) -> usize {
    let mut out = Vec::new();
    render(report, &Presentation::default(), Format::Html, &mut out).expect("written");
    out.len()
}

/// 2,000 chains with two hundred thousand findings, rendered by the real binary from a saved report. With
/// `TRAILPROOF_TRIALS=5` it is the largest report that there is, with a million.
#[test]
fn a_large_report_is_bounded_for_people_and_complete_for_machines() {
    let parts = times_more().min(5);
    let (chains, listed) = (2_000 * parts, 22_000 * parts);
    // Three of five chains are in the longest table.
    let in_table = chains / 5 * 3;
    let sample: Value = serde_json::from_str(&everything()).expect("JSON");
    let mut bare = sample.clone();
    bare["chains"] = json!([]);
    bare["findings"] = json!([]);
    let fields = bare.as_object_mut().expect("a report");
    fields.remove("evidence_sha256");
    let mut report = bare.to_string();
    let id = |n: usize| format!("{n:012}/eu-west-1/us-east-1/main");
    let list = |items: &mut dyn Iterator<Item = Value>| {
        let items: Vec<String> = items.map(|item| item.to_string()).collect();
        items.join(",")
    };
    let of_chains = list(&mut (0..chains).map(|n| {
        let mut chain = sample["chains"][n % 5].clone();
        chain["account"] = json!(format!("{n:012}"));
        chain["id"] = json!(id(n));
        chain
    }));
    // A hundred findings per chain: ten are listed, and one stands for ninety.
    let findings = list(&mut (0..listed).map(|n| {
        let mut finding = sample["findings"][usize::from(n % 11 > 0)].clone();
        finding["chain"] = json!(id(n / 11));
        finding["key"] = json!(format!("key-{n}"));
        if n % 11 == 0 {
            finding["count"] = json!(90);
        }
        finding
    }));
    for (field, list) in [("chains", of_chains), ("findings", findings)] {
        report = report.replacen(
            &format!("\"{field}\":[]"),
            &format!("\"{field}\":[{list}]"),
            1,
        );
    }
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("report.json"), &report).expect("a file");
    drop(report);
    let mut args = vec!["report", "report.json"];
    for format in Format::ALL {
        args.extend(["--format", format.as_str(), "--out", format.as_str()]);
    }
    let (code, peak) = peak_of(dir.path(), &args, "nothing");
    assert_eq!(code, 0);
    let bound = (64 + 64 * parts as u64) << 10;
    assert!(peak < bound, "peak resident {peak} KiB");
    for format in Format::ALL {
        let name = format.as_str();
        let text = fs::read_to_string(dir.path().join(name)).expect(name);
        let most = match format {
            Format::Html => 7 << 20,
            Format::Markdown => 65_000,
            Format::Text => 1 << 20,
            _ => 1 << 30,
        };
        assert!(text.len() < most, "{name}: {} bytes", text.len());
        let lines = text.lines().count();
        match format {
            Format::Csv => assert_eq!(lines, listed + 1),
            Format::Jsonl => assert!(lines > listed + chains, "{lines}"),
            Format::Ocsf => assert!(lines > 14_000 * parts, "{lines}"),
            Format::Html => assert!(
                text.contains(&format!(
                    "more of {},{:03} chains",
                    in_table / 1000,
                    in_table % 1000
                )),
                "it says what it left out"
            ),
            Format::Markdown => assert!(text.contains("more chains"), "it says what it left out"),
            Format::Text => assert!(text.contains("use --format json to see them"), "so does it"),
            _ => {}
        }
    }
}

/// A run of the binary that renders a saved report.
struct Rendered {
    code: i32,
    /// Peak resident memory in KiB.
    peak: u64,
    /// The report's size in KiB.
    size: u64,
}

fn rendered(report: &str) -> Rendered {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("report.json"), report).expect("a file");
    let args = ["report", "report.json", "--format", "csv"];
    let (code, peak) = peak_of(dir.path(), &args, "nothing");
    let size = report.len() as u64 >> 10;
    Rendered { code, peak, size }
}

/// The peak of a run with a small file. Most of it are pages of the program's own code, which grow with the
/// program, and depend on what the system has in memory.
fn peak_with(small: &str, code: i32) -> u64 {
    let runs = [0, 1, 2].map(|_| rendered(small));
    assert!(runs.iter().all(|run| run.code == code));
    runs.iter().map(|run| run.peak).max().expect("some runs")
}

/// A saved report with a list of `entries`.
fn listing(pointer: &str, entry: &str, entries: usize) -> Rendered {
    let mut report: Value = serde_json::from_str(&everything()).expect("JSON");
    *report.pointer_mut(pointer).expect("a list") = json!(["ENTRIES"]);
    let list = vec![entry; entries].join(",");
    rendered(&report.to_string().replace("\"ENTRIES\"", &list))
}

/// Entries that are much shorter in JSON than in memory, with their optional parts.
#[test]
fn a_saved_report_takes_only_a_few_times_its_size_in_memory() {
    let event = r#"{"event_name":"x","event_time":"2026-03-01T00:00:00Z","via":"x"}"#;
    let finding = r#"{"code":"x","severity":"note","message":"x"}"#;
    let stretch = r#"{"from":"2026-03-01T00:00:00Z","to":"2026-03-01T00:00:00Z","state":"gap"}"#;
    let accepted = peak_with(&everything(), 0);
    let refused = peak_with(r#"{"schema":"another"}"#, 2);
    // Every report may take 64 MiB.
    let few_times = |run: &Rendered| run.peak < accepted + 3 * run.size + (64 << 10);
    for (pointer, entry, few, many) in [
        ("/findings", finding, 100_000, 500_000),
        ("/findings/0/evidence", event, 100_000, 500_000),
        ("/chains/0/gaps/0/evidence", event, 100_000, 500_000),
        ("/not_proven", r#""x""#, 1_000_000, 5_000_000),
        ("/run/command", r#""""#, 2_000_000, 8_000_000),
        ("/requested/regions", r#""x""#, 1_000_000, 5_000_000),
    ] {
        let run = listing(pointer, entry, few);
        let (peak, size) = (run.peak, run.size);
        assert_eq!(run.code, 0, "{pointer}");
        assert!(
            few_times(&run),
            "{pointer}: {peak} KiB for {size} KiB, and {accepted} for little"
        );
        let run = listing(pointer, entry, many);
        let (peak, size) = (run.peak, run.size);
        assert_eq!(run.code, 2, "{pointer}: {peak} of {size} KiB");
        assert!(
            peak < refused + (4 << 10),
            "{pointer}: {peak} KiB, and {refused} for little"
        );
    }
    // Entries that take less memory than their JSON are not limited in number.
    let run = listing("/chains/0/coverage", stretch, 1_000_000);
    assert_eq!(run.code, 0);
    let (peak, size) = (run.peak, run.size);
    assert!(
        few_times(&run),
        "{peak} KiB for {size} KiB, and {accepted} for little"
    );
}

/// Hostile text of the greatest length, where there is the most room for it.
#[test]
fn a_page_of_the_longest_text_is_bounded() {
    let (mut report, sample) = emptied();
    let long = "\u{202e}".repeat(3_000);
    for _ in 0..300 {
        let mut chain = sample["chains"][0].clone();
        let mut gap = chain["gaps"][0].clone();
        let mut event = gap["evidence"][0].clone();
        for field in [
            "event_name",
            "event_id",
            "source_ip",
            "user_agent",
            "error_code",
            "log",
            "digest",
        ] {
            event[field] = json!(long);
        }
        for field in ["arn", "account", "access_key_id", "session", "type"] {
            event["actor"][field] = json!(long);
        }
        gap["evidence"] = json!(vec![event; 12]);
        chain["gaps"] = json!(vec![gap; 30]);
        report.chains.push(read(&chain));
        if report.chains.len() == 4 {
            break;
        }
    }
    let bytes = html(&report);
    assert!(bytes < 12 << 20, "{bytes}");
}

#[test]
fn a_year_of_twenty_regions_is_less_than_two_megabytes() {
    let (mut report, sample) = emptied();
    let begin: jiff::Timestamp = "2025-01-01T00:07:21Z".parse().expect("a time");
    let hour = |n: i64| (begin + jiff::SignedDuration::from_hours(n)).to_string();
    let year = 8_760;
    for region in 0..20 {
        // From a few gaps in a year to a gap every second hour.
        let every = [2, 24, 500, 4_000][region % 4];
        let (mut coverage, mut gaps) = (Vec::new(), Vec::new());
        for from in (0..year).step_by(every) {
            let end = (from + every as i64).min(year);
            coverage.push(json!({"from": hour(from), "to": hour(from + 1), "state": "gap"}));
            coverage.push(json!({"from": hour(from + 1), "to": hour(end), "state": "verified"}));
            let mut gap = sample["chains"][0]["gaps"][0].clone();
            gap["from"] = json!(hour(from));
            gap["to"] = json!(hour(from + 1));
            gaps.push(gap);
        }
        let mut chain = sample["chains"][0].clone();
        chain["region"] = json!(format!("ap-southeast-{region}"));
        chain["id"] = json!(format!("111111111111/ap-southeast-{region}/us-east-1/main"));
        chain["window"] = json!({"from": hour(0), "to": hour(year)});
        chain["coverage"] = json!(coverage);
        chain["gaps"] = json!(gaps);
        report.chains.push(read(&chain));
    }
    for finding in sample["findings"].as_array().expect("findings") {
        report.findings.push(read(finding));
    }
    let bytes = html(&report);
    assert!(bytes < 2_000_000, "{bytes}");
}

#[test]
fn counts_and_times_at_their_limits_are_rendered() {
    let mut report: Value = serde_json::from_str(&everything()).expect("JSON");
    fn widest(value: &mut Value) {
        match value {
            Value::Number(n) if n.is_u64() => *value = json!(u64::MAX),
            Value::Array(items) => items.iter_mut().for_each(widest),
            Value::Object(fields) => fields.values_mut().for_each(widest),
            _ => {}
        }
    }
    widest(&mut report);
    report["requested"]["delivery_lag"] = json!(i64::MAX);
    report["requested"]["backfill_grace"] = json!(i64::MIN);
    for chain in report["chains"].as_array_mut().expect("chains") {
        chain["window"] = json!({"from": "-009999-01-02T01:59:59Z", "to": "9999-12-30T22:00:00Z"});
        let reversed = json!({"from": "9999-12-30T22:00:00Z", "to": "-009999-01-02T01:59:59Z", "state": "gap"});
        chain["coverage"]
            .as_array_mut()
            .expect("stretches")
            .push(reversed);
    }
    let mut saved = Saved::read(Cursor::new(report.to_string())).expect("a report");
    for format in Format::ALL {
        saved
            .render(&Presentation::default(), *format, &mut Vec::new())
            .expect("written");
    }
}
