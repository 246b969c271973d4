//! Second phase: the digests of every chain are listed, read, proven and linked.
//!
//! ```text
//!  Survey ──> check       a copy has no proven digest after --as-of    (as_of)
//!               │
//!             list        names of digests, per chain                  (listing)
//!               │
//!               ├─> fetch ahead, newest first ─> place, link, prove    (walk, place, links)
//!               │       one chain after another                        (chain)
//!               └─> compare with GetTrailStatus                        (trail_status)
//!                       │
//!                       └──> Group: a ChainState per chain ──> logs, causes, unreferenced, conclude
//! ```
//!
//! In: the folders of the survey. Out: one `Group` per account and region, whose chains know their
//! proven digests, their gaps and their findings so far; and the plan of what to search the log folders
//! for. The rules of proof and linking are in [`crate::proof::chain`]; this phase only feeds them.
//!
//! - All digests are walked before the first log is read. A broken chain is therefore reported early,
//!   and it is known around which gaps to search for events.
//! - Digests are placed newest first, whatever order the answers come in. The result depends neither on
//!   the number of workers nor on what was fetched ahead.
//! - A link of a proven digest is followed to other prefixes and buckets (user guide, "Custom
//!   implementations of CloudTrail log file integrity validation").
//! - Memory holds some fifty bytes per digest of the chains that are being walked. Of a walked chain, the names
//!   are kept as runs of even distances, and the lists of logs and of their pages go to the manifest.

pub(super) mod as_of;
mod batch;
pub(crate) mod begins;
pub(crate) mod chain;
mod group;
mod lifecycle;
mod links;
pub mod listing;
pub mod listing_errors;
mod listing_range;
pub mod names;
mod place;
pub(crate) mod range;
pub(in crate::validate) mod remembered;
mod state_mismatch;
pub(crate) mod trail_status;
pub(crate) mod walk;

use std::collections::BTreeSet;

use super::chain_state::Group;
use super::context::Context;
use super::observer::Step;
use super::survey::Survey;
use super::unreferenced::search::LogSearch;
use crate::cloudtrail::ids::Region;
use crate::proof::chain::Walked;

/// Walks the chains of all accounts and regions. Returns the groups in the order of the survey, each
/// with the plan for its log folders.
pub(super) fn walk_groups(
    context: &Context<'_>,
    survey: &Survey,
) -> Vec<(Group, Option<Box<LogSearch>>)> {
    context
        .observer
        .step(Step::FoldersFound(survey.groups.len() as u64));
    context.in_parallel(survey.groups.iter().collect(), |(id, places)| {
        let (account, region) = id;
        match context.division.has(account, region) {
            true => group::walk(context, id, places, &survey.members),
            false => (group::overview(context, id, places, &survey.members), None),
        }
    })
}

/// Decides what digests are whose keys AWS does not know: forged, where its answer fits any digest of the
/// region; else the answer itself is in doubt, and they are unproven.
pub(super) fn settle_unknown_keys(context: &Context<'_>, groups: &mut [Group]) {
    let fits = |walked: &Walked| walked.fits_keys;
    let mut regions: BTreeSet<Region> = BTreeSet::new();
    for chain in groups.iter().flat_map(|group| &group.chains) {
        let backfill = chain.digests.backfill.as_deref();
        if fits(&chain.digests.main) || backfill.is_some_and(fits) {
            regions.insert(chain.id.region.clone());
        }
    }
    for chain in groups.iter_mut().flat_map(|group| &mut group.chains) {
        let fits = regions.contains(&chain.id.region);
        let digests = &mut chain.digests;
        let walks = std::iter::once(&mut digests.main).chain(digests.backfill.as_deref_mut());
        for finding in walks.flat_map(|walked| walked.settle_unknown_keys(fits)) {
            context.report(&mut chain.ledger, finding);
        }
    }
}
