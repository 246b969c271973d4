//! JUnit: each test case has its own name.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::reports::{everything, parsed, shown};

#[test]
fn test_cases_of_a_suite_have_distinct_names() {
    let mut report = parsed(&everything());
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
    let xml = shown(&report, Format::Junit);
    let names = xml.lines().filter(|line| line.contains("<testcase "));
    let names: Vec<&str> = names.collect();
    assert_eq!(
        names.iter().collect::<BTreeSet<_>>().len(),
        names.len(),
        "{xml}"
    );
    assert_eq!(xml.matches("name=\"nothing-found").count(), 3, "{xml}");
    // Each of them is also its own OCSF event.
    let events = shown(&report, Format::Ocsf);
    for n in 0..3 {
        assert!(
            events.contains(&format!("no digest in region {n}")),
            "{events}"
        );
    }
}
