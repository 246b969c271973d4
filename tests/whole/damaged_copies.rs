//! Random damaged worlds as copies on disk, and the loop that tries many of them.

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use trailproof::Window;

use crate::support::forge::Heads;
use crate::support::orderly::{in_parallel, note};
use crate::support::thorough::times_more;
use crate::trials::tally::Tally;
use crate::trials::worlds::damage::Damaged;
use crate::trials::worlds::scene::Scene;

/// Writes the buckets of a damaged world, with the metadata of every digest. Returns the arguments that name them.
pub fn copied(damaged: &Damaged, dir: &Path) -> Vec<String> {
    let mut args = Vec::new();
    for bucket in damaged.world.buckets.keys() {
        let folder = dir.join(bucket);
        damaged.world.write_tree(bucket, &folder, Heads::All);
        args.extend(["--path".to_owned(), format!("{bucket}={bucket}")]);
    }
    args
}

/// The arguments for the time of a scene.
pub fn window_of(scene: &Scene) -> Vec<String> {
    let mut args = vec!["--as-of".to_owned(), scene.as_of().to_string()];
    if let Some(Window { from, to }) = scene.window {
        args.extend(["--start-time".to_owned(), from.to_string()]);
        args.extend(["--end-time".to_owned(), to.to_string()]);
    }
    args
}

/// Tries so many worlds, or `TRAILPROOF_TRIALS` times as many. `faults` says what is wrong with one, or `None` if it
/// was left out.
pub fn tried(
    trial: &'static str,
    worlds: usize,
    faults: impl Fn(u64) -> Option<Vec<String>> + Sync,
) -> Tally {
    let begin = Instant::now();
    let seeds: Vec<u64> = (0..(worlds * times_more()) as u64).collect();
    let tally = Mutex::new(Tally::new(trial, Some(0)));
    in_parallel(&seeds, |seed| {
        let Some(found) = faults(*seed) else {
            return;
        };
        let mut tally = tally.lock().expect("no holder has panicked");
        tally.tried += 1;
        tally.missed.extend(found);
    });
    let tally = tally.into_inner().expect("no holder has panicked");
    note(&tally.line(begin.elapsed().as_secs_f64()));
    tally
}
