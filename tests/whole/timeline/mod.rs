//! `timeline` over forged worlds: what it reports of an incident is what proven logs hold of it.

mod golden;
mod hostile;
mod incident;
mod scope;
mod stratus;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::events::{copy, over};
use crate::support::case::{BUCKET, HOME, REGION};
use crate::support::forge::World;
use crate::support::incident::Incident;
use crate::support::program::{Run, assert_matches, validator};

/// The forged incident, and a copy of its bucket.
fn forged() -> (Incident, World) {
    let mut world = World::new(101);
    let incident = Incident::forge(&mut world);
    (incident, world)
}

/// A copy of the bucket of an incident.
fn copied(world: &World) -> TempDir {
    copy(world, BUCKET, &[HOME, REGION], "2026-03")
}

/// Runs `timeline` over a copy.
fn timeline(dir: &Path, more: &[&str]) -> Run {
    over(dir, "timeline", BUCKET, more)
}

/// Runs `timeline` over a copy and reads its JSON report, which must match its schema.
fn json(dir: &Path, more: &[&str]) -> (i32, Value) {
    let run = timeline(dir, &[&["--format", "json"], more].concat());
    let report = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|e| panic!("no report ({e}): {}{}", run.stdout, run.stderr));
    let schema = include_str!("../../../src/report/timeline/v1.schema.json");
    assert_matches(&validator(schema), &report);
    (run.code, report)
}

/// The events of a report: time, name and access key.
fn calls(report: &Value) -> BTreeSet<String> {
    let events = report["timeline"]["events"].as_array().expect("events");
    let call = |event: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let key = text(&event["actor"]["access_key_id"]);
        format!("{} {} {key}", text(&event["time"]), text(&event["name"]))
    };
    events.iter().map(call).collect()
}
