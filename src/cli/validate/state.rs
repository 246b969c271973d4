//! `validate --state FILE`: locked and loaded before the run, written after its reports.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::resolve::ResolvedRun;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::base::time::{HOUR, shift};
use crate::cli::args::shared::run::RunArgs;
use crate::cli::args::shared::source::split_bucket;
use crate::cli::args::validate::StateArgs;
use crate::cli::diagnose::note;
use crate::cli::output::target::is_object_in;
use crate::commands::state::check;
use crate::commands::state::deferred::take_up;
use crate::commands::state::given_up::{GivenUp, sentence};
use crate::commands::state::load::{Loaded, find};
use crate::commands::state::lock::StateLock;
use crate::commands::state::next::{EndedRun, next};
use crate::commands::state::scope::difference;
use crate::commands::state::store;
use crate::proof::coverage::State as CoverageState;
use crate::proof::finding::{Code, Finding};
use crate::report::state::v1::Scope;
use crate::report::validation::v1::{ContinuedState, Origin, Requested, SourceKind};
use crate::validate::not_proven::clock_in_words;
use crate::validate::outcome::Outcome;

/// How far the clock may go back between two runs, in seconds.
const CLOCK_BACK: i64 = 5 * 60;

/// How far the time of a run may lie after now, in seconds. A state keeps it, and no earlier run continues that.
const CLOCK_AHEAD: i64 = HOUR;

/// The longest grace of a run with a state, in seconds. Time stays open for 7 days: what waits longer would never be
/// judged.
const LONGEST_GRACE: i64 = 6 * 24 * HOUR;

/// The state of a run.
pub(in crate::cli) struct RunState {
    lock: StateLock,
    /// The file as it was given, for messages.
    path: PathBuf,
    /// What the run continues; `None` if it is the first one.
    before: Option<Loaded>,
    /// Whether the hash of the file was given.
    is_given: bool,
    keep_history: Option<i64>,
    limits: Limits,
}

/// What a run validates, and when.
pub(in crate::cli) struct CheckedScope {
    scope: Scope,
    at: Timestamp,
}

/// What is written once the reports are.
pub(super) struct LeftState {
    bytes: Vec<u8>,
    /// SHA-256 of it.
    pub sha256: Sha256,
}

impl RunState {
    /// Locks and loads the state that was given. A run that leaves `--start-time` out has that of the state.
    ///
    /// # Errors
    /// If another run uses it, or it cannot be continued.
    pub(super) fn open(
        given: Option<StateArgs>,
        args: &mut RunArgs,
    ) -> Result<Option<Self>, Error> {
        let Some(StateArgs {
            file: Some(path),
            state_sha256,
            keep_history,
        }) = given
        else {
            return Ok(None);
        };
        let limits = args.bounds.limits();
        check_grace(args.late.backfill_grace)?;
        check_place(&path, args)?;
        let lock = StateLock::take(&path)?;
        if !lock.is_exclusive() {
            note(&format!(
                "the file system of {} has no locks: do not start two runs with this state at once",
                path.display()
            ));
        }
        let before = find(lock.state(), state_sha256, &limits)?;
        if let Some(loaded) = &before {
            args.start_time = args.start_time.or(loaded.state.scope.start);
        }
        Ok(Some(RunState {
            lock,
            path,
            before,
            is_given: state_sha256.is_some(),
            keep_history: keep_history.seconds(),
            limits,
        }))
    }

    /// Checks that the state can be written, before anything is requested or reported.
    ///
    /// # Errors
    /// If it cannot.
    pub(super) fn try_out(&self) -> Result<(), Error> {
        store::try_out(&self.lock)
    }

