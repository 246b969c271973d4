//! What the arguments resolve to where AWS is asked: sessions, buckets, keys, trails.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::aws::keys::RegionalKeys;
use crate::aws::s3::{InFlight, S3Source};
use crate::aws::trails::SessionTrails;
use crate::aws::{Http, HttpSettings, Runtime, Session, SessionSettings};
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cli::args::shared::aws::SignInArgs;
use crate::cli::caller::Who;
use crate::cli::validate::resolve::{OpenedSource, ResolvedSource, SourceRequest, key_files};
use crate::cloudtrail::ids::Region;
use crate::proof::keys::Keys;
use crate::report::validation::v1::SourceKind;
use crate::source::Source as _;
use crate::source::key_files::read_bounded;
use crate::source::places::Places;
use crate::source::trails::TrailApi;
use crate::validate::survey::trails::{LocatedTrails, locate};

/// Requests in flight at first, where nothing else is asked for: latency hides behind them.
pub const IN_FLIGHT: usize = 64;
/// The most, where answers take long: each holds some 400 KB.
const MOST_IN_FLIGHT: usize = 256;
/// Where S3 is asked first if nothing says where the bucket is.
pub const FIRST_REGION: &str = "us-east-1";

/// Signs in, and finds out where the trails write.
pub fn online(
    look: &SourceRequest<'_>,
    now: Timestamp,
    limits: &Limits,
    stop: &CancelFlag,
) -> Result<ResolvedSource, Error> {
    if look.scope.trail_arn.is_empty() && look.source.s3_bucket.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "there is nowhere to look").hint(
            "give --trail-arn for one trail, --s3-bucket for all in a bucket, or --path for a copy on \
             disk",
        ));
    }
    let start = start(look)?;
    let engine = Arc::new(Runtime::new(stop.clone())?);
    let http = Http::new(connections(look.sign_in, limits)?)?;
    let SignInArgs {
        profile,
        s3_profile,
        trail_profile,
        ..
    } = look.sign_in;
    let open = |profile: Option<&String>| {
        let settings = SessionSettings {
            profile: profile.cloned(),
            endpoint_url: look.sign_in.endpoint_url.clone(),
            region: start.clone(),
            sign: !look.sign_in.no_sign_request,
        };
        Session::open(Arc::clone(&engine), http.clone(), &settings)
    };
    let s3_profile = s3_profile.as_ref().or(profile.as_ref());
    let trail_profile = trail_profile.as_ref().or(profile.as_ref());
    let s3 = open(s3_profile)?;
    let cloudtrail = if s3_profile == trail_profile {
        s3.clone()
    } else {
        open(trail_profile)?
    };

    let other = (s3_profile != trail_profile).then(|| cloudtrail.clone());
    let who = who(s3.clone(), other, look);
    let who = Some(who).filter(|_| !look.sign_in.no_sign_request);
    let trails = Box::new(SessionTrails::new(cloudtrail.clone(), start.clone()));
    let trails = Some(trails as Box<dyn TrailApi>).filter(|_| !look.sign_in.no_sign_request);
    let located = match &trails {
        Some(trails) => locate(trails.as_ref(), &look.scope.trail_arn),
        None => LocatedTrails::default(),
    };
    let mut buckets = look.source.s3_bucket.clone();
    if buckets.is_empty() {
        buckets.extend(located.trails.iter().map(|t| t.bucket.clone()));
    }
    buckets.sort();
    buckets.dedup();
    let keys: Box<dyn Keys> = if look.keys.is_empty() {
        Box::new(RegionalKeys::new(cloudtrail, now))
    } else {
        Box::new(key_files(look.keys, limits)?)
    };
    let given = look.jobs.map(usize::from);
    let in_flight = InFlight {
        first: given.unwrap_or(IN_FLIGHT),
        most: given.unwrap_or(MOST_IN_FLIGHT),
    };
    let source = S3Source::new(s3, buckets, &start, in_flight, limits.clone());
    let mut given = look.source.s3_bucket.clone();
    given.sort();
    given.dedup();
    Ok(ResolvedSource {
        access: OpenedSource {
            places: Places::new(source.roots(), look.map.to_vec()),
            source: Box::new(source),
            keys,
            trails,
            who,
        },
        kind: SourceKind::S3,
        buckets: given,
        located,
        now: Some(now),
        jobs: in_flight.first,
    })
}

/// What asks who we are, for S3 and, where that is somebody else, for CloudTrail.
fn who(s3: Session, cloudtrail: Option<Session>, look: &SourceRequest<'_>) -> Who {
    let there = named_region(look).cloned();
    Box::new(move || {
        let arn = |session: &Session| Some(session.who(there.as_ref()).answer.ok()?.arn);
        let Some(cloudtrail) = cloudtrail else {
            return arn(&s3);
        };
        let told = [("for S3", arn(&s3)), ("for CloudTrail", arn(&cloudtrail))];
        let known = told
            .into_iter()
            .filter_map(|(purpose, arn)| Some(format!("{} {purpose}", arn?)));
        let known: Vec<String> = known.collect();
        (!known.is_empty()).then(|| known.join(", "))
    })
}

/// The region that was named, or is that of a trail.
fn named_region<'a>(look: &SourceRequest<'a>) -> Option<&'a Region> {
    let home = look.scope.trail_arn.first().map(|arn| &arn.home_region);
    look.scope.region.first().or(home)
}

/// The region to start from where neither environment nor profile name one.
fn start(look: &SourceRequest<'_>) -> Result<Region, Error> {
    match named_region(look) {
        Some(region) => Ok(region.clone()),
        None => FIRST_REGION
            .parse()
            .map_err(|e| Error::new(ErrorKind::Internal, "no first region").because(e)),
    }
}

/// How to connect: `--ca-bundle` or `AWS_CA_BUNDLE`, and the time-outs, of which 0 is none.
pub fn connections(sign_in: &SignInArgs, limits: &Limits) -> Result<HttpSettings, Error> {
    let usual = HttpSettings::default();
    let from_env = || std::env::var_os("AWS_CA_BUNDLE").filter(|v| !v.is_empty());
    let bundle = sign_in
        .ca_bundle
        .clone()
        .or_else(|| from_env().map(PathBuf::from));
    let wait = |seconds: Option<u32>, usual| match seconds {
        Some(0) => None,
        Some(seconds) => Some(Duration::from_secs(seconds.into())),
        None => usual,
    };
    Ok(HttpSettings {
        authorities: bundle
            .map(|path| read_bounded(&path, limits.side_file))
            .transpose()?,
        connect: wait(sign_in.cli_connect_timeout, usual.connect),
        read: wait(sign_in.cli_read_timeout, usual.read),
    })
}
