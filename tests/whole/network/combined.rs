//! Several harms at once, at random.

use std::time::Instant;

use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::run::{Cell, clean, run};
use super::scenes::Scene;
use super::verdicts::judged;
use crate::support::aws::faulty::{Harm, Trouble};
use crate::support::forge::Rng;
use crate::support::orderly::note;
use crate::support::thorough::times_more;
use crate::trials::tally::Tally;

/// How many cells are tried.
const CELLS: usize = 10;

/// The seed of the first cell; each other has the next one.
const SEED: u64 = 0;

#[test]
fn faults_together_neither_accuse_nor_excuse() {
    let begun = Instant::now();
    let seeds = SEED..SEED + (CELLS * times_more()) as u64;
    let cells = seeds.map(|seed| {
        let mut rng = Rng::seed_from_u64(seed);
        let scene = *Scene::ALL.choose(&mut rng).expect("a scene");
        let steps: Vec<_> = clean(scene).steps.iter().copied().collect();
        let troubles = (0..rng.random_range(2..=5)).map(|_| {
            let step = *steps.choose(&mut rng).expect("a step");
            let harms: Vec<_> = Harm::ALL.into_iter().filter(|h| h.fits(step)).collect();
            Trouble {
                step,
                harm: *harms.choose(&mut rng).expect("a harm"),
                times: [Some(1), Some(1), Some(2), Some(3), None][rng.random_range(0..5)],
            }
        });
        let troubles = troubles.map(Trouble::in_short_time).collect();
        Cell { scene, troubles }
    });
    let mut cells: Vec<Cell> = cells.collect();
    cells.sort_by_key(|cell| cell.scene);
    let mut tally = Tally::new("faults together", Some(SEED));
    run(&cells, &mut tally, |cell, ended| {
        judged(cell, clean(cell.scene), ended)
    });
    note(&tally.line(begun.elapsed().as_secs_f64()));
    tally.assert_clean(CELLS as u64);
}
