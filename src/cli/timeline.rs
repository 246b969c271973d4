//! `trailproof timeline`: what happened around the gaps, the damage and the changes of a validation.

use jiff::Timestamp;

use super::args::timeline::TimelineArgs;
use super::caller::CallerLookup;
use super::diagnose::note;
use super::open::bundle::given::GivenBundle;
use super::open::bundle::{GivenOptions, refuse_changed};
use super::output::{OutputTargets, Pair};
use super::signals::Signals;
use super::terminal::progress::{Phase, Progress};
use super::validate::resolve::{ResolvedRun, RunOptions};
use super::watchlist;
use super::{INTERRUPTED, Start, interrupted, run_so_far, whole_second};
use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::base::spool;
use crate::commands::timeline::{InvestigationSettings, investigate};
use crate::proof::finding::Verdict;
use crate::report::timeline::v1::{SCHEMA, TimelineReport};
use crate::report::timeline::{TimelineFormat, render};
use crate::report::validation::v1::{Requests, Run, SourceKind};
use crate::source::bundle::custody::is_bundle;
use crate::source::cancellable::CancellableSource;
use crate::validate::not_proven::clock_in_words;
use crate::validate::observer::{All, Observer};
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
        opened,
        request,
        requested,
    } = ResolvedRun::resolve(given, options, now, stop, &progress)?;
    // The clock of a bundle was that of another machine.
    let clock_off = request.clock_off().filter(|_| bundle.is_none());
    if let Some(ahead) = clock_off {
        progress.beside(|| note(&format!("{}: set the clock", clock_in_words(ahead))));
    }
    progress.enter(Phase::Listing);
    let caller = CallerLookup::start(opened.caller);
    let source = CancellableSource::new(opened.source.as_ref(), stop.clone());
    let access = Access {
        source: &source,
        places: &opened.places,
        keys: opened.keys.as_ref(),
        trails: opened.trails.as_deref(),
    };
    let mut observers: Vec<&dyn Observer> = vec![&progress];
    observers.extend(watch.iter().map(|watch| watch.known() as &dyn Observer));
    let outcome = validate(access, &request, &All(observers))?;
    progress.enter(Phase::Searching);
    let settings = InvestigationSettings {
        most: args.investigation.most,
        watch: watch.as_ref(),
    };
    let (timeline, of_search) = investigate(access, &request, &outcome, settings)?;
    drop(progress);
    refuse_changed(
        requested.source == SourceKind::Bundle,
        opened.source.as_ref(),
    )?;
    let mut requests: Requests = outcome.requests.into();
    requests.add(&of_search);
    let report = TimelineReport {
        schema: SCHEMA,
        verdict: outcome.verdict,
        complete: outcome.complete,
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
    let in_search = stop.reason().filter(|_| report.timeline.ended_early);
    let ended_by = outcome.ended_by.or(in_search);
    let code = match outcome.verdict {
        _ if interrupted(stop, ended_by, "report") => INTERRUPTED,
        // What could not be searched may hold anything.
        verdict if report.timeline.ended_early => verdict.max(Verdict::Unproven).exit_code(),
        verdict => verdict.exit_code(),
    };
    targets.write(|format, out| render(&report, args.grouping(), format, out))?;
    Ok(code)
}

/// Opens the targets, and checks that they replace nothing that is read, and that temporary files can be made.
fn opened_targets(
    pairs: Vec<Pair<TimelineFormat>>,
    args: &TimelineArgs,
) -> Result<OutputTargets<TimelineFormat>, Error> {
    let targets = OutputTargets::open(pairs, TimelineFormat::Text)?;
    let rules = args.watchlist.watchlist.iter();
    let rules = rules.map(|path| ("--watchlist", path.clone()));
    targets.spare(args.run.inputs(&args.sign_in).chain(rules))?;
    let limits = args.run.bounds.limits();
    let bundles = args.run.source.copies();
    targets.spare_bundles(bundles.filter(|dir| is_bundle(dir, &limits)))?;
    targets.spare_copies(args.run.source.copies())?;
    spool::try_out()?;
    Ok(targets)
}
