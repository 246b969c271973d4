//! The program `trailproof`: parse, run, exit.

use std::process::ExitCode;

/// The exit status of an internal error; the panic itself has been told on standard error.
const INTERNAL_ERROR: u8 = 70;

fn main() -> ExitCode {
    let run = || trailproof::cli::run(std::env::args_os().collect());
    ExitCode::from(std::panic::catch_unwind(run).unwrap_or(INTERNAL_ERROR))
}
