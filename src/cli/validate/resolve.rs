//! What the arguments resolve to: a source, keys, a request.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cli::args::shared::aws::SignInArgs;
use crate::cli::args::shared::source::{ScopeArgs, SourceArgs};
use crate::cli::args::validate::{FailOn, ValidateArgs};
use crate::cli::caller::Who;
use crate::cli::diagnose::note;
#[cfg(feature = "aws")]
use crate::cli::open::aws::online;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::finding::Verdict;
use crate::proof::keys::{KeyRing, Keys};
use crate::report::Format;
use crate::report::validation::v1::{Origin, Requested, SourceKind};
use crate::source::Source;
use crate::source::disk::DiskSource;
use crate::source::key_files;
use crate::source::places::{MapRule, Places};
use crate::source::trails::TrailApi;
use crate::validate::accept::{self, Acceptance};
use crate::validate::request::{ChainFilter, ObservedWindow, PriorKnowledge, Request};
use crate::validate::survey::trails::{self, LocatedTrails};

/// A validation ready to run.
pub struct ResolvedRun {
    pub access: OpenedSource,
    pub request: Request,
    pub requested: Requested,
    pub accepted: Vec<Acceptance>,
    pub fail_on: Verdict,
}

/// Where everything comes from, opened.
pub struct OpenedSource {
    pub source: Box<dyn Source>,
    pub places: Places,
    pub keys: Box<dyn Keys>,
    pub trails: Option<Box<dyn TrailApi>>,
    pub who: Option<Who>,
}

/// Where to look and at what, as it was given.
pub struct SourceRequest<'a> {
    pub source: &'a SourceArgs,
    pub scope: &'a ScopeArgs,
    pub sign_in: &'a SignInArgs,
    pub map: &'a [MapRule],
    pub keys: &'a [PathBuf],
    /// Objects worked on at the same time, where that is given.
    pub jobs: Option<u16>,
}

/// What differs between a copy on disk and AWS.
pub struct ResolvedSource {
    pub access: OpenedSource,
    pub kind: SourceKind,
    /// The buckets that digests must have been written to.
    pub buckets: Vec<String>,
    /// What became of asking for the trails.
    pub located: LocatedTrails,
    /// When the source was looked at; on disk nobody knows.
    pub now: Option<Timestamp>,
    /// Objects worked on at the same time, at most.
    pub jobs: usize,
}

impl ResolvedRun {
    /// Opens everything that is given.
    ///
    /// # Errors
    /// Where the arguments contradict each other, or something given cannot be read.
    pub fn resolve(
        args: ValidateArgs,
        now: Timestamp,
        stop: &CancelFlag,
    ) -> Result<ResolvedRun, Error> {
        let limits = Limits::default();
        if let (Some(from), Some(to)) = (args.start_time, args.end_time)
            && from >= to
        {
            let message = format!("the window is empty: it begins at {from} and ends at {to}");
            return Err(
                Error::new(ErrorKind::Usage, message).hint("give an --end-time after --start-time")
            );
        }
        let expect = match &args.expect {
            Some(path) => expected(path, &limits)?,
            None => Vec::new(),
        };
        let accepted = match &args.accept {
            Some(path) => accept::parse(&text(path, &limits)?)
                .map_err(|why| not_a(path, "list of what is accepted", why))?,
            None => Vec::new(),
        };
        let look = SourceRequest {
            source: &args.source,
            scope: &args.scope,
            sign_in: &args.sign_in,
            map: &args.known.map,
            keys: &args.known.keys,
            jobs: args.jobs,
        };
        let side = look.open(now, &limits, stop)?;
        let jobs = side.jobs;
        let as_of = args.as_of.or(side.now).or(args.end_time);
        let seed = match args.logs.is_sample() {
            true => Some(args.seed.clone().map_or_else(random_seed, Ok)?),
            false => None,
        };
        let requested = requested(&args, &look, &side, (as_of, seed));
        let filter = look.filter(&side.located.trails);
        let LocatedTrails {
            trails,
            lost,
            incomplete,
            list_error,
        } = match &side.access.trails {
            // No trail was named: those that write here should have digests here.
            Some(all) if args.scope.trail_arn.is_empty() => {
                trails::writing_to(all.as_ref(), &side.buckets)
            }
            _ => side.located,
        };
        // Where a bucket is named, it need not be asked for.
        let needed = look.needs_trails();
        let to = args.end_time.or(side.now.and(as_of));
        let request = Request {
            filter,
            from: args.start_time,
            to,
            as_of,
            delivery_lag: args.late.delivery_lag,
            backfill_grace: args.late.backfill_grace,
            logs: args.logs,
            seed: requested.seed.clone().unwrap_or_default(),
            expect,
            jobs,
            // Lines for people come in the order of the chains.
            chains_at_once: if args.verbose { 1 } else { jobs.min(8) },
            prior: PriorKnowledge {
                findings: if needed { lost } else { Vec::new() },
                incomplete: needed && incomplete,
                trails,
                trails_error: list_error,
            },
            observed: args
                .format
                .contains(&Format::AwsCli)
                .then(|| ObservedWindow::of_aws_cli(args.start_time, to)),
            only: None,
            limits,
        };
        let fail_on = match args.fail_on {
            FailOn::Failed => Verdict::Failed,
            FailOn::Unproven => Verdict::Unproven,
            FailOn::Gaps => Verdict::Gaps,
        };
        Ok(ResolvedRun {
            access: side.access,
            request,
            requested,
            accepted,
            fail_on,
        })
    }
}

