//! Whether the originals of missing and altered objects survive, in buckets that keep versions.
//!
//! ```text
//!  findings ──> plan: one task per finding, its keys          (plan)
//!                 │
//!                 ├─> the first key of each bucket alone: does it keep versions, may they be listed?
//!                 └─> all others, many at once: list, read, compare             (search)
//!                          │
//!                          └──> Finding::recovery, and sentences on what was not searched
//! ```
//!
//! In: findings that say by what their original is known. Out: the same findings, each with what was found.
//!
//! - Code, severity and verdict stay: the current object is missing or altered whatever survives.
//! - A version is the original if its content has the hash that a proof lists, or if it is a digest whose own
//!   signature verifies for that place and time. What the bucket says of a version proves nothing.
//! - Nothing is requested in a bucket that has never kept versions, or whose versions may not be listed. The latter
//!   is said once. Not being allowed to search is no finding.
//! - The number of keys of a run, and of versions of a key, is bounded. The first findings of the report are
//!   searched, so equal evidence gives equal requests.

mod plan;
mod search;
pub(super) mod state;

use std::collections::BTreeMap;

use rayon::prelude::*;

use self::plan::{FindingAt, SearchPlace, Task};
use self::search::KeyResult;
use self::state::BucketAnswer;
use super::chain_state::{ChainState, Group};
use super::context::Context;
use crate::proof::finding::{Finding, Hint, Recovery, RecoveryOutcome};
use crate::source::RootId;
use crate::source::bundle::layout::original;

/// Searches for the originals of all findings on chains.
pub(super) fn search_chains(context: &Context<'_>, groups: &mut [Group]) {
    let chains = groups.iter_mut().flat_map(|group| &mut group.chains);
    let mut chains: Vec<&mut ChainState> = chains.collect();
    let mut wanted = Vec::new();
    let mut collapsed = 0;
    for (at, chain) in chains.iter().enumerate() {
        let mut number = 0;
        chain.ledger.for_each(|finding| {
            if context.recovery.concerns(finding) || finding.is_archived() {
                wanted.push(((at, number), plan::without_events(finding)));
            }
            collapsed += plan::collapsed(finding);
            number += 1;
        });
    }
    wanted.sort_by_cached_key(|(_, finding)| finding.order());
    let found = search(context, wanted, collapsed);
    for (at, chain) in chains.iter_mut().enumerate() {
        let mut number = 0;
        chain.ledger.amend(|finding| {
            if let Some(recovery) = found.get(&(at, number)) {
                add(context, finding, recovery.clone());
            }
            number += 1;
        });
    }
}

/// Searches for the originals of findings without a chain of their own.
pub(super) fn search_findings(context: &Context<'_>, findings: &mut [Finding]) {
    let wanted = findings.iter().enumerate();
    let wanted = wanted.filter(|(_, finding)| context.recovery.concerns(finding));
    let mut wanted: Vec<_> = wanted
        .map(|(at, f)| ((at, 0), plan::without_events(f)))
        .collect();
    wanted.sort_by_cached_key(|(_, finding)| finding.order());
    for ((at, _), recovery) in search(context, wanted, 0) {
        if let Some(finding) = findings.get_mut(at) {
            add(context, finding, recovery);
        }
    }
}

fn search(
    context: &Context<'_>,
    wanted: Vec<(FindingAt, Finding)>,
    collapsed: u64,
) -> BTreeMap<FindingAt, Recovery> {
    let (archived, missing): (Vec<_>, Vec<_>) =
        wanted.into_iter().partition(|(_, f)| f.is_archived());
    let archived = archived.into_iter();
    let mut found: BTreeMap<FindingAt, Recovery> = archived
        .filter_map(|(at, finding)| Some((at, search::archived(finding)?)))
        .collect();
    let tasks = missing.into_iter();
    let tasks = tasks.filter_map(|(at, finding)| plan::task(context, at, finding));
    let tasks = admit(context, tasks.collect(), collapsed);
    let firsts = first_places(context, &tasks);
    let firsts: BTreeMap<SearchPlace, Option<KeyResult>> = run(context, firsts, |place| {
        let task = tasks.iter().find(|task| task.places.contains(&place));
        let result = task.and_then(|task| first_answer(context, task, &place));
        (place, result)
    });
    let results = run(context, tasks.iter().collect(), |task: &Task| {
        let of_place = |place: &SearchPlace| match firsts.get(place) {
            Some(first) => first.clone(),
            None if context.recovery.is_open(place.root) == Some(true) => {
                Some(search::key(context, task, place).unwrap_or_else(KeyResult::from))
            }
            None => None,
        };
        let keys: Vec<KeyResult> = task.places.iter().filter_map(of_place).collect();
        (task.at, search::combine(task, keys))
    });
    let results: Vec<(FindingAt, Option<Recovery>)> = results;
    let results = results.into_iter();
    found.extend(results.filter_map(|(at, recovery)| Some((at, recovery?))));
    found
}

