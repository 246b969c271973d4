//! The program `trailproof`: runs the command line and exits with its status.

use std::ffi::OsString;
use std::process::ExitCode;

use trailproof::cli;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::end_on_panic();
    let command_line: Vec<OsString> = std::env::args_os().collect();
    cli::without_empty_variables(&command_line);
    ExitCode::from(cli::run(command_line))
}
