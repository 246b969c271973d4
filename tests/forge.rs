//! The forge itself: what it makes is what CloudTrail writes, as far as that is known.

use std::collections::BTreeSet;

use rand::SeedableRng as _;
use serde_json::Value;

use crate::support::{Chain, ChainSpec, Rng, Trail, World, gunzip, identity, log_json, ts};

fn build(seed: u64) -> (World, Chain) {
    let mut world = World::new(seed);
    let trail = Trail::new("111122223333", "us-west-2", "main_a.b-c", "logs").prefix("p/q");
    let mut chain = Chain::new(ChainSpec::new(trail, "us-west-2"));
    let w = &mut world;
    chain.start(w, ts("2026-01-01T00:17:28Z"));
    chain.run_until(w, ts("2026-01-01T03:17:28Z"));
    chain.quiet_until(w, ts("2026-01-01T05:17:28Z"));
    chain.stop(w, ts("2026-01-01T05:40:00Z"));
    chain.start(w, ts("2026-01-01T06:00:00Z"));
    chain.run_until(w, ts("2026-01-01T08:00:00Z"));
    chain.move_to("other", None);
    chain.run_until(w, ts("2026-01-01T10:00:00Z"));
    chain.backfill(
        w,
        ts("2026-01-01T02:17:28Z"),
        ts("2026-01-01T12:00:00Z"),
        2,
        true,
    );
    (world, chain)
}

#[test]
fn the_same_seed_makes_the_same_world_and_another_seed_another() {
    let ((a, _), (b, _), (c, _)) = (build(3), build(3), build(4));
    assert!(a.buckets == b.buckets);
    assert!(a.buckets != c.buckets);
}

#[test]
fn digests_have_the_fields_the_order_and_the_escapes_of_a_real_one() {
    let real = include_str!("real/digest-2023-10-15.json");
    let names = |text: &str| -> Vec<String> {
        let head = text.split("\"logFiles\"").next().expect("a head");
        let part = |p: &str| p.split('"').nth(1).map(str::to_owned);
        head.split(['{', ',']).filter_map(part).collect()
    };
    let (world, chain) = build(1);
    for digest in &chain.digests {
        let text = String::from_utf8(gunzip(&world.object(&digest.place).body)).expect("UTF-8");
        assert_eq!(names(&text), names(real));
        assert!(
            !text.replace("\\/", "").contains('/'),
            "every slash is escaped"
        );
    }
}

#[test]
fn starting_final_and_quiet_digests_are_as_aws_writes_them() {
    let (_, chain) = build(2);
    let seconds = |d: &crate::support::DigestRecord| (d.end - d.start).get_seconds();
    for starting in chain.digests.iter().filter(|d| d.starting) {
        assert_eq!((seconds(starting), starting.logs.len()), (3600, 0));
    }
    let last = chain
        .digests
        .iter()
        .find(|d| d.end == ts("2026-01-01T05:40:00Z"))
        .expect("a final digest");
    assert_eq!(seconds(last), 1352);
    let quiet = chain
        .digests
        .iter()
        .find(|d| d.end == ts("2026-01-01T04:17:28Z"))
        .expect("a quiet hour");
    let quiet: Value = serde_json::from_slice(&quiet.json).expect("JSON");
    assert!(quiet["newestEventTime"].is_null() && quiet["logFiles"] == serde_json::json!([]));
    let moved: Value = serde_json::from_slice(&chain.last().json).expect("JSON");
    assert_eq!(moved["digestS3Bucket"], "other");
}

#[test]
fn events_are_of_every_identity_from_one_to_five_hundred_a_log_and_up_to_two_megabytes() {
    let mut rng = Rng::seed_from_u64(5);
    let mut kinds = BTreeSet::new();
    let (from, to) = (ts("2026-01-01T00:00:00Z"), ts("2026-01-01T01:00:00Z"));
    let mut log = |n, pad| log_json(&mut rng, "111122223333", "eu-west-1", n, from, to, pad);
    for (n, pad) in [(1, None), (500, None), (500, Some(2_000_000))] {
        let text = log(n, pad);
        let read: Value = serde_json::from_slice(&text).expect("JSON");
        let records = read["Records"].as_array().expect("records");
        assert_eq!(records.len(), n as usize);
        assert!(text.len() >= pad.unwrap_or(500), "{} bytes", text.len());
        for record in records {
            kinds.insert(
                record["userIdentity"]["type"]
                    .as_str()
                    .expect("a type")
                    .to_owned(),
            );
            let version = record["eventVersion"].as_str().expect("a version");
            assert!(
                ["1.08", "1.09", "1.10", "1.11"].contains(&version),
                "{version}"
            );
        }
    }
    assert_eq!(kinds.len(), identity::TYPES.len(), "{kinds:?}");
}
