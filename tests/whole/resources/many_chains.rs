//! Thousands of chains, each of an account of its own: all are validated, in memory that hardly depends on their number.

use std::time::Instant;

use serde_json::Value;

use crate::support::case::{BUCKET, REGION, hour};
use crate::support::disk::copy_of;
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};

use crate::support::orderly::note;
use crate::support::thorough::times_more;

use super::{assert_ends, measured};

/// How many chains are usual.
const CHAINS: usize = 200;
/// How many at most.
const ALL: usize = 10_000;
/// Memory for a run without chains, in KiB.
const BASE: u64 = 64 << 10;
/// Memory for a chain in the report, in KiB.
const PER_CHAIN: u64 = 48;
/// Memory for a chain with a gap, with the calls that explain it, in KiB.
const PER_GAP: u64 = 64;

/// A copy of chains with these lives.
fn copy(chains: usize, live: impl Fn(&mut Chain, &mut World)) -> tempfile::TempDir {
    let mut world = World::new(24);
    for number in 0..chains {
        let account = format!("{:012}", 100_000_000_000 + number);
        let trail = Trail::new(&account, REGION, "main", BUCKET);
        let spec = ChainSpec::new(trail, REGION).logs(0..=0);
        let mut chain = Chain::new(spec);
        chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
        live(&mut chain, &mut world);
    }
    copy_of(&world)
}

/// How many chains are tried.
fn chains() -> usize {
    (CHAINS * times_more()).min(ALL)
}

/// The memory that so many chains may take, in KiB.
fn most(chains: usize, each: u64) -> u64 {
    BASE + each * chains as u64
}

/// The copy and the keys.
const ARGS: [&str; 4] = ["--path", BUCKET, "--keys", "keys"];

/// The report on so many chains, which ends with this exit status, in time and in so much memory for `each`.
fn report(dir: &tempfile::TempDir, chains: usize, status: i32, each: u64) -> Value {
    let begun = Instant::now();
    let json = [&["validate", "--format", "json"][..], &ARGS].concat();
    let (run, peak) = measured(dir.path(), &[], &json);
    let took = begun.elapsed();
    assert_ends(&run, &[status], "validate");
    let most = most(chains, each);
    assert!(peak < most, "{peak} KiB, more than {most}");
    let longest = 120 + chains as u64 / 20;
    assert!(took.as_secs() < longest, "{took:?}");
    note(&format!(
        "{chains} chains: {peak} KiB, {:.1} s",
        took.as_secs_f64()
    ));
    serde_json::from_str(&run.stdout).expect("JSON")
}

/// How many chains of a report have a verdict.
fn count(report: &Value, verdict: &str) -> usize {
    let chains = report["chains"].as_array().expect("chains").iter();
    chains.filter(|chain| chain["verdict"] == verdict).count()
}

#[test]
fn gaps_of_thousands_of_chains_are_explained_in_little_memory_and_time() {
    let chains = chains();
    let dir = copy(chains, |chain, world| {
        chain.run_until(world, hour(1));
        chain.stop(world, ts("2026-03-01T01:40:00Z"));
        chain.start(world, ts("2026-03-01T03:00:00Z"));
        chain.run_until(world, ts("2026-03-01T04:00:00Z"));
    });
    let report = report(&dir, chains, 3, PER_GAP);
    assert_eq!(count(&report, "gaps"), chains);
    let all = report["chains"].as_array().expect("chains").iter();
    let explained = all.filter(|chain| {
        let gaps = chain["gaps"].as_array().expect("gaps");
        gaps.len() == 1 && gaps[0]["cause"] == "logging-stopped"
    });
    assert_eq!(explained.count(), chains);
}

#[test]
fn thousands_of_chains_are_validated_in_little_memory() {
    let chains = chains();
    let dir = copy(chains, |chain, world| chain.run_until(world, hour(1)));
    let report = report(&dir, chains, 0, PER_CHAIN);
    assert_eq!(count(&report, "verified"), chains);

    let plan = ["shard", "plan", "--shards", "16", "--out", "plan.jsonl"];
    let (run, peak) = measured(dir.path(), &[], &[&plan[..], &ARGS].concat());
    assert_ends(&run, &[0], "plan");
    let most = most(chains, PER_CHAIN);
    assert!(peak < most, "{peak} KiB, more than {most}");
    let (run, peak) = measured(dir.path(), &[], &["trails", "--path", BUCKET]);
    assert_ends(&run, &[0], "trails");
    assert!(peak < most, "{peak} KiB, more than {most}");
}
