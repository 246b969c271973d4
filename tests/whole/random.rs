//! Random chains with random stops, removals and damage: whatever is called verified is intact, and
//! no restart is missed.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt as _, SeedableRng as _};
use trailproof::proof::coverage::State;
use trailproof::proof::finding::{Severity, Verdict};
use trailproof::validate::outcome::ChainOutcome;

use crate::library::{prove, request, ring, source};
use crate::support::case::{REGION, spec};
use crate::support::forge::{Chain, DigestRecord, Rng, World, damage, ts};

/// A chain of some twenty digests with up to three restarts.
pub fn build(rng: &mut Rng, seed: u64) -> (World, Chain) {
    let mut world = World::new(seed);
    let mut chain = Chain::new(spec().logs(0..=1).events(1..=1));
    let mut at = ts("2026-03-01T00:12:34Z");
    chain.start(&mut world, at);
    for segment in 0..rng.random_range(1..=4) {
        if segment > 0 {
            let (off, stop) = (rng.random_range(60..20_000), rng.random_range(60..3600));
            if rng.random_bool(0.5) {
                at = chain.end() + SignedDuration::from_secs(stop);
                chain.stop(&mut world, at);
            } else {
                chain.cut();
            }
            at = chain.end() + SignedDuration::from_secs(off);
            chain.start(&mut world, at);
        }
        at += SignedDuration::from_hours(rng.random_range(1..8));
        chain.run_until(&mut world, at);
    }
    (world, chain)
}

/// Damages some digests and logs. Returns the digests that no longer prove their time.
pub fn damage_some(rng: &mut Rng, world: &mut World, chain: &Chain) -> BTreeSet<Timestamp> {
    let mut harmed = BTreeSet::new();
    for digest in &chain.digests {
        if !rng.random_bool(0.2) {
            continue;
        }
        match rng.random_range(0..6) {
            0 | 1 => drop(damage::delete(world, &digest.place)),
            2 => damage::tamper_digest(world, &digest.place),
            3 => damage::truncate_gzip(world, &digest.place),
            4 => damage::wrong_metadata_signature(world, &digest.place),
            _ => match digest.logs.first() {
                Some(log) => damage::modify_log(world, &log.place),
                None => continue,
            },
        }
        harmed.insert(digest.end);
    }
    harmed
}

fn covers(digest: &DigestRecord, at: Timestamp) -> bool {
    !digest.starting && digest.start <= at && at < digest.end
}

/// In every case: coverage is contiguous over the window, and each verified instant is in the
/// interval of an intact digest.
fn assert_sound(seed: u64, outcome: &ChainOutcome, chain: &Chain, harmed: &BTreeSet<Timestamp>) {
    let coverage = &outcome.coverage;
    assert_eq!(
        coverage.first().map(|s| s.time.from),
        Some(outcome.window.from),
        "seed {seed}"
    );
    assert_eq!(
        coverage.last().map(|s| s.time.to),
        Some(outcome.window.to),
        "seed {seed}"
    );
    assert!(
        coverage.windows(2).all(|p| p[0].time.to == p[1].time.from),
        "seed {seed}"
    );
    for stretch in coverage {
        let mut at = stretch.time.from;
        while at < stretch.time.to {
            let sound = chain
                .digests
                .iter()
                .any(|d| covers(d, at) && !harmed.contains(&d.end));
            if stretch.state == State::Verified {
                assert!(sound, "seed {seed}: {at} is called verified");
            }
            at += SignedDuration::from_secs(10);
        }
    }
}

