//! `trailproof trails`: which chains are there.

use clap::ArgMatches;
use jiff::Timestamp;
use std::time::Instant;

use super::args::trails::TrailsArgs;
use super::output::{self, OutputTargets};
use super::signals::Signals;
use super::terminal::progress::Progress;
use super::validate::resolve::{SourceRequest, texts};
use super::{INTERRUPTED, begun, interrupted, second};
use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::commands::trails::{TrailsRequest, list};
use crate::proof::finding::Verdict;
use crate::report::trails::v1::{Requested, Trails};
use crate::report::trails::{self, Format};
use crate::report::validation::v1::{Requests, Run};
use crate::source::cancellable::CancellableSource;
use crate::validate::request::PriorKnowledge;

/// Lists the chains and gives the exit status: that of what is unproven where something could not be
/// listed, or nothing is there.
///
/// # Errors
/// Where nothing was listed, or the list could not be written.
pub fn run(
    args: TrailsArgs,
    matches: Option<&ArgMatches>,
    command: Vec<String>,
    started: Timestamp,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let entered = Instant::now();
    let pairs = output::pairs(matches, Format::Text)?;
    let signals = Signals::listen()?;
    let targets = OutputTargets::open(pairs, Format::Text)?;
    signals.ask(stop);
    let limits = Limits::default();
    let look = SourceRequest {
        source: &args.source,
        scope: &args.scope,
        sign_in: &args.sign_in,
        map: &[],
        keys: &[],
        jobs: args.jobs,
    };
    let side = look.open(second(started), &limits, stop)?;
    let scope = &args.scope;
    let requested = Requested {
        source: side.kind,
        regions: texts(&scope.region),
        account_ids: texts(&scope.account_id),
        organization_ids: texts(&scope.organization_id),
        trail_arns: texts(&scope.trail_arn),
        buckets: side.buckets,
        prefixes: look.prefixes(),
    };
    let needed = look.needs_trails();
    let request = TrailsRequest {
        filter: look.filter(&side.located.trails),
        jobs: side.jobs,
        prior: PriorKnowledge {
            incomplete: needed && side.located.incomplete,
            findings: if needed {
                side.located.lost
            } else {
                Vec::new()
            },
            ..PriorKnowledge::default()
        },
        limits,
    };
    let source = CancellableSource::new(side.access.source.as_ref(), stop.clone());
    let progress = Progress::begin("listing digests", entered, args.quiet);
    let outcome = list(&source, &side.access.places, &request)?;
    drop(progress);
    let run = Run {
        finished: Timestamp::now(),
        requests: Requests {
            list: outcome.listings,
            trails: side.access.trails.map_or(0, |trails| trails.requests()),
            ..Requests::default()
        },
        ..begun(command, started)
    };
    let list = Trails::new(&outcome, requested, run);
    let interrupted = interrupted(stop, "list");
    targets.write(|format, out| trails::render(&list, format, out))?;
    Ok(match (interrupted, list.is_whole()) {
        (true, _) => INTERRUPTED,
        (false, true) => Verdict::Verified.exit_code(),
        (false, false) => Verdict::Unproven.exit_code(),
    })
}
