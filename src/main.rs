//! The program `trailproof`: parse, run, exit.

use std::process::ExitCode;

use trailproof::cli;

fn main() -> ExitCode {
    let run = || cli::run(std::env::args_os().collect());
    // The panic itself has been told on standard error.
    ExitCode::from(std::panic::catch_unwind(run).unwrap_or(cli::INTERNAL_ERROR))
}
