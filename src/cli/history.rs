//! `trailproof history`: what a state says that its runs proved.

use clap::ArgMatches;
use jiff::Timestamp;

use super::args::history::HistoryArgs;
use super::output::{self, OutputTargets};
use super::signals::Signals;
use super::{Start, run_so_far};
use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::commands::history::{HistoryRequest, history};
use crate::commands::state::load::load;
use crate::report::history::{HistoryFormat, render};
use crate::report::validation::v1::Run;

/// Writes the history, and gives the exit status, which does not depend on what it says.
///
/// # Errors
/// If the state cannot be read, holds no time of the period, or the report cannot be written.
pub fn run(
    args: &HistoryArgs,
    matches: Option<&ArgMatches>,
    command: Vec<String>,
    start: Start,
) -> Result<u8, Error> {
    let pairs = output::pairs(matches, None, HistoryFormat::Text)?;
    Signals::listen()?;
    let loaded = load(&args.state, args.state_sha256, &Limits::default())?;
    let targets = OutputTargets::open(pairs, HistoryFormat::Text)?;
    targets.spare([("the state", args.state.clone())].into_iter())?;
    let request = HistoryRequest {
        start: args.start_time,
        end: args.end_time,
        every: args.every.as_secs(),
        sha256: loaded.sha256,
        is_given: args.state_sha256.is_some(),
        now: start.at,
    };
    let run = Run {
        finished: Timestamp::now(),
        ..run_so_far(command, start.at)
    };
    let history = history(loaded.state, &request, run)?;
    targets.write(|format, out| render(&history, format, out))?;
    Ok(0)
}
