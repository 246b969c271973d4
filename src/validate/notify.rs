//! Reporting to the observer: how much there is to do, how much is done, and what was found.

use super::context::Context;
use super::digests::begins::Begins;
use super::digests::names::DigestNames;
use super::digests::range;
use super::findings::Ledger;
use super::observer::Step;
use crate::cloudtrail::ids::ChainId;
use crate::proof::damage;
use crate::proof::finding::Finding;

impl Context<'_> {
    /// Reports a finding and keeps it in the ledger of its chain.
    pub fn report(&self, ledger: &mut Ledger, finding: Finding) {
        self.observer.found(&finding);
        self.keep(ledger, finding);
    }

    /// Keeps a finding that was reported before.
    pub fn keep(&self, ledger: &mut Ledger, finding: Finding) {
        if self.is_final(&finding) {
            self.observer.finalized(&finding);
        }
        let collapsed = ledger.add(finding).into_iter();
        collapsed
            .filter(|f| !self.is_final(f))
            .for_each(|f| self.observer.finalized(&f));
    }

    /// Reports the findings of a ledger as final that had to wait until everything that bears on them was
    /// known.
    pub fn report_final(&self, ledger: &mut Ledger) {
        let mut waiting = ledger.finalize(|f| !self.is_final(f));
        waiting.sort_by_cached_key(Finding::order);
        waiting.dedup();
        waiting.iter().for_each(|f| self.observer.finalized(f));
    }

    /// Reports how many digests of one account and region will be read.
    pub fn report_listed<'n>(
        &self,
        chains: impl Iterator<Item = (&'n ChainId, &'n DigestNames)>,
        begins: &Begins<'_>,
    ) {
        let request = self.request;
        let digests = chains.filter_map(|(id, names)| {
            let window = (begins.of(id), request.to.or(names.newest_end())?);
            let main = range::main(&names.main, window).len();
            let backfill = range::backfill(&names.backfill, window, request.backfill_grace).len();
            Some((main + backfill) as u64)
        });
        self.observer.step(Step::FolderListed(digests.sum()));
    }

    /// Reports that digests were read and judged.
    pub fn report_walked(&self, digests: usize) {
        self.observer.step(Step::DigestsJudged(digests as u64));
        self.report_bytes_read();
    }

    /// Reports how many bytes were read so far.
    pub fn report_bytes_read(&self) {
        let (read, _) = self.fetcher.bytes();
        self.observer.step(Step::BytesRead(read));
    }

    /// Whether a finding will not change any more: no call that did the damage is added to it, no further object
    /// that has the same reason, and not what a search for its original finds.
    fn is_final(&self, finding: &Finding) -> bool {
        let grows = finding
            .reason
            .is_some_and(|reason| reason.is_reported_once());
        !grows && damage::since(finding).is_none() && !self.recovery.concerns(finding)
    }
}
