//! Last phase: each chain gets its coverage and its verdict, and all groups become one outcome.
//!
//! ```text
//!  Group (ChainState…) ──> chains ──> GroupOutcome ┐
//!  Group               ──> chains ──> GroupOutcome ┼─> outcome ──> Outcome ──> view, report
//!  Survey, events, selectors ─────────────────────-┘
//! ```
//!
//! In: all that the other phases found. Out: the [`Outcome`]. Nothing is read here except for what
//! shows which chains are missing.
//!
//! - A verdict is the maximum over findings and coverage, made by one function
//!   ([`outcome::verdict`](super::outcome::verdict)). A chain's verdict takes in every finding about it, also
//!   those that are made here, beside its own ledger. So a chain is final only when all are.
//! - Coverage accounts for every instant of the window.
//! - The order of chains and findings depends on nothing but their content.

use std::collections::{BTreeMap, BTreeSet};

use sha2::Digest as _;

use super::causes::selectors::TrailSelectors;
use super::chain_state::{ChainState, Group, GroupOutcome};
use super::context::Context;
use super::digests::{listing_errors, trail_status};
use super::findings::Ledger;
use super::in_window::{self, AllInWindow};
use super::lookup::comparison::HistoryComparison;
use super::not_proven::{self, NotProvenInput};
use super::outcome::{ChainOutcome, Outcome, Requests, verdict};
use super::recovery;
use super::survey::Survey;
use super::survey::absences::{self, Absences};
use super::unreferenced;
use super::unreferenced::loose::LooseObjects;
use super::unreferenced::search::LogSearch;
use crate::base::cancel::CancelReason;
use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::proof::chain::{Location, Walked};
use crate::proof::changes::TrailChanges;
use crate::proof::coverage::{State, verified_until};
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::gap::{Gap, GapPlace};
use crate::source::GetError;

/// The outcomes of all groups, merged. Judges the logs that no digest lists, now that the gaps are known.
pub(super) fn groups(
    context: &Context<'_>,
    groups: Vec<(Group, Option<Box<LogSearch>>)>,
    loose: &LooseObjects,
) -> GroupOutcome {
    let in_window = AllInWindow::of(groups.iter().flat_map(|(group, _)| &group.chains));
    let outcomes = context.in_parallel(groups, |(group, search)| {
        Box::new(conclude_group(context, group, search, (loose, in_window)))
    });
    let mut all = GroupOutcome::default();
    all.chains.reserve_exact(outcomes.len());
    all.notes.found.reserve_exact(outcomes.len());
    let limits = &context.request.limits;
    outcomes
        .into_iter()
        .for_each(|outcome| all.merge(*outcome, limits));
    all.notes.unrecognised.first.truncate(limits.named);
    all.chains.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    all
}

/// Adds the findings on the objects above the folders of regions.
pub(super) fn with_loose(
    context: &Context<'_>,
    mut all: GroupOutcome,
    loose: LooseObjects,
) -> GroupOutcome {
    let (findings, others) = loose.into_findings(context);
    let limits = &context.request.limits;
    all.others.get_or_insert_default().add(others, limits);
    let mut ledger = context.ledgers.open();
    findings
        .into_iter()
        .for_each(|finding| context.report(&mut ledger, finding));
    context.report_final(&mut ledger);
    all.ledgers.push(ledger);
    all
}

fn conclude_group(
    context: &Context<'_>,
    group: Group,
    search: Option<Box<LogSearch>>,
    (loose, in_window): (&LooseObjects, AllInWindow),
) -> GroupOutcome {
    let Group {
        mut chains,
        hidden,
        ledger,
        notes,
    } = group;
    let mut outcome = GroupOutcome {
        ledgers: ledger.into_iter().collect(),
        notes: *notes,
        ..GroupOutcome::default()
    };
    if let Some(search) = search {
        let others = unreferenced::judge(context, &mut chains, search, &hidden, loose);
        outcome.notes.incomplete |= others.as_ref().is_some_and(|o| !o.unlisted.is_empty());
        outcome.others = others.map(Box::new);
    }
    outcome.chains.reserve_exact(chains.len());
    for state in chains {
        let complete = state.complete;
        outcome.notes.explained.extend(explained_end(&state));
        if !in_window.nothing && in_window::is_nothing(&state) {
            outcome.notes.outside.insert(state.id.clone());
        }
        let (chain, ledger) = conclude_chain(context, state, in_window);
        let pending = chain.coverage.iter().filter(|s| s.state == State::Pending);
        outcome
            .pending
            .extend(pending.map(|s| (chain.id.clone(), s.time)));
        outcome.notes.incomplete |= !complete;
        outcome.ledgers.push(ledger);
        outcome.chains.push(chain);
    }
    outcome
}

/// The time after the last digest of a chain for which a call is the cause that a proven log records.
fn explained_end(state: &ChainState) -> impl Iterator<Item = (ChainId, Window)> {
    let tail = state.gaps.iter().filter(|gap| gap.place == GapPlace::Tail);
    let tail = tail
        .chain(&state.after)
        .filter(|gap| gap.has_proven_cause());
    tail.map(|gap| (state.id.clone(), gap.time))
}

