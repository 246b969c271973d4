//! The HTML page: its order, its links, what it says once, and what a reader can run.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::Cursor;
use std::process::Command;

use scraper::{ElementRef, Html, Selector};
use serde_json::{Value, json};
use trailproof::report::Format;
use trailproof::report::validation::presentation::Presentation;
use trailproof::report::validation::saved::Saved;

use crate::support::program::root;
use crate::support::reports::{everything, of_case, of_cases, organization, parsed, shown};

fn page_of(report: &Value) -> Html {
    Html::parse_document(&shown(report, Format::Html))
}

fn all<'p>(page: &'p Html, selector: &str) -> Vec<ElementRef<'p>> {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).collect()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect()
}

/// A report on this many chains, each a copy of the only one of a case, with its findings.
fn multiplied(case: &str, chains: usize) -> Value {
    let mut report = of_case(case);
    let (one, found) = (report["chains"][0].clone(), report["findings"].clone());
    let (mut all, mut findings) = (Vec::new(), Vec::new());
    for n in 0..chains {
        let mut chain = one.clone();
        let account = format!("{:012}", 111_111_111_111 + n);
        let region = one["region"].as_str().expect("a region");
        let id = format!("{account}/{region}/us-east-1/main");
        chain["account"] = json!(account);
        chain["id"] = json!(id);
        all.push(chain);
        for finding in found.as_array().expect("findings") {
            let mut finding = finding.clone();
            finding["chain"] = json!(id);
            findings.push(finding);
        }
    }
    report["chains"] = json!(all);
    report["totals"]["chains"] = json!(chains);
    report["findings"] = json!(findings);
    report
}

#[test]
fn a_page_holds_the_complete_command_that_repeats_the_run() {
    let mut report = parsed(&everything());
    let accounts = (0..200).flat_map(|n| ["--account-id".to_owned(), format!("{n:012}")]);
    let command = ["trailproof", "validate", "--out", "filed.html"];
    let command = command.into_iter().map(str::to_owned).chain(accounts);
    report["run"]["command"] = command.collect();
    let page = page_of(&report);
    let again = text(all(&page, "#repeat > pre")[0]);
    assert!(
        again.contains("000000000199") && again.contains("--seed"),
        "{again}"
    );
    assert!(
        !again.contains("filed.html"),
        "it writes over nothing: {again}"
    );
}

/// What matters most comes first, and what is proven before what is not.
#[test]
fn sections_come_in_the_order_of_the_contents() {
    let mut report = parsed(&everything());
    for finding in report["findings"].as_array_mut().expect("findings") {
        finding["command"] = Value::Null;
    }
    let page = page_of(&report);
    let sections = all(&page, "section[id]");
    let order: Vec<&str> = sections.iter().filter_map(|s| s.value().id()).collect();
    let expected = [
        "accounts",
        "findings",
        "gaps",
        "changes",
        "notes",
        "chains",
        "proven",
        "not-proven",
        "accepted",
        "keys",
        "made",
        "repeat",
        "glossary",
        "signature",
    ];
    assert_eq!(order, expected);
    let links = all(&page, "nav a");
    let links: Vec<&str> = links
        .iter()
        .filter_map(|a| a.value().attr("href"))
        .collect();
    let expected: Vec<String> = expected.iter().map(|id| format!("#{id}")).collect();
    assert_eq!(links, expected);
    assert_eq!(all(&page, "ul.three li").len(), 3);
    let terms: Vec<String> = all(&page, "#glossary dt").into_iter().map(text).collect();
    assert!(terms.len() == 20 && terms.is_sorted(), "{terms:?}");
}

#[test]
fn every_link_leads_to_a_place_of_the_page_and_places_are_unique() {
    let organization = ("organization".to_owned(), parsed(&organization()));
    for (name, report) in of_cases().chain([organization]) {
        let page = page_of(&report);
        let ids = all(&page, "[id]");
        let ids: Vec<&str> = ids.iter().filter_map(|e| e.value().id()).collect();
        let places: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(places.len(), ids.len(), "{name}: {ids:?}");
        for link in all(&page, "a") {
            let to = link.value().attr("href").expect("a place");
            let place = to.strip_prefix('#').expect("a place of this page");
            assert!(places.contains(place), "{name}: {to}");
        }
    }
}

/// Of many accounts, each cell of the table links to the worst chain there, or to the finding on a missing one.
#[test]
fn the_table_of_accounts_links_to_its_chains() {
    let report = parsed(&organization());
    let page = page_of(&report);
    let links = all(&page, "#accounts td a");
    assert!(!links.is_empty());
    for link in &links {
        let place = link.value().attr("href").expect("a place");
        let class = ElementRef::wrap(link.parent().expect("a cell")).expect("a cell");
        let verdict = class.value().attr("class").expect("a verdict");
        let shown = all(&page, place)[0];
        if verdict == "verified" {
            assert_eq!(shown.value().name(), "tr");
        } else if place.starts_with("#c") {
            let chain = ElementRef::wrap(shown.parent().expect("details")).expect("details");
            assert_eq!(
                chain.value().attr("class"),
                Some(format!("chain {verdict}").as_str())
            );
        }
    }
}

