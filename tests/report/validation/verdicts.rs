//! Every format shows the verdict of the report.

use serde_json::Value;
use trailproof::report::Format;

use crate::support::reports::{of_cases, rendered};

#[test]
fn a_suite_fails_exactly_where_its_chain_is_not_verified() {
    for (name, report) in of_cases() {
        let xml = rendered(&report.to_string(), Format::Junit);
        let failures: Vec<&str> = xml
            .lines()
            .filter(|line| line.contains("<testsuite"))
            .map(|line| line.split("failures=\"").nth(1).expect("failures"))
            .map(|rest| rest.split('"').next().expect("a number"))
            .collect();
        let mut verdicts = vec![&report["verdict"]];
        let chains = report["chains"].as_array().expect("chains");
        // The second suite holds findings without a chain. Those of missing chains come last.
        let missing = failures
            .get(chains.len() + 2..)
            .expect("a suite for each chain");
        assert!(missing.iter().all(|failures| *failures != "0"), "{name}");
        assert_eq!(
            failures[0] != "0",
            verdicts.remove(0) != "verified",
            "{name}: {xml}"
        );
        for (failures, chain) in failures[2..].iter().zip(chains) {
            assert_eq!(
                *failures != "0",
                chain["verdict"] != "verified",
                "{name}: {xml}"
            );
        }
    }
}

#[test]
fn every_format_shows_the_verdict_and_every_code() {
    for (name, report) in of_cases() {
        let verdict = report["verdict"].as_str().expect("a verdict");
        let json = report.to_string();
        for format in [Format::Html, Format::Markdown] {
            let text = rendered(&json, format);
            assert!(text.contains(&verdict.to_uppercase()), "{name}: {text}");
            for finding in report["findings"].as_array().expect("findings") {
                let code = finding["code"].as_str().expect("a code");
                assert!(text.contains(code), "{name}: {code}: {text}");
            }
            for said in report["not_proven"].as_array().expect("sentences") {
                let begin = said.as_str().expect("a text").split([' ', ':']).next();
                let begin = begin.expect("a word").to_lowercase();
                assert!(text.to_lowercase().contains(&begin), "{name}: {text}");
            }
        }
        let lines = rendered(&json, Format::Jsonl);
        let last: Value =
            serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
        assert_eq!(
            (&last["type"], &last["verdict"]),
            (&"summary".into(), &report["verdict"])
        );
        let metrics = rendered(&json, Format::Prometheus);
        let level = ["verified", "gaps", "unproven", "failed"];
        let level = level.iter().position(|v| *v == verdict).expect("a verdict");
        let line = metrics
            .lines()
            .find(|l| l.starts_with("trailproof_verdict{"));
        let line = line.expect("a verdict");
        assert!(
            line.ends_with(&format!("\"}} {level}")),
            "{name}: {metrics}"
        );
        let events = rendered(&json, Format::Ocsf);
        let worst = events.lines().map(|line| {
            let event: Value = serde_json::from_str(line).expect("JSON");
            event["severity_id"].as_u64().expect("a severity")
        });
        // Where recorded calls removed objects, a gap is as serious as damage.
        let mut gaps = report["chains"].as_array().into_iter().flatten();
        let removed = gaps.any(|chain| {
            let gaps = chain["gaps"].as_array().into_iter().flatten();
            gaps.into_iter().any(|gap| !gap["removals"].is_null())
        });
        // A call that reduced what is logged is as serious as a gap.
        let mut trails = report["changes"].as_array().into_iter().flatten();
        let reduced = trails.any(|trail| {
            let changes = trail["changes"].as_array().into_iter().flatten();
            changes.into_iter().any(|change| change["reduces"] == true)
        });
        let of_verdict = if reduced { [3, 3, 3, 4] } else { [1, 3, 3, 4] };
        let expected = if removed { 4 } else { of_verdict[level] };
        assert_eq!(worst.max(), Some(expected), "{name}: {events}");
    }
}

#[test]
fn the_lines_put_together_are_the_report() {
    for (name, report) in of_cases() {
        let lines = rendered(&report.to_string(), Format::Jsonl);
        let (mut chains, mut findings) = (Vec::<Value>::new(), Vec::<Value>::new());
        for line in lines.lines() {
            let mut line: Value = serde_json::from_str(line).expect("JSON");
            let fields = line.as_object_mut().expect("an object");
            let kind = fields.remove("type").expect("a type");
            match kind.as_str().expect("a word") {
                "chain" => {
                    fields.insert("gaps".into(), Value::Array(Vec::new()));
                    chains.push(line);
                }
                "gap" => {
                    let of = fields.remove("chain").expect("a chain");
                    let chain = chains.last_mut().expect("its chain is before it");
                    assert_eq!(chain["id"], of, "{name}");
                    chain["gaps"].as_array_mut().expect("gaps").push(line);
                }
                "finding" => findings.push(line),
                _ => {}
            }
        }
        assert_eq!(Value::Array(chains), report["chains"], "{name}");
        assert_eq!(Value::Array(findings), report["findings"], "{name}");
    }
}
