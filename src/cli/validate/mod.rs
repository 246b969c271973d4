//! `trailproof validate`: resolves the arguments, runs the validation, and writes its reports.
//!
//! Observers collect what a report cannot hold while the run goes on: progress, the lines of
//! `--verbose`, those of `--format jsonl`, and each file for `--format aws-cli`.

pub(crate) mod aws_cli;
mod changes;
mod investigate;
pub(crate) mod jsonl;
mod needs_aws;
mod observers;
pub(crate) mod resolve;
mod state;
pub(crate) mod verbose;

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use self::observers::{ObserverChoice, RunObservers};
use self::resolve::{ResolvedRun, RunOptions};
use self::state::{CheckedScope, LeftState, RunState};
use super::args::shared::presentation::NamesFrom;
use super::args::shared::progress::ProgressMode;
use super::args::validate::{StateArgs, ValidateArgs};
use super::caller::CallerLookup;
use super::diagnose::{note, warning};
use super::open::bundle::GivenOptions;
use super::open::bundle::given::GivenBundle;
use super::open::bundle::refuse_changed;
use super::output::earlier::EarlierReports;
use super::output::{Delivery, OutputTargets, Pair};
use super::presentation::{self, NamesLookup};
use super::signals::Signals;
use super::terminal::progress::{Phase, Progress};
use super::{INTERRUPTED, Start, interrupted, note_unused, run_so_far, whole_second};
use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::base::spool;
use crate::proof::finding::Verdict;
use crate::report::Format;
use crate::report::validation::v1::{Accepted, Report, Requested, Run, SourceKind};
use crate::source::bundle::custody::is_bundle;
use crate::source::cancellable::CancellableSource;
use crate::validate::accept::{self, Acceptance, ExitRule, ExitVerdict};
use crate::validate::not_proven::clock_in_words;
use crate::validate::outcome::Outcome;
use crate::validate::{Access, validate};

/// Validates, writes a report for each of `pairs`, and gives the exit status.
///
/// # Errors
/// If no validation was performed, or a report could not be written.
pub fn run(
    args: (ValidateArgs, Option<StateArgs>),
    (mut pairs, given): (Vec<Pair<Format>>, GivenOptions),
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let commands = args.0.commands.clone();
    pairs.extend(commands.map(|file| (Format::Commands, Some(file))));
    let earlier = EarlierReports::of(pairs.iter().filter_map(|(_, file)| file.as_ref()));
    let code = validated(args, (pairs, given), command, start, stop);
    code.map_err(|error| earlier.noted(error))
}

/// Validates and writes the reports.
fn validated(
    (mut args, state): (ValidateArgs, Option<StateArgs>),
    (pairs, given): (Vec<Pair<Format>>, GivenOptions),
    command: Vec<String>,
    start: Start,
    stop: &CancelFlag,
) -> Result<u8, Error> {
    let formats: Vec<Format> = pairs.iter().map(|(format, _)| *format).collect();
    let as_aws_cli = formats.contains(&Format::AwsCli);
    let choice = observer_choice(&args, &formats);
    note_unused(&args.unused, as_aws_cli);
    presentation::note_unused(&args.presentation, &formats);
    investigate::note_unused(args.investigate, &formats);
    note_without_report(&formats);
    let wants_names = args.presentation.names == Some(NamesFrom::Organizations);
    needs_aws::check_names(&args)?;
    needs_aws::check_lookup(&args)?;
    let signals = Signals::listen()?.and_deadline(args.run.work.deadline, start.clock)?;
    let state = RunState::open(state, &mut args.run)?;
    let mut targets = opened_targets(pairs, &args, state.as_ref())?;
    signals.stop_first(stop);
    let mut presentation = presentation::read(&args.presentation, &args.run.bounds.limits())?;
    let progress = Progress::begin(choice.progress, Phase::Opening, start.clock);
    let accepted = accepted(args.accept.as_deref(), &args.run.bounds.limits())?;
    let fail_on = args.fail_on.rule();
    let bundle = completed(&mut args, given)?;
    let mut ready = resolved((&args, bundle.as_ref()), as_aws_cli, start, stop, &progress)?;
    let state = state.map(|state| Ok((state.continued(&args.run, &mut ready, start.at)?, state)));
    let state = state.transpose()?;
    let ResolvedRun {
        opened,
        request,
        requested,
    } = ready;
    // The clock of a bundle was that of another machine.
    let clock_off = request.clock_off().filter(|_| bundle.is_none());
    progress.beside(|| note_before_the_work(&requested, clock_off));
    progress.enter(Phase::Listing);
    let mut run = run_so_far(command, start.at);
    run.clock_ahead = clock_off;
    let given = (&requested, &run);
    let mut observers = RunObservers::begin(&choice, &mut targets, given, progress)?;
    let caller = CallerLookup::start(opened.caller);
    let is_presented = formats.iter().any(|format| format.is_presented());
    let names = opened.members.filter(|_| wants_names && is_presented);
    let names = names.map(NamesLookup::start);
    let source = CancellableSource::new(opened.source.as_ref(), stop.clone());
    let access = Access {
        source: &source,
        places: &opened.places,
        keys: opened.keys.as_ref(),
        trails: opened.trails.as_deref(),
    };
    let mut outcome = validate(access, &request, &observers.all())?;
    let timeline = investigate::timeline(args.investigate, access, &request, &outcome)?;
    observers.end_progress();
    let is_bundle = requested.source == SourceKind::Bundle;
    refuse_changed(is_bundle, opened.source.as_ref())?;
    run.caller = caller.answer();
    // The state of a run that is interrupted is not written.
    let exit = accept::exit_verdict(&outcome, &accepted, fail_on);
    let exit_status = exit.verdict.exit_code();
    let left = state
        .as_ref()
        .map(|(scope, state)| state.left(scope, &mut outcome, exit_status));
    let left = left.transpose()?;
    run.state_sha256 = left.as_ref().map(|left| left.sha256.to_string());
    let (mut report, code) = concluded(outcome, (accepted, fail_on), (requested, run), stop);
    let code = investigate::add(&mut report, timeline, code, stop);
    if let Some(names) = names {
        presentation.names = names.wait();
    }
    let written = observers.write(&report, &presentation, targets);
    let kept = written.and_then(|delivery| keep_state(state, left, (code, delivery)));
    kept.map_err(|e| with_verdict(e, report.verdict))?;
    if as_aws_cli && ![0, INTERRUPTED].contains(&code) {
        aws_cli::print_status(code, &report);
    }
    Ok(code)
}

