//! `doctor`: will a validation work, and if not, why not?
//!
//! ```text
//! DoctorAccess + DoctorRequest ─▶ examine ─▶ Vec<CheckResult> ─▶ view ─▶ report::doctor::v1::Report
//!
//! network         can the endpoints be reached
//! session         credentials, clock
//! bucket          does it exist, where, may it be listed        protection  encryption, versioning, lock
//! newest_digest   which digest is the newest
//! trail           does it exist, is it logging, does it deliver
//! digest          can it be read and decrypted                  digest_age, storage, public_keys
//! ```
//!
//! In: the probed endpoints, sessions, buckets, keys and trails to try, and a filter. Out: one result per check, with advice. Each
//! permission is tried with one harmless call, and the newest digest is read. The results say nothing about the
//! logs. Nothing is ever written.

mod bucket;
mod chart;
mod digest;
mod digest_age;
mod digest_facts;
mod network;
mod newest_digest;
mod protection;
mod public_keys;
mod session;
mod storage;
mod trail;
mod view;

use jiff::Timestamp;
use rayon::ThreadPool;

pub use self::chart::CheckResult;
pub use self::network::without_network;
pub use crate::report::doctor::check::{Check, Status};

use self::chart::CheckChart;
use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::proof::keys::Keys;
use crate::source::Source;
use crate::source::bucket::Buckets;
use crate::source::endpoint::{Probed, ProbedService};
use crate::source::identity::Identified;
use crate::source::trails::TrailApi;
use crate::validate::context;
use crate::validate::request::ChainFilter;

/// An identity that signs requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorCaller {
    /// Which requests it signs, in words; empty if it signs all of them.
    pub purpose: &'static str,
    /// The identity, or why it is not known.
    pub identified: Identified,
}

/// Everything that can be tried.
pub struct DoctorAccess<'a> {
    /// The endpoints that were tried first.
    pub network: &'a [Probed],
    /// The identities that sign; none if requests are not signed.
    pub callers: &'a [DoctorCaller],
    /// The objects in the buckets.
    pub source: &'a dyn Source,
    /// The buckets themselves.
    pub buckets: &'a dyn Buckets,
    /// The public keys.
    pub keys: &'a dyn Keys,
    /// The trails in CloudTrail; `None` if requests are not signed.
    pub trails: Option<&'a dyn TrailApi>,
}

/// What to try, and how.
pub struct DoctorRequest {
    /// Which chains. Its buckets are those that the user gave.
    pub filter: ChainFilter,
    /// The region for calls about a trail whose home region is not known.
    pub default_region: Region,
    /// The time of the local clock.
    pub now: Timestamp,
    /// How long the delivery of a digest may take, in seconds.
    pub delivery_lag: i64,
    /// How many folders to list at the same time.
    pub jobs: usize,
    /// Bounds on what hostile input may cost.
    pub limits: Limits,
}

/// What every check may use.
#[derive(Clone, Copy)]
struct DoctorContext<'a> {
    access: &'a DoctorAccess<'a>,
    request: &'a DoctorRequest,
    pool: &'a ThreadPool,
}

impl<'a> DoctorContext<'a> {
    /// What to ask CloudTrail with, or why it is not asked.
    fn cloudtrail(&self) -> Result<&'a dyn TrailApi, &'static str> {
        if network::is_down(self.access.network, ProbedService::CloudTrail) {
            return Err("could not be checked: CloudTrail cannot be reached");
        }
        let unsigned = "could not be checked: requests are not signed";
        self.access.trails.ok_or(unsigned)
    }
}

/// Makes every check.
///
/// # Errors
/// Where no threads can be started.
pub fn examine(
    access: &DoctorAccess<'_>,
    request: &DoctorRequest,
) -> Result<Vec<CheckResult>, Error> {
    let pool = context::workers(request.jobs.max(1))?;
    let context = DoctorContext {
        access,
        request,
        pool: &pool,
    };
    let mut chart = CheckChart::default();
    network::check(access.network, &mut chart);
    session::check_credentials(access.callers, &mut chart);
    let callers = access.callers.iter();
    let mut clocks: Vec<i64> = callers.filter_map(|c| c.identified.ahead).collect();
    let mut newest_digests = Vec::new();
    for root in access.source.roots() {
        let bucket = bucket::check(context, &root, &mut chart);
        clocks.extend(bucket.clock_ahead);
        protection::check(access.buckets, &bucket, &mut chart);
        for arn in trails_of(context, &bucket.name) {
            let newest = newest_digest::find(context, &bucket, arn, &mut chart);
            newest_digests.push((arn, newest));
        }
    }
    session::check_clock(&clocks, &mut chart);
    for arn in &request.filter.trail_arns {
        if !newest_digests.iter().any(|(known, _)| *known == Some(arn)) {
            no_bucket(arn, &mut chart);
            newest_digests.push((Some(arn), None));
        }
    }
    for (arn, newest) in &newest_digests {
        let trail = trail::check(context, *arn, newest.as_ref(), &mut chart);
        digest::check(context, newest.as_ref(), &trail, &mut chart);
    }
    Ok(chart.into_sorted())
}

/// The given trails that may write to a bucket; `None` means any trail.
fn trails_of<'a>(context: DoctorContext<'a>, bucket: &str) -> Vec<Option<&'a TrailArn>> {
    let ChainFilter {
        trail_arns,
        buckets,
        ..
    } = &context.request.filter;
    if trail_arns.is_empty() {
        return vec![None];
    }
    let writes_here = |arn: &TrailArn| {
        let trails = context.cloudtrail().ok();
        let described = trails.and_then(|t| t.describe(&arn.home_region).ok());
        let mut described = described.into_iter().flatten();
        described.any(|t| t.arn == *arn && t.bucket == bucket)
    };
    // A bucket that the user gave may hold older digests of the trail, even if the trail writes elsewhere now.
    let may_hold = |arn: &&TrailArn| !buckets.is_empty() || writes_here(arn);
    trail_arns.iter().filter(may_hold).map(Some).collect()
}

/// Reports that the bucket of a trail and its content could not be checked.
fn no_bucket(arn: &TrailArn, chart: &mut CheckChart) {
    let checks = [bucket::CHECKS, newest_digest::CHECKS, protection::CHECKS].concat();
    let why = "the bucket of the trail is not known";
    chart.unknown(&checks, &arn.to_string(), why);
}
