//! One chain, from the names of its digests to its proven digests and its gaps.

use jiff::Timestamp;

use super::begins::Begins;
use super::names::{DigestNames, DigestSet, KeptNames};
use super::remembered::{Fate, Remembered};
use super::trail_status::{self, NewestEnd};
use super::walk::{ChainWalk, Purpose, WalkFindings};
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::ChainId;
use crate::proof::chain::Walked;
use crate::proof::coverage::Spans;
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::gap::{self, Gap, GapPlace, Seen};
use crate::validate::chain_state::{ChainDigests, ChainState, CheckedLogs};
use crate::validate::context::Context;
use crate::validate::findings::Ledger;
use crate::validate::outcome::LogTally;
use crate::validate::unreferenced::references::References;

/// A chain whose digests were walked, and what CloudTrail reports of its newest end.
pub(super) struct ProvenChain {
    pub state: ChainState,
    pub end: NewestEnd,
}

/// A chain by the names of its digests.
pub(super) struct ChainToProve<'a> {
    pub id: ChainId,
    pub names: DigestNames,
    /// The digest that it continues from, if an earlier run proved one. It is among the names.
    pub remembered: Option<Remembered<'a>>,
}

/// What became of a chain.
pub(super) enum ChainFate {
    Proven(Box<ProvenChain>),
    /// It had no other digest than the one that an earlier run proved last, and that is missing. The findings on it.
    Vanished(Vec<Finding>),
}

/// Walks a chain and compares its end with the status of its trail. `None` if it has no digest that was
/// listed. Adds the logs that its digests list to `references`.
pub(super) fn prove(
    context: &Context<'_>,
    chain: ChainToProve<'_>,
    (hidden, begins): (&Spans, &Begins<'_>),
    references: &mut References,
) -> Option<ChainFate> {
    let request = context.request;
    let ChainToProve {
        id,
        names,
        remembered,
    } = chain;
    let to = request.to.or(names.newest_end())?;
    let from = begins.of(&id);
    announce_keys(context, &id, &names, (from, to));
    let is_alone = remembered.as_ref().is_some_and(|r| r.is_alone_in(&names));
    let mut walk = ChainWalk::new(context, &id, names, from, references, Purpose::Proof);
    walk.remembered = remembered;
    let mut main = walk.walk(DigestSet::Main, to, hidden);
    let remembered = walk.remembered.take();
    let from = begins.settled(&id, &main);
    walk.from = begins.of_backfill(&id).or(from);
    let mut backfill = walk.walk(DigestSet::Backfill, to, hidden);
    let mut found = walk.finish();
    let ledger = found.ledger.take();
    let mut ledger = ledger.unwrap_or_else(|| context.ledgers.open());
    keep_keys(context, [&mut main, &mut backfill]);

    let window = Window::new(from.unwrap_or(to), to);
    let remembered = remembered.map(|remembered| remembered.settle(context.fetcher));
    if let Some(remembered) = &remembered {
        let findings = remembered.findings(context, window);
        let findings = findings.into_iter().map(|finding| finding.of(&id));
        if is_alone && remembered.fate == Fate::Gone && ledger.worst().is_none() {
            return Some(ChainFate::Vanished(findings.collect()));
        }
        findings.for_each(|finding| context.report(&mut ledger, finding));
        remembered.colour(&mut main);
    }
    if request.is_new(&id) {
        context.report(&mut ledger, new_chain().over(window).of(&id));
    }
    let stands = remembered.is_some_and(|remembered| remembered.stands());
    let walked = (main, backfill, found);
    Some(ChainFate::Proven(Box::new(end_of(
        context,
        (id, window, stands),
        walked,
        ledger,
    ))))
}

/// Compares the end of a chain with the status of its trail, and finds its gaps.
fn end_of(
    context: &Context<'_>,
    (id, window, stands): (ChainId, Window, bool),
    (mut main, backfill, found): (Walked, Walked, WalkFindings),
    mut ledger: Ledger,
) -> ProvenChain {
    let answer = trail_status::look_up(context, &id);
    let mut end = trail_status::check_end(context, &id, &found.names, window, answer);
    for finding in std::mem::take(&mut end.findings) {
        context.report(&mut ledger, finding);
    }
    if let Some(time) = end.missing {
        main.tally.missing += 1;
        main.paint.colour(Severity::Failed, time);
        main.accounted.insert(time);
    }
    let last = main.last_end().unwrap_or(window.from);
    let tail = end.look.tail(last, !end.closed);
    main.paint.pending.insert(tail.pending);
    let mut gaps = gap::find(window, tail, &main.accounted, &main.restarts);
    let is_open = |gap: &&Gap| gap.place == GapPlace::Tail && gap.seen == Seen::InTime;
    if let Some(time) = gaps.iter().find(is_open).map(|gap| gap.time)
        && let Some(finding) = trail_status::unlisted_tail(context, &id, &found.names, time)
    {
        context.report(&mut ledger, finding);
        main.paint.colour(Severity::Unproven, time);
        gaps.retain(|gap| gap.time != time);
    }
    if context.request.continuation(&id).is_some() {
        let began_before = |gap: &&mut Gap| gap.since.is_some_and(|since| since < window.from);
        let tails = gaps.iter_mut().filter(|gap| gap.place == GapPlace::Tail);
        tails.filter(began_before).for_each(Gap::searched_before);
    }
    for gap in &gaps {
        context.observer.found(&gap.finding().of(&id));
    }
    let state = ChainState {
        window,
        stands,
        gaps,
        after: Vec::new(),
        logs: CheckedLogs {
            tally: LogTally {
                unproven: found.misplaced_logs,
                ..LogTally::default()
            },
            ..CheckedLogs::default()
        },
        trail: end.trail.take(),
        ledger,
        home: None,
        complete: found.complete,
        waiting_since: None,
        digests: ChainDigests {
            names: KeptNames::of(found.names),
            siblings: found.siblings,
            main,
            backfill: (!backfill.says_nothing()).then(|| Box::new(backfill)),
            pages: found.pages.keep(context.request.logs, context.manifest),
        },
        id,
    };
    ProvenChain { state, end }
}

/// The note on a chain that no earlier run of a scheduled check saw.
fn new_chain() -> Finding {
    let message = "no earlier run saw this chain: its window begins with its first digest here, or with the window \
                   of the first run";
    let hint = "find out whether the trail, the account or the region is new; if not, its earlier digests are missing";
    Finding::new(Code::ChainNew, message).hint(hint)
}

/// Keeps the keys that proved digests, for the report.
fn keep_keys(context: &Context<'_>, walks: [&mut Walked; 2]) {
    let mut keys = context.keys.lock().unwrap_or_else(|e| e.into_inner());
    for walked in walks {
        keys.append(&mut walked.keys);
    }
}

/// Announces which keys are about to be needed: from an hour before the window, whose first digest may
/// be a starting digest, until backfill digests after it were generated.
pub(crate) fn announce_keys(
    context: &Context<'_>,
    id: &ChainId,
    names: &DigestNames,
    (from, to): (Option<Timestamp>, Timestamp),
) {
    let request = context.request;
    let oldest = names.main.first().or(names.backfill.first());
    let from = from.or(oldest.map(|s| s.end())).unwrap_or(to);
    let late = request.backfill_grace.saturating_add(request.delivery_lag);
    let until = shift(to, late).min(request.look().at.unwrap_or(Timestamp::MAX).max(to));
    let keys = context.fetcher.keys;
    keys.expect(&id.region, (shift(from, -HOUR), until));
}
