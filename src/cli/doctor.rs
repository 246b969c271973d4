//! `doctor`: signs in, has everything looked into, and writes what was found.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::args::doctor::DoctorArgs;
use super::open::aws::{FIRST_REGION, IN_FLIGHT, connections};
use super::output;
use super::terminal::progress::Progress;
use super::{INTERRUPTED, interrupted};
use crate::aws::keys::RegionalKeys;
use crate::aws::s3::{InFlight, S3Source};
use crate::aws::trails::SessionTrails;
use crate::aws::{Http, Runtime, Session, SessionSettings};
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cloudtrail::ids::Region;
use crate::commands::doctor::{DoctorAccess, DoctorCaller, DoctorRequest, examine};
use crate::report::doctor::text;
use crate::report::doctor::v1::{Report, Run};
use crate::source::trails::TrailApi;
use crate::validate::request::{ChainFilter, Request};
use crate::validate::survey::trails::locate;

/// Who signs for S3 and who for CloudTrail.
struct Sessions {
    s3: Session,
    trail: Session,
    /// Whether they are the same.
    one: bool,
}

/// Looks, and gives the exit status.
///
/// # Errors
/// Where no look was taken, or its report could not be written.
pub fn run(
    args: DoctorArgs,
    now: Timestamp,
    command: Vec<String>,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    if args.scope.trail_arn.is_empty() && args.s3_bucket.is_empty() {
        let error = Error::new(ErrorKind::Usage, "there is nothing to look at");
        return Err(error.hint("give --trail-arn for one trail, or --s3-bucket for a bucket"));
    }
    let begun = Instant::now();
    let limits = Limits::default();
    let usual = usual(&args)?;
    let sessions = sign_in(&args, &usual, &limits, stop)?;
    let signed = !args.sign_in.no_sign_request;
    let callers = if signed {
        callers(&sessions)
    } else {
        Vec::new()
    };
    let trails = SessionTrails::new(sessions.trail.clone(), usual.clone());
    let trails = Some(&trails as &dyn TrailApi).filter(|_| signed);
    let located = trails.map(|t| locate(t, &args.scope.trail_arn).trails);
    let located = located.unwrap_or_default();
    let here = |bucket: &String| args.s3_bucket.is_empty() || args.s3_bucket.contains(bucket);
    let places = located.iter().filter(|t| here(&t.bucket));
    let places = places.map(|t| t.prefix.clone()).collect();
    let mut buckets = args.s3_bucket.clone();
    if buckets.is_empty() {
        buckets.extend(located.iter().map(|t| t.bucket.clone()));
    }
    buckets.sort();
    buckets.dedup();
    let keys = RegionalKeys::new(sessions.trail.clone(), now);
    let in_flight = InFlight {
        first: IN_FLIGHT,
        most: IN_FLIGHT,
    };
    let source = S3Source::new(
        sessions.s3.clone(),
        buckets,
        &usual,
        in_flight,
        limits.clone(),
    );
    let reach = DoctorAccess {
        callers: &callers,
        source: &source,
        buckets: &source,
        keys: &keys,
        trails,
    };
    let prefixes = args
        .scope
        .s3_prefix
        .iter()
        .map(|p| p.trim_matches('/').into());
    let wanted = DoctorRequest {
        filter: ChainFilter {
            regions: args.scope.region,
            accounts: args.scope.account_id,
            organizations: args.scope.organization_id,
            trail_arns: args.scope.trail_arn,
            prefixes: prefixes.collect(),
            places,
            buckets: args.s3_bucket,
        },
        default_region: usual,
        now,
        delivery_lag: Request::default().delivery_lag,
        jobs: IN_FLIGHT,
        limits,
    };
    let progress = Progress::begin("trying what a validation needs", begun, args.quiet);
    let checked = examine(&reach, &wanted)?;
    drop(progress);
    let run = Run {
        tool: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        command,
        started: now.to_string(),
        finished: Timestamp::now().to_string(),
    };
    let report = Report::new(checked, run);
    output::tell(&report, args.format, text::write)?;
    Ok(if interrupted(stop, "report") {
        INTERRUPTED
    } else {
        report.status.exit_code()
    })
}

/// The region to ask in where neither environment nor profile name one.
fn usual(args: &DoctorArgs) -> Result<Region, Error> {
    let home = args.scope.trail_arn.first().map(|arn| &arn.home_region);
    match args.scope.region.first().or(home) {
        Some(region) => Ok(region.clone()),
        None => FIRST_REGION
            .parse()
            .map_err(|e| Error::new(ErrorKind::Internal, "no first region").because(e)),
    }
}

fn sign_in(
    args: &DoctorArgs,
    usual: &Region,
    limits: &Limits,
    stop: &CancelFlag,
) -> Result<Sessions, Error> {
    let engine = Arc::new(Runtime::new(stop.clone())?);
    let http = Http::new(connections(&args.sign_in, limits)?)?;
    let open = |profile: Option<&String>| {
        let settings = SessionSettings {
            profile: profile.cloned(),
            endpoint_url: args.sign_in.endpoint_url.clone(),
            region: usual.clone(),
            sign: !args.sign_in.no_sign_request,
        };
        Session::open(Arc::clone(&engine), http.clone(), &settings)
    };
    let usual_profile = args.sign_in.profile.as_ref();
    let s3_profile = args.sign_in.s3_profile.as_ref().or(usual_profile);
    let trail_profile = args.sign_in.trail_profile.as_ref().or(usual_profile);
    let s3 = open(s3_profile)?;
    let one = s3_profile == trail_profile;
    let trail = if one {
        s3.clone()
    } else {
        open(trail_profile)?
    };
    Ok(Sessions { s3, trail, one })
}

fn callers(sessions: &Sessions) -> Vec<DoctorCaller> {
    let caller = |purpose, session: &Session| DoctorCaller {
        purpose,
        identified: session.who(None),
    };
    if sessions.one {
        return vec![caller("", &sessions.s3)];
    }
    vec![
        caller("for S3", &sessions.s3),
        caller("for CloudTrail", &sessions.trail),
    ]
}
