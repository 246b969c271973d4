//! Reports on which the formats are tested.

use std::fs;
use std::io::Cursor;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};
use trailproof::report::Format;
use trailproof::report::validation::presentation::Presentation;
use trailproof::report::validation::saved::Saved;

use crate::support::program::root;

fn stored(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

/// A report made by hand: every severity and state, gaps with every field, and words that this
/// version does not know. It is as `--format json` writes it.
pub fn everything() -> String {
    stored("tests/golden/everything.json")
}

/// The report of the organization; its run and source are not in the file, and added here.
pub fn organization() -> String {
    let text = stored("tests/support/organization.json");
    let mut report: Value = serde_json::from_str(&text).expect("JSON");
    report["requested"]["source"] = json!("disk");
    report["requested"]["buckets"] = json!(["org-logs"]);
    report["requested"]["keys"] = json!(["keys"]);
    for key in report["keys"].as_array_mut().expect("keys") {
        key["origin"] = json!("file");
    }
    report["run"] = json!({
        "tool": "trailproof",
        "version": "0.1.0",
        "command": ["trailproof", "validate", "--path", "org-logs", "--keys", "keys"],
        "started": "2026-03-03T00:00:00Z",
        "finished": "2026-03-03T00:00:02.5Z",
        "caller": null,
        "requests": { "list": 12, "get": 818, "head": 0, "keys": 0, "trails": 0 },
    });
    report.to_string()
}

/// The expected report of a case, with a run.
pub fn of_case(name: &str) -> Value {
    let text = stored(&format!("testdata/{name}/expected.json"));
    let mut report: Value = serde_json::from_str(&text).expect("JSON");
    let run: Value = serde_json::from_str(&organization()).expect("JSON");
    report["run"] = run["run"].clone();
    report
}

/// The reports of all cases, with their names.
pub fn of_cases() -> impl Iterator<Item = (String, Value)> {
    let cases = fs::read_dir(root().join("testdata")).expect("testdata");
    let names = cases.map(|case| case.expect("a case").file_name());
    let names = names.map(|name| name.into_string().expect("UTF-8"));
    let here = |name: &String| {
        root()
            .join("testdata")
            .join(name)
            .join("expected.json")
            .exists()
    };
    names
        .filter(here)
        .collect::<Vec<_>>()
        .into_iter()
        .map(|name| {
            let report = of_case(&name);
            (name, report)
        })
}

/// A report in a format.
pub fn rendered(report: &str, format: Format) -> String {
    let mut saved = Saved::read(Cursor::new(report)).expect("a report");
    let mut out = Vec::new();
    saved
        .render(&Presentation::default(), format, &mut out)
        .expect("written");
    String::from_utf8(out).expect("UTF-8")
}

pub fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A report that a test has changed, in a format. Its evidence hash is computed again.
pub fn shown(report: &Value, format: Format) -> String {
    let mut report = report.clone();
    let fields = report.as_object_mut().expect("a report");
    fields.remove("evidence_sha256");
    rendered(&report.to_string(), format)
}

/// A report with this many altered logs.
pub fn altered(logs: u64) -> Value {
    let mut report = parsed(&everything());
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

/// A report without the times at which its run began and ended: only they have fractions of a second.
pub fn timeless(report: &str) -> String {
    static TIME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z").expect("a pattern"));
    TIME.replace_all(report, "TIME").into_owned()
}
