//! The walk over one chain: its digests are fetched ahead and linked in order, newest first.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::batch::{self, Batch, by_end, is_signed_as_found};
use super::names::{DigestNames, DigestSet, Slot};
use super::range;
use super::remembered::Remembered;
use crate::cloudtrail::ids::ChainId;
use crate::proof::chain::{Walk, WalkScope, Walked};
use crate::proof::coverage::Spans;
use crate::proof::digest_object::Reading;
use crate::proof::finding::Finding;
use crate::validate::chain_state::LogPages;
use crate::validate::context::Context;
use crate::validate::findings::Ledger;
use crate::validate::unreferenced::references::References;

/// Why a chain is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To prove a chain that was requested. Only this is reported.
    Proof,
    /// To learn which logs the chain lists. None of them is checked.
    References,
    /// To find events in its logs.
    Events,
}

/// A walk over one chain. Both sets of digests are walked one after the other.
pub(crate) struct ChainWalk<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) id: &'a ChainId,
    /// The beginning of the window, if it is known.
    pub from: Option<Timestamp>,
    pub(super) purpose: Purpose,
    /// The set that is being walked.
    pub(super) set: DigestSet,
    pub(super) found: WalkFindings,
    pub(super) references: &'a mut References,
    pub(super) links: FollowedLinks,
    /// The digest that the chain continues from, if an earlier run proved one.
    pub(super) remembered: Option<Remembered<'a>>,
}

/// What a walk found beside the proven chain itself.
pub(crate) struct WalkFindings {
    /// `None` unless the purpose is proof.
    pub ledger: Option<Ledger>,
    pub names: DigestNames,
    /// Other chains in the folders that links led to.
    pub siblings: BTreeMap<ChainId, DigestNames>,
    /// Where the manifest holds the logs that proven digests list.
    pub pages: LogPages,
    /// Logs of proven digests that are not in their place. Nobody searches for these logs.
    pub misplaced_logs: u64,
    /// Whether all digests could be walked.
    pub complete: bool,
}

/// The links of proven digests that led beyond the listed digests.
#[derive(Default)]
pub(super) struct FollowedLinks {
    /// Digests in folders that were listed because of a link.
    pub slots: Vec<Slot>,
    /// Backfill digests before the window that are reported because a link leads to them.
    pub reported: Vec<(String, String)>,
    /// How many digests were fetched by their names alone.
    pub fetched: usize,
}

impl<'a> ChainWalk<'a> {
    /// A walk that has not begun. Adds the logs that proven digests list to `references`.
    pub fn new(
        context: &'a Context<'a>,
        id: &'a ChainId,
        names: DigestNames,
        from: Option<Timestamp>,
        references: &'a mut References,
        purpose: Purpose,
    ) -> Self {
        ChainWalk {
            context,
            id,
            from,
            purpose,
            set: DigestSet::Main,
            found: WalkFindings {
                ledger: (purpose == Purpose::Proof).then(|| context.ledgers.open()),
                names,
                siblings: BTreeMap::new(),
                pages: LogPages::default(),
                misplaced_logs: 0,
                complete: true,
            },
            references,
            links: FollowedLinks::default(),
            remembered: None,
        }
    }

    /// What was found, once all sets are walked.
    pub fn finish(self) -> WalkFindings {
        self.found
    }

    /// Walks one set of digests up to the end of the window, newest first. While one batch is linked, the
    /// digests of the next one are already chosen by the size of this one. `hidden` is time whose digests
    /// could not be listed.
    pub fn walk(&mut self, set: DigestSet, to: Timestamp, hidden: &Spans) -> Walked {
        self.set = set;
        let mut walk = Walk::new(self.scope(to, hidden));
        let (mut queue, mut batch) = self.begin(to);
        loop {
            let slots = std::mem::take(&mut batch.slots);
            for group in by_end(batch.readings) {
                let Some(end) = group.first().map(|r| r.name.end) else {
                    continue;
                };
                self.follow_overdue_links(&mut walk, Some(end));
                if self.links.slots.iter().any(|slot| slot.end() > end) {
                    // The digests behind the link come first. The rest of this batch is read again later.
                    queue.extend(slots.iter().filter(|slot| slot.end() <= end));
                    break;
                }
                self.place(&mut walk, group);
            }
            if queue.is_empty() {
                self.follow_overdue_links(&mut walk, None);
            }
            if !self.links.slots.is_empty() {
                queue.append(&mut self.links.slots);
                queue.sort_unstable();
            }
            for finding in walk.drain_findings() {
                self.report(finding);
            }
            if queue.is_empty() {
                break;
            }
            let next = self.next_batch(&mut queue, batch.largest);
            batch = self.fetch(&next);
        }
        self.ask_for_inferred(&mut walk);
        let mut walked = walk.finish();
        for finding in std::mem::take(&mut walked.findings) {
            self.report(finding);
        }
        walked
    }

