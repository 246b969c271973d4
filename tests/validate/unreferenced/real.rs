//! Logs that AWS itself wrote, in a signed chain.

use super::not_proven;
use crate::support::disk::copied;
use crate::support::forge::{Heads, KeyFileStyle, World, ts};
use crate::support::program::report;
use crate::support::real_logs::{INCIDENT_BUCKET, INCIDENT_REGION, incident};

#[test]
fn the_logs_of_a_real_incident_are_intact_in_a_signed_chain() {
    let mut world = World::new(55);
    incident(&mut world, "incident");
    let bucket = INCIDENT_BUCKET;
    let dir = copied(&world, &[bucket], &[], &Heads::All, KeyFileStyle::V2Iso);
    let (from, to) = (ts("2023-07-01T00:00:00Z"), ts("2023-08-01T00:00:00Z"));
    world.write_keys(
        &dir.path().join("keys"),
        KeyFileStyle::V2Iso,
        &[INCIDENT_REGION],
        from,
        to,
    );
    let args = [
        "--path",
        bucket,
        "--s3-bucket",
        bucket,
        "--keys",
        "keys",
        "--backfill-grace",
        "1h",
    ];
    let (code, report) = report(dir.path(), &args);
    assert_eq!(code, 0, "{:#}", report["findings"]);
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(report["totals"]["logs"]["valid"], 59);
    assert!(
        !not_proven(&report, &["no digest lists"]),
        "{:#}",
        report["not_proven"]
    );
}