/// Writes the state for the next run, once every report is written. It stays as it was after an interruption, and
/// where a report was not read to its end: else what this run alone reports might be lost.
fn keep_state(
    state: Option<(CheckedScope, RunState)>,
    left: Option<LeftState>,
    (code, delivery): (u8, Delivery),
) -> Result<(), Error> {
    let Some(((_, state), left)) = state.zip(left) else {
        return Ok(());
    };
    if code == INTERRUPTED {
        state.note_unchanged("the run was interrupted");
        return Ok(());
    }
    if delivery == Delivery::Cut {
        state.note_unchanged("a report was not read to its end");
        return Ok(());
    }
    state.write(&left)
}

/// Opens the targets, and checks that they replace nothing that is read, and that temporary files can be made.
fn opened_targets(
    pairs: Vec<Pair<Format>>,
    args: &ValidateArgs,
    state: Option<&RunState>,
) -> Result<OutputTargets<Format>, Error> {
    let targets = OutputTargets::open(pairs, Format::Text)?;
    let files = state.into_iter().flat_map(RunState::files);
    targets.spare(inputs(args).chain(files))?;
    let limits = args.run.bounds.limits();
    let bundles = args.run.source.copies();
    targets.spare_bundles(bundles.filter(|dir| is_bundle(dir, &limits)))?;
    targets.spare_copies(args.run.source.copies())?;
    spool::try_out()?;
    state.map_or(Ok(()), RunState::try_out)?;
    Ok(targets)
}

fn resolved(
    (args, bundle): (&ValidateArgs, Option<&GivenBundle>),
    as_aws_cli: bool,
    start: Start,
    stop: &CancelFlag,
    progress: &Progress,
) -> Result<ResolvedRun, Error> {
    let options = RunOptions {
        bundle,
        as_aws_cli,
        one_chain_at_a_time: args.verbose,
        lookup: args.lookup,
        ..RunOptions::default()
    };
    let given = (&args.run, &args.sign_in);
    ResolvedRun::resolve(given, options, whole_second(start.at), stop, progress)
}

/// The bundle that was given. It completes the arguments.
fn completed(args: &mut ValidateArgs, given: GivenOptions) -> Result<Option<GivenBundle>, Error> {
    let limits = args.run.bounds.limits();
    let manifest = args.bundle.manifest_sha256;
    let mut bundle = GivenBundle::find(&args.run.source, manifest, &limits)?;
    if let Some(bundle) = &mut bundle {
        bundle.complete(&mut args.run, given)?;
    }
    Ok(bundle)
}

/// What the file of `--accept` holds.
pub(super) fn accepted(path: Option<&Path>, limits: &Limits) -> Result<Vec<Acceptance>, Error> {
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let text = resolve::read_text(path, "--accept", limits)?;
    accept::parse(&text).map_err(|why| resolve::invalid(path, "--accept", &why))
}