impl SourceRequest<'_> {
    /// Opens it: on disk where there is a path, or else online.
    ///
    /// # Errors
    /// Where the arguments contradict each other, or something given cannot be read.
    pub fn open(
        &self,
        now: Timestamp,
        limits: &Limits,
        stop: &CancelFlag,
    ) -> Result<ResolvedSource, Error> {
        if self.source.path.is_empty() {
            online(self, now, limits, stop)
        } else {
            on_disk(self, limits)
        }
    }

    /// Whether nothing but the trails' configuration says where to look.
    pub fn needs_trails(&self) -> bool {
        self.source.s3_bucket.is_empty()
    }

    /// What narrows the look, with the places of the trails that were found.
    pub fn filter(&self, trails: &[TrailConfig]) -> ChainFilter {
        let ScopeArgs {
            region,
            account_id,
            organization_id,
            trail_arn,
            ..
        } = self.scope;
        let buckets = &self.source.s3_bucket;
        let here = |t: &&TrailConfig| self.needs_trails() || buckets.contains(&t.bucket);
        let places = trails.iter().filter(here).map(|t| t.prefix.clone());
        ChainFilter {
            regions: region.clone(),
            accounts: account_id.clone(),
            organizations: organization_id.clone(),
            trail_arns: trail_arn.clone(),
            prefixes: self.prefixes(),
            places: places.collect(),
            buckets: buckets.clone(),
        }
    }

    /// The prefixes asked for, without slashes around them.
    pub fn prefixes(&self) -> Vec<String> {
        let prefixes = self.scope.s3_prefix.iter();
        prefixes.map(|p| p.trim_matches('/').to_owned()).collect()
    }
}

/// The keys in the files given.
pub fn key_files(paths: &[PathBuf], limits: &Limits) -> Result<KeyRing, Error> {
    let mut ring = KeyRing::default();
    for path in paths {
        key_files::load(path, limits, &mut ring)?;
    }
    Ok(ring)
}

