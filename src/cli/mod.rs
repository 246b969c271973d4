//! The command line: arguments, what they resolve to, and what comes out.

mod args;
mod diagnose;
mod output;
mod plan;
mod verbose;

use std::ffi::OsString;
use std::io::Write;

use clap::{CommandFactory, FromArgMatches};
use jiff::Timestamp;

use crate::accept;
use crate::error::{Error, Kind};
use crate::event::{Observer, Silent};
use crate::finding::Verdict;
use crate::report::v1::{self, Report, Requests, Run};
use crate::validate::validate;
use args::{Args, Command};
use output::Targets;
use plan::Plan;
use verbose::Lines;

/// The exit status of an internal error.
pub const INTERNAL_ERROR: u8 = 70;

/// Runs the program on a command line and gives its exit status: that of the verdict, 2 where
/// no validation was performed, or 70 for an internal error.
pub fn run(command_line: Vec<OsString>) -> u8 {
    let started = Timestamp::now();
    let matches = match Args::command().try_get_matches_from(&command_line) {
        Ok(matches) => matches,
        Err(e) => {
            // A closed pipe is no news.
            let _ = e.print();
            return if e.use_stderr() { 2 } else { 0 };
        }
    };
    let args = match Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(e) => {
            let _ = e.print();
            return 2;
        }
    };
    let command = command_line
        .iter()
        .map(|a| a.to_string_lossy().into_owned())
        .collect();
    let result = match args.command {
        Command::Schema => schema(),
        Command::Validate(args) => {
            let matches = matches.subcommand_matches("validate");
            output::pairs(matches).and_then(|pairs| {
                let verbose = args.verbose;
                let plan = Plan::resolve(*args)?;
                run_validate(plan, Targets::open(pairs)?, verbose, command, started)
            })
        }
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            diagnose::print(&error);
            if error.kind() == Kind::Internal {
                INTERNAL_ERROR
            } else {
                2
            }
        }
    }
}

fn schema() -> Result<u8, Error> {
    let error =
        |e: &dyn std::fmt::Display| Error::new(Kind::Output, "cannot write the schema").because(e);
    let text = serde_json::to_string_pretty(&v1::schema()).map_err(|e| error(&e))?;
    match writeln!(std::io::stdout(), "{text}") {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(error(&e)),
        _ => Ok(0),
    }
}

fn run_validate(
    plan: Plan,
    targets: Targets,
    verbose: bool,
    command: Vec<String>,
    started: Timestamp,
) -> Result<u8, Error> {
    let Plan {
        source,
        atlas,
        ring,
        key_findings,
        request,
        requested,
        accepted,
        fail_on,
    } = plan;
    if requested.as_of.is_some() && requested.end.is_none() {
        note("--as-of changes nothing without --end-time: the window ends with the data");
    }
    let lines = if verbose { Some(Lines::new()?) } else { None };
    let observer: &dyn Observer = lines.as_ref().map_or(&Silent, |lines| lines);
    let outcome = validate(&source, &atlas, &ring, key_findings, &request, observer)?;
    let requests = Requests {
        list: outcome.requests.list,
        get: outcome.requests.get,
        head: outcome.requests.head,
    };
    let run = Run {
        tool: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        command,
        started: started.to_string(),
        finished: Timestamp::now().to_string(),
        caller: None,
        requests,
    };
    let report = Report::new(&outcome, requested, accept::shown(&outcome, &accepted), run);
    let remaining = accept::remaining(&outcome, &accepted);
    let code = if remaining >= fail_on {
        remaining.exit_code()
    } else {
        Verdict::Verified.exit_code()
    };
    if code != report.verdict.exit_code() {
        let why = if remaining == report.verdict {
            "--fail-on"
        } else {
            "--accept"
        };
        let verdict = report.verdict.as_str();
        note(&format!(
            "the verdict is {verdict}; the exit status is {code} because of {why}"
        ));
    }
    let written = targets.write(&report, lines.as_ref());
    written.map_err(|e| e.because(format!("the verdict is: {}", report.verdict.as_str())))?;
    Ok(code)
}

/// Says something on standard error, for standard output holds the report alone.
fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "note: {text}");
}