#[test]
fn a_verified_chain_is_one_row_and_any_other_one_unfolds() {
    let page = page_of(&parsed(&organization()));
    let mut verdicts = BTreeMap::new();
    let report = parsed(&organization());
    for chain in report["chains"].as_array().expect("chains") {
        let verdict = chain["verdict"].as_str().expect("a verdict") == "verified";
        *verdicts.entry(verdict).or_insert(0) += 1;
    }
    assert_eq!(all(&page, "#chains tr[id]").len(), verdicts[&true]);
    assert_eq!(all(&page, "#chains details.chain").len(), verdicts[&false]);
    assert!(all(&page, "script").is_empty());
}

/// The same gap in many chains is one paragraph, and so is the same finding.
#[test]
fn what_many_chains_have_in_common_is_said_once() {
    let page = page_of(&multiplied("gap--logging-stopped", 160));
    let gaps = all(&page, "#gaps article");
    let own = of_case("gap--logging-stopped")["chains"][0]["gaps"]
        .as_array()
        .expect("gaps")
        .len();
    assert_eq!(gaps.len(), own);
    let said = text(gaps[0]);
    assert!(said.contains("In all 160 chains"), "{said}");

    let mut report = multiplied("digest-signature-absent", 160);
    let findings = report["findings"].as_array_mut().expect("findings");
    let message = findings[0]["message"].clone();
    findings.retain(|finding| finding["message"] == message);
    let page = page_of(&report);
    let found = all(&page, "#findings article, #notes article");
    assert_eq!(found.len(), 1);
    let said = text(found[0]);
    assert!(said.contains("in all 160 chains"), "{said}");
}

#[test]
fn numbers_of_people_are_grouped() {
    let mut report = parsed(&everything());
    report["totals"]["bytes_read"] = json!(1_234_567_890);
    report["totals"]["logs"]["valid"] = json!(157_680);
    let page = shown(&report, Format::Html);
    assert!(page.contains("1,234,567,890 read"), "{page}");
    assert!(page.contains("157,680 logs"), "{page}");
}

/// Browsers fill the margins of printed pages only from the style sheet, so a title gets into it.
#[test]
fn the_running_header_has_the_title_and_no_title_leaves_its_string() {
    let report = everything();
    let mut saved = Saved::read(Cursor::new(&report)).expect("a report");
    let presentation = Presentation {
        title: Some("Q3 \"\\}</style><b>x".to_owned()),
        note: Some("**checked** <script>alert(1)</script>".to_owned()),
        names: BTreeMap::from([("111111111111".to_owned(), "Pay <b>roll".to_owned())]),
    };
    let mut out = Vec::new();
    let written = saved.render(&presentation, Format::Html, &mut out);
    written.expect("written");
    let page = String::from_utf8(out).expect("UTF-8");
    let header = r#"@top-left { content: "Q3 \22 \5c \7d \3c \2f style\3e \3c b\3e x"; }"#;
    assert!(page.contains(header), "{page}");
    assert!(page.contains("FAILED \\b7 "), "{page}");
    let page = Html::parse_document(&page);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    assert!(all(&page, "script").is_empty());
    assert_eq!(all(&page, "style").len(), 1);
    assert_eq!(text(all(&page, "h1")[0]), "Q3 \"\\}</style><b>x");
    assert_eq!(text(all(&page, ".note strong")[0]), "checked");
    let named = all(&page, ".account");
    assert!(!named.is_empty() && named.into_iter().all(|name| text(name) == "Pay <b>roll"));
}

/// A reader copies the script from the page. It computes the hashes of a copy from its files alone.
#[test]
fn the_script_of_the_page_computes_the_evidence_hashes() {
    for (case, chains) in [
        ("sample", 4),
        ("log-modified", 1),
        ("gap--logging-stopped", 1),
        ("digest-signature-absent", 1),
    ] {
        let mut report = of_case(case);
        let page = page_of(&report);
        let dir = tempfile::tempdir().expect("a folder");
        let script = dir.path().join("evidence.py");
        fs::write(&script, text(all(&page, "pre.script")[0])).expect("a file");
        let run = |report: &Value| {
            let saved = dir.path().join("report.json");
            fs::write(&saved, report.to_string()).expect("a file");
            let copy = root().join("testdata").join(case).join("bucket");
            let output = Command::new("python3")
                .arg(&script)
                .args([&saved, &copy])
                .output();
            let output = output.expect("Python");
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{case}: {errors}");
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        let said = run(&report);
        let equal = said.lines().filter(|line| line.starts_with("equal "));
        // Each chain, and the report.
        assert_eq!(equal.count(), chains + 1, "{case}: {said}");
        report["chains"][0]["evidence_sha256"] = json!("0".repeat(64));
        let said = run(&report);
        let unequal = said.lines().filter(|line| line.starts_with("not equal "));
        assert_eq!(unequal.count(), 2, "{case}: {said}");
    }
}