/// Opens a copy on disk.
fn on_disk(look: &SourceRequest<'_>, limits: &Limits) -> Result<ResolvedSource, Error> {
    let (source, buckets) = mount(&look.source.path, &look.source.s3_bucket, limits)?;
    let unused = look.sign_in.given();
    if !unused.is_empty() {
        note(&format!(
            "{} change nothing with --path: AWS is not asked",
            unused.join(", ")
        ));
    }
    Ok(ResolvedSource {
        access: OpenedSource {
            places: Places::new(source.roots(), look.map.to_vec()),
            source: Box::new(source),
            keys: Box::new(key_files(look.keys, limits)?),
            trails: None,
            who: None,
        },
        kind: SourceKind::Disk,
        buckets,
        located: LocatedTrails::default(),
        now: None,
        jobs: look.jobs.map_or_else(cores, usize::from),
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Without the SDK there is only disk.
#[cfg(not(feature = "aws"))]
fn online(
    _: &SourceRequest<'_>,
    _: Timestamp,
    _: &Limits,
    _: &CancelFlag,
) -> Result<ResolvedSource, Error> {
    let message = "this trailproof was built without AWS: give --path";
    Err(Error::new(ErrorKind::Usage, message))
}

/// Opens the folders, and says which bucket names were given.
fn mount(
    paths: &[PathBuf],
    names: &[String],
    limits: &Limits,
) -> Result<(DiskSource, Vec<String>), Error> {
    let mut source = DiskSource::new(limits.clone());
    let mut buckets = names.to_vec();
    let mut mounted = false;
    for path in paths {
        let (bucket, dir) = named(path);
        if let Some(bucket) = &bucket {
            if !names.is_empty() && !names.contains(bucket) {
                continue;
            }
            if !buckets.contains(bucket) {
                buckets.push(bucket.clone());
            }
        }
        let mount_names = bucket.map_or_else(|| names.to_vec(), |bucket| vec![bucket]);
        source.mount(&dir, mount_names).map_err(|e| {
            Error::new(
                ErrorKind::Input,
                format!("cannot open the folder {}", dir.display()),
            )
            .because(e)
            .hint("give --path the folder that holds AWSLogs")
        })?;
        mounted = true;
    }
    if !mounted {
        let message = format!("no --path is that of bucket {}", names.join(", "));
        return Err(Error::new(ErrorKind::Usage, message)
            .hint("name the bucket of a folder: --path BUCKET=DIR"));
    }
    buckets.sort();
    buckets.dedup();
    Ok((source, buckets))
}

/// Splits `BUCKET=DIR`; a folder that is really called so is taken as it is.
fn named(path: &Path) -> (Option<String>, PathBuf) {
    if !path.exists()
        && let Some((bucket, dir)) = path.to_str().and_then(|p| p.split_once('='))
        && !bucket.is_empty()
        && !bucket.contains('/')
    {
        return (Some(bucket.into()), dir.into());
    }
    (None, path.into())
}

fn text(path: &Path, limits: &Limits) -> Result<String, Error> {
    String::from_utf8(key_files::read_bounded(path, limits.side_file)?)
        .map_err(|_| not_a(path, "text", "it is not UTF-8".into()))
}

fn not_a(path: &Path, what: &str, why: String) -> Error {
    Error::new(ErrorKind::Input, format!("{} is no {what}", path.display())).because(why)
}

fn expected(path: &Path, limits: &Limits) -> Result<Vec<ChainId>, Error> {
    let mut chains = Vec::new();
    for (at, line) in text(path, limits)?.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let chain = line.parse().map_err(|e| {
            not_a(path, "list of chains", format!("line {}: {e}", at + 1))
                .hint("one ACCOUNT/REGION/HOME_REGION/TRAIL a line")
        })?;
        chains.push(chain);
    }
    Ok(chains)
}

/// A seed that nobody could have known.
fn random_seed() -> Result<String, Error> {
    let mut seed = [0; 8];
    let drawn = SystemRandom::new().fill(&mut seed);
    drawn.map_err(|_| Error::new(ErrorKind::Internal, "cannot draw a seed"))?;
    Ok(hex::encode(seed))
}

/// Values as they are written.
pub fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn requested(
    args: &ValidateArgs,
    look: &SourceRequest<'_>,
    side: &ResolvedSource,
    (as_of, seed): (Option<Timestamp>, Option<String>),
) -> Requested {
    let origin = |given: bool| if given { Origin::Given } else { Origin::Data };
    Requested {
        source: side.kind.into(),
        start: args.start_time,
        end: args.end_time,
        start_origin: origin(args.start_time.is_some()),
        end_origin: origin(args.end_time.is_some()),
        as_of,
        regions: texts(&args.scope.region),
        account_ids: texts(&args.scope.account_id),
        organization_ids: texts(&args.scope.organization_id),
        trail_arns: texts(&args.scope.trail_arn),
        buckets: side.buckets.clone(),
        prefixes: look.prefixes(),
        map: texts(&args.known.map),
        logs: args.logs.to_string(),
        seed,
        delivery_lag: args.late.delivery_lag,
        backfill_grace: args.late.backfill_grace,
        keys: args
            .known
            .keys
            .iter()
            .map(|k| k.to_string_lossy().into_owned())
            .collect(),
    }
}
