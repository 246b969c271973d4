//! What reports for people and machines say of a report: that it is true, and enough.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::reports::{everything, of_case, of_cases, organization, rendered};

fn report(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn told(report: &Value, format: Format) -> String {
    rendered(&report.to_string(), format)
}

/// A report whose findings say the same of so many logs.
fn altered(logs: u64) -> Value {
    let mut report = report(&everything());
    let findings = report["findings"].as_array().expect("findings");
    let like = findings.iter().find(|f| f["code"] == "log-modified");
    let like = like.expect("an altered log").clone();
    let one = |n: u64| {
        let mut finding = like.clone();
        finding["key"] = json!(format!("AWSLogs/log-{n:04}.json.gz"));
        finding["actual"] = json!(format!("{n:064x}"));
        finding["size"] = json!(1_000 + n);
        finding
    };
    report["findings"] = (0..logs).map(one).collect();
    report
}

#[test]
fn each_of_many_altered_logs_is_named_with_what_it_is_and_what_it_should_be() {
    let page = told(&altered(150), Format::Html);
    for n in 0..150 {
        let at = page.find(&format!("log-{n:04}.json.gz")).expect("its name");
        let next = page
            .find(&format!("log-{:04}.json.gz", n + 1))
            .unwrap_or(page.len());
        let own = &page[at..next];
        assert!(
            own.contains(&format!("{n:064x} (SHA-256 of the content, inflated)")),
            "{own}"
        );
        assert!(
            own.contains(&format!("<dd>{} bytes</dd>", 1_000 + n)),
            "{own}"
        );
    }
    assert!(!page.contains("the JSON report has them all</p>\n</article>"));
    let page = told(&altered(1_000), Format::Html);
    assert!(
        page.contains("and 799 more; the JSON report has them all"),
        "it says what it left out"
    );
    for format in [Format::Text, Format::Markdown, Format::Junit] {
        let text = told(&altered(150), format);
        for n in 0..11 {
            assert!(text.contains(&format!("log-{n:04}")) && text.contains(&format!("{n:064x}")));
        }
        assert!(
            text.contains("139 more; the JSON report has them all"),
            "{text}"
        );
    }
}

#[test]
fn a_headline_says_what_leaves_a_report_unproven() {
    for (case, said) in [
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
        let text = told(&of_case(case), Format::Text);
        let line = text.lines().next().expect("a line");
        assert!(
            line.starts_with("UNPROVEN: ") && line.contains(said),
            "{case}: {line}"
        );
    }
    for (case, said) in [
        ("gap", "GAPS: no digest covers part of the window; what"),
        (
            "gap--overlapping-segments",
            "GAPS: logging or validation was restarted, which left no hole",
        ),
    ] {
        let text = told(&of_case(case), Format::Text);
        assert!(text.starts_with(said), "{case}: {text}");
    }
    let text = told(&of_case("log-unreferenced"), Format::Text);
    assert!(
        text.contains("logs 11 valid, 1 that no digest names"),
        "{text}"
    );
}

/// A chain that is there and ends early is not missing; one that two findings name is one.
#[test]
fn a_chain_is_missing_once_and_not_while_it_is_there() {
    let mut all = report(&organization());
    let findings = all["findings"].as_array().expect("findings").clone();
    let missing = findings.iter().find(|f| f["code"] == "chain-missing");
    let missing = missing.expect("a missing chain").clone();
    let mut ended = missing.clone();
    ended["chain"] = all["chains"][0]["id"].clone();
    all["findings"] = json!([missing, missing, ended]);
    assert!(told(&all, Format::Text).contains("12 chains, and 1 missing: digests"));
    all["findings"] = json!([ended]);
    all["verdict"] = json!("unproven");
    let text = told(&all, Format::Text);
    assert!(text.contains("\n12 chains: digests"), "{text}");
    assert!(
        text.contains("a chain ends before others of its trail"),
        "{text}"
    );
}

/// Somebody whose call explains nothing is not named beside a gap that nothing explains.
#[test]
fn nobody_is_named_for_a_gap_that_no_call_explains() {
    for case in [
        "gap--stop-denied",
        "gap--digests-removed",
        "gap--stopped-and-still-digested",
    ] {
        let report = of_case(case);
        let unexplained = report["chains"][0]["gaps"].as_array().expect("gaps");
        assert!(
            unexplained.iter().any(|gap| gap["cause"] == "unexplained"),
            "{case}"
        );
        let why = "    why      nothing that remains says why\n";
        let text = told(&report, Format::Text);
        assert!(text.contains(why), "{case}: {text}");
        let page = told(&report, Format::Html);
        assert!(page.contains("<dt>who</dt><dd>not known</dd>"), "{case}");
    }
}

#[test]
fn a_chain_that_should_be_there_is_counted() {
    let all = report(&organization());
    for (format, said) in [
        (Format::Text, "12 chains, and 1 missing: digests"),
        (Format::Markdown, "10 of 12 verified; 1 more missing."),
        (Format::Html, "? 1 more missing</span>"),
    ] {
        assert!(told(&all, format).contains(said), "{}", format.as_str());
    }
}

#[test]
fn the_time_that_was_looked_at_is_told_where_it_comes_from_the_data() {
    let mut report = report(&everything());
    for field in ["start", "end", "as_of"] {
        report["requested"][field] = Value::Null;
    }
    report["requested"]["source"] = json!("disk");
    report["requested"]["start_origin"] = json!("data");
    report["requested"]["end_origin"] = json!("data");
    let said = "2026-03-01T00:07:21Z (from the data: the first digest) to \
                2026-03-08T00:07:21Z (from the data: the last digest)";
    for format in [Format::Text, Format::Markdown, Format::Html] {
        assert!(told(&report, format).contains(said), "{}", format.as_str());
    }
    let nothing = told(&of_case("nothing-found--empty"), Format::Text);
    assert!(
        nothing.contains("  window   not known (no digest was found) to not known"),
        "{nothing}"
    );
    report["chains"][0]["window"]["from"] = json!("2026-02-28T00:07:21Z");
    let said =
        "2026-02-28T00:07:21Z (from the data: each chain's first digest, this is the earliest) to";
    assert!(told(&report, Format::Text).contains(said));
}

#[test]
fn a_page_does_not_cut_the_command_that_makes_it_again() {
    let mut report = report(&everything());
    let accounts = (0..200).flat_map(|n| ["--account-id".to_owned(), format!("{n:012}")]);
    let command = ["trailproof", "validate", "--out", "filed.html"];
    let command = command.into_iter().map(str::to_owned).chain(accounts);
    report["run"]["command"] = command.collect();
    let page = told(&report, Format::Html);
    let again = page.rsplit("<pre>").next().expect("a command");
    assert!(
        again.contains("000000000199") && again.contains("--seed"),
        "{again}"
    );
    assert!(
        !again.contains("filed.html"),
        "it writes over nothing: {again}"
    );
}

#[test]
fn a_finding_that_does_not_fit_a_ticket_hides_no_other() {
    let mut report = report(&everything());
    let evidence = report["chains"][0]["gaps"].as_array().expect("gaps");
    let like = evidence.iter().find_map(|gap| gap["evidence"].get(0));
    let mut event = like.expect("an event").clone();
    event["user_agent"] = json!("x".repeat(100_000));
    event["log"] = json!("y".repeat(100_000));
    report["findings"][0]["evidence"] = json!(vec![event; 20]);
    report["findings"][0]["message"] = json!("many words ".repeat(10_000));
    let ticket = told(&report, Format::Markdown);
    let codes = report["findings"].as_array().expect("findings").iter();
    for code in codes.map(|f| f["code"].as_str().expect("a code")) {
        assert!(ticket.contains(&format!("`{code}`")), "{code}: {ticket}");
    }
}

#[test]
fn commands_and_quotes_stay_whole_in_a_ticket() {
    let mut report = report(&everything());
    let command = "aws s3api head-object --bucket b --key 'a  b (c).gz'";
    report["findings"][0]["hint"] = json!(format!("look first ({command}), then ask"));
    report["findings"][0]["message"] =
        json!("by the trail's owner with \"an agent; 1.0\" from there");
    let ticket = told(&report, Format::Markdown);
    assert!(
        ticket.contains(&format!("look first (`{command}`), then ask")),
        "{ticket}"
    );
    assert!(
        ticket.contains("owner with `\"an agent; 1.0\"` from there"),
        "{ticket}"
    );
}

#[test]
fn cases_of_a_suite_have_names_of_their_own() {
    let mut report = report(&everything());
    let mut findings = report["findings"].as_array().expect("findings").clone();
    for n in 0..3 {
        let mut nothing = findings[0].clone();
        for field in ["chain", "bucket", "key", "from", "to"] {
            nothing[field] = Value::Null;
        }
        nothing["code"] = json!("nothing-found");
        nothing["severity"] = json!("unproven");
        nothing["message"] = json!(format!("no digest in region {n}"));
        findings.push(nothing);
    }
    report["findings"] = json!(findings);
    let xml = told(&report, Format::Junit);
    let names = xml.lines().filter(|line| line.contains("<testcase "));
    let names: Vec<&str> = names.collect();
    assert_eq!(
        names.iter().collect::<BTreeSet<_>>().len(),
        names.len(),
        "{xml}"
    );
    assert_eq!(xml.matches("name=\"nothing-found").count(), 3, "{xml}");
    // And each is an event of its own.
    let events = told(&report, Format::Ocsf);
    for n in 0..3 {
        assert!(
            events.contains(&format!("no digest in region {n}")),
            "{events}"
        );
    }
}

#[test]
fn events_hold_no_null_and_none_has_another_s_name() {
    fn no_null(value: &Value) -> bool {
        match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => items.iter().all(no_null),
            Value::Object(fields) => fields.values().all(no_null),
            _ => true,
        }
    }
    for (case, report) in of_cases() {
        let mut uids = BTreeSet::new();
        for line in told(&report, Format::Ocsf).lines() {
            let event: Value = serde_json::from_str(line).expect("JSON");
            assert!(no_null(&event), "{case}: {line}");
            let uid = (
                event["class_uid"].to_string(),
                event["finding_info"]["uid"].to_string(),
            );
            assert!(uids.insert(uid), "{case}: {line}");
            assert!(event["resources"][0]["uid"].is_string(), "{case}: {line}");
        }
        assert!(!uids.is_empty(), "{case}");
    }
}

