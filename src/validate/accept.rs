//! Findings that somebody accepted before the run, from an `--accept` file. They are reported in full and
//! do not change the verdict; only the exit status ignores them (pure).
//!
//! `file` reads the file, `exit` says what sets the exit status.
//!
//! # Rules
//! - An entry with `to` accepts what lies within its time.
//! - An entry with `follows = true` accepts that a chain ended, and nothing else: the time after its last digest,
//!   and that nothing of the chain is found in a window after that. It applies only while the last digest ends
//!   where the entry begins, or at most 24 hours later. A chain that goes on after that, and loses
//!   digests later, has not ended there.
//! - A pattern accepts nothing that is failed, and not that nothing was found: nobody can answer for chains that the
//!   entry does not list.
//! - Nobody can answer for a run that found nothing at all, or that could not list something.

mod exit;
mod file;

use std::collections::BTreeSet;

use jiff::Timestamp;

pub use self::exit::{ExitRule, ExitVerdict, FailedLook, exit_verdict, remaining};
pub use self::file::parse;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::chain_pattern::ChainPattern;
use crate::cloudtrail::ids::ChainId;
use crate::proof::coverage::State;
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::gap::{Gap, GapPlace};
use crate::report::validation::v1::Accepted;
use crate::validate::outcome::{ChainOutcome, Outcome};

/// How long after the beginning of an entry with `follows = true` the last digest of its chain may end, in seconds.
/// The time of the call that closed an account is easier to know than that of its last digest, and digests go on
/// for some hours after it.
const AFTER_THE_BEGINNING: i64 = 24 * HOUR;

/// One entry of an `--accept` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The chains that it applies to: one, or with `*` several. It has four parts, so it applies both to an
    /// account's own trail and to its organization's trail of the same name.
    pub chain: ChainPattern,
    /// What it accepts of them.
    pub extent: Extent,
    /// Why this is accepted.
    pub reason: String,
    /// Who accepted this.
    pub who: String,
}

/// What an entry accepts of its chains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All that lies in this time.
    Within(Window),
    /// That the chain ended at this time.
    Follows(Timestamp),
}

impl Extent {
    /// Its beginning.
    pub fn from(self) -> Timestamp {
        match self {
            Extent::Within(time) => time.from,
            Extent::Follows(from) => from,
        }
    }

    /// Whether it says that a chain ended that ended at `end`.
    fn is_end(from: Timestamp, end: Timestamp) -> bool {
        from <= end && end <= shift(from, AFTER_THE_BEGINNING)
    }
}

impl Acceptance {
    /// Whether it applies to what is `failed` or not in a chain. A pattern never accepts what failed, because
    /// nobody can answer for damage in chains that the entry does not list.
    fn applies(&self, chain: &ChainId, is_failed: bool) -> bool {
        self.chain.matches(chain) && !(is_failed && self.chain.is_pattern())
    }

    /// The time of a chain that it accepts in a state of the coverage.
    fn accepted_time(&self, chain: &ChainOutcome, state: State) -> Vec<Window> {
        if !self.applies(&chain.id, state == State::Failed) {
            return Vec::new();
        }
        match self.extent {
            Extent::Within(time) => vec![time],
            Extent::Follows(from) => {
                let is_end = Extent::is_end(from, end_of(chain));
                let tail = tail(chain).filter(|_| is_end && state == State::Gap);
                tail.map(|gap| gap.time).collect()
            }
        }
    }
}

/// The gaps after the last digest of a chain.
fn tail(chain: &ChainOutcome) -> impl Iterator<Item = &Gap> {
    let gaps = chain.gaps.iter();
    gaps.filter(|gap| gap.place == GapPlace::Tail)
}

/// Where a chain ends: with its last digest, which may lie before the window.
fn end_of(chain: &ChainOutcome) -> Timestamp {
    let since = tail(chain).map(|gap| gap.since.unwrap_or(gap.time.from));
    since.min().unwrap_or(chain.window.to)
}

/// Which findings of an outcome are accepted.
struct Answers<'a> {
    outcome: &'a Outcome,
    /// Nothing was found of any chain. Nobody can answer for that.
    found_nothing: bool,
}

