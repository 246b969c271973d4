//! Using the library over a forged world, without disk.

use trailproof::proof::finding::{Code, ObjectFacts};
use trailproof::proof::keys::{KeyOrigin, KeyRing, PublicKey};
use trailproof::source::memory::{MemoryObject, MemorySource};
use trailproof::source::places::Places;
use trailproof::source::{Metadata, Source};
use trailproof::validate::observer::Silent;
use trailproof::validate::outcome::Outcome;
use trailproof::validate::request::Request;
use trailproof::validate::{Access, validate};

use crate::support::forge::{World, ts};

/// The world's buckets as a source.
pub fn source(world: &World) -> MemorySource {
    let mut source = MemorySource::default();
    for (bucket, objects) in &world.buckets {
        for (key, object) in objects {
            let get = |name: &str| object.metadata.get(name).cloned();
            let metadata = Metadata {
                signature: get("signature"),
                signature_algorithm: get("signature-algorithm"),
                backfill_generated: get("backfill-generation-timestamp"),
                trouble: None,
            };
            let facts = ObjectFacts::default();
            source.put(
                bucket,
                key,
                MemoryObject {
                    body: object.body.clone(),
                    metadata,
                    facts,
                },
            );
        }
    }
    source
}

/// The keys of some regions in 2026.
pub fn ring(world: &World, regions: &[&str]) -> KeyRing {
    let mut ring = KeyRing::default();
    for region in regions {
        for key in world.keys.published(
            region,
            ts("2026-01-01T00:00:00Z"),
            ts("2026-12-31T00:00:00Z"),
        ) {
            let der = world.keys.value_der(region, key.index);
            let key = PublicKey::from_der(&der, (key.valid_from, key.valid_to), KeyOrigin::File)
                .expect("a key");
            ring.add(Some(region.parse().expect("a region")), key);
        }
    }
    ring
}

/// A request for everything, with two workers.
pub fn request() -> Request {
    Request {
        jobs: 2,
        chains_at_once: 2,
        ..Request::default()
    }
}

/// Validates a source.
pub fn prove(source: &dyn Source, ring: &KeyRing, request: &Request) -> Outcome {
    let atlas = Places::new(source.roots(), Vec::new());
    let access = Access {
        source,
        atlas: &atlas,
        keys: ring,
        trails: None,
    };
    validate(access, request, &Silent).expect("workers")
}

/// The codes of an outcome's findings, notes apart.
pub fn codes(outcome: &Outcome) -> Vec<Code> {
    let noted = |f: &&trailproof::proof::finding::Finding| {
        f.severity != trailproof::proof::finding::Severity::Note
    };
    outcome
        .findings
        .iter()
        .filter(noted)
        .map(|f| f.code)
        .collect()
}
