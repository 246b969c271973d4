//! A collection killed at any instant is resumed and ends as the same bundle.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};

use crate::support::collected::{BUNDLE, assert_same_bundle, collecting, lasting};
use crate::support::forge::Rng;
use crate::support::kill::Moment;
use crate::support::orderly::{in_parallel, note};
use crate::support::short_trail::{ARN, WINDOW, serving, world};
use crate::support::stage::Stage;
use crate::support::thorough::times_more;
use crate::support::tree::tree;

/// How many collections are killed, or with `TRAILPROOF_TRIALS=4` sixty.
const KILLS: usize = 15;

fn scope() -> Vec<String> {
    let more = [
        "--trail-arn",
        ARN,
        "--as-of",
        "2026-03-02T00:00:00Z",
        "--jobs",
        "4",
    ];
    let scope = more.iter().chain(&WINDOW);
    collecting(&scope.collect::<Vec<_>>())
}

/// The keys whose object and metadata an unfinished bundle has.
fn stored(bundle: &Path) -> BTreeSet<String> {
    if !bundle.exists() {
        return BTreeSet::new();
    }
    let files = tree(bundle);
    let objects = files
        .keys()
        .filter_map(|path| path.strip_suffix(".head.json"));
    let whole = objects.filter(|path| files.contains_key(*path));
    let below = |path: &str| path.splitn(3, '/').nth(2).map(str::to_owned);
    whole.filter_map(below).collect()
}

/// The objects that were fetched since the log was cleared.
fn fetched(stage: &Stage) -> BTreeSet<String> {
    let gets = stage.calls("GetObject").into_iter();
    gets.filter_map(|call| call.key).collect()
}

#[test]
fn killed_at_any_instant_and_resumed_it_is_the_same_bundle() {
    let world = world(6);
    let stage = serving(&world);
    let begun = Instant::now();
    let run = stage.run(&scope());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let answers = stage.loopback.count_answered();
    // The end, in which no answer comes, is a part of the whole.
    let kills = KILLS * times_more();
    let moments = Moment::spread(kills as u64, answers, begun.elapsed() / 4);
    let wanted = lasting(&stage.dir.path().join(BUNDLE));
    let killed = AtomicUsize::new(0);
    in_parallel(&moments, |&moment| {
        let stage = serving(&world);
        let bundle = stage.dir.path().join(BUNDLE);
        if moment.kill(&mut stage.command(&scope()), &stage.loopback) {
            killed.fetch_add(1, Ordering::Relaxed);
        } else {
            assert!(bundle.join("manifest.jsonl").exists(), "{moment:?}");
            return;
        }
        let stored = stored(&bundle);
        stage.loopback.clear_calls();
        // It is finished before the folder of its last traces is removed.
        let was_finished =
            bundle.join("manifest.jsonl").exists() && !bundle.join(".collect/run.json").exists();
        let run = stage.run(&scope());
        if was_finished {
            // A finished bundle is never written to again.
            assert_eq!(run.code, 2, "{moment:?}: {}{}", run.stdout, run.stderr);
        } else {
            assert_eq!(run.code, 0, "{moment:?}: {}{}", run.stdout, run.stderr);
            let again: Vec<_> = fetched(&stage).intersection(&stored).cloned().collect();
            assert!(again.is_empty(), "{moment:?}: fetched again: {again:?}");
        }
        stage.assert_only_reads();
        let what = format!("seed {}: {moment:?}", moment.seed);
        assert_same_bundle(&wanted, &lasting(&bundle), &what);
        let check = stage.run(&["collect", "--check", BUNDLE]);
        assert_eq!(
            check.code, 0,
            "{moment:?}: {}{}",
            check.stdout, check.stderr
        );
    });
    let killed = killed.into_inner();
    note(&format!("{killed} of {kills} collections were killed"));
    assert!(
        killed > kills / 2,
        "only {killed} were killed before they ended"
    );
}

#[test]
fn killed_while_its_last_traces_are_removed_it_is_finished() {
    let stage = serving(&world(1));
    assert_eq!(stage.run(&scope()).code, 0);
    let bundle = stage.dir.path().join(BUNDLE);
    let wanted = tree(&bundle);
    for left in [&["origins.jsonl"][..], &[]] {
        let traces = bundle.join(".collect");
        fs::create_dir(&traces).expect("a folder");
        for name in left {
            fs::write(traces.join(name), "").expect("a file");
        }
        let run = stage.run(&scope());
        assert_eq!(run.code, 2, "{left:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("finished bundle"), "{}", run.stderr);
        assert_eq!(tree(&bundle), wanted, "{left:?}");
        assert!(!traces.exists(), "{left:?}");
    }
}

#[test]
fn a_collection_killed_again_and_again_goes_on_each_time() {
    let world = world(6);
    let stage = serving(&world);
    assert_eq!(stage.run(&scope()).code, 0);
    let wanted = lasting(&stage.dir.path().join(BUNDLE));
    fs::remove_dir_all(stage.dir.path().join(BUNDLE)).expect("removed");
    for seed in 0..8 {
        stage.loopback.clear_calls();
        let mut rng = Rng::seed_from_u64(seed);
        let moment = Moment {
            seed,
            answers: rng.random_range(10..20),
            then: Duration::from_micros(rng.random_range(0..3_000)),
        };
        if !moment.kill(&mut stage.command(&scope()), &stage.loopback) {
            break;
        }
    }
    if stage.dir.path().join(BUNDLE).join(".collect").exists() {
        let run = stage.run(&scope());
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    }
    let bundle = stage.dir.path().join(BUNDLE);
    assert_same_bundle(&wanted, &lasting(&bundle), "killed eight times");
}

#[test]
fn another_collection_does_not_go_on_where_one_was_killed() {
    let world = world(6);
    let stage = serving(&world);
    let moment = Moment {
        seed: 0,
        answers: 12,
        then: Duration::ZERO,
    };
    let killed = moment.kill(&mut stage.command(&scope()), &stage.loopback);
    assert!(killed, "it had ended");
    let bundle = stage.dir.path().join(BUNDLE);
    assert!(bundle.join(".collect").exists());
    let before = tree(&bundle);
    let mut other = scope();
    other.extend(["--logs", "none"].map(String::from));
    let run = stage.run(&other);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(before, tree(&bundle), "nothing is written");
    // What is unfinished is not a bundle: nothing is proven from it, and nobody is accused.
    for args in [
        vec!["collect", "--check", BUNDLE],
        vec!["validate", "--path", BUNDLE],
    ] {
        let run = stage.run(&args);
        assert_eq!(run.code, 2, "{args:?}: {}{}", run.stdout, run.stderr);
    }
}