    /// What no report may replace, each with the option that gives it.
    pub(super) fn files(&self) -> [(&'static str, PathBuf); 3] {
        self.lock.files().map(|file| ("--state", file))
    }

    /// Lets a run continue the state, or says that it begins one. It is `now` by the local clock.
    ///
    /// # Errors
    /// If the run has a narrower scope, the state comes from later than the run, or the run from later than now.
    pub(super) fn continued(
        &self,
        args: &RunArgs,
        resolved: &mut ResolvedRun,
        now: Timestamp,
    ) -> Result<CheckedScope, Error> {
        let ResolvedRun {
            request, requested, ..
        } = resolved;
        let source = source(requested)?;
        let at = requested.as_of.ok_or_else(needs_as_of)?;
        check_clock(request.clock_ahead)?;
        if source == SourceKind::Disk && at > shift(now, CLOCK_AHEAD) {
            return Err(is_ahead(at, now));
        }
        if source == SourceKind::Disk && requested.end.is_none() {
            // Else a copy that lacks its newest digests would end its window before them.
            request.to = Some(at);
            requested.end = Some(at);
            requested.end_origin = Origin::Given;
        }
        let scope = scope(args, requested, source);
        check::scope(&scope).map_err(|why| cannot_keep(&why))?;
        let Some(loaded) = &self.before else {
            request.prior.findings.push(begun());
            return Ok(CheckedScope { scope, at });
        };
        if let Some(why) = difference(&loaded.state.scope, &scope) {
            return Err(self.other_scope(&why));
        }
        let last = loaded.state.history.last().map_or(at, |runs| runs.last);
        if at.duration_since(last).as_secs() < -CLOCK_BACK {
            return Err(self.is_later(last, &format!("this run checks the logs as of {at}")));
        }
        if let Some(end) = args.end_time.filter(|end| *end < last) {
            return Err(self.is_later(last, &format!("--end-time is {end}")));
        }
        let mut continues = loaded.continues.clone();
        let open = take_up(loaded, at, &mut continues, &request.filter);
        request.prior.findings.extend(open);
        request.continues = Some(continues);
        requested.start_origin = Origin::State;
        let given_up = |state| GivenUp::of(&loaded.state, state).seconds;
        requested.continues_from = Some(ContinuedState {
            sha256: loaded.sha256.to_string(),
            given: self.is_given,
            as_of: last,
            runs: loaded.state.runs,
            chains: loaded.state.chains.len() as u64,
            failed_given_up: given_up(CoverageState::Failed),
            unproven_given_up: given_up(CoverageState::Unproven),
        });
        Ok(CheckedScope { scope, at })
    }

    /// What a run leaves. Adds to its outcome what it does not prove.
    ///
    /// # Errors
    /// Never for what this program writes.
    pub(super) fn left(
        &self,
        checked: &CheckedScope,
        outcome: &mut Outcome,
        exit_status: u8,
    ) -> Result<LeftState, Error> {
        let state = next(&EndedRun {
            before: self.before.as_ref(),
            outcome,
            at: checked.at,
            exit_status,
            scope: &checked.scope,
            keep_history: self.keep_history,
        });
        outcome.not_proven.extend(sentence(&state, &self.path));
        let bytes = store::bytes(state);
        let bytes = bytes.map_err(|e| {
            Error::new(ErrorKind::Internal, "cannot make the next state").because(e)
        })?;
        let sha256 = Sha256::of(&bytes);
        Ok(LeftState { bytes, sha256 })
    }

    /// Writes what a run leaves.
    ///
    /// # Errors
    /// If the file changed during the run, or cannot be written.
    pub(super) fn write(self, left: &LeftState) -> Result<(), Error> {
        let before = self.before.map(|loaded| loaded.sha256);
        store::replace(&self.lock, before, &left.bytes, &self.limits)
    }

    /// Notes that the state stays as it was.
    pub(super) fn note_unchanged(&self, why: &str) {
        let path = self.path.display();
        note(&format!(
            "the state {path} stays as it was, because {why}: the next run validates the same time again"
        ));
    }

    fn other_scope(&self, why: &str) -> Error {
        let path = self.path.display();
        let message = format!("the state {path} is of another check: {why}");
        Error::new(ErrorKind::Usage, message).hint(
            "give what earlier runs had, and more if you like; or give another --state FILE, which begins a new check. The \
             options of keys and reports, --exclude, --expect, --accept, --delivery-lag and --backfill-grace may change",
        )
    }

    fn is_later(&self, last: Timestamp, now: &str) -> Error {
        let path = self.path.display();
        let message = format!("the last run of the state {path} was at {last}, and {now}");
        Error::new(ErrorKind::Usage, message).hint(
            "correct the clock, --as-of or --end-time; if that of the last run was wrong, restore an older copy of the \
             state; an earlier time is validated without --state",
        )
    }
}

/// Where the run reads.
fn source(requested: &Requested) -> Result<SourceKind, Error> {
    match requested.source.known() {
        Some(SourceKind::Bundle) | None => {
            let message = "--state does not work with a bundle, which never changes";
            Err(Error::new(ErrorKind::Usage, message).hint("leave out --state"))
        }
        Some(source) => Ok(*source),
    }
}

/// Refuses a place where the state would be taken for an object.
fn check_place(path: &Path, args: &RunArgs) -> Result<(), Error> {
    let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut copies = args.source.copies();
    let Some(copy) = copies.find(|copy| is_object_in(&file, copy)) else {
        return Ok(());
    };
    let (path, copy) = (path.display(), copy.display());
    let message =
        format!("the state would lie among the objects of a copy: {path} is in --path {copy}");
    Err(Error::new(ErrorKind::Usage, message).hint("choose a file outside the copy for --state"))
}

fn check_grace(grace: i64) -> Result<(), Error> {
    if grace <= LONGEST_GRACE {
        return Ok(());
    }
    let message = "--backfill-grace is longer than 6 days, and --state keeps time open for 7 days: logs that wait \
                   longer would never be judged";
    Err(Error::new(ErrorKind::Usage, message).hint("give at most --backfill-grace 6d"))
}

/// Refuses a local clock that is far ahead of that of AWS.
fn check_clock(ahead: Option<i64>) -> Result<(), Error> {
    let Some(ahead) = ahead.filter(|ahead| *ahead > CLOCK_AHEAD) else {
        return Ok(());
    };
    let message = format!(
        "{}: a state of such a time would stop every later run",
        clock_in_words(ahead)
    );
    Err(Error::new(ErrorKind::Usage, message).hint("set the clock of this machine, and run again"))
}

fn is_ahead(at: Timestamp, now: Timestamp) -> Error {
    let message = format!(
        "--as-of is {at}, and now it is {now}: a state of such a time would stop every later run"
    );
    Error::new(ErrorKind::Usage, message).hint("correct --as-of, or the clock of this machine")
}

fn cannot_keep(why: &str) -> Error {
    let message = format!("--state cannot keep what this run validates: {why}");
    Error::new(ErrorKind::Usage, message)
        .hint("rename what this value comes from, or validate without --state")
}

fn needs_as_of() -> Error {
    let message = "--state with --path needs --as-of: a copy does not show when it was made";
    Error::new(ErrorKind::Usage, message)
        .hint("give the time at which the copy began, such as --as-of \"$(date -u +%FT%TZ)\"")
}

/// What a run validates. Lists have no order.
fn scope(args: &RunArgs, requested: &Requested, source: SourceKind) -> Scope {
    let paths = args.source.path.iter();
    let named = paths.filter_map(|path| split_bucket(path).0);
    let buckets = args.source.s3_bucket.iter().cloned().chain(named);
    let sorted = |values: &[String]| {
        let mut values = values.to_vec();
        values.sort_unstable();
        values.dedup();
        values
    };
    Scope {
        source,
        start: args.start_time,
        regions: sorted(&requested.regions),
        account_ids: sorted(&requested.account_ids),
        organization_ids: sorted(&requested.organization_ids),
        trail_arns: sorted(&requested.trail_arns),
        buckets: sorted(&Vec::from_iter(buckets)),
        prefixes: sorted(&requested.prefixes),
        map: sorted(&requested.map),
        logs: requested.logs.clone(),
    }
}

/// The note on the first run of a state.
fn begun() -> Finding {
    let message = "this run begins a new state: it continues no earlier run";
    let hint = "if there were earlier runs, find out where their state is: what they proved is not compared with what \
                exists now";
    Finding::new(Code::StateBegun, message).hint(hint)
}
