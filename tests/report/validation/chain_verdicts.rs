//! The verdict of a chain is the maximum over its findings and its coverage, in every format.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::reports::{of_cases, organization, parsed, shown};

const WORDS: [&str; 4] = ["verified", "gaps", "unproven", "failed"];

/// The chain of a finding or of a row: its id and its organization.
type Name = (String, Option<String>);

fn level(word: &str) -> usize {
    let word = if word == "gap" { "gaps" } else { word };
    let word = if ["note", "pending"].contains(&word) {
        "verified"
    } else {
        word
    };
    WORDS
        .iter()
        .position(|w| *w == word)
        .expect("a verdict, a severity or a state")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

/// The verdict of each chain that a report has a row or a finding for, by findings and coverage alone.
fn expected(report: &Value) -> BTreeMap<Name, usize> {
    let organization = |v: &Value| v["organization"].as_str().map(str::to_owned);
    let mut verdicts: BTreeMap<Name, usize> = BTreeMap::new();
    for chain in list(&report["chains"]) {
        let states = list(&chain["coverage"]).iter();
        let worst = states.map(|s| level(&text(&s["state"]))).max().unwrap_or(0);
        verdicts.insert((text(&chain["id"]), organization(chain)), worst);
    }
    for finding in list(&report["findings"]) {
        let Some(id) = finding["chain"].as_str() else {
            continue;
        };
        let severity = level(&text(&finding["severity"]));
        let name = (id.to_owned(), organization(finding));
        if severity == 0 && !verdicts.contains_key(&name) {
            continue;
        }
        let worst = verdicts.entry(name).or_default();
        *worst = severity.max(*worst);
    }
    verdicts
}

/// The reports of all cases, that of an organization, and one in which a finding of each severity concerns a chain
/// that has nothing else.
fn reports() -> Vec<(String, Value)> {
    let mut reports: Vec<_> = of_cases().collect();
    reports.push(("organization".into(), parsed(&organization())));
    reports
}

/// The verdicts by the names that chains have in reports: the organization follows an id that two chains share.
fn by_name(verdicts: &BTreeMap<Name, usize>) -> BTreeMap<String, usize> {
    let is_shared = |id: &str| verdicts.keys().filter(|(other, _)| other == id).count() > 1;
    let shown = |(id, organization): &Name| match organization {
        Some(organization) if is_shared(id) => format!("{id} ({organization})"),
        _ => id.clone(),
    };
    verdicts.iter().map(|(name, v)| (shown(name), *v)).collect()
}

#[test]
fn json_and_jsonl_have_the_maximum() {
    for (name, report) in reports() {
        let complete = report["complete"] == json!(true);
        let expected = expected(&report);
        let lines = shown(&report, Format::Jsonl);
        let lines: Vec<Value> = lines.lines().map(parsed).collect();
        let lines = lines.iter().filter(|line| line["type"] == "chain");
        for chain in list(&report["chains"]).iter().chain(lines) {
            let organization = chain["organization"].as_str().map(str::to_owned);
            let wanted = expected[&(text(&chain["id"]), organization)];
            let found = level(&text(&chain["verdict"]));
            let holds = found == wanted || !complete && found == wanted.max(level("unproven"));
            assert!(holds, "{name}: {chain:#}");
        }
    }
}

#[test]
fn ocsf_has_the_verdict_of_every_chain() {
    for (name, report) in reports() {
        let events = shown(&report, Format::Ocsf);
        let events: Vec<Value> = events.lines().map(parsed).collect();
        for (id, wanted) in by_name(&expected_of(&report)) {
            let of = |e: &&Value| {
                e["class_uid"] == json!(2003)
                    && e["finding_info"]["uid"]
                        .as_str()
                        .is_some_and(|uid| uid == id)
            };
            let mut found = events.iter().filter(of);
            let event = found
                .next()
                .unwrap_or_else(|| panic!("{name}: no event of {id}"));
            assert_eq!(level(&text(&event["status_code"])), wanted, "{name}: {id}");
            // Logs that were not read, on request, pass no control.
            let not_read = event["unmapped"]["logs"]["not_read"].as_u64() > Some(0);
            let verified = if not_read { "Warning" } else { "Pass" };
            let status = [verified, "Warning", "Warning", "Fail"][wanted];
            assert_eq!(event["compliance"]["status"], status, "{name}: {id}");
        }
    }
}

#[test]
fn prometheus_has_the_verdict_of_every_chain_and_counts_each_once() {
    for (name, report) in reports() {
        let metrics = shown(&report, Format::Prometheus);
        let value = |line: &str| -> usize {
            let (_, value) = line.rsplit_once(' ').expect("a value");
            value.parse().expect("a number")
        };
        let expected = by_name(&expected_of(&report));
        for (shown, wanted) in &expected {
            let (id, organization) = shown.split_once(' ').unwrap_or((shown, ""));
            let parts: Vec<&str> = id.split('/').collect();
            let mut labels = format!(
                ",account=\"{}\",region=\"{}\",home_region=\"{}\",trail=\"{}\"",
                parts[0], parts[1], parts[2], parts[3]
            );
            if !organization.is_empty() {
                let organization = organization.trim_matches(['(', ')']);
                labels += &format!(",organization=\"{organization}\"");
            }
            labels += "}";
            let line = metrics.lines().find(|line| {
                line.starts_with("trailproof_chain_verdict{") && line.contains(&labels)
            });
            let line = line.unwrap_or_else(|| panic!("{name}: no sample of {id}"));
            assert_eq!(value(line), *wanted, "{name}: {id}");
        }
        for (at, word) in WORDS.iter().enumerate() {
            let label = format!("verdict=\"{word}\"}}");
            let line = metrics
                .lines()
                .find(|l| l.starts_with("trailproof_chains{") && l.contains(&label))
                .expect("a count");
            let wanted = expected.values().filter(|v| **v == at).count();
            assert_eq!(value(line), wanted, "{name}: {word}");
        }
    }
}

/// What the formats show of a report: the verdicts of its rows, as the JSON report has them, and those of
/// chains that are missing.
fn expected_of(report: &Value) -> BTreeMap<Name, usize> {
    let mut verdicts = expected(report);
    for chain in list(&report["chains"]) {
        let organization = chain["organization"].as_str().map(str::to_owned);
        verdicts.insert(
            (text(&chain["id"]), organization),
            level(&text(&chain["verdict"])),
        );
    }
    verdicts
}

#[test]
fn junit_fails_exactly_the_chains_that_are_not_verified() {
    for (name, report) in reports() {
        let xml = shown(&report, Format::Junit);
        for (id, wanted) in by_name(&expected_of(&report)) {
            let case = format!("<testcase classname=\"{id}\"");
            let case = xml
                .split(&case)
                .skip(1)
                .find(|rest| {
                    rest.split('>')
                        .next()
                        .is_some_and(|head| head.contains("name=\"verdict\""))
                })
                .unwrap_or_else(|| panic!("{name}: no case of {id}"));
            let case = case.split("</testcase>").next().expect("its end");
            let failed = case.contains("<failure ");
            assert_eq!(failed, wanted > 0, "{name}: {id}");
            let kind = format!("type=\"{}\"", WORDS[wanted]);
            assert!(!failed || case.contains(&kind), "{name}: {id}: {case}");
        }
    }
}

/// The verdict that a page shows for a chain: in its row if it is verified, otherwise above its details.
fn word_on_page(page: &str, id: &str) -> &'static str {
    let row = |l: &&str| l.starts_with("<tr id=\"c") && l.contains(&format!(" {id}</th>"));
    let head =
        |l: &&str| l.starts_with("<span class=\"head\">") && l.contains(&format!("<b>{id}</b>"));
    match (page.lines().find(row), page.lines().find(head)) {
        (Some(_), None) => "verified",
        (None, Some(head)) => {
            let worse = WORDS[1..].iter();
            let mut shown = worse.filter(|word| head.contains(&format!("badge {word}\"")));
            shown.next().expect("a verdict")
        }
        shown => panic!("{id}: {shown:?}"),
    }
}

