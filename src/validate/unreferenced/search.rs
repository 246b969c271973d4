//! The folders of logs of one account and region, listed while logs are read, against what the
//! proven digests of every trail in them name.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::iter;

use super::candidates::Candidates;
use super::cover::{Cover, LogClass, classify};
use super::references::References;
use super::scan::scan;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::chain::Walk;
use crate::proof::coverage::Spans;
use crate::proof::gap;
use crate::source::{GetError, RootId};
use crate::validate::Context;
use crate::validate::digests::chain::ChainState;
use crate::validate::digests::listing::DigestNames;
use crate::validate::digests::walk::Purpose;
use crate::validate::unreferenced::tally::OtherObjects;

/// A search for logs that no digest names.
pub(crate) struct LogSearch {
    /// One of the chains.
    pub id: ChainId,
    /// The time that they are held against.
    pub time: Window,
    pub covers: Vec<Cover>,
    pub references: References,
    pub folders: Vec<LogFolderListing>,
}

/// One folder of logs.
pub(crate) struct LogFolderListing {
    pub place: (RootId, KeyRoot),
    /// Why it could not be listed, if it could not.
    pub trouble: Option<GetError>,
    /// What is no finding, where there is any.
    pub beside: Option<Box<OtherObjects>>,
    /// What may be one, or lies in gaps.
    pub unnamed: Candidates,
    /// Logs that no digest names beyond those kept.
    pub more: u64,
    /// Whether digests after the window may name some of them.
    pub undecided: bool,
    /// Whether a trail writes here without digests, once it is known.
    pub blind: OnceCell<bool>,
}

