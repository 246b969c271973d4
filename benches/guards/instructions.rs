//! Runs one case, so that `check.py` can count its instructions under callgrind.
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool of the benches"
)]

#[path = "../stages/all.rs"]
mod stages;
#[path = "../support/mod.rs"]
mod support;

use stages::case::{Run, Size};

fn main() {
    let Some(wanted) = std::env::args().nth(1).filter(|arg| arg != "--bench") else {
        stages::pure().for_each(|(name, _)| println!("{name}"));
        return;
    };
    let (_, make) = stages::pure()
        .find(|(name, _)| *name == wanted)
        .expect("the name of a case");
    let case = make(Size::SMALL);
    // A first run, not counted, for work done once per process, such as detecting CPU features.
    (case.prepare)()();
    measured((case.prepare)());
}

/// Only instructions inside this function are counted: `check.py` finds it by its name.
#[inline(never)]
fn measured(run: Run) {
    run();
}
