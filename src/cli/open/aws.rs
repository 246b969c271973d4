//! Opens buckets in AWS: signs in, locates the trails, and prepares keys and the source. The same
//! functions serve every command.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::disk::key_ring;
use super::inventory::{self, InventoryScope, OpenedInventories};
use super::request::{OpenedSource, ReadClock, ResolvedSource, SourceRequest};
use crate::aws::keys::SessionKeys;
use crate::aws::s3::{InFlight, S3Source};
use crate::aws::trails::SessionTrails;
use crate::aws::{Http, HttpSettings, Runtime, Session, SessionSettings, agreed};
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::cli::args::shared::aws::SignInArgs;
use crate::cli::caller::FindCaller;
use crate::cli::presentation::FindMembers;
use crate::cli::terminal::progress::{Phase, Progress};
use crate::cloudtrail::ids::Region;
use crate::commands::collect::recorder::{RecordingKeys, RecordingSource, RecordingTrails};
use crate::proof::keys::Keys;
use crate::report::validation::v1::SourceKind;
use crate::source::Source as _;
use crate::source::bucket_record::BucketRecords;
use crate::source::inventory::InventorySource;
use crate::source::key_files::read_bounded;
use crate::source::parts::{RecordKeys, RecordTrails};
use crate::source::places::Places;
use crate::source::regional_keys::RegionalKeys;
use crate::source::trails::TrailApi;
use crate::validate::survey::trails::{LocatedTrails, locate};

/// Requests in flight at first, unless `--jobs` is given: enough to hide latency.
pub(crate) const IN_FLIGHT: usize = 64;
/// The most requests in flight if answers are slow: each holds about 400 KB.
const MAX_IN_FLIGHT: usize = 256;
/// The region of the first S3 request if nothing shows the region of the bucket.
const FALLBACK_REGION: &str = "us-east-1";

/// The identities that sign requests.
pub(crate) struct Sessions {
    /// For S3.
    pub s3: Session,
    /// For CloudTrail.
    pub cloudtrail: Session,
    /// Whether both are the same identity.
    pub shared: bool,
    /// Whether requests are signed.
    pub signed: bool,
    /// The region to start from if neither the environment nor the profile sets one.
    pub start: Region,
}

/// The trails that the arguments refer to, and the buckets to read.
pub(crate) struct LocatedSource {
    pub source: S3Source,
    /// `None` if requests are not signed: CloudTrail answers signed requests only.
    pub trails: Option<Box<dyn TrailApi>>,
    pub located: LocatedTrails,
}

/// Signs in, and opens the buckets that are given or that the trails write to.
///
/// # Errors
/// If neither a trail nor a bucket is given, there are no credentials, or a key file cannot be read.
pub(crate) fn open(
    request: &SourceRequest<'_>,
    now: Timestamp,
    limits: &Limits,
    stop: &CancelFlag,
    progress: &Progress,
) -> Result<ResolvedSource, Error> {
    if request.scope.trail_arn.is_empty() && request.source.s3_bucket.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "no trail, bucket or copy is given").hint(
            "give --trail-arn for one trail, --s3-bucket for all in a bucket, or --path for a copy on \
             disk",
        ));
    }
    progress.enter(Phase::SigningIn);
    let sessions = sign_in(request, limits, stop)?;
    progress.enter(Phase::LookingUp);
    let given = request.jobs.map(usize::from);
    let in_flight = InFlight {
        first: given.unwrap_or(IN_FLIGHT),
        most: given.unwrap_or(MAX_IN_FLIGHT),
    };
    let LocatedSource {
        source,
        trails,
        located,
    } = locate_source(request, &sessions, in_flight, limits);
    let keys: Box<dyn Keys> = if request.keys.is_empty() {
        regional_keys(request, &sessions, now)
    } else {
        Box::new(key_ring(request.keys, limits)?)
    };
    let mut buckets = request.buckets();
    buckets.sort();
    buckets.dedup();
    let clock = read_clock(&sessions, &source, limits);
    let inventories = inventories(request, &sessions, &source, (now, limits, stop), progress)?;
    let settings = request
        .recorder
        .map(|_| bucket_records(&sessions, &source, limits));
    Ok(ResolvedSource {
        opened: OpenedSource {
            places: Places::behind_access_points(source.roots(), request.map.to_vec()),
            source: match request.recorder {
                Some(recorder) => {
                    let source = Box::new(source.with_heads());
                    Box::new(RecordingSource::new(source, Arc::clone(recorder)))
                }
                None if inventories.listings.is_empty() => Box::new(source),
                None => Box::new(InventorySource::new(Box::new(source), inventories.listings)),
            },
            keys,
            trails,
            settings,
            members: sessions.signed.then(|| find_members(&sessions, request)),
            caller: sessions.signed.then(|| find_caller(sessions, request)),
        },
        kind: SourceKind::S3,
        buckets,
        located,
        left_out: Sample::default(),
        now: Some(now),
        clock: Some(clock),
        jobs: in_flight.first,
        bundle: None,
        inventories: inventories.known,
    })
}