impl Context<'_> {
    /// What is to be listed for chains that were walked; nothing where they have no folder.
    pub(crate) fn search(
        &self,
        walked: &mut [ChainState],
        mut siblings: BTreeMap<ChainId, DigestNames>,
        hidden: &Spans,
        mut references: References,
    ) -> Option<Box<LogSearch>> {
        if self.request.only.is_some() {
            return None;
        }
        for proved in walked.iter_mut() {
            for (id, names) in std::mem::take(&mut proved.siblings) {
                siblings.entry(id).or_insert(names);
            }
        }
        siblings.retain(|id, _| !walked.iter().any(|p| p.id == *id));
        let id = walked.first()?.id.clone();
        let places = self.folders(walked);
        let times = walked.iter().map(|p| p.window);
        let time = times.reduce(|a, b| Window::new(a.from.min(b.from), a.to.max(b.to)))?;
        if places.is_empty() || time.is_empty() {
            return None;
        }
        let asked = walked.iter().enumerate();
        let mut covers: Vec<Cover> = asked.map(|(at, p)| Cover::new(Some(at), p)).collect();
        for (id, names) in siblings {
            if names.places().into_iter().any(|p| places.contains(p)) {
                covers.extend(self.cover_of_sibling(&id, names, time, hidden, &mut references));
            }
        }
        references.put_away();
        let folder = |place| LogFolderListing {
            place,
            trouble: None,
            beside: None,
            unnamed: Candidates::default(),
            more: 0,
            undecided: false,
            blind: OnceCell::new(),
        };
        Some(Box::new(LogSearch {
            id,
            time,
            covers,
            references,
            folders: places.into_iter().map(folder).collect(),
        }))
    }

    /// Lists the folders.
    pub(crate) fn list_logs(&self, mut search: Box<LogSearch>) -> Box<LogSearch> {
        let mut folders = std::mem::take(&mut search.folders);
        for folder in &mut folders {
            folder.trouble = self.list_folder(&mut search, folder).err();
            folder.unnamed.put_away(self.unnamed);
        }
        search.folders = folders;
        search
    }

    fn list_folder(
        &self,
        search: &mut LogSearch,
        folder: &mut LogFolderListing,
    ) -> Result<(), GetError> {
        let limits = &self.request.limits;
        let grace = self.request.backfill_grace;
        let time = search.time;
        // What the last digests do not name, those after the window may.
        let late = shift(time.to, -grace).max(time.from);
        let (mut kept, mut kept_late) = (0, 0);
        // Those that were seen among others are added after them.
        let mut counted = OtherObjects::default();
        let place = (&folder.place, &search.id);
        let found = &mut |key: &str, minute| {
            let class = classify(&search.covers, &folder.place, minute, grace);
            if minute >= late && kept_late < limits.unnamed_late {
                kept_late += 1;
                folder.undecided |= matches!(class, LogClass::Undecided);
                return folder.unnamed.add_log(self.unnamed, key);
            }
            let blind = || self.is_blind(&folder.place, &folder.blind, &search.id);
            match class {
                LogClass::InGaps => folder.unnamed.add_in_gaps(self.unnamed, minute),
                LogClass::InOthersGap => counted.others_gap.add(limits, key),
                _ if blind() => counted.without_digests.add(limits, key),
                LogClass::Undecided => counted.undecided.add(limits, key),
                LogClass::Unreferenced if kept < limits.findings_per_code => {
                    kept += 1;
                    folder.unnamed.add_log(self.unnamed, key);
                }
                LogClass::Unreferenced => folder.more += 1,
            }
        };
        let references = &mut search.references;
        let mut beside = OtherObjects::default();
        let listed = scan(self, place, references, time, &mut beside, found);
        beside.add(counted, limits);
        folder.beside = (beside != OtherObjects::default()).then(|| Box::new(beside));
        listed
    }

    /// Whether CloudTrail knows of a trail that writes to a folder without digests; asked once.
    pub(crate) fn is_blind(
        &self,
        place: &(RootId, KeyRoot),
        known: &OnceCell<bool>,
        id: &ChainId,
    ) -> bool {
        *known.get_or_init(|| self.writes_without_digests(place, id))
    }

    /// Whether CloudTrail knows of a trail that writes to a folder, and writes no digests.
    fn writes_without_digests(&self, (root, key_root): &(RootId, KeyRoot), id: &ChainId) -> bool {
        let described = self.trails.map(|trails| trails.described(&id.region));
        let Some(Ok(described)) = described else {
            return false;
        };
        let bucket = self.fetcher.atlas.bucket(*root);
        described.iter().any(|t| {
            let here = t.multi_region || t.arn.home_region == id.region;
            let whose = t.arn.account == id.account || t.organization;
            !t.validation && here && whose && t.writes_to(bucket, key_root)
        })
    }

    /// The places that proven digests were written to, by the names of their buckets. Copies beside
    /// them are none, and so are places of what is not proven.
    fn folders(&self, walked: &[ChainState]) -> Vec<(RootId, KeyRoot)> {
        let atlas = self.fetcher.atlas;
        let written = |proved: &ChainState, (root, key_root): &(RootId, KeyRoot)| {
            let mut here = atlas.recorded(*root, &key_root.to_string()).into_iter();
            let walks = || iter::once(&proved.main).chain(proved.backfill.as_deref());
            here.any(|r| {
                walks().flat_map(|walked| &walked.locations).any(|l| {
                    r.bucket.as_deref().is_none_or(|bucket| bucket == l.bucket)
                        && r.key == l.root.to_string()
                })
            })
        };
        let mut folders: Vec<(RootId, KeyRoot)> = Vec::new();
        for proved in walked {
            for place in proved.names.listed() {
                if written(proved, place) && !folders.contains(place) {
                    folders.push(place.clone());
                }
            }
        }
        // Not by their numbers, which depend on what was opened first.
        folders.sort_by_key(|(root, key_root)| {
            (atlas.bucket(*root).map(str::to_owned), key_root.clone())
        });
        folders
    }

    /// The digests of a chain that was not asked for, walked for the logs that they name.
    fn cover_of_sibling(
        &self,
        id: &ChainId,
        names: DigestNames,
        time: Window,
        hidden: &Spans,
        references: &mut References,
    ) -> Option<Cover> {
        let from = shift(time.from, -HOUR);
        let places = names.places().into_iter().cloned().collect();
        let mut run = self.run(id, names, Some(from), references, Purpose::Naming);
        let scope = |backfill| self.scope(id, backfill, (Some(from), time.to), hidden);
        let main = run.walk(Walk::new(scope(false)), false, time.to);
        let backfill = run.walk(Walk::new(scope(true)), true, time.to);
        // Where it has no proven digests at all it says nothing, and neither does anything that only
        // looks like one of its digests.
        let window = main.paint.verified.bounds()?;
        let gaps = gap::find(window, window.to, &main.accounted, &main.restarts);
        Some(Cover {
            asked: None,
            places,
            window,
            gaps: gaps.into_iter().map(|g| g.time).collect(),
            verified: main.paint.verified,
            unsure: backfill.paint.coloured(),
            restarts: main.restarts,
        })
    }
}
