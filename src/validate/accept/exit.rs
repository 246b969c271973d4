//! What sets the exit status of a validation (pure).

use super::{Acceptance, Answers};
use crate::proof::coverage::{Spans, State, Stretch};
use crate::proof::finding::{Code, Finding, Severity, Verdict};
use crate::validate::outcome::{Outcome, verdict};

/// What makes the exit status other than 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitRule {
    /// The least severe verdict that does.
    pub least: Verdict,
    /// Whether a change that reduced what a trail logs does too, like a gap.
    pub changes: bool,
}

impl From<Verdict> for ExitRule {
    /// Verdicts from this one on, and no changes.
    fn from(least: Verdict) -> Self {
        ExitRule {
            least,
            changes: false,
        }
    }
}

/// What sets the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitVerdict {
    /// The verdict whose exit status it is.
    pub verdict: Verdict,
    /// Why the validation could not check everything, where the verdict would be less severe otherwise.
    pub held_by: Option<FailedLook>,
}

/// Why a validation could not check everything. Nobody can answer for what was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailedLook {
    /// The bundle is not the one that was collected.
    BundleAltered,
    /// Something that was requested could not be listed.
    Unreadable,
    /// The run is not complete.
    Incomplete,
    /// Something that was requested was not found.
    NothingFound,
    /// No instant of any chain is proven.
    NothingProven,
}

impl FailedLook {
    /// The reason, as a clause.
    pub fn clause(self) -> &'static str {
        match self {
            FailedLook::BundleAltered => {
                "the bundle is not as it was collected, so what was altered was not checked"
            }
            FailedLook::Unreadable => {
                "a bucket or folder could not be listed, so it was not checked"
            }
            FailedLook::Incomplete => "the run is not complete",
            FailedLook::NothingFound => "nothing was found of what was requested",
            FailedLook::NothingProven => "no time of any chain is proven",
        }
    }

    /// Why a validation could not check everything; `None` if it could. That a chain ended keeps nothing from being
    /// checked, once it is accepted.
    fn of(outcome: &Outcome, accepted: &[Acceptance]) -> Option<Self> {
        let answers = Answers::new(outcome);
        let is_end = |finding: &Finding| {
            let is_end = matches!(finding.code, Code::NothingFound | Code::ChainMissing);
            is_end && answers.accept(accepted, finding)
        };
        let open = |finding: &&Finding| !is_end(finding);
        let mut stretches = outcome.chains.iter().flat_map(|chain| &chain.coverage);
        let is_proven = stretches.any(|stretch| stretch.state == State::Verified);
        let has = |code| {
            let mut findings = outcome.findings.iter().filter(open);
            findings.any(|finding| finding.code == code)
        };
        let has_unproven = || {
            let mut findings = outcome.findings.iter().filter(open);
            findings.any(|finding| finding.severity == Severity::Unproven)
        };
        if has(Code::BundleAltered) {
            Some(FailedLook::BundleAltered)
        } else if has(Code::SourceUnreadable) {
            Some(FailedLook::Unreadable)
        } else if !outcome.complete {
            Some(FailedLook::Incomplete)
        } else if has(Code::NothingFound) {
            Some(FailedLook::NothingFound)
        } else if !is_proven && has_unproven() {
            Some(FailedLook::NothingProven)
        } else {
            None
        }
    }
}

/// The verdict that sets the exit status: that over everything that is not accepted, or `Verified` if it is
/// less severe than `rule` says. Whatever is accepted, a check that could not be made is at least unproven.
pub fn exit_verdict(outcome: &Outcome, accepted: &[Acceptance], rule: ExitRule) -> ExitVerdict {
    let mut remaining = remaining(outcome, accepted);
    if rule.changes && is_reduced(outcome, accepted) {
        remaining = remaining.max(Verdict::Gaps);
    }
    let chosen = match remaining >= rule.least {
        true => remaining,
        false => Verdict::Verified,
    };
    let held_by = FailedLook::of(outcome, accepted).filter(|_| chosen < Verdict::Unproven);
    ExitVerdict {
        verdict: match held_by {
            Some(_) => Verdict::Unproven,
            None => chosen,
        },
        held_by,
    }
}

/// Whether a call reduced what a trail logs, and nobody accepted that.
fn is_reduced(outcome: &Outcome, accepted: &[Acceptance]) -> bool {
    let answers = Answers::new(outcome);
    let reduced = outcome.findings.iter();
    let mut reduced = reduced.filter(|finding| finding.code == Code::LoggingReduced);
    reduced.any(|finding| !answers.accept(accepted, finding))
}

/// The verdict over everything that is not accepted. A finding or a stretch of coverage is accepted only if
/// all of its time is.
pub fn remaining(outcome: &Outcome, accepted: &[Acceptance]) -> Verdict {
    let answers = Answers::new(outcome);
    let findings = outcome.findings.iter();
    let findings = findings.filter(|f| !answers.accept(accepted, f));
    let states = outcome.chains.iter().flat_map(|chain| {
        let is_left = |stretch: &&Stretch| {
            // Several acceptances together may cover one stretch.
            let mut covered = Spans::default();
            let times = accepted.iter();
            let times = times.flat_map(|entry| entry.accepted_time(chain, stretch.state));
            times.for_each(|time| covered.insert(time));
            !covered.missing_from(stretch.time).is_empty()
        };
        let left = chain.coverage.iter().filter(is_left);
        left.map(|stretch| stretch.state).collect::<Vec<State>>()
    });
    verdict(findings.map(|f| f.severity).max(), states, outcome.complete)
}
