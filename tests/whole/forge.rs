//! The forge itself: it writes what CloudTrail writes, as far as that is known.

use std::collections::BTreeSet;

use rand::SeedableRng as _;
use serde_json::{Value, json};
use trailproof::cloudtrail::event::{
    BucketChange, Call, Event, KeyChange, RemovedObject, TrailChange, TrailRef, TrailSettings, Turn,
};

use crate::support::forge::text::sha256_hex;
use crate::support::forge::{
    Chain, ChainSpec, Rng, Trail, World, events, gunzip, identity, log_json, ts,
};
use crate::support::records::read_events;

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
    let real = include_str!("../support/real/digest-2023-10-15.json");
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
    let seconds = |d: &crate::support::forge::DigestRecord| (d.end - d.start).as_secs();
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

/// The events of logs that a chain's digests list with the right hash, by time.
fn proven(world: &World, chain: &Chain) -> Vec<Event> {
    let mut events = Vec::new();
    for digest in &chain.digests {
        let json = gunzip(&world.object(&digest.place).body);
        let digest: Value = serde_json::from_slice(&json).expect("a digest");
        for log in digest["logFiles"].as_array().expect("logs") {
            let text = |name: &str| log[name].as_str().expect("a text");
            let place = crate::support::forge::Place::new(text("s3Bucket"), text("s3Object"));
            let json = gunzip(&world.object(&place).body);
            assert_eq!(sha256_hex(&json), text("hashValue"));
            let (records, of_log) = read_events(&json);
            assert!(!records.broken && records.odd == 0);
            events.extend(of_log);
        }
    }
    events.sort();
    events
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

#[test]
fn a_trail_created_changed_deleted_and_created_again_says_so_in_proven_logs() {
    let mut world = World::new(8);
    let w = &mut world;
    let trail =
        Trail::new("111122223333", "eu-west-1", "main", "logs").organization("o-a1b2c3d4e5");
    let arn = trail.arn();
    let mut chain = Chain::new(ChainSpec::new(trail.clone(), "eu-west-1"));
    let mut member = Chain::new(ChainSpec::new(trail, "eu-west-1").account("444455556666"));
    chain.create(w, ts("2026-01-01T00:17:28Z"), true);
    member.create(w, ts("2026-01-01T00:17:28Z"), true);
    chain.run_until(w, ts("2026-01-01T03:17:28Z"));
    member.run_until(w, ts("2026-01-01T03:17:28Z"));
    chain.update(
        ts("2026-01-01T03:20:00Z"),
        json!({"isMultiRegionTrail": false}),
    );
    chain.stop_with(w, ts("2026-01-01T04:40:00Z"), "DeleteTrail");
    chain.create(w, ts("2026-01-01T06:00:00Z"), false);
    chain.run_until(w, ts("2026-01-01T08:00:00Z"));
    assert_eq!(proven(&world, &member), vec![]);
    let events = proven(&world, &chain);
    let expected = [
        "CreateTrail",
        "StartLogging",
        "UpdateTrail",
        "DeleteTrail",
        "CreateTrail",
        "StartLogging",
    ];
    assert_eq!(names(&events), expected);
    let created = |multi_region| {
        let settings = TrailSettings {
            organization: Some(true),
            global_events: Some(true),
            prefix: None,
            kms_key: None,
            sns_topic: None,
            log_group: None,
            validation: Some(true),
            bucket: Some("logs".to_owned()),
            multi_region: Some(multi_region),
        };
        Call::Trail(
            TrailRef::Name("main".parse().unwrap()),
            TrailChange::Create(settings),
        )
    };
    assert_eq!(events[0].call, created(true));
    assert_eq!(events[0].time, ts("2026-01-01T00:17:26Z"));
    assert_eq!(events[4].call, created(false));
    let settings = TrailSettings {
        multi_region: Some(false),
        ..TrailSettings::default()
    };
    let by_arn = TrailRef::Arn(arn.parse().unwrap());
    assert_eq!(
        events[2].call,
        Call::Trail(by_arn, TrailChange::Update(settings))
    );
}

#[test]
fn deeds_stand_in_the_next_log_and_are_proven_by_its_digest() {
    let mut world = World::new(9);
    let w = &mut world;
    let trail = Trail::new("111122223333", "us-west-2", "main", "logs");
    let arn = trail.arn();
    let mut chain = Chain::new(ChainSpec::new(trail, "us-west-2"));
    chain.start(w, ts("2026-01-01T00:17:28Z"));
    chain.run_until(w, ts("2026-01-01T02:17:28Z"));
    let minute = |n: u32| ts(&format!("2026-01-01T02:{n:02}:00Z"));
    let whose = ("111122223333", "us-west-2");
    let key = chain.last().place.key.clone();
    let kms = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let s3 = [
        (
            "DeleteObject",
            Some(key.as_str()),
            Call::Remove("logs".to_owned(), vec![RemovedObject::current(&key)]),
        ),
        (
            "DeleteObjects",
            None,
            Call::Remove("logs".to_owned(), vec![]),
        ),
        (
            "DeleteObjects",
            Some(&key),
            Call::Remove("logs".to_owned(), vec![RemovedObject::current(&key)]),
        ),
        (
            "PutObject",
            Some(&key),
            Call::Write("logs".to_owned(), key.clone()),
        ),
        (
            "CopyObject",
            Some(&key),
            Call::Write("logs".to_owned(), key.clone()),
        ),
        (
            "PutBucketLifecycle",
            None,
            Call::Bucket("logs".to_owned(), BucketChange::Lifecycle, Turn::Set),
        ),
        (
            "PutBucketPolicy",
            None,
            Call::Bucket("logs".to_owned(), BucketChange::Policy, Turn::Set),
        ),
        (
            "PutBucketVersioning",
            None,
            Call::Bucket("logs".to_owned(), BucketChange::Versioning, Turn::Removed),
        ),
    ];
    let mut expected = vec![("StartLogging", None)];
    for (n, (name, key, call)) in (20..).zip(&s3) {
        chain.record(events::s3_event(whose, name, "logs", *key, minute(n), None));
        expected.push((name, Some(call.clone())));
    }
    chain.record(events::delivery_event(whose, "logs", &key, minute(40)));
    for (n, name, change) in [
        (41, "DisableKey", KeyChange::Disabled),
        (42, "ScheduleKeyDeletion", KeyChange::DeletionScheduled),
    ] {
        chain.record(events::kms_event(name, kms, minute(n), None));
        expected.push((name, Some(Call::Key(kms.to_owned(), change))));
    }
    let denied = Some("AccessDenied");
    let params = json!({"name": arn});
    let stop = events::cloudtrail_event("StopLogging", &arn, minute(50), denied, params.clone());
    chain.record(stop);
    let by_another = events::cloudtrail_event_by(
        "444455556666",
        "StopLogging",
        &arn,
        minute(51),
        denied,
        params,
    );
    chain.record(by_another);
    let delete = events::s3_event(
        whose,
        "DeleteObject",
        "logs",
        Some(&key),
        minute(52),
        denied,
    );
    chain.record(delete);
    chain.record(events::kms_event("DisableKey", kms, minute(53), denied));
    expected.extend(
        ["StopLogging", "StopLogging", "DeleteObject", "DisableKey"].map(|name| (name, None)),
    );
    let before = chain.digests.len();
    chain.run_until(w, ts("2026-01-01T04:17:28Z"));
    let events = proven(&world, &chain);
    assert_eq!(
        names(&events),
        expected.iter().map(|(name, _)| *name).collect::<Vec<_>>()
    );
    for (event, (name, call)) in events.iter().zip(&expected) {
        if let Some(call) = call {
            assert_eq!(event.call, *call, "{name}");
        }
        let actor = event.actor.as_ref().expect("somebody");
        assert_eq!(actor.session.as_deref(), Some("mallory"));
        let account = event.account.as_ref().map(|account| account.as_str());
        assert_eq!(account, actor.account.as_deref());
        assert_eq!(
            event.error_code.as_deref(),
            denied.filter(|_| event.time >= minute(50))
        );
    }
    let accounts: BTreeSet<_> = events
        .iter()
        .filter_map(|event| event.account.clone())
        .collect();
    assert_eq!(accounts.len(), 2);
    let count = |log: &crate::support::forge::digest::LogRecord| read_events(&log.json).1.len();
    assert_eq!(
        chain.digests[before].logs.iter().map(count).sum::<usize>(),
        events.len() - 1
    );
}
