//! `trailproof collect --out DIR`: runs the validation over sources that record, and finishes the bundle.

use std::path::Path;

use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::spool;
use crate::cli::args::shared::aws::SignInArgs;
use crate::cli::args::shared::progress::ProgressMode;
use crate::cli::args::shared::run::RunArgs;
use crate::cli::caller::CallerLookup;
use crate::cli::diagnose::warning;
use crate::cli::open::request::{OpenedSource, texts};
use crate::cli::signals::Signals;
use crate::cli::terminal::progress::{Phase, Progress};
use crate::cli::validate::resolve::{ResolvedRun, RunOptions, expected_chains};
use crate::cli::{Start, whole_second};
use crate::commands::collect::collection::{CollectionEnd, UnfinishedCollection};
use crate::commands::collect::extra::ExtraObjects;
use crate::commands::collect::folder::CollectionFolder;
use crate::proof::finding::Verdict;
use crate::source::Root;
use crate::source::bucket_record::BucketRecords;
use crate::source::bundle::record::{CollectionRun, CollectionScope, Custody, ManifestLine};
use crate::source::cancellable::CancellableSource;
use crate::validate::observer::All;
use crate::validate::outcome::Outcome;
use crate::validate::request::{LogSelection, Request};
use crate::validate::{Access, validate};

/// What to collect, and where to.
pub struct CollectRequest<'a> {
    pub out: &'a Path,
    pub args: RunArgs,
    pub sign_in: &'a SignInArgs,
    pub progress: ProgressMode,
    pub command: Vec<String>,
}

/// A collection that ended.
pub struct EndedCollection {
    pub end: CollectionEnd,
    pub custody: Custody,
    pub outcome: Outcome,
}

/// Collects. Calls `each` with the line of every file of a finished bundle.
///
/// # Errors
/// If nothing can be collected.
pub fn run(
    request: CollectRequest<'_>,
    start: Start,
    stop: &CancelFlag,
    each: &mut dyn FnMut(&ManifestLine),
) -> Result<EndedCollection, Error> {
    let CollectRequest {
        out,
        mut args,
        sign_in,
        progress,
        command,
    } = request;
    check_source(&args)?;
    spool::try_out()?;
    let signals = Signals::listen()?.and_deadline(args.work.deadline, start.clock)?;
    let limits = args.bounds.limits();
    let scope = scope_of(&args)?;
    let folder = CollectionFolder::open(out, &limits)?;
    signals.stop_first(stop);
    if let Some(earlier) = &folder.unfinished {
        if folder.is_open_to_others {
            warning(&format!(
                "other users may write to {}; what an earlier run stored there is taken for answers of AWS",
                out.display()
            ));
        }
        let collection = &earlier.collection;
        args.as_of = args.as_of.or(Some(collection.as_of));
        args.seed = args.seed.or_else(|| collection.scope.seed.clone());
    }
    let run = run_of(command, start);
    let mut collection = UnfinishedCollection::begin(out, folder, scope, run, &limits, stop)?;
    let progress = Progress::begin(progress, Phase::Opening, start.clock);
    let resolved = resolve(&collection, (&args, sign_in), start, stop, &progress);
    let ResolvedRun {
        mut opened,
        request,
        requested,
    } = match resolved {
        Ok(resolved) => resolved,
        Err(error) => {
            collection.give_up();
            return Err(error);
        }
    };
    let roots = opened.source.roots().into_iter();
    let roots = roots.flat_map(|root| root.buckets).collect();
    collection.opened(request.as_of, request.clock_ahead, |scope| {
        scope.opened = roots;
        scope.seed = requested.seed;
    });
    progress.enter(Phase::Listing);
    let caller = CallerLookup::start(opened.caller.take());
    let outcome = read_all(&opened, &request, &collection, progress)?;
    let has_digests = has_digests(&outcome);
    let (mut end, custody) = collection.end(caller.answer(), stop, each)?;
    if let CollectionEnd::Finished(sealed) = &mut end
        && !has_digests
    {
        sealed.has_digests = false;
    }
    Ok(EndedCollection {
        end,
        custody,
        outcome,
    })
}

