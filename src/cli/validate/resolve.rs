//! Resolves the arguments of a validation to everything that it needs.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::base::text::decode;
use crate::base::time::{HOUR, shift};
use crate::cli::args::shared::aws::SignInArgs;
use crate::cli::args::shared::inventory::InventoryPlace;
use crate::cli::args::shared::run::RunArgs;
use crate::cli::open::bundle::given::GivenBundle;
use crate::cli::open::open;
use crate::cli::open::request::{
    GivenInventories, OpenedSource, ResolvedSource, SharedSink, SourceRequest, texts,
};
use crate::cli::seed::random_seed;
use crate::cli::terminal::progress::Progress;
use crate::cloudtrail::chain_list;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::trail::TrailConfig;
use crate::commands::collect::recorder::Recorder;
use crate::report::validation::v1::{Origin, Requested};
use crate::source::key_files;
use crate::source::parts::PartSet;
use crate::validate::request::inventory::KnownInventory;
use crate::validate::request::{BundleTrust, ChainFilter, ObservedWindow, PriorKnowledge, Request};
use crate::validate::survey::trails::{self, LocatedTrails};

/// A validation that is ready to run.
pub struct ResolvedRun {
    pub opened: OpenedSource,
    pub request: Request,
    pub requested: Requested,
}

/// What a command decides about its validation that no argument says.
#[derive(Clone, Copy, Default)]
pub struct RunOptions<'a> {
    /// The bundle that was given.
    pub bundle: Option<&'a GivenBundle>,
    /// Whether results of files that only the AWS CLI counts are observed too.
    pub as_aws_cli: bool,
    /// Whether an observer has to hear of one chain after another.
    pub one_chain_at_a_time: bool,
    /// Whether proven logs are compared with the events that AWS lists.
    pub lookup: bool,
    /// The inventories that older logs are listed from.
    pub inventory: &'a [InventoryPlace],
    /// What records each answer of AWS, if they are collected.
    pub recorder: Option<&'a Arc<Recorder>>,
    /// Where a shard records what CloudTrail answers.
    pub answers: Option<&'a Arc<SharedSink>>,
    /// The parts that answer instead of the source.
    pub parts: Option<&'a Arc<PartSet>>,
    /// How many seconds the local clock was ahead when an interrupted collection began, if it is resumed, or
    /// when a plan was made: all of it is about that time.
    pub clock_then: Option<Option<i64>>,
}

impl ResolvedRun {
    /// Opens the source and everything else that the arguments refer to.
    ///
    /// # Errors
    /// If the arguments contradict each other, or something they refer to cannot be read.
    pub fn resolve(
        (args, sign_in): (&RunArgs, &SignInArgs),
        options: RunOptions<'_>,
        now: Timestamp,
        stop: &CancelFlag,
        progress: &Progress,
    ) -> Result<ResolvedRun, Error> {
        let limits = args.bounds.limits();
        check_window(args, now)?;
        let expect = match &args.expect {
            Some(path) => expected_chains(path, &limits)?,
            None => args.expected.clone(),
        };
        let source_request = SourceRequest {
            source: &args.source,
            scope: &args.scope,
            sign_in,
            map: &args.known.map,
            keys: &args.known.keys,
            jobs: args.jobs,
            bundle: options.bundle,
            inventory: GivenInventories {
                places: options.inventory,
                #[cfg(feature = "aws")]
                seed: args.seed.as_deref(),
            },
            recorder: options.recorder,
            answers: options.answers,
            parts: options.parts,
        };
        let in_scope = |trails: &[TrailConfig]| ChainFilter {
            exclude: args.exclude.clone(),
            ..source_request.filter(trails)
        };
        check_expected(&expect, &in_scope(&[]))?;
        let mut resolved = open(&source_request, now, &limits, stop, progress)?;
        let filter = in_scope(&resolved.located.trails);
        let prior = prior_knowledge(args, &mut resolved, source_request.needs_trails());
        let times = Times::of(args, &mut resolved, options.clock_then);
        let seed = match args.logs.is_sample() {
            true => Some(args.seed.clone().map_or_else(random_seed, Ok)?),
            false => None,
        };
        let requested = Requested {
            lookup: options.lookup,
            inventory: texts(options.inventory),
            ..requested(args, &source_request, &resolved, (times.as_of, seed))
        };
        let as_aws_cli = options.as_aws_cli;
        let request = Request {
            filter,
            seed: requested.seed.clone().unwrap_or_default(),
            expect: expect.into_iter().collect(),
            prior,
            lookup: options.lookup,
            stop: stop.clone(),
            limits,
            observed: as_aws_cli.then(|| ObservedWindow::of_aws_cli(args.start_time, times.to)),
            // With one chain at a time, the lines of --verbose come in the order of the chains.
            chains_at_once: match options.one_chain_at_a_time {
                true => 1,
                false => resolved.jobs.min(8),
            },
            ..request(args, &times, resolved.jobs)
        };
        Ok(ResolvedRun {
            opened: resolved.opened,
            request,
            requested,
        })
    }
}

