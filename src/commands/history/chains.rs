//! The chains within the period, and their sums.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::period::ChosenPeriod;
use crate::base::time::Window;
use crate::proof::coverage::State as CoverageState;
use crate::proof::finding::{Severity, Verdict};
use crate::report::history::v1::{Chain, Hours, ReportedFindings, Totals};
use crate::report::state::v1::{self, Findings, State};
use crate::report::validation::summary::time::{TimeByState, hours};
use crate::report::validation::v1::{Span, Stretch};

/// The chains, and what they add up to.
pub(super) struct ChainsInPeriod {
    pub chains: Vec<Chain>,
    pub totals: Totals,
    pub time: TimeInPeriod,
}

/// Time by state, to the second.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TimeInPeriod {
    pub by_state: TimeByState,
    pub not_checked: SignedDuration,
    /// What the next run reads again.
    pub open: SignedDuration,
}

impl TimeInPeriod {
    fn add(&mut self, other: &TimeInPeriod) {
        self.by_state = self.by_state.plus(&other.by_state);
        self.not_checked = self.not_checked.saturating_add(other.not_checked);
        self.open = self.open.saturating_add(other.open);
    }

    /// Whether all of it is verified, or may still become so.
    fn is_verified(&self) -> bool {
        let TimeByState {
            asked,
            proven,
            pending,
            ..
        } = self.by_state;
        proven.is_positive() && proven.saturating_add(pending) == asked
    }

    fn hours(&self) -> Hours {
        let time = &self.by_state;
        Hours {
            all: hours(time.asked),
            verified: hours(time.proven),
            pending: hours(time.pending),
            gap: hours(time.gap),
            unproven: hours(time.unproven),
            failed: hours(time.failed),
            not_checked: hours(self.not_checked),
        }
    }

    /// The share that is verified, in percent. It is rounded down, so only all is 100.
    fn percent(&self) -> f64 {
        let (proven, asked) = (
            self.by_state.proven.as_secs(),
            self.by_state.asked.as_secs(),
        );
        if proven <= 0 || asked <= 0 {
            return 0.0;
        }
        let millionths = i128::from(proven) * 1_000_000 / i128::from(asked);
        millionths as f64 / 1e4
    }
}

/// Puts the chains into the period.
pub(super) fn in_period(
    state: &State,
    period: &ChosenPeriod,
    last_run: Option<Timestamp>,
) -> ChainsInPeriod {
    let mut names: HashMap<&str, u64> = HashMap::new();
    for chain in &state.chains {
        *names.entry(&chain.id).or_default() += 1;
    }
    let mut totals = Totals {
        chains: 0,
        verified_chains: 0,
        failed_chains: 0,
        open_chains: 0,
        left_out: 0,
        later: 0,
        hours: Hours::default(),
        verified_percent: 0.0,
    };
    let (mut chains, mut all) = (Vec::new(), TimeInPeriod::default());
    for remembered in &state.chains {
        let window = period.of_chain(remembered.since);
        if window.is_empty() && remembered.since >= period.asked.to && period.end().is_some() {
            totals.later += 1;
            continue;
        }
        let (mut chain, time) = of(remembered, window, period, last_run);
        chain.shares_id = names.get(remembered.id.as_str()).is_some_and(|n| *n > 1);
        if chain.checked {
            totals.chains += 1;
            totals.verified_chains += u64::from(time.is_verified());
            totals.failed_chains += u64::from(chain.worst == Verdict::Failed);
            let is_open = !chain.open.is_empty() || chain.waiting_since.is_some();
            totals.open_chains += u64::from(is_open);
            all.add(&time);
        } else {
            totals.left_out += 1;
        }
        chains.push(chain);
    }
    totals.hours = all.hours();
    totals.verified_percent = all.percent();
    ChainsInPeriod {
        chains,
        totals,
        time: all,
    }
}

