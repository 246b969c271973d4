//! Trails of several regions and accounts, as a trail of one account or of an organization.

use crate::support::case::{ACCOUNT, BUCKET, HOME, hour};
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};

/// The regions of the trails; the first is their home.
pub const REGIONS: [&str; 3] = [HOME, "eu-west-1", "ap-southeast-2"];

/// The accounts of the organization; the first owns its trail.
pub const ACCOUNTS: [&str; 3] = [ACCOUNT, "222222222222", "333333333333"];

/// A trail of the first account.
pub fn account_trail() -> Trail {
    Trail::new(ACCOUNT, HOME, "main", BUCKET)
}

/// A trail of the organization.
pub fn organization_trail() -> Trail {
    account_trail().organization("o-a1b2c3d4e5")
}

/// A chain that runs for some hours.
pub fn run(world: &mut World, trail: &Trail, account: &str, region: &str, hours: i64) -> Chain {
    let spec = ChainSpec::new(trail.clone(), region).account(account);
    let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
    chain.start(world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(world, hour(hours));
    chain
}

/// A trail in each of these accounts and regions, for some hours.
pub fn trail_of(
    world: &mut World,
    trail: &Trail,
    accounts: &[&str],
    regions: &[&str],
    hours: i64,
) -> Vec<Chain> {
    let all = accounts
        .iter()
        .flat_map(|a| regions.iter().map(move |r| (a, r)));
    all.map(|(account, region)| run(world, trail, account, region, hours))
        .collect()
}

/// Removes the digests of a chain, and its logs as well if `with_logs`.
pub fn remove(world: &mut World, chain: &Chain, with_logs: bool) {
    for digest in &chain.digests {
        world.remove(&digest.place);
    }
    for log in chain.all_logs().filter(|_| with_logs) {
        world.remove(&log.place);
    }
}

/// The name of a chain in reports.
pub fn id(chain: &Chain) -> String {
    let spec = &chain.spec;
    let (home, name) = (&spec.trail.home_region, &spec.trail.name);
    format!("{}/{}/{home}/{name}", spec.account, spec.region)
}
