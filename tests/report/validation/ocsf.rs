//! The events against the framework's Python models.

use std::fs;

use trailproof::report::Format;

use crate::support::python::{Python, said};
use crate::support::reports::{everything, organization, rendered};

/// Models of version 1.5.0 of the framework.
const VERSION: &str = "0.10.0";

/// Reads each line into the model of its class, and says what the model does not know.
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
        let text = said(python.command().args(["-c", CHECK]).arg(&path));
        assert!(text.contains("events: [2003, 2004]"), "{text}");
    }
}
