//! A validation whose answers come from parts: it says what one over the source says, and what no part holds is never
//! missing.

use trailproof::base::cancel::CancelReason;
use trailproof::proof::finding::Verdict;
use trailproof::proof::reason::Reason;
use trailproof::source::memory::MemoryObject;
use trailproof::source::parts::RecordSource;
use trailproof::source::{GetError, Range, RootId, Source as _};
use trailproof::validate::outcome::Outcome;

use super::{again, nothing, recorded, replay};
use crate::library::{prove, request, ring, source};
use crate::support::case::{BUCKET, REGION};
use crate::support::forge::{Place, World, damage};
use crate::support::short_trail::world;

/// What an outcome says, without how often the source was asked.
fn said(outcome: &Outcome) -> String {
    format!(
        "{:?} {} {:#?} {:#?} {:#?} {}",
        outcome.verdict,
        outcome.complete,
        outcome.chains,
        outcome.findings,
        outcome.not_proven,
        outcome.bytes_hashed
    )
}

fn place(key: &str) -> Place {
    Place::new(BUCKET, key)
}

/// Worlds in which different things are wrong.
fn worlds() -> Vec<(&'static str, World)> {
    let mut worlds = vec![("intact", world(6))];
    let mut damaged = |name, damage: fn(&mut World, &[String], &[String])| {
        let mut world = world(6);
        let keys = world.buckets[BUCKET].keys().cloned();
        let (digests, logs): (Vec<_>, Vec<_>) = keys.partition(|key| key.contains("-Digest"));
        damage(&mut world, &digests, &logs);
        worlds.push((name, world));
    };
    damaged("logs", |world, _, logs| {
        damage::modify_log(world, &place(&logs[1]));
        damage::delete(world, &place(&logs[3]));
        damage::truncate_gzip(world, &place(&logs[4]));
        damage::copy(
            world,
            &place(&logs[0]),
            &place(&logs[0].replace("_2026", "0_2026")),
        );
    });
    damaged("digests", |world, digests, _| {
        damage::tamper_digest(world, &place(&digests[2]));
        damage::delete(world, &place(&digests[4]));
    });
    worlds
}

#[test]
fn a_validation_over_parts_says_what_that_over_the_source_said() {
    for (name, world) in worlds() {
        let (memory, keys) = (source(&world), ring(&world, &[REGION]));
        let single = prove(&memory, &keys, &request());
        let (parts, recorded) = again(&memory, |source| prove(source, &keys, &request()));
        assert_eq!(said(&recorded), said(&single), "{name}");
        assert_eq!(
            said(&prove(&parts, &keys, &request())),
            said(&single),
            "{name}"
        );
    }
}

#[test]
fn what_no_part_holds_is_never_missing() {
    let world = world(6);
    let (memory, keys) = (source(&world), ring(&world, &[REGION]));
    let dir = tempfile::tempdir().expect("a folder");
    // The group is that of shard 0, whose part is lost. Shard 1 knows the roots.
    let (path, _) = recorded(dir.path(), 1, &memory, &nothing, |_| ());
    let parts = replay(2, &[&path]);
    let root = parts.roots()[0].id;
    let folder = format!("AWSLogs/111111111111/CloudTrail/{REGION}/");
    let listed = parts.list(root, &folder, &Range::default(), &mut |_| ());
    assert_eq!(listed, Err(GetError::NotInParts(Some(0))));
    let key = format!("{folder}2026/03/01/name");
    assert_eq!(
        parts.get(root, &key, true).err(),
        Some(GetError::NotInParts(Some(0)))
    );
    assert_eq!(parts.stat(root, &key), Err(GetError::NotInParts(Some(0))));
    assert_eq!(parts.stat(root, "other"), Err(GetError::NotInParts(None)));
    assert_eq!(
        parts.folders(root, "", &mut |_| ()),
        Err(GetError::NotInParts(None))
    );
    let outcome = prove(&parts, &keys, &request());
    assert!(!outcome.complete);
    assert_eq!(outcome.verdict, Verdict::Unproven);
    let reasons = outcome.findings.iter().map(|finding| finding.reason);
    assert!(
        reasons
            .clone()
            .any(|reason| reason == Some(Reason::NotInParts))
    );
    for chain in &outcome.chains {
        let (digests, logs) = (&chain.digests, &chain.logs);
        let accused = digests.failed + digests.missing + logs.failed + logs.missing;
        assert_eq!(accused, 0, "{:#?}", outcome.findings);
    }
}

#[test]
fn groups_of_another_shard_are_not_recorded() {
    let world = world(2);
    let memory = source(&world);
    let dir = tempfile::tempdir().expect("a folder");
    let key = world.buckets[BUCKET].keys().next().expect("a key");
    let ask = |source: &RecordSource<'_>| {
        let root = source.roots()[0].id;
        let facts = source.stat(root, key).expect("facts");
        assert!(source.stat(root, "elsewhere").is_err());
        facts
    };
    let (path, _) = recorded(
        dir.path(),
        0,
        &memory,
        &|_, region| region.as_str() == REGION,
        ask,
    );
    let parts = replay(1, &[&path]);
    let root = parts.roots()[0].id;
    assert_eq!(parts.stat(root, key), Err(GetError::NotInParts(None)));
    assert_eq!(parts.stat(root, "elsewhere"), Err(GetError::NotFound));
}

#[test]
fn an_error_that_ends_all_is_no_answer() {
    let world = world(1);
    for ending in [
        GetError::Credentials("expired".into()),
        GetError::ClockSkewed("skewed".into()),
        GetError::Cancelled(CancelReason::Signal),
        GetError::Unreachable,
    ] {
        let mut memory = source(&world);
        memory.put(BUCKET, "key", MemoryObject::default());
        memory.fault(BUCKET, "key", ending.clone());
        memory.fault(BUCKET, "denied", GetError::Denied("s3:GetObject".into()));
        let (parts, ()) = again(&memory, |source| {
            assert!(source.get(RootId(0), "denied", true).is_err());
            assert_eq!(source.ended(), None);
            assert_eq!(
                source.get(RootId(0), "key", true).err(),
                Some(ending.clone())
            );
            assert_eq!(source.ended(), Some(&ending));
        });
        assert_eq!(
            parts.get(RootId(0), "key", true).err(),
            Some(GetError::NotInParts(None))
        );
        let denied = parts.get(RootId(0), "denied", true).err();
        assert_eq!(denied, Some(GetError::Denied("s3:GetObject".into())));
    }
}
