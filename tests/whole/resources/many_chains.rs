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

fn copy(chains: usize) -> tempfile::TempDir {
    let mut world = World::new(24);
    for number in 0..chains {
        let account = format!("{:012}", 100_000_000_000 + number);
        let trail = Trail::new(&account, REGION, "main", BUCKET);
        let spec = ChainSpec::new(trail, REGION).logs(0..=0);
        let mut chain = Chain::new(spec);
        chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
        chain.run_until(&mut world, hour(1));
    }
    copy_of(&world)
}

#[test]
fn thousands_of_chains_are_validated_in_little_memory() {
    let chains = (CHAINS * times_more()).min(ALL);
    let dir = copy(chains);
    let args = ["--path", BUCKET, "--keys", "keys"];
    let begun = Instant::now();
    let json = [&["validate", "--format", "json"][..], &args].concat();
    let (run, peak) = measured(dir.path(), &[], &json);
    let took = begun.elapsed();
    assert_ends(&run, &[0], "validate");
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let verified = report["chains"].as_array().expect("chains").iter();
    let verified = verified.filter(|chain| chain["verdict"] == "verified");
    assert_eq!(verified.count(), chains);
    let most = BASE + PER_CHAIN * chains as u64;
    assert!(peak < most, "{peak} KiB, more than {most}");
    let longest = 120 + chains as u64 / 5;
    assert!(took.as_secs() < longest, "{took:?}");
    note(&format!(
        "{chains} chains: {peak} KiB, {:.1} s",
        took.as_secs_f64()
    ));

    let plan = ["shard", "plan", "--shards", "16", "--out", "plan.jsonl"];
    let (run, peak) = measured(dir.path(), &[], &[&plan[..], &args].concat());
    assert_ends(&run, &[0], "plan");
    assert!(peak < most, "{peak} KiB, more than {most}");
    let (run, peak) = measured(dir.path(), &[], &["trails", "--path", BUCKET]);
    assert_ends(&run, &[0], "trails");
    assert!(peak < most, "{peak} KiB, more than {most}");
}
