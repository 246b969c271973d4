//! The second half of a validation: the engine runs over what was opened, the reports are written, and the verdict
//! becomes an exit status. `shard merge` shares it.

use std::io::{self, IsTerminal as _};
use std::time::Instant;

use jiff::Timestamp;

use super::accepted::{accepted, warn_of_unused};
use super::exit::{exit_status, with_verdict};
use super::observers::{ObserverChoice, RunObservers};
use super::resolve::ResolvedRun;
use super::state::{CheckedScope, LeftState, RunState};
use super::{aws_cli, changes, investigate};
use crate::base::cancel::CancelFlag;
use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::cli::args::shared::presentation::NamesFrom;
use crate::cli::args::shared::progress::ProgressMode;
use crate::cli::args::shared::reporting::ReportingArgs;
use crate::cli::caller::CallerLookup;
use crate::cli::diagnose::note;
use crate::cli::open::bundle::refuse_changed;
use crate::cli::output::{Delivery, OutputTargets};
use crate::cli::presentation::{self, NamesLookup};
use crate::cli::terminal::progress::{Phase, Progress};
use crate::cli::{INTERRUPTED, interrupted};
use crate::proof::finding::Verdict;
use crate::report::Format;
use crate::report::validation::presentation::Presentation;
use crate::report::validation::v1::{Report, Requested, Run, SourceKind};
use crate::source::cancellable::CancellableSource;
use crate::validate::Access;
use crate::validate::accept::{self, Acceptance, ExitRule};
use crate::validate::observer::Observer;
use crate::validate::outcome::Outcome;
use crate::validate::request::Request;

/// Makes the outcome of what was opened.
pub(crate) type Engine<'a> =
    dyn Fn(Access<'_>, &Request, &dyn Observer) -> Result<Outcome, Error> + 'a;

/// What is validated, ready to run.
pub(crate) struct ReportedRun<'a> {
    pub ready: ResolvedRun,
    /// The run, as far as it is known before the work.
    pub run: Run,
    /// The state of a scheduled check.
    pub state: Option<(CheckedScope, RunState)>,
    /// Whether the report gets a timeline.
    pub investigates: bool,
    pub engine: &'a Engine<'a>,
}

/// The reports of a run, and what sets its exit status.
pub(crate) struct Reporting {
    formats: Vec<Format>,
    choice: ObserverChoice,
    targets: OutputTargets<Format>,
    presentation: Presentation,
    /// Whether the names of accounts are looked up in AWS.
    wants_names: bool,
    accepted: Vec<Acceptance>,
    fail_on: ExitRule,
}

impl Reporting {
    /// Reads the files of a presentation and of `--accept`.
    ///
    /// # Errors
    /// If one cannot be read, or does not hold what it must.
    pub fn read(
        args: &ReportingArgs,
        (formats, targets): (Vec<Format>, OutputTargets<Format>),
        limits: &Limits,
    ) -> Result<Self, Error> {
        Ok(Reporting {
            choice: observer_choice(args, &formats),
            formats,
            targets,
            presentation: presentation::read(&args.presentation, limits)?,
            wants_names: args.presentation.names == Some(NamesFrom::Organizations),
            accepted: accepted(args.accept.as_deref(), limits)?,
            fail_on: args.fail_on.rule(),
        })
    }

    /// Begins to show progress.
    pub fn progress(&self, start: Instant) -> Progress {
        Progress::begin(self.choice.progress, Phase::Opening, start)
    }

    /// Validates, writes the reports, and gives the exit status.
    ///
    /// # Errors
    /// If no validation was performed, or a report could not be written.
    pub fn report_on(
        self,
        validation: ReportedRun<'_>,
        progress: Progress,
        stop: &CancelFlag,
    ) -> Result<u8, Error> {
        let Reporting {
            formats,
            choice,
            mut targets,
            mut presentation,
            wants_names,
            accepted,
            fail_on,
        } = self;
        let ReportedRun {
            ready,
            mut run,
            state,
            investigates,
            engine,
        } = validation;
        let ResolvedRun {
            opened,
            request,
            requested,
        } = ready;
        let mut observers =
            RunObservers::begin(&choice, &mut targets, (&requested, &run), progress)?;
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
        let mut outcome = engine(access, &request, &observers.all())?;
        let timeline = investigate::timeline(investigates, access, &request, &outcome)?;
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
        if formats.contains(&Format::AwsCli) && ![0, INTERRUPTED].contains(&code) {
            aws_cli::print_status(code, &report);
        }
        Ok(code)
    }
}

/// Notes which options have no effect in the formats that were given.
pub(crate) fn note_unused(args: &ReportingArgs, formats: &[Format]) {
    presentation::note_unused(&args.presentation, formats);
    note_without_report(formats);
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

fn observer_choice(args: &ReportingArgs, formats: &[Format]) -> ObserverChoice {
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

/// Warns that a statement is about a JSON report that nobody keeps.
fn note_without_report(formats: &[Format]) {
    if formats.contains(&Format::InToto) && !formats.contains(&Format::Json) {
        note(
            "--format in-toto is about the JSON report, which this run does not write: add --format json --out FILE",
        );
    }
}
