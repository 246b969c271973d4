//! Random trails in two regions, stopped, deleted, changed and damaged at random. No cause is
//! reported that the forge did not make, no restart is missed, and nothing is called verified
//! wrongly.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use trailproof::proof::coverage::State;
use trailproof::proof::gap::{Cause, Certainty, Gap};
use trailproof::validate::outcome::ChainOutcome;

use crate::library::{prove, request, ring, source};
use crate::support::case::{HOME, REGION, wide_trail};
use crate::support::forge::deeds::cloudtrail_event;
use crate::support::forge::{Chain, ChainSpec, Rng, World, damage, ts};

/// A stretch without digests that the forge made, and its cause.
#[derive(Debug, Clone, Copy)]
struct Off {
    cause: Option<Cause>,
    /// The end of the last digest before it.
    from: Timestamp,
    to: Timestamp,
}

struct Forged {
    world: World,
    chains: [Chain; 2],
    offs: [Vec<Off>; 2],
}

/// A trail in its home region and in another, with some stretches without digests.
fn forge(rng: &mut Rng, seed: u64) -> Forged {
    let mut world = World::new(seed);
    let chain = |region| {
        Chain::new(
            ChainSpec::new(wide_trail(), region)
                .logs(0..=1)
                .events(1..=1),
        )
    };
    let mut chains = [HOME, REGION].map(chain);
    let mut offs = [Vec::new(), Vec::new()];
    let mut at = ts("2026-03-01T00:12:34Z");
    chains.iter_mut().for_each(|c| c.start(&mut world, at));
    for _ in 0..rng.random_range(1..4) {
        at += SignedDuration::from_secs(rng.random_range(3..7) * 3600);
        chains.iter_mut().for_each(|c| c.run_until(&mut world, at));
        if rng.random_bool(0.3) {
            let arn = wide_trail().arn();
            let refused = cloudtrail_event(
                "StopLogging",
                &arn,
                chains[0].end() + SignedDuration::from_secs(60),
                Some("AccessDenied"),
                json!({"name": arn}),
            );
            chains[0].record(refused);
        }
        let stop = chains[0].end() + SignedDuration::from_secs(rng.random_range(60..3600));
        let how = rng.random_range(0..4);
        for chain in &mut chains {
            match how {
                0 => chain.stop(&mut world, stop),
                1 => chain.stop_with(&mut world, stop, "DeleteTrail"),
                2 => chain.disable_validation(&mut world, stop),
                _ => chain.cut(),
            }
        }
        let cause = match how {
            0 => Some(Cause::LoggingStopped),
            1 => Some(Cause::TrailDeleted),
            2 => Some(Cause::ValidationDisabled),
            _ => None,
        };
        let ends = chains.each_ref().map(Chain::end);
        at = ends[0].max(ends[1]) + SignedDuration::from_secs(rng.random_range(60..20_000));
        for ((chain, offs), from) in chains.iter_mut().zip(&mut offs).zip(ends) {
            match how {
                1 => chain.create(&mut world, at, true),
                _ => chain.start(&mut world, at),
            }
            offs.push(Off {
                cause,
                from,
                to: at,
            });
        }
    }
    at += SignedDuration::from_hours(4);
    chains.iter_mut().for_each(|c| c.run_until(&mut world, at));
    Forged {
        world,
        chains,
        offs,
    }
}

/// Removes or alters some digests and logs. Returns the ends of the digests that no longer prove
/// their time.
fn damage_some(rng: &mut Rng, world: &mut World, chain: &Chain) -> BTreeSet<Timestamp> {
    let mut harmed = BTreeSet::new();
    for digest in &chain.digests {
        if !rng.random_bool(0.15) {
            continue;
        }
        match rng.random_range(0..4) {
            0 | 1 => drop(damage::delete(world, &digest.place)),
            2 => damage::tamper_digest(world, &digest.place),
            _ => match digest.logs.first() {
                Some(log) => damage::modify_log(world, &log.place),
                None => continue,
            },
        }
        harmed.insert(digest.end);
    }
    harmed
}

fn is_explained(gap: &Gap) -> bool {
    matches!(
        gap.cause,
        Cause::LoggingStopped | Cause::TrailDeleted | Cause::ValidationDisabled
    )
}

