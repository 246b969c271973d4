//! The command line: from arguments to an exit status.
//!
//! ```text
//! args ──> open ──> source, keys, trails ──> command ──> report ──> output ──> exit status
//! parsed   disk or AWS                       validate, trails,      files, a terminal,
//!                                            explain, doctor        standard output
//! ```
//!
//! Only this room prints, exits, handles signals, and reads arguments and the environment (the AWS SDK
//! reads its own variables). Standard output holds nothing but reports; everything else goes to standard
//! error through `diagnose`. Outputs are opened before the work, so that a path that cannot be
//! written shows at once.
//!
//! Start reading at [`run`], then `validate::run`: `trails`, `explain`, `doctor`, `report` and
//! `history` follow the same steps. In an AWS Lambda function, `lambda` runs `validate` for each event.

mod args;
mod caller;
mod collect;
mod deadline;
mod diagnose;
#[cfg(feature = "aws")]
mod doctor;
mod environment;
mod events;
mod explain;
mod generate;
mod help;
mod history;
mod internal_error;
#[cfg(feature = "aws")]
mod lambda;
pub mod open;
mod output;
mod presentation;
mod report;
mod seed;
mod shard;
mod signals;
mod terminal;
mod timeline;
mod trails;
mod validate;
mod watchlist;

pub use environment::without_empty_variables;
pub use internal_error::end_on_panic;

use std::ffi::OsString;
use std::time::Instant;

use clap::{ColorChoice, FromArgMatches};
use jiff::Timestamp;

use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::{Error, ErrorKind};
use crate::report::Format;
use crate::report::timeline::TimelineFormat;
use crate::report::trails::v1 as trail_list;
use crate::report::validation::v1::{self, Requests, Run};
use args::doctor::DoctorArgs;
use args::generate::SchemaKind;
use args::shared::aws::{NoEffect, UnusedArgs};
use args::validate::{ScheduledArgs, VALIDATE_LOGS};
use args::{Args, Command};
use diagnose::note;
use open::bundle::GivenOptions;
#[cfg(feature = "aws")]
use signals::Signals;

/// The exit status if nothing was checked and no report written.
const NOT_RUN: u8 = 2;

/// The exit status of an internal error.
pub const INTERNAL_ERROR: u8 = 70;

/// The exit status after SIGINT, SIGTERM or SIGHUP, whatever was found.
pub const INTERRUPTED: u8 = 130;

/// The beginning of a run.
#[derive(Clone, Copy)]
struct Start {
    /// By the clock of the system.
    at: Timestamp,
    /// By a clock that nobody sets.
    clock: Instant,
}

/// Runs the program on a command line and gives its exit status: that of the verdict, 2 if no validation
/// was performed, [`INTERRUPTED`] or [`INTERNAL_ERROR`].
pub fn run(command_line: Vec<OsString>) -> u8 {
    let start = Start {
        at: Timestamp::now(),
        clock: Instant::now(),
    };
    signals::outlive_large_files();
    #[cfg(feature = "aws")]
    if lambda::is_started_by_lambda(&command_line) {
        return status(lambda::serve());
    }
    let stop = CancelFlag::default();
    let command_line = command_first(command_line);
    let matches = match parser().try_get_matches_from(&command_line) {
        Ok(matches) => matches,
        Err(e) if e.use_stderr() => return refused(e),
        Err(help) => return status(output::print_help(&help)),
    };
    let args = match Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(e) => return refused(e),
    };
    let command = command_line
        .iter()
        .map(|a| a.to_string_lossy().into_owned())
        .collect();
    let result = match args.command {
        Command::Schema { of } => schema(of),
        Command::Generate(what) => generate::run(&what),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man { folder } => generate::man::print(folder.as_deref()),
        Command::History(args) => {
            let matches = matches.subcommand_matches("history");
            history::run(&args, matches, command, start)
        }
        Command::Help { about } => help::print(parser(), about.as_deref()),
        Command::Shard(what) => {
            let matches = matches.subcommand_matches("shard");
            shard::run(what, matches, command, start, &stop)
        }
        Command::Report(args) => report::run(&args, matches.subcommand_matches("report")),
        Command::Collect(args) => collect::run(*args, command, start, &stop),
        Command::Doctor(args) => doctor(*args, command, start, &stop),
        Command::Explain(args) => {
            let given = GivenOptions::of(matches.subcommand_matches("explain"));
            explain::run(*args, given, command, start, &stop)
        }
        Command::Events(args) => {
            let given = GivenOptions::of(matches.subcommand_matches("events"));
            events::run(*args, given, start, &stop)
        }
        Command::Timeline(args) => {
            let matches = matches.subcommand_matches("timeline");
            let given = GivenOptions::of(matches);
            output::pairs(matches, None, TimelineFormat::Text)
                .and_then(|pairs| timeline::run(*args, (pairs, given), command, start, &stop))
        }
        Command::Trails(args) => {
            let matches = matches.subcommand_matches("trails");
            trails::run(*args, matches, command, start, &stop)
        }
        Command::Validate(args) => {
            let matches = matches.subcommand_matches("validate");
            let given = GivenOptions::of(matches);
            let ScheduledArgs { validate, state } = *args;
            output::pairs(matches, None, Format::Text).and_then(|pairs| {
                let args = (validate, Some(state));
                validate::run(args, (pairs, given), command, start, &stop)
            })
        }
        Command::ValidateLogs(args) => {
            let matches = matches.subcommand_matches(VALIDATE_LOGS);
            let given = GivenOptions::of(matches);
            output::pairs(matches, Some(Format::AwsCli), Format::Text).and_then(|pairs| {
                validate::run((*args, None), (pairs, given), command, start, &stop)
            })
        }
    };
    status(result)
}