/// One chain within its window.
fn of(
    chain: &v1::Chain,
    window: Window,
    period: &ChosenPeriod,
    last_run: Option<Timestamp>,
) -> (Chain, TimeInPeriod) {
    let unchecked_since = unchecked_since(chain, last_run);
    let mut coverage = within(&chain.seen, window);
    let mut open = within(&chain.open, window);
    if unchecked_since.is_some() {
        // No run comes back to it: what was pending stays unchecked.
        coverage.retain(|stretch| stretch.state != CoverageState::Pending);
        open.clear();
    }
    let time = time(&coverage, &open, window);
    let findings = findings(&chain.findings, period, last_run);
    let found = period.asked.from <= chain.looked_at;
    let checked = found || !coverage.is_empty() || !findings.is_empty();
    let newest = newest_verified(&chain.seen);
    let is_inside = |at: &Timestamp| window.from <= *at && *at < window.to;
    let meets = |gap: &&v1::Gap| gap.from < window.to && window.from <= gap.to;
    let report = Chain {
        id: chain.id.clone(),
        organization: chain.organization.clone(),
        shares_id: false,
        since: chain.since,
        window: Span {
            from: window.from,
            to: window.to,
        },
        checked,
        worst: worst(&coverage, &time, &findings),
        hours: time.hours(),
        verified_percent: time.percent(),
        verified_since: newest.map(|newest| newest.from),
        verified_until: newest.map(|newest| newest.to),
        coverage,
        open,
        waiting_since: chain
            .waiting_since
            .filter(|at| unchecked_since.is_none() && is_inside(at)),
        unchecked_since,
        next_from: chain.next_from,
        gaps: chain.gaps.iter().filter(meets).cloned().collect(),
        findings,
        head: chain.head.clone(),
        last_check: chain.looked_at,
    };
    (report, time)
}

/// Since when no run has checked a chain, if the last run did not: it was excluded, or nothing of it was found.
fn unchecked_since(chain: &v1::Chain, last_run: Option<Timestamp>) -> Option<Timestamp> {
    // A run that could not check all of a chain moves only the end of its time.
    let seen = chain.seen.last().map(|seen| seen.to);
    let last_check = chain.looked_at.max(seen.unwrap_or(chain.looked_at));
    last_run.filter(|last| last_check < *last)?;
    Some(last_check)
}

/// The parts of stretches inside a window.
fn within(stretches: &[v1::Stretch], window: Window) -> Vec<Stretch> {
    let clipped = stretches.iter().map(|stretch| {
        let inside = Window::new(stretch.from, stretch.to).clip(&window);
        Stretch {
            from: inside.from,
            to: inside.to,
            state: stretch.state,
        }
    });
    clipped
        .filter(|stretch| stretch.from < stretch.to)
        .collect()
}

fn time(coverage: &[Stretch], open: &[Stretch], window: Window) -> TimeInPeriod {
    let mut by_state = TimeByState::of_stretches(coverage);
    let not_checked = window.length().saturating_sub(by_state.asked);
    by_state.asked = by_state.asked.max(window.length());
    let open = TimeByState::of_stretches(open);
    TimeInPeriod {
        by_state,
        not_checked: not_checked.max(SignedDuration::ZERO),
        open: open.asked,
    }
}

/// The findings that runs of the period reported.
fn findings(
    findings: &[Findings],
    period: &ChosenPeriod,
    last_run: Option<Timestamp>,
) -> Vec<ReportedFindings> {
    let in_period =
        |found: &&Findings| period.begins_by(found.last) && period.ends_after(found.first);
    let findings = findings.iter().filter(in_period);
    let report = |found: &Findings| ReportedFindings {
        code: found.code,
        severity: found.severity,
        runs: found.runs,
        first: found.first,
        last: found.last,
        count: found.count,
        still_reported: last_run.is_some_and(|last| found.last >= last),
    };
    findings.map(report).collect()
}

/// The worst of the time as it was found last, of findings that failed, and of those that the last run reported.
fn worst(coverage: &[Stretch], time: &TimeInPeriod, findings: &[ReportedFindings]) -> Verdict {
    let of_time = coverage.iter().map(|stretch| stretch.state.verdict());
    let counted = findings
        .iter()
        .filter(|found| found.still_reported || found.severity == Severity::Failed);
    let of_findings = counted.map(|found| found.severity.verdict());
    let not_checked = time.not_checked.is_positive();
    let not_checked = not_checked.then_some(Verdict::Unproven);
    let all = of_time.chain(of_findings).chain(not_checked);
    all.max().unwrap_or(Verdict::Unproven)
}

/// The newest time that is verified without interruption.
fn newest_verified(seen: &[v1::Stretch]) -> Option<Window> {
    let is_verified = |stretch: &&v1::Stretch| stretch.state == CoverageState::Verified;
    let mut backwards = seen
        .iter()
        .rev()
        .skip_while(|stretch| !is_verified(stretch));
    let last = backwards.next()?;
    let mut newest = Window::new(last.from, last.to);
    for stretch in backwards {
        if !is_verified(&stretch) || stretch.to != newest.from {
            break;
        }
        newest.from = stretch.from;
    }
    Some(newest)
}
