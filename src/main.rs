//! The program `trailproof`: runs the command line and exits with its status.

use std::process::ExitCode;

use trailproof::cli;

fn main() -> ExitCode {
    let run = || cli::run(std::env::args_os().collect());
    // The panic hook has already written the message to standard error.
    ExitCode::from(std::panic::catch_unwind(run).unwrap_or(cli::INTERNAL_ERROR))
}
