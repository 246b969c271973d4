//! `trailproof validate`: resolves the arguments, runs the validation, and writes its reports.
//!
//! Observers collect what a report cannot hold while the run goes on: progress, the lines of
//! `--verbose`, those of `--format jsonl`, and each file for `--format aws-cli`.

pub(crate) mod aws_cli;
pub(crate) mod jsonl;
pub(crate) mod resolve;
pub(crate) mod verbose;

use std::io::{self, IsTerminal as _};
use std::time::Instant;

use clap::ArgMatches;
use jiff::Timestamp;

use super::args::validate::ValidateArgs;
use super::caller::CallerLookup;
use super::diagnose::note;
use super::output::{self, OutputTargets};
use super::signals::Signals;
use super::terminal::progress::Progress;
use super::validate::aws_cli::Files;
use super::validate::jsonl::JsonlStream;
use super::validate::resolve::ResolvedRun;
use super::validate::verbose::VerboseLines;
use super::{INTERRUPTED, interrupted, note_unused, run_so_far, whole_second};
use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::proof::finding::Verdict;
use crate::report::validation::v1::{Report, SourceKind};
use crate::report::{Format, render};
use crate::source::cancellable::CancellableSource;
use crate::validate::accept::{self, ExitVerdict};
use crate::validate::observer::{All, Observer};
use crate::validate::{Access, validate};

/// Validates, and gives the exit status.
///
/// # Errors
/// If no validation was performed, or a report could not be written.
pub fn run(
    args: ValidateArgs,
    matches: Option<&ArgMatches>,
    command: Vec<String>,
    started: Timestamp,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let pairs = output::pairs(matches, Format::Text)?;
    let clock = Instant::now();
    let verbose = args.verbose;
    // JSON lines on a terminal show progress by themselves.
    let streamed = args.format.contains(&Format::Jsonl);
    let quiet = args.quiet || streamed && io::stdout().is_terminal();
    note_unused(&args.unused, args.format.contains(&Format::AwsCli));
    let signals = Signals::listen()?;
    let mut targets = OutputTargets::open(pairs, Format::Text)?;
    signals.stop_first(stop);
    let ResolvedRun {
        opened,
        request,
        requested,
        accepted,
        fail_on,
    } = ResolvedRun::resolve(args, whole_second(started), stop)?;
    let progress = Progress::begin("looking for digests", clock, quiet);
    let on_disk = requested.source == SourceKind::Disk;
    if on_disk && requested.as_of.is_some() && requested.end.is_none() {
        note("without --end-time the window ends with the data, and not at --as-of");
    }
    let lines = if verbose {
        Some(VerboseLines::new()?)
    } else {
        None
    };
    let files = request.observed.map(|_| Files::default());
    let mut run = run_so_far(command, started);
    let stream = JsonlStream::begin(targets.take(Format::Jsonl), &requested, &run)?;
    let mut observers: Vec<&dyn Observer> = vec![&stream];
    observers.extend(progress.iter().map(|p| p as &dyn Observer));
    observers.extend(lines.iter().map(|l| l as &dyn Observer));
    observers.extend(files.iter().map(|f| f as &dyn Observer));
    let observer = All(observers);
    let caller = CallerLookup::start(opened.caller);
    let source = CancellableSource::new(opened.source.as_ref(), stop.clone());
    let access = Access {
        source: &source,
        places: &opened.places,
        keys: opened.keys.as_ref(),
        trails: opened.trails.as_deref(),
    };
    let outcome = validate(access, &request, &observer)?;
    drop(progress);
    run.caller = caller.answer();
    run.finished = Timestamp::now();
    run.requests = outcome.requests.into();
    let exit = accept::exit_verdict(&outcome, &accepted, fail_on);
    let is_accepted = accept::remaining(&outcome, &accepted) != outcome.verdict;
    let accepted = accept::shown(&outcome, &accepted);
    let report = Report::new(outcome, requested, accepted, run);
    let code = status(report.verdict, exit, is_accepted, stop);
    let streamed = stream.end(&report);
    let written = targets.write(|format, out| {
        if let (Format::AwsCli, Some(files)) = (format, &files) {
            return files.print(&report, verbose, out);
        }
        render(&report, format, out)?;
        if let (Format::Text, Some(lines)) = (format, &lines) {
            writeln!(out, "\nfiles, newest digest first")?;
            lines.copy(out)?;
        }
        Ok(())
    });
    let written = streamed.and(written);
    written.map_err(|e| e.because(format!("the verdict is: {}", report.verdict.as_str())))?;
    Ok(code)
}

/// The exit status, which is that of the verdict `exit`. A note says why if the verdict of the report has
/// another, or if a look that failed keeps it.
fn status(verdict: Verdict, exit: ExitVerdict, is_accepted: bool, stop: &CancelFlag) -> u8 {
    if interrupted(stop, "report") {
        return INTERRUPTED;
    }
    let code = exit.verdict.exit_code();
    if let Some(look) = exit.held_by {
        note(&format!(
            "the exit status is {code} whatever --accept and --fail-on say: {}",
            look.clause()
        ));
    } else if code != verdict.exit_code() {
        let why = match is_accepted {
            true => "--accept",
            false => "--fail-on",
        };
        let verdict = verdict.as_str();
        note(&format!(
            "the verdict is {verdict}; the exit status is {code} because of {why}"
        ));
    }
    code
}
