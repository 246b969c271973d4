//! `trailproof shard merge`: judges the parts of a plan together, and writes the report of a single run.

use std::path::PathBuf;
use std::sync::Arc;

use super::planned_validation::PlannedValidation;
use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::base::spool;
use crate::cli::args::shard::merge::ShardMergeArgs;
use crate::cli::args::shared::presentation::NamesFrom;
use crate::cli::diagnose::warning;
use crate::cli::output::earlier::EarlierReports;
use crate::cli::output::{OutputTargets, Pair};
use crate::cli::presentation;
use crate::cli::signals::Signals;
use crate::cli::terminal::progress::{Phase, Progress};
use crate::cli::validate::reporting::{self, ReportedRun, Reporting};
use crate::cli::validate::resolve::{ResolvedRun, RunOptions};
use crate::cli::{Start, run_so_far};
use crate::commands::shard::merge::{lost_chains, lost_shards, open_parts, part_files, warnings};
use crate::report::Format;
use crate::source::parts::PartSet;
use crate::validate::merge;

/// Merges parts, writes a report for each of `pairs`, and gives the exit status.
///
/// # Errors
/// If nothing was merged, or a report could not be written.
pub fn run(
    args: &ShardMergeArgs,
    mut pairs: Vec<Pair<Format>>,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let commands = args.report.commands.clone();
    pairs.extend(commands.map(|file| (Format::Commands, Some(file))));
    let earlier = EarlierReports::of(pairs.iter().filter_map(|(_, file)| file.as_ref()));
    let code = merged(args, pairs, command, start, stop);
    code.map_err(|error| earlier.noted(error))
}

fn merged(
    args: &ShardMergeArgs,
    pairs: Vec<Pair<Format>>,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let formats: Vec<Format> = pairs.iter().map(|(format, _)| *format).collect();
    reporting::note_unused(&args.report, &formats);
    if args.report.presentation.names == Some(NamesFrom::Organizations) {
        return Err(presentation::needs_aws("a merge makes no AWS calls"));
    }
    let planned = PlannedValidation::read(&args.plan)?;
    let files = part_files(&args.parts, planned.plan.header.shards)?;
    let signals = Signals::listen()?;
    let targets = opened_targets(pairs, args, (&planned, &files))?;
    signals.stop_first(stop);
    let limits = planned.args.run.bounds.limits();
    let reporting = Reporting::read(&args.report, (formats, targets), &limits)?;
    let progress = reporting.progress(start.clock);
    progress.enter(Phase::CheckingParts);
    let parts = Arc::new(open_parts(&planned.plan, &files, &limits)?);
    progress.beside(|| warnings(&parts).iter().for_each(|text| warning(text)));
    let options = RunOptions {
        parts: Some(&parts),
        one_chain_at_a_time: args.report.verbose,
        ..planned.options()
    };
    let ready = resolved(&planned, options, &parts, stop, &progress)?;
    progress.enter(Phase::Listing);
    let validation = ReportedRun {
        ready,
        run: run_so_far(command, start.at),
        state: None,
        investigates: false,
        engine: &|access, request, observer| merge(access, request, observer, parts.as_ref()),
    };
    reporting.report_on(validation, progress, stop)
}

/// Opens the parts, and adds what is known of those that are lost.
fn resolved(
    planned: &PlannedValidation,
    options: RunOptions<'_>,
    parts: &PartSet,
    stop: &CancelFlag,
    progress: &Progress,
) -> Result<ResolvedRun, Error> {
    let given = (&planned.args.run, &planned.args.sign_in);
    let mut ready = ResolvedRun::resolve(given, options, planned.now(), stop, progress)?;
    let lost = lost_chains(&planned.plan, parts);
    let prior = &mut ready.request.prior;
    prior.incomplete |= !lost_shards(parts).is_empty();
    prior.findings.extend(lost);
    Ok(ready)
}

/// Opens the targets, and checks that they replace nothing that is read, and that temporary files can be made.
fn opened_targets(
    pairs: Vec<Pair<Format>>,
    args: &ShardMergeArgs,
    (planned, files): (&PlannedValidation, &[PathBuf]),
) -> Result<OutputTargets<Format>, Error> {
    let targets = OutputTargets::open(pairs, Format::Text)?;
    let files = files.iter().map(|file| ("the part", file.clone()));
    let inputs = planned.args.run.inputs(&planned.args.sign_in);
    let plan = ("--plan", args.plan.clone());
    let inputs = inputs
        .chain(args.report.inputs())
        .chain([plan])
        .chain(files);
    targets.spare(inputs)?;
    spool::try_out()?;
    Ok(targets)
}
