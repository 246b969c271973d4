//! The events of proven logs, for users of the library: through nothing but what `src/lib.rs` re-exports.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use trailproof::{
    Error, Folders, GetError, Listed, MemorySource, ObjectFacts, OwnedAccess, Places, ProvenEvent,
    ProvenEvents, Range, Request, Root, RootId, Source, SourceObject, Verdict,
};

use crate::library::{request, ring, source};
use crate::support::case::{BUCKET, REGION, hour, spec, trail};
use crate::support::events::{delivered, records_of};
use crate::support::forge::digest::LogRecord;
use crate::support::forge::{Chain, Object, Place, World, damage, gzip, ts};

fn running(world: &mut World, hours: i64) -> Chain {
    let mut chain = Chain::new(spec().logs(2..=3).events(1..=4));
    chain.start(world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(world, hour(hours));
    chain
}

fn start(source: impl Source + Send + 'static, world: &World, request: Request) -> ProvenEvents {
    let access = OwnedAccess {
        places: Places::new(source.roots(), Vec::new()),
        source: Box::new(source),
        keys: Box::new(ring(world, &[REGION])),
        trails: None,
    };
    ProvenEvents::start(access, request).expect("a thread")
}

fn events(world: &World) -> ProvenEvents {
    start(source(world), world, request())
}

/// The records, each as text.
fn texts(events: &[ProvenEvent]) -> Vec<&str> {
    let texts = events.iter().map(|event| str::from_utf8(event.bytes()));
    texts.map(|text| text.expect("UTF-8")).collect()
}

#[test]
fn events_are_the_records_of_all_logs_in_order_of_delivery_byte_for_byte() {
    let mut world = World::new(71);
    let chain = running(&mut world, 12);
    let mut run = events(&world);
    let found: Vec<ProvenEvent> = run.by_ref().collect::<Result<_, Error>>().expect("events");
    assert_eq!(texts(&found), delivered(&chain));
    let first = &chain.digests[1];
    assert_eq!(found[0].log(), (BUCKET, first.logs[0].place.key.as_str()));
    assert_eq!(found[0].digest(), (BUCKET, first.place.key.as_str()));
    assert_eq!(found[0].chain().region.as_str(), REGION);
    let record: serde_json::Value = serde_json::from_slice(found[0].bytes()).expect("JSON");
    assert_eq!(found[0].name().as_deref(), record["eventName"].as_str());
    let time = found[0].time().map(|at| at.to_string());
    assert_eq!(time.as_deref(), record["eventTime"].as_str());
    assert_eq!(run.finish().expect("an outcome").verdict, Verdict::Verified);
}

#[test]
fn logs_that_are_not_proven_give_no_events() {
    let mut world = World::new(72);
    let chain = running(&mut world, 8);
    let log = |digest: usize, at: usize| chain.digests[digest].logs[at].place.clone();
    let mut lost = vec![log(1, 0), log(1, 1), log(2, 0), log(2, 1), log(3, 0)];
    damage::modify_log(&mut world, &lost[0]);
    damage::append_member(
        &mut world,
        &lost[1],
        br#"{"Records":[{"eventName":"Planted"}]}"#,
    );
    damage::delete(&mut world, &lost[2]);
    damage::truncate_gzip(&mut world, &lost[3]);
    damage::not_gzip(&mut world, &lost[4]);
    // A log that no digest lists, and one in the place of a log of another hour.
    let key = trail().log_key(&chain.spec.account, REGION, hour(4), "Planted000000001");
    let planted = Object::delivered(gzip(br#"{"Records":[{"eventName":"Planted"}]}"#), hour(4));
    world.put(&Place::new(BUCKET, &key), planted);
    damage::copy(&mut world, &log(5, 0), &log(4, 0));
    lost.push(log(4, 0));
    // The last digest is replaced by one that lists a log with other content. Nothing follows it that would show that.
    let last = chain.last();
    let forged = br#"{"Records":[{"eventName":"Planted"}]}"#.to_vec();
    let place = last.logs[0].place.clone();
    let forged = LogRecord::new(place.clone(), forged, (last.start, last.end));
    world.object_mut(&place).body = gzip(&forged.json);
    damage::edit_content(&mut world, &last.place, |json| {
        let text = String::from_utf8(json.clone()).expect("UTF-8");
        *json = text
            .replace(&last.logs[0].sha256, &forged.sha256)
            .into_bytes();
    });
    lost.extend(last.logs.iter().map(|log| log.place.clone()));
    let mut run = events(&world);
    let found: Vec<ProvenEvent> = run.by_ref().collect::<Result<_, Error>>().expect("events");
    let logs = chain.digests.iter().flat_map(|digest| &digest.logs);
    let kept = logs.filter(|log| !lost.contains(&log.place));
    let kept: Vec<String> = kept.flat_map(records_of).collect();
    assert_eq!(texts(&found), kept);
    assert!(
        found
            .iter()
            .all(|event| event.name().as_deref() != Some("Planted"))
    );
    assert_eq!(run.finish().expect("an outcome").verdict, Verdict::Failed);
}

/// A source that counts the objects that were read.
struct CountingSource {
    source: MemorySource,
    read: Arc<AtomicUsize>,
}

impl Source for CountingSource {
    fn roots(&self) -> Vec<Root> {
        self.source.roots()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        self.source.folders(root, prefix, other)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        self.source.list(root, prefix, range, visit)
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        self.read.fetch_add(1, Ordering::Relaxed);
        self.source.get(root, key, with_metadata)
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.source.stat(root, key)
    }
}

#[test]
fn a_dropped_iterator_ends_the_validation() {
    let mut world = World::new(73);
    let chain = running(&mut world, 200);
    let logs = chain.all_logs().count();
    let read = Arc::new(AtomicUsize::new(0));
    let counting = CountingSource {
        source: source(&world),
        read: Arc::clone(&read),
    };
    let mut run = start(counting, &world, request());
    assert!(run.next().is_some_and(|event| event.is_ok()));
    drop(run);
    let (digests, read) = (chain.digests.len(), read.load(Ordering::Relaxed));
    assert!(read < digests + logs / 2, "{read} of {digests} + {logs}");
}

#[test]
fn the_outcome_can_be_had_without_the_events() {
    let mut world = World::new(74);
    let chain = running(&mut world, 30);
    let outcome = events(&world).finish().expect("an outcome");
    let valid: u64 = outcome.chains.iter().map(|chain| chain.logs.valid).sum();
    assert_eq!(valid, chain.all_logs().count() as u64);
}

#[test]
fn a_validation_that_does_not_take_place_is_an_error_among_the_events() {
    let mut world = World::new(75);
    running(&mut world, 3);
    let earlier = Request {
        as_of: Some(hour(1)),
        ..request()
    };
    let mut run = start(source(&world), &world, earlier);
    assert!(run.next().is_some_and(|event| event.is_err()));
    assert!(run.next().is_none());
    assert!(run.finish().is_err());
}

/// A log that CloudTrail would have delivered damaged, listed by a digest: the text of a log, edited.
fn delivered_damaged(edit: impl FnOnce(&mut Vec<u8>)) -> (Vec<String>, Vec<u8>, World) {
    let mut world = World::new(76);
    let mut chain = running(&mut world, 1);
    let log = chain.digests[1].logs[0].clone();
    let records = records_of(&log);
    let mut json = log.json;
    edit(&mut json);
    let key = trail().log_key(&chain.spec.account, REGION, hour(1), "Damaged000000001");
    let place = Place::new(BUCKET, &key);
    let body = gzip(&json);
    let damaged = LogRecord::new(place, json.clone(), (log.oldest, log.newest));
    chain.deliver_logs(&mut world, hour(2), vec![(damaged, body)]);
    (records, json, world)
}

/// What the damaged log gives: its records, and whether an error follows them.
fn read_damaged(world: &World) -> (Vec<Vec<u8>>, bool) {
    let (mut found, mut is_broken) = (Vec::new(), false);
    for event in events(world) {
        match event {
            Ok(event) if event.log().1.contains("Damaged") => found.push(event.bytes().to_vec()),
            Ok(_) => {}
            Err(_) => is_broken = true,
        }
    }
    (found, is_broken)
}

#[test]
fn a_log_that_breaks_off_gives_the_records_before_and_an_error() {
    let (records, _, world) = delivered_damaged(|json| json.truncate(json.len() - 3));
    let (found, is_broken) = read_damaged(&world);
    let before = records[..records.len() - 1]
        .iter()
        .map(|r| r.as_bytes().to_vec());
    assert_eq!(found, before.collect::<Vec<_>>());
    assert!(is_broken);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_fuzzed_log_loses_no_record_before_the_damage(
        at in any::<prop::sample::Index>(), with in any::<Vec<u8>>(), removed in 0_usize..40,
    ) {
        let mut place = 0;
        let (records, json, world) = delivered_damaged(|json| {
            place = at.index(json.len());
            let end = (place + removed).min(json.len());
            json.splice(place..end, with);
        });
        let (found, _) = read_damaged(&world);
        // The records that end before the damage.
        let mut from = b"{\"Records\":[".len();
        for (number, record) in records.iter().enumerate() {
            let end = from + record.len();
            if end > place {
                break;
            }
            prop_assert_eq!(&found[number][..], record.as_bytes());
            from = end + 1;
        }
        // Whatever is given stands in the log.
        for record in &found {
            prop_assert!(json.windows(record.len()).any(|part| part == &record[..]));
        }
    }
}