impl<'a> Answers<'a> {
    fn new(outcome: &'a Outcome) -> Self {
        let nothing = outcome.findings.iter();
        let nothing = nothing.filter(|f| f.code == Code::NothingFound);
        let of: BTreeSet<&ChainId> = nothing.filter_map(|f| f.chain.as_ref()).collect();
        Answers {
            outcome,
            found_nothing: outcome.chains.iter().all(|chain| of.contains(&chain.id)),
        }
    }

    /// Whether one of some entries accepts a finding.
    fn accept(&self, accepted: &[Acceptance], finding: &Finding) -> bool {
        accepted.iter().any(|entry| self.accepts(entry, finding))
    }

    /// Whether an entry accepts a finding.
    fn accepts(&self, entry: &Acceptance, finding: &Finding) -> bool {
        let Some(chain) = &finding.chain else {
            return false;
        };
        let is_answerable = match finding.code {
            Code::NothingFound => !self.found_nothing && !entry.chain.is_pattern(),
            Code::SourceUnreadable | Code::BundleAltered => false,
            _ => true,
        };
        if !is_answerable || !entry.applies(chain, finding.severity == Severity::Failed) {
            return false;
        }
        match (entry.extent, finding.interval) {
            (Extent::Within(within), Some(time)) => {
                within.from <= time.from && time.to <= within.to
            }
            (Extent::Within(_), None) => false,
            (Extent::Follows(from), time) => {
                is_of_an_end(finding.code) && self.is_after_end(from, chain, time)
            }
        }
    }

    /// Whether a finding about a chain concerns only time after its end, if that is at `from`.
    fn is_after_end(&self, from: Timestamp, id: &ChainId, time: Option<Window>) -> bool {
        let chains = &self.outcome.chains;
        match chains.binary_search_by(|chain| chain.id.cmp(id)) {
            Ok(at) => {
                let end = end_of(&chains[at]);
                Extent::is_end(from, end) && time.is_some_and(|time| end <= time.from)
            }
            // Nothing is left of it. A finding without time is about the window.
            Err(_) => {
                let since = time.map(|time| time.from).or(self.outcome.from);
                since.is_some_and(|since| from <= since)
            }
        }
    }

    /// How many findings an entry accepts.
    fn count(&self, entry: &Acceptance) -> u64 {
        let findings = self.outcome.findings.iter();
        findings.filter(|f| self.accepts(entry, f)).count() as u64
    }
}

/// Whether a finding of this code may follow from the end of a chain.
fn is_of_an_end(code: Code) -> bool {
    matches!(
        code,
        Code::CoverageTail | Code::NothingFound | Code::ChainMissing
    )
}

/// The acceptances as the report shows them, each with the number of findings that it applies to.
pub fn shown(outcome: &Outcome, accepted: &[Acceptance]) -> Vec<Accepted> {
    let answers = Answers::new(outcome);
    let ends = outcome.chains.iter().map(|chain| chain.window.to);
    let end = ends.max();
    let show = |entry: &Acceptance| {
        let from = entry.extent.from();
        let (to, follows) = match entry.extent {
            Extent::Within(time) => (time.to, false),
            Extent::Follows(_) => (end.map_or(from, |end| end.max(from)), true),
        };
        Accepted {
            chain: entry.chain.to_string(),
            from,
            to,
            follows,
            reason: entry.reason.clone(),
            who: entry.who.clone(),
            findings: answers.count(entry),
        }
    };
    accepted.iter().map(show).collect()
}

/// The entries, by their places in the file, that match no finding though one was expected: a typing error would not
/// show otherwise. What an entry is about may be settled in a run that `continues` earlier ones, so there it only has
/// to match a chain.
pub fn unused(outcome: &Outcome, accepted: &[Acceptance], continues: bool) -> Vec<usize> {
    let answers = Answers::new(outcome);
    let has_chain = |entry: &Acceptance| {
        let mut chains = outcome.chains.iter();
        continues && chains.any(|chain| entry.chain.matches(&chain.id))
    };
    let entries = accepted.iter().enumerate();
    let unused = entries.filter(|(_, entry)| answers.count(entry) == 0 && !has_chain(entry));
    unused.map(|(at, _)| at).collect()
}
