//! `trailproof collect --dry-run`.

use jiff::Timestamp;

use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::cli::args::collect::CollectArgs;
use crate::cli::collect::run::check_source;
use crate::cli::output;
use crate::cli::signals::Signals;
use crate::cli::terminal::progress::{Phase, Progress};
use crate::cli::validate::resolve::{ResolvedRun, RunOptions};
use crate::cli::{INTERRUPTED, Start, interrupted, run_so_far, whole_second};
use crate::commands::collect::estimate::estimate;
use crate::proof::finding::Verdict;
use crate::report::collect::text;
use crate::report::collect::v1::CollectReport;
use crate::report::validation::v1::{Requests, Run};
use crate::source::cancellable::CancellableSource;

/// Estimates what a collection takes, and gives the exit status: that of [`Verdict::Unproven`] if not every folder
/// could be listed, or no digest was found.
///
/// # Errors
/// If nothing could be listed, or the report could not be written.
pub fn run(
    args: &CollectArgs,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    check_source(&args.run)?;
    let targets = output::to_stdout(args.format)?;
    let signals = Signals::listen()?.and_deadline(args.run.work.deadline, start.clock)?;
    signals.stop_first(stop);
    let progress = Progress::begin(args.progress.mode(), Phase::Opening, start.clock);
    let given = (&args.run, &args.sign_in);
    let now = whole_second(start.at);
    let resolved = ResolvedRun::resolve(given, RunOptions::default(), now, stop, &progress)?;
    let (opened, request) = (resolved.opened, resolved.request);
    let source = CancellableSource::new(opened.source.as_ref(), stop.clone());
    progress.enter(Phase::Listing);
    let estimate = estimate(&source, &opened.places, &request)?;
    drop(progress);
    let run = Run {
        finished: Timestamp::now(),
        clock_ahead: request.clock_off(),
        requests: Requests {
            list: estimate.listings,
            trails: opened.trails.map_or(0, |trails| trails.requests()),
            ..Requests::default()
        },
        ..run_so_far(command, start.at)
    };
    let report = CollectReport::of_estimate(&estimate, request.logs, run);
    let interrupted = interrupted(stop, estimate.ended_by, "estimate");
    output::write_plain(targets, &report, text::write)?;
    Ok(match report.complete && estimate.chains > 0 {
        _ if interrupted => INTERRUPTED,
        true => 0,
        false => Verdict::Unproven.exit_code(),
    })
}
