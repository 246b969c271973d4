//! Findings that say the same of several objects of one chain, told as one.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::v1::{Evidence, Finding};
use crate::base::text::s3_uri;
use crate::base::time::in_words_between;
use crate::proof::finding::{Code, Severity};

/// Events told of one group.
const EVENTS: usize = 10;
/// Findings of one group told beside the first, in a report of lines.
pub(crate) const OTHERS: usize = 10;

/// Findings that say the same; there is at least one.
pub(crate) struct FindingGroup<'a> {
    /// The first of them.
    pub first: &'a Finding,
    others: Vec<&'a Finding>,
}

impl<'a> FindingGroup<'a> {
    /// The groups of a report's findings, worst first.
    pub(crate) fn all(findings: &'a [Finding]) -> Vec<Self> {
        let mut groups: Vec<FindingGroup<'a>> = Vec::new();
        let mut known = HashMap::new();
        for finding in findings {
            let same = (
                &finding.code,
                &finding.chain,
                &finding.message,
                &finding.hint,
                finding.severity,
            );
            let at = *known.entry(same).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.others.push(finding),
                None => groups.push(FindingGroup {
                    first: finding,
                    others: Vec::new(),
                }),
            }
        }
        groups.sort_by_key(|group| Reverse(group.first.severity));
        groups
    }

    /// How many findings it stands for.
    pub(crate) fn count(&self) -> u64 {
        self.members()
            .map(|f| f.count.unwrap_or(1))
            .fold(0, u64::saturating_add)
    }

    /// Its severity as it catches the eye: a note needs not to.
    pub(crate) fn severity(&self) -> String {
        match self.first.severity {
            Severity::Note => "note".to_owned(),
            other => other.as_str().to_uppercase(),
        }
    }

    /// What is told of the first of them, under short names, apart from events and the hint.
    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        let finding = self.first;
        let mut lines = Vec::new();
        let mut tell = |name, value: Option<String>| lines.extend(value.map(|v| (name, v)));
        tell("object", object(finding));
        tell("time", time(finding));
        tell("what", Some(finding.message.clone()));
        tell("reason", finding.reason.clone());
        lines.extend(values(finding));
        lines.extend(finding.digest.clone().map(|digest| ("digest", digest)));
        lines
    }

    /// The others.
    pub(crate) fn others(&self) -> &[&'a Finding] {
        &self.others
    }

    /// What is told of the first of them and of so many others, for a report of lines.
    pub(crate) fn all_lines(&self, others: usize) -> Vec<(&'static str, String)> {
        let mut lines = self.lines();
        if !self.others.is_empty() {
            lines.push(("and", format!("{} more:", self.others.len())));
        }
        lines.extend(self.others.iter().take(others).flat_map(|f| one_of_many(f)));
        let more = self.others.len().saturating_sub(others);
        if more > 0 {
            lines.push(("and", format!("{more} more; the JSON report has them all")));
        }
        lines
    }

    /// The first events that bear on it, and how many more there are.
    pub(crate) fn events(&self) -> (Vec<&'a Evidence>, usize) {
        let mut known = HashSet::new();
        let mut events: Vec<&Evidence> = self
            .members()
            .flat_map(|finding| &finding.evidence)
            .filter(|e| known.insert((&e.event_id, e.event_time, &e.event_name)))
            .collect();
        let more = events.len().saturating_sub(EVENTS);
        events.truncate(EVENTS);
        (events, more)
    }

    fn members(&self) -> impl Iterator<Item = &'a Finding> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }
}

/// What is told of one of many that say the same: all that differs.
pub(crate) fn one_of_many(finding: &Finding) -> Vec<(&'static str, String)> {
    let place = [("object", object(finding)), ("time", time(finding))];
    let place = place.into_iter().filter_map(|(name, v)| Some((name, v?)));
    let digest = finding.digest.iter().map(|key| ("digest", key.clone()));
    place.chain(values(finding)).chain(digest).collect()
}

/// What its two values are called.
fn compared(finding: &Finding) -> (&'static str, &'static str) {
    match finding.code.known() {
        Some(Code::DigestRelocated | Code::DigestIdentityMismatch) => ("signed as", "found as"),
        Some(Code::KeyUnknown | Code::KeyUnavailable | Code::KeyOutsideValidity) => {
            ("expected", "key")
        }
        Some(Code::ChainFork) => ("expected", "other"),
        Some(Code::BackfillLate) => ("expected", "made at"),
        Some(Code::KeyInvalid) => ("named", "really"),
        _ => ("expected", "actual"),
    }
}

/// Its two values, under what they are called. What is hashed is always content, inflated: whoever
/// hashes the file itself gets another value.
pub(crate) fn values(finding: &Finding) -> impl Iterator<Item = (&'static str, String)> + use<> {
    let (expected, actual) = compared(finding);
    let told = [(expected, &finding.expected), (actual, &finding.actual)];
    told.map(|(name, value)| value.as_deref().map(|value| (name, of_content(value))))
        .into_iter()
        .flatten()
}

/// A value, and if it is a SHA-256, of what.
pub(crate) fn of_content(value: &str) -> String {
    let hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
    match value.len() == 64 && value.bytes().all(hex) {
        true => format!("{value} (SHA-256 of the content, inflated)"),
        false => value.to_owned(),
    }
}

/// What the store says of the object beside its bytes: no evidence of its content.
pub(crate) fn told_of(finding: &Finding) -> Vec<(&'static str, String)> {
    let size = finding.size.map(|n| format!("{n} bytes"));
    let facts = [
        ("version", finding.version_id.clone()),
        ("etag", finding.etag.clone()),
        ("last modified", finding.last_modified.clone()),
        ("size", size),
    ];
    let known = facts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    known.collect()
}

fn object(finding: &Finding) -> Option<String> {
    let key = finding.key.as_ref()?;
    Some(s3_uri(finding.bucket.as_deref(), key))
}

fn time(finding: &Finding) -> Option<String> {
    match (finding.from, finding.to) {
        (Some(from), Some(to)) if from == to => Some(format!("at {from}")),
        (Some(from), Some(to)) => Some(format!("{from} to {to}, {}", in_words_between(from, to))),
        _ => None,
    }
}
