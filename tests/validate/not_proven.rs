//! What a report says it does not prove.

use crate::support::case::{ACCOUNT, BUCKET, REGION, hour, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::World;
use crate::support::program::report;

#[test]
fn other_objects_beside_the_digests_are_mentioned_and_do_no_harm() {
    let mut world = World::new(16);
    let chain = running(&mut world, spec(), 3);
    world.litter(&chain.spec.trail, ACCOUNT, REGION, hour(1));
    let dir = copy_of(&world);
    let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(code, 0, "{:#}", report["findings"]);
    let message = report["not_proven"].to_string();
    assert!(
        message.contains("CloudTrail-Insight") && message.contains("CloudTrail-NetworkActivity"),
        "{message}"
    );
}
