//! Puts the verifier through whole trials, and prints a line of JSON for each.
//!
//! ```sh
//! cargo bench --no-default-features --bench trials -- bits
//! ```
#![allow(
    dead_code,
    unused_imports,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a tool of the benches, and each uses a part of the forge"
)]

mod fuzz;
#[path = "../../tests/library.rs"]
mod library;
#[path = "../../tests/trials/mod.rs"]
mod trials;

#[path = "../../tests/support"]
mod support {
    pub mod forge;
}

use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use trials::tally::Tally;

/// Puts the verifier through whole trials
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    trial: Trial,
    /// `cargo bench` gives it
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Trial {
    /// Every bit of a small trail is flipped, each byte deleted and doubled, each object cut and swapped
    Bits {
        /// Try so many edits of each kind, and not all of them
        #[arg(long, value_name = "N")]
        of_each: Option<usize>,
        /// Draw them with this seed
        #[arg(long, value_name = "N", default_value_t = 24)]
        seed: u64,
    },
    /// Mutates the input of parsers, and checks what must hold of the result
    Fuzz(fuzz::FuzzArgs),
    /// Random worlds with random damage of several kinds at once
    Worlds {
        #[arg(long, default_value_t = 24)]
        seed: u64,
        /// How many worlds to damage
        #[arg(long, default_value_t = 10_000)]
        worlds: u64,
    },
}

/// Runs a trial, and prints its line.
fn main() -> ExitCode {
    let args = Args::parse();
    let begin = Instant::now();
    let tally: Tally = match args.trial {
        Trial::Bits { of_each, seed } => match of_each {
            Some(of_each) => trials::bits::some(seed, of_each),
            None => trials::bits::all(),
        },
        Trial::Fuzz(args) => fuzz::run(&args),
        Trial::Worlds { seed, worlds } => random_worlds(seed, worlds),
    };
    println!("{}", tally.line(begin.elapsed().as_secs_f64()));
    match tally.is_clean() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn random_worlds(seed: u64, worlds: u64) -> Tally {
    let trial = trials::worlds::run(seed, worlds);
    trial.notes().iter().for_each(|note| eprintln!("{note}"));
    trial.tally
}
