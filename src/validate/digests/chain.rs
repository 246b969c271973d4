//! One chain, from the names of its digests to its outcome.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::Digest as _;

use super::group::GroupResult;
use super::walk::{ChainWalk, Purpose};
use crate::base::sha256::Sha256;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::proof::chain::{Walk, WalkScope, Walked};
use crate::proof::coverage::{Paint, Spans, State, verified_until};
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::gap::{self, Gap};
use crate::validate::Context;
use crate::validate::digests::listing::DigestNames;
use crate::validate::findings::Ledger;
use crate::validate::logs::manifest::ManifestPage;
use crate::validate::outcome::{ChainOutcome, LogTally, verdict};
use crate::validate::unreferenced::references::References;

/// A chain that was walked, before its outcome is known.
pub(crate) struct ChainState {
    pub id: ChainId,
    pub names: DigestNames,
    /// Other chains in the folders that its links led to.
    pub siblings: BTreeMap<ChainId, DigestNames>,
    pub window: Window,
    pub main: Walked,
    /// Nothing where it has no backfill digests and misses none.
    pub backfill: Option<Box<Walked>>,
    pub gaps: Vec<Gap>,
    pub ledger: Ledger,
    pub logs: LogTally,
    /// What the findings of its logs colour.
    pub by_logs: Paint,
    /// The logs that its proven digests name.
    pub pages: Vec<ManifestPage>,
    /// The same of digests beyond the window.
    pub beyond: Vec<ManifestPage>,
    /// The same of those that only touch it and are told of.
    pub touching: Vec<ManifestPage>,
    /// SHA-256 over its logs, and what became of each.
    pub evidence: sha2::Sha256,
    pub complete: bool,
    /// Its trail, where CloudTrail tells of it.
    pub trail: Option<Box<(TrailConfig, TrailStatus)>>,
    pending_from: Timestamp,
}

