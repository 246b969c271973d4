//! Findings in bounded memory. Each chain has a ledger. When a ledger holds too many findings of one code
//! and severity, or all ledgers together hold too many, these findings collapse into one with a count.
//!
//! Findings that collapse are returned to the caller once, so that an observer still receives each of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::reason::Reason;

/// All ledgers of one run. They share one bound on memory.
#[derive(Clone)]
pub struct Ledgers(Arc<Mutex<LedgerPool>>);

struct LedgerPool {
    /// The most findings of one kind that one ledger keeps.
    per_kind: usize,
    /// The most findings that all ledgers keep together.
    in_all: usize,
    /// Findings added, at most `per_kind` of each kind and ledger, whether or not they collapsed since.
    /// It depends only on what was added, so the order of additions does not change what is kept.
    counted: usize,
    pages: Vec<Arc<Mutex<FindingPage>>>,
}

impl Ledgers {
    /// Ledgers that each keep at most `per_kind` findings of one code and severity. `per_kind` is halved
    /// until all ledgers together keep at most `in_all`.
    pub fn new(per_kind: usize, in_all: usize) -> Self {
        Ledgers(Arc::new(Mutex::new(LedgerPool {
            per_kind,
            in_all,
            counted: 0,
            pages: Vec::new(),
        })))
    }

    /// An empty ledger.
    pub fn open(&self) -> Ledger {
        Ledger {
            all: self.clone(),
            page: None,
        }
    }
}

impl LedgerPool {
    /// Halves `per_kind` until all findings are within the bound. Returns the findings that collapsed.
    fn make_room(&mut self) -> Vec<Finding> {
        let mut collapsed = Vec::new();
        while self.counted > self.in_all && self.per_kind > 1 {
            self.per_kind /= 2;
            self.counted = 0;
            for page in &self.pages {
                let mut page = lock(page);
                collapsed.extend(page.shrink(self.per_kind));
                self.counted += page.count(self.per_kind);
            }
        }
        collapsed
    }
}

/// The findings of one chain, or those that belong to no chain.
pub struct Ledger {
    all: Ledgers,
    /// `None` while there is no finding, as in most of thousands of chains.
    page: Option<Arc<Mutex<FindingPage>>>,
}

impl Ledger {
    /// Adds a finding. Returns the findings, of this and of other ledgers, that collapsed.
    pub fn add(&mut self, finding: Finding) -> Vec<Finding> {
        let mut all = lock(&self.all.0);
        let page = self.page.get_or_insert_with(|| {
            let page = Arc::default();
            all.pages.push(Arc::clone(&page));
            page
        });
        let (is_counted, mut collapsed) = lock(page).add(finding, all.per_kind);
        all.counted += usize::from(is_counted);
        collapsed.extend(all.make_room());
        collapsed
    }

    /// The findings that did not collapse and match a filter. If they collapse later, [`Ledger::add`] does
    /// not return them again.
    pub fn finalize(&mut self, filter: impl Fn(&&Finding) -> bool) -> Vec<Finding> {
        let Some(page) = &self.page else {
            return Vec::new();
        };
        let mut page = lock(page);
        page.is_final = true;
        let kept = page.kept.values().flatten();
        let kept = kept.chain(page.reported_once.values());
        kept.filter(filter).cloned().collect()
    }

    /// The worst severity of all findings.
    pub fn worst(&self) -> Option<Severity> {
        let page = lock(self.page.as_ref()?);
        page.all().map(|f| f.severity).max()
    }

    /// Calls `visit` with each finding.
    pub fn for_each(&self, visit: impl FnMut(&Finding)) {
        if let Some(page) = &self.page {
            lock(page).all().for_each(visit);
        }
    }

    /// Changes each finding.
    pub fn amend(&mut self, change: impl FnMut(&mut Finding)) {
        let Some(page) = &self.page else { return };
        let mut page = lock(page);
        let page = &mut *page;
        let kept = page.kept.values_mut().flatten();
        kept.chain(page.collapsed.values_mut())
            .chain(page.reported_once.values_mut())
            .for_each(change);
    }

