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

use jiff::Timestamp;

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
    let mut history = History {
        schema: SCHEMA,
        sentences: Vec::new(),
        // Where no chain was checked, nothing is known.
        worst: worst.unwrap_or(Verdict::Unproven),
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
    history.sentences = sentences::of(&history, &time);
    history.not_proven = not_proven::of(&history, &time);
    Ok(history)
}
