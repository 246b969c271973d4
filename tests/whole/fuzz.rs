//! The targets of the fuzzers: every seed and every input that was a finding is replayed, and a few mutations of
//! them.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::support::program::root;
use crate::trials::fuzz::{Budget, FuzzTarget, Watch, all, fuzz, seeds_of};

/// Nobody watches: a test that hangs is seen.
struct Unwatched;

impl Watch for Unwatched {
    fn begins(&self, _target: &FuzzTarget, _input: &[u8]) {}

    fn allocated(&self) -> u64 {
        0
    }
}

/// Threads that run targets.
const THREADS: usize = 4;

/// Enough that every kind of mutation is tried on some seeds.
const A_FEW: Budget = Budget {
    inputs: 150,
    time: Duration::from_millis(300),
};

#[test]
fn seeds_former_findings_and_some_mutations_pass_every_target() {
    let targets = all();
    let (next, tried) = (AtomicUsize::new(0), AtomicU64::new(0));
    let work = || {
        while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
            let seeds = seeds_of(target).len() as u64;
            assert!(seeds > 1, "{} has no seeds", target.name);
            let tally = fuzz(target, 24, A_FEW, &Unwatched);
            tally.assert_clean(seeds);
            tried.fetch_add(tally.tried, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        (0..THREADS).for_each(|_| drop(scope.spawn(work)));
    });
    let tried = tried.into_inner();
    assert!(tried > 500, "{tried}");
}

#[test]
fn each_target_has_a_name_of_its_own_and_each_former_finding_is_of_one() {
    let names: Vec<&str> = all().iter().map(|target| target.name).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(unique.len(), names.len());
    let known =
        fs::read_to_string(root().join(".fuzz/Cargo.toml")).expect("the package of the fuzzers");
    for name in &unique {
        assert!(
            known.contains(&format!("name = \"{name}\"\n")),
            "{name} is not in .fuzz"
        );
    }
    let folders = fs::read_dir(root().join("testdata/fuzz")).expect("former findings");
    for folder in folders {
        let name = folder.expect("a folder").file_name();
        let name = name.to_str().expect("UTF-8");
        let is_of_another_build = matches!(name, "s3-xml" | "inventory-parquet");
        assert!(unique.contains(name) || is_of_another_build, "{name}");
    }
}
