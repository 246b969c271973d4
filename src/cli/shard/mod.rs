//! `trailproof shard`: one validation on several machines.

mod plan;
mod planned_arguments;

use super::Start;
use super::args::shard::ShardCommand;
use crate::base::cancel::CancelFlag;
use crate::base::error::Error;

/// Plans, and gives the exit status.
///
/// # Errors
/// If nothing was done, or a file could not be written.
pub fn run(what: ShardCommand, start: Start, stop: &CancelFlag) -> Result<u8, Error> {
    match what {
        ShardCommand::Plan(args) => plan::run(*args, start, stop),
    }
}
