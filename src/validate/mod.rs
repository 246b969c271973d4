//! The engine: five phases over a source, public keys and, in AWS, CloudTrail's answers about trails.
//!
//! ```text
//!  1 survey    folders of digests, per account and region
//!  2 digests   listed, read, proven, linked into chains       ──> gaps, and where to search for events
//!  3 logs      read, hashed, compared with their digests      ──> events of proven logs
//!  4 causes    gaps and damage explained by events
//!    unreferenced   beside 2 to 4: objects among the logs that no digest lists
//!    lookup      after 4, on request: events that AWS lists compared with those of proven logs
//!    recovery    after 4: versions with the content of missing and altered objects
//!  5 conclude  coverage, verdicts, what is not proven          ──> Outcome
//!      in_window         chains of which the window holds nothing
//!      survey::absences  chains that are missing or end too early
//! ```
//!
//! Each phase is a function over the shared `context::Context`. Its head says what goes in, what comes out,
//! and what always holds. The rules themselves are in [`crate::proof`] and know no source; this room
//! decides what to read, in which order, and on how many threads.
//!
//! - A [`Finding`](crate::proof::finding::Finding) is evidence about the logs. An [`Error`] means that nothing
//!   could be checked at all. An object that cannot be read becomes a finding that says so, never a missing
//!   one.
//! - The outcome depends on the evidence and the request alone, not on the number of workers, the order of
//!   answers, or the time that they take.
//! - Memory does not grow with the range of the window: what many objects leave behind goes to temporary files.

pub mod accept;
mod causes;
mod chain_state;
mod command;
mod conclude;
pub(crate) mod context;
pub mod digests;
pub mod fetch;
pub mod findings;
pub mod folder;
mod in_window;
pub(crate) mod logs;
pub mod lookup;
pub mod not_proven;
mod notify;
pub mod observer;
pub mod outcome;
pub mod proven_events;
pub mod records;
mod recovery;
pub mod request;
pub mod shard;
pub mod survey;
mod unreferenced;
pub mod view;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock};

use self::causes::selectors::{self, TrailSelectors};
use self::chain_state::{ChainState, Group};
use self::conclude::FoundCalls;
pub(crate) use self::conclude::ended_early;
use self::context::{Context, start_beside};
use self::fetch::Fetcher;
use self::findings::Ledgers;
use self::logs::LogEvents;
use self::logs::manifest::Manifest;
use self::lookup::reader::EventIdReader;
use self::observer::{Observer, Step};
use self::outcome::Outcome;
use self::records::RecordReader;
use self::recovery::state::RecoverySearch;
use self::request::Request;
use self::shard::{Division, ShardJob};
use self::unreferenced::loose::LooseObjects;
use self::unreferenced::search::LogSearch;
use crate::base::error::Error;
use crate::base::spool::Spool;
use crate::cloudtrail::ids::ChainId;
use crate::proof::gap::event_filter::EventFilter;
use crate::proof::gap::{Cause, Certainty};
use crate::proof::keys::Keys;
use crate::source::Source;
use crate::source::parts::PartAnswers;
use crate::source::places::Places;
use crate::source::trails::TrailApi;

/// The inputs of a validation.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    /// The objects.
    pub source: &'a dyn Source,
    /// Which place is which.
    pub places: &'a Places,
    /// The public keys.
    pub keys: &'a dyn Keys,
    /// Access to CloudTrail's answers about trails; `None` without AWS.
    pub trails: Option<&'a dyn TrailApi>,
}

/// Validates every chain that the request selects.
///
/// # Errors
/// If a proven digest shows that the copy was made after [`Request::as_of`], or no worker threads can be
/// started. Whatever goes wrong later is part of the outcome.
pub fn validate(
    access: Access<'_>,
    request: &Request,
    observer: &dyn Observer,
) -> Result<Outcome, Error> {
    validate_with(access, request, observer, None)
}

/// Validates one shard, and leaves in its part what [`merge`] needs. The outcome is about this shard alone.
///
/// # Errors
/// As [`validate`].
pub fn prove_shard(
    access: Access<'_>,
    request: &Request,
    observer: &dyn Observer,
    job: ShardJob<'_>,
) -> Result<Outcome, Error> {
    run(access, request, observer, None, Division::Shard(job))
}