/// Reads the inventories that were given.
fn inventories(
    request: &SourceRequest<'_>,
    sessions: &Sessions,
    source: &S3Source,
    (now, limits, stop): (Timestamp, &Limits, &CancelFlag),
    progress: &Progress,
) -> Result<OpenedInventories, Error> {
    let open_bucket = |bucket: &str| {
        let (session, buckets) = (sessions.s3.clone(), vec![bucket.to_owned()]);
        let at_once = InFlight { first: 8, most: 8 };
        S3Source::new(session, buckets, &sessions.start, at_once, limits.clone())
    };
    let scope = InventoryScope {
        source,
        open_bucket: &open_bucket,
        map: request.map,
        now,
        limits,
        stop,
    };
    inventory::open(request.inventory, &scope, progress)
}

/// Signs in for S3 and for CloudTrail: once if both use the same profile.
///
/// # Errors
/// If there are no credentials, or the certificates to trust cannot be read.
pub(crate) fn sign_in(
    request: &SourceRequest<'_>,
    limits: &Limits,
    stop: &CancelFlag,
) -> Result<Sessions, Error> {
    let start = start_region(request)?;
    let args = request.sign_in;
    let signed = !args.no_sign_request;
    let runtime = Arc::new(Runtime::new(stop.clone())?);
    let http = Http::new(http_settings(args, limits)?)?;
    let open = |profile: Option<&String>| {
        let settings = SessionSettings {
            profile: profile.cloned(),
            endpoint_url: args.endpoint_url.clone(),
            region: start.clone(),
            sign: signed,
        };
        Session::open(Arc::clone(&runtime), http.clone(), &settings)
    };
    let profile = args.profile.as_ref();
    let s3_profile = args.s3_profile.as_ref().or(profile);
    let trail_profile = args.trail_profile.as_ref().or(profile);
    let shared = s3_profile == trail_profile;
    let s3 = open(s3_profile)?;
    let cloudtrail = if shared {
        s3.clone()
    } else {
        open(trail_profile)?
    };
    Ok(Sessions {
        s3,
        cloudtrail,
        shared,
        signed,
        start,
    })
}

/// Looks up the trails, and opens the buckets that are given or, without any, those that the trails
/// write to.
pub(crate) fn locate_source(
    request: &SourceRequest<'_>,
    sessions: &Sessions,
    in_flight: InFlight,
    limits: &Limits,
) -> LocatedSource {
    let trails = sessions.signed.then(|| trails(request, sessions));
    let located = match &trails {
        Some(trails) => locate(trails.as_ref(), &request.scope.trail_arn),
        None => LocatedTrails::default(),
    };
    let mut buckets = request.source.s3_bucket.clone();
    if buckets.is_empty() {
        buckets.extend(located.trails.iter().map(|t| t.bucket.clone()));
    }
    buckets.sort();
    buckets.dedup();
    let session = sessions.s3.clone();
    LocatedSource {
        source: S3Source::new(session, buckets, &sessions.start, in_flight, limits.clone()),
        trails,
        located,
    }
}

/// Access to the trails, recorded if they are collected or one of several machines reads.
fn trails(request: &SourceRequest<'_>, sessions: &Sessions) -> Box<dyn TrailApi> {
    let trails = SessionTrails::new(sessions.cloudtrail.clone(), sessions.start.clone());
    match (request.recorder, request.answers) {
        (Some(recorder), _) => {
            let trails = Box::new(trails.with_log(recorder.answers()));
            Box::new(RecordingTrails::new(trails, Arc::clone(recorder)))
        }
        (None, Some(answers)) => Box::new(RecordTrails::new(Box::new(trails), Arc::clone(answers))),
        (None, None) => Box::new(trails),
    }
}

/// The public keys of AWS, recorded if they are collected or one of several machines reads.
fn regional_keys(
    request: &SourceRequest<'_>,
    sessions: &Sessions,
    now: Timestamp,
) -> Box<dyn Keys> {
    let keys = SessionKeys::new(sessions.cloudtrail.clone());
    match (request.recorder, request.answers) {
        (Some(recorder), _) => {
            let keys = keys.with_log(recorder.answers());
            let keys = RecordingKeys::new(keys, Arc::clone(recorder));
            Box::new(RegionalKeys::new(keys, now))
        }
        (None, Some(answers)) => {
            let keys = RecordKeys::new(keys, Arc::clone(answers));
            Box::new(RegionalKeys::new(keys, now))
        }
        (None, None) => Box::new(RegionalKeys::new(keys, now)),
    }
}

