//! The runs of the period, and whether one was missed.
//!
//! An entry of the history holds how many runs it stands for and the longest pause between two of them. How many
//! were missed is therefore a least number: a run between two others may hide one that was missed.

use jiff::{SignedDuration, Timestamp};

use super::HistoryRequest;
use super::period::ChosenPeriod;
use crate::proof::finding::Verdict;
use crate::report::history::v1::{RunCounts, Verdicts};
use crate::report::state::v1::{Runs, State};

/// The runs of the period.
pub(super) fn counts(state: &State, period: &ChosenPeriod, request: &HistoryRequest) -> RunCounts {
    let meets = |runs: &&Runs| period.begins_by(runs.last) && period.ends_after(runs.first);
    let history: Vec<Runs> = state.history.iter().filter(meets).cloned().collect();
    let mut verdicts = Verdicts::default();
    let (mut count, mut uncertain) = (0_u64, 0_u64);
    let (mut not_complete, mut accepted) = (0_u64, 0_u64);
    for runs in &history {
        let of = match runs.verdict {
            Verdict::Verified => &mut verdicts.verified,
            Verdict::Gaps => &mut verdicts.gaps,
            Verdict::Unproven => &mut verdicts.unproven,
            Verdict::Failed => &mut verdicts.failed,
        };
        *of = of.saturating_add(runs.runs);
        count = count.saturating_add(runs.runs);
        if !runs.complete {
            not_complete = not_complete.saturating_add(runs.runs);
        }
        if runs.verdict != Verdict::Verified && runs.exit_status == Some(0) {
            accepted = accepted.saturating_add(runs.runs);
        }
        uncertain = uncertain.saturating_add(outside(runs, period));
    }
    let mut pauses = Pauses {
        every: request.every.max(1),
        longest: None,
        missed: 0,
    };
    for runs in &history {
        pauses.add_entry(runs);
    }
    for (from, to) in between(state, &history, period, request.now) {
        pauses.add(to.duration_since(from));
    }
    let mut checks = history.iter().flat_map(|runs| [runs.first, runs.last]);
    let first = checks.clone().find(|at| period.has_check(*at));
    RunCounts {
        count,
        uncertain,
        first,
        last: checks.rfind(|at| period.has_check(*at)),
        every: pauses.every,
        longest_pause: pauses.longest.map(|pause| pause.as_secs()),
        missed: pauses.missed,
        verdicts,
        not_complete,
        accepted,
        history,
    }
}

/// How many runs of an entry may have been outside of the period: all but those that were surely in it.
fn outside(runs: &Runs, period: &ChosenPeriod) -> u64 {
    let inside = [runs.first, runs.last].map(|at| period.has_check(at));
    match inside {
        [true, true] => 0,
        // Its first or last run is inside.
        [true, false] | [false, true] => runs.runs.saturating_sub(1),
        [false, false] => runs.runs,
    }
}

/// The pauses between entries, before the first of them, and after the last one: from one check to the next, as far
/// as they meet the period.
fn between(
    state: &State,
    history: &[Runs],
    period: &ChosenPeriod,
    now: Timestamp,
) -> Vec<(Timestamp, Timestamp)> {
    let (Some(first), Some(last)) = (history.first(), history.last()) else {
        return without_runs(state, period, now);
    };
    let mut pauses: Vec<_> = history
        .windows(2)
        .map(|pair| (pair[0].last, pair[1].first))
        .collect();
    // Before the first run ever, none was missed.
    let before = state.history.iter().rfind(|runs| runs.last < first.first);
    pauses.extend(before.map(|before| (before.last, first.first)));
    let after = state.history.iter().find(|runs| last.last < runs.first);
    let after = after.map(|after| after.first);
    let after = after.or(period.end().map(|end| end.min(now)));
    pauses.extend(after.map(|after| (last.last, after)));
    pauses.retain(|(from, to)| from < to);
    pauses
}

/// The pause of a period without any run.
fn without_runs(
    state: &State,
    period: &ChosenPeriod,
    now: Timestamp,
) -> Vec<(Timestamp, Timestamp)> {
    let from = period.start().unwrap_or(state.begun).max(state.begun);
    let to = period.end().unwrap_or(now).min(now);
    if from < to {
        vec![(from, to)]
    } else {
        Vec::new()
    }
}

/// What the pauses say.
struct Pauses {
    every: i64,
    longest: Option<SignedDuration>,
    missed: u64,
}

impl Pauses {
    /// The pause between two runs that follow each other.
    fn add(&mut self, pause: SignedDuration) {
        self.longest = self.longest.max(Some(pause));
        self.missed = self
            .missed
            .saturating_add(self.due_within(pause).saturating_sub(1));
    }

    /// The pauses between the runs of an entry: at least as many runs were missed as its time has room for, and as
    /// its longest pause has.
    fn add_entry(&mut self, runs: &Runs) {
        let longest = SignedDuration::from_secs(runs.longest_pause.max(0));
        self.longest = self.longest.max(Some(longest));
        let due = self.due_within(runs.last.duration_since(runs.first));
        let by_number = due.saturating_sub(runs.runs.saturating_sub(1));
        let by_pause = self.due_within(longest).saturating_sub(1);
        self.missed = self.missed.saturating_add(by_number.max(by_pause));
    }

    /// How many runs are due within a length of time. A run may be late by less than half of the time between two.
    fn due_within(&self, length: SignedDuration) -> u64 {
        let seconds = length.as_secs().max(0);
        let due = seconds.saturating_add(self.every / 2) / self.every;
        due.unsigned_abs()
    }
}