/// The report of a run that ended, and its exit status.
fn concluded(
    outcome: Outcome,
    (accepted, fail_on): (Vec<Acceptance>, ExitRule),
    (requested, mut run): (Requested, Run),
    stop: &CancelFlag,
) -> (Report, u8) {
    run.finished = Timestamp::now();
    run.requests = outcome.requests.into();
    let ended_by = outcome.ended_by;
    let exit = accept::exit_verdict(&outcome, &accepted, fail_on);
    let (verdict, remaining) = (outcome.verdict, accept::remaining(&outcome, &accepted));
    let unused = accept::unused(&outcome, &accepted, requested.continues_from.is_some());
    changes::say_not_searched(&outcome.changes, fail_on);
    let accepted = accept::shown(&outcome, &accepted);
    warn_of_unused(&accepted, &unused, &requested.exclude);
    let code = match interrupted(stop, ended_by, "report") {
        true => INTERRUPTED,
        false => exit_status(verdict, exit, remaining != verdict),
    };
    run.exit_status = Some(code);
    run.all_accepted = code == 0 && remaining == Verdict::Verified && verdict != remaining;
    if code == INTERRUPTED {
        run.state_sha256 = None;
    }
    (Report::new(outcome, requested, accepted, run), code)
}

fn observer_choice(args: &ValidateArgs, formats: &[Format]) -> ObserverChoice {
    // JSON lines on a terminal show progress by themselves.
    let is_streamed = formats.contains(&Format::Jsonl) && io::stdout().is_terminal();
    ObserverChoice {
        progress: match args.progress.mode() {
            ProgressMode::Auto if is_streamed => ProgressMode::None,
            mode => mode,
        },
        verbose: args.verbose,
        files: formats.contains(&Format::AwsCli),
    }
}

/// Notes that `--as-of` alone does not end the window of a copy, and that the local clock is wrong.
fn note_before_the_work(requested: &Requested, clock_off: Option<i64>) {
    let on_disk = requested.source == SourceKind::Disk;
    if on_disk && requested.as_of.is_some() && requested.end.is_none() {
        note("without --end-time the window ends with the data, and not at --as-of");
    }
    if let Some(ahead) = clock_off {
        note(&format!("{}: set the clock", clock_in_words(ahead)));
    }
}

/// Warns that a statement is about a JSON report that nobody keeps.
fn note_without_report(formats: &[Format]) {
    if formats.contains(&Format::InToto) && !formats.contains(&Format::Json) {
        note(
            "--format in-toto is about the JSON report, which this run does not write: add --format json --out FILE",
        );
    }
}

/// The error of a report that could not be written: the verdict is known all the same.
pub(super) fn with_verdict(error: Error, verdict: Verdict) -> Error {
    let verdict = verdict.as_str();
    let finished = format!("the validation finished; its verdict was: {verdict}");
    let known = error.known().map(|known| format!("{known}; {finished}"));
    error.note(known.unwrap_or(finished))
}

/// Warns of entries of `--accept` that match no finding, by their places. Nothing is reported of what `--exclude` leaves
/// out.
fn warn_of_unused(accepted: &[Accepted], unused: &[usize], exclude: &[String]) {
    for (at, entry) in accepted.iter().enumerate() {
        if unused.contains(&at) && exclude.iter().any(|text| leaves_out(text, &entry.chain)) {
            warning(&format!(
                "entry {} of --accept is about chains that --exclude leaves out: {}: remove it",
                at + 1,
                entry.chain
            ));
        } else if unused.contains(&at) {
            warning(&format!(
                "entry {} of --accept matches no finding: {} from {}",
                at + 1,
                entry.chain,
                entry.extent()
            ));
        }
    }
}

/// Whether a value of `--exclude` leaves out the chain, or all chains, of an entry of `--accept`.
fn leaves_out(exclude: &str, entry: &str) -> bool {
    let parts = exclude.split('/').zip(entry.split('/'));
    parts.clone().count() == 4
        && parts
            .into_iter()
            .all(|(part, of)| part == "*" || part == of)
}

/// What a run reads besides copies, each with its option.
fn inputs(args: &ValidateArgs) -> impl Iterator<Item = (&'static str, PathBuf)> {
    let accept = args.accept.clone().map(|path| ("--accept", path));
    args.run
        .inputs(&args.sign_in)
        .chain(accept)
        .chain(args.presentation.files())
}

/// The exit status, which is that of the verdict `exit`. A note says why if the verdict of the report has
/// another, or if a look that failed keeps it.
pub(super) fn exit_status(verdict: Verdict, exit: ExitVerdict, is_accepted: bool) -> u8 {
    let code = exit.verdict.exit_code();
    if let Some(look) = exit.held_by {
        note(&format!(
            "the exit status is {code} whatever --accept and --fail-on say: {}",
            look.clause()
        ));
    } else if code != verdict.exit_code() {
        let why = match is_accepted {
            true => "--accept",
            false => "--fail-on",
        };
        let verdict = verdict.as_str();
        note(&format!(
            "the verdict is {verdict}; the exit status is {code} because of {why}"
        ));
    }
    code
}
