//! Every bit: each bit of a small trail is flipped, each byte deleted and doubled, each object cut at every length
//! and swapped with each other, as S3 has it and as a plain copy. Each time the report must be right about every
//! object and every hour: `expected` decides what is right, and shares no code with the library.
//!
//! What does not count is what [`container`] ignores, because the uncompressed content is signed: MTIME, XFL, OS,
//! FTEXT and padding of gzip, and other codes for the same content; and the case of hexadecimal digits.

mod container;
mod edits;
mod expected;
mod judge;
mod scene;
mod sight;
mod sources;
mod standing;
mod workshop;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use self::edits::{Case, Edit, Target, View};
use self::judge::{Faults, judge};
use self::scene::Scene;
use self::workshop::Workshop;
use crate::trials::tally::Tally;

const NAME: &str = "bits";

/// All edits.
pub fn all() -> Tally {
    let scene = Scene::build();
    run(&scene, &edits::all(&scene), Tally::new(NAME, None))
}

/// So many edits of each kind, drawn with a seed.
pub fn some(seed: u64, of_each: usize) -> Tally {
    let scene = Scene::build();
    let cases = edits::some(&scene, seed, of_each);
    run(&scene, &cases, Tally::new(NAME, Some(seed)))
}

/// All edits of the time at which a backfill digest was generated, according to its metadata.
pub fn of_generation_times() -> Tally {
    let scene = Scene::build();
    let mut cases = edits::all(&scene);
    cases.retain(|case| matches!(case.edit, Edit::Change(Target::Generated(_), _)));
    run(&scene, &cases, Tally::new(NAME, None))
}

/// Whether the judge would notice a wrong report: of some edits that count, the report on the trail as it is, and of
/// the trail as it is, the report after the edit.
pub fn of_the_judge(seed: u64, of_each: usize) -> Tally {
    let scene = Scene::build();
    let mut workshop = Workshop::new(&scene);
    let mut tally = Tally::new("judge of bits", Some(seed));
    for case in edits::some(&scene, seed, of_each) {
        let (usual, without) = workshop.report(case.view, None);
        let (expected, after) = workshop.report(case.view, Some(case.edit));
        let (Some(without), Some(after)) = (without, after) else {
            continue;
        };
        if !expected.is_graver_than(&usual) {
            continue;
        }
        let kind = case.kind(&scene);
        if judge(&scene, &expected, &without).missed.is_empty() {
            tally.missed.push(format!("{kind}: {:?}", case.edit));
        }
        if judge(&scene, &usual, &after).false_alarms.is_empty() {
            tally.false_alarms.push(format!("{kind}: {:?}", case.edit));
        }
        tally.count(kind);
    }
    tally
}

/// Tries cases on all cores.
fn run(scene: &Scene, cases: &[Case], mut tally: Tally) -> Tally {
    for view in [View::Stored, View::Copy] {
        let (expected, outcome) = Workshop::new(scene).report(view, None);
        let faults = outcome.map(|outcome| judge(scene, &expected, &outcome));
        let is_right = faults.as_ref().is_some_and(Faults::is_empty);
        assert!(is_right, "{view:?}, not edited: {faults:#?}");
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut tally = Tally::default();
        let mut workshop = Workshop::new(scene);
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let kind = case.kind(scene);
            let faults = workshop.try_case(*case);
            let said = |what: String| format!("{kind}: {:?}: {what}", case.edit);
            tally.missed.extend(faults.missed.into_iter().map(said));
            let false_alarms = faults.false_alarms.into_iter().map(said);
            tally.false_alarms.extend(false_alarms);
            tally.count(kind);
        }
        tally
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            tally.add(worker.join().expect("a worker that does not panic"));
        }
    });
    tally
}
