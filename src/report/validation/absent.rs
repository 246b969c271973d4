//! Chains that a report has findings about and no row for: nothing of them was found. Formats that count
//! chains, or have one row for each, take them from here, so that no total reads as if all were verified.

use std::collections::{BTreeMap, HashSet};

use super::v1::{Finding, Report};
use crate::proof::finding::{Severity, Verdict};

/// A chain's id, and its organization if it has one.
pub(crate) type ChainRow<'a> = (&'a str, Option<&'a str>);

/// The chains without a digest, each with the worst finding about it. Notes do not count.
pub(crate) fn absent_chains(report: &Report) -> BTreeMap<ChainRow<'_>, &Finding> {
    let mut absent: BTreeMap<ChainRow<'_>, &Finding> = BTreeMap::new();
    let findings = report.findings.iter();
    let mut findings = findings
        .filter(|f| f.severity > Severity::Note)
        .filter_map(|f| Some(((f.chain.as_deref()?, f.organization.as_deref()), f)))
        .peekable();
    if findings.peek().is_none() {
        return absent;
    }
    let chains = report.chains.iter();
    let found: HashSet<ChainRow<'_>> = chains
        .map(|c| (&*c.id, c.organization.as_deref()))
        .collect();
    for (name, finding) in findings.filter(|(name, _)| !found.contains(name)) {
        let worst = absent.entry(name).or_insert(finding);
        if worst.severity < finding.severity {
            *worst = finding;
        }
    }
    absent
}

/// The verdict of a chain without a digest.
pub(crate) fn absent_verdict(worst: &Finding) -> Verdict {
    worst.severity.verdict()
}

/// How many chains have a verdict, those without a digest included.
pub(crate) fn count_by_verdict(report: &Report, verdict: Verdict) -> usize {
    let found = report.chains.iter().filter(|c| c.verdict == verdict);
    let absent = absent_chains(report);
    let absent = absent.values().filter(|f| absent_verdict(f) == verdict);
    found.count() + absent.count()
}
