//! An organization's trail in S3: two accounts, two regions, thirty hours.

use jiff::Timestamp;

use crate::support::aws::TrailConfig;
use crate::support::forge::{Chain, ChainSpec, Place, Trail, World, ts};
use crate::support::stage::Stage;

pub const MEMBERS: [&str; 2] = ["111111111111", "222222222222"];

pub const REGIONS: [&str; 2] = ["us-east-1", "eu-central-1"];

/// An organization's trail with four chains of thirty hours, under a prefix, in a bucket in another
/// region.
pub struct Org {
    pub stage: Stage,
    pub trail: Trail,
    pub chains: Vec<Chain>,
}

pub fn org() -> Org {
    let trail = Trail::new(MEMBERS[0], "us-east-1", "org_trail.main", "archive-logs")
        .prefix("audit/trails")
        .organization("o-a1b2c3d4e5");
    let mut world = World::new(3);
    let mut chains = Vec::new();
    for (member, region) in MEMBERS.iter().flat_map(|m| REGIONS.map(|r| (m, r))) {
        let spec = ChainSpec::new(trail.clone(), region)
            .account(member)
            .logs(1..=2)
            .events(1..=2);
        let mut chain = Chain::new(spec);
        chain.start(&mut world, ts("2026-02-27T00:07:21Z"));
        chain.run_until(&mut world, ts("2026-03-04T06:07:21Z"));
        chains.push(chain);
    }
    let stage = Stage::of(&world, &[TrailConfig::from(&trail)]);
    stage
        .loopback
        .change(|c| c.bucket("archive-logs").region = "eu-west-1".into());
    Org {
        stage,
        trail,
        chains,
    }
}

/// A day in the middle, validated much later.
pub const DAY: [&str; 6] = [
    "--start-time",
    "2026-03-01T00:07:21Z",
    "--end-time",
    "2026-03-02T00:07:21Z",
    "--as-of",
    "2026-03-04T06:07:21Z",
];

pub fn arguments(arn: &str, more: &[&str]) -> Vec<String> {
    let all = ["--trail-arn", arn].into_iter().chain(DAY);
    all.chain(more.iter().copied()).map(String::from).collect()
}

/// Every object that must be read of a chain for the day: the digests that overlap it, one beyond
/// each edge, and the logs of the overlapping ones.
pub fn wanted(chain: &Chain) -> Vec<Place> {
    let (from, to): (Timestamp, Timestamp) = (ts(DAY[1]), ts(DAY[3]));
    let mut places = Vec::new();
    for digest in &chain.digests {
        if digest.end >= from && digest.start <= to {
            places.push(digest.place.clone());
        }
        if digest.end > from && digest.start < to {
            places.extend(digest.logs.iter().map(|log| log.place.clone()));
        }
    }
    places
}
