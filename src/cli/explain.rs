//! `explain`: whether one file was delivered by CloudTrail, and is intact.

use jiff::Timestamp;

use super::args::explain::ExplainArgs;
use super::args::shared::source::ScopeArgs;
use super::caller::CallerLookup;
use super::output;
use super::signals::Signals;
use super::validate::resolve::SourceRequest;
use super::{INTERRUPTED, begun, interrupted, second};
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::commands::explain::target::ExplainTarget;
use crate::commands::explain::{ExplainRequest, explain};
use crate::proof::finding::Verdict;
use crate::report::explain::text;
use crate::report::validation::v1::{Requests, Run};
use crate::source::cancellable::CancellableSource;
use crate::validate::Access;

/// Looks, and gives the exit status.
///
/// # Errors
/// Where no look was taken, or its report could not be written.
pub fn run(
    mut args: ExplainArgs,
    command: Vec<String>,
    started: Timestamp,
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
    Signals::listen()?.ask(stop);
    let limits = Limits::default();
    let scope = ScopeArgs {
        region: Vec::new(),
        account_id: Vec::new(),
        organization_id: Vec::new(),
        trail_arn: args.trail_arn.into_iter().collect(),
        s3_prefix: Vec::new(),
    };
    let look = SourceRequest {
        source: &args.source,
        scope: &scope,
        sign_in: &args.sign_in,
        map: &args.known.map,
        keys: &args.known.keys,
        jobs: args.jobs,
    };
    let side = look.open(second(started), &limits, stop)?;
    let request = ExplainRequest {
        buckets: args.source.s3_bucket.clone(),
        mapped: !args.known.map.is_empty(),
        as_of: args.as_of.or(side.now),
        delivery_lag: args.late.delivery_lag,
        backfill_grace: args.late.backfill_grace,
        jobs: side.jobs,
        limits,
    };
    let source = CancellableSource::new(side.access.source.as_ref(), stop.clone());
    let access = Access {
        source: &source,
        places: &side.access.places,
        keys: side.access.keys.as_ref(),
        trails: None,
    };
    let caller = CallerLookup::ask(side.access.who);
    let explained = explain(access, &target, &request)?;
    let requests = Requests {
        trails: side.access.trails.map_or(0, |trails| trails.requests()),
        ..explained.requests.into()
    };
    let report = explained.report(Run {
        finished: Timestamp::now(),
        caller: caller.told(),
        requests,
        ..begun(command, started)
    });
    output::tell(&report, args.format, text::write)?;
    Ok(match report.verdict {
        _ if interrupted(stop, "report") => INTERRUPTED,
        Verdict::Gaps => Verdict::Unproven.exit_code(),
        verdict => verdict.exit_code(),
    })
}
