//! Forged worlds as copies on disk.

use serde_json::Value;
use trailproof::base::limits::Limits;
use trailproof::source::disk::DiskSource;

use crate::support::case::{BUCKET, REGION, hour};
use crate::support::forge::{Chain, ChainSpec, Heads, KeyFileStyle, World, ts};

pub fn on_disk(world: &World, limits: Limits) -> (tempfile::TempDir, DiskSource) {
    let dir = tempfile::tempdir().expect("a folder");
    world.write_tree(BUCKET, dir.path(), Heads::All);
    let mut source = DiskSource::new(limits);
    source
        .mount(dir.path(), vec![BUCKET.into()])
        .expect("a folder");
    (dir, source)
}

/// Moves a folder away and leaves a symbolic link to it.
pub fn link_away(dir: &std::path::Path, folder: &str) {
    let away = tempfile::tempdir().expect("a folder").keep();
    std::fs::rename(dir.join(folder), away.join("moved")).expect("moved");
    std::os::unix::fs::symlink(away.join("moved"), dir.join(folder)).expect("a link");
}

/// Two folders with copies of one bucket, from two worlds.
pub fn two_folders(first: &World, second: &World) -> (Vec<tempfile::TempDir>, DiskSource) {
    let mut source = DiskSource::new(Limits::default());
    let mut dirs = Vec::new();
    for world in [first, second] {
        let dir = tempfile::tempdir().expect("a folder");
        let kept = world.buckets[BUCKET]
            .iter()
            .filter(|(_, o)| o.metadata.contains_key("signature"));
        world.write_tree(
            BUCKET,
            dir.path(),
            Heads::Only(kept.map(|(key, _)| key.clone()).collect()),
        );
        source
            .mount(dir.path(), vec![BUCKET.into()])
            .expect("a folder");
        dirs.push(dir);
    }
    (dirs, source)
}

pub fn copied(
    world: &World,
    buckets: &[&str],
    regions: &[&str],
    heads: &Heads,
    style: KeyFileStyle,
) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for bucket in buckets {
        world.write_tree(bucket, &dir.path().join(bucket), heads.clone());
    }
    let (from, to) = (ts("2026-02-01T00:00:00Z"), ts("2026-05-01T00:00:00Z"));
    world.write_keys(&dir.path().join("keys"), style, regions, from, to);
    dir
}

/// A copy of the usual bucket with all metadata, and the keys of its region.
pub fn copy_of(world: &World) -> tempfile::TempDir {
    copied(
        world,
        &[BUCKET],
        &[REGION],
        &Heads::All,
        KeyFileStyle::V2Iso,
    )
}

pub fn running(world: &mut World, spec: ChainSpec, hours: i64) -> Chain {
    let mut chain = Chain::new(spec);
    chain.start(world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(world, hour(hours));
    chain
}

pub fn ids(report: &Value) -> Vec<String> {
    let chains = report["chains"].as_array().expect("chains");
    chains
        .iter()
        .map(|c| {
            format!(
                "{} {}",
                c["id"].as_str().expect("id"),
                c["verdict"].as_str().expect("verdict")
            )
        })
        .collect()
}