impl Context<'_> {
    /// Walks a chain, with what CloudTrail says of it; nothing where no name is that of one of its
    /// digests.
    pub(crate) fn prove(
        &self,
        id: ChainId,
        names: DigestNames,
        hidden: &Spans,
        references: &mut References,
        result: &mut GroupResult,
    ) -> Option<ChainState> {
        let request = self.request;
        let newest = [&names.main, &names.backfill];
        let newest = newest.into_iter().filter_map(|slots| slots.last());
        let to = request.to.or(newest.map(|s| s.end()).max())?;
        self.expect_keys(&id, &names, to);
        let mut run = self.run(&id, names, request.from, references, Purpose::Proof);
        let scope = |backfill, from| self.scope(&id, backfill, (from, to), hidden);
        let mut main = run.walk(Walk::new(scope(false, request.from)), false, to);
        run.from = request.from.or(main.begins);
        let mut backfill = run.walk(Walk::new(scope(true, run.from)), true, to);
        let ChainWalk {
            ledger,
            passed_over,
            pages,
            beyond,
            touching,
            complete,
            names,
            siblings,
            ..
        } = run;

        let mut ledger = ledger.unwrap_or_else(|| self.ledgers.open());
        let mut keys = self.keys.lock().unwrap_or_else(|e| e.into_inner());
        keys.append(&mut main.keys);
        keys.append(&mut backfill.keys);
        drop(keys);
        let window = Window::new(request.from.or(main.begins).unwrap_or(to), to);
        let trail = self.asked(&id, &names, result).map(Box::new);
        let missing = trail
            .as_ref()
            .and_then(|trail| self.tail(&id, &names, window, trail, &mut ledger, result));
        if let Some(time) = missing {
            main.tally.missing += 1;
            main.paint.colour(Severity::Failed, time);
            main.accounted.insert(time);
        }
        let last = main.last_end().unwrap_or(window.from);
        let looked = request.as_of.unwrap_or(to);
        let pending_from = shift(looked, request.delivery_lag.saturating_neg()).max(last);
        let gaps = gap::find(window, pending_from, &main.accounted, &main.restarts);
        for gap in &gaps {
            self.observer.found(&gap.finding().of(&id));
        }
        Some(ChainState {
            window,
            gaps,
            ledger,
            logs: LogTally {
                unproven: passed_over,
                ..LogTally::default()
            },
            by_logs: Paint::default(),
            pages,
            beyond,
            touching,
            evidence: sha2::Sha256::new(),
            pending_from,
            complete,
            trail,
            main,
            backfill: (!backfill.says_nothing()).then(|| Box::new(backfill)),
            names,
            siblings,
            id,
        })
    }

    /// A chain about to be walked.
    pub(crate) fn run<'r>(
        &'r self,
        id: &'r ChainId,
        names: DigestNames,
        from: Option<Timestamp>,
        references: &'r mut References,
        purpose: Purpose,
    ) -> ChainWalk<'r> {
        ChainWalk {
            driver: self,
            id,
            backfill: false,
            names,
            from,
            ledger: (purpose == Purpose::Proof).then(|| self.ledgers.open()),
            passed_over: 0,
            pages: Vec::new(),
            beyond: Vec::new(),
            touching: Vec::new(),
            linked: Vec::new(),
            unlisted: 0,
            complete: true,
            references,
            purpose,
            followed: Vec::new(),
            siblings: BTreeMap::new(),
        }
    }

    /// How far it is walked.
    pub(crate) fn scope(
        &self,
        id: &ChainId,
        backfill: bool,
        (from, to): (Option<Timestamp>, Timestamp),
        hidden: &Spans,
    ) -> WalkScope<'_> {
        WalkScope {
            chain: id.clone(),
            backfill,
            from,
            to,
            keys: self.fetcher.keys,
            // Backfill digests cover no time, so none of theirs is hidden.
            hidden: if backfill {
                Spans::default()
            } else {
                hidden.clone()
            },
            backfill_grace: self.request.backfill_grace,
        }
    }

    /// What came of a chain.
    pub(crate) fn conclude(&self, proved: ChainState, result: &mut GroupResult) {
        let ChainState {
            id,
            names,
            window,
            main,
            backfill,
            gaps,
            mut ledger,
            logs,
            by_logs,
            pending_from,
            evidence,
            complete,
            ..
        } = proved;
        let backfill = backfill.map_or_else(Walked::nothing, |walked| *walked);
        let last = main.last_end().unwrap_or(window.from);
        let mut paint = main.paint;
        paint.add_colours(&backfill.paint);
        paint.add_colours(&by_logs);
        let coverage = paint.settle(window, pending_from);
        for gap in &gaps {
            self.keep(&mut ledger, gap.finding().of(&id));
        }
        let covered = coverage.iter().any(|s| s.state == State::Verified);
        // Between digests on both sides, a window without any is a gap that is known.
        let first = [
            main.accounted.bounds().map(|b| b.from),
            main.restarts.iter().min().copied(),
        ];
        let bounded =
            first.into_iter().flatten().any(|first| first < window.to) && window.from < last;
        if (main.seen == 0 && !bounded)
            || (!covered && ledger.worst().is_none_or(|s| s == Severity::Note))
        {
            let nothing = nothing_in_window(main.seen, &names);
            self.add(&mut ledger, nothing.of(&id).over(window));
        }
        self.settle(&mut ledger);
        let states = coverage.iter().map(|s| s.state);
        let verdict = verdict(ledger.worst(), states, complete);
        let logged = Sha256(evidence.finalize().into());
        let evidence = [main.evidence, backfill.evidence, Some(logged)];
        result.pending.extend(
            coverage
                .iter()
                .filter(|s| s.state == State::Pending)
                .map(|s| (id.clone(), s.time)),
        );
        result.complete &= complete;
        result.ledgers.push(ledger);
        let concluded = Box::new(ChainOutcome {
            window,
            verdict,
            verified_until: verified_until(&coverage),
            locations: main.locations,
            coverage,
            gaps,
            digests: main.tally,
            backfill: backfill.tally,
            logs,
            anchors: main.anchors,
            evidence: seal(evidence),
            id,
        });
        self.observer.concluded(&concluded);
        result.chains.push(concluded);
    }

    /// Says which keys are about to be needed: from an hour before the window, whose first digest may
    /// be a starting digest, until backfill digests after it were generated.
    pub(crate) fn expect_keys(&self, id: &ChainId, names: &DigestNames, to: Timestamp) {
        let request = self.request;
        let oldest = names
            .main
            .first()
            .or(names.backfill.first())
            .map(|s| s.end());
        let from = request.from.or(oldest).unwrap_or(to);
        let late = request.backfill_grace.saturating_add(request.delivery_lag);
        let until = shift(to, late).min(request.as_of.unwrap_or(Timestamp::MAX).max(to));
        self.fetcher
            .keys
            .expect(&id.region, (shift(from, -HOUR), until));
    }
}

/// One hash over several; one that is not there is as zeros.
fn seal(parts: [Option<Sha256>; 3]) -> Sha256 {
    let parts = parts.map(|part| part.map_or([0; 32], |hash| hash.0));
    Sha256::of(parts.as_flattened())
}

fn nothing_in_window(seen: u64, names: &DigestNames) -> Finding {
    let (first, last) = (names.main.first(), names.main.last());
    let message = if seen == 0 {
        "no digest of this chain meets the window: nothing of it is proven"
    } else {
        "no instant of the window is covered by a proven digest: nothing of it is proven"
    };
    let finding = Finding::new(Code::NothingFound, message);
    match (first, last) {
        (Some(first), Some(last)) if first == last && seen > 0 => {
            finding.hint("a starting digest covers no time: copy the digests after it")
        }
        (Some(first), Some(last)) => finding.hint(format!(
            "its digests here end between {} and {}: ask for a window that meets them",
            first.end(),
            last.end()
        )),
        _ => finding.hint("only backfill digests are here, and those cover no time"),
    }
}
