//! `trailproof events`: the records of proven logs, written while a validation runs over them.

mod format;
mod lacking;
mod output;
mod summary;

use std::path::PathBuf;

use self::output::EventOutput;
use super::args::events::EventsArgs;
use super::args::shared::progress::ProgressMode;
use super::diagnose::note;
use super::open::bundle::given::GivenBundle;
use super::open::bundle::{GivenOptions, refuse_changed};
use super::output::Delivery;
use super::output::earlier::EarlierReports;
use super::signals::Signals;
use super::terminal::progress::{Phase, Progress};
use super::validate::accepted::accepted;
use super::validate::changes;
use super::validate::exit::{exit_status, with_verdict};
use super::validate::resolve::{ResolvedRun, RunOptions};
use super::{INTERRUPTED, Start, interrupted, watchlist, whole_second};
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::{Error, ErrorKind};
use crate::base::spool;
use crate::commands::events::sink::RecordFilter;
use crate::commands::events::stream::{EventPlan, EventStream, WrittenEvents};
use crate::commands::events::unreferenced::UnreferencedLogs;
use crate::commands::events::without::LogsWithout;
use crate::commands::watchlist::WatchFilter;
use crate::proof::finding::ReadFrom;
use crate::report::validation::v1::SourceKind;
use crate::source::cancellable::CancellableSource;
use crate::validate::accept::{self, Acceptance};
use crate::validate::observer::{All, Observer};
use crate::validate::outcome::Outcome;
use crate::validate::request::LogSelection;
use crate::validate::view::read_from;
use crate::validate::{Access, validate_with};

/// Writes the events, and gives the exit status, which is that of the verdict.
///
/// # Errors
/// If nothing was validated, or the events could not be written.
pub fn run(
    args: EventsArgs,
    given: GivenOptions,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let earlier = EarlierReports::of(args.output.out.iter());
    let code = written(args, given, start, stop);
    code.map_err(|error| earlier.noted(error))
}

fn written(
    mut args: EventsArgs,
    given: GivenOptions,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    refuse_no_logs(&args)?;
    refuse_unproven_counts(&args)?;
    args.filter.refuse_no_time()?;
    let signals = Signals::listen()?.and_deadline(args.run.work.deadline, start.clock)?;
    let limits = args.run.bounds.limits();
    let out = args.output.out.take();
    let output = EventOutput::open(out, inputs(&args), &args.run.source, &limits)?;
    spool::try_out()?;
    signals.stop_first(stop);
    let accepted = accepted(args.output.exit.accept.as_deref(), &limits)?;
    let watch = watchlist::open(&args.watchlist, &limits)?;
    let progress = Progress::begin(shown(&args, &output), Phase::Opening, start.clock);
    let manifest = args.bundle.manifest_sha256;
    let mut bundle = GivenBundle::find(&args.run.source, manifest, &limits)?;
    if let Some(bundle) = &mut bundle {
        bundle.complete(&mut args.run, given)?;
    }
    let options = RunOptions {
        bundle: bundle.as_ref(),
        ..RunOptions::default()
    };
    let arguments = (&args.run, &args.sign_in);
    let now = whole_second(start.at);
    let resolved = ResolvedRun::resolve(arguments, options, now, stop, &progress)?;
    progress.enter(Phase::Listing);
    let without = LogsWithout::default();
    let seen = (progress, &without);
    let (outcome, mut events) = stream(&args, &resolved, (&output, watch.as_ref()), seen)?;
    let is_file = output.is_file();
    let written = std::mem::replace(&mut events.written, Ok(()));
    let delivery = output.finish(written, outcome.ended_by);
    let delivery = delivery.map_err(|e| with_verdict(e, outcome.verdict))?;
    Ok(said(
        (&outcome, read_from(&resolved.requested.source)),
        (&events, without, watch),
        (delivery, &accepted),
        (&args, is_file, stop),
    ))
}

