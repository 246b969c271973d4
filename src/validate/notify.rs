//! What an observer is told: how much there is to do, how far it is done, and what was found.

use super::Context;
use crate::cloudtrail::ids::ChainId;
use crate::proof::damage;
use crate::proof::finding::Finding;
use crate::proof::reason::Reason;
use crate::validate::digests::listing::DigestNames;
use crate::validate::findings::Ledger;
use crate::validate::observer::Step;

impl Context<'_> {
    /// Adds a finding to those of a chain, and tells of it.
    pub(super) fn add(&self, ledger: &mut Ledger, finding: Finding) {
        self.observer.found(&finding);
        self.keep(ledger, finding);
    }

    /// Adds a finding that was told of before.
    pub(super) fn keep(&self, ledger: &mut Ledger, finding: Finding) {
        if is_final(&finding) {
            self.observer.finalized(&finding);
        }
        let counted = ledger.add(finding).into_iter();
        counted
            .filter(|f| !is_final(f))
            .for_each(|f| self.observer.finalized(&f));
    }

    /// Tells those that were kept until all that bears on them was known.
    pub(super) fn settle(&self, ledger: &mut Ledger) {
        let mut kept = ledger.finalize(|f| !is_final(f));
        kept.sort_by_cached_key(Finding::order);
        kept.dedup();
        kept.iter().for_each(|f| self.observer.finalized(f));
    }

    /// Tells how many digests of one account and region will be read.
    pub(super) fn listed<'n>(&self, chains: impl Iterator<Item = (&'n ChainId, &'n DigestNames)>) {
        let from = self.request.from;
        let digests = chains.filter_map(|(_, names)| {
            let newest = [&names.main, &names.backfill];
            let newest = newest.into_iter().filter_map(|slots| slots.last());
            let to = self.request.to.or(newest.map(|s| s.end()).max())?;
            let within = |slots, backfill| self.within(slots, backfill, (from, to)).len() as u64;
            Some(within(&names.main, false) + within(&names.backfill, true))
        });
        self.observer.step(Step::FolderListed(digests.sum()));
    }

    /// Tells that so many digests were dealt with.
    pub(super) fn walked(&self, digests: usize) {
        self.observer.step(Step::DigestsJudged(digests as u64));
        self.read();
    }

    /// Tells how much was read.
    pub(super) fn read(&self) {
        let (read, _) = self.fetcher.bytes();
        self.observer.step(Step::BytesRead(read));
    }
}

/// Whether nothing will be added to a finding once it is known: no call that did damage, and no
/// further object that could not be looked at for the same reason.
fn is_final(finding: &Finding) -> bool {
    let ended = finding.reason.is_some_and(Reason::ends_run);
    !ended && damage::since(finding).is_none()
}
