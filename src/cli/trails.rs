//! `trailproof trails`: lists the chains of a source.

use clap::ArgMatches;
use jiff::Timestamp;

use super::args::trails::TrailsArgs;
use super::open::bundle::given::GivenBundle;
use super::open::open;
use super::open::request::{GivenInventories, ResolvedSource, SourceRequest, texts};
use super::output::{self, OutputTargets};
use super::signals::Signals;
use super::terminal::progress::{Phase, Progress};
use super::{INTERRUPTED, Start, interrupted, run_so_far, whole_second};
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::base::text::{grouped, s3_uri};
use crate::cloudtrail::member::MemberAccount;
use crate::commands::trails::accounts::accounts;
use crate::commands::trails::{TrailsRequest, list};
use crate::proof::finding::{Code, Verdict};
use crate::report::trails::v1::{Requested, Trails, Trouble};
use crate::report::trails::{self, TrailsFormat};
use crate::report::validation::v1::{Requests, Run};
use crate::source::cancellable::CancellableSource;

/// The most causes of an error that are shown.
const CAUSES: usize = 5;

/// Lists the chains, and gives the exit status: that of [`Verdict::Unproven`] if a folder could not be
/// listed or there is no chain.
///
/// # Errors
/// If nothing could be listed, or the list could not be written.
pub fn run(
    args: TrailsArgs,
    matches: Option<&ArgMatches>,
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    check_accounts(&args)?;
    let pairs = output::pairs(matches, None, TrailsFormat::Text)?;
    let signals = Signals::listen()?.and_deadline(args.work.deadline, start.clock)?;
    let targets = OutputTargets::open(pairs, TrailsFormat::Text)?;
    targets.spare_copies(args.source.copies())?;
    signals.stop_first(stop);
    let limits = Limits::default();
    if let Some(bundle) = GivenBundle::find(&args.source, None, &limits)? {
        return Err(bundle.holds_no_list());
    }
    let source_request = SourceRequest {
        source: &args.source,
        scope: &args.scope,
        sign_in: &args.sign_in,
        map: &[],
        keys: &[],
        jobs: args.jobs,
        bundle: None,
        inventory: GivenInventories::default(),
        recorder: None,
        answers: None,
        parts: None,
    };
    let progress = Progress::begin(args.progress.mode(), Phase::Opening, start.clock);
    let now = whole_second(start.at);
    let mut resolved = open(&source_request, now, &limits, stop, &progress)?;
    let members = args.accounts.map(|_| members(&mut resolved)).transpose()?;
    let requested = requested(&args, &source_request, &mut resolved);
    let request = TrailsRequest {
        filter: source_request.filter(&resolved.located.trails),
        jobs: resolved.jobs,
        prior: resolved.not_located(source_request.needs_trails()),
        stop: stop.clone(),
        limits,
    };
    let source = CancellableSource::new(resolved.opened.source.as_ref(), stop.clone());
    progress.enter(Phase::Listing);
    let outcome = list(&source, &resolved.opened.places, &request)?;
    drop(progress);
    let run = Run {
        finished: Timestamp::now(),
        requests: Requests {
            list: outcome.listings,
            trails: resolved.opened.trails.map_or(0, |trails| trails.requests()),
            ..Requests::default()
        },
        ..run_so_far(command, start.at)
    };
    let accounts = members.map(|members| accounts(&outcome, &members, &request.filter, now));
    let list = Trails {
        accounts,
        ..Trails::new(&outcome, requested, run)
    };
    if outcome.nothing_listed() {
        return Err(nothing_listed(list.trouble));
    }
    let interrupted = interrupted(stop, outcome.ended_by, "list");
    targets.write(|format, out| trails::render(&list, format, out))?;
    Ok(match (interrupted, list.has_all()) {
        (true, _) => INTERRUPTED,
        (false, true) => Verdict::Verified.exit_code(),
        (false, false) => Verdict::Unproven.exit_code(),
    })
}

/// Refuses to look up accounts where AWS is not called, or no request is signed.
fn check_accounts(args: &TrailsArgs) -> Result<(), Error> {
    let why = match args.accounts {
        Some(_) if !args.source.path.is_empty() => "no AWS calls are made with --path",
        Some(_) if args.sign_in.no_sign_request => "it answers no request of --no-sign-request",
        _ => return Ok(()),
    };
    Err(needs_aws(why))
}

fn needs_aws(why: &str) -> Error {
    let message = format!("--accounts organizations needs AWS: {why}");
    Error::new(ErrorKind::Usage, message)
}

/// The accounts of the organization. A list without them would not miss what is missing, so it is not written.
fn members(resolved: &mut ResolvedSource) -> Result<Vec<MemberAccount>, Error> {
    let find = resolved.opened.members.take();
    let find = find.ok_or_else(|| needs_aws("no request is signed"))?;
    find().map_err(|error| {
        let message = "the accounts of the organization could not be looked up, so no list was written";
        let error = Error::new(ErrorKind::Input, message).because(error.detail());
        error.hint(
            "give a profile of the management account or of a delegated administrator that may call \
             organizations:ListAccounts (--trail-profile), or leave out --accounts",
        )
    })
}

/// The arguments as the list repeats them.
fn requested(
    args: &TrailsArgs,
    source_request: &SourceRequest<'_>,
    resolved: &mut ResolvedSource,
) -> Requested {
    let scope = &args.scope;
    Requested {
        source: resolved.kind,
        regions: texts(&scope.region),
        account_ids: texts(&scope.account_id),
        organization_ids: texts(&scope.organization_id),
        trail_arns: texts(&scope.trail_arn),
        buckets: std::mem::take(&mut resolved.buckets),
        prefixes: source_request.prefixes(),
        deadline: args.work.seconds(),
    }
}

/// The error if nothing could be listed, with the causes. That no digest was found is none of them.
fn nothing_listed(mut trouble: Vec<Trouble>) -> Error {
    let mut error = Error::new(ErrorKind::Input, "nothing could be listed");
    trouble.retain(|one| one.code != Code::NothingFound || one.reason.is_some());
    let hint = trouble.iter_mut().find_map(|one| one.hint.take());
    let more = trouble.split_off(trouble.len().min(CAUSES)).len();
    for Trouble {
        bucket,
        key,
        message,
        ..
    } in trouble
    {
        let key = key.unwrap_or_default();
        error = error.because(match (bucket, key.is_empty()) {
            (None, true) => message,
            (Some(bucket), true) => format!("bucket {bucket}: {message}"),
            (bucket, false) => format!("{}: {message}", s3_uri(bucket.as_deref(), &key)),
        });
    }
    if more > 0 {
        error = error.because(format!("and {} more", grouped(more)));
    }
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
