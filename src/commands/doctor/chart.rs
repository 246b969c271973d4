//! The results of all checks.

use crate::report::doctor::check::{Check, Status};

/// The longest text of a result, in characters. Longer than any text of ours: it bounds what AWS answers.
const LONGEST: usize = 2_000;

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// Which check.
    pub check: Check,
    /// The bucket, trail or profile that was checked; empty if there is only one.
    pub subject: String,
    /// Whether it passed.
    pub status: Status,
    /// What was found, in words.
    pub found: String,
    /// What to do about it, if anything can be done.
    pub advice: Option<String>,
}

/// Collects results. Only the first result of a check on a subject counts.
#[derive(Debug, Default)]
pub struct CheckChart(Vec<CheckResult>);

impl CheckChart {
    /// Adds a result.
    pub fn note(&mut self, check: Check, subject: &str, status: Status, found: impl Into<String>) {
        self.add(check, subject, status, found.into(), None);
    }

    /// Adds a result with advice.
    pub fn advise(
        &mut self,
        check: Check,
        subject: &str,
        status: Status,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) {
        self.add(check, subject, status, found.into(), Some(advice.into()));
    }

    /// Adds results for checks that could not be made.
    pub fn unknown(&mut self, checks: &[Check], subject: &str, why: &str) {
        for check in checks {
            self.note(*check, subject, Status::Unknown, why);
        }
    }

    fn add(
        &mut self,
        check: Check,
        subject: &str,
        status: Status,
        found: String,
        advice: Option<String>,
    ) {
        let is_known = |c: &CheckResult| c.check == check && c.subject == subject;
        if self.0.iter().any(is_known) {
            return;
        }
        self.0.push(CheckResult {
            check,
            subject: bounded(subject.to_owned()),
            status,
            found: bounded(found),
            advice: advice.map(bounded),
        });
    }

    /// All results, by check and then by subject.
    pub fn into_sorted(mut self) -> Vec<CheckResult> {
        self.0
            .sort_by(|a, b| (a.check, &a.subject).cmp(&(b.check, &b.subject)));
        self.0
    }
}

fn bounded(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

/// The worst status of all results. A check that could not be made counts only if a validation depends on it.
pub fn worst(results: &[CheckResult]) -> Status {
    let counts = |c: &&CheckResult| c.status != Status::Unknown || c.check.needed();
    let counted = results.iter().filter(counts);
    counted.map(|c| c.status).max().unwrap_or(Status::Unknown)
}
