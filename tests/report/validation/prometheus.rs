//! Metrics: each scope is its own series.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::reports::{everything, parsed, shown};

#[test]
fn metrics_of_two_scopes_are_two_series() {
    let mut one = parsed(&everything());
    let series = |report: &Value| -> BTreeSet<String> {
        let text = shown(report, Format::Prometheus);
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
    // A prefix is not a region even if it looks like one, and order does not matter.
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
