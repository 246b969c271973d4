//! Whether the window holds anything of a chain, and what is reported where it does not.
//!
//! - If it contains nothing of any chain, nothing was found: each chain has that finding.
//! - If it contains something of others, a chain entirely before or after it is a gap like any other,
//!   unless the chain itself was expected.
//! - A chain that continues from a digest that an earlier run proved has that digest, whatever the window holds.

use jiff::Timestamp;

use super::chain_state::ChainState;
use crate::base::time::{HOUR, Window, shift};
use crate::proof::chain::Walked;
use crate::proof::finding::{Code, Finding, Severity};
use crate::proof::look::Look;
use crate::validate::request::Request;

/// What the window holds of all chains together.
#[derive(Clone, Copy)]
pub(super) struct AllInWindow {
    /// It holds nothing of any.
    pub nothing: bool,
}

impl AllInWindow {
    /// Looks at every chain whose logs were checked.
    pub fn of<'c>(mut chains: impl Iterator<Item = &'c ChainState>) -> Self {
        AllInWindow {
            nothing: chains.all(is_nothing),
        }
    }
}

/// Whether the window holds nothing of a chain: no digest meets it, or none covers a proven instant and
/// nothing is known to be wrong or missing either.
pub(super) fn is_nothing(chain: &ChainState) -> bool {
    // Nothing new may be due yet. Time for which something is, is a gap.
    if chain.stands {
        return false;
    }
    let main = &chain.digests.main;
    let window = chain.window;
    let is_outside = main.seen == 0 && !is_bounded(main, window.from, window.to);
    let only_notes = chain.ledger.worst().is_none_or(|s| s == Severity::Note);
    let is_silent = only_notes && chain.gaps.is_empty() && !main.paint.verified.meets(window);
    is_outside || is_silent
}

/// Whether a chain has digests on both sides of the window. A window without a digest is then a gap that
/// is known, not a window in which nothing was found.
fn is_bounded(main: &Walked, from: Timestamp, to: Timestamp) -> bool {
    let first = [
        main.accounted.bounds().map(|b| b.from),
        main.restarts.iter().min().copied(),
    ];
    let begins_before_end = first.into_iter().flatten().any(|first| first < to);
    begins_before_end && main.last_end().is_some_and(|last| from < last)
}

/// The finding on a chain of which the window holds nothing. It met `seen` digests; its first
/// and its last digest have these ends.
pub(super) fn nothing_found(
    (window, seen): (Window, u64),
    ends: Option<(Timestamp, Timestamp)>,
    request: &Request,
) -> Finding {
    let now = request.now;
    let message = if seen == 0 {
        "no digest of this chain is in the window: nothing of the chain is proven"
    } else {
        "no proven digest covers any time of the window: nothing of the chain is proven"
    };
    let finding = Finding::new(Code::NothingFound, message);
    match ends {
        Some((first, last)) if first == last && seen > 0 => {
            finding.hint(match (now, now.and_then(|now| next_due(last, now))) {
                (Some(_), Some(next)) => format!("a starting digest alone covers no time: {next}"),
                (Some(_), None) => {
                    "a starting digest alone covers no time: find out why no other follows it"
                        .into()
                }
                (None, _) => {
                    "a starting digest alone covers no time: copy the digests after it".into()
                }
            })
        }
        Some((_, end)) if is_awaited(end, window, request.look()) => {
            let next = request.look().at.and_then(|at| next_due(end, at));
            finding.hint(match next {
                Some(next) => format!("its last digest ends at {end}: {next}"),
                None => format!("its last digest ends at {end}: the next one may still arrive; run again in an hour"),
            })
        }
        Some((first, last)) => finding.hint(format!(
            "its digests end between {first} and {last}: choose a window that includes this time"
        )),
        None => finding.hint("only backfill digests are present, and those cover no time"),
    }
}

/// Whether the first digest of a window that begins after the last one may still be delivered.
fn is_awaited(last: Timestamp, window: Window, look: Look) -> bool {
    let due = look.due(shift(last, HOUR));
    last <= window.from && look.at.is_some_and(|at| at < due)
}

/// When the digest after one that ends at `last` is due and arrives, as a clause; `None` if that has passed.
pub(super) fn next_due(last: Timestamp, now: Timestamp) -> Option<String> {
    let due = shift(last, HOUR);
    // To the end of its minute.
    let shown = shift(due, 59);
    (due > now).then(|| {
        format!(
            "the next digest is due about {} UTC and arrives about 30 minutes later; run again then",
            shown.strftime("%H:%M")
        )
    })
}