/// The outcome of one chain, and its findings.
fn conclude_chain(
    context: &Context<'_>,
    state: ChainState,
    in_window: AllInWindow,
) -> (Box<ChainOutcome>, Ledger) {
    let has_nothing = in_window::is_nothing(&state);
    let ChainState {
        id,
        window,
        digests,
        mut gaps,
        logs,
        mut ledger,
        complete,
        waiting_since,
        ..
    } = state;
    let main = digests.main;
    let backfill = digests
        .backfill
        .map_or_else(Walked::nothing, |walked| *walked);
    let mut paint = main.paint;
    paint.add_colours(&backfill.paint);
    paint.add_colours(&logs.paint);
    let coverage = paint.settle(window);
    for gap in &gaps {
        context.keep(&mut ledger, gap.finding().of(&id));
    }
    let places = context.fetcher.places;
    for location in not_proven::places::not_named(context.request, places, &main.locations) {
        context.report(&mut ledger, elsewhere(location).of(&id));
    }
    if let Some(finding) = logs.not_copied() {
        context.report(&mut ledger, finding.of(&id));
    }
    let is_expected = || context.request.expects(&id);
    if has_nothing && (in_window.nothing || is_expected()) {
        let nothing =
            in_window::nothing_found((window, main.seen), digests.names.ends(), context.request);
        context.report(&mut ledger, nothing.of(&id).over(window));
    } else if has_nothing && gaps.is_empty() && coverage.is_empty() {
        // Nothing of it was proven, so it is not verified either.
        let gap = Gap::beside(window, &main.accounted, &main.restarts);
        context.report(&mut ledger, gap.finding().of(&id));
        gaps.push(gap);
    }
    context.report_final(&mut ledger);
    let states = coverage.iter().map(|s| s.state);
    let verdict = verdict(ledger.worst(), states, complete);
    let logs_evidence = Sha256(logs.evidence.finalize().into());
    let outcome = Box::new(ChainOutcome {
        window,
        verdict,
        verified_until: verified_until(&coverage),
        locations: main.locations,
        coverage,
        gaps,
        digests: main.tally,
        backfill: backfill.tally,
        logs: logs.tally,
        anchors: main.anchors,
        evidence: combine([main.evidence, backfill.evidence, Some(logs_evidence)]),
        waiting_since,
        id,
    });
    (outcome, ledger)
}

/// The note on digests in a bucket that was not asked for. A link of a proven digest leads there.
fn elsewhere(location: &Location) -> Finding {
    let message = format!(
        "the digests of this time are in bucket {}, which was not given; links in proven digests refer to it",
        location.bucket
    );
    let finding = Finding::new(Code::TrailChanged, message).over(location.time);
    finding
        .at(Some(&location.bucket), &location.root.to_string())
        .hint("find out whether that bucket is yours, and who changed the trail (UpdateTrail)")
}

/// One hash over several. A missing one counts as zeros.
fn combine(parts: [Option<Sha256>; 3]) -> Sha256 {
    let parts = parts.map(|part| part.map_or([0; 32], |hash| hash.0));
    Sha256::of(parts.as_flattened())
}

/// What follows from the calls that were found.
#[derive(Default)]
pub(super) struct FoundCalls {
    /// What is not known about the calls around gaps, in sentences.
    pub around_gaps: Vec<String>,
    /// The calls on the trails.
    pub changes: TrailChanges,
    /// What these leave open, in sentences.
    pub changed_trails: Vec<String>,
}

