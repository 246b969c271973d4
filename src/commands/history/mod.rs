//! `trailproof history`: what a state says that its runs proved (pure).
//!
//! ```text
//! state ──> period ──> runs      how many, and whether one was missed
//!              └─────> chains    each within the period ──> totals ──> sentences, not_proven
//! ```
//!
//! Nothing is read but the state, and nothing is judged anew. A state is hostile input: times out of order and
//! overlapping intervals give other numbers, but never more verified time than the period has.

mod chains;
mod not_proven;
mod period;
mod runs;
mod sentences;

use jiff::{SignedDuration, Timestamp};

use crate::base::error::Error;
use crate::base::sha256::Sha256;
use crate::proof::finding::Verdict;
use crate::report::history::v1::{History, SCHEMA, StateFile};
use crate::report::state::v1::State;
use crate::report::validation::v1::Run;
use chains::ChainsInPeriod;
use period::ChosenPeriod;

/// What is requested of a state.
#[derive(Debug, Clone)]
pub struct HistoryRequest {
    /// The beginning of the period; by default that of the history.
    pub start: Option<Timestamp>,
    /// The end of the period; by default that of the last window.
    pub end: Option<Timestamp>,
    /// How often a run is expected, in seconds; at least 1.
    pub every: i64,
    /// SHA-256 of the file of the state.
    pub sha256: Sha256,
    /// Whether that hash was given.
    pub is_given: bool,
    /// Now: runs that are missing after that are not missed yet.
    pub now: Timestamp,
}

/// How many runs may be due before the check counts as stopped.
const OVERDUE: i64 = 3;

impl HistoryRequest {
    /// Whether the last run was so long ago that the check seems to have stopped.
    fn is_overdue(&self, last: Timestamp) -> bool {
        let most = self.every.max(1).saturating_mul(OVERDUE);
        self.now.duration_since(last).as_secs() > most
    }

    /// For how long no run has ended, if the check seems to have stopped and the period reaches until now.
    fn stopped_for(&self, last: Option<Timestamp>) -> Option<SignedDuration> {
        let last = last.filter(|last| self.is_overdue(*last))?;
        let reaches_now = self.end.is_none_or(|end| end >= self.now);
        reaches_now.then(|| self.now.duration_since(last))
    }
}

/// The history of a state.
///
/// # Errors
/// If the state holds no time of the period.
pub fn history(state: State, request: &HistoryRequest, run: Run) -> Result<History, Error> {
    let period = ChosenPeriod::of(&state, request)?;
    let last_run = state.history.iter().map(|runs| runs.last).max();
    let runs = runs::counts(&state, &period, request);
    let ChainsInPeriod {
        chains,
        totals,
        time,
    } = chains::in_period(&state, &period, last_run);
    let worst = chains.iter().filter(|chain| chain.checked);
    let worst = worst.map(|chain| chain.worst).max();
    // Where no chain was checked, nothing is known.
    let worst = worst.unwrap_or(Verdict::Unproven);
    let stopped_for = request.stopped_for(last_run);
    let mut history = History {
        schema: SCHEMA,
        sentences: Vec::new(),
        // What happened since the check stopped is not known.
        worst: match stopped_for {
            Some(_) => worst.max(Verdict::Unproven),
            None => worst,
        },
        state: StateFile {
            sha256: request.sha256.to_string(),
            sha256_given: request.is_given,
            continues: state.continues,
            tool: state.tool,
            version: state.version,
            begun: state.begun,
            last_run,
            runs: state.runs,
            keep_history: state.keep_history,
        },
        scope: state.scope,
        period: period.report(),
        runs,
        totals,
        chains,
        not_proven: Vec::new(),
        run,
    };
    history.sentences = sentences::of(&history, &time, stopped_for);
    history.not_proven = not_proven::of(&history, &time);
    Ok(history)
}
