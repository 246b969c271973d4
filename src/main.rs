//! The program `trailproof`: parse, run, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(trailproof::cli::run(std::env::args_os().collect()))
}
