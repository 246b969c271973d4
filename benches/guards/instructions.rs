//! Runs one case so that its instructions can be counted: `check.py` does, under callgrind.
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
    // What is found out once, such as what the processor can do, is not the stage's.
    (case.prepare)()();
    measured((case.prepare)());
}

/// By its name instructions are counted from here and no further.
#[inline(never)]
fn measured(run: Run) {
    run();
}
