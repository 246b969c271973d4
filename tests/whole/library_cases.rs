//! The library alone, without the command line, gives the reports of `testdata/`.

use std::path::Path;

use serde_json::{Value, json};
use trailproof::report::validation::v1::Report;
use trailproof::{Request, Validation};

use crate::support::case::Case;
use crate::support::cases::all;

/// The validation that the arguments of a case describe, unless they need the command line.
fn validation(case: &Case, dir: &Path) -> Option<Validation> {
    let mut words = case.args.chunks_exact(2);
    let mut copies = Vec::new();
    let mut request = Request {
        jobs: 2,
        chains_at_once: 2,
        ..Request::default()
    };
    let mut keys = Vec::new();
    for pair in &mut words {
        let value = pair[1].as_str();
        let filter = &mut request.filter;
        match pair[0].as_str() {
            "--path" => copies.push((None, dir.join(value))),
            "--s3-bucket" => copies.last_mut()?.0 = Some(value.to_owned()),
            "--keys" => keys.push(dir.join(value)),
            "--start-time" => request.from = Some(value.parse().ok()?),
            "--end-time" => request.to = Some(value.parse().ok()?),
            "--as-of" => request.as_of = Some(value.parse().ok()?),
            "--trail-arn" => filter.trail_arns.push(value.parse().expect("an ARN")),
            "--account-id" => filter.accounts.push(value.parse().expect("an account")),
            "--region" => filter.regions.push(value.parse().expect("a region")),
            _ => return None,
        }
    }
    if !words.remainder().is_empty() {
        return None;
    }
    let mut copies = copies.into_iter();
    let (bucket, first) = copies.next()?;
    let mut validation = Validation::of_copy(bucket?, first);
    for (bucket, path) in copies {
        validation = validation.and_copy(bucket?, path);
    }
    for path in keys {
        validation = validation.keys(path);
    }
    request
        .filter
        .buckets
        .clone_from(&validation.request.filter.buckets);
    validation.request = request;
    Some(validation)
}

/// A report with how it was run, which the kept reports lack.
fn with_run(mut expected: Value) -> Report {
    expected["run"] = json!({
        "tool": "trailproof", "version": "0", "command": [], "started": "2026-03-01T00:00:00Z",
        "finished": "2026-03-01T00:00:00Z", "caller": null, "clock_ahead": null,
        "requests": {"list": 0, "get": 0, "head": 0, "keys": 0, "trails": 0},
    });
    serde_json::from_value(expected).expect("a report")
}

#[test]
fn the_library_alone_gives_the_reports_of_testdata() {
    let mut compared = 0;
    let mut other = Vec::new();
    for case in all() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("testdata")
            .join(case.name);
        // A broken key is reported with the path that was given.
        let shows_a_path = case.name.starts_with("key-invalid");
        if !case.sources.contains(&"disk") || case.bundle.is_some() || shows_a_path {
            continue;
        }
        let Some(validation) = validation(&case, &dir) else {
            continue;
        };
        let kept = std::fs::read(dir.join("expected.json")).expect("a report");
        let kept: Value = serde_json::from_slice(&kept).expect("JSON");
        let Report { requested, run, .. } = with_run(kept.clone());
        let outcome = validation.run().expect("a validation");
        let report = Report::new(outcome, requested, Vec::new(), run);
        let report = serde_json::to_value(report).expect("JSON");
        for (field, value) in kept.as_object().expect("an object") {
            if report[field] != *value {
                other.push(format!("{}: {field}", case.name));
            }
        }
        compared += 1;
    }
    assert!(other.is_empty(), "{other:#?}");
    assert!(compared > 90, "only {compared} cases");
}
