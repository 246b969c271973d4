//! Lists one log folder and reports the objects in it that no proven digest lists.
//!
//! ```text
//!  CloudTrail/REGION/               level: objects here, and folders that are no year
//!  CloudTrail/REGION/YYYY/          level: objects here, and folders that are no month
//!  CloudTrail/REGION/YYYY/MM/       level: objects here, and folders that are no day
//!  CloudTrail/REGION/YYYY/MM/DD/…   the days of the window, in one listing
//! ```
//!
//! The levels above the first and the last day are listed too, because whoever reads the folder of the
//! region reads what lies there. Everything between the first and the last day is in the one listing.

use std::collections::BTreeSet;
use std::io;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::litter::is_left_out;
use super::messages::{not_listed, refused_folder};
use super::references::{ReferenceLookup, References, Whose};
use super::tally::OtherObjects;
use crate::base::error::words;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{KeyRoot, KeyTime, LogKeyParser, time_of_folder};
use crate::proof::finding::Finding;
use crate::source::{GetError, Listed, Range, RootId};
use crate::validate::context::Context;
use crate::validate::digests::listing::is_dated_folder;

/// An object that no proven digest lists.
pub(super) enum Unlisted<'k> {
    /// A log, by its name, and the minute in that name.
    Log(&'k str, Timestamp),
    /// Another object, its time, and what it is if the source refuses to read it.
    Other(&'k str, KeyTime, Option<&'static str>),
}

/// The folder to list, of a root and a kind, and the account and region.
#[derive(Clone, Copy)]
pub(super) struct ScannedFolder<'a> {
    pub place: &'a (RootId, KeyRoot),
    pub kind: &'a str,
    pub id: &'a ChainId,
    /// The time that is searched.
    pub time: Window,
}

