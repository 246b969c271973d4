//! Findings that somebody accepted before the run, from an `--accept` file. They are reported in full and
//! do not change the verdict; only the exit status ignores them (pure).

use toml::{Table, Value};

use crate::base::text::cited;
use crate::base::time::{Window, written};
use crate::cloudtrail::chain_pattern::ChainPattern;
use crate::cloudtrail::ids::ChainId;
use crate::proof::coverage::{Spans, State};
use crate::proof::finding::{Code, Finding, Severity, Verdict};
use crate::report::validation::v1::Accepted;
use crate::validate::outcome::{Outcome, verdict};

/// One entry of an `--accept` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The chains that it applies to: one, or with `*` several. It has four parts, so it applies both to an
    /// account's own trail and to its organization's trail of the same name.
    pub chain: ChainPattern,
    /// The time that it applies to.
    pub time: Window,
    /// Why this is accepted.
    pub reason: String,
    /// Who accepted this.
    pub who: String,
}

/// The fields of an entry. Each is text, and each must be given.
const FIELDS: [&str; 5] = ["chain", "from", "to", "reason", "who"];

/// Parses a TOML file of `[[accept]]` tables, each with `chain`, `from`, `to`, `reason` and `who`.
///
/// # Errors
/// What is wrong with the file, in words: which entry, and which field of it.
pub fn parse(text: &str) -> Result<Vec<Acceptance>, String> {
    let file: Table = text.parse().map_err(|e| not_toml(text, &e))?;
    if let Some(other) = file.keys().find(|key| *key != "accept") {
        return Err(format!(
            "{} is not known here: entries begin with [[accept]]",
            cited(other)
        ));
    }
    let entries = match file.get("accept") {
        Some(Value::Array(entries)) => &entries[..],
        Some(_) => {
            return Err("accept is not a list of entries: each begins with [[accept]]".into());
        }
        None => &[],
    };
    let entry = |(at, entry): (usize, &Value)| {
        let entry = entry.as_table().ok_or("is not a table".to_owned());
        let accepted = entry.and_then(acceptance);
        accepted.map_err(|why| format!("entry {} {why}", at + 1))
    };
    entries.iter().enumerate().map(entry).collect()
}

/// Why a text is not TOML, with the line.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!(
            "line {}: {}",
            before.matches('\n').count() + 1,
            error.message()
        ),
        None => error.message().to_owned(),
    }
}

/// One entry; or what is wrong with it, as the predicate of a sentence.
fn acceptance(entry: &Table) -> Result<Acceptance, String> {
    if let Some(other) = entry.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        let fields = FIELDS.join(", ");
        return Err(format!(
            "has {}, which is not known: its fields are {fields}",
            cited(other)
        ));
    }
    let text = |field: &str| match entry.get(field) {
        None => Err(format!("has no `{field}`")),
        Some(Value::String(text)) if text.trim().is_empty() => {
            Err(format!("has an empty `{field}`"))
        }
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(format!("has a `{field}` that is not text in quotes")),
    };
    let time = |field: &str| {
        let wrong = |why| format!("has a `{field}` that is not a time: {why}");
        written::parse(text(field)?).map_err(wrong)
    };
    let chain = text("chain")?;
    let wrong = |why| format!("has a `chain` that is not valid, {}: {why}", cited(chain));
    let accepted = Acceptance {
        chain: chain.parse().map_err(wrong)?,
        time: Window {
            from: time("from")?,
            to: time("to")?,
        },
        reason: text("reason")?.to_owned(),
        who: text("who")?.to_owned(),
    };
    match accepted.time.from <= accepted.time.to {
        true => Ok(accepted),
        false => Err("has a `from` that is after its `to`".into()),
    }
}

impl Acceptance {
    /// Whether it applies to what is `failed` or not in a chain. A pattern never accepts what failed, because
    /// nobody can answer for damage in chains that the entry does not list.
    fn applies(&self, chain: &ChainId, is_failed: bool) -> bool {
        self.chain.matches(chain) && !(is_failed && self.chain.is_pattern())
    }

    fn covers_finding(&self, finding: &Finding) -> bool {
        match (&finding.chain, &finding.interval) {
            // Neither is ever a success, whatever is accepted.
            _ if is_failed_look(finding.code) => false,
            (Some(chain), Some(time)) => {
                let is_covered = self.time.from <= time.from && time.to <= self.time.to;
                is_covered && self.applies(chain, finding.severity == Severity::Failed)
            }
            _ => false,
        }
    }
}

/// Whether a finding of this code says that something was not checked at all.
fn is_failed_look(code: Code) -> bool {
    matches!(
        code,
        Code::NothingFound | Code::SourceUnreadable | Code::BundleAltered
    )
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

    /// Why a validation could not check everything; `None` if it could.
    fn of(outcome: &Outcome) -> Option<Self> {
        let mut stretches = outcome.chains.iter().flat_map(|chain| &chain.coverage);
        let is_proven = stretches.any(|stretch| stretch.state == State::Verified);
        let has = |code| outcome.findings.iter().any(|finding| finding.code == code);
        let is_unproven = |finding: &Finding| finding.severity == Severity::Unproven;
        if has(Code::BundleAltered) {
            Some(FailedLook::BundleAltered)
        } else if has(Code::SourceUnreadable) {
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
/// less severe than `fail_on`. Whatever is accepted, a check that could not be made is at least unproven.
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