#[test]
fn markdown_text_and_html_count_no_chain_as_verified_that_is_not() {
    for (name, report) in reports() {
        let verdicts = by_name(&expected_of(&report));
        let verified = verdicts.values().filter(|v| **v == 0).count();
        let markdown = shown(&report, Format::Markdown);
        let count = format!("\n{verified} of {} verified", verdicts.len());
        assert!(markdown.contains(&count), "{name}: {count}: {markdown}");

        let plain = shown(&report, Format::Text);
        let html = shown(&report, Format::Html);
        let rows = list(&report["chains"]);
        let is_row = |shown: &str| {
            let id = shown.split(' ').next();
            rows.iter().any(|chain| chain["id"].as_str() == id)
        };
        for (id, wanted) in &verdicts {
            let word = WORDS[*wanted];
            if is_row(id) && rows.len() <= 20 {
                let line = plain.lines().find(|l| {
                    l.strip_prefix("  ")
                        .is_some_and(|l| l.starts_with(&format!("{id}: ")))
                });
                let line = line.unwrap_or_else(|| panic!("{name}: no line of {id}"));
                assert!(line.contains(&format!(": {word}: ")), "{name}: {line}");
                assert_eq!(word_on_page(&html, id), word, "{name}: {id}");
            }
        }
        let missing = verdicts.keys().filter(|id| !is_row(id)).count();
        if missing > 0 {
            assert!(
                plain.contains(&format!(", and {missing} missing; ")),
                "{name}: {plain}"
            );
            assert!(
                html.contains(&format!(" {missing} more missing</span>")),
                "{name}"
            );
        }
    }
}

/// CSV has a row for each finding, and the AWS CLI's output each problem: none is left out.
#[test]
fn csv_and_aws_cli_show_what_makes_a_chain_worse_than_its_coverage() {
    for (name, report) in reports() {
        let table = shown(&report, Format::Csv);
        let output = shown(&report, Format::AwsCli);
        for finding in list(&report["findings"]) {
            let severity = text(&finding["severity"]);
            let Some(chain) = finding["chain"].as_str() else {
                continue;
            };
            let row = format!("\"{severity}\",\"{}\",\"{chain}", text(&finding["code"]));
            assert!(table.contains(&row), "{name}: {row}");
            // Of a chain without a digest, the summary says that nothing was found.
            let chains = list(&report["chains"]);
            let is_row = chains.iter().any(|c| c["id"] == finding["chain"]);
            if finding["code"] == "chain-missing" && level(&severity) > 0 {
                let message = match is_row {
                    true => text(&finding["message"]),
                    false => "No digests found".to_owned(),
                };
                assert!(output.contains(&message), "{name}: {message}: {output}");
            }
        }
    }
}
