//! Objects as they are stored: one of a chain is replaced by the input. Whatever it is, the chain is verified only if
//! it inflates to what was delivered, and is one intact gzip member.

use std::io::Read as _;
use std::sync::LazyLock;

use flate2::bufread::GzDecoder;
use trailproof::proof::finding::Verdict;
use trailproof::{KeyRing, MemoryObject, MemorySource, Request, Source as _};

use super::outcome::Outcome;
use super::targets::FuzzTarget;
use crate::library::{prove, ring, source};
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};

pub const STORED_OBJECTS: FuzzTarget = FuzzTarget::new(
    "stored-objects",
    stored_objects,
    || (0..SCENE.places.len()).map(|at| seed(&SCENE, at)).collect(),
    &["\u{1f}", "\0\0\0\0"],
)
.longest(8 << 10);

const BUCKET: &str = "logs";
const REGION: &str = "us-east-1";

/// Three hours of a chain: its objects, and its keys.
struct Scene {
    objects: MemorySource,
    keys: KeyRing,
    /// The keys of its objects, and their bytes.
    places: Vec<(String, Vec<u8>)>,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let mut world = World::new(24);
    let trail = Trail::new("111111111111", REGION, "main", BUCKET);
    let mut chain = Chain::new(ChainSpec::new(trail, REGION).logs(1..=1).events(1..=2));
    chain.start(&mut world, ts("2026-03-01T00:07:21Z"));
    chain.run_until(&mut world, ts("2026-03-01T02:07:21Z"));
    let bodies = world.buckets[BUCKET].iter();
    let places = bodies.map(|(key, object)| (key.clone(), object.body.clone()));
    let scene = Scene {
        objects: source(&world),
        keys: ring(&world, &[REGION]),
        places: places.collect(),
    };
    assert_eq!(verdict(&scene, &scene.objects), Verdict::Verified);
    scene
});

/// The first byte says which object the others replace.
fn seed(scene: &Scene, at: usize) -> Vec<u8> {
    let number = u8::try_from(at).expect("few objects");
    [&[number][..], &scene.places[at].1].concat()
}

fn verdict(scene: &Scene, objects: &MemorySource) -> Verdict {
    let request = Request {
        jobs: 1,
        chains_at_once: 1,
        ..Request::default()
    };
    prove(objects, &scene.keys, &request).verdict
}

/// The content of one intact gzip member.
fn content(body: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = GzDecoder::new(body);
    let mut content = Vec::new();
    decoder
        .by_ref()
        .take(1 << 20)
        .read_to_end(&mut content)
        .ok()?;
    decoder.into_inner().is_empty().then_some(content)
}

fn stored_objects(input: &[u8]) -> u64 {
    let scene = &*SCENE;
    let (number, body) = input.split_first().unwrap_or((&0, &[]));
    let (key, delivered) = &scene.places[usize::from(*number) % scene.places.len()];
    let mut objects = scene.objects.clone();
    let root = objects.roots()[0].id;
    let metadata = objects.get(root, key, true).expect("an object").metadata;
    let object = MemoryObject {
        body: body.to_vec(),
        metadata,
        ..MemoryObject::default()
    };
    objects.put(BUCKET, key, object);
    let verdict = verdict(scene, &objects);
    let is_same = content(body).is_some_and(|content| Some(content) == self::content(delivered));
    assert_eq!(verdict == Verdict::Verified, is_same, "{key}: {verdict:?}");
    assert!(is_same || verdict == Verdict::Failed, "{key}: {verdict:?}");
    Outcome::default()
        .add(verdict as u8)
        .add(key)
        .add(content(body).is_some())
        .number()
}
