//! Validates a forged world in memory, through nothing but the items that `src/lib.rs` re-exports.

use trailproof::{
    Access, Code, KeyOrigin, KeyRing, MemoryObject, MemorySource, Metadata, ObjectFacts, Outcome,
    Places, PublicKey, Request, Severity, Silent, Source, validate,
};

use crate::support::forge::{Object, World, ts};

/// An object in memory, with the metadata that CloudTrail stored with it.
pub fn stored(object: &Object) -> MemoryObject {
    let get = |name: &str| object.metadata.get(name).cloned();
    let metadata = Metadata {
        signature: get("signature"),
        signature_algorithm: get("signature-algorithm"),
        backfill_generated: get("backfill-generation-timestamp"),
        trouble: None,
    };
    MemoryObject {
        body: object.body.clone(),
        metadata,
        facts: ObjectFacts::default(),
    }
}

/// Copies the buckets of a world into a source. Each object keeps the metadata that CloudTrail stored with it.
pub fn source(world: &World) -> MemorySource {
    let mut source = MemorySource::default();
    for (bucket, objects) in &world.buckets {
        for (key, object) in objects {
            source.put(bucket, key, stored(object));
        }
    }
    source
}

/// The public keys of these regions that are valid at some time in 2026.
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

/// Requests every chain, with two workers, so that answers may come in any order.
pub fn request() -> Request {
    Request {
        jobs: 2,
        chains_at_once: 2,
        ..Request::default()
    }
}

/// Validates every bucket of a source, without rules for copies and without AWS.
pub fn prove(source: &dyn Source, ring: &KeyRing, request: &Request) -> Outcome {
    let places = Places::new(source.roots(), Vec::new());
    let access = Access {
        source,
        places: &places,
        keys: ring,
        trails: None,
    };
    validate(access, request, &Silent).expect("workers")
}

/// The codes of all findings except notes, in the order of the report.
pub fn codes(outcome: &Outcome) -> Vec<Code> {
    let findings = outcome.findings.iter();
    findings
        .filter(|f| f.severity != Severity::Note)
        .map(|f| f.code)
        .collect()
}
