//! Several harms at once, at random.

use std::collections::BTreeMap;

use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::run::{Cell, clean, run};
use super::scenes::Scene;
use super::times_more;
use super::verdicts::complaints;
use crate::support::aws::faulty::{Harm, Trouble};
use crate::support::forge::Rng;

/// How many cells are tried.
const CELLS: usize = 16;

#[test]
fn faults_together_neither_accuse_nor_excuse() {
    let clean: BTreeMap<Scene, _> = Scene::ALL.into_iter().map(|s| (s, clean(s))).collect();
    let seeds = 0..(CELLS * times_more()) as u64;
    let cells: Vec<Cell> = seeds
        .map(|seed| {
            let mut rng = Rng::seed_from_u64(seed);
            let scene = *Scene::ALL.choose(&mut rng).expect("a scene");
            let steps: Vec<_> = clean[&scene].steps.iter().copied().collect();
            let troubles = (0..rng.random_range(2..=5)).map(|_| Trouble {
                step: *steps.choose(&mut rng).expect("a step"),
                harm: *Harm::ALL.choose(&mut rng).expect("a harm"),
                times: [Some(1), Some(1), Some(2), Some(3), None][rng.random_range(0..5)],
            });
            let troubles = troubles.map(Trouble::in_short_time).collect();
            Cell { scene, troubles }
        })
        .collect();
    let wrong = run(&cells, |cell, ended| {
        complaints(cell, &clean[&cell.scene], ended)
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
