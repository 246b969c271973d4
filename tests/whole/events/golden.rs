//! The timeline of the forged incident, complete in every format, compared with the files that were reviewed and kept.

use std::fs;

use serde_json::Value;

use super::timeline::timeline;
use crate::support::program::root;
use crate::support::reports::timeless;

/// What is kept of a report, by the end of its file's name.
const FORMATS: [(&str, &str); 3] = [("text", "txt"), ("json", "json"), ("html", "html")];

/// A report without what differs from run to run.
fn kept(format: &str, made: &str) -> String {
    if format != "json" {
        // A report has the command that made it.
        return timeless(&made.replace(env!("CARGO_BIN_EXE_trailproof"), "trailproof"));
    }
    let mut report: Value = serde_json::from_str(made).expect("JSON");
    report.as_object_mut().expect("an object").remove("run");
    serde_json::to_string_pretty(&report).expect("JSON") + "\n"
}

/// Compares a report with the one that was reviewed and kept.
fn holds(name: &str, made: &str) {
    let path = root().join("tests/golden").join(name);
    if std::env::var_os("TRAILPROOF_BLESS").is_some() {
        fs::write(&path, made).expect("a file");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == kept,
        "{name} is not what is kept; look at the difference, and write it anew with TRAILPROOF_BLESS=1:\n{made}"
    );
}

#[test]
fn the_timeline_of_the_incident_in_every_format() {
    for (format, extension) in FORMATS {
        let made = kept(format, &timeline(format, &[]));
        holds(&format!("incident.timeline.{extension}"), &made);
    }
    let grouped = kept("text", &timeline("text", &["--group-by", "principal"]));
    holds("incident.timeline.principals.txt", &grouped);
}
