//! Every harm at every step of every scene.

use std::time::Instant;

use super::run::{Cell, clean, run};
use super::scenes::Scene;
use super::verdicts::judged;
use crate::support::aws::faulty::{Harm, Step, Trouble};
use crate::support::orderly::note;
use crate::support::thorough::times_more;
use crate::trials::tally::Tally;

/// Of so many cells one is tried, in each scene another one.
const ONE_OF: usize = 307;

/// Once, twice, and for ever.
const TIMES: [Option<usize>; 3] = [Some(1), None, Some(2)];

fn troubles(step: Step, harm: Harm, times: Option<usize>) -> Vec<Trouble> {
    let trouble = Trouble { step, harm, times }.in_short_time();
    match (step, trouble.times) {
        // What is read is read once more before it accuses; for ever means then, too.
        (Step::Digest | Step::Log, None) => {
            let step = Step::Again;
            vec![trouble, Trouble { step, ..trouble }]
        }
        _ => vec![trouble],
    }
}

/// Every cell of a scene with these steps.
fn cells<'s>(scene: Scene, steps: impl Iterator<Item = &'s Step>) -> Vec<Cell> {
    let mut cells = Vec::new();
    for step in steps {
        for harm in Harm::ALL.into_iter().filter(|harm| harm.fits(*step)) {
            for times in TIMES {
                let troubles = troubles(*step, harm, times);
                cells.push(Cell { scene, troubles });
            }
        }
    }
    cells
}

/// Some cells, each judged by what the scene gives without a fault.
fn tried(name: &'static str, cells: &[Cell]) -> Tally {
    let mut tally = Tally::new(name, None);
    run(cells, &mut tally, |cell, ended| {
        judged(cell, clean(cell.scene), ended)
    });
    tally
}

/// The answer to another request, intact and signed: what it holds is not what was asked for.
#[test]
fn the_answer_to_another_request_accuses_nobody() {
    let (step, harm, times) = (Step::Digest, Harm::Exchanged, Some(1));
    let cell = Cell {
        scene: Scene::Intact,
        troubles: vec![Trouble { step, harm, times }],
    };
    tried("an answer to another request", &[cell]).assert_clean(1);
}

/// A listing that broke off within a key was taken for a whole one, and the rest of the key ended the program.
#[test]
fn a_listing_that_breaks_off_within_a_key_is_none() {
    let trouble = |step, harm, times| Trouble {
        step,
        harm,
        times: Some(times),
    };
    let cell = Cell {
        scene: Scene::Paged,
        troubles: vec![
            trouble(Step::LogListing, Harm::Close, 1),
            trouble(Step::Status, Harm::HangWithin, 1),
            trouble(Step::DigestListing, Harm::TooLong, 1),
            trouble(Step::LogListing, Harm::Shortened, 3),
        ],
    };
    tried("a listing that breaks off", &[cell]).assert_clean(1);
}

/// A redirect of S3 that led to no other region, and came once, left unread what was asked for.
#[test]
fn what_s3_redirects_to_no_other_region_is_asked_for_again() {
    let steps = [
        Step::Folders,
        Step::DigestListing,
        Step::LogListing,
        Step::Log,
    ];
    let harms = [Harm::Moved, Harm::ElsewhereForNow];
    let cells: Vec<Cell> = steps
        .into_iter()
        .flat_map(|step| harms.map(|harm| (step, harm)))
        .map(|(step, harm)| Cell {
            scene: Scene::Listed,
            troubles: troubles(step, harm, Some(1)),
        })
        .collect();
    tried("a redirect to no other region", &cells).assert_clean(8);
}

#[test]
fn each_fault_at_each_step_neither_accuses_nor_excuses() {
    let begun = Instant::now();
    let mut chosen = Vec::new();
    for (number, scene) in Scene::ALL.into_iter().enumerate() {
        let is_due = |(at, _): &(usize, Cell)| (at + number) % ONE_OF < times_more();
        let all = cells(scene, clean(scene).steps.iter()).into_iter();
        chosen.extend(all.enumerate().filter(is_due).map(|(_, cell)| cell));
    }
    let tally = tried("faults one by one", &chosen);
    note(&tally.line(begun.elapsed().as_secs_f64()));
    tally.assert_clean(40);
}
