//! Objects that exist among the logs and that no digest lists. Nothing proves such an object: it may have been
//! added. Readers such as Athena take in all that lies in a folder, so its name does not matter.
//!
//! The work runs beside the other phases, for one account and region at a time:
//!
//! ```text
//! digests     peek               only in a scheduled check: logs that were written since the last one
//!         ──> LogSearch::plan    which folders to list; which logs proven digests list (References),
//!                 │              and which time they cover (Cover), those of other trails included
//! logs        LogSearch::list    lists the folders while logs are read (scan); keeps what no digest
//!                 │              lists (Candidates) and counts other objects (OtherObjects)
//! causes ───> judge              once gaps are known: each candidate is in a gap, is a finding, or
//!                 │              is counted
//!             report             findings (messages), and the time that they colour
//! ```
//!
//! - An object in verified time that no digest lists is a finding, unless a later digest may still list it
//!   (`--backfill-grace`), a trail without digests wrote logs there at that minute (excuse), or readers leave
//!   it out (litter). Whose unproven digests could list it is said, and excuses nothing.
//! - In time that is not verified anyway it is counted: in the gap, or in `not_proven`.
//! - The oldest object of a chain that is not judged yet is kept (waiting): a scheduled check reads from there.
//! - Objects above the folders of regions belong to no chain (loose).
//! - Memory does not grow with the number of objects: keys and marks move to temporary files, findings and
//!   samples are bounded.

mod candidates;
mod cover;
mod excuse;
mod judge;
mod list;
mod litter;
pub(crate) mod loose;
mod messages;
pub(crate) mod peek;
pub(crate) mod references;
mod report;
mod scan;
mod scan_results;
pub(crate) mod search;
pub mod tally;
mod waiting;

use std::collections::BTreeSet;

use self::judge::{JudgedFolder, judge_folder};
use self::loose::LooseObjects;
use self::search::LogSearch;
use self::tally::OtherObjects;
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::coverage::Spans;
use crate::source::RootId;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;

/// The folders beside the logs, such as `CloudTrail-Insight`, whose files some digest lists.
pub(crate) fn beside<'s>(
    searches: impl Iterator<Item = &'s Option<Box<LogSearch>>>,
) -> BTreeSet<String> {
    let searches = searches.flatten();
    searches
        .flat_map(|search| search.beside().iter().cloned())
        .collect()
}

/// Judges the objects that were listed: reports findings in their chains, and returns the other objects.
/// `None` if the run was interrupted, because the listings may then be incomplete.
pub(crate) fn judge(
    context: &Context<'_>,
    chains: &mut [ChainState],
    mut search: Box<LogSearch>,
    hidden: &Spans,
    loose: &LooseObjects,
) -> Option<OtherObjects> {
    if !context.fetcher.lasted() {
        let unjudged = |chain: &mut ChainState| chain.waiting_since = Some(chain.window.from);
        chains.iter_mut().for_each(unjudged);
        return None;
    }
    let limits = &context.request.limits;
    let mut others = OtherObjects::default();
    loose.colour(chains, &search.covers, &search.time);
    for mut listed in std::mem::take(&mut search.listed) {
        let place = listed.folder.place.clone();
        let folder = listed.folder.region_folder(&search.id);
        mark_as_searched(chains, &place);
        if let Some(listed) = listed.others.take() {
            if !listed.unlisted.is_empty() {
                search.waiting.add_folder(&search.covers, &place);
            }
            others.add(*listed, limits);
        }
        if let Some(error) = &listed.trouble {
            search.waiting.add_folder(&search.covers, &place);
            others
                .unlisted
                .push(messages::not_listed(context, place.0, &folder, error));
            continue;
        }
        if listed.undecided {
            search.extend_beyond_window(context, chains, hidden);
        }
        let JudgedFolder {
            unreferenced,
            more,
            others: judged,
            trouble,
        } = judge_folder(context, chains, &mut search, listed);
        others.add(judged, limits);
        match trouble {
            Some(error) => {
                search.waiting.add_folder(&search.covers, &place);
                others
                    .unlisted
                    .push(messages::not_judged(context, place.0, &folder, &error));
            }
            None => report::report(context, chains, &search.covers, &place, unreferenced, more),
        }
    }
    for (index, chain) in chains.iter_mut().enumerate() {
        chain.waiting_since = search.waiting.since(index);
    }
    Some(others)
}

/// Starts the counts of the chains with digests in a folder at zero: from now on "none" is known.
fn mark_as_searched(chains: &mut [ChainState], place: &(RootId, KeyRoot)) {
    let is_here = |c: &&mut ChainState| c.digests.names.has_place(place);
    for chain in chains.iter_mut().filter(is_here) {
        chain.logs.tally.unreferenced.get_or_insert(0);
        for gap in chain.gaps.iter_mut().filter(|g| !g.time.is_empty()) {
            gap.undigested.get_or_insert_default();
        }
    }
}
