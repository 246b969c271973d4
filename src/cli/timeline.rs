//! `trailproof timeline`: what happened around the gaps, the damage and the changes of a validation.

use jiff::Timestamp;

use super::args::timeline::TimelineArgs;
use super::caller::CallerLookup;
use super::diagnose::note;
use super::open::bundle::given::GivenBundle;
use super::open::bundle::{GivenOptions, refuse_changed};
use super::open::request::OpenedSource;
use super::output::{OutputTargets, Pair};
use super::signals::Signals;
use super::terminal::progress::{Phase, Progress};
use super::validate::accepted::accepted;
use super::validate::changes;
use super::validate::exit::exit_status;
use super::validate::resolve::{ResolvedRun, RunOptions};
use super::watchlist;
use super::{INTERRUPTED, Start, interrupted, run_so_far, whole_second};
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::Error;
use crate::base::spool;
use crate::commands::timeline::{InvestigationSettings, doubts, investigate};
use crate::commands::watchlist::WatchFilter;
use crate::proof::finding::Verdict;
use crate::report::timeline::v1::investigation::Timeline;
use crate::report::timeline::v1::{SCHEMA, TimelineReport};
use crate::report::timeline::{TimelineFormat, render};
use crate::report::validation::v1::{Requests, Run, SourceKind};
use crate::source::bundle::custody::is_bundle;
use crate::source::cancellable::CancellableSource;
use crate::validate::accept::{self, ExitVerdict};
use crate::validate::not_proven::clock_in_words;
use crate::validate::observer::{All, Observer};
use crate::validate::outcome::Outcome;
use crate::validate::request::Request;
use crate::validate::view::read_from;
use crate::validate::{Access, validate};

/// Validates, searches the proven logs, writes the timeline, and gives the exit status.
///
/// # Errors
/// If no validation was performed, or a report could not be written.
pub fn run(
    mut args: TimelineArgs,
    (pairs, given): (Vec<Pair<TimelineFormat>>, GivenOptions),
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let signals = Signals::listen()?.and_deadline(args.run.work.deadline, start.clock)?;
    let targets = opened_targets(pairs, &args)?;
    signals.stop_first(stop);
    let limits = args.run.bounds.limits();
    let watch = watchlist::open(&args.watchlist, &limits)?;
    let accepted = accepted(args.exit.accept.as_deref(), &limits)?;
    let progress = Progress::begin(args.progress.mode(), Phase::Opening, start.clock);
    let mut bundle = GivenBundle::find(&args.run.source, args.bundle.manifest_sha256, &limits)?;
    if let Some(bundle) = &mut bundle {
        bundle.complete(&mut args.run, given)?;
    }
    let options = RunOptions {
        bundle: bundle.as_ref(),
        ..RunOptions::default()
    };
    let given = (&args.run, &args.sign_in);
    let now = whole_second(start.at);
    let ResolvedRun {
        mut opened,
        request,
        requested,
    } = ResolvedRun::resolve(given, options, now, stop, &progress)?;
    let clock_off = clock_off(&request, bundle.is_some(), &progress);
    progress.enter(Phase::Listing);
    let caller = CallerLookup::start(opened.caller.take());
    let settings = InvestigationSettings {
        most: args.investigation.most,
        watch: watch.as_ref(),
    };
    let (outcome, timeline, of_search) = searched(&opened, &request, settings, progress)?;
    let is_bundle = requested.source == SourceKind::Bundle;
    refuse_changed(is_bundle, opened.source.as_ref())?;
    let mut requests: Requests = outcome.requests.into();
    requests.add(&of_search);
    let ended_by = outcome.ended_by;
    let rule = args.exit.fail_on.rule();
    let exit = accept::exit_verdict(&outcome, &accepted, rule);
    let remaining = accept::remaining(&outcome, &accepted);
    let is_accepted = remaining != outcome.verdict;
    changes::say_not_searched(&outcome.changes, rule);
    let doubts = doubts(&outcome, read_from(&requested.source));
    let mut report = TimelineReport {
        schema: SCHEMA,
        verdict: outcome.verdict,
        complete: outcome.complete,
        doubts,
        requested,
        timeline,
        not_proven: outcome.not_proven,
        run: Run {
            finished: Timestamp::now(),
            caller: caller.answer(),
            clock_ahead: clock_off,
            requests,
            ..run_so_far(command, start.at)
        },
    };
    let code = status(&report, (exit, is_accepted), ended_by, stop);
    report.run.exit_status = Some(code);
    report.run.all_accepted = code == 0 && remaining == Verdict::Verified && is_accepted;
    targets.write(|format, out| render(&report, args.grouping(), format, out))?;
    Ok(code)
}

/// How far the local clock is off, with a note. The clock of a bundle was that of another machine.
fn clock_off(request: &Request, is_bundle: bool, progress: &Progress) -> Option<i64> {
    let ahead = request.clock_off().filter(|_| !is_bundle)?;
    progress.beside(|| note(&format!("{}: set the clock", clock_in_words(ahead))));
    Some(ahead)
}

/// Validates, and searches the proven logs.
fn searched(
    opened: &OpenedSource,
    request: &Request,
    settings: InvestigationSettings<'_>,
    progress: Progress,
) -> Result<(Outcome, Timeline, Requests), Error> {
    let source = CancellableSource::new(opened.source.as_ref(), request.stop.clone());
    let access = Access {
        source: &source,
        places: &opened.places,
        keys: opened.keys.as_ref(),
        trails: opened.trails.as_deref(),
    };
    let mut observers: Vec<&dyn Observer> = vec![&progress];
    let known = settings.watch.map(WatchFilter::known);
    observers.extend(known.map(|known| known as &dyn Observer));
    let outcome = validate(access, request, &All(observers))?;
    progress.enter(Phase::Searching);
    let (timeline, requests) = investigate(access, request, &outcome, settings)?;
    Ok((outcome, timeline, requests))
}

/// The exit status.
fn status(
    report: &TimelineReport,
    (exit, is_accepted): (ExitVerdict, bool),
    ended_by: Option<CancelReason>,
    stop: &CancelFlag,
) -> u8 {
    let in_search = stop.reason().filter(|_| report.timeline.ended_early);
    match report.timeline.ended_early {
        _ if interrupted(stop, ended_by.or(in_search), "report") => INTERRUPTED,
        // What could not be searched may hold anything.
        true => exit.verdict.max(Verdict::Unproven).exit_code(),
        false => exit_status(report.verdict, exit, is_accepted),
    }
}

/// Opens the targets, and checks that they replace nothing that is read, and that temporary files can be made.
fn opened_targets(
    pairs: Vec<Pair<TimelineFormat>>,
    args: &TimelineArgs,
) -> Result<OutputTargets<TimelineFormat>, Error> {
    let targets = OutputTargets::open(pairs, TimelineFormat::Text)?;
    let rules = args.watchlist.watchlist.iter();
    let rules = rules.map(|path| ("--watchlist", path.clone()));
    let inputs = args.run.inputs(&args.sign_in).chain(args.exit.inputs());
    targets.spare(inputs.chain(rules))?;
    let limits = args.run.bounds.limits();
    let bundles = args.run.source.copies();
    targets.spare_bundles(bundles.filter(|dir| is_bundle(dir, &limits)))?;
    targets.spare_copies(args.run.source.copies())?;
    spool::try_out()?;
    Ok(targets)
}
