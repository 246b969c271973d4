//! `trailproof collect`: bundles of evidence.

mod check;
mod dry_run;
mod run;

use std::path::Path;

use jiff::Timestamp;

use self::run::{CollectRequest, EndedCollection};
use super::args::collect::CollectArgs;
use super::args::shared::run::RunArgs;
use super::diagnose::{self, note};
use super::{INTERRUPTED, Start, output, run_so_far};
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::{Error, ErrorKind};
use crate::commands::collect::collection::CollectionEnd;
use crate::commands::collect::report::CollectedFiles;
use crate::proof::finding::Verdict;
use crate::report::collect::text;
use crate::report::collect::v1::CollectReport;
use crate::report::validation::v1::Run;

/// Collects a bundle, checks one, or estimates what a collection takes, and gives the exit status.
///
/// # Errors
/// If nothing was done, or the report could not be written.
pub fn run(
    args: CollectArgs,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    match (&args.check, args.out.clone()) {
        (Some(dir), _) => check::run(dir, &args, command, start, stop),
        (None, _) if args.dry_run => dry_run::run(&args, command, start, stop),
        (None, Some(out)) => collect(&out, args, command, start, stop),
        // The parser refuses these arguments.
        (None, None) => Err(Error::new(
            ErrorKind::Usage,
            "--out, --check or --dry-run is needed",
        )),
    }
}

fn collect(
    out: &Path,
    args: CollectArgs,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let targets = output::to_stdout(args.format)?;
    let keys_given = keys_of(&args.run);
    let request = CollectRequest {
        out,
        args: args.run,
        sign_in: &args.sign_in,
        progress: args.progress.mode(),
        command: command.clone(),
    };
    let mut files = CollectedFiles::of(out.to_owned());
    let EndedCollection {
        end,
        custody,
        outcome,
    } = run::run(request, start, stop, &mut |line| files.add(line))?;
    let last = custody.runs.last();
    let run = Run {
        finished: Timestamp::now(),
        caller: last.and_then(|run| run.caller.clone()),
        clock_ahead: last.and_then(|run| run.clock_ahead),
        requests: outcome.requests.into(),
        ..run_so_far(command, start.at)
    };
    let (bundle, ended) = (out.display().to_string(), (&end, &custody));
    let report =
        CollectReport::of_collection(bundle, ended, (files, keys_given), outcome.verdict, run);
    let written = output::write_plain(targets, &report, text::write);
    let advice = report.collected.and_then(|collected| collected.advice);
    say_why(&end, advice.as_deref());
    written?;
    Ok(match end {
        CollectionEnd::Finished(sealed) if sealed.is_complete() => 0,
        CollectionEnd::Cancelled(CancelReason::Signal) => INTERRUPTED,
        CollectionEnd::Finished(_)
        | CollectionEnd::Cancelled(CancelReason::Deadline(_) | CancelReason::OutputClosed)
        | CollectionEnd::Stopped(_)
        | CollectionEnd::NotStored(_) => Verdict::Unproven.exit_code(),
    })
}

/// The keys that were given, as on the command line.
fn keys_of(args: &RunArgs) -> Vec<String> {
    let keys = args.known.keys.iter();
    keys.map(|path| path.display().to_string()).collect()
}

/// Says on standard error why a collection is not finished or lacks something, and what to do: the report may go to
/// a file.
fn say_why(end: &CollectionEnd, advice: Option<&str>) {
    let stopped = |kind, why: &str, hint: &str| {
        let error = Error::new(kind, "the collection is not finished").because(why);
        let hint = format!("{hint}; the same command goes on where it was");
        diagnose::print(&error.hint(hint));
    };
    match end {
        CollectionEnd::Finished(_) => advice.into_iter().for_each(note),
        CollectionEnd::Cancelled(reason) => note(&format!(
            "{reason} ended the run: the collection is not finished, and the same command goes on where it was"
        )),
        CollectionEnd::Stopped(error) => {
            stopped(ErrorKind::Input, &error.detail(), &error.hint());
        }
        CollectionEnd::NotStored(why) => stopped(ErrorKind::Output, why, "make room on the disk"),
    }
}
