//! Findings kept in bounded memory: above a number of one code in one chain, or where those of all chains
//! would be too many, they collapse into one a chain and code, with a count.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::reason::Reason;

/// All ledgers of one run, which share what findings may take.
#[derive(Clone)]
pub struct Ledgers(Arc<Mutex<LedgerPool>>);

struct LedgerPool {
    /// Findings of one code and severity that one ledger keeps.
    each: usize,
    /// Findings that all of them keep.
    together: usize,
    /// Findings added, but for each kind in each ledger at most `each`. It only grows with what is
    /// added, so that what is kept in the end depends on no order.
    held: usize,
    pages: Vec<Arc<Mutex<FindingPage>>>,
}

impl Ledgers {
    /// Ledgers that keep `each` findings of one code and severity, and `together` in all: where these
    /// would be more, `each` is halved until they are not.
    pub fn new(each: usize, together: usize) -> Self {
        Ledgers(Arc::new(Mutex::new(LedgerPool {
            each,
            together,
            held: 0,
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
    /// Halves what each may keep until all is within bounds. Gives what is counted only from now on.
    fn make_room(&mut self) -> Vec<Finding> {
        let mut counted = Vec::new();
        while self.held > self.together && self.each > 1 {
            self.each /= 2;
            self.held = 0;
            for page in &self.pages {
                let mut page = lock(page);
                counted.extend(page.shrink(self.each));
                self.held += page.held(self.each);
            }
        }
        counted
    }
}

/// Findings of one chain, or of none.
pub struct Ledger {
    all: Ledgers,
    /// Nothing while nothing was found, as in most of thousands.
    page: Option<Arc<Mutex<FindingPage>>>,
}

impl Ledger {
    /// Adds a finding. Gives those, of this ledger and of others, that are counted only from now on.
    pub fn add(&mut self, finding: Finding) -> Vec<Finding> {
        let mut all = lock(&self.all.0);
        let page = self.page.get_or_insert_with(|| {
            let page = Arc::default();
            all.pages.push(Arc::clone(&page));
            page
        });
        let (more, mut counted) = lock(page).add(finding, all.each);
        all.held += usize::from(more);
        counted.extend(all.make_room());
        counted
    }

    /// Those findings that are asked for, but for those that stand for many that were given back. They
    /// are not given back hereafter.
    pub fn settle(&mut self, asked: impl Fn(&&Finding) -> bool) -> Vec<Finding> {
        let Some(page) = &self.page else {
            return Vec::new();
        };
        let mut page = lock(page);
        page.settled = true;
        let kept = page.kept.values().flatten();
        let kept = kept.chain(page.unlooked.values());
        kept.filter(asked).cloned().collect()
    }

    /// The gravest severity in it.
    pub fn worst(&self) -> Option<Severity> {
        let page = lock(self.page.as_ref()?);
        page.all().map(|f| f.severity).max()
    }

    /// Shows each finding.
    pub fn each(&self, look: impl FnMut(&Finding)) {
        if let Some(page) = &self.page {
            lock(page).all().for_each(look);
        }
    }

    /// Adds something to each finding.
    pub fn amend(&mut self, change: impl FnMut(&mut Finding)) {
        let Some(page) = &self.page else { return };
        let mut page = lock(page);
        let page = &mut *page;
        let kept = page.kept.values_mut().flatten();
        kept.chain(page.collapsed.values_mut())
            .chain(page.unlooked.values_mut())
            .for_each(change);
    }

    /// All findings.
    pub fn into_findings(self) -> Vec<Finding> {
        let page = self.page.map(|page| std::mem::take(&mut *lock(&page)));
        let page = page.unwrap_or_default();
        page.kept
            .into_values()
            .flatten()
            .chain(page.collapsed.into_values())
            .chain(page.unlooked.into_values())
            .collect()
    }
}

/// What is the same for findings that collapse into one.
type FindingKind = (Code, Severity);

/// What one ledger holds.
#[derive(Default)]
struct FindingPage {
    kept: BTreeMap<FindingKind, Vec<Finding>>,
    collapsed: BTreeMap<FindingKind, Finding>,
    unlooked: BTreeMap<(Code, Reason), Finding>,
    /// Whether those that are kept were told.
    settled: bool,
}

impl FindingPage {
    /// Adds a finding. Tells whether there is one more of a kind that is kept, and gives those that
    /// are counted only from now on.
    fn add(&mut self, finding: Finding, limit: usize) -> (bool, Vec<Finding>) {
        let kind = (finding.code, finding.severity);
        if let Some(one) = self.collapsed.get_mut(&kind) {
            merge(one, &finding);
            return (false, vec![finding]);
        }
        // Once nothing more could be looked at, one finding says of how much.
        if let Some(reason) = finding.reason.filter(|reason| reason.ends_run()) {
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
            return (false, Vec::new());
        }
        let kept = self.kept.entry(kind).or_default();
        kept.push(finding);
        let more = kept.len() <= limit;
        (more, self.shrink(limit))
    }

    /// Collapses what is above a limit. Gives what was not told yet.
    fn shrink(&mut self, limit: usize) -> Vec<Finding> {
        let mut counted = Vec::new();
        let many = self.kept.extract_if(.., |_, kept| kept.len() > limit);
        for (kind, all) in many {
            if let Some((first, others)) = all.split_first() {
                let mut one = collapse(first.clone());
                others.iter().for_each(|finding| merge(&mut one, finding));
                self.collapsed.insert(kind, one);
            }
            counted.extend(all);
        }
        if self.settled {
            counted.clear();
        }
        counted
    }

    /// How many findings count towards what all ledgers may hold.
    fn held(&self, limit: usize) -> usize {
        let kept: usize = self.kept.values().map(Vec::len).sum();
        kept + self.collapsed.len() * limit
    }

    fn all(&self) -> impl Iterator<Item = &Finding> {
        let kept = self.kept.values().flatten();
        kept.chain(self.collapsed.values())
            .chain(self.unlooked.values())
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(|e| e.into_inner())
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
