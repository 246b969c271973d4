//! Whether the report of a merge is that of a single run.

use std::collections::BTreeSet;

use serde_json::Value;
use trailproof::report::Format;

use super::site::Site;
use crate::support::compare::difference;

/// Asserts that two folders hold the same report in every format, apart from how each was made.
pub fn assert_same_report(site: &Site, single: &str, merged: &str) {
    let [one, other] = [single, merged].map(|folder| without_run(site.report(folder)));
    assert!(one == other, "{merged}:\n  {}", difference(&one, &other));
    let [one, other] = [single, merged].map(|folder| evidence(&site.written(folder, Format::Json)));
    assert!(one == other, "{merged}: the same JSON in other bytes");
    let [one, other] = [single, merged].map(|folder| site.written(folder, Format::AwsCli));
    assert!(one == other, "{merged}: aws-cli");
    let [one, other] = [single, merged].map(|folder| lines(&site.written(folder, Format::Jsonl)));
    assert!(one == other, "{merged}: jsonl");
    // The others show how a report was made, too. Rendered from the JSON, which is the same, they are as merge wrote
    // them.
    let compared = [Format::Json, Format::Jsonl, Format::AwsCli];
    for format in Format::ALL.iter().filter(|f| !compared.contains(f)) {
        let file = format!("{merged}/json");
        let run = site.run(&["report", &file, "--format", format.as_str()]);
        let written = site.written(merged, *format);
        assert!(run.stdout == written, "{merged}: {}", format.as_str());
    }
}

/// A report without what says how it was made.
pub fn without_run(mut report: Value) -> Value {
    report.as_object_mut().expect("a report").remove("run");
    report
}

/// The text before `run`, which is the last field.
fn evidence(json: &str) -> String {
    let (before, _) = json.rsplit_once("\n  \"run\": {").expect("a run");
    before.to_owned()
}

/// The lines of a report without how it was made. Findings have the order in which they were found.
fn lines(jsonl: &str) -> BTreeSet<String> {
    let lines = jsonl.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).expect("JSON");
        let fields = line.as_object_mut().expect("an object");
        for of_run in ["command", "started", "finished", "caller", "requests"] {
            fields.remove(of_run);
        }
        line.to_string()
    });
    lines.collect()
}
