//! Classifies the remaining logs of one listed folder, once gaps are explained.

use jiff::Timestamp;

use super::candidates::Candidate;
use super::cover::{LogClass, classify};
use super::list::is_without_digests;
use super::scan::temporary;
use super::search::{ListedLogFolder, LogSearch};
use super::tally::OtherObjects;
use crate::cloudtrail::object_key::{KeyRoot, LogObjectKey};
use crate::source::{GetError, RootId};
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;

/// A log that no digest lists, although every digest that could is proven.
pub(super) struct Unreferenced {
    /// The index of the chain that reports it.
    pub chain: usize,
    pub key: String,
    pub minute: Timestamp,
}

/// The logs of one folder that no digest lists.
#[derive(Default)]
pub(super) struct JudgedFolder {
    /// The candidates that are findings.
    pub unreferenced: Vec<Unreferenced>,
    /// How many more of these there are.
    pub more: u64,
    /// The candidates that are not findings.
    pub others: OtherObjects,
    /// Why not all of them could be classified.
    pub trouble: Option<GetError>,
}

/// Classifies the candidates of a folder. Adds each candidate inside a gap to that gap's count in `chains`.
pub(super) fn judge_folder(
    context: &Context<'_>,
    chains: &mut [ChainState],
    search: &mut LogSearch,
    folder: ListedLogFolder,
) -> JudgedFolder {
    let LogSearch {
        id,
        covers,
        references,
        ..
    } = search;
    let mut lookup = references.lookup();
    let mut judged = JudgedFolder {
        more: folder.more,
        ..JudgedFolder::default()
    };
    let place = &folder.place;
    let is_without_digests = || is_without_digests(context, place, id, &folder.without_digests);
    let visited = folder.candidates.for_each(context.candidates, |candidate| {
        let key = match candidate {
            Candidate::InGaps(second, count) => {
                let minute = Timestamp::from_second(second).unwrap_or_default();
                count_in_gaps(chains, place, minute, count);
                return Ok(());
            }
            Candidate::Log(key) => key,
        };
        let Some(name) = LogObjectKey::parse(&key) else {
            return Ok(());
        };
        if folder.undecided {
            let recorded = context.fetcher.places.recorded(place.0, &key);
            if lookup.lists(name.day(), &recorded)? {
                return Ok(());
            }
        }
        let class = classify(covers, place, name.minute, context.request.backfill_grace);
        let limits = &context.request.limits;
        match class {
            LogClass::InGaps => count_in_gaps(chains, place, name.minute, 1),
            LogClass::InOthersGap => judged.others.others_gap.add(limits, key),
            _ if is_without_digests() => judged.others.without_digests.add(limits, key),
            LogClass::Undecided => judged.others.undecided.add(limits, key),
            LogClass::Unreferenced if judged.unreferenced.len() < limits.findings_per_code => {
                judged.unreferenced.push(Unreferenced {
                    chain: reporting_chain(chains, place, name.minute),
                    key,
                    minute: name.minute,
                });
            }
            LogClass::Unreferenced => judged.more += 1,
        }
        Ok(())
    });
    judged.trouble = visited.err().map(|error| temporary(&error));
    judged
}

/// The index of the first chain with digests in a folder whose window holds an instant.
fn reporting_chain(chains: &[ChainState], place: &(RootId, KeyRoot), at: Timestamp) -> usize {
    let reports = |c: &ChainState| {
        let is_inside = c.window.from <= at && at < c.window.to;
        is_inside && c.digests.names.places().contains(&place)
    };
    chains.iter().position(reports).unwrap_or_default()
}

/// Counts logs of one minute in the gaps that hold it, of the chains with digests in a folder.
fn count_in_gaps(
    chains: &mut [ChainState],
    place: &(RootId, KeyRoot),
    minute: Timestamp,
    count: u64,
) {
    let is_here = |c: &&mut ChainState| c.digests.names.places().contains(&place);
    for chain in chains.iter_mut().filter(is_here) {
        for gap in &mut chain.gaps {
            if gap.time.from <= minute && minute < gap.time.to {
                gap.undigested.get_or_insert_default().add(minute, count);
            }
        }
    }
}
