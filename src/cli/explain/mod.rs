//! `trailproof explain`: whether CloudTrail delivered one given object, and whether it is intact.

mod key;

use jiff::Timestamp;

use super::args::explain::ExplainArgs;
use super::args::shared::source::ScopeArgs;
use super::caller::CallerLookup;
use super::diagnose::note;
use super::open::bundle::given::GivenBundle;
use super::open::bundle::{GivenOptions, refuse_changed};
use super::open::open;
use super::open::request::{GivenInventories, SourceRequest};
use super::output;
use super::signals::Signals;
use super::terminal::progress::{Phase, Progress};
use super::{INTERRUPTED, Start, interrupted, run_so_far, whole_second};
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::Error;
use crate::base::spool;
use crate::cloudtrail::ids::TrailArn;
use crate::commands::explain::{ExplainRequest, explain};
use crate::proof::finding::Verdict;
use crate::report::explain::text;
use crate::report::validation::v1::{Requests, Run};
use crate::source::cancellable::CancellableSource;
use crate::validate::Access;
use crate::validate::not_proven::clock_in_words;
use crate::validate::request::CLOCK_OFF;
use crate::validate::view::read_from;

/// Explains one object, and gives the exit status.
///
/// # Errors
/// If nothing could be checked, or the report could not be written.
pub fn run(
    mut args: ExplainArgs,
    given: GivenOptions,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let manifest = args.bundle.manifest_sha256;
    let bundle = GivenBundle::find(&args.source, manifest, &args.bounds.limits())?;
    let target = key::target(&mut args, bundle.is_some())?;
    let targets = output::to_stdout(args.format)?;
    spool::try_out()?;
    let signals = Signals::listen()?.and_deadline(args.work.deadline, start.clock)?;
    signals.stop_first(stop);
    if let Some(bundle) = &bundle {
        bundle.explained(&mut args, given)?;
    }
    let trail = args.trail_arn.take();
    let limits = args.bounds.limits();
    let source_request = SourceRequest {
        source: &args.source,
        scope: &scope(trail),
        sign_in: &args.sign_in,
        map: &args.known.map,
        keys: &args.known.keys,
        jobs: args.jobs,
        bundle: bundle.as_ref(),
        inventory: GivenInventories::default(),
        recorder: None,
        answers: None,
        parts: None,
    };
    let progress = Progress::begin(args.progress.mode(), Phase::Opening, start.clock);
    let now = whole_second(start.at);
    let mut resolved = open(&source_request, now, &limits, stop, &progress)?;
    let ahead = resolved.read_clock();
    // That of a bundle was read by another machine.
    let ahead = ahead.filter(|ahead| bundle.is_none() && ahead.unsigned_abs() > CLOCK_OFF);
    if let Some(ahead) = ahead {
        progress.beside(|| note(&format!("{}: set the clock", clock_in_words(ahead))));
    }
    let request = ExplainRequest {
        buckets: args.source.s3_bucket.clone(),
        mapped: !args.known.map.is_empty(),
        as_of: args.as_of,
        now: resolved.now,
        from: read_from(&resolved.kind),
        delivery_lag: args.late.delivery_lag,
        backfill_grace: args.late.backfill_grace,
        jobs: resolved.jobs,
        prior: resolved.not_located(source_request.needs_trails()),
        stop: stop.clone(),
        limits,
    };
    let source = CancellableSource::new(resolved.opened.source.as_ref(), stop.clone());
    let access = Access {
        source: &source,
        places: &resolved.opened.places,
        keys: resolved.opened.keys.as_ref(),
        trails: None,
    };
    let caller = CallerLookup::start(resolved.opened.caller);
    progress.enter(Phase::Explaining);
    let explained = explain(access, &target, &request)?;
    refuse_changed(bundle.is_some(), &source)?;
    drop(progress);
    let ended_by = explained.ended_by();
    let trails = resolved.opened.trails.map_or(0, |trails| trails.requests());
    let requests = explained.requests;
    let report = explained.report(Run {
        finished: Timestamp::now(),
        caller: caller.answer(),
        requests: Requests {
            trails,
            ..requests.into()
        },
        clock_ahead: ahead,
        ..run_so_far(command, start.at)
    });
    output::write_plain(targets, &report, text::write)?;
    Ok(status(report.verdict, stop, ended_by))
}

fn status(verdict: Verdict, stop: &CancelFlag, ended_by: Option<CancelReason>) -> u8 {
    // An answer that rests on evidence stands, whatever was not read beside it.
    let ended_by = ended_by.filter(|_| verdict != Verdict::Verified);
    match verdict {
        _ if interrupted(stop, ended_by, "report") => INTERRUPTED,
        Verdict::Gaps => Verdict::Unproven.exit_code(),
        verdict => verdict.exit_code(),
    }
}

/// The scope that shows which bucket to read.
fn scope(trail: Option<TrailArn>) -> ScopeArgs {
    ScopeArgs {
        region: Vec::new(),
        account_id: Vec::new(),
        organization_id: Vec::new(),
        trail_arn: trail.into_iter().collect(),
        s3_prefix: Vec::new(),
    }
}
