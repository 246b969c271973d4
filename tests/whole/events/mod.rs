//! `events` over worlds: what it prints is what proven logs hold, and nothing else.

mod clean;
mod fuzz;
mod hostile;
mod incident;
mod random;
mod stratus;
mod timeline;
mod watchlist;

use std::path::Path;

use serde_json::Value;

use crate::support::disk::copied;
use crate::support::forge::{Heads, KeyFileStyle, World, ts};
use crate::support::program::{Run, run};

/// A copy of a bucket with all metadata, and the keys of some regions around a month.
pub(super) fn copy(
    world: &World,
    bucket: &str,
    regions: &[&str],
    month: &str,
) -> tempfile::TempDir {
    let dir = copied(world, &[bucket], &[], &Heads::All, KeyFileStyle::V2Iso);
    let (from, to) = (
        ts(&format!("{month}-01T00:00:00Z")),
        ts(&format!("{month}-28T00:00:00Z")),
    );
    let keys = dir.path().join("keys");
    world.write_keys(&keys, KeyFileStyle::V2Iso, regions, from, to);
    dir
}

/// Runs a command over the copy of a bucket.
pub(super) fn over(dir: &Path, command: &str, bucket: &str, more: &[&str]) -> Run {
    let args = [
        command,
        "--path",
        bucket,
        "--s3-bucket",
        bucket,
        "--keys",
        "keys",
    ];
    run(dir, &[&args[..], more].concat())
}

/// The lines that `events` prints.
fn lines(run: &Run) -> Vec<&str> {
    run.stdout.lines().collect()
}

/// The records in lines of JSON.
fn parsed(run: &Run) -> Vec<Value> {
    let lines = run.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect()
}
