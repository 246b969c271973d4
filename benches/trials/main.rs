//! Puts the verifier through whole trials, and prints a line of JSON for each.
//!
//! ```sh
//! cargo bench --no-default-features --bench trials -- bits
//! ```
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool of the benches, and each uses a part of the forge"
)]

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
enum Trial {}

/// Runs a trial, and prints its line.
fn main() -> ExitCode {
    let args = Args::parse();
    let begin = Instant::now();
    let tally: Tally = match args.trial {};
    println!("{}", tally.line(begin.elapsed().as_secs_f64()));
    match tally.is_clean() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