/// Calls `found` with every object of some time that no digest in `references` lists. Returns what else the
/// listed part of the folder holds, and why it could not be listed to its end.
pub(super) fn scan(
    context: &Context<'_>,
    scanned: ScannedFolder<'_>,
    references: &mut References,
    found: &mut dyn FnMut(Unlisted<'_>),
) -> (OtherObjects, Result<(), GetError>) {
    let ScannedFolder {
        place: (root, key_root),
        kind,
        id,
        time,
    } = scanned;
    let folder = key_root.folder(&id.account, kind, &id.region);
    let mut scan = Scan {
        context,
        root: *root,
        range: Range::of_days(&folder, time),
        folder,
        time,
        lookup: references.lookup(),
        keys: LogKeyParser::default(),
        others: OtherObjects::default(),
        looked_up: Ok(()),
        odd_folders: 0,
        found,
    };
    let listed = scan.all();
    (scan.others, listed.and(scan.looked_up))
}

fn date(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

struct Scan<'a, 'f> {
    context: &'a Context<'a>,
    root: RootId,
    /// The folder of the region, with its closing slash.
    folder: String,
    time: Window,
    /// The keys of the days.
    range: Range,
    lookup: ReferenceLookup<'a>,
    keys: LogKeyParser,
    others: OtherObjects,
    looked_up: Result<(), GetError>,
    /// Folders that are no year, month or day.
    odd_folders: usize,
    found: &'f mut dyn FnMut(Unlisted<'_>),
}

impl Scan<'_, '_> {
    fn all(&mut self) -> Result<(), GetError> {
        let (folder, range) = (self.folder.clone(), self.range.clone());
        self.list(&folder, &range)?;
        for level in self.levels() {
            self.level(&level)?;
        }
        Ok(())
    }

    /// The folders above the first and the last day.
    fn levels(&self) -> BTreeSet<String> {
        let mut levels = BTreeSet::from([self.folder.clone()]);
        for day in [date(self.time.from), date(self.time.to)] {
            levels.insert(format!("{}{}/", self.folder, day.strftime("%Y")));
            levels.insert(format!("{}{}/", self.folder, day.strftime("%Y/%m")));
        }
        levels
    }

    /// Lists the objects of one level, and the folders in it that are not dated.
    fn level(&mut self, level: &str) -> Result<(), GetError> {
        let source = self.context.fetcher.source;
        let root = self.root;
        let listed = source.folders(root, level, &mut |listed| self.visit_outside(&listed));
        let folders = match listed {
            Ok(folders) => folders,
            Err(GetError::NotFound) => return Ok(()),
            Err(_) if self.is_unlisted(level) => return Ok(()),
            Err(error) => return Err(error),
        };
        self.context.fetcher.listed(folders.requests);
        let depth = level[self.folder.len()..].matches('/').count();
        let odd = folders.names.iter().filter(|name| !is_dated(name, depth));
        for name in odd {
            self.odd_folders += 1;
            if self.odd_folders > self.context.request.limits.odd_folders {
                return Err(too_many_folders());
            }
            self.list_outside(&format!("{level}{name}/"))?;
        }
        match folders.complete {
            true => Ok(()),
            false => Err(too_many_folders()),
        }
    }

    fn list_outside(&mut self, folder: &str) -> Result<(), GetError> {
        let (source, root) = (self.context.fetcher.source, self.root);
        let mut visit = |listed: Listed<'_>| self.visit_outside(&listed);
        let listed = source.list(root, folder, &Range::default(), &mut visit);
        self.count(listed)
    }

    fn list(&mut self, folder: &str, range: &Range) -> Result<(), GetError> {
        let (source, root) = (self.context.fetcher.source, self.root);
        let mut visit = |listed: Listed<'_>| self.visit(&listed);
        let listed = source.list(root, folder, range, &mut visit);
        self.count(listed)
    }

    fn count(&self, listed: Result<u64, GetError>) -> Result<(), GetError> {
        match listed {
            Ok(requests) => {
                self.context.fetcher.listed(requests);
                Ok(())
            }
            Err(GetError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes an object that the listing of the days may have shown already.
    fn visit_outside(&mut self, listed: &Listed<'_>) {
        let (Listed::Object(key, _) | Listed::Refused(key, _) | Listed::Unlisted(key, _)) = listed;
        if !self.range.holds(key) {
            self.visit(listed);
        }
    }

    fn visit(&mut self, listed: &Listed<'_>) {
        let limits = &self.context.request.limits;
        let (key, size, refused) = match *listed {
            Listed::Object(key, facts) => (key, facts.size, None),
            Listed::Refused(key, why) => (key, None, Some(why)),
            Listed::Unlisted(key, error) => return self.unlisted_folder(key, error),
        };
        if self.looked_up.is_err() {
            return;
        }
        if let Some(why) = refused {
            if is_dated_folder(key) && self.others.unlisted.len() < limits.findings_per_code {
                return self.refused_folder(key, why);
            }
            self.others.refused.add(limits, format!("{key} ({why})"));
        }
        match self.keys.minute(key) {
            Some(minute) => self.log(key, minute, refused),
            None if is_left_out(key, size) => self.others.litter.add(limits, key),
            None => self.other(key, refused),
        }
    }

    /// Notes a folder of a year, a month or a day that the source refuses to list.
    fn refused_folder(&mut self, key: &str, why: &'static str) {
        if self.is_searched(key) && !self.is_unlisted(key) {
            let finding = refused_folder(self.context, self.root, key, why);
            self.others.unlisted.push(finding);
        }
    }

    /// Notes a folder that could not be listed.
    fn unlisted_folder(&mut self, key: &str, error: &GetError) {
        let most = self.context.request.limits.findings_per_code;
        let is_left = self.others.unlisted.len() < most;
        if is_left && self.is_searched(key.trim_end_matches('/')) && !self.is_unlisted(key) {
            let finding = not_listed(self.context, self.root, key, error);
            self.others.unlisted.push(finding);
        }
    }

    /// Whether a folder may hold logs of the time that is searched.
    fn is_searched(&self, key: &str) -> bool {
        let time = self.below(key).and_then(time_of_folder);
        time.is_none_or(|time| !time.clip(&self.time).is_empty())
    }

    /// What follows the folder in a key; `None` if the key lies elsewhere, as in a listing that somebody made up.
    fn below<'k>(&self, key: &'k str) -> Option<&'k str> {
        key.strip_prefix(self.folder.as_str())
    }

    /// Whether a folder is known to be one that could not be listed.
    fn is_unlisted(&self, key: &str) -> bool {
        let is_known = |f: &Finding| f.key.as_deref() == Some(key);
        self.others.unlisted.iter().any(is_known)
    }

    fn log(&mut self, key: &str, minute: Timestamp, refused: Option<&'static str>) {
        if minute < self.time.from || minute >= self.time.to {
            return;
        }
        let recorded = self.context.fetcher.places.recorded(self.root, key);
        match self.lookup.log(date(minute), &recorded) {
            Ok(None) => match refused {
                None => (self.found)(Unlisted::Log(key, minute)),
                Some(_) => (self.found)(Unlisted::Other(key, KeyTime::Minute(minute), refused)),
            },
            found => self.listed(key, found),
        }
    }

    fn other(&mut self, key: &str, refused: Option<&'static str>) {
        let time = self
            .below(key)
            .and_then(|name| KeyTime::of(name, &self.time));
        let Some(time) = time else {
            return;
        };
        let recorded = self.context.fetcher.places.recorded(self.root, key);
        match self.lookup.other(&recorded) {
            Ok(None) => (self.found)(Unlisted::Other(key, time, refused)),
            found => self.listed(key, found),
        }
    }

    /// Notes an object that digests list, or why it could not be looked up.
    fn listed(&mut self, key: &str, found: io::Result<Option<Whose>>) {
        match found {
            Ok(Some(Whose::Others)) => {
                let limits = &self.context.request.limits;
                self.others.of_other_trails.add(limits, key);
            }
            Ok(_) => {}
            Err(error) => self.looked_up = Err(temporary(&error)),
        }
    }
}

/// Whether a folder is the year, month or day that is expected below the folder of a region.
fn is_dated(name: &str, depth: usize) -> bool {
    let digits = if depth == 0 { 4 } else { 2 };
    let number = name.parse::<u16>().ok();
    let most = [9999, 12, 31][depth.min(2)];
    let plain = name.len() == digits && name.bytes().all(|b| b.is_ascii_digit());
    plain && number.is_some_and(|n| (1..=most).contains(&n))
}

fn too_many_folders() -> GetError {
    GetError::Io("too many folders that are not years, months or days".into())
}

/// The error of a temporary file.
pub(super) fn temporary(error: &io::Error) -> GetError {
    GetError::Io(words(error))
}