/// Checks one chain and returns the number of explained gaps.
fn check(
    seed: u64,
    outcome: &ChainOutcome,
    chain: &Chain,
    offs: &[Off],
    harmed: &BTreeSet<Timestamp>,
) -> usize {
    let coverage = &outcome.coverage;
    let sum: i64 = coverage.iter().map(|s| s.time.seconds()).sum();
    assert_eq!(sum, outcome.window.seconds(), "seed {seed}: {}", outcome.id);
    assert!(
        coverage.windows(2).all(|p| p[0].time.to == p[1].time.from),
        "seed {seed}"
    );
    for stretch in coverage.iter().filter(|s| s.state == State::Verified) {
        let mut at = stretch.time.from;
        while at < stretch.time.to {
            let mut digests = chain.digests.iter().filter(|d| !d.starting);
            let sound = digests.any(|d| d.start <= at && at < d.end && !harmed.contains(&d.end));
            assert!(
                sound,
                "seed {seed}: {} at {at} is called verified",
                outcome.id
            );
            at += SignedDuration::from_secs(30);
        }
    }
    // An intact starting digest is reported as a restart.
    for restart in chain
        .digests
        .iter()
        .skip(1)
        .filter(|d| d.starting && !harmed.contains(&d.end))
    {
        let reported = outcome.gaps.iter().any(|g| g.restart == Some(restart.end));
        assert!(
            reported,
            "seed {seed}: the restart at {} is missed",
            restart.end
        );
    }
    for gap in &outcome.gaps {
        let named = is_explained(gap);
        assert_eq!(named, gap.caused_by.is_some(), "seed {seed}: {gap:?}");
        assert_eq!(
            named,
            gap.certainty != Certainty::None,
            "seed {seed}: {gap:?}"
        );
        let made = |off: &Off| {
            off.cause == Some(gap.cause) && off.from <= gap.time.from && gap.time.to <= off.to
        };
        assert!(
            !named || offs.iter().any(made),
            "seed {seed}: {}: {gap:#?}\n{offs:#?}",
            outcome.id
        );
    }
    outcome.gaps.iter().filter(|g| is_explained(g)).count()
}

#[test]
fn exactly_the_stops_in_proven_logs_are_reported() {
    for seed in 0..40 {
        let mut rng = Rng::seed_from_u64(seed);
        let forged = forge(&mut rng, seed);
        let keys = ring(&forged.world, &[HOME, REGION]);
        let outcome = prove(&source(&forged.world), &keys, &request());
        for (chain, offs) in forged.chains.iter().zip(&forged.offs) {
            let one = outcome
                .chains
                .iter()
                .find(|c| c.id.region.as_str() == chain.spec.region);
            let one = one.expect("the chain");
            let explained = check(seed, one, chain, offs, &BTreeSet::new());
            let made = offs.iter().filter(|off| off.cause.is_some()).count();
            assert_eq!(explained, made, "seed {seed}: {}: {:#?}", one.id, one.gaps);
        }
    }
}

#[test]
fn damage_never_leads_to_a_false_cause() {
    let (mut explained, mut open) = (0, 0);
    for seed in 5000..5120 {
        let mut rng = Rng::seed_from_u64(seed);
        let mut forged = forge(&mut rng, seed);
        let keys = ring(&forged.world, &[HOME, REGION]);
        let harmed = forged
            .chains
            .each_ref()
            .map(|chain| damage_some(&mut rng, &mut forged.world, chain));
        let mut request = request();
        request.from = Some(ts("2026-03-01T00:12:34Z"));
        request.to = Some(forged.chains[0].end());
        request.as_of = Some(forged.chains[0].end() + SignedDuration::from_hours(24));
        let outcome = prove(&source(&forged.world), &keys, &request);
        for ((chain, offs), harmed) in forged.chains.iter().zip(&forged.offs).zip(&harmed) {
            let one = outcome
                .chains
                .iter()
                .find(|c| c.id.region.as_str() == chain.spec.region);
            let Some(one) = one else { continue };
            let named = check(seed, one, chain, offs, harmed);
            explained += named;
            open += one.gaps.len() - named;
        }
    }
    assert!(
        explained > 100 && open > 50,
        "{explained} explained, {open} not"
    );
}
