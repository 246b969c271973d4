//! `trailproof validate`: resolves the arguments, runs the validation, and writes its reports.
//!
//! `reporting` runs the engine over what was opened, and writes the reports. Observers collect what a report cannot hold while the run goes on: progress, the lines of
//! `--verbose`, those of `--format jsonl`, and each file for `--format aws-cli`.

pub(crate) mod accepted;
pub(crate) mod aws_cli;
pub(crate) mod changes;
pub(crate) mod exit;
mod investigate;
pub(crate) mod jsonl;
mod needs_aws;
mod observers;
pub(crate) mod reporting;
pub(crate) mod resolve;
mod state;
pub(crate) mod verbose;

use std::path::PathBuf;

use self::reporting::{ReportedRun, Reporting};
use self::resolve::{ResolvedRun, RunOptions};
use self::state::RunState;
use super::args::validate::{StateArgs, ValidateArgs};
use super::diagnose::note;
use super::open::bundle::GivenOptions;
use super::open::bundle::given::GivenBundle;
use super::output::earlier::EarlierReports;
use super::output::{OutputTargets, Pair};
use super::signals::Signals;
use super::terminal::progress::{Phase, Progress};
use super::{Start, note_unused, run_so_far, whole_second};
use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::base::spool;
use crate::report::Format;
use crate::report::validation::v1::{Requested, SourceKind};
use crate::source::bundle::custody::is_bundle;
use crate::validate::not_proven::clock_in_words;
use crate::validate::validate;

/// Validates, writes a report for each of `pairs`, and gives the exit status.
///
/// # Errors
/// If no validation was performed, or a report could not be written.
pub fn run(
    args: (ValidateArgs, Option<StateArgs>),
    (mut pairs, given): (Vec<Pair<Format>>, GivenOptions),
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let commands = args.0.report.commands.clone();
    pairs.extend(commands.map(|file| (Format::Commands, Some(file))));
    let earlier = EarlierReports::of(pairs.iter().filter_map(|(_, file)| file.as_ref()));
    let code = validated(args, (pairs, given), command, start, stop);
    code.map_err(|error| earlier.noted(error))
}

/// Validates and writes the reports.
fn validated(
    (mut args, state): (ValidateArgs, Option<StateArgs>),
    (pairs, given): (Vec<Pair<Format>>, GivenOptions),
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let formats: Vec<Format> = pairs.iter().map(|(format, _)| *format).collect();
    let as_aws_cli = formats.contains(&Format::AwsCli);
    note_unused(&args.unused, as_aws_cli);
    reporting::note_unused(&args.report, &formats);
    investigate::note_unused(args.investigate, &formats);
    needs_aws::check_names(&args)?;
    needs_aws::check_lookup(&args)?;
    needs_aws::check_inventory(&args, state.as_ref().is_some_and(|s| s.file.is_some()))?;
    let signals = Signals::listen()?.and_deadline(args.run.work.deadline, start.clock)?;
    let state = RunState::open(state, &mut args.run)?;
    let targets = opened_targets(pairs, &args, state.as_ref())?;
    signals.stop_first(stop);
    let reporting = Reporting::read(&args.report, (formats, targets), &args.run.bounds.limits())?;
    let progress = reporting.progress(start.clock);
    let bundle = completed(&mut args, given)?;
    let mut ready = resolved((&args, bundle.as_ref()), as_aws_cli, start, stop, &progress)?;
    let state = state.map(|state| Ok((state.continued(&args.run, &mut ready, start.at)?, state)));
    let state = state.transpose()?;
    // The clock of a bundle was that of another machine.
    let clock_off = ready.request.clock_off().filter(|_| bundle.is_none());
    progress.beside(|| note_before_the_work(&ready.requested, clock_off));
    progress.enter(Phase::Listing);
    let mut run = run_so_far(command, start.at);
    run.clock_ahead = clock_off;
    let validation = ReportedRun {
        ready,
        run,
        state,
        investigates: args.investigate,
        engine: &validate,
    };
    reporting.report_on(validation, progress, stop)
}

/// Opens the targets, and checks that they replace nothing that is read, and that temporary files can be made.
fn opened_targets(
    pairs: Vec<Pair<Format>>,
    args: &ValidateArgs,
    state: Option<&RunState>,
) -> Result<OutputTargets<Format>, Error> {
    let targets = OutputTargets::open(pairs, Format::Text)?;
    let files = state.into_iter().flat_map(RunState::files);
    targets.spare(inputs(args).chain(files))?;
    let limits = args.run.bounds.limits();
    let bundles = args.run.source.copies();
    targets.spare_bundles(bundles.filter(|dir| is_bundle(dir, &limits)))?;
    targets.spare_copies(args.run.source.copies())?;
    spool::try_out()?;
    state.map_or(Ok(()), RunState::try_out)?;
    Ok(targets)
}

fn resolved(
    (args, bundle): (&ValidateArgs, Option<&GivenBundle>),
    as_aws_cli: bool,
    start: Start,
    stop: &CancelFlag,
    progress: &Progress,
) -> Result<ResolvedRun, Error> {
    let options = RunOptions {
        bundle,
        as_aws_cli,
        one_chain_at_a_time: args.report.verbose,
        lookup: args.lookup,
        inventory: &args.inventory.inventory,
        ..RunOptions::default()
    };
    let given = (&args.run, &args.sign_in);
    ResolvedRun::resolve(given, options, whole_second(start.at), stop, progress)
}

/// The bundle that was given. It completes the arguments.
fn completed(args: &mut ValidateArgs, given: GivenOptions) -> Result<Option<GivenBundle>, Error> {
    let limits = args.run.bounds.limits();
    let manifest = args.bundle.manifest_sha256;
    let mut bundle = GivenBundle::find(&args.run.source, manifest, &limits)?;
    if let Some(bundle) = &mut bundle {
        bundle.complete(&mut args.run, given)?;
    }
    Ok(bundle)
}

/// Notes that `--as-of` alone does not end the window of a copy, and that the local clock is wrong.
fn note_before_the_work(requested: &Requested, clock_off: Option<i64>) {
    let on_disk = requested.source == SourceKind::Disk;
    if on_disk && requested.as_of.is_some() && requested.end.is_none() {
        note("without --end-time the window ends with the data, and not at --as-of");
    }
    if let Some(ahead) = clock_off {
        note(&format!("{}: set the clock", clock_in_words(ahead)));
    }
}

/// What a run reads besides copies, each with its option.
fn inputs(args: &ValidateArgs) -> impl Iterator<Item = (&'static str, PathBuf)> {
    args.run
        .inputs(&args.sign_in)
        .chain(args.inventory.inputs())
        .chain(args.report.inputs())
}