/// The parser of the command line, which colours only what a terminal shows in colour.
fn parser() -> clap::Command {
    let colour = match terminal::supports_escapes() {
        true => ColorChoice::Auto,
        false => ColorChoice::Never,
    };
    Args::parser().color(colour)
}

/// The command line of `validate-logs` with that word first. The AWS CLI also takes its global options before
/// the command, as in `aws --profile NAME cloudtrail validate-logs`.
fn command_first(mut line: Vec<OsString>) -> Vec<OsString> {
    let is_option = |word: &OsString| word.as_encoded_bytes().starts_with(b"--");
    let at = line.iter().position(|word| word == VALIDATE_LOGS);
    if let Some(at) = at.filter(|_| line.get(1).is_some_and(is_option)) {
        line[1..=at].rotate_right(1);
    }
    line
}

/// The exit status of arguments that are not valid. Why is printed.
fn refused(error: clap::Error) -> u8 {
    diagnose::print_usage(error);
    NOT_RUN
}

/// The exit status of a command. An error is printed.
fn status(result: Result<u8, Error>) -> u8 {
    match result {
        Ok(code) => code,
        Err(error) => {
            diagnose::print(&error);
            match error.kind() {
                ErrorKind::Internal => INTERNAL_ERROR,
                ErrorKind::Cancelled(CancelReason::Signal) => INTERRUPTED,
                _ => NOT_RUN,
            }
        }
    }
}

/// An instant without its fraction of a second: windows are given in whole seconds.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The run in a report, with the values that are known at the start.
fn run_so_far(command: Vec<String>, started: Timestamp) -> Run {
    Run {
        tool: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        command,
        started,
        finished: started,
        caller: None,
        clock_ahead: None,
        state_sha256: None,
        exit_status: None,
        all_accepted: false,
        requests: Requests::default(),
    }
}

/// Whether a signal interrupted the run. A note says so, or that the deadline ended it: `ended_by` says why
/// the work ended early.
fn interrupted(stop: &CancelFlag, ended_by: Option<CancelReason>, what: &str) -> bool {
    // A signal counts even if it came while the report was made.
    let is_signalled = stop.reason() == Some(CancelReason::Signal);
    let ended = match ended_by {
        _ if is_signalled => "interrupted".to_owned(),
        Some(deadline) => format!("{deadline} ended the run"),
        None => return false,
    };
    note(&format!(
        "{ended}: the {what} is partial: it holds the results until then"
    ));
    is_signalled
}

/// Notes which of the given options have no effect. With `as_aws_cli`, where standard error belongs to
/// the report, only those that weaken security.
fn note_unused(given: &UnusedArgs, as_aws_cli: bool) {
    for (name, why) in given.given() {
        let why = match why {
            NoEffect::Harmless(_) if as_aws_cli => continue,
            NoEffect::Harmless(why) | NoEffect::Insecure(why) => why,
        };
        note(&format!("{name} is accepted and has no effect: {why}"));
    }
}

fn schema(of: SchemaKind) -> Result<u8, Error> {
    let schema = match of {
        SchemaKind::Validate => v1::schema(),
        SchemaKind::Trails => trail_list::schema(),
        SchemaKind::Doctor => crate::report::doctor::v1::schema(),
        SchemaKind::Explain => crate::report::explain::v1::schema(),
        SchemaKind::Collect => crate::report::collect::v1::schema(),
        SchemaKind::State => crate::report::state::v1::schema(),
        SchemaKind::History => crate::report::history::v1::schema(),
        SchemaKind::Timeline => crate::report::timeline::v1::schema(),
        SchemaKind::Plan => crate::report::plan::v1::schema(),
    };
    let mut text = serde_json::to_vec_pretty(&schema)
        .map_err(|e| Error::new(ErrorKind::Internal, "cannot make the schema").because(e))?;
    text.push(b'\n');
    output::print("the schema", &text)
}

#[cfg(feature = "aws")]
fn doctor(
    args: DoctorArgs,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    note_unused(&args.unused, false);
    let signals = Signals::listen()?.and_deadline(args.work.deadline, start.clock)?;
    signals.stop_first(stop);
    doctor::run(args, start, command, stop)
}

/// Without the SDK there is nothing to check.
#[cfg(not(feature = "aws"))]
fn doctor(_: DoctorArgs, _: Vec<String>, _: Start, _: &CancelFlag) -> Result<u8, Error> {
    let message = "this trailproof was built without AWS, which doctor needs";
    Err(Error::new(ErrorKind::Usage, message))
}