#[test]
fn the_worst_that_was_found_of_an_absent_chain_is_its_verdict() {
    let mut report = report(&organization());
    let findings = report["findings"].as_array().expect("findings").clone();
    let missing = findings.iter().find(|f| f["code"] == "chain-missing");
    let mut worse = missing.expect("a missing chain").clone();
    worse["code"] = json!("digest-missing");
    worse["severity"] = json!("failed");
    let id = worse["chain"].clone();
    report["findings"]
        .as_array_mut()
        .expect("findings")
        .push(worse);
    let events = told(&report, Format::Ocsf);
    let events = events
        .lines()
        .map(|line| -> Value { serde_json::from_str(line).expect("JSON") });
    let of_it = |e: &Value| e["class_uid"] == 2003 && e["finding_info"]["uid"] == id;
    let of_it: Vec<Value> = events.filter(of_it).collect();
    assert_eq!(of_it.len(), 1);
    assert_eq!(of_it[0]["status_code"], "failed");

    report["complete"] = json!(false);
    assert!(told(&report, Format::Ocsf).contains("\"uid\":\"not-complete org-logs\""));
}

#[test]
fn metrics_of_two_scopes_are_two_series() {
    let mut one = report(&everything());
    let series = |report: &Value| -> BTreeSet<String> {
        let text = told(report, Format::Prometheus);
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        samples
            .map(|line| line.rsplit_once(' ').expect("a value").0.to_owned())
            .collect()
    };
    let first = series(&one);
    one["requested"]["buckets"] = json!(["another"]);
    one["requested"]["trail_arns"] = json!([]);
    let second = series(&one);
    assert!(!first.is_empty() && first.is_disjoint(&second));
    // A prefix is no region, also where it is called so, and the order says nothing.
    let mut narrowed = |prefixes: Value, regions: Value| {
        one["requested"]["prefixes"] = prefixes;
        one["requested"]["regions"] = regions;
        series(&one)
    };
    let prefix = narrowed(json!(["eu-west-1"]), json!([]));
    assert!(prefix.is_disjoint(&narrowed(json!([]), json!(["eu-west-1"]))));
    let two = narrowed(json!([]), json!(["eu-west-1", "us-east-1"]));
    assert_eq!(two, narrowed(json!([]), json!(["us-east-1", "eu-west-1"])));
    one["requested"]["buckets"] =
        json!((0..100).map(|n| format!("bucket-{n}")).collect::<Vec<_>>());
    let many = series(&one);
    one["requested"]["buckets"][99] = json!("another");
    assert!(
        many.is_disjoint(&series(&one)),
        "also where the name is too long to be shown"
    );
}