/// Joins the parts of all shards: the outcome is that of [`validate`]. What no part holds is unproven.
///
/// # Errors
/// As [`validate`].
pub fn merge(
    access: Access<'_>,
    request: &Request,
    observer: &dyn Observer,
    parts: &dyn PartAnswers,
) -> Result<Outcome, Error> {
    run(access, request, observer, None, Division::Merge(parts))
}

/// The same, and gives the text of each log to a reader of records.
///
/// # Errors
/// As [`validate`].
pub fn validate_with(
    access: Access<'_>,
    request: &Request,
    observer: &dyn Observer,
    records: Option<&dyn RecordReader>,
) -> Result<Outcome, Error> {
    run(access, request, observer, records, Division::Whole)
}

/// The five phases.
fn run(
    access: Access<'_>,
    request: &Request,
    observer: &dyn Observer,
    records: Option<&dyn RecordReader>,
    division: Division<'_>,
) -> Result<Outcome, Error> {
    let Access {
        source,
        places,
        keys,
        trails,
    } = access;
    let limits = &request.limits;
    let pool = context::workers(request.jobs.max(1))?;
    let fetcher = Fetcher::new(source, places, keys, limits, request.delivery_lag);
    let fetcher = fetcher.with_texts(request.jobs);
    let fetcher = match division.shard() {
        Some(job) => fetcher.with_logs(job.logs),
        None => fetcher,
    };
    let trails_known = &request.prior.trails;
    let mut filter = survey::reaches::by_configuration(&request.filter, trails_known);
    let mut survey = survey::survey(source, places, &filter, limits, &pool);
    survey = survey::moved::look_wider((source, places), request, &filter, &pool, survey);
    survey::reaches::by_folders(&mut filter, trails_known, source, &mut survey, limits);
    digests::remembered::add_folders(&fetcher, request, &filter, &mut survey);
    fetcher.listed(survey.listings);
    survey.keep(&division);
    let pool = context::better_workers(source, &pool).unwrap_or(pool);
    let at_once = request.chains_at_once.min(survey.groups.len()).max(1);
    let ids = EventIdReader::new(request.delivery_lag, records);
    let records = match request.lookup {
        true => Some(&ids as &dyn RecordReader),
        false => records,
    };
    let context = Context {
        fetcher: &fetcher,
        trails,
        request,
        filter: &filter,
        observer,
        records,
        pool: &pool,
        manifest: &Manifest::default(),
        references: &Arc::default(),
        candidates: &Spool::default(),
        ahead: limits.digests_ahead.max(request.jobs / at_once),
        keys: Mutex::new(BTreeSet::new()),
        division,
        kept_records: AtomicU64::new(0),
        ledgers: Ledgers::new(limits.findings_per_code, limits.findings),
        recovery: RecoverySearch::new(source, request),
    };
    digests::as_of::check(&context, &survey)?;
    let (mut groups, searches): (Vec<_>, Vec<_>) =
        digests::walk_groups(&context, &survey).into_iter().unzip();
    digests::settle_unknown_keys(&context, &mut groups);
    survey::absences::implied::note_early_ends(&context, &mut groups);
    let mut beside = unreferenced::beside(searches.iter());
    if context.division.shard().is_some() {
        // Digests of other shards may list files of these kinds.
        beside.extend(survey.other_kinds.keys().cloned());
    }
    let mut loose = LooseObjects::gather(&context, &survey, &beside);
    let folders = LogFolders {
        searches,
        beside: &beside,
        loose: &loose,
    };
    let lookup = request
        .lookup
        .then(|| lookup::begin(&context, &groups, &ids));
    let (events, searches, selectors) = read_logs(&context, &mut groups, folders);
    recovery::search_chains(&context, &mut groups);
    let lookup = lookup.flatten();
    let lookup = lookup.map(|begun| lookup::compare(&context, &mut groups, begun, &ids));
    let groups = groups.into_iter().zip(searches).collect();
    loose.settle(&context);
    let all = conclude::groups(&context, groups, &loose);
    let all = conclude::with_loose(&context, all, loose);
    Ok(conclude::outcome(
        &context, &survey, all, &events, &selectors, &beside, lookup,
    ))
}

/// Plans of what to list in the log folders, one per group.
type Searches = Vec<Option<Box<LogSearch>>>;

