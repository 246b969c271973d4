//! One chain, from the names of its digests to its proven digests and its gaps.

use jiff::Timestamp;

use super::names::{DigestNames, DigestSet};
use super::trail_status::{self, NewestEnd};
use super::walk::{ChainWalk, Purpose};
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::ChainId;
use crate::proof::chain::Walked;
use crate::proof::coverage::Spans;
use crate::proof::finding::Severity;
use crate::proof::gap::{self, Gap, GapPlace, Seen};
use crate::validate::chain_state::{ChainDigests, ChainState, CheckedLogs};
use crate::validate::context::Context;
use crate::validate::outcome::LogTally;
use crate::validate::unreferenced::references::References;

/// A chain whose digests were walked, and what CloudTrail reports of its newest end.
pub(super) struct ProvenChain {
    pub state: ChainState,
    pub end: NewestEnd,
}

/// Walks a chain and compares its end with the status of its trail. `None` if it has no digest that was
/// listed. Adds the logs that its digests list to `references`.
pub(super) fn prove(
    context: &Context<'_>,
    id: ChainId,
    names: DigestNames,
    hidden: &Spans,
    references: &mut References,
) -> Option<ProvenChain> {
    let request = context.request;
    let to = request.to.or(names.newest_end())?;
    announce_keys(context, &id, &names, to);
    let mut walk = ChainWalk::new(
        context,
        &id,
        names,
        request.from,
        references,
        Purpose::Proof,
    );
    let mut main = walk.walk(DigestSet::Main, to, hidden);
    walk.from = request.from.or(main.begins);
    let mut backfill = walk.walk(DigestSet::Backfill, to, hidden);
    let found = walk.finish();
    let mut ledger = found.ledger.unwrap_or_else(|| context.ledgers.open());
    keep_keys(context, [&mut main, &mut backfill]);

    let window = Window::new(request.from.or(main.begins).unwrap_or(to), to);
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
    for gap in &gaps {
        context.observer.found(&gap.finding().of(&id));
    }
    let state = ChainState {
        window,
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
        digests: ChainDigests {
            names: found.names,
            siblings: found.siblings,
            main,
            backfill: (!backfill.says_nothing()).then(|| Box::new(backfill)),
            pages: found.pages,
        },
        id,
    };
    Some(ProvenChain { state, end })
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
    to: Timestamp,
) {
    let request = context.request;
    let oldest = names.main.first().or(names.backfill.first());
    let from = request.from.or(oldest.map(|s| s.end())).unwrap_or(to);
    let late = request.backfill_grace.saturating_add(request.delivery_lag);
    let until = shift(to, late).min(request.look().at.unwrap_or(Timestamp::MAX).max(to));
    let keys = context.fetcher.keys;
    keys.expect(&id.region, (shift(from, -HOUR), until));
}
