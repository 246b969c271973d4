//! Findings: evidence about the logs, as data. An error is never a finding, and a finding never an
//! error: what could not be read is `unproven` at worst, and never "missing".

mod code;
mod detail;
mod hint;
mod recovery;
mod verdict;

use serde::{Deserialize, Serialize};

use crate::base::time::Window;
use crate::cloudtrail::event::Evidence;
use crate::cloudtrail::ids::ChainId;
use crate::proof::reason::Reason;

pub use code::Code;
pub use detail::{Detail, UnreadObject};
pub use hint::{CopiedObject, Hint, ReadFrom};
pub use recovery::{
    DeleteMarker, ExpectedDigests, Original, Recovery, RecoveryOutcome, StoredVersion,
};
pub use verdict::{Severity, Verdict};

/// What the message of a missing object adds as long as no event shows who deleted it.
pub const FATE_UNKNOWN: &str = " (deleted, expired or never delivered)";

/// One finding. Fields that do not apply are `None`.
///
/// A part stores it as it is when a log was just read: without what is known only later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its code.
    pub code: Code,
    /// How bad it is here.
    pub severity: Severity,
    /// The chain it concerns.
    #[serde(skip)]
    pub chain: Option<ChainId>,
    /// The bucket of the object it concerns, as recorded or as found.
    pub bucket: Option<String>,
    /// The key of the object it concerns.
    pub key: Option<String>,
    /// What happened and what it means.
    pub message: String,
    /// A more precise statement than the code, where a decision depends on it.
    pub detail: Option<Detail>,
    /// What to do.
    pub hint: Option<Hint>,
    /// Why something could not be checked.
    pub reason: Option<Reason>,
    /// The expected value, for example a hash.
    pub expected: Option<String>,
    /// The actual value.
    pub actual: Option<String>,
    /// The time it concerns.
    #[serde(skip)]
    pub interval: Option<Window>,
    /// The key of the digest that lists this log, or that links to this digest.
    pub digest: Option<String>,
    /// What the store says about the object.
    pub object: ObjectFacts,
    /// The number of objects it stands for.
    pub count: Option<u64>,
    /// Events that bear on it.
    #[serde(skip)]
    pub evidence: Vec<Evidence>,
    /// By what its original is known among the versions of the object.
    #[serde(skip)]
    pub original: Option<Box<Original>>,
    /// What a search for the original found.
    #[serde(skip)]
    pub recovery: Option<Box<Recovery>>,
}

/// What a store says about an object. Nothing signs this, so it is never evidence of its content.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ObjectFacts {
    /// The version read.
    pub version_id: Option<String>,
    /// The entity tag.
    pub etag: Option<String>,
    /// When it was written, according to the store.
    pub last_modified: Option<String>,
    /// Its stored size in bytes.
    pub size: Option<u64>,
}

impl Finding {
    /// A finding with the usual severity of its code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Finding {
            code,
            severity: code.severity(),
            chain: None,
            bucket: None,
            key: None,
            message: message.into(),
            detail: None,
            hint: None,
            reason: None,
            expected: None,
            actual: None,
            interval: None,
            digest: None,
            object: ObjectFacts::default(),
            count: None,
            evidence: Vec::new(),
            original: None,
            recovery: None,
        }
    }

    /// A finding with the code and message of a detail.
    pub fn detailed(detail: Detail) -> Self {
        Finding {
            detail: Some(detail.clone()),
            ..Finding::new(detail.code(), detail.message())
        }
    }

    /// Sets another severity than the usual one.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Sets the object it concerns.
    pub fn at(mut self, bucket: Option<&str>, key: &str) -> Self {
        self.bucket = bucket.map(Into::into);
        self.key = Some(key.into());
        self
    }

    /// Sets the chain it concerns.
    pub fn of(mut self, chain: &ChainId) -> Self {
        self.chain = Some(chain.clone());
        self
    }

    /// Sets what to do.
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets why something could not be checked.
    pub fn reason(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Sets the expected and the actual value.
    pub fn compared(mut self, expected: impl ToString, actual: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self.actual = Some(actual.to_string());
        self
    }

    /// Sets the time it concerns.
    pub fn over(mut self, interval: Window) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Sets the number of objects it stands for.
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// The order of findings in a report: what could not be listed and what was done to a bundle first, then
    /// by chain, from, key and code; the end and the message break ties.
    pub fn order(&self) -> impl Ord + use<> {
        (
            !matches!(self.code, Code::SourceUnreadable | Code::BundleAltered),
            self.chain.clone(),
            self.interval.map(|i| i.from),
            self.key.clone(),
            self.code.as_str(),
            self.interval.map(|i| i.to),
            self.message.clone(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Finding};

    #[test]
    fn what_could_not_be_listed_and_what_was_done_to_a_bundle_come_first() {
        let order = |code| Finding::new(code, "a message").order();
        for first in [Code::SourceUnreadable, Code::BundleAltered] {
            assert!(order(first) < order(Code::ChainFork), "{first:?}");
        }
        assert!(order(Code::ChainFork) < order(Code::Gap));
    }
}
