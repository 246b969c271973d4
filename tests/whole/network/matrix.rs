//! Every harm at every step of every scene.

use super::run::{Cell, clean, run};
use super::scenes::Scene;
use super::times_more;
use super::verdicts::complaints;
use crate::support::aws::faulty::{Harm, Step, Trouble};

/// Of so many cells one is tried, each time another one.
const ONE_OF: usize = 61;

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

fn check(scenes: &[Scene]) {
    for (number, scene) in scenes.iter().copied().enumerate() {
        let clean = clean(scene);
        let mut cells = Vec::new();
        for step in &clean.steps {
            for harm in Harm::ALL {
                for times in TIMES {
                    let troubles = troubles(*step, harm, times);
                    cells.push(Cell { scene, troubles });
                }
            }
        }
        let is_due = |(at, _): &(usize, Cell)| (at + number) % ONE_OF < times_more();
        let cells = cells.into_iter().enumerate().filter(is_due);
        let cells: Vec<Cell> = cells.map(|(_, cell)| cell).collect();
        let wrong = run(&cells, |cell, ended| complaints(cell, &clean, ended));
        assert!(
            wrong.is_empty(),
            "{} of {}:\n{}",
            wrong.len(),
            cells.len(),
            wrong.join("\n")
        );
    }
}

/// The answer to another request, intact and signed: what it holds is not what was asked for.
#[test]
fn the_answer_to_another_request_accuses_nobody() {
    let (step, harm, times) = (Step::Digest, Harm::Exchanged, Some(1));
    let cell = Cell {
        scene: Scene::Intact,
        troubles: vec![Trouble { step, harm, times }],
    };
    let clean = clean(cell.scene);
    let wrong = run(&[cell], |cell, ended| complaints(cell, &clean, ended));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn faults_on_the_way_to_what_is_intact_accuse_nobody() {
    check(&[Scene::Intact, Scene::Listed]);
}

#[test]
fn faults_on_the_way_to_logs_that_were_altered_or_deleted_excuse_nobody() {
    check(&[Scene::Altered, Scene::Deleted]);
}

#[test]
fn faults_on_the_way_to_digests_that_were_deleted_excuse_nobody() {
    check(&[Scene::DigestDeleted, Scene::TailDeleted]);
}

#[test]
fn faults_on_the_way_to_a_gap_or_a_planted_log_make_them_neither_better_nor_worse() {
    check(&[Scene::Unreferenced, Scene::Stopped]);
}
