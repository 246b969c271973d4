//! Logs that exist and that no digest lists. Nothing proves such a log: it may have been added.
//!
//! The work runs beside the other phases, for one account and region at a time:
//!
//! ```text
//! digests ──> LogSearch::plan    which folders to list; which logs proven digests list (References),
//!                 │              and which time they cover (Cover), those of other trails included
//! logs        LogSearch::list    lists the folders while logs are read; keeps the logs that no digest
//!                 │              lists (Candidates) and counts other objects (OtherObjects)
//! causes ───> judge              once gaps are known: each candidate is in a gap, is a finding, or
//!                                cannot be decided and is counted
//! ```
//!
//! A log is a finding only if every digest that could list it is proven. In a gap, or where a trail
//! without log file validation writes to the same folder, logs without a digest are expected. What cannot
//! be decided is stated in `not_proven`. Memory does not grow with the number of logs: keys and marks
//! move to temporary files, findings and samples are bounded.

mod candidates;
mod cover;
mod judge;
mod list;
pub(crate) mod references;
mod scan;
pub(crate) mod search;
pub mod tally;

use jiff::Timestamp;
use rayon::prelude::*;

use self::judge::{JudgedFolder, Unreferenced, judge_folder};
use self::search::LogSearch;
use self::tally::OtherObjects;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{KeyRoot, LOG_FOLDER};
use crate::proof::coverage::Spans;
use crate::proof::finding::{Code, Finding, ObjectFacts, Severity};
use crate::source::{GetError, RootId};
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;

/// Judges the logs that were listed: reports findings in their chains, and returns the other objects.
/// `None` if the run was interrupted, because the listings may then be incomplete.
pub(crate) fn judge(
    context: &Context<'_>,
    chains: &mut [ChainState],
    mut search: Box<LogSearch>,
    hidden: &Spans,
) -> Option<OtherObjects> {
    if !context.fetcher.lasted() {
        return None;
    }
    let limits = &context.request.limits;
    let mut others = OtherObjects::default();
    for mut folder in std::mem::take(&mut search.listed) {
        let place = folder.place.clone();
        mark_as_searched(chains, &place);
        if let Some(listed) = folder.others.take() {
            others.add(*listed, limits);
        }
        if let Some(error) = &folder.trouble {
            others
                .unlisted
                .push(not_listed(context, (&place, &search.id), error));
            continue;
        }
        if folder.undecided {
            search.extend_beyond_window(context, chains, hidden);
        }
        let JudgedFolder {
            unreferenced,
            more,
            others: judged,
            trouble,
        } = judge_folder(context, chains, &mut search, folder);
        others.add(judged, limits);
        match trouble {
            Some(error) => others.unlisted.push(not_judged(context, &place, &error)),
            None => report(context, chains, &place, unreferenced, more),
        }
    }
    Some(others)
}

/// Starts the counts of the chains with digests in a folder at zero: from now on "none" is known.
fn mark_as_searched(chains: &mut [ChainState], place: &(RootId, KeyRoot)) {
    let is_here = |c: &&mut ChainState| c.digests.names.places().contains(&place);
    for chain in chains.iter_mut().filter(is_here) {
        chain.logs.tally.unreferenced.get_or_insert(0);
        for gap in chain.gaps.iter_mut().filter(|g| !g.time.is_empty()) {
            gap.undigested.get_or_insert_default();
        }
    }
}

/// Adds the unreferenced logs of one folder to their chains, and `more` of them as one finding.
fn report(
    context: &Context<'_>,
    chains: &mut [ChainState],
    (root, _): &(RootId, KeyRoot),
    logs: Vec<Unreferenced>,
    more: u64,
) {
    let facts = |log: &Unreferenced| context.fetcher.facts(*root, &log.key);
    let facts: Vec<ObjectFacts> = context
        .pool
        .install(|| logs.par_iter().map(facts).collect());
    let last = logs.last().map(|log| log.chain);
    let bucket = context.fetcher.places.bucket(*root);
    for (log, object) in logs.iter().zip(facts) {
        let Some(chain) = chains.get_mut(log.chain) else {
            continue;
        };
        let time = hour_of(chain, log.minute);
        let finding = unreferenced(log, bucket, object).over(time).of(&chain.id);
        context.report(&mut chain.ledger, finding);
        chain.logs.paint.colour(Severity::Unproven, time);
        *chain.logs.tally.unreferenced.get_or_insert(0) += 1;
    }
    if let Some(chain) = last.filter(|_| more > 0).and_then(|at| chains.get_mut(at)) {
        let message = "further logs in this folder that no digest names";
        let finding = Finding::new(Code::LogUnreferenced, message).count(more);
        let finding = finding.over(chain.window).of(&chain.id);
        context.report(&mut chain.ledger, finding);
        chain.logs.paint.colour(Severity::Unproven, chain.window);
        *chain.logs.tally.unreferenced.get_or_insert(0) += more;
    }
}

fn unreferenced(log: &Unreferenced, bucket: Option<&str>, object: ObjectFacts) -> Finding {
    let message = "no digest of any trail in this folder names this log, and every digest that \
                   could is proven: nobody vouches for it, and it may have been added";
    let finding = Finding::new(Code::LogUnreferenced, message)
        .hint(
            "see who wrote it (PutObject events on the bucket, when S3 says that it was last \
             modified), and keep readers off it until that is known",
        )
        .at(bucket, &log.key);
    Finding { object, ..finding }
}

/// The log folder of an account and region that could not be listed.
fn not_listed(
    context: &Context<'_>,
    ((root, key_root), id): (&(RootId, KeyRoot), &ChainId),
    error: &GetError,
) -> Finding {
    let message = format!(
        "a folder of logs could not be listed: {}; whether it holds logs that no digest names is not \
         known",
        error.detail()
    );
    let folder = key_root.folder(&id.account, LOG_FOLDER, &id.region);
    Finding::new(Code::SourceUnreadable, message)
        .reason(error.reason())
        .hint(error.reason().hint())
        .at(context.fetcher.places.bucket(*root), &folder)
}

/// A log folder that was listed, whose logs could not be kept until the gaps were known.
fn not_judged(
    context: &Context<'_>,
    (root, key_root): &(RootId, KeyRoot),
    error: &GetError,
) -> Finding {
    let message = format!(
        "the names of the logs in a folder could not be kept: {}; whether it holds logs that no digest \
         names is not known",
        error.detail()
    );
    Finding::new(Code::LogUnreadable, message)
        .reason(error.reason())
        .hint(error.reason().hint())
        .at(context.fetcher.places.bucket(*root), &key_root.to_string())
}

/// The hour of a chain's digests that contains an instant, clipped to the window.
fn hour_of(chain: &ChainState, at: Timestamp) -> Window {
    let phase = chain.digests.names.main.last().map_or(at, |s| s.end());
    let into = (at.as_second() - phase.as_second()).rem_euclid(HOUR);
    let from = shift(at, -into);
    Window::new(from, shift(from, HOUR)).clip(&chain.window)
}
