//! What to search the log folders of one account and region for, and in which folders.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use jiff::Timestamp;

use super::candidates::Candidates;
use super::cover::Cover;
use super::excuse::Excuses;
use super::references::{References, Whose};
use super::tally::OtherObjects;
use super::waiting::Waiting;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::chain::Walked;
use crate::proof::coverage::Spans;
use crate::proof::gap;
use crate::proof::look::Tail;
use crate::source::places::Places;
use crate::source::{GetError, RootId};
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;
use crate::validate::digests::names::{DigestNames, DigestSet, KeptNames};
use crate::validate::digests::walk::{ChainWalk, Purpose};

/// A search for logs that no digest lists, in the log folders of one account and region.
pub(crate) struct LogSearch {
    /// A chain of the account and region.
    pub(super) id: ChainId,
    /// The windows of the requested chains together.
    pub(super) time: Window,
    pub(super) covers: Vec<Cover>,
    pub(super) references: References,
    /// The digests after the window of the chains that were not requested, by their covers.
    later: Vec<(usize, DigestNames)>,
    /// Folders to list.
    pub(super) places: Vec<(RootId, KeyRoot)>,
    /// Folders that were listed.
    pub(super) listed: Vec<ListedLogFolder>,
    /// Objects that could not be judged.
    pub(super) waiting: Waiting,
}

/// One log folder that was listed.
pub(super) struct ListedLogFolder {
    pub folder: LogFolderPlace,
    /// Why the folder could not be listed to its end.
    pub trouble: Option<GetError>,
    /// Objects that are not findings. Boxed, and `None` if there are none: thousands of folders wait.
    pub others: Option<Box<OtherObjects>>,
    /// Logs that no digest lists and that may be findings or are in gaps.
    pub candidates: Candidates,
    /// Unreferenced logs beyond those kept in `candidates`.
    pub more: u64,
    /// Whether digests after the window may list some of the candidates.
    pub undecided: bool,
    /// When trails without digests logged to it.
    pub excuses: Excuses,
}

/// The folders of one kind under the account folders of one root, such as `CloudTrail`.
pub(super) struct LogFolderPlace {
    pub place: (RootId, KeyRoot),
    /// The name of the folder under the account.
    pub kind: String,
}

impl LogFolderPlace {
    /// The folder of a chain's account and region, with its closing slash.
    pub fn region_folder(&self, id: &ChainId) -> String {
        let (_, key_root) = &self.place;
        key_root.folder(&id.account, &self.kind, &id.region)
    }
}

impl LogSearch {
    /// Plans the search once all digests are walked; `None` where there is nothing to search. Digests of
    /// trails that were not requested (`siblings`) list logs in the same folders, so they are walked
    /// here as well.
    pub fn plan(
        context: &Context<'_>,
        chains: &mut [ChainState],
        mut siblings: BTreeMap<ChainId, DigestNames>,
        hidden: &Spans,
        references: References,
    ) -> Option<Box<Self>> {
        if context.request.only.is_some() {
            return None;
        }
        for chain in chains.iter_mut() {
            for (id, names) in std::mem::take(&mut chain.digests.siblings) {
                siblings.entry(id).or_insert(names);
            }
        }
        siblings.retain(|id, names| {
            let kin = chains.iter().filter(|c| c.id.is_called_like(id));
            kin.for_each(|chain| chain.digests.names.take_from(names));
            !names.is_empty() && !chains.iter().any(|c| c.id == *id)
        });
        let places = log_folders(context.fetcher.places, chains);
        let windows = chains.iter().map(|c| c.window);
        let time = windows.reduce(|a, b| Window::new(a.from.min(b.from), a.to.max(b.to)))?;
        if places.is_empty() || time.is_empty() {
            return None;
        }
        let requested = chains.iter().enumerate();
        let mut search = Box::new(LogSearch {
            id: chains.first()?.id.clone(),
            time,
            covers: requested.map(|(at, c)| Cover::requested(at, c)).collect(),
            references,
            later: Vec::new(),
            places,
            listed: Vec::new(),
            waiting: Waiting::default(),
        });
        search.references.of(Whose::Others);
        for chain in chains.iter_mut() {
            search.add_earlier(context, chain, hidden);
        }
        for (id, names) in siblings {
            if names.places().iter().any(|p| search.places.contains(p)) {
                search.add_sibling(context, &id, names, hidden);
            }
        }
        // A folder of digests that could not be listed may hold a backfill digest that lists more logs.
        for cover in &mut search.covers {
            hidden.iter().for_each(|time| cover.unsure.insert(time));
        }
        search.references.write_out();
        Some(search)
    }

    /// Walks the digests of a chain that was not requested, for the logs that they list.
    fn add_sibling(
        &mut self,
        context: &Context<'_>,
        id: &ChainId,
        names: DigestNames,
        hidden: &Spans,
    ) {
        let from = shift(self.time.from, -HOUR);
        let span = Window::new(from, self.time.to);
        let places = names.places().into_iter().cloned().collect();
        let references = &mut self.references;
        let (names, main, backfill) = walk_for_logs(context, id, names, span, hidden, references);
        let grace = context.request.backfill_grace.max(HOUR);
        let later = names.within(Window::new(self.time.to, shift(self.time.to, grace)));
        let cover = self.covers.len();
        if self.add_beside((id, places), main, &backfill) && later.newest_end().is_some() {
            self.later.push((cover, later));
        }
    }

