//! Whether a validation will work, and if not, why: each permission is tried by one harmless call, and
//! the newest digest is read. Nothing here says anything of the logs, and nothing is ever written.

mod bucket;
mod digest;
mod digest_age;
mod newest_digest;
mod protection;
mod public_keys;
mod session;
mod storage;
mod trail;

use jiff::Timestamp;

pub use crate::report::doctor::check::{Check, CheckResult, Status, worst};

use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::proof::keys::Keys;
use crate::report::doctor::check::CheckChart;
use crate::source::Source;
use crate::source::bucket::Buckets;
use crate::source::identity::Identified;
use crate::source::trails::TrailApi;
use crate::validate::request::ChainFilter;

/// Someone who signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorCaller {
    /// What they sign for, in words; empty where they sign for everything.
    pub purpose: &'static str,
    /// Who they are.
    pub identified: Identified,
}

/// Everything that can be asked.
pub struct DoctorAccess<'a> {
    /// Who signs; nobody where requests are not signed.
    pub callers: &'a [DoctorCaller],
    /// The buckets' objects.
    pub source: &'a dyn Source,
    /// The buckets themselves.
    pub buckets: &'a dyn Buckets,
    /// The public keys.
    pub keys: &'a dyn Keys,
    /// What CloudTrail says of trails; not where requests are not signed.
    pub trails: Option<&'a dyn TrailApi>,
}

/// What is asked for.
pub struct DoctorRequest {
    /// Which chains; its buckets are those that were given.
    pub filter: ChainFilter,
    /// The region to ask in where nothing tells one.
    pub usual: Region,
    /// The time.
    pub now: Timestamp,
    /// How long a digest may take to be delivered, in seconds.
    pub delivery_lag: i64,
    /// Folders listed at the same time.
    pub jobs: usize,
    /// Bounds on what input may cost.
    pub limits: Limits,
}

/// Looks into everything.
///
/// # Errors
/// Where no workers can be had.
pub fn examine(
    reach: &DoctorAccess<'_>,
    wanted: &DoctorRequest,
) -> Result<Vec<CheckResult>, Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(wanted.jobs.max(1))
        .build()
        .map_err(|e| Error::new(ErrorKind::Internal, "cannot start workers").because(e))?;
    let mut chart = CheckChart::default();
    session::credentials(reach.callers, &mut chart);
    let mut clocks: Vec<i64> = reach
        .callers
        .iter()
        .filter_map(|c| c.identified.ahead)
        .collect();
    let mut seen = Vec::new();
    for root in reach.source.roots() {
        let looked = bucket::look(reach, wanted, &root, &pool, &mut chart);
        clocks.extend(looked.ahead);
        protection::look(reach.buckets, &root, looked.there, &mut chart);
        for arn in targets(reach, wanted, &looked.name) {
            let found = newest_digest::find(reach, wanted, &looked, arn, &mut chart);
            seen.push((arn.cloned(), found));
        }
    }
    session::clock(&clocks, &mut chart);
    for arn in &wanted.filter.trail_arns {
        if !seen.iter().any(|(seen, _)| seen.as_ref() == Some(arn)) {
            no_bucket(arn, &mut chart);
            seen.push((Some(arn.clone()), None));
        }
    }
    for (arn, newest) in &seen {
        let trail = trail::look(reach, wanted, arn.as_ref(), newest.as_ref(), &mut chart);
        digest::look(reach, wanted, newest.as_ref(), &trail, &mut chart);
    }
    Ok(chart.sorted())
}

/// The trails whose newest digest is looked for in a bucket: those asked for that may write there, or
/// whichever wrote last.
fn targets<'w>(
    reach: &DoctorAccess<'_>,
    wanted: &'w DoctorRequest,
    bucket: &str,
) -> Vec<Option<&'w TrailArn>> {
    let ChainFilter {
        trail_arns,
        buckets,
        ..
    } = &wanted.filter;
    if trail_arns.is_empty() {
        return vec![None];
    }
    let writes_here = |arn: &TrailArn| {
        let described = reach.trails.and_then(|t| t.describe(&arn.home_region).ok());
        let mut described = described.into_iter().flatten();
        described.any(|t| t.arn == *arn && t.bucket == bucket)
    };
    // In a bucket that was given its digests may lie whatever is said of it now.
    let here = |arn: &&TrailArn| !buckets.is_empty() || writes_here(arn);
    trail_arns.iter().filter(here).map(Some).collect()
}

/// Where a trail's bucket is not known nothing in it can be looked at.
fn no_bucket(arn: &TrailArn, chart: &mut CheckChart) {
    let checks = [bucket::CHECKS, newest_digest::CHECKS, protection::CHECKS].concat();
    let why = "where the trail writes is not known";
    chart.unknown(&checks, &arn.to_string(), why);
}
