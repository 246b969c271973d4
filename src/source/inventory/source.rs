//! Buckets whose listings of older logs come from an inventory.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::region_folder::RegionFolder;
use super::sorted::SortedRows;
use crate::base::error::words;
use crate::proof::finding::ObjectFacts;
use crate::source::bucket_record::SettingState;
use crate::source::{
    Folders, GetError, Listed, Outage, Range, Root, RootId, Source, SourceObject, Versions,
};

/// How many days before an inventory was written are listed in S3: what was written shortly before may not be in it
/// (user guide of S3, "Cataloging and analyzing your data with S3 Inventory": consistency).
pub const DAYS_LISTED: i64 = 2;

/// The inventory of one bucket.
pub struct InventoryListing {
    /// Its rows.
    pub rows: SortedRows,
    /// When S3 began to write it.
    pub created: Timestamp,
}

impl InventoryListing {
    /// The first day that is listed in S3.
    pub fn first_listed(&self) -> Date {
        let created = TimeZone::UTC.to_datetime(self.created).date();
        created.saturating_sub(DAYS_LISTED.days())
    }

    /// Objects written before are in the inventory.
    pub(super) fn settled(&self) -> Timestamp {
        let first = self.first_listed().at(0, 0, 0, 0);
        TimeZone::UTC.to_timestamp(first).unwrap_or(Timestamp::MIN)
    }

    /// The last text before the keys that are listed in S3, if a prefix is one of logs and some keys below it may be
    /// taken from the inventory.
    fn end_below(&self, prefix: &str) -> Option<String> {
        let folder = RegionFolder::of(prefix).filter(|folder| !folder.of_digests)?;
        let end = folder.day(self.first_listed());
        (prefix < end.as_str()).then_some(end)
    }
}

/// Buckets, some of which have an inventory.
pub struct InventorySource {
    source: Box<dyn Source>,
    listings: Vec<(RootId, InventoryListing)>,
}

impl InventorySource {
    /// Lists older logs of some roots by their inventories.
    pub fn new(source: Box<dyn Source>, listings: Vec<(RootId, InventoryListing)>) -> Self {
        InventorySource { source, listings }
    }

    fn listing(&self, root: RootId) -> Option<&InventoryListing> {
        let mut listings = self.listings.iter();
        let (_, listing) = listings.find(|(of, _)| *of == root)?;
        Some(listing)
    }
}

impl Source for InventorySource {
    fn roots(&self) -> Vec<Root> {
        self.source.roots()
    }

    fn open(&self, bucket: &str) -> Option<RootId> {
        self.source.open(bucket)
    }

    fn best_at_once(&self) -> usize {
        self.source.best_at_once()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        self.source.folders(root, prefix, other)
    }

    fn holds_any(&self, root: RootId, folder: &str) -> bool {
        self.source.holds_any(root, folder)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let listing = self.listing(root);
        let Some((listing, end)) = listing.and_then(|of| Some((of, of.end_below(prefix)?))) else {
            return self.source.list(root, prefix, range, visit);
        };
        let mut is_empty = true;
        let read = listing.rows.visit(prefix, range, &mut |row| {
            let is_older = row.key <= end.as_str();
            if is_older {
                is_empty = false;
                visit(Listed::Object(row.key, row.facts));
            }
            is_older
        });
        read.map_err(|e| GetError::Io(words(&e)))?;
        let after = range.after.as_deref();
        if is_empty || after.is_some_and(|after| after >= end.as_str()) {
            return self.source.list(root, prefix, range, visit);
        }
        let is_all = range
            .before
            .as_deref()
            .is_some_and(|before| before <= end.as_str());
        if is_all || !end.starts_with(prefix) {
            return Ok(0);
        }
        let newer = Range {
            after: Some(end),
            before: range.before.clone(),
        };
        match self.source.list(root, prefix, &newer, visit) {
            Err(GetError::NotFound) => Ok(0),
            listed => listed,
        }
    }

    fn look_up(&self, root: RootId, key: &str) -> Option<Result<Option<u64>, GetError>> {
        self.source.look_up(root, key)
    }

    fn still_exists(&self, root: RootId, key: &str) -> Option<Result<(), GetError>> {
        let folder = &key[..=key.rfind('/')?];
        let end = self.listing(root)?.end_below(folder)?;
        (key <= end.as_str()).then(|| self.source.stat(root, key).map(|_| ()))
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        self.source.get(root, key, with_metadata)
    }

    fn get_again(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        self.source.get_again(root, key, with_metadata)
    }

    fn versions(&self, root: RootId, key: &str) -> Option<Result<Versions, GetError>> {
        self.source.versions(root, key)
    }

    fn get_version(
        &self,
        root: RootId,
        key: &str,
        version_id: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        self.source
            .get_version(root, key, version_id, with_metadata)
    }

    fn lifecycle(&self, root: RootId) -> Option<SettingState> {
        self.source.lifecycle(root)
    }

    fn changed(&self) -> Option<String> {
        self.source.changed()
    }

    fn outages(&self) -> Vec<(RootId, Outage)> {
        self.source.outages()
    }

    fn is_copy(&self) -> bool {
        self.source.is_copy()
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        self.source.stat(root, key)
    }
}