    fn scope(&self, to: Timestamp, hidden: &Spans) -> WalkScope<'a> {
        let is_backfill = self.set == DigestSet::Backfill;
        WalkScope {
            chain: self.id.clone(),
            backfill: is_backfill,
            from: self.from,
            to,
            keys: self.context.fetcher.keys,
            hidden: match is_backfill {
                true => Spans::default(),
                false => hidden.clone(),
            },
            backfill_grace: self.context.request.backfill_grace,
            look: self.context.request.look(),
        }
    }

    /// The digests to walk, newest last, and the first batch of them. Where no digest beyond the window
    /// proves itself, the digests after them are walked too, because they may prove it.
    fn begin(&self, to: Timestamp) -> (Vec<Slot>, Batch) {
        let window = (self.from, to);
        let slots = match self.set {
            DigestSet::Main => &self.found.names.main,
            DigestSet::Backfill => &self.found.names.backfill,
        };
        let walked = match self.set {
            DigestSet::Main => range::main(slots, window),
            DigestSet::Backfill => {
                range::backfill(slots, window, self.context.request.backfill_grace)
            }
        };
        let remembered = self.remembered.as_ref();
        let remembered = remembered.filter(|_| self.set == DigestSet::Main);
        let mut queue = remembered.map_or_else(Vec::new, |known| known.older_than(walked));
        queue.extend_from_slice(walked);
        // Their size is not known yet, so the first batch is small.
        let unknown = self.context.request.limits.ahead_bytes / 2;
        let first = self.next_batch(&mut queue, unknown);
        let batch = self.fetch(&first);
        let is_beyond = |r: &&Reading| r.name.end >= to;
        let mut beyond = batch.readings.iter().take_while(is_beyond).peekable();
        if beyond.peek().is_none() || beyond.any(is_signed_as_found) {
            return (queue, batch);
        }
        let provers = self.provers(slots, first.first().copied());
        if provers.is_empty() {
            return (queue, batch);
        }
        queue.extend(first.into_iter().rev());
        queue.extend(provers);
        let first = self.next_batch(&mut queue, unknown);
        let batch = self.fetch(&first);
        (queue, batch)
    }

    /// The digests after `newest`, up to the first that proves itself, or all of them. They prove their
    /// predecessors and count in nothing else.
    fn provers(&self, slots: &[Slot], newest: Option<Slot>) -> Vec<Slot> {
        let after = slots.partition_point(|s| Some(*s) <= newest);
        let mut provers = Vec::new();
        for some in slots[after..].chunks(self.context.request.limits.digests_ahead.max(1)) {
            let readings = self.fetch(some).readings;
            let signed = readings.iter().position(is_signed_as_found);
            provers.extend_from_slice(&some[..signed.map_or(some.len(), |at| at + 1)]);
            if signed.is_some() {
                break;
            }
        }
        provers
    }

    fn fetch(&self, slots: &[Slot]) -> Batch {
        batch::fetch(self.context, self.id, &self.found.names, self.set, slots)
    }

    /// Takes the next digests from the queue: as many as memory allows if each has the size `largest`, and
    /// always all that have the same end.
    fn next_batch(&self, queue: &mut Vec<Slot>, largest: u64) -> Vec<Slot> {
        let limits = &self.context.request.limits;
        let fitting = usize::try_from(limits.ahead_bytes / largest.max(1)).unwrap_or(usize::MAX);
        let most = self.context.ahead.min(fitting).max(1);
        let mut batch: Vec<Slot> = Vec::new();
        while let Some(slot) = queue.last().copied() {
            let ends_together = |last: &Slot| last.end() == slot.end();
            if batch.len() >= most && !batch.last().is_some_and(ends_together) {
                break;
            }
            batch.push(slot);
            queue.pop();
        }
        batch
    }

    pub(super) fn report(&mut self, finding: Finding) {
        if let Some(ledger) = &mut self.found.ledger {
            self.context.report(ledger, finding);
        }
    }
}