/// The outcome of the validation.
pub(super) fn outcome(
    context: &Context<'_>,
    survey: &Survey,
    mut all: GroupOutcome,
    calls: &FoundCalls,
    selectors: &TrailSelectors,
    beside: &BTreeSet<String>,
    lookup: Option<HistoryComparison>,
) -> Outcome {
    let request = context.request;
    let ended_by = request.stop.reason();
    let mut others = all.others.take().unwrap_or_default();
    let unlisted = std::mem::take(&mut others.unlisted);
    let Absences {
        findings: absent,
        open,
    } = absences::absences(context, survey, &all);
    let others_found = unlisted.into_iter().chain(absent);
    let (ledger, worst) = findings_without_chain(context, survey, &all, (ended_by, others_found));
    raise(&mut all.chains, &worst);
    all.chains
        .iter()
        .for_each(|c| context.observer.concluded(c));
    let mut ledgers = std::mem::take(&mut all.ledgers);
    ledgers.push(ledger);
    let findings = ledgers.into_iter().flat_map(Ledger::into_findings);
    let mut findings: Vec<Finding> = findings.collect();
    findings.sort_by_cached_key(Finding::order);
    // Two folders of one bucket may both lead to the same finding.
    findings.dedup();
    let complete = survey.trouble.is_empty()
        && survey.beyond.is_empty()
        && !all.notes.incomplete
        && context.fetcher.lasted()
        && context.fetcher.has_all_answers()
        && context.fetcher.source.outages().is_empty()
        && !request.prior.incomplete
        && !selectors.cut_short
        && lookup.as_ref().is_none_or(HistoryComparison::is_complete)
        && ended_by.is_none();
    let chains = all.chains.iter();
    let states = chains.flat_map(|c| c.coverage.iter().map(|s| s.state));
    let worst = findings.iter().map(|f| f.severity).max();
    let verdict = verdict(worst, states, complete);
    let mut keys = context.keys.lock().unwrap_or_else(|e| e.into_inner());
    let not_proven = not_proven::sentences(&NotProvenInput {
        request,
        places: context.fetcher.places,
        survey,
        unrecognised: &all.notes.unrecognised,
        chains: &all.chains,
        pending: &all.pending,
        trail_errors: &all.notes.trail_unknown,
        not_selected: &selectors.sentences,
        others: &others,
        beside,
        keys: (!keys.is_empty()).then(|| context.fetcher.keys.origin()),
        around_gaps: &calls.around_gaps,
        changed_trails: &calls.changed_trails,
        not_compared: &open,
        not_recovered: &context.recovery.sentences(),
        lookup: lookup.as_ref(),
        ended_by,
        changed: context.fetcher.source.changed(),
    });
    let (bytes_read, bytes_hashed) = context.fetcher.bytes();
    Outcome {
        verdict,
        complete,
        from: request.from,
        ended_by,
        chains: all.chains,
        findings,
        keys: std::mem::take(&mut *keys).into_iter().collect(),
        changes: calls.changes.clone(),
        lookup,
        not_proven,
        bytes_read,
        bytes_hashed,
        requests: Requests {
            trails: context.trails.map_or(0, |trails| trails.requests()),
            ..context.fetcher.requests()
        },
    }
}

/// The finding on a run that ended early, whatever it was that it did not get to.
pub(crate) fn ended_early(by: CancelReason) -> Finding {
    let reason = GetError::Cancelled(by).reason();
    let message = format!("{by} ended the run: everything not read before that is unchecked");
    let finding = Finding::new(Code::SourceUnreadable, message);
    finding.reason(reason).hint(reason)
}

/// The worst severity of the findings about each chain.
type WorstOfChains = BTreeMap<ChainId, Severity>;

/// Raises the verdict of each chain to the findings about it that its own ledger does not hold.
fn raise(chains: &mut [Box<ChainOutcome>], worst: &WorstOfChains) {
    if worst.is_empty() {
        return;
    }
    for chain in chains {
        let least = worst.get(&chain.id).map(|severity| severity.verdict());
        chain.verdict = least.into_iter().fold(chain.verdict, Ord::max);
    }
}

/// The findings that the ledger of no chain holds: what could not be read or listed, what was known before,
/// why the run ended early, and `others`, such as on chains that are missing or end early. Also returns the worst of them for each
/// chain, taken before any of them collapse.
fn findings_without_chain(
    context: &Context<'_>,
    survey: &Survey,
    all: &GroupOutcome,
    (ended_by, others): (Option<CancelReason>, impl Iterator<Item = Finding>),
) -> (Ledger, WorstOfChains) {
    let folder = |trouble| listing_errors::folder(context.fetcher.places, trouble);
    // Others of its code and reason collapse into the first, which says more.
    let mut findings = Vec::from_iter(ended_by.map(ended_early));
    findings.extend(context.request.prior.findings.clone());
    findings.extend(context.fetcher.keys.broken());
    findings.extend(survey.trouble.iter().map(folder));
    let (places, limits) = (context.fetcher.places, &context.request.limits);
    let beyond = |(at, beyond): (&_, _)| listing_errors::beyond(places, limits, *at, beyond);
    findings.extend(survey.beyond.iter().map(beyond));
    let outages = context.fetcher.source.outages().into_iter();
    findings.extend(outages.map(|outage| listing_errors::outage(places, outage)));
    let unvalidated = &all.notes.unvalidated;
    findings.extend(unvalidated.iter().map(trail_status::unvalidated));
    findings.extend(others);
    findings.extend(logs_not_read(context, all));
    recovery::search_findings(context, &mut findings);
    let mut worst = WorstOfChains::new();
    for finding in &findings {
        if let Some(id) = &finding.chain {
            let known = worst.entry(id.clone()).or_insert(finding.severity);
            *known = finding.severity.max(*known);
        }
    }
    let mut ledger = context.ledgers.open();
    findings
        .into_iter()
        .for_each(|finding| context.report(&mut ledger, finding));
    context.report_final(&mut ledger);
    (ledger, worst)
}

/// The note on logs that were not read, on request, so that no format is silent about them.
fn logs_not_read(context: &Context<'_>, all: &GroupOutcome) -> Option<Finding> {
    let count: u64 = all.chains.iter().map(|c| c.logs.not_read).sum();
    let message = format!(
        "these logs exist, but were not read (--logs {}): it was not checked whether they are what CloudTrail \
         delivered",
        context.request.logs
    );
    (count > 0).then(|| Finding::new(Code::LogsNotRead, message).count(count))
}
