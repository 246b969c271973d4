//! The forged incident: its calls are there as far as they are proven.

use std::collections::BTreeSet;

use super::{copy, over, parsed};
use crate::support::case::{BUCKET, HOME, REGION};
use crate::support::forge::World;
use crate::support::incident::{ADDRESS, Incident};

#[test]
fn each_proven_call_of_the_incident_is_found_and_no_deleted_one() {
    let mut world = World::new(101);
    let incident = Incident::forge(&mut world);
    let dir = copy(&world, BUCKET, &[HOME, REGION], "2026-03");
    let run = over(dir.path(), "events", BUCKET, &["--ip", ADDRESS]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let found: BTreeSet<String> = parsed(&run)
        .iter()
        .map(|record| {
            let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
            let key = text(&record["userIdentity"]["accessKeyId"]);
            format!(
                "{} {} {key}",
                text(&record["eventTime"]),
                text(&record["eventName"])
            )
        })
        .collect();
    let expected = incident
        .proven()
        .map(|step| format!("{} {} {}", step.at, step.name, step.key));
    assert_eq!(found, expected.collect());
    assert_eq!(incident.steps.len() - found.len(), 2);
}
