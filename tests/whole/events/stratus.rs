//! Attack techniques as Stratus Red Team publishes them: each is reported by name, actor and time.

use serde_json::Value;

use super::{copy, over, parsed};
use crate::support::forge::World;
use crate::support::real_logs::{STRATUS_BUCKET, STRATUS_REGION, stratus};

/// The calls that show a technique.
const CALLS: [&str; 4] = [
    "DeleteTrail",
    "PutEventSelectors",
    "StopLogging",
    "LeaveOrganization",
];

#[test]
fn each_technique_is_found_by_name_actor_and_time() {
    let mut world = World::new(91);
    let techniques = stratus(&mut world);
    let dir = copy(&world, STRATUS_BUCKET, &[STRATUS_REGION], "2024-08");
    for (technique, name) in techniques.iter().zip(CALLS) {
        let expected: Vec<&Value> = technique.named(name).collect();
        assert_eq!(expected.len(), 1, "{name}");
        let actor = expected[0]["userIdentity"]["arn"].as_str().expect("an ARN");
        let run = over(
            dir.path(),
            "events",
            STRATUS_BUCKET,
            &["--event", name, "--actor", actor],
        );
        let found = parsed(&run);
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            expected,
            "{name}: {}",
            run.stderr
        );
    }
}
