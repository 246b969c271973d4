//! A gzip bomb in the place of every file that is read takes little memory, and is refused or found.

use std::fs;

use crate::support::bundle::{put, seal};
use crate::support::case::{BUCKET, Case, REGION};
use crate::support::forge::damage::write_bomb;
use crate::support::forge::ts;
use crate::support::world_bundle;
use trailproof::source::bundle::layout;

use super::{COPY, Site, WINDOW, assert_ends, measured};

/// What the bombs inflate to, in bytes.
const INFLATED: u64 = 100 << 20;

/// The most memory of a run, in KiB.
const MOST: u64 = 72 << 10;

/// Where a bomb is put, the command that reads it, and the exit statuses it may have.
const PLACES: [(&str, &str, &[i32]); 10] = [
    ("keys/eu-west-1.json", "validate COPY", &[2]),
    (
        "state.json",
        "validate COPY WINDOW --state state.json",
        &[2],
    ),
    ("state.json", "history state.json", &[2]),
    ("report.json", "report report.json --format html", &[2]),
    (
        "plan.jsonl",
        "shard run --plan plan.jsonl --out parts/",
        &[2],
    ),
    (
        "parts/shard-00000.part",
        "shard merge --plan plan.jsonl parts",
        &[2],
    ),
    ("expect", "validate COPY --expect expect", &[2]),
    ("accept.toml", "validate COPY --accept accept.toml", &[2]),
    ("rules.yml", "events COPY --watchlist rules.yml", &[2]),
    (
        "names.json",
        "report report.json --format html --names names.json",
        &[2],
    ),
];

#[test]
fn a_bomb_in_the_place_of_each_file_is_refused_in_little_memory() {
    let bombs = tempfile::tempdir().expect("a folder");
    let bomb = bombs.path().join("bomb");
    write_bomb(&bomb, INFLATED);
    let site = Site::new();
    for (place, line, codes) in PLACES {
        let path = site.path(place);
        let before = fs::read(&path).ok();
        fs::copy(&bomb, &path).expect("a file");
        let line = line.replace("COPY", COPY).replace("WINDOW", WINDOW);
        let args: Vec<&str> = line.split(' ').collect();
        let (run, peak) = measured(site.dir.path(), &[], &args);
        assert_ends(&run, codes, &line);
        assert!(peak < MOST, "{line}: {peak} KiB");
        match before {
            Some(bytes) => fs::write(&path, bytes).expect("a file"),
            None => fs::remove_file(&path).expect("a file"),
        }
    }
}

/// Whoever seals a bundle may put a bomb in the place of a log: its digest does not list it.
#[test]
fn a_bomb_in_a_bundle_is_found_in_little_memory() {
    let mut case = Case::new("bomb-bundle", 0, "");
    let chain = case.chain(3);
    let dir = case.copied();
    let bundle = dir.path().join("bundle");
    let (scope, at) = (world_bundle::scope(&[BUCKET]), ts("2026-03-01T06:00:00Z"));
    world_bundle::write(&case.world, &bundle, &scope, &[REGION], at);
    let bomb = dir.path().join("bomb");
    write_bomb(&bomb, INFLATED);
    let log = &layout::object(BUCKET, &chain.digests[2].logs[0].place.key)[0];
    put(&bundle, log, &fs::read(&bomb).expect("a file"));
    let hash = seal(&bundle);
    let args = ["validate", "--path", "bundle", "--manifest-sha256", &hash];
    let (run, peak) = measured(dir.path(), &[], &args);
    assert_ends(&run, &[1], "bundle");
    assert!(run.stdout.contains("log-modified"), "{}", run.stdout);
    assert!(peak < MOST, "{peak} KiB");
}

/// A file of an inventory without an end of line, and one of empty lines.
#[cfg(feature = "aws")]
#[test]
fn a_bomb_in_an_inventory_is_refused_in_little_memory() {
    use crate::support::case::BUCKET;
    use crate::support::s3_inventory::Report;
    use crate::support::short_trail::stage;
    let stage = stage();
    let dir = stage.dir.path();
    let bomb = dir.join("bomb");
    write_bomb(&bomb, INFLATED);
    let mut report = Report::csv(BUCKET, ts("2026-03-04T01:00:00Z"), &[Vec::new()]);
    report.files[0].1 = fs::read(&bomb).expect("a file");
    let manifest = report.write_below(dir).display().to_string();
    let args = [
        "validate",
        "--s3-bucket",
        BUCKET,
        "--start-time",
        "2026-03-01",
        "--inventory",
        &manifest,
    ];
    let (run, peak) = measured(dir, &stage.loopback.env(), &args);
    assert_ends(&run, &[2], "inventory");
    assert!(
        run.stderr.contains("cannot read the inventory"),
        "{}",
        run.stderr
    );
    assert!(peak < MOST, "{peak} KiB");
}