/// When the source is read, and where the window ends.
struct Times {
    now: Option<Timestamp>,
    clock_ahead: Option<i64>,
    as_of: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Times {
    fn of(args: &RunArgs, resolved: &mut ResolvedSource, clock_then: Option<Option<i64>>) -> Times {
        if let Some(ahead) = clock_then {
            resolved.clock = Some(Box::new(move || ahead));
        }
        let clock_ahead = resolved.read_clock();
        let now = resolved.now;
        // A source that is read now was not read later than now.
        let as_of = match (args.as_of, now) {
            (Some(given), Some(now)) => Some(given.min(now)),
            (given, now) => given.or(now),
        };
        Times {
            now,
            clock_ahead,
            as_of,
            to: args.end_time.or(now.and(as_of)),
        }
    }
}

/// What the arguments alone request.
fn request(args: &RunArgs, times: &Times, jobs: usize) -> Request {
    Request {
        from: args.start_time,
        to: times.to,
        as_of: times.as_of,
        // The second in which the run began has ended by the time that the source is read.
        now: times.now.map(|now| shift(now, 1)),
        clock_ahead: times.clock_ahead,
        delivery_lag: args.late.delivery_lag,
        backfill_grace: args.late.backfill_grace,
        logs: args.logs,
        jobs,
        ..Request::default()
    }
}

/// How far a window may begin after now, in seconds: clocks differ.
const CLOCKS_DIFFER: i64 = 24 * HOUR;

/// Refuses a window that contains no instant, and one of which nothing has happened yet.
fn check_window(args: &RunArgs, now: Timestamp) -> Result<(), Error> {
    let (from, to) = (args.start_time, args.end_time);
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        let message = format!("the window is empty: it begins at {from} and ends at {to}");
        let error = Error::new(ErrorKind::Usage, message);
        return Err(error.hint("give an --end-time after --start-time"));
    }
    match from {
        Some(from) if from > shift(now, CLOCKS_DIFFER) => {
            let message =
                format!("the window lies in the future: it begins at {from}, and now it is {now}");
            let error = Error::new(ErrorKind::Usage, message);
            Err(error.hint("correct --start-time, or the clock of this machine"))
        }
        _ => Ok(()),
    }
}

/// A chain that is expected and left out contradicts itself: its absence would be passed over in silence.
fn check_expected(expect: &[ChainId], filter: &ChainFilter) -> Result<(), Error> {
    let Some(outside) = expect.iter().find(|id| !filter.concerns(id)) else {
        return Ok(());
    };
    let message = format!("--expect lists {outside}, which other options leave out");
    let hint = "remove that line, or widen --region, --account-id, --trail-arn or --exclude";
    Err(Error::new(ErrorKind::Usage, message).hint(hint))
}