    /// Walks the digests of a requested chain before its window, as far as the window of another chain reaches:
    /// both list logs in the same folders.
    fn add_earlier(&mut self, context: &Context<'_>, chain: &mut ChainState, hidden: &Spans) {
        let span = Window::new(shift(self.time.from, -HOUR), chain.window.from);
        // The digest before its window was read.
        if span.seconds() <= 2 * HOUR {
            return;
        }
        let places = chain.digests.names.places().cloned().collect();
        let names = chain.digests.names.take();
        let references = &mut self.references;
        let (names, main, backfill) =
            walk_for_logs(context, &chain.id, names, span, hidden, references);
        chain.digests.names = KeptNames::of(names);
        self.add_beside((&chain.id, places), main, &backfill);
    }

    /// Adds what digests beside those of the requested windows show. Returns whether they show anything.
    fn add_beside(
        &mut self,
        (id, places): (&ChainId, Vec<(RootId, KeyRoot)>),
        main: Walked,
        backfill: &Walked,
    ) -> bool {
        // Without a proven digest the chain shows nothing: objects that only look like digests do not
        // count.
        let Some(window) = main.paint.verified.bounds() else {
            return false;
        };
        let gaps = gap::find(window, Tail::closed(), &main.accounted, &main.restarts);
        self.covers.push(Cover {
            id: id.clone(),
            requested: None,
            places,
            window,
            read_to: window.to,
            gaps: gaps.into_iter().map(|g| g.time).collect(),
            coloured: main.paint.coloured(),
            verified: main.paint.verified,
            unsure: backfill.paint.coloured(),
            restarts: main.restarts,
            phase: None,
        });
        true
    }

    /// The folders beside the logs whose files the digests list.
    pub fn beside(&self) -> &BTreeSet<String> {
        self.references.beside()
    }

    /// When the source was in the state that is judged: now, if it is read where CloudTrail writes to; else at
    /// the time given, or at the end of the window. A proven digest that ends later shows that it was later.
    pub fn as_of(&self, context: &Context<'_>) -> Timestamp {
        let given = context.request.look().at.unwrap_or(self.time.to);
        let proven = self.covers.iter().filter_map(|c| c.verified.bounds());
        proven.map(|span| span.to).fold(given, Ord::max)
    }

    /// Walks the digests of all chains after the window: they may list logs of its last hours.
    pub fn extend_beyond_window(
        &mut self,
        context: &Context<'_>,
        chains: &mut [ChainState],
        hidden: &Spans,
    ) {
        let from = self.time.to;
        let to = shift(from, context.request.backfill_grace);
        let span = Window { from, to };
        let references = &mut self.references;
        references.of(Whose::Others);
        for (at, names) in std::mem::take(&mut self.later) {
            if let Some(cover) = self.covers.get_mut(at) {
                let id = cover.id.clone();
                let (_, main, backfill) =
                    walk_for_logs(context, &id, names, span, hidden, references);
                cover.extend(&main, &backfill, to);
            }
        }
        references.of(Whose::Requested);
        for cover in &mut self.covers {
            let Some(chain) = cover.requested.and_then(|at| chains.get_mut(at)) else {
                continue;
            };
            let ends = chain.digests.names.ends();
            if ends.is_none_or(|(_, last)| last <= from) {
                continue;
            }
            let names = chain.digests.names.take();
            let (names, main, backfill) =
                walk_for_logs(context, &chain.id, names, span, hidden, references);
            chain.digests.names = KeptNames::of(names);
            cover.extend(&main, &backfill, to);
        }
    }
}

/// Walks the digests of a chain and its backfill digests, only to learn which logs they list: these are
/// added to `references`, and nothing is reported.
fn walk_for_logs(
    context: &Context<'_>,
    id: &ChainId,
    names: DigestNames,
    Window { from, to }: Window,
    hidden: &Spans,
    references: &mut References,
) -> (DigestNames, Walked, Walked) {
    let from = Some(from);
    let mut walk = ChainWalk::new(context, id, names, from, references, Purpose::References);
    let main = walk.walk(DigestSet::Main, to, hidden);
    let backfill = walk.walk(DigestSet::Backfill, to, hidden);
    (walk.finish().names, main, backfill)
}

/// The folders that proven digests were written to, by the names of their buckets. Copies elsewhere do
/// not count, and neither do folders without a proven digest.
fn log_folders(places: &Places, chains: &[ChainState]) -> Vec<(RootId, KeyRoot)> {
    let is_recorded = |chain: &ChainState, (root, key_root): &(RootId, KeyRoot)| {
        let mut recorded = places.recorded(*root, &key_root.to_string()).into_iter();
        let walks = || iter::once(&chain.digests.main).chain(chain.digests.backfill.as_deref());
        recorded.any(|r| {
            walks().flat_map(|walked| &walked.locations).any(|l| {
                r.bucket.as_deref().is_none_or(|bucket| bucket == l.bucket)
                    && r.key == l.root.to_string()
            })
        })
    };
    let mut folders: Vec<(RootId, KeyRoot)> = Vec::new();
    for chain in chains {
        for place in chain.digests.names.listed() {
            if is_recorded(chain, place) && !folders.contains(place) {
                folders.push(place.clone());
            }
        }
    }
    // Sorted by name: ids depend on which bucket was opened first.
    folders.sort_by_key(|(root, key_root)| {
        (places.bucket(*root).map(str::to_owned), key_root.clone())
    });
    folders
}
