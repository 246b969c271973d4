//! Findings kept in bounded memory: above a number of one code in one chain they collapse into one
//! with a count.

use std::collections::BTreeMap;

use crate::finding::{CREDENTIALS, Code, Finding, INTERRUPTED, Severity};

/// Findings of one chain, or of none.
pub struct Ledger {
    limit: usize,
    kept: BTreeMap<(Code, Severity), Vec<Finding>>,
    collapsed: BTreeMap<(Code, Severity), Finding>,
    unlooked: BTreeMap<(Code, &'static str), Finding>,
}

impl Ledger {
    /// An empty ledger that keeps up to `limit` findings of one code and severity.
    pub fn new(limit: usize) -> Self {
        Ledger {
            limit,
            kept: BTreeMap::new(),
            collapsed: BTreeMap::new(),
            unlooked: BTreeMap::new(),
        }
    }

    /// Adds a finding. Gives those that are counted only from now on.
    pub fn add(&mut self, finding: Finding) -> Vec<Finding> {
        let kind = (finding.code, finding.severity);
        if let Some(one) = self.collapsed.get_mut(&kind) {
            merge(one, &finding);
            return vec![finding];
        }
        // Once nothing more could be looked at, one finding says of how much.
        if let Some(reason @ (CREDENTIALS | INTERRUPTED)) = finding.reason {
            match self.unlooked.get_mut(&(finding.code, reason)) {
                Some(one) => merge(one, &finding),
                None => {
                    let one = Finding {
                        reason: finding.reason,
                        message: finding.message.clone(),
                        ..collapse(finding)
                    };
                    self.unlooked.insert((one.code, reason), one);
                }
            }
            return Vec::new();
        }
        let kept = self.kept.entry(kind).or_default();
        kept.push(finding);
        if kept.len() <= self.limit {
            return Vec::new();
        }
        let all = std::mem::take(kept);
        if let Some((first, others)) = all.split_first() {
            let mut one = collapse(first.clone());
            others.iter().for_each(|finding| merge(&mut one, finding));
            self.collapsed.insert(kind, one);
        }
        all
    }

    /// The findings but for those that stand for many that were given back.
    pub fn kept(&self) -> impl Iterator<Item = &Finding> {
        let kept = self.kept.values().flatten();
        kept.chain(self.unlooked.values())
    }

    /// The gravest severity in it.
    pub fn worst(&self) -> Option<Severity> {
        let kept = self
            .kept
            .iter()
            .filter(|(_, f)| !f.is_empty())
            .map(|((_, s), _)| *s);
        let one = self.collapsed.values().chain(self.unlooked.values());
        kept.chain(one.map(|f| f.severity)).max()
    }

    /// The findings.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        let kept = self.kept.values().flatten();
        kept.chain(self.collapsed.values())
            .chain(self.unlooked.values())
    }

    /// The findings, to be added to.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        let kept = self.kept.values_mut().flatten();
        kept.chain(self.collapsed.values_mut())
            .chain(self.unlooked.values_mut())
    }

    /// All findings.
    pub fn into_findings(self) -> Vec<Finding> {
        self.kept
            .into_values()
            .flatten()
            .chain(self.collapsed.into_values())
            .chain(self.unlooked.into_values())
            .collect()
    }
}

/// A finding that stands for many: what differs between them is not kept.
fn collapse(one: Finding) -> Finding {
    Finding {
        chain: one.chain,
        interval: one.interval,
        count: Some(one.count.unwrap_or(1)),
        message: format!(
            "too many findings of this kind to list; the first was: {}",
            one.message
        ),
        hint: one.hint,
        ..Finding::new(one.code, "").severity(one.severity)
    }
}

fn merge(one: &mut Finding, other: &Finding) {
    one.count = Some(one.count.unwrap_or(1) + other.count.unwrap_or(1));
    one.interval = match (one.interval, other.interval) {
        (Some(mut a), Some(b)) => {
            a.from = a.from.min(b.from);
            a.to = a.to.max(b.to);
            Some(a)
        }
        (a, b) => a.or(b),
    };
}
