//! `explain`: whether one file was delivered by CloudTrail, and is intact.

use jiff::Timestamp;

use super::args::Scope;
use super::explain_args::{Explain, Format};
use super::output::Targets;
use super::plan::Look;
use super::{INTERRUPTED, note, second, signals};
use crate::error::{Error, Kind};
use crate::explain::target::Target;
use crate::explain::{Settings, explain, text};
use crate::finding::Verdict;
use crate::limits::Limits;
use crate::report::json;
use crate::report::v1::{Requests, Run};
use crate::source::halting::Halting;
use crate::stop::Stop;
use crate::validate::Access;

/// Looks, and gives the exit status.
///
/// # Errors
/// Where no look was taken, or its report could not be written.
pub fn run(
    mut args: Explain,
    command: Vec<String>,
    started: Timestamp,
    stop: &Stop,
) -> Result<u8, Error> {
    let target: Target = args.key.parse().map_err(|e| {
        let what = format!("{} is not to be explained", args.key);
        Error::new(Kind::Usage, what).because(e)
    })?;
    if let Some(bucket) = &target.bucket {
        let given = &mut args.source.s3_bucket;
        if given.is_empty() {
            given.push(super::args::bucket(bucket).map_err(|why| {
                Error::new(Kind::Usage, format!("{bucket} is no bucket")).because(why)
            })?);
        }
    }
    signals(stop)?;
    let limits = Limits::default();
    let scope = Scope {
        region: Vec::new(),
        account_id: Vec::new(),
        organization_id: Vec::new(),
        trail_arn: args.trail_arn.into_iter().collect(),
        s3_prefix: Vec::new(),
    };
    let look = Look {
        source: &args.source,
        scope: &scope,
        sign_in: &args.sign_in,
        map: &args.map,
        keys: &args.keys,
        jobs: args.jobs,
    };
    let side = look.open(second(started), &limits, stop)?;
    let settings = Settings {
        buckets: args.source.s3_bucket.clone(),
        mapped: !args.map.is_empty(),
        as_of: args.as_of.or(side.now),
        delivery_lag: args.delivery_lag,
        backfill_grace: args.backfill_grace,
        jobs: side.jobs,
        limits,
    };
    let source = Halting::new(side.access.source.as_ref(), stop.clone());
    let access = Access {
        source: &source,
        atlas: &side.access.atlas,
        keys: side.access.keys.as_ref(),
        trails: None,
    };
    let explained = explain(access, &target, &settings)?;
    let requests = explained.requests;
    let report = explained.report(Run {
        tool: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        command,
        started,
        finished: Timestamp::now(),
        caller: None,
        requests: Requests {
            list: requests.list,
            get: requests.get,
            head: requests.head,
            keys: requests.keys,
            trails: side.access.trails.map_or(0, |trails| trails.requests()),
        },
    });
    let targets = Targets::open(vec![(args.format, None)], Format::Text)?;
    targets.write(|format, out| match format {
        Format::Text => text::write(&report, out),
        Format::Json => json::write(&report, out),
    })?;
    if stop.is_set() {
        note("interrupted: the report holds what was found until then");
        return Ok(INTERRUPTED);
    }
    Ok(match report.verdict {
        Verdict::Gaps => Verdict::Unproven.exit_code(),
        verdict => verdict.exit_code(),
    })
}
