//! A scheduled check, hour by hour: logs that are late, added or replaced among time that earlier runs settled.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use trailproof::proof::finding::{Code, Verdict};
use trailproof::validate::outcome::{ChainOutcome, Outcome};
use trailproof::validate::request::Request;
use trailproof::validate::request::continuation::{Continuation, Continuations, RememberedDigest};

use super::REGION_FOLDER;
use crate::library::{codes, prove, request, ring};
use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, hour, spec};
use crate::support::dated::DatedSource;
use crate::support::forge::{Chain, Object, Place, World, damage, gzip};

/// The hour up to which the first run validates. Its digest is delivered before minute 40 of the next hour.
const SEEN: i64 = 30;

/// When the run of an hour takes place.
fn run_of(at: i64) -> Timestamp {
    minutes(at, 40)
}

fn minutes(at: i64, minutes: i64) -> Timestamp {
    hour(at) + SignedDuration::from_mins(minutes)
}

/// The usual chain over two days.
fn two_days() -> (World, Chain) {
    let mut case = Case::new("peek", 0, "");
    let chain = case.chain(50);
    (case.world, chain)
}

/// Adds a log that no digest lists, with the name of some minute. Returns its key.
fn plant_at(world: &mut World, minute: Timestamp, written: Timestamp) -> String {
    let day = minute.strftime("%Y/%m/%d");
    let name = minute.strftime("%Y%m%dT%H%MZ");
    let key = format!(
        "{REGION_FOLDER}{day}/{ACCOUNT}_CloudTrail_{REGION}_{name}_Injected00000001.json.gz"
    );
    let body = gzip(br#"{"Records":[{"eventName":"Evil"}]}"#);
    world.put(&Place::new(BUCKET, &key), Object::delivered(body, written));
    key
}

/// A run at some time.
fn run(
    world: &World,
    source: &DatedSource,
    now: Timestamp,
    continues: Option<Continuations>,
) -> Outcome {
    let request = Request {
        from: Some(hour(0)),
        to: Some(now),
        now: Some(now),
        as_of: Some(now),
        continues,
        ..request()
    };
    prove(source, &ring(world, &[REGION]), &request)
}

/// Where the run after this one continues, at the latest.
fn after(one: &ChainOutcome, looked_at: Timestamp) -> Continuations {
    let (_, newest) = &**one.anchors.as_ref().expect("proven digests");
    let waits = one
        .waiting_since
        .map(|at| at - SignedDuration::from_hours(1));
    let continuation = Continuation {
        from: waits.map_or(newest.end, |at| at.min(newest.end)),
        head: Some(RememberedDigest {
            bucket: newest.bucket.to_string(),
            key: newest.key.clone(),
            sha256: newest.sha256,
            time: trailproof::base::time::Window::new(newest.start, newest.end),
        }),
        looked_at,
    };
    Continuations {
        chains: BTreeMap::from([(one.id.clone(), continuation)]),
        complete_at: Some(looked_at),
    }
}

/// The verdict of the first run, and what it leaves. It takes place before anything happens.
fn left_by(world: &World) -> (Verdict, Continuations) {
    let now = run_of(SEEN);
    let outcome = run(world, &DatedSource::at(world, now), now, None);
    let mut continues = after(&outcome.chains[0], now);
    // The logs of the hour that is not proven yet are younger than all that is settled.
    for continuation in continues.chains.values_mut() {
        continuation.from = hour(SEEN);
    }
    (outcome.verdict, continues)
}

/// What the first run leaves, if it found nothing wrong.
fn first(world: &World) -> Continuations {
    let (verdict, continues) = left_by(world);
    assert_eq!(verdict, Verdict::Verified);
    continues
}

/// The run of an hour that continues another, and the window of its chain.
fn next(world: &World, at: i64, continues: Continuations) -> (Outcome, Box<ChainOutcome>) {
    let now = run_of(at);
    let outcome = run(world, &DatedSource::at(world, now), now, Some(continues));
    let one = outcome.chains[0].clone();
    (outcome, one)
}

#[test]
fn a_quiet_run_lists_the_logs_before_its_window_and_reads_none() {
    let (world, chain) = two_days();
    let source = DatedSource::at(&world, run_of(SEEN + 1));
    let outcome = run(&world, &source, run_of(SEEN + 1), Some(first(&world)));
    assert_eq!(outcome.verdict, Verdict::Verified, "{:?}", codes(&outcome));
    assert_eq!(outcome.chains[0].window.from, hour(SEEN));
    // Once before the window, and once for the window.
    let folders = source.listed().into_iter().filter(|f| f == REGION_FOLDER);
    assert_eq!(folders.count(), 2);
    let read = source.read();
    let is_read = |place: &Place| read.contains(&place.key);
    let (settled, later) = chain.digests.split_at(SEEN as usize + 1);
    let mut logs = settled.iter().flat_map(|digest| &digest.logs);
    assert!(logs.all(|log| !is_read(&log.place)));
    assert!(later[0].logs.iter().all(|log| is_read(&log.place)));
    // The digest of the window, the last one before it, and no other.
    let digests = settled[..SEEN as usize].iter();
    assert_eq!(digests.filter(|digest| is_read(&digest.place)).count(), 0);
}

#[test]
fn a_log_that_is_added_to_a_proven_hour_is_found() {
    let (mut world, _) = two_days();
    let continues = first(&world);
    let minute = hour(7);
    let key = plant_at(&mut world, minute, minutes(SEEN + 1, 10));
    let (outcome, one) = next(&world, SEEN + 1, continues.clone());
    assert_eq!(codes(&outcome), [Code::LogUnreferenced]);
    assert_eq!(outcome.verdict, Verdict::Unproven);
    let finding = outcome
        .findings
        .iter()
        .find(|f| f.code == Code::LogUnreferenced);
    assert_eq!(finding.and_then(|f| f.key.as_deref()), Some(&*key));
    let begin = one.window.from;
    assert!(hour(5) < begin && begin <= hour(6), "{begin}");
    // A run that read the source after that saw it already.
    let mut later = continues;
    for continuation in later.chains.values_mut() {
        continuation.looked_at = minutes(SEEN + 1, 21);
    }
    let (outcome, one) = next(&world, SEEN + 1, later);
    assert_eq!((codes(&outcome), one.window.from), (Vec::new(), hour(SEEN)));
}

#[test]
fn a_local_clock_that_is_ahead_hides_no_new_log() {
    let (mut world, _) = two_days();
    let mut continues = first(&world);
    plant_at(&mut world, hour(7), minutes(SEEN + 1, 10));
    for continuation in continues.chains.values_mut() {
        continuation.looked_at = minutes(SEEN + 1, 30);
    }
    let now = run_of(SEEN + 1);
    let request = Request {
        from: Some(hour(0)),
        to: Some(now),
        now: Some(now),
        as_of: Some(now),
        clock_ahead: Some(1_800),
        continues: Some(continues),
        ..request()
    };
    let ring = ring(&world, &[REGION]);
    let outcome = prove(&DatedSource::at(&world, now), &ring, &request);
    assert_eq!(codes(&outcome), [Code::LogUnreferenced]);
}

#[test]
fn an_object_of_any_name_that_is_added_is_found() {
    let (mut world, _) = two_days();
    let continues = first(&world);
    let written = minutes(SEEN + 1, 10);
    let objects = ["2026/03/01/evil.json", "2026/03/01/.hidden"];
    for name in objects {
        let place = Place::new(BUCKET, &format!("{REGION_FOLDER}{name}"));
        world.put(&place, Object::delivered(b"{}".to_vec(), written));
    }
    let (outcome, one) = next(&world, SEEN + 1, continues);
    assert_eq!(codes(&outcome), [Code::LogUnreferenced]);
    assert!(one.window.from < hour(7), "{}", one.window.from);
}

#[test]
fn a_log_that_is_replaced_in_a_proven_hour_is_found() {
    let (mut world, chain) = two_days();
    let continues = first(&world);
    let log = chain.digests[20].logs[0].place.clone();
    damage::modify_log(&mut world, &log);
    world.object_mut(&log).last_modified = minutes(SEEN + 1, 10);
    let (outcome, one) = next(&world, SEEN + 1, continues);
    assert_eq!(codes(&outcome), [Code::LogModified]);
    assert!(one.window.from < hour(20), "{}", one.window.from);
}

#[test]
fn a_late_log_waits_for_its_backfill_digest() {
    let (mut world, mut chain) = two_days();
    let mut continues = first(&world);
    chain.backfill(&mut world, hour(20), hour(40), 1, false);
    let log = chain.backfills[0].logs[0].place.clone();
    world.object_mut(&log).last_modified = minutes(SEEN + 1, 5);
    for at in [SEEN + 1, SEEN + 2, 39] {
        let (outcome, one) = next(&world, at, continues);
        assert_eq!(
            outcome.verdict,
            Verdict::Verified,
            "{at}: {:?}",
            codes(&outcome)
        );
        let since = one.waiting_since.expect("an object");
        assert!(
            hour(19) - SignedDuration::from_mins(5) < since && since <= hour(20),
            "{at}: {since}"
        );
        assert_eq!(one.backfill.valid, 0);
        continues = after(&one, run_of(at));
    }
    let (outcome, one) = next(&world, 40, continues);
    assert_eq!(outcome.verdict, Verdict::Verified, "{:?}", codes(&outcome));
    assert_eq!(one.backfill.valid, 1);
    assert!(one.waiting_since.is_none_or(|since| since > hour(40)));
}

#[test]
fn a_late_log_that_no_backfill_digest_lists_is_found_after_a_day() {
    let (mut world, _) = two_days();
    let mut continues = first(&world);
    plant_at(&mut world, hour(20), minutes(SEEN + 1, 10));
    let mut found = Vec::new();
    for at in SEEN + 1..=46 {
        let (outcome, one) = next(&world, at, continues);
        if codes(&outcome) == [Code::LogUnreferenced] {
            found.push(at);
        }
        continues = after(&one, run_of(at));
    }
    assert_eq!(found.first(), Some(&44), "{found:?}");
}

#[test]
fn the_logs_of_a_late_backfill_digest_are_checked() {
    let (mut world, mut chain) = two_days();
    chain.backfill(&mut world, hour(20), hour(SEEN + 1), 1, false);
    let continues = first(&world);
    let log = chain.backfills[0].logs[0].place.clone();
    // It was written before the first run, so only its digest leads to it.
    world.object_mut(&log).last_modified = hour(20);
    let (outcome, one) = next(&world, SEEN + 1, continues.clone());
    assert_eq!(outcome.verdict, Verdict::Verified, "{:?}", codes(&outcome));
    assert_eq!((one.window.from, one.backfill.valid), (hour(SEEN), 1));
    damage::modify_log(&mut world, &log);
    let (outcome, _) = next(&world, SEEN + 1, continues);
    assert_eq!(codes(&outcome), [Code::LogModified]);
    assert_eq!(outcome.verdict, Verdict::Failed);
}

#[test]
fn where_the_logs_before_the_window_cannot_be_listed_all_of_them_are_judged() {
    let (mut world, _) = two_days();
    let mut continues = first(&world);
    plant_at(&mut world, hour(7), minutes(SEEN + 1, 10));
    for continuation in continues.chains.values_mut() {
        continuation.looked_at = run_of(SEEN + 1);
    }
    let now = run_of(SEEN + 1);
    let source = DatedSource::at(&world, now).deny_once(REGION_FOLDER);
    let outcome = run(&world, &source, now, Some(continues));
    assert_eq!(codes(&outcome), [Code::LogUnreferenced]);
    assert_eq!(outcome.chains[0].window.from, hour(SEEN - 25));
}

#[test]
fn an_object_before_the_first_digest_of_a_chain_makes_no_gap() {
    let mut world = World::new(7);
    let mut chain = Chain::new(spec());
    chain.start(&mut world, hour(SEEN - 5));
    chain.run_until(&mut world, hour(50));
    let (_, continues) = left_by(&world);
    plant_at(&mut world, hour(SEEN - 10), minutes(SEEN + 1, 10));
    let (outcome, one) = next(&world, SEEN + 1, continues);
    assert_eq!(codes(&outcome), Vec::new());
    assert_eq!(one.window.from, hour(SEEN - 5));
}

#[test]
fn a_gap_just_before_a_new_object_is_not_reported_again() {
    let mut world = World::new(8);
    let mut chain = Chain::new(spec());
    chain.start(&mut world, hour(0));
    chain.stop(&mut world, minutes(20, 30));
    chain.start(&mut world, hour(22));
    chain.run_until(&mut world, hour(50));
    let (verdict, continues) = left_by(&world);
    assert_eq!(verdict, Verdict::Gaps);
    let mut near = world.clone();
    plant_at(&mut near, minutes(22, 30), minutes(SEEN + 1, 10));
    let (outcome, one) = next(&near, SEEN + 1, continues.clone());
    assert_eq!(codes(&outcome), Vec::new());
    assert_eq!(one.window.from, hour(22));
    assert!(one.waiting_since.is_some_and(|since| since < hour(23)));
    // An object inside the gap is news.
    plant_at(&mut world, minutes(21, 30), minutes(SEEN + 1, 10));
    let (outcome, one) = next(&world, SEEN + 1, continues);
    assert_eq!(codes(&outcome), [Code::Gap]);
    assert_eq!(one.gaps[0].undigested.map(|logs| logs.count), Some(1));
}
