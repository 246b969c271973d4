//! What came of all accounts and regions, as one outcome.

use super::Context;
use super::causes::selectors::TrailSelectors;
use super::digests::group::GroupResult;
use super::digests::trail_status;
use crate::proof::finding::Finding;
use crate::validate::digests::listing_errors;
use crate::validate::findings::Ledger;
use crate::validate::not_proven::{self, NotProvenInput};
use crate::validate::outcome::{Outcome, Requests, verdict};
use crate::validate::survey::{Survey, absences};

impl Context<'_> {
    pub(super) fn join(
        &self,
        survey: Survey,
        results: impl ExactSizeIterator<Item = Box<GroupResult>>,
        events: &[String],
        selected: &TrailSelectors,
    ) -> Outcome {
        let request = self.request;
        let mut all = GroupResult {
            complete: true,
            chains: Vec::with_capacity(results.len()),
            found: Vec::with_capacity(results.len()),
            ..GroupResult::default()
        };
        results.for_each(|result| all.add(*result, &request.limits));
        let mut beside = all.beside.take().unwrap_or_default();
        all.unrecognised.first.truncate(request.limits.named);
        all.chains.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let ledger = self.of_none(&survey, &all, std::mem::take(&mut beside.unlisted));
        let mut ledgers = std::mem::take(&mut all.ledgers);
        ledgers.push(ledger);
        let findings = ledgers.into_iter().flat_map(Ledger::into_findings);
        let mut findings: Vec<Finding> = findings.collect();
        findings.sort_by_cached_key(Finding::order);
        // Two folders of one bucket may both say the same of one object.
        findings.dedup();
        let complete = survey.trouble.is_empty()
            && !survey.bounded
            && all.complete
            && self.fetcher.lasted()
            && !request.prior.incomplete
            && !selected.cut_short;
        let chains = all.chains.iter();
        let states = chains.flat_map(|c| c.coverage.iter().map(|s| s.state));
        let worst = findings.iter().map(|f| f.severity).max();
        let verdict = verdict(worst, states, complete);
        let mut keys = self.keys.lock().unwrap_or_else(|e| e.into_inner());
        let not_proven = not_proven::sentences(&NotProvenInput {
            request,
            atlas: self.fetcher.atlas,
            survey: &survey,
            unrecognised: &all.unrecognised,
            chains: &all.chains,
            pending: &all.pending,
            trail_errors: &all.unasked,
            not_selected: &selected.said,
            others: &beside,
            keys: (!keys.is_empty()).then(|| self.fetcher.keys.origin()),
            around_gaps: events,
        });
        let (bytes_read, bytes_hashed) = self.fetcher.bytes();
        Outcome {
            verdict,
            complete,
            chains: all.chains,
            findings,
            keys: std::mem::take(&mut *keys).into_iter().collect(),
            not_proven,
            bytes_read,
            bytes_hashed,
            requests: Requests {
                trails: self.trails.map_or(0, |trails| trails.requests()),
                ..self.fetcher.requests()
            },
        }
    }

    /// What was found that is of no chain that is here.
    fn of_none(&self, survey: &Survey, all: &GroupResult, beside: Vec<Finding>) -> Ledger {
        let folder = |trouble| listing_errors::folder(self.fetcher.atlas, trouble);
        let mut found = self.request.prior.findings.clone();
        found.extend(self.fetcher.keys.broken());
        found.extend(survey.trouble.iter().map(folder));
        found.extend(beside);
        found.extend(all.unvalidated.iter().map(trail_status::unvalidated));
        let mut ledger = self.ledgers.open();
        found.into_iter().for_each(|f| self.add(&mut ledger, f));
        let absences = absences::absences(self, survey, all);
        absences.into_iter().for_each(|f| self.add(&mut ledger, f));
        self.settle(&mut ledger);
        ledger
    }
}
