//! How large the formats grow, and how long they take.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trailproof::report::saved::Saved;
use trailproof::report::{Format, render, v1};

use super::reports::everything;

/// Serde's own reading of a part of a report.
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
    render(report, Format::Html, &mut out).expect("written");
    out.len()
}

#[test]
fn the_largest_report_is_bounded_for_people_and_whole_for_machines() {
    let (mut report, sample) = emptied();
    for n in 0..10_000 {
        let mut chain = sample["chains"][n % 5].clone();
        chain["account"] = json!(format!("{n:012}"));
        chain["id"] = json!(format!("{n:012}/eu-west-1/us-east-1/main"));
        report.chains.push(read(&chain));
    }
    for n in 0..100_000 {
        // One in ten with an event.
        let mut finding = sample["findings"][usize::from(n % 10 > 0)].clone();
        finding["chain"] = json!(report.chains[n / 10].id);
        finding["key"] = json!(format!("key-{n}"));
        report.findings.push(read(&finding));
    }
    for format in Format::ALL {
        let began = Instant::now();
        let mut out = Vec::new();
        render(&report, *format, &mut out).expect("written");
        let took = began.elapsed();
        let name = format.as_str();
        assert!(took < Duration::from_secs(120), "{name}: {took:?}");
        let most = match format {
            Format::Html => 7 << 20,
            Format::Markdown => 65_000,
            Format::Text => 1 << 20,
            _ => 1 << 30,
        };
        assert!(out.len() < most, "{name}: {} bytes", out.len());
        let text = String::from_utf8(out).expect("UTF-8");
        let lines = text.lines().count();
        match format {
            Format::Csv => assert_eq!(lines, 100_001),
            Format::Jsonl => assert!(lines > 110_000, "{lines}"),
            Format::Ocsf => assert!(lines > 70_000, "{lines}"),
            Format::Html => assert!(
                text.contains("more of 10000 chains"),
                "it says what it left out"
            ),
            Format::Markdown => assert!(text.contains("more chains"), "it says what it left out"),
            _ => {}
        }
    }
}

/// Hostile text at its longest where there is the most room for it.
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
        // From a few gaps in a year to one every second hour.
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
fn counts_and_times_at_their_limits_are_no_trouble() {
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
    let saved = Saved::read(report.to_string().into_bytes()).expect("a report");
    for format in Format::ALL {
        saved.render(*format, &mut Vec::new()).expect("written");
    }
}
