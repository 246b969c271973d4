//! Reports on two chains with one id: an account's own trail and its organization's of the same name.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::reports::{organization, parsed, shown};

const ORGANIZATION: &str = "o-a1b2c3d4e5";

/// The report of the organization, with an own trail of the first account that is called alike. The own one
/// is verified and a finding is on each.
fn report() -> (Value, String) {
    let mut report = parsed(&organization());
    let chains = report["chains"].as_array_mut().expect("chains");
    let at = chains.iter().position(|c| c["verdict"] == "failed");
    let failed = chains[at.expect("a failed chain")].clone();
    let id = failed["id"].as_str().expect("an id").to_owned();
    let mut own = chains
        .iter()
        .find(|c| c["verdict"] == "verified")
        .expect("one")
        .clone();
    for field in ["id", "account", "region", "home_region", "trail"] {
        own[field] = failed[field].clone();
    }
    own["organization"] = Value::Null;
    chains.insert(at.unwrap_or_default(), own);
    let findings = report["findings"].as_array_mut().expect("findings");
    let worst = findings
        .iter()
        .find(|f| f["severity"] == "failed" && f["chain"] == id.as_str());
    let mut note = worst.expect("a finding").clone();
    note["severity"] = json!("note");
    note["organization"] = Value::Null;
    findings.push(note);
    (report, id)
}

#[test]
fn every_format_tells_apart_two_chains_of_one_id() {
    let (report, id) = report();
    let named = format!("{id} ({ORGANIZATION})");
    for format in [
        Format::Text,
        Format::Markdown,
        Format::Html,
        Format::Junit,
        Format::Ocsf,
    ] {
        let text = shown(&report, format);
        let shared = text.matches(&named).count();
        let own = text.matches(&id).count() - shared;
        // The finding is shown with the one, and the note with the other.
        assert!(shared > 0 && own > 0, "{format:?}: {shared} {own}");
        // A chain whose id is its own is called as ever. The table of Markdown shows the trail alone.
        let others = text.matches(&format!("({ORGANIZATION})")).count();
        let places = text
            .matches(&format!("org-logs/audit ({ORGANIZATION})"))
            .count();
        let in_table = usize::from(format == Format::Markdown);
        assert_eq!(others - places - in_table, shared, "{format:?}");
    }
    let table = shown(&report, Format::Csv);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let columns = reader.headers().expect("columns").clone();
    let at = |name: &str| columns.iter().position(|c| c == name).expect("a column");
    let (chain, organization) = (at("chain"), at("organization"));
    let rows = reader.records().map(|row| row.expect("a row"));
    let of_both: Vec<String> = rows
        .filter(|row| row[chain] == *id)
        .map(|row| row[organization].to_owned())
        .collect();
    assert!(of_both.iter().any(|name| name == ORGANIZATION));
    assert!(of_both.iter().any(String::is_empty));
}

#[test]
fn no_two_metrics_are_the_same_series() {
    let (report, id) = report();
    let text = shown(&report, Format::Prometheus);
    let series = text.lines().filter(|line| !line.starts_with('#'));
    let series: Vec<&str> = series
        .filter_map(|line| Some(line.rsplit_once(' ')?.0))
        .collect();
    let distinct: BTreeSet<&&str> = series.iter().collect();
    assert_eq!(series.len(), distinct.len());
    let account = id.split('/').next().expect("an account");
    let verdicts = text
        .lines()
        .filter(|l| l.contains("chain_verdict{") && l.contains(account) && l.contains("eu-west-1"));
    assert_eq!(verdicts.count(), 2);
}

#[test]
fn each_chain_has_its_own_findings() {
    let (report, id) = report();
    let junit = shown(&report, Format::Junit);
    let suite = |name: &str| -> String {
        let begins = format!("<testsuite name=\"{name}\"");
        let from = junit.find(&begins).expect("a suite");
        let to = junit[from..].find("</testsuite>").expect("its end");
        junit[from..from + to].to_owned()
    };
    assert!(!suite(&id).contains("<failure"));
    assert!(suite(&format!("{id} ({ORGANIZATION})")).contains("<failure"));

    let ocsf = shown(&report, Format::Ocsf);
    let verdict = |uid: &str| -> Vec<String> {
        let events = ocsf.lines().map(parsed);
        let of_it = events.filter(|e| e["class_uid"] == 2003 && e["finding_info"]["uid"] == uid);
        of_it.map(|e| e["status_code"].to_string()).collect()
    };
    assert_eq!(verdict(&id), ["\"verified\""]);
    assert_eq!(verdict(&format!("{id} ({ORGANIZATION})")), ["\"failed\""]);

    // The AWS CLI's format has one part per chain.
    let text = shown(&report, Format::AwsCli);
    let plain = shown(&parsed(&organization()), Format::AwsCli);
    let parts = |text: &str| text.matches("Validating log files").count();
    assert_eq!(parts(&text), parts(&plain) + 1);
}
