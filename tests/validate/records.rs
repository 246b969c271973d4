//! The texts of logs that a reader of records is given.

use std::collections::BTreeMap;
use std::sync::Mutex;

use trailproof::{
    Access, LogStanding, LogText, Places, ReadLog, RecordReader, Request, Silent, Source as _,
    validate_with,
};

use crate::library::{request, ring, source};
use crate::support::case::{BUCKET, Case, REGION, trail};
use crate::support::forge::{Chain, ChainSpec, Place, World, damage, gunzip, ts};

/// What was given of one log.
type GivenLog = (Place, LogStanding, Vec<u8>);

/// Keeps everything that it is given.
#[derive(Default)]
struct Kept {
    takes_unproven: bool,
    read: Mutex<BTreeMap<u64, GivenLog>>,
    ended: Mutex<Vec<u64>>,
}

impl RecordReader for Kept {
    fn takes_unproven(&self) -> bool {
        self.takes_unproven
    }

    fn read(&self, log: &ReadLog<'_>, text: &mut LogText) {
        let text = std::mem::take(text.bytes().expect("a text"));
        let place = Place::new(log.bucket, log.key);
        let once = self
            .read
            .lock()
            .expect("a lock")
            .insert(log.number, (place, log.standing, text));
        assert!(once.is_none(), "log {} was read once", log.number);
    }

    fn ended(&self, number: u64) {
        assert!(self.read.lock().expect("a lock").contains_key(&number));
        self.ended.lock().expect("a lock").push(number);
    }
}

/// What a reader of a world's records is given, in order.
fn given(world: &World, takes_unproven: bool) -> Vec<GivenLog> {
    let (source, ring) = (source(world), ring(world, &[REGION]));
    let places = Places::new(source.roots(), Vec::new());
    let access = Access {
        source: &source,
        places: &places,
        keys: &ring,
        trails: None,
    };
    let kept = Kept {
        takes_unproven,
        ..Kept::default()
    };
    let request = Request {
        jobs: 4,
        ..request()
    };
    let _outcome = validate_with(access, &request, &Silent, Some(&kept)).expect("workers");
    let read = kept.read.into_inner().expect("a lock");
    let ended = kept.ended.into_inner().expect("a lock");
    assert!(ended.iter().eq(read.keys()), "each ended, in order");
    read.into_values().collect()
}

/// The logs of a chain as they are stored, in the order of its digests.
fn stored(world: &World, chain: &Chain) -> Vec<(Place, Vec<u8>)> {
    let logs = chain.digests.iter().flat_map(|digest| &digest.logs);
    let text = |place: &Place| gunzip(&world.object(place).body);
    logs.map(|log| (log.place.clone(), text(&log.place)))
        .collect()
}

#[test]
fn proven_logs_are_given_in_the_order_of_their_digests() {
    let mut case = Case::new("records", 0, "records");
    let chain = case.chain(10);
    let given = given(&case.world, false);
    let stored = stored(&case.world, &chain);
    assert!(stored.len() > 5, "{} logs", stored.len());
    assert!(
        given
            .iter()
            .all(|(_, standing, _)| *standing == LogStanding::Proven)
    );
    let texts: Vec<_> = given
        .into_iter()
        .map(|(place, _, text)| (place, text))
        .collect();
    assert!(texts == stored);
}

/// Texts that are longer than the room in memory come complete, and the buffers of earlier texts do not show.
#[test]
fn long_texts_are_complete() {
    let mut world = World::new(7);
    let spec = ChainSpec::new(trail(), REGION).logs(1..=2).events(2..=4);
    let mut chain = Chain::new(spec.pad(200_000..=10_000_000));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, ts("2026-03-01T03:12:34Z"));
    let texts: Vec<_> = given(&world, false)
        .into_iter()
        .map(|(place, _, text)| (place, text))
        .collect();
    let stored = stored(&world, &chain);
    assert!(stored.iter().any(|(_, text)| text.len() > 8 << 20));
    assert!(texts == stored);
}

#[test]
fn what_is_not_proven_is_given_only_to_whoever_takes_it() {
    let mut case = Case::new("records-unproven", 1, "records");
    let chain = case.chain(10);
    let altered = chain.digests[3].logs[0].place.clone();
    damage::modify_log(&mut case.world, &altered);
    let missing = chain.digests[4].logs[0].place.clone();
    damage::delete(&mut case.world, &missing);
    // Nothing proves the newest digest once its signature is gone.
    let newest = chain.digests.last().expect("a digest");
    case.world.object_mut(&newest.place).metadata.clear();
    let planted = Place::new(BUCKET, &altered.key.replace(".json.gz", "x.json.gz"));
    let copy = case.world.object(&altered).clone();
    case.world.put(&planted, copy);

    let proven = given(&case.world, false);
    let of_newest = |place: &Place| newest.logs.iter().any(|log| log.place == *place);
    assert!(
        proven
            .iter()
            .all(|(_, standing, _)| *standing == LogStanding::Proven)
    );
    assert!(
        !proven
            .iter()
            .any(|(place, ..)| *place == altered || *place == missing || of_newest(place))
    );

    let all = given(&case.world, true);
    let with = |wanted: LogStanding| -> Vec<&Place> {
        let of = all.iter().filter(|(_, standing, _)| *standing == wanted);
        of.map(|(place, ..)| place).collect()
    };
    assert_eq!(with(LogStanding::Proven).len(), proven.len());
    assert_eq!(with(LogStanding::Altered), [&altered]);
    let newest: Vec<&Place> = newest.logs.iter().map(|log| &log.place).collect();
    assert!(!newest.is_empty());
    assert_eq!(with(LogStanding::DigestUnproven), newest);
    // No digest lists it, so the walk does not read it.
    assert!(!all.iter().any(|(place, ..)| *place == planted));
}
