//! Attack techniques as Stratus Red Team publishes them: the timeline shows each with its actor and its time.

use serde_json::Value;

use super::{copy, over};
use crate::support::forge::World;
use crate::support::real_logs::{STRATUS_BUCKET, STRATUS_REGION, stratus};

#[test]
fn each_change_to_a_trail_is_shown_with_its_actor_and_time() {
    let mut world = World::new(91);
    let techniques = stratus(&mut world);
    let dir = copy(&world, STRATUS_BUCKET, &[STRATUS_REGION], "2024-08");
    let run = over(
        dir.path(),
        "timeline",
        STRATUS_BUCKET,
        &["--format", "json"],
    );
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let events = report["timeline"]["events"].as_array().expect("events");
    for name in ["DeleteTrail", "PutEventSelectors", "StopLogging"] {
        let records = techniques
            .iter()
            .flat_map(|technique| technique.named(name));
        for record in records {
            let shown = events.iter().find(|event| event["id"] == record["eventID"]);
            let shown = shown.unwrap_or_else(|| panic!("no {name} in {}", run.stdout));
            assert_eq!(shown["name"], name);
            assert_eq!(shown["actor"]["arn"], record["userIdentity"]["arn"]);
            assert_eq!(shown["time"], record["eventTime"]);
        }
    }
}