/// The tasks up to the bound on keys. `collapsed` findings are not searched.
fn admit(context: &Context<'_>, mut tasks: Vec<Task>, collapsed: u64) -> Vec<Task> {
    context.recovery.leave_out(collapsed);
    for task in &mut tasks {
        context.recovery.leave_out(task.left_out);
        let admitted = context.recovery.admit(task.places.len());
        task.left_out += (task.places.len() - admitted) as u64;
        task.places.truncate(admitted);
    }
    tasks.retain(|task| !task.places.is_empty());
    tasks
}

/// Works on the workers of the run, in any order.
fn run<T: Send, R: Send, C: FromIterator<R>>(
    context: &Context<'_>,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync + Send,
) -> C {
    let results: Vec<R> = context
        .pool
        .install(|| items.into_par_iter().map(work).collect());
    results.into_iter().collect()
}

/// The first place in each bucket of which nothing is known yet.
fn first_places(context: &Context<'_>, tasks: &[Task]) -> Vec<SearchPlace> {
    let mut firsts: BTreeMap<RootId, SearchPlace> = BTreeMap::new();
    for place in tasks.iter().flat_map(|task| &task.places) {
        if context.recovery.is_open(place.root).is_none() {
            firsts.entry(place.root).or_insert_with(|| place.clone());
        }
    }
    firsts.into_values().collect()
}

/// Searches the first key of a bucket, and keeps what that shows of the bucket.
fn first_answer(context: &Context<'_>, task: &Task, place: &SearchPlace) -> Option<KeyResult> {
    let (answer, result) = match search::key(context, task, place) {
        Ok(result) => (BucketAnswer::Open, Some(result)),
        Err(search::SearchSkipped::NoVersions) => (BucketAnswer::None, None),
        Err(search::SearchSkipped::Failed(error)) => {
            let why = error.detail();
            (BucketAnswer::Closed(place.bucket.clone(), why), None)
        }
    };
    context.recovery.answered(place.root, answer);
    result
}

/// Adds what was found to a finding. Its code, severity and message stay.
fn add(context: &Context<'_>, finding: &mut Finding, recovery: Recovery) {
    let asks = matches!(
        finding.hint,
        Some(Hint::AskAboutRemoval | Hint::AskAboutWrite)
    );
    let is_read = !finding.is_archived();
    let hint = match recovery.outcome {
        RecoveryOutcome::Survives => match in_bundle(context, &recovery) {
            Some(path) => Some(Hint::KeepOriginal(asks, path)),
            None => Some(Hint::FetchOriginal(asks)),
        },
        RecoveryOutcome::Lost => Some(Hint::NoOriginal(asks)),
        RecoveryOutcome::Archived if is_read => Some(Hint::RestoreOriginal(asks)),
        RecoveryOutcome::Archived | RecoveryOutcome::Unknown => None,
    };
    finding.hint = hint.or(finding.hint.take());
    finding.recovery = Some(Box::new(recovery));
}

/// Where in the bundle that is read the surviving original lies.
fn in_bundle(context: &Context<'_>, recovery: &Recovery) -> Option<String> {
    context.request.prior.bundle?;
    let version = recovery.version.as_ref()?;
    original(&version.bucket, &version.key, version.version_id.as_deref())
}
