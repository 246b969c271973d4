//! A trail with some hours in S3, for tests of the command line, the network and signals.

use std::process::Command;

use super::stage::Stage;
use crate::support::aws::{Ca, Call, Loopback, Service, TrailConfig};
use crate::support::case::{ACCOUNT, BUCKET, REGION, hour};
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};
use crate::support::program::{Run, finish};

/// The trail, which delivers from its home region only.
pub const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
/// Its chain.
pub const CHAIN: &str = "111111111111/eu-west-1/eu-west-1/main";
/// The first six hours of the chain.
pub const WINDOW: [&str; 4] = [
    "--start-time",
    "2026-03-01T00:12:34Z",
    "--end-time",
    "2026-03-01T06:12:34Z",
];

/// The trail itself.
pub fn trail() -> Trail {
    Trail::new(ACCOUNT, REGION, "main", BUCKET)
}

/// Adds some hours of a trail in one region.
pub fn add(world: &mut World, trail: Trail, region: &str, hours: i64) {
    let mut chain = Chain::new(ChainSpec::new(trail, region).logs(1..=2).events(1..=2));
    chain.start(world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(world, hour(hours));
}

/// A world with some hours of the trail.
pub fn world(hours: i64) -> World {
    let mut world = World::new(60);
    add(&mut world, trail(), REGION, hours);
    world
}

/// AWS with six hours of the trail.
pub fn stage() -> Stage {
    serving(&world(6))
}

/// AWS with a world of the trail.
pub fn serving(world: &World) -> Stage {
    Stage::of(world, &[TrailConfig::from(&trail())])
}

/// The same over TLS, with a certificate of this authority.
pub fn over_tls(ca: &Ca, world: &World) -> Stage {
    let loopback = Loopback::start_tls(ca);
    loopback.serve(world);
    let trails = vec![TrailConfig::from(&trail())];
    loopback.change(|cloud| cloud.cloudtrail.trails = trails);
    let dir = tempfile::tempdir().expect("a folder");
    Stage { loopback, dir }
}

/// `validate` of the trail over six hours with a JSON report, and more arguments.
pub fn of_trail<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [
        &["validate", "--format", "json", "--trail-arn", ARN],
        &WINDOW[..],
        more,
    ]
    .concat()
}

/// The calls to one service.
pub fn calls(stage: &Stage, service: Service) -> Vec<Call> {
    let calls = stage.loopback.calls().into_iter();
    calls.filter(|c| c.service == service).collect()
}

/// Asserts that nothing was validated: exit status 2, no report, and these words on standard error.
pub fn assert_refused(command: &mut Command, words: &[&str]) {
    let Run {
        code,
        stdout,
        stderr,
    } = finish(command);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    for words in words {
        assert!(stderr.contains(words), "{words}: {stderr}");
    }
}
