//! What an attacker can make the program say: the claims of SECURITY.md that no other test shows.

use trailproof::proof::finding::{Code, Verdict};
use trailproof::validate::outcome::Outcome;
use trailproof::validate::request::Request;
use trailproof::{KeyOrigin, KeyRing, PublicKey};

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{ACCOUNT, Case, REGION, hour, spec};
use crate::support::forge::{Chain, ChainSpec, DigestRecord, Trail, World, damage, ts};
use crate::support::requests::within;

/// The outcome of a world, with the keys that AWS publishes for it.
fn outcome(world: &World, request: &Request) -> Outcome {
    prove(&source(world), &ring(world, &[REGION]), request)
}

/// The window from one hour of the usual chain to another.
fn hours(from: i64, to: i64) -> Request {
    within(hour(from) - hour(0), hour(to) - hour(0))
}

fn verdict(outcome: &Outcome) -> (Verdict, Vec<Code>) {
    (outcome.verdict, codes(outcome))
}

/// Removes digests together with the logs they list.
fn remove(world: &mut World, digests: &[DigestRecord]) {
    for digest in digests {
        for log in &digest.logs {
            damage::delete(world, &log.place);
        }
        damage::delete(world, &digest.place);
    }
}

/// The usual chain for four hours, twice, with a stop between them.
fn with_a_restart() -> (World, Chain) {
    let mut world = World::new(24);
    let mut chain = Chain::new(spec());
    chain.start(&mut world, hour(0));
    chain.run_until(&mut world, hour(4));
    chain.cut();
    chain.start(&mut world, hour(6));
    chain.run_until(&mut world, hour(10));
    (world, chain)
}

#[test]
fn a_backfill_digest_removed_with_its_logs_leaves_no_trace() {
    let mut case = Case::new("backfill", 0, "");
    let mut chain = case.chain(8);
    chain.backfill(&mut case.world, hour(3), hour(5), 2, true);
    let request = hours(0, 8);
    let intact = outcome(&case.world, &request);
    assert_eq!(verdict(&intact), (Verdict::Verified, Vec::new()));
    assert_eq!(intact.chains[0].backfill.valid, 1);

    // Where its logs stay, no digest lists them.
    let mut logs_left = case.world.clone();
    damage::delete(&mut logs_left, &chain.backfills[0].place);
    let left = outcome(&logs_left, &request);
    assert_eq!(left.verdict, Verdict::Unproven);
    assert!(
        codes(&left)
            .iter()
            .all(|code| *code == Code::LogUnreferenced)
    );

    remove(&mut case.world, &chain.backfills);
    let removed = outcome(&case.world, &request);
    assert_eq!(verdict(&removed), (Verdict::Verified, Vec::new()));
    assert_eq!(removed.chains[0].backfill.valid, 0);
    let said = removed.not_proven.join("\n");
    assert!(
        said.contains("that no backfill digest was removed"),
        "{said}"
    );
}

#[test]
fn the_newest_digests_are_missed_only_where_the_end_of_the_window_is_given() {
    let mut case = Case::new("tail", 0, "");
    let chain = case.chain(8);
    remove(&mut case.world, &chain.digests[6..]);
    let without = outcome(&case.world, &request());
    assert_eq!(verdict(&without), (Verdict::Verified, Vec::new()));
    let said = without.not_proven.join("\n");
    assert!(said.contains("after"), "{said}");
    let with = outcome(&case.world, &hours(0, 8));
    assert_eq!(verdict(&with), (Verdict::Gaps, vec![Code::CoverageTail]));
}

#[test]
fn the_oldest_digests_are_missed_only_where_the_start_of_the_window_is_given() {
    let mut case = Case::new("head", 0, "");
    let chain = case.chain(8);
    remove(&mut case.world, &chain.digests[..3]);
    let without = outcome(&case.world, &request());
    assert_eq!(verdict(&without), (Verdict::Verified, Vec::new()));
    let with = outcome(&case.world, &hours(0, 8));
    assert_ne!(with.verdict, Verdict::Verified);
    assert!(!codes(&with).is_empty());
}

#[test]
fn all_digests_on_one_side_of_a_restart_are_a_gap_and_not_missing() {
    let (world, chain) = with_a_restart();
    let restart = chain
        .digests
        .iter()
        .position(|digest| digest.end == hour(6));
    let restart = restart.expect("a starting digest");
    let both = outcome(&world, &hours(0, 10));
    assert_eq!(both.verdict, Verdict::Gaps);
    for (side, code, data) in [
        (&chain.digests[..restart], Code::CoverageHead, hours(7, 10)),
        (&chain.digests[restart..], Code::CoverageTail, hours(0, 4)),
    ] {
        let mut world = world.clone();
        remove(&mut world, side);
        // Nothing that remains refers to what was removed.
        let all = outcome(&world, &request());
        assert_eq!(verdict(&all), (Verdict::Verified, Vec::new()));
        let data = outcome(&world, &data);
        assert_eq!(verdict(&data), (Verdict::Verified, Vec::new()));
        let asked = outcome(&world, &hours(0, 10));
        assert_eq!(verdict(&asked), (Verdict::Gaps, vec![code]));
    }
}

