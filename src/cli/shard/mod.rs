//! `trailproof shard`: one validation on several machines.

mod merge;
mod plan;
mod planned_arguments;
pub(crate) mod planned_validation;
mod run;
mod unprinted;

use clap::ArgMatches;

use super::Start;
use super::args::shard::ShardCommand;
use super::output;
use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::report::Format;

/// Plans, validates a shard or merges, and gives the exit status.
///
/// # Errors
/// If nothing was done, or a file could not be written.
pub fn run(
    what: ShardCommand,
    matches: Option<&ArgMatches>,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    match what {
        ShardCommand::Plan(args) => plan::run(*args, start, stop),
        ShardCommand::Run(args) => run::run(*args, start, stop),
        ShardCommand::Merge(args) => {
            let matches = matches.and_then(|matches| matches.subcommand_matches("merge"));
            let pairs = output::pairs(matches, None, Format::Text)?;
            merge::run(&args, pairs, command, start, stop)
        }
    }
}