/// Whether a digest of the window was found. Without one nothing is proven, whatever else was collected.
fn has_digests(outcome: &Outcome) -> bool {
    let tallies = outcome.chains.iter().flat_map(|c| [c.digests, c.backfill]);
    tallies
        .into_iter()
        .any(|digests| digests.valid + digests.failed + digests.missing + digests.unproven > 0)
}

/// Reads everything from sources that record: what a validation needs, what else it found, the logs of the window
/// where not all is proven, and how the buckets are set up.
fn read_all(
    opened: &OpenedSource,
    request: &Request,
    collection: &UnfinishedCollection,
    progress: Progress,
) -> Result<Outcome, Error> {
    let source = CancellableSource::new(opened.source.as_ref(), request.stop.clone());
    let access = Access {
        source: &source,
        places: &opened.places,
        keys: opened.keys.as_ref(),
        trails: opened.trails.as_deref(),
    };
    let extra = ExtraObjects::default();
    let outcome = validate(access, request, &All(vec![&progress, &extra]))?;
    if request.logs != LogSelection::None {
        let goes_on = request.stop.reason().is_none() && collection.recorder().ended().is_none();
        if goes_on && outcome.verdict != Verdict::Verified {
            extra.add_logs_of_window(access, request, collection.recorder())?;
        }
        extra.read(access, request, collection.recorder())?;
    }
    let settings = opened.settings.as_deref();
    record_settings(collection, settings, &opened.source.roots());
    Ok(outcome)
}

/// Resolves the arguments. A collection that goes on is about the time of its first run.
fn resolve(
    collection: &UnfinishedCollection,
    given: (&RunArgs, &SignInArgs),
    start: Start,
    stop: &CancelFlag,
    progress: &Progress,
) -> Result<ResolvedRun, Error> {
    let first = collection.resumed();
    let options = RunOptions {
        recorder: Some(collection.recorder()),
        clock_then: first.map(|run| run.clock_ahead),
        ..RunOptions::default()
    };
    let now = first.map_or_else(|| whole_second(start.at), |run| run.started);
    ResolvedRun::resolve(given, options, now, stop, progress)
}

/// Records how the buckets are set up.
fn record_settings(
    collection: &UnfinishedCollection,
    settings: Option<&dyn BucketRecords>,
    roots: &[Root],
) {
    let Some(settings) = settings else { return };
    for root in roots {
        if let [name] = root.buckets.as_slice() {
            let recorder = collection.recorder();
            recorder.record_settings(name, || settings.record(root.id));
        }
    }
}

/// Refuses a copy: it is on a disk already, and what only AWS knows was not copied.
pub(super) fn check_source(args: &RunArgs) -> Result<(), Error> {
    if args.source.path.is_empty() {
        return Ok(());
    }
    let error = Error::new(
        ErrorKind::Usage,
        "collect reads from AWS, and not from a copy",
    );
    Err(error.hint("give --s3-bucket or --trail-arn instead of --path"))
}

fn run_of(command: Vec<String>, start: Start) -> CollectionRun {
    CollectionRun {
        tool: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        command,
        caller: None,
        clock_ahead: None,
        started: whole_second(start.at),
        ended: None,
    }
}

/// The scope, as a bundle repeats it.
fn scope_of(args: &RunArgs) -> Result<CollectionScope, Error> {
    let scope = &args.scope;
    let expect = match &args.expect {
        Some(path) => expected_chains(path, &args.bounds.limits())?,
        None => Vec::new(),
    };
    let prefixes = scope.s3_prefix.iter();
    Ok(CollectionScope {
        start: args.start_time,
        end: args.end_time,
        regions: texts(&scope.region),
        account_ids: texts(&scope.account_id),
        organization_ids: texts(&scope.organization_id),
        trail_arns: texts(&scope.trail_arn),
        buckets: args.source.s3_bucket.clone(),
        opened: Vec::new(),
        prefixes: prefixes.map(|p| p.trim_matches('/').to_owned()).collect(),
        exclude: texts(&args.exclude),
        expect: texts(&expect),
        map: texts(&args.known.map),
        logs: args.logs.to_string(),
        seed: args.seed.clone().filter(|_| args.logs.is_sample()),
        delivery_lag: args.late.delivery_lag,
        backfill_grace: args.late.backfill_grace,
        max_digest_size: args.bounds.max_digest_size,
    })
}