#[test]
fn a_random_chain_without_damage_is_verified_but_for_its_restarts() {
    for seed in 0..40 {
        let mut rng = Rng::seed_from_u64(seed);
        let (world, chain) = build(&mut rng, seed);
        let outcome = prove(&source(&world), &ring(&world, &[REGION]), &request());
        let one = &outcome.chains[0];
        assert_sound(seed, one, &chain, &BTreeSet::new());
        let restarts: Vec<Timestamp> = one
            .gaps
            .iter()
            .filter(|g| g.restart.is_some())
            .map(|g| g.time.to)
            .collect();
        let known: Vec<Timestamp> = chain
            .digests
            .iter()
            .skip(1)
            .filter(|d| d.starting)
            .map(|d| d.end)
            .collect();
        assert_eq!(restarts, known, "seed {seed}");
        for (gap, at) in one.gaps.iter().zip(&known) {
            let before = chain.digests.iter().map(|d| d.end).rfind(|end| end < at);
            assert_eq!(Some(gap.time.from), before, "seed {seed}");
        }
        let gaps: i64 = one.gaps.iter().map(|g| g.time.seconds()).sum();
        let verified: i64 = one
            .coverage
            .iter()
            .filter(|s| s.state == State::Verified)
            .map(|s| s.time.seconds())
            .sum();
        assert_eq!(gaps + verified, one.window.seconds(), "seed {seed}");
        assert_eq!(
            outcome.verdict == Verdict::Verified,
            known.is_empty(),
            "seed {seed}"
        );
        assert!(
            outcome.findings.iter().all(|f| f.severity <= Severity::Gap),
            "seed {seed}"
        );
    }
}

#[test]
fn damage_is_never_called_verified_with_or_without_metadata() {
    let (mut judged, mut reported) = (0, 0);
    for seed in 1000..1080 {
        let mut rng = Rng::seed_from_u64(seed);
        let (mut world, chain) = build(&mut rng, seed);
        let ring = ring(&world, &[REGION]);
        let harmed = damage_some(&mut rng, &mut world, &chain);
        let mut request = request();
        request.from = Some(ts("2026-03-01T00:12:34Z"));
        request.to = Some(chain.end());
        request.as_of = Some(chain.end() + SignedDuration::from_hours(24));
        let outcome = prove(&source(&world), &ring, &request);
        let Some(one) = outcome.chains.first() else {
            continue;
        };
        assert_sound(seed, one, &chain, &harmed);
        let covering = chain
            .digests
            .iter()
            .skip(1)
            .any(|d| harmed.contains(&d.end));
        if covering {
            assert_ne!(outcome.verdict, Verdict::Verified, "seed {seed}");
        }
        // A single damaged digest in the middle of a segment is reported with its own code.
        let segments = chain
            .digests
            .windows(3)
            .filter(|w| harmed.contains(&w[1].end));
        if segments
            .clone()
            .any(|w| !w[1].starting && !w[2].starting && !harmed.contains(&w[2].end))
        {
            assert_eq!(outcome.verdict, Verdict::Failed, "seed {seed}");
            reported += 1;
        }

        // Without metadata a wrong signature does no harm; the other damage does.
        let mut bare = world.clone();
        for digest in &chain.digests {
            if bare.get(&digest.place).is_some() {
                damage::drop_metadata(&mut bare, &digest.place);
            }
        }
        let outcome = prove(&source(&bare), &ring, &request);
        let Some(one) = outcome.chains.first() else {
            continue;
        };
        let still: BTreeSet<Timestamp> = chain
            .digests
            .iter()
            .filter(|d| harmed.contains(&d.end))
            .filter(|d| {
                let same = world
                    .get(&d.place)
                    .is_some_and(|o| o.body == crate::support::forge::gzip(&d.json));
                let logs = d
                    .logs
                    .iter()
                    .all(|l| world.object(&l.place).body == crate::support::forge::gzip(&l.json));
                !(same && logs)
            })
            .map(|d| d.end)
            .collect();
        assert_sound(seed, one, &chain, &still);
        assert_ne!(
            outcome.verdict,
            Verdict::Verified,
            "seed {seed}: the newest is not proven"
        );
        judged += 1;
    }
    assert!(
        judged > 70 && reported > 20,
        "{judged} worlds judged, {reported} told for what they are"
    );
}
