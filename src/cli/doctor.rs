//! `trailproof doctor`: signs in, tries every request that a validation needs, and writes the results.

use jiff::Timestamp;

use super::args::doctor::DoctorArgs;
use super::args::shared::source::SourceArgs;
use super::open::aws::{IN_FLIGHT, LocatedSource, Sessions, locate_source, sign_in};
use super::open::request::{GivenInventories, SourceRequest};
use super::output;
use super::terminal::progress::{Phase, Progress};
use super::{INTERRUPTED, Start, interrupted, whole_second};
use crate::aws::Session;
use crate::aws::keys::SessionKeys;
use crate::aws::s3::InFlight;
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cloudtrail::ids::Region;
use crate::commands::doctor::{
    CheckResult, DoctorAccess, DoctorCaller, DoctorRequest, examine, without_network,
};
use crate::report::doctor::check::Status;
use crate::report::doctor::text;
use crate::report::doctor::v1::{Report, Run};
use crate::source::Source as _;
use crate::source::endpoint::Probed;
use crate::source::regional_keys::RegionalKeys;
use crate::validate::request::Request;

/// How many requests are in flight.
const AT_ONCE: InFlight = InFlight {
    first: IN_FLIGHT,
    most: IN_FLIGHT,
};

/// Checks what a validation needs, and gives the exit status.
///
/// # Errors
/// If nothing could be checked, or the report could not be written.
pub fn run(
    args: DoctorArgs,
    start: Start,
    command: Vec<String>,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    if args.scope.trail_arn.is_empty() && args.s3_bucket.is_empty() {
        return Err(nothing_given());
    }
    let now = whole_second(start.at);
    let targets = output::to_stdout(args.format)?;
    let limits = args.bounds.limits();
    let source_args = SourceArgs {
        path: Vec::new(),
        s3_bucket: args.s3_bucket,
    };
    let source_request = SourceRequest {
        source: &source_args,
        scope: &args.scope,
        sign_in: &args.sign_in,
        map: &[],
        keys: &[],
        jobs: None,
        bundle: None,
        inventory: GivenInventories::default(),
        recorder: None,
        answers: None,
        parts: None,
    };
    let progress = Progress::begin(args.progress.mode(), Phase::SigningIn, start.clock);
    let sessions = sign_in(&source_request, &limits, stop)?;
    progress.enter(Phase::Checking);
    let network = probe(&source_request, &sessions);
    let checked = match without_network(&network) {
        Some(checked) => checked,
        None => try_all(&source_request, sessions, network, now, limits)?,
    };
    let ended_by = stop.reason();
    drop(progress);
    let report = Report::new(checked, run_of(command, now));
    output::write_plain(targets, &report, text::write)?;
    Ok(match report.status {
        _ if interrupted(stop, ended_by, "report") => INTERRUPTED,
        // Not every check was made, whether or not a validation depends on it.
        Status::Ok | Status::Warning if ended_by.is_some() => Status::Unknown.exit_code(),
        status => status.exit_code(),
    })
}

fn nothing_given() -> Error {
    let error = Error::new(ErrorKind::Usage, "nothing to check");
    error.hint("give --trail-arn for one trail, or --s3-bucket for a bucket")
}

/// Tries the endpoints that are known before any trail is looked up, all at the same time. The endpoint of S3 is the
/// same for all buckets of a region, so one bucket is enough.
fn probe(request: &SourceRequest<'_>, sessions: &Sessions) -> Vec<Probed> {
    let trails = request.scope.trail_arn.iter();
    let mut regions: Vec<&Region> = trails.map(|arn| &arn.home_region).collect();
    if regions.is_empty() {
        regions.push(&sessions.start);
    }
    regions.sort();
    regions.dedup();
    let regions = regions.into_iter().filter(|_| sessions.signed);
    let bucket = request.source.s3_bucket.first();
    std::thread::scope(|scope| {
        // Without a thread, an endpoint is not probed, and the checks after it find out.
        let thread = std::thread::Builder::new;
        let s3 = |bucket| move || sessions.s3.probe_s3(bucket, &sessions.start);
        let cloudtrail = |region| move || sessions.cloudtrail.probe_cloudtrail(region);
        let mut probes = Vec::new();
        probes.extend(bucket.map(|bucket| thread().spawn_scoped(scope, s3(bucket))));
        probes.extend(regions.map(|region| thread().spawn_scoped(scope, cloudtrail(region))));
        let probes = probes.into_iter().flatten();
        probes.filter_map(|probe| probe.join().ok()).collect()
    })
}

/// Makes every check.
fn try_all(
    source_request: &SourceRequest<'_>,
    sessions: Sessions,
    mut network: Vec<Probed>,
    now: Timestamp,
    limits: Limits,
) -> Result<Vec<CheckResult>, Error> {
    let callers = callers(&sessions);
    let LocatedSource {
        source,
        trails,
        located,
    } = locate_source(source_request, &sessions, AT_ONCE, &limits);
    if source_request.needs_trails() {
        let buckets = source.roots().into_iter().flat_map(|root| root.buckets);
        let first = buckets.take(1);
        network.extend(first.map(|bucket| sessions.s3.probe_s3(&bucket, &sessions.start)));
    }
    let keys = RegionalKeys::new(SessionKeys::new(sessions.cloudtrail), now);
    let access = DoctorAccess {
        network: &network,
        callers: &callers,
        source: &source,
        buckets: &source,
        keys: &keys,
        trails: trails.as_deref(),
    };
    let request = DoctorRequest {
        filter: source_request.filter(&located.trails),
        default_region: sessions.start,
        now,
        delivery_lag: Request::default().delivery_lag,
        jobs: IN_FLIGHT,
        limits,
    };
    examine(&access, &request)
}

/// How the report was made.
fn run_of(command: Vec<String>, started: Timestamp) -> Run {
    Run {
        tool: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        command,
        started: started.to_string(),
        finished: Timestamp::now().to_string(),
    }
}

/// The identities that sign requests; none if requests are not signed.
fn callers(sessions: &Sessions) -> Vec<DoctorCaller> {
    if !sessions.signed {
        return Vec::new();
    }
    let caller = |purpose, session: &Session| DoctorCaller {
        purpose,
        identified: session.who(None),
    };
    if sessions.shared {
        return vec![caller("", &sessions.s3)];
    }
    vec![
        caller("for S3", &sessions.s3),
        caller("for CloudTrail", &sessions.cloudtrail),
    ]
}