    /// All findings, with one for those that collapsed.
    pub fn into_findings(self) -> Vec<Finding> {
        let page = self.page.map(|page| std::mem::take(&mut *lock(&page)));
        let page = page.unwrap_or_default();
        page.kept
            .into_values()
            .flatten()
            .chain(page.collapsed.into_values())
            .chain(page.reported_once.into_values())
            .collect()
    }
}

/// Findings of one kind collapse into one.
type FindingKind = (Code, Severity);

/// The findings of one ledger.
#[derive(Default)]
struct FindingPage {
    kept: BTreeMap<FindingKind, Vec<Finding>>,
    collapsed: BTreeMap<FindingKind, Finding>,
    /// Findings whose reason is the same for all: one with a count for each.
    reported_once: BTreeMap<(Code, Reason), Finding>,
    /// Whether the caller has all findings.
    is_final: bool,
}

impl FindingPage {
    /// Adds a finding. Returns whether it counts towards the bound of all ledgers, and the findings that
    /// collapsed.
    fn add(&mut self, finding: Finding, limit: usize) -> (bool, Vec<Finding>) {
        let kind = (finding.code, finding.severity);
        if let Some(one) = self.collapsed.get_mut(&kind) {
            merge(one, &finding);
            return (false, vec![finding]);
        }
        // Every further finding of the chain has the same reason: the run ended, or there are no keys.
        if let Some(reason) = finding.reason.filter(|reason| reason.is_reported_once()) {
            match self.reported_once.get_mut(&(finding.code, reason)) {
                Some(one) => merge(one, &finding),
                None => {
                    let one = Finding {
                        reason: finding.reason,
                        message: finding.message.clone(),
                        ..collapse(finding)
                    };
                    self.reported_once.insert((one.code, reason), one);
                }
            }
            return (false, Vec::new());
        }
        let kept = self.kept.entry(kind).or_default();
        kept.push(finding);
        let is_counted = kept.len() <= limit;
        (is_counted, self.shrink(limit))
    }

    /// Collapses the kinds with more than `limit` findings. Returns these findings, unless the caller has
    /// them.
    fn shrink(&mut self, limit: usize) -> Vec<Finding> {
        let mut shrunk = Vec::new();
        let many = self.kept.extract_if(.., |_, kept| kept.len() > limit);
        for (kind, all) in many {
            if let Some((first, others)) = all.split_first() {
                let mut one = collapse(first.clone());
                others.iter().for_each(|finding| merge(&mut one, finding));
                self.collapsed.insert(kind, one);
            }
            shrunk.extend(all);
        }
        if self.is_final {
            shrunk.clear();
        }
        shrunk
    }

    /// How many findings count towards the bound of all ledgers.
    fn count(&self, limit: usize) -> usize {
        let kept: usize = self.kept.values().map(Vec::len).sum();
        kept + self.collapsed.len() * limit
    }

    fn all(&self) -> impl Iterator<Item = &Finding> {
        let kept = self.kept.values().flatten();
        kept.chain(self.collapsed.values())
            .chain(self.reported_once.values())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

/// A finding with a count that stands for many. It keeps nothing that may differ between them.
fn collapse(one: Finding) -> Finding {
    Finding {
        chain: one.chain,
        interval: one.interval,
        count: Some(one.count.unwrap_or(1)),
        message: format!(
            "too many findings of this kind to list. The first: {}",
            one.message
        ),
        hint: one.hint,
        ..Finding::new(one.code, "").severity(one.severity)
    }
}

fn merge(one: &mut Finding, other: &Finding) {
    one.count = Some(one.count.unwrap_or(1) + other.count.unwrap_or(1));
    if one.chain != other.chain {
        one.chain = None;
    }
    one.interval = match (one.interval, other.interval) {
        (Some(mut a), Some(b)) => {
            a.from = a.from.min(b.from);
            a.to = a.to.max(b.to);
            Some(a)
        }
        (a, b) => a.or(b),
    };
}