#[test]
fn a_segment_removed_between_two_restarts_is_a_longer_gap() {
    let (mut world, mut chain) = with_a_restart();
    chain.cut();
    chain.start(&mut world, hour(12));
    chain.run_until(&mut world, hour(16));
    let gaps = |world: &World| {
        let outcome = outcome(world, &hours(0, 16));
        (outcome.verdict, outcome.chains[0].gaps.len())
    };
    assert_eq!(gaps(&world), (Verdict::Gaps, 2));
    let middle = chain
        .digests
        .iter()
        .filter(|d| (hour(6)..=hour(10)).contains(&d.end));
    let middle: Vec<DigestRecord> = middle.cloned().collect();
    assert_eq!(middle.len(), 5);
    remove(&mut world, &middle);
    assert_eq!(gaps(&world), (Verdict::Gaps, 1));
}

#[test]
fn deleting_what_was_altered_can_turn_failed_into_gaps_but_not_into_verified() {
    let (mut world, chain) = with_a_restart();
    let last = chain
        .digests
        .iter()
        .position(|digest| digest.end == hour(4));
    let last = &chain.digests[last.expect("the last digest before the stop")];
    damage::tamper_digest(&mut world, &last.place);
    let altered = outcome(&world, &hours(0, 10));
    assert_eq!(altered.verdict, Verdict::Failed);
    remove(&mut world, std::slice::from_ref(last));
    let deleted = outcome(&world, &hours(0, 10));
    assert_eq!(deleted.verdict, Verdict::Gaps);
    let (before, after) = (&altered.chains[0], &deleted.chains[0]);
    assert_eq!(
        before.digests.valid, after.digests.valid,
        "nothing more is proven"
    );
}

/// The keys of AWS, where those of the world are an attacker's: valid at the same time, and others.
fn keys_of_aws(world: &World) -> KeyRing {
    let mut ring = KeyRing::default();
    let signed = world.keys.signing_index(REGION, hour(1));
    for key in world.keys.published(REGION, hour(0), hour(1)) {
        let der = world.keys.value_der(REGION, (signed + 1) % 4);
        let validity = (key.valid_from, key.valid_to);
        let key = PublicKey::from_der(&der, validity, KeyOrigin::File).expect("a key");
        ring.add(Some(REGION.parse().expect("a region")), key);
    }
    ring
}

#[test]
fn forged_digests_verify_with_the_forged_keys_and_with_no_others() {
    let mut case = Case::new("forged", 0, "");
    case.chain(4);
    let forged = outcome(&case.world, &request());
    assert_eq!(verdict(&forged), (Verdict::Verified, Vec::new()));
    let said = forged.not_proven.join("\n");
    assert!(said.contains("keys"), "{said}");
    let judged = prove(&source(&case.world), &keys_of_aws(&case.world), &request());
    assert_ne!(judged.verdict, Verdict::Verified);
    let chain = &judged.chains[0];
    assert_eq!((chain.digests.valid, chain.logs.valid), (0, 0));
}

#[test]
fn digests_of_another_account_of_the_region_prove_nothing_here() {
    let mut case = Case::new("foreign", 0, "");
    let chain = case.chain(4);
    // The other account's digests carry signatures by the same keys of AWS.
    let trail = Trail::new("222222222222", REGION, "main", "their-logs");
    let mut other = Chain::new(ChainSpec::new(trail, REGION).logs(1..=1).events(1..=1));
    other.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    other.run_until(&mut case.world, hour(4));
    let mut theirs = World::new(1);
    theirs.buckets = case.world.buckets.clone();
    theirs.buckets.retain(|name, _| name == "their-logs");
    assert_eq!(outcome(&theirs, &request()).verdict, Verdict::Verified);

    for (own, foreign) in chain.digests.iter().zip(&other.digests) {
        damage::copy(&mut case.world, &foreign.place, &own.place);
    }
    case.world.buckets.remove("their-logs");
    let taken = outcome(&case.world, &hours(0, 4));
    assert_eq!(taken.verdict, Verdict::Failed);
    assert!(
        codes(&taken).contains(&Code::DigestIdentityMismatch),
        "{:?}",
        codes(&taken)
    );
    let own = taken
        .chains
        .iter()
        .find(|chain| chain.id.account.as_str() == ACCOUNT);
    assert_eq!(own.expect("the chain").digests.valid, 0);
}
