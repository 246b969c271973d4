//! A chain removed from a random trail, with or without its logs, is never verified where anything that
//! remains names it. Where nothing does, the rest is as verified as before.

use rand::{RngExt as _, SeedableRng as _};
use trailproof::proof::finding::{Code, Verdict};
use trailproof::validate::outcome::Outcome;
use trailproof::validate::request::Request;

use crate::library::{prove, request, ring, source};
use crate::support::case::hour;
use crate::support::forge::{Chain, Rng, Trail, World};
use crate::support::missing_chains::{
    ACCOUNTS, REGIONS, account_trail, id, organization_trail, remove, trail_of,
};

const SEEDS: u64 = 40;

/// A random trail: of an account or of an organization, in one to three regions.
fn random_trail(rng: &mut Rng, world: &mut World) -> (Trail, Vec<Chain>) {
    let regions = &REGIONS[..rng.random_range(1..=3)];
    let hours = rng.random_range(3..=5);
    let (trail, accounts) = match rng.random_bool(0.5) {
        true => (account_trail(), &ACCOUNTS[..1]),
        false => (organization_trail(), &ACCOUNTS[..rng.random_range(1..=3)]),
    };
    let chains = trail_of(world, &trail, accounts, regions, hours);
    (trail, chains)
}

/// Whether what remains of a trail names the chain that was removed.
fn is_named(removed: &Chain, rest: &[&Chain], with_logs: bool, by_arn: bool) -> bool {
    let (spec, trail) = (&removed.spec, &removed.spec.trail);
    let is_home = spec.region == trail.home_region;
    let elsewhere = |c: &&&Chain| c.spec.region != trail.home_region;
    let of_account = |c: &&&Chain| c.spec.account == spec.account;
    let is_owners = trail.organization.is_some() && spec.account == trail.account && by_arn;
    let names_home =
        is_home && (rest.iter().any(|c| of_account(&c)) || is_owners && !rest.is_empty());
    // Logs in the home region of an account call for a chain of any trail of its organization.
    let reach = match is_home {
        true => !rest.is_empty(),
        false => rest.iter().any(|c| elsewhere(&c)),
    };
    names_home || !with_logs && reach
}

fn of(trail: &Trail, by_arn: bool, window: bool) -> Request {
    let mut request = request();
    if by_arn {
        request.filter.trail_arns = vec![trail.arn().parse().expect("an arn")];
    }
    if window {
        (request.from, request.to) = (Some(hour(0)), Some(hour(3)));
    }
    request
}

/// Whether a chain is missed, or the trail that was named: nothing may remain that shows its owner.
fn is_missed(outcome: &Outcome, chain: &str) -> bool {
    let mut findings = outcome.findings.iter();
    findings.any(|f| match f.code {
        Code::ChainMissing => f.chain.as_ref().is_some_and(|id| id.to_string() == chain),
        Code::NothingFound => true,
        _ => false,
    })
}

#[test]
fn a_chain_removed_from_a_trail_is_missed_where_what_remains_names_it() {
    let (mut named, mut unnamed) = (0, 0);
    for seed in 0..SEEDS {
        let mut rng = Rng::seed_from_u64(seed);
        let mut world = World::new(seed);
        let (trail, chains) = random_trail(&mut rng, &mut world);
        let ring = ring(&world, &REGIONS);
        let by_arn = rng.random_bool(0.5);
        let request = of(&trail, by_arn, rng.random_bool(0.5));
        let whole = prove(&source(&world), &ring, &request);
        assert_eq!(
            whole.verdict,
            Verdict::Verified,
            "seed {seed}: {:#?}",
            whole.findings
        );

        let at = rng.random_range(0..chains.len());
        let with_logs = rng.random_bool(0.5);
        remove(&mut world, &chains[at], with_logs);
        let rest: Vec<&Chain> = chains
            .iter()
            .enumerate()
            .filter(|(n, _)| *n != at)
            .map(|(_, c)| c)
            .collect();
        let outcome = prove(&source(&world), &ring, &request);
        let chain = id(&chains[at]);
        let what = format!(
            "seed {seed}: {chain}, {with_logs}, {by_arn}: {:#?}",
            outcome.findings
        );
        if is_named(&chains[at], &rest, with_logs, by_arn) {
            named += 1;
            assert_ne!(outcome.verdict, Verdict::Verified, "{what}");
            assert!(is_missed(&outcome, &chain), "{what}");
        } else {
            unnamed += 1;
            let expected = match rest.is_empty() {
                true => Verdict::Unproven,
                false => Verdict::Verified,
            };
            assert_eq!(outcome.verdict, expected, "{what}");
        }
    }
    assert!(named >= 10 && unnamed >= 5, "{named} named, {unnamed} not");
}
