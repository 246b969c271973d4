//! Clean worlds: the same events as gunzip and jq give.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::{copy, lines, over};
use crate::support::case::{BUCKET, REGION, hour, spec};
use crate::support::events::delivered;
use crate::support::forge::{Chain, World, ts};
use crate::support::python::output_of;
use crate::support::real_logs::{INCIDENT_BUCKET, INCIDENT_REGION, incident};

/// The records of every log below a folder, as jq prints them; `None` where there is no jq.
fn by_jq(bucket: &Path) -> Option<Vec<String>> {
    Command::new("jq").arg("--version").output().ok()?;
    let script = "find AWSLogs -path '*/CloudTrail/*' -name '*.json.gz' -exec gunzip -c {} + | jq -cS '.Records[]'";
    let out = output_of(Command::new("sh").args(["-c", script]).current_dir(bucket));
    let mut lines: Vec<String> = out
        .lines()
        .filter(|l| !l.is_empty())
        .map(str::to_owned)
        .collect();
    lines.sort();
    Some(lines)
}

/// What `events` prints, as jq prints it.
fn through_jq(dir: &Path, text: &str) -> Vec<String> {
    std::fs::write(dir.join("events.jsonl"), text).expect("a file");
    let mut jq = Command::new("jq");
    let out = output_of(jq.args(["-cS", ".", "events.jsonl"]).current_dir(dir));
    let mut lines: Vec<String> = out
        .lines()
        .filter(|l| !l.is_empty())
        .map(str::to_owned)
        .collect();
    lines.sort();
    lines
}

#[test]
fn all_events_are_those_of_jq_over_gunzip_byte_for_byte_in_order_of_delivery() {
    let mut world = World::new(81);
    let mut chain = Chain::new(spec().logs(1..=4).events(1..=20));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, hour(30));
    let dir = copy(&world, BUCKET, &[REGION], "2026-03");
    let run = over(dir.path(), "events", BUCKET, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(lines(&run), delivered(&chain));
    if let Some(expected) = by_jq(&dir.path().join(BUCKET)) {
        assert!(
            through_jq(dir.path(), &run.stdout) == expected,
            "other events than jq"
        );
    }
}

#[test]
fn the_records_of_a_real_incident_come_byte_for_byte() {
    let mut world = World::new(82);
    let chain = incident(&mut world, "incident");
    let dir = copy(&world, INCIDENT_BUCKET, &[INCIDENT_REGION], "2023-07");
    let run = over(
        dir.path(),
        "events",
        INCIDENT_BUCKET,
        &["--backfill-grace", "1h"],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    let expected = delivered(&chain);
    assert!(expected.len() > 2_900, "{}", expected.len());
    let (found, expected): (BTreeSet<_>, BTreeSet<_>) = (
        lines(&run).into_iter().map(str::to_owned).collect(),
        expected.into_iter().collect(),
    );
    assert!(
        found == expected,
        "{} and {} records",
        found.len(),
        expected.len()
    );
}