/// Runs the validation. Its events are written meanwhile.
fn stream(
    args: &EventsArgs,
    resolved: &ResolvedRun,
    (output, watch): (&EventOutput, Option<&WatchFilter>),
    (progress, without): (Progress, &LogsWithout),
) -> Result<(Outcome, WrittenEvents), Error> {
    let (opened, request) = (&resolved.opened, &resolved.request);
    let format = format::format(args, output.is_terminal())?;
    let mut observers: Vec<&dyn Observer> = vec![&progress, without];
    if let Some(watch) = watch {
        observers.push(watch.known());
    }
    let unreferenced = UnreferencedLogs::new(&request.limits);
    if args.output.include_unproven {
        observers.push(&unreferenced);
    }
    let plan = EventPlan {
        filters: filters(args, watch),
        format: format.as_ref(),
        include_unproven: args.output.include_unproven,
    };
    let stream = EventStream::begin(
        plan,
        output.writer()?,
        without,
        (request.stop.clone(), &request.limits),
    );
    let stream = stream.map_err(|e| output.unwritable(&e))?;
    let source = CancellableSource::new(opened.source.as_ref(), request.stop.clone());
    let access = Access {
        source: &source,
        places: &opened.places,
        keys: opened.keys.as_ref(),
        trails: opened.trails.as_deref(),
    };
    let outcome = validate_with(access, request, &All(observers), Some(&stream))?;
    unreferenced.read(access, (&stream, without), &request.limits);
    drop(progress);
    let is_bundle = resolved.requested.source == SourceKind::Bundle;
    refuse_changed(is_bundle, opened.source.as_ref())?;
    Ok((outcome, stream.end()))
}

/// What decides whether a record is written.
///
/// The watchlist counts what it keeps, so it is the last one.
fn filters<'w>(
    args: &EventsArgs,
    watch: Option<&'w WatchFilter>,
) -> Vec<Box<dyn RecordFilter + 'w>> {
    let query = args.filter.query().map(|query| Box::new(query) as _);
    let watch = watch.map(|watch| Box::new(watch) as _);
    query.into_iter().chain(watch).collect()
}

/// Says on standard error what the events lack, and gives the exit status. Nothing is said after a reader that has
/// read enough.
fn said(
    (outcome, read_from): (&Outcome, ReadFrom),
    (events, without, watch): (&WrittenEvents, LogsWithout, Option<WatchFilter>),
    (delivery, accepted): (Delivery, &[Acceptance]),
    (args, is_file, stop): (&EventsArgs, bool, &CancelFlag),
) -> u8 {
    let rule = args.output.exit.fail_on.rule();
    let exit = accept::exit_verdict(outcome, accepted, rule);
    if delivery == Delivery::Cut {
        return exit.verdict.exit_code();
    }
    let without = without.into_reasons();
    let unproven = args.output.include_unproven;
    let hints = lacking::Hints::of(outcome, read_from);
    let filter = lacking::filtered(args.filter.since, args.filter.until);
    lacking::print_not_found(outcome, &without, &hints);
    summary::print_without(&without, unproven, &hints);
    lacking::print_gaps(outcome, filter, &hints);
    lacking::print_filtered(outcome, filter);
    changes::say_not_searched(&outcome.changes, rule);
    events.remarks.iter().for_each(|remark| note(remark));
    if let Some(watch) = watch {
        watchlist::print_matched(&watch, args.output.include_unproven);
    }
    // Of a file that is not written, nothing is partial.
    let is_interrupted = match is_file && outcome.ended_by.is_some() {
        true => stop.reason() == Some(CancelReason::Signal),
        false => interrupted(stop, outcome.ended_by, "output"),
    };
    let code = match is_interrupted {
        true => INTERRUPTED,
        false => {
            let remaining = accept::remaining(outcome, accepted);
            exit_status(outcome.verdict, exit, remaining != outcome.verdict)
        }
    };
    summary::print_counts(events, (&without, unproven), outcome.verdict);
    code
}

/// How progress is shown: not among events on a terminal.
fn shown(args: &EventsArgs, output: &EventOutput) -> ProgressMode {
    match args.progress.mode() {
        ProgressMode::Auto if output.is_terminal() => ProgressMode::None,
        mode => mode,
    }
}

/// Refuses to read no log: there would be no event.
fn refuse_no_logs(args: &EventsArgs) -> Result<(), Error> {
    if args.run.logs != LogSelection::None {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Usage, "--logs none leaves no events");
    Err(error.hint("leave it out to read all logs, or give a share such as --logs 5%"))
}

/// Refuses to count events that are not proven: nothing would tell them from the others in a number.
fn refuse_unproven_counts(args: &EventsArgs) -> Result<(), Error> {
    if args.format.count_by.is_none() || !args.output.include_unproven {
        return Ok(());
    }
    let error = "--count-by does not count events that are not proven: a number does not show which ones are";
    let error = Error::new(ErrorKind::Usage, error);
    Err(error.hint(
        "leave --include-unproven out, or write the events and count them by trailproof.state",
    ))
}

/// What a run reads besides copies, each with its option.
fn inputs(args: &EventsArgs) -> impl Iterator<Item = (&'static str, PathBuf)> {
    let accept = args.output.exit.inputs();
    let rules = args.watchlist.watchlist.iter();
    let rules = rules.map(|path| ("--watchlist", path.clone()));
    args.run.inputs(&args.sign_in).chain(accept).chain(rules)
}
