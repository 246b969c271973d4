//! OCSF events: valid against the framework's models, complete, and distinct.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::python::{Python, output_of};
use crate::support::reports::{everything, of_cases, organization, parsed, rendered, shown};

/// The framework's models, version 1.5.0.
const VERSION: &str = "0.10.0";

/// Parses each line with the model of its class, and reports fields that the model does not know.
const CHECK: &str = r#"
import json, sys
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.events.findings.detection_finding import DetectionFinding
classes = {2003: ComplianceFinding, 2004: DetectionFinding}
seen = set()
for line in open(sys.argv[1], encoding="utf-8"):
    event = json.loads(line)
    model = classes[event["class_uid"]].model_validate_json(line, strict=False)
    known = model.model_dump(exclude_unset=True)
    unknown = set(event) - set(known)
    # The cloud profile and the words beside numbers are in the framework and not in the models.
    assert unknown <= {"cloud"}, unknown
    for part in ("metadata", "finding_info"):
        assert set(event[part]) == set(known[part]), (part, event[part])
    seen.add(event["class_uid"])
print("events:", sorted(seen))
"#;

#[test]
fn events_are_as_the_framework_models_them() {
    let python = Python::with("py-ocsf-models", VERSION);
    let dir = tempfile::tempdir().expect("a folder");
    for report in [everything(), organization()] {
        let path = dir.path().join("events");
        fs::write(&path, rendered(&report, Format::Ocsf)).expect("a file");
        let text = output_of(python.command().args(["-c", CHECK]).arg(&path));
        assert!(text.contains("events: [2003, 2004]"), "{text}");
    }
}

#[test]
fn events_hold_no_null_and_have_distinct_ids() {
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
        for line in shown(&report, Format::Ocsf).lines() {
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
fn the_worst_finding_of_a_missing_chain_is_its_verdict() {
    let mut report = parsed(&organization());
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
    let events = shown(&report, Format::Ocsf);
    let events = events
        .lines()
        .map(|line| -> Value { serde_json::from_str(line).expect("JSON") });
    let of_it = |e: &Value| e["class_uid"] == 2003 && e["finding_info"]["uid"] == id;
    let of_it: Vec<Value> = events.filter(of_it).collect();
    assert_eq!(of_it.len(), 1);
    assert_eq!(of_it[0]["status_code"], "failed");

    report["complete"] = json!(false);
    assert!(shown(&report, Format::Ocsf).contains("\"uid\":\"not-complete org-logs\""));
}
