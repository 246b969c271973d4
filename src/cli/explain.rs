//! `trailproof explain`: whether CloudTrail delivered one given object, and whether it is intact.

use jiff::Timestamp;

use super::args::explain::ExplainArgs;
use super::args::shared::source::ScopeArgs;
use super::caller::CallerLookup;
use super::open::open;
use super::open::request::SourceRequest;
use super::output;
use super::signals::Signals;
use super::{INTERRUPTED, Start, interrupted, run_so_far, whole_second};
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::base::spool;
use crate::commands::explain::target::ExplainTarget;
use crate::commands::explain::{ExplainRequest, explain};
use crate::proof::finding::Verdict;
use crate::report::explain::text;
use crate::report::validation::v1::{Requests, Run};
use crate::source::cancellable::CancellableSource;
use crate::validate::Access;
use crate::validate::request::PriorKnowledge;

/// Explains one object, and gives the exit status.
///
/// # Errors
/// If nothing could be checked, or the report could not be written.
pub fn run(
    mut args: ExplainArgs,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let target: ExplainTarget = args.key.parse().map_err(|e| {
        let what = format!("{} is not to be explained", args.key);
        Error::new(ErrorKind::Usage, what).because(e)
    })?;
    if let Some(bucket) = &target.bucket {
        let given = &mut args.source.s3_bucket;
        if given.is_empty() {
            given.push(super::args::shared::values::bucket(bucket).map_err(|why| {
                Error::new(ErrorKind::Usage, format!("{bucket} is no bucket")).because(why)
            })?);
        }
    }
    let targets = output::to_stdout(args.format)?;
    spool::try_out()?;
    let signals = Signals::listen()?.and_deadline(args.work.deadline, start.clock)?;
    signals.stop_first(stop);
    let limits = Limits::default();
    let scope = ScopeArgs {
        region: Vec::new(),
        account_id: Vec::new(),
        organization_id: Vec::new(),
        trail_arn: args.trail_arn.into_iter().collect(),
        s3_prefix: Vec::new(),
    };
    let source_request = SourceRequest {
        source: &args.source,
        scope: &scope,
        sign_in: &args.sign_in,
        map: &args.known.map,
        keys: &args.known.keys,
        jobs: args.jobs,
    };
    let mut resolved = open(&source_request, whole_second(start.at), &limits, stop)?;
    resolved.read_clock();
    let located = std::mem::take(&mut resolved.located);
    let prior = match source_request.needs_trails() {
        true => PriorKnowledge {
            findings: located.lost,
            incomplete: located.incomplete,
            ..PriorKnowledge::default()
        },
        false => PriorKnowledge::default(),
    };
    let request = ExplainRequest {
        buckets: args.source.s3_bucket.clone(),
        mapped: !args.known.map.is_empty(),
        as_of: args.as_of,
        now: resolved.now,
        delivery_lag: args.late.delivery_lag,
        backfill_grace: args.late.backfill_grace,
        jobs: resolved.jobs,
        prior,
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
    let explained = explain(access, &target, &request)?;
    let ended_by = explained.ended_by();
    let requests = Requests {
        trails: resolved.opened.trails.map_or(0, |trails| trails.requests()),
        ..explained.requests.into()
    };
    let report = explained.report(Run {
        finished: Timestamp::now(),
        caller: caller.answer(),
        requests,
        ..run_so_far(command, start.at)
    });
    // An answer that rests on evidence stands, whatever was not read beside it.
    let ended_by = ended_by.filter(|_| report.verdict != Verdict::Verified);
    output::write_plain(targets, &report, text::write)?;
    Ok(match report.verdict {
        _ if interrupted(stop, ended_by, "report") => INTERRUPTED,
        Verdict::Gaps => Verdict::Unproven.exit_code(),
        verdict => verdict.exit_code(),
    })
}
