//! Logs that were written among time that earlier runs of a scheduled check settled: late ones, and ones that somebody
//! added or replaced. They are found by their time of writing, before digests are listed. The window of their chains
//! then begins before them, so they are judged with digests like all other logs.
//!
//! - The logs of `--backfill-grace` before the window are listed, and none is read. That is the time for which
//!   a backfill digest may still come.
//! - Where that cannot be listed, all of it counts as new.
//! - A copy on disk does not keep the times of writing, so this is not done there.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::litter::is_left_out;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::object_key::{KeyRoot, KeyTime, LOG_FOLDER};
use crate::source::{GetError, Listed, ListedFacts, Range, RootId};
use crate::validate::context::Context;
use crate::validate::digests::begins::continued;
use crate::validate::request::Request;
use crate::validate::request::continuation::{Continuation, RememberedDigest};

/// How long before the last check an object may have been written that it did not list: that check took some time,
/// and clocks differ.
const OVERLAP: i64 = 10 * 60;

/// A chain whose settled time is searched for new objects.
struct SettledChain<'a> {
    id: &'a ChainId,
    continuation: &'a Continuation,
    head: &'a RememberedDigest,
    /// The time that is searched.
    time: Window,
    /// Objects that were written from then on are new.
    since: Timestamp,
    /// The time of the oldest new object.
    oldest: Option<Timestamp>,
}

/// Where the windows of some chains of an account and region begin, because objects were written among the logs
/// before them since the last check.
pub(crate) fn earlier_begins(
    context: &Context<'_>,
    (account, region): (&AccountId, &Region),
    places: &[(RootId, KeyRoot)],
) -> BTreeMap<ChainId, Timestamp> {
    let request = context.request;
    if context.fetcher.source.is_copy() || request.only.is_some() {
        return BTreeMap::new();
    }
    let here = continued(request, context.filter)
        .filter(|(id, _)| id.account == *account && id.region == *region);
    let mut chains: Vec<SettledChain<'_>> = here
        .filter_map(|(id, continuation)| SettledChain::of(id, continuation, request))
        .collect();
    for (root, key_root) in places {
        let is_here =
            |chain: &&mut SettledChain<'_>| chain.id.organization == key_root.organization;
        let folder = key_root.folder(account, LOG_FOLDER, region);
        search(
            context,
            (*root, &folder),
            chains.iter_mut().filter(is_here).collect(),
        );
    }
    let begins = chains.iter().filter_map(SettledChain::begin);
    begins.collect()
}

/// Searches the folder of a region for new objects.
fn search(
    context: &Context<'_>,
    (root, folder): (RootId, &str),
    mut chains: Vec<&mut SettledChain<'_>>,
) {
    let times = chains.iter().map(|chain| chain.time);
    let all = times.reduce(|a, b| Window::new(a.from.min(b.from), a.to.max(b.to)));
    let Some(all) = all else { return };
    let mut is_listed = true;
    let mut visit = |listed: Listed<'_>| match listed {
        Listed::Object(key, facts) if !is_left_out(key, facts.size) => {
            let path = key.strip_prefix(folder).unwrap_or(key);
            chains.iter_mut().for_each(|chain| chain.add(path, &facts));
        }
        Listed::Object(..) | Listed::Refused(..) => {}
        Listed::Unlisted(..) => is_listed = false,
    };
    let source = context.fetcher.source;
    match source.list(root, folder, &Range::of_days(folder, all), &mut visit) {
        Ok(requests) => context.fetcher.listed(requests),
        Err(GetError::NotFound) => {}
        Err(_) => is_listed = false,
    }
    if !is_listed {
        let unknown = |chain: &mut &mut SettledChain<'_>| chain.oldest = Some(chain.time.from);
        chains.iter_mut().for_each(unknown);
    }
}

impl<'a> SettledChain<'a> {
    /// `None` if no digest of it was ever proven, because then nothing shows what is among its logs.
    fn of(id: &'a ChainId, continuation: &'a Continuation, request: &Request) -> Option<Self> {
        let Continuation {
            from, looked_at, ..
        } = *continuation;
        // A check has the time of the local clock where that is ahead, and objects have that of AWS.
        let ahead = request.clock_ahead.unwrap_or(0).max(0);
        Some(SettledChain {
            id,
            continuation,
            head: continuation.head.as_ref()?,
            time: Window::new(shift(from, -request.backfill_grace), from),
            since: shift(looked_at, OVERLAP.saturating_add(ahead).saturating_neg()),
            oldest: None,
        })
    }

    /// Adds an object by its path below the folder of the region, if it is new.
    fn add(&mut self, path: &str, facts: &ListedFacts) {
        if facts.modified.is_none_or(|written| written < self.since) {
            return;
        }
        let at = match KeyTime::of(path, &self.time) {
            Some(KeyTime::Minute(at)) => at,
            Some(KeyTime::Span(span)) => span.from,
            None => return,
        };
        self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
    }

    /// Where its window begins, if that is earlier than where the last run left off. The digest of a log may begin
    /// an hour before the minute in the log's name. However many objects are added, that is no more than so long before
    /// the digest that was proven last.
    fn begin(&self) -> Option<(ChainId, Timestamp)> {
        let first = shift(self.head.time.from, -(self.time.seconds() + HOUR));
        let begin = shift(self.oldest?, -HOUR).max(first);
        (begin < self.continuation.from).then(|| (self.id.clone(), begin))
    }
}