/// What to list in the log folders.
struct LogFolders<'a> {
    searches: Searches,
    /// The kinds of folders beside the logs whose files digests list.
    beside: &'a BTreeSet<String>,
    /// The objects above the folders of regions.
    loose: &'a LooseObjects,
}

/// The phases logs and causes, and beside them what needs no log: the log folders are listed, and the event
/// selectors of the trails looked up.
fn read_logs(
    context: &Context<'_>,
    groups: &mut [Group],
    folders: LogFolders<'_>,
) -> (FoundCalls, Searches, TrailSelectors) {
    let chains = groups.iter().flat_map(|group| &group.chains);
    let trails = selectors::trails_of(context, chains);
    let LogFolders {
        searches,
        beside,
        loose,
    } = folders;
    let list =
        |search: Option<Box<LogSearch>>| search.map(|search| search.list(context, beside, loose));
    // Listed all at once: either on a thread of its own, or at the end.
    let folders = Mutex::new(Err(searches));
    let selected = OnceLock::new();
    let list_all = || {
        let mut folders = folders.lock().unwrap_or_else(|e| e.into_inner());
        if let Err(searches) = &mut *folders {
            *folders = Ok(context.in_parallel(std::mem::take(searches), list));
        }
    };
    let look_up = || {
        let _ = selected.get_or_init(|| selectors::look_up(context, &trails));
    };
    let events = std::thread::scope(|scope| {
        start_beside(scope, list_all);
        start_beside(scope, look_up);
        check_and_explain(context, groups)
    });
    // Where no thread could be started, this is still to be done.
    list_all();
    look_up();
    let listed = folders.into_inner().unwrap_or_else(|e| e.into_inner());
    let selected = selected.into_inner().unwrap_or_default();
    (events, listed.unwrap_or_else(|searches| searches), selected)
}

/// The phases logs and causes.
fn check_and_explain(context: &Context<'_>, groups: &mut [Group]) -> FoundCalls {
    let chains = groups.iter_mut().flat_map(|group| &mut group.chains);
    let is_first = |chain: &&mut ChainState| {
        let ChainId {
            account, region, ..
        } = &chain.id;
        context.division.is_first_share(account, region)
    };
    let (mut chains, mut logs_alone): (Vec<_>, Vec<_>) = chains.partition(is_first);
    if !logs_alone.is_empty() {
        let filter = causes::event_filter(context, &logs_alone);
        logs::check(context, &mut logs_alone, &[], filter);
    }
    if context.request.only.is_some() {
        logs::check(context, &mut chains, &[], EventFilter::default());
        return FoundCalls::default();
    }
    let filter = causes::event_filter(context, &chains);
    let witnesses = causes::witness::witnesses(context, &chains);
    causes::witness::add_home_chains(context, &mut chains, &witnesses.found);
    context.observer.step(Step::LogsBegin);
    let LogEvents {
        near: mut events,
        changes: changing,
    } = logs::check(context, &mut chains, &witnesses.found, filter);
    context.observer.step(Step::CausesBegin);
    let further = causes::further(context, &chains, &witnesses.found, &events);
    if !further.found.is_empty() {
        let filter = causes::event_filter(context, &chains);
        let more = logs::check(context, &mut [], &further.found, filter);
        events.merge(more.near, &context.request.limits);
    }
    let not_read = witnesses.not_read.into_iter();
    let not_read: Vec<_> = not_read.chain(further.not_read).collect();
    let not_looked_up = causes::explain(context, &mut chains, &mut events);
    let found = causes::changes(context, &mut chains, &events, &changing);
    context.observer.step(Step::UnreferencedBegin);
    let gaps = chains.iter().flat_map(|chain| &chain.gaps);
    let gaps = gaps.filter(|gap| gap.may_be_explained());
    let (explained, unexplained): (Vec<_>, Vec<_>) =
        gaps.partition(|gap| gap.certainty != Certainty::None);
    let off = explained.iter().filter(|g| g.cause != Cause::TrailCreated);
    let counts = (off.count(), unexplained.len());
    let around_gaps =
        not_proven::around_gaps(context.request, counts, &events, &not_read, &not_looked_up);
    FoundCalls {
        around_gaps,
        changed_trails: not_proven::changes(&found.reduced, &found.left_open, &changing),
        changes: found.trails,
    }
}