/// What is known from the trails and the files of a copy before any object is read.
fn prior_knowledge(
    args: &RunArgs,
    resolved: &mut ResolvedSource,
    needs_trails: bool,
) -> PriorKnowledge {
    let located = resolved.take_located();
    let of_bundle = resolved.known_of_bundle();
    let inventories = std::mem::take(&mut resolved.inventories);
    let LocatedTrails {
        trails,
        lost,
        incomplete,
        list_error,
    } = match &resolved.opened.trails {
        // Without --trail-arn, every trail that writes to these buckets should have digests in them.
        Some(all) if args.scope.trail_arn.is_empty() => {
            trails::writing_to(all.as_ref(), &resolved.buckets)
        }
        _ => located,
    };
    PriorKnowledge {
        // If the buckets are given, a trail that cannot be looked up hides none of them.
        findings: {
            let lost = if needs_trails { lost } else { Vec::new() };
            let of_inventories = inventories.iter().filter_map(KnownInventory::finding);
            let findings = lost.into_iter().chain(of_bundle.findings);
            findings.chain(of_inventories).collect()
        },
        incomplete: needs_trails && incomplete,
        trails,
        trails_error: list_error,
        left_out: std::mem::take(&mut resolved.left_out),
        bundle: of_bundle.bundle,
        inventories,
    }
}

pub(super) fn read_text(path: &Path, option: &str, limits: &Limits) -> Result<String, Error> {
    decode(&key_files::read_bounded(path, limits.side_file)?)
        .map(Cow::into_owned)
        .map_err(|why| invalid(path, option, &why))
}

/// The error of a file that cannot be the value of an option.
pub(super) fn invalid(path: &Path, option: &str, why: &str) -> Error {
    let message = format!("{} is not a valid {option} file: {why}", path.display());
    Error::new(ErrorKind::Input, message)
}

pub(in crate::cli) fn expected_chains(path: &Path, limits: &Limits) -> Result<Vec<ChainId>, Error> {
    chain_list::parse(&read_text(path, "--expect", limits)?).map_err(|why| {
        invalid(path, "--expect", &why)
            .hint("give one chain per line: ACCOUNT/REGION/HOME_REGION/TRAIL")
    })
}

/// The arguments as the report repeats them.
fn requested(
    args: &RunArgs,
    source_request: &SourceRequest<'_>,
    resolved: &ResolvedSource,
    (as_of, seed): (Option<Timestamp>, Option<String>),
) -> Requested {
    let origin = |is_known: bool, is_collected: bool| match (is_known, is_collected) {
        (_, true) => Origin::Bundle,
        (true, false) => Origin::Given,
        (false, false) => Origin::Data,
    };
    let given_bundle = source_request.bundle;
    let collected = given_bundle.map(GivenBundle::bounds_of_collection);
    let collected = collected.unwrap_or_default();
    let bundle = resolved.bundle.as_ref();
    Requested {
        source: resolved.kind.into(),
        start: args.start_time,
        end: args.end_time,
        start_origin: origin(args.start_time.is_some(), collected.start),
        end_origin: origin(args.end_time.is_some(), collected.end),
        as_of,
        regions: texts(&args.scope.region),
        account_ids: texts(&args.scope.account_id),
        organization_ids: texts(&args.scope.organization_id),
        trail_arns: texts(&args.scope.trail_arn),
        buckets: resolved.buckets.clone(),
        prefixes: source_request.prefixes(),
        exclude: texts(&args.exclude),
        map: texts(&args.known.map),
        logs: args.logs.to_string(),
        seed,
        delivery_lag: args.late.delivery_lag,
        backfill_grace: args.late.backfill_grace,
        deadline: args.work.seconds(),
        max_digest_size: Some(args.bounds.max_digest_size),
        keys: args
            .known
            .keys
            .iter()
            .map(|k| k.to_string_lossy().into_owned())
            .collect(),
        manifest_sha256: bundle.map(|bundle| bundle.manifest.to_string()),
        manifest_given: bundle.is_some_and(|bundle| bundle.trust == BundleTrust::Known),
        continues_from: None,
        lookup: false,
        inventory: Vec::new(),
        collected: given_bundle.and_then(GivenBundle::collected),
    }
}
