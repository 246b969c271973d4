//! The data of the cases, made with the forge of the tests.

use trailproof::proof::finding::ObjectFacts;
use trailproof::proof::keys::{KeyOrigin, KeyRing, PublicKey};
use trailproof::source::Metadata;
use trailproof::source::memory::{MemoryObject, MemorySource};

use super::case::Size;
use crate::support::events::log_json;
use crate::support::text::after;
use crate::support::{Chain, ChainSpec, Trail, World, ts};

pub const ACCOUNT: &str = "111111111111";
pub const BUCKET: &str = "bench-logs";
pub const REGION: &str = "eu-west-1";
pub const FIRST: &str = "2026-03-01T00:12:34Z";

/// The trail of all cases. Its home region is not that of the chains.
pub fn trail() -> Trail {
    Trail::new(ACCOUNT, "us-east-1", "main", BUCKET)
}

/// A world with one chain of small logs.
pub fn chain(digests: u32, logs: u32) -> (World, Chain) {
    let mut world = World::new(7);
    let chain = add_chain(&mut world, REGION, digests, logs);
    (world, chain)
}

/// Adds the chain of a region to a world.
pub fn add_chain(world: &mut World, region: &str, digests: u32, logs: u32) -> Chain {
    let spec = ChainSpec::new(trail(), region)
        .logs(logs..=logs)
        .events(1..=2);
    let mut chain = Chain::new(spec);
    chain.start(world, ts(FIRST));
    let until = after(ts(FIRST), i64::from(digests) * 3_600);
    chain.run_until(world, until);
    chain
}

/// The content of a log.
pub fn log(size: Size) -> Vec<u8> {
    let mut world = World::new(8);
    let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-01T00:14:00Z"));
    log_json(
        &mut world.rng,
        ACCOUNT,
        REGION,
        size.records,
        from,
        to,
        None,
    )
}

/// The keys of some regions.
pub fn ring(world: &World, regions: &[&str]) -> KeyRing {
    let mut ring = KeyRing::default();
    let (from, to) = (ts("2026-01-01T00:00:00Z"), ts("2026-12-31T00:00:00Z"));
    for region in regions {
        for key in world.keys.published(region, from, to) {
            let der = world.keys.value_der(region, key.index);
            let valid = (key.valid_from, key.valid_to);
            let key = PublicKey::from_der(&der, valid, KeyOrigin::File).expect("a key");
            ring.add(Some(region.parse().expect("a region")), key);
        }
    }
    ring
}

/// The world's buckets as a source in memory.
pub fn source(world: &World) -> MemorySource {
    let mut source = MemorySource::default();
    for (bucket, objects) in &world.buckets {
        for (key, object) in objects {
            let get = |name: &str| object.metadata.get(name).cloned();
            let object = MemoryObject {
                body: object.body.clone(),
                metadata: Metadata {
                    signature: get("signature"),
                    signature_algorithm: get("signature-algorithm"),
                    backfill_generated: None,
                    trouble: None,
                },
                facts: ObjectFacts::default(),
            };
            source.put(bucket, key, object);
        }
    }
    source
}
