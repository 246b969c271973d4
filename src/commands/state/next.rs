//! The state that a run leaves, from the one that it continued and from its outcome (pure).
//!
//! The head of a chain never goes back. What is open keeps the window of the next run where it began, so an alarm
//! stays on until it is settled. Only time that is pending waits longer than [`GIVEN_UP`].

mod chain;
mod history;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use self::chain::ChainRun;
use super::load::Loaded;
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::ids::ChainId;
use crate::proof::finding::Finding;
use crate::report::state::v1::{Chain, SCHEMA, Scope, State};
use crate::validate::outcome::Outcome;

/// How long the next runs validate time again that is not settled, in seconds: 7 days.
pub const GIVEN_UP: i64 = 7 * 24 * HOUR;

/// A run, as far as the next state depends on it.
pub struct EndedRun<'a> {
    /// The state that it continued.
    pub before: Option<&'a Loaded>,
    /// What it found.
    pub outcome: &'a Outcome,
    /// The time of the check.
    pub at: Timestamp,
    /// How the program ends after it.
    pub exit_status: u8,
    /// What it validated.
    pub scope: &'a Scope,
    /// For how long the history is kept, in seconds; `None` for always.
    pub keep_history: Option<i64>,
}

/// The state that a run leaves.
pub fn next(run: &EndedRun<'_>) -> State {
    let before = run.before.map(|loaded| &loaded.state);
    // A clock that was set back moves no time in the history.
    let last = before.and_then(|state| Some(state.history.last()?.last));
    let at = last.map_or(run.at, |last| last.max(run.at));
    let findings = by_chain(&run.outcome.findings);
    let mut chains = remembered(run.before);
    for outcome in &run.outcome.chains {
        let of_chain = ChainRun {
            outcome,
            findings: findings.get(&outcome.id).map_or(&[], Vec::as_slice),
            at,
            complete: run.outcome.complete,
        };
        let chain = of_chain.after(chains.remove(&outcome.id));
        chains.insert(outcome.id.clone(), chain);
    }
    let found: BTreeSet<&ChainId> = run.outcome.chains.iter().map(|chain| &chain.id).collect();
    let is_another_now = |id: &ChainId| {
        let is_settled = run.outcome.complete && !findings.contains_key(id);
        is_settled && is_joined(&found, id)
    };
    chains.retain(|id, _| found.contains(id) || !is_another_now(id));
    for (id, chain) in chains.iter_mut().filter(|(id, _)| !found.contains(id)) {
        // Of a chain without an outcome only what was said about it is new.
        let findings = findings.get(id).map_or(&[][..], Vec::as_slice);
        history::add_findings(&mut chain.findings, findings, at);
    }
    let cut = run.keep_history.map(|keep| shift(at, -keep));
    chains
        .values_mut()
        .for_each(|chain| history::cut(chain, cut));
    let mut history = before.map_or_else(Vec::new, |state| state.history.clone());
    history::add_run(
        &mut history,
        at,
        (run.outcome.verdict, run.outcome.complete, run.exit_status),
    );
    history.retain(|runs| cut.is_none_or(|cut| runs.last >= cut));
    State {
        schema: SCHEMA.into(),
        tool: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        begun: before.map_or(at, |state| state.begun),
        runs: before.map_or(1, |state| state.runs.saturating_add(1)),
        continues: run.before.map(|loaded| loaded.sha256.to_string()),
        // At least as wide as that of the state before it.
        scope: run.scope.clone(),
        keep_history: run.keep_history,
        history,
        chains: chains.into_values().collect(),
        checksum: String::new(),
    }
}

/// Whether the digests of a chain now belong to another one of the same name, to which links join them: its trail became
/// an organization's. A chain that is gone has a finding.
fn is_joined(found: &BTreeSet<&ChainId>, id: &ChainId) -> bool {
    let mut others = found.range::<ChainId, _>(id.first_alike()..);
    others.next().is_some_and(|other| other.is_called_like(id))
}

/// The chains of a state, each under its identity.
fn remembered(before: Option<&Loaded>) -> BTreeMap<ChainId, Chain> {
    let Some(loaded) = before else {
        return BTreeMap::new();
    };
    // Both are in the order of the identity: loading has checked that.
    let ids = loaded.continues.chains.keys().cloned();
    ids.zip(loaded.state.chains.iter().cloned()).collect()
}

fn by_chain(findings: &[Finding]) -> BTreeMap<ChainId, Vec<&Finding>> {
    let mut by_chain: BTreeMap<ChainId, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        if let Some(id) = &finding.chain {
            by_chain.entry(id.clone()).or_default().push(finding);
        }
    }
    by_chain
}

#[cfg(test)]
mod tests;
