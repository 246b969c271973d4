//! What came of all accounts and regions, as one outcome.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::group::GroupResult;
use super::selected::Selected;
use super::{Driver, tail};
use crate::beside::Beside;
use crate::discover::{Named, Survey};
use crate::finding::Finding;
use crate::keyname::KeyRoot;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::not_proven::{self, Told};
use crate::outcome::{ChainOutcome, Outcome, Requests, verdict};
use crate::scope::Asked;
use crate::trail::{ChainId, TrailArn, Window};
use crate::unlisted;

/// What came of several accounts and regions.
#[derive(Default)]
pub(super) struct Joined {
    #[allow(
        clippy::vec_box,
        reason = "of thousands, each takes the room of what it was made of"
    )]
    pub chains: Vec<Box<ChainOutcome>>,
    pub ledgers: Vec<Ledger>,
    pub answered: Vec<Asked>,
    pub found: Vec<(KeyRoot, ChainId)>,
    pub ends: BTreeMap<ChainId, Timestamp>,
    unrecognised: Named,
    incomplete: bool,
    pending: Vec<(ChainId, Window)>,
    unasked: Vec<(ChainId, String)>,
    unvalidated: BTreeSet<TrailArn>,
    beside: Beside,
}

impl Joined {
    fn add(&mut self, result: GroupResult, limits: &Limits) {
        if let Some(beside) = result.beside {
            self.beside.add(*beside, limits);
        }
        self.incomplete |= !result.complete;
        self.unasked.extend(result.unasked);
        self.unvalidated.extend(result.unvalidated);
        self.chains.extend(result.chains);
        self.ledgers.extend(result.ledgers);
        self.answered.extend(result.answered);
        self.found.extend(result.found);
        self.ends.extend(result.ends);
        self.pending.extend(result.pending);
        self.unrecognised.count += result.unrecognised.count;
        self.unrecognised.first.extend(result.unrecognised.first);
    }
}

impl Driver<'_> {
    pub(super) fn join(
        &self,
        survey: Survey,
        results: impl ExactSizeIterator<Item = Box<GroupResult>>,
        events: &[String],
        selected: &Selected,
    ) -> Outcome {
        let request = self.request;
        let mut all = Joined {
            chains: Vec::with_capacity(results.len()),
            found: Vec::with_capacity(results.len()),
            ..Joined::default()
        };
        results.for_each(|result| all.add(*result, &request.limits));
        all.unrecognised.first.truncate(request.limits.named);
        all.chains.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let ledger = self.of_none(&survey, &mut all);
        let mut ledgers = std::mem::take(&mut all.ledgers);
        ledgers.push(ledger);
        let findings = ledgers.into_iter().flat_map(Ledger::into_findings);
        let mut findings: Vec<Finding> = findings.collect();
        findings.sort_by_cached_key(Finding::order);
        // Two folders of one bucket may both say the same of one object.
        findings.dedup();
        let complete = survey.trouble.is_empty()
            && !survey.bounded
            && !all.incomplete
            && self.fetcher.lasted()
            && request.complete
            && !selected.cut_short;
        let chains = all.chains.iter();
        let states = chains.flat_map(|c| c.coverage.iter().map(|s| s.state));
        let worst = findings.iter().map(|f| f.severity).max();
        let verdict = verdict(worst, states, complete);
        let not_proven = not_proven::sentences(&Told {
            request,
            atlas: self.fetcher.atlas,
            survey: &survey,
            unrecognised: &all.unrecognised,
            chains: &all.chains,
            pending: &all.pending,
            unasked: &all.unasked,
            selected: &selected.said,
            beside: &all.beside,
            keys: self.fetcher.keys.origin(),
            events,
        });
        let mut keys = self.keys.lock().unwrap_or_else(|e| e.into_inner());
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
    fn of_none(&self, survey: &Survey, all: &mut Joined) -> Ledger {
        let folder = |trouble| unlisted::folder(self.fetcher.atlas, trouble);
        let mut found = self.request.beforehand.clone();
        found.extend(self.fetcher.keys.broken());
        found.extend(survey.trouble.iter().map(folder));
        found.append(&mut all.beside.trouble);
        found.extend(all.unvalidated.iter().map(tail::unvalidated));
        let mut ledger = self.ledgers.open();
        found.into_iter().for_each(|f| self.add(&mut ledger, f));
        self.absences(survey, all, &mut ledger);
        self.gone(survey, all, &mut ledger);
        self.settle(&mut ledger);
        ledger
    }
}
