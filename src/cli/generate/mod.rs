//! What the program generates: schedules, jobs of shards and alerting rules, completions and the manual.

pub(crate) mod alerts;
pub(crate) mod man;
mod part;
mod policy;
mod quoting;
pub(crate) mod schedule;
pub(crate) mod shards;

use clap_complete::Shell;

use super::args::Args;
use super::args::generate::GenerateCommand;
use super::output;
use crate::base::error::Error;
use crate::commands::watchlist::SHIPPED;

/// The name of the program.
const NAME: &str = env!("CARGO_PKG_NAME");

/// Prints what `trailproof generate` was given.
///
/// # Errors
/// If the flags are not those of a validation, or the output cannot be written.
pub fn run(what: &GenerateCommand) -> Result<u8, Error> {
    match what {
        GenerateCommand::Schedule(args) => schedule::print(args),
        GenerateCommand::Shards(args) => shards::print(args),
        GenerateCommand::Alerts(args) => alerts::print(args),
        GenerateCommand::Watchlist => output::print("the rules", SHIPPED.as_bytes()),
    }
}

/// Prints a shell completion script, generated from the arguments.
///
/// # Errors
/// If it cannot be written.
pub fn completions(shell: Shell) -> Result<u8, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::parser(), NAME, &mut script);
    output::print("the completions", &script)
}
