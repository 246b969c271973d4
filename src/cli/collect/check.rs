//! `trailproof collect --check DIR`.

use std::path::Path;

use jiff::Timestamp;

use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::cli::args::collect::CollectArgs;
use crate::cli::open::disk::available_cores;
use crate::cli::output;
use crate::cli::signals::Signals;
use crate::cli::terminal::progress::{Phase, Progress};
use crate::cli::{INTERRUPTED, Start, interrupted, run_so_far};
use crate::proof::finding::Verdict;
use crate::report::collect::text;
use crate::report::collect::v1::{BundleState, CollectReport};
use crate::report::validation::v1::Run;
use crate::source::bundle::check::{BundleCheck, check};
use crate::source::bundle::custody::read_custody;
use crate::validate::observer::{Observer as _, Step};

/// The exit status if something differs.
const DIFFERS: u8 = 1;

/// Checks a bundle, and gives the exit status: 0 if it is intact, 1 if it differs, and that of
/// [`Verdict::Unproven`] if some files could not be read.
///
/// # Errors
/// If it is not a bundle, or the report could not be written.
pub fn run(
    dir: &Path,
    args: &CollectArgs,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let targets = output::to_stdout(args.format)?;
    let signals = Signals::listen()?.and_deadline(args.run.work.deadline, start.clock)?;
    signals.stop_first(stop);
    let limits = Limits::default();
    let progress = Progress::begin(args.progress.mode(), Phase::CheckingBundle, start.clock);
    let checked = check(&BundleCheck {
        dir,
        jobs: args.run.jobs.map_or_else(available_cores, usize::from),
        limits: &limits,
        stop,
        progress: &|bytes| progress.step(Step::BytesRead(bytes)),
    })?;
    drop(progress);
    let run = Run {
        finished: Timestamp::now(),
        ..run_so_far(command, start.at)
    };
    let bundle = dir.display().to_string();
    // What is wrong with that file is part of the check.
    let custody = read_custody(dir, &limits).ok();
    let (given, custody) = (
        args.manifest_sha256,
        custody.as_ref().map(|read| &read.custody),
    );
    let report = CollectReport::of_check(bundle, &checked, given, custody, run);
    let interrupted = interrupted(stop, checked.ended_by, "report");
    output::write_plain(targets, &report, text::write)?;
    Ok(match report.check.map(|check| check.state) {
        _ if interrupted => INTERRUPTED,
        Some(BundleState::Intact) => 0,
        Some(BundleState::Differs) => DIFFERS,
        Some(BundleState::Unknown) | None => Verdict::Unproven.exit_code(),
    })
}
