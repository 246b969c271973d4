//! Findings that somebody accepted before the run, from an `--accept` file. They are reported in full and
//! do not change the verdict; only the exit status ignores them (pure).

use jiff::Timestamp;
use serde::Deserialize;

use crate::base::time::Window;
use crate::cloudtrail::chain_pattern::ChainPattern;
use crate::cloudtrail::ids::ChainId;
use crate::proof::coverage::{Spans, State};
use crate::proof::finding::{Code, Finding, Severity, Verdict};
use crate::report::validation::v1::Accepted;
use crate::validate::outcome::{Outcome, verdict};

/// One entry of an `--accept` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The chains that it applies to: one, or with `*` several. It names four parts, so it applies to an
    /// account's own trail and to its organization's trail of the same name.
    pub chain: ChainPattern,
    /// The time that it applies to.
    pub time: Window,
    /// Why this is accepted.
    pub reason: String,
    /// Who accepted this.
    pub who: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAcceptances {
    #[serde(default)]
    accept: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    chain: String,
    from: String,
    to: String,
    reason: String,
    who: String,
}

/// Parses a TOML file of `[[accept]]` tables, each with `chain`, `from`, `to`, `reason` and `who`.
///
/// # Errors
/// What is wrong with the file, in words.
pub fn parse(text: &str) -> Result<Vec<Acceptance>, String> {
    let raw: RawAcceptances = toml::from_str(text).map_err(|e| e.message().to_owned())?;
    raw.accept.into_iter().map(RawEntry::checked).collect()
}

impl RawEntry {
    fn checked(self) -> Result<Acceptance, String> {
        let time = |name: &str, text: &str| {
            text.parse::<Timestamp>()
                .map_err(|_| format!("{name} of {} is no RFC 3339 time: {text}", self.chain))
        };
        let (from, to) = (time("from", &self.from)?, time("to", &self.to)?);
        if from > to {
            return Err(format!("from of {} is after to", self.chain));
        }
        if self.reason.trim().is_empty() || self.who.trim().is_empty() {
            return Err(format!(
                "reason and who of {} must say something",
                self.chain
            ));
        }
        let chain = self
            .chain
            .parse()
            .map_err(|e| format!("{}: {e}", self.chain))?;
        Ok(Acceptance {
            chain,
            time: Window { from, to },
            reason: self.reason,
            who: self.who,
        })
    }
}

impl Acceptance {
    /// Whether it applies to what is `failed` or not in a chain. Nobody answers for damage in chains that are
    /// not named, so a pattern never accepts what failed.
    fn applies(&self, chain: &ChainId, is_failed: bool) -> bool {
        self.chain.matches(chain) && !(is_failed && self.chain.is_pattern())
    }

    fn covers_finding(&self, finding: &Finding) -> bool {
        match (&finding.chain, &finding.interval) {
            // Neither is ever a success, whoever accepts it.
            _ if matches!(finding.code, Code::NothingFound | Code::SourceUnreadable) => false,
            (Some(chain), Some(time)) => {
                let is_whole = self.time.from <= time.from && time.to <= self.time.to;
                is_whole && self.applies(chain, finding.severity == Severity::Failed)
            }
            _ => false,
        }
    }
}

/// The acceptances as the report shows them, each with the number of findings that it applies to.
pub fn shown(outcome: &Outcome, accepted: &[Acceptance]) -> Vec<Accepted> {
    let show = |a: &Acceptance| Accepted {
        chain: a.chain.to_string(),
        from: a.time.from,
        to: a.time.to,
        reason: a.reason.clone(),
        who: a.who.clone(),
        findings: outcome
            .findings
            .iter()
            .filter(|f| a.covers_finding(f))
            .count() as u64,
    };
    accepted.iter().map(show).collect()
}

/// What sets the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitVerdict {
    /// The verdict whose exit status it is.
    pub verdict: Verdict,
    /// The failed look without which it would be milder.
    pub held_by: Option<FailedLook>,
}

/// Why a validation could not look. Nobody can answer for what was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailedLook {
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
            FailedLook::Unreadable => "what could not be listed was not looked at",
            FailedLook::Incomplete => "the run is not complete",
            FailedLook::NothingFound => "nothing was found of what was asked for",
            FailedLook::NothingProven => "no instant of any chain is proven",
        }
    }

    /// Why a validation could not look; `None` if it could.
    fn of(outcome: &Outcome) -> Option<Self> {
        let mut stretches = outcome.chains.iter().flat_map(|chain| &chain.coverage);
        let is_proven = stretches.any(|stretch| stretch.state == State::Verified);
        let has = |code| outcome.findings.iter().any(|finding| finding.code == code);
        let is_unproven = |finding: &Finding| finding.severity == Severity::Unproven;
        if has(Code::SourceUnreadable) {
            Some(FailedLook::Unreadable)
        } else if !outcome.complete {
            Some(FailedLook::Incomplete)
        } else if has(Code::NothingFound) {
            Some(FailedLook::NothingFound)
        } else if !is_proven && outcome.findings.iter().any(is_unproven) {
            Some(FailedLook::NothingProven)
        } else {
            None
        }
    }
}

/// The verdict that sets the exit status: that over everything that is not accepted, or `Verified` if it is
/// less severe than `fail_on`. Whatever is accepted, a look that failed is at least unproven.
pub fn exit_verdict(outcome: &Outcome, accepted: &[Acceptance], fail_on: Verdict) -> ExitVerdict {
    let remaining = remaining(outcome, accepted);
    let chosen = match remaining >= fail_on {
        true => remaining,
        false => Verdict::Verified,
    };
    let held_by = FailedLook::of(outcome).filter(|_| chosen < Verdict::Unproven);
    ExitVerdict {
        verdict: match held_by {
            Some(_) => Verdict::Unproven,
            None => chosen,
        },
        held_by,
    }
}

/// The verdict over everything that is not accepted. A finding or a stretch of coverage is accepted only if
/// all of its time is.
pub fn remaining(outcome: &Outcome, accepted: &[Acceptance]) -> Verdict {
    let findings = outcome
        .findings
        .iter()
        .filter(|f| !accepted.iter().any(|a| a.covers_finding(f)));
    let states = outcome.chains.iter().flat_map(|chain| {
        // Several acceptances together may cover one stretch.
        let covered = [false, true].map(|is_failed| {
            let mut covered = Spans::default();
            let applying = accepted.iter().filter(|a| a.applies(&chain.id, is_failed));
            applying.for_each(|a| covered.insert(a.time));
            covered
        });
        let left = chain.coverage.iter().filter(move |s| {
            let covered = &covered[usize::from(s.state == State::Failed)];
            !covered.missing_from(s.time).is_empty()
        });
        left.map(|s| s.state).collect::<Vec<State>>()
    });
    verdict(findings.map(|f| f.severity).max(), states, outcome.complete)
}