/// Access to the settings of the buckets, under the numbers of their roots.
fn bucket_records(
    sessions: &Sessions,
    source: &S3Source,
    limits: &Limits,
) -> Box<dyn BucketRecords> {
    let buckets = source.roots().into_iter().flat_map(|root| root.buckets);
    let one = InFlight { first: 1, most: 1 };
    let session = sessions.s3.clone();
    let buckets = buckets.collect();
    Box::new(S3Source::new(
        session,
        buckets,
        &sessions.start,
        one,
        limits.clone(),
    ))
}

/// The most that the clocks may differ, in seconds, before one more answer of S3 is read.
const SAME_TIME: u64 = 60;

/// Reads the clocks of AWS from the answers of CloudTrail so far and from one of S3. Where any differs from the
/// local clock, one more answer of S3 is read on a new connection: a single answer may be wrong.
fn read_clock(sessions: &Sessions, source: &S3Source, limits: &Limits) -> ReadClock {
    let (s3, cloudtrail) = (sessions.s3.clone(), sessions.cloudtrail.clone());
    let buckets = source.roots().into_iter().flat_map(|root| root.buckets);
    let buckets: Vec<String> = buckets.take(1).collect();
    let (start, limits) = (sessions.start.clone(), limits.clone());
    Box::new(move || {
        let one = InFlight { first: 1, most: 1 };
        let source = S3Source::new(s3, buckets, &start, one, limits);
        let mut ahead = cloudtrail.ahead();
        ahead.extend(source.ahead(false));
        if ahead.iter().any(|ahead| ahead.unsigned_abs() > SAME_TIME) {
            ahead.extend(source.ahead(true));
        }
        agreed(ahead)
    })
}

/// Looks up the identity for S3 and, if it is another one, for CloudTrail.
fn find_caller(sessions: Sessions, request: &SourceRequest<'_>) -> FindCaller {
    let region = given_region(request).cloned();
    Box::new(move || {
        let arn = |session: &Session| Some(session.who(region.as_ref()).answer.ok()?.arn);
        if sessions.shared {
            return arn(&sessions.s3);
        }
        let arns = [
            ("for S3", arn(&sessions.s3)),
            ("for CloudTrail", arn(&sessions.cloudtrail)),
        ];
        let known = arns
            .into_iter()
            .filter_map(|(purpose, arn)| Some(format!("{} {purpose}", arn?)));
        let known: Vec<String> = known.collect();
        (!known.is_empty()).then(|| known.join(", "))
    })
}

/// Looks up the accounts of the organization with the identity for CloudTrail.
fn find_members(sessions: &Sessions, request: &SourceRequest<'_>) -> FindMembers {
    let session = sessions.cloudtrail.clone();
    let region = given_region(request).cloned();
    Box::new(move || session.members(region.as_ref()))
}

/// The region that was given, or else the home region of the first trail.
fn given_region<'a>(request: &SourceRequest<'a>) -> Option<&'a Region> {
    let home = request.scope.trail_arn.first().map(|arn| &arn.home_region);
    request.scope.region.first().or(home)
}

fn start_region(request: &SourceRequest<'_>) -> Result<Region, Error> {
    match given_region(request) {
        Some(region) => Ok(region.clone()),
        None => FALLBACK_REGION
            .parse()
            .map_err(|e| Error::new(ErrorKind::Internal, "no first region").because(e)),
    }
}

/// Certificates to trust, from `--ca-bundle` or else `AWS_CA_BUNDLE`, and time-outs, of which 0 means
/// none.
fn http_settings(args: &SignInArgs, limits: &Limits) -> Result<HttpSettings, Error> {
    let defaults = HttpSettings::default();
    let read = |path: &Path| read_bounded(path, limits.side_file);
    let from_env = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty());
    let authorities = match (&args.ca_bundle, from_env) {
        (Some(path), _) => Some(read(path)?),
        (None, Some(path)) => {
            let bundle = read(Path::new(&path));
            Some(bundle.map_err(|e| e.hint("the variable AWS_CA_BUNDLE sets this file"))?)
        }
        (None, None) => None,
    };
    let timeout = |seconds: Option<u32>, default| match seconds {
        Some(0) => None,
        Some(seconds) => Some(Duration::from_secs(seconds.into())),
        None => default,
    };
    Ok(HttpSettings {
        authorities,
        connect: timeout(args.cli_connect_timeout, defaults.connect),
        read: timeout(args.cli_read_timeout, defaults.read),
        patience: defaults.patience,
        requests_per_second: args.limit_rate,
    })
}
