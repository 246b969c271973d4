//! Compares a random sample of an inventory with S3. Which part is compared is drawn after the inventory was read, so
//! whoever wrote it cannot know.

use std::collections::{BTreeMap, BTreeSet};

use super::row::InventoryRow;
use super::source::InventoryListing;
use crate::base::error::words;
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::base::sha256::Sha256;
use crate::source::{GetError, Listed, ListedFacts, Range, RootId, Source};

/// Stretches of the inventory that are compared.
const STRETCHES: u64 = 16;
/// Objects of a stretch that are compared: one request lists a thousand.
const OBJECTS: usize = 500;

/// How a sample of an inventory differs from what S3 lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SampleDifferences {
    /// How many stretches were compared.
    pub stretches: u64,
    /// Objects that S3 lists otherwise, or that the inventory lacks, although they were written long before it.
    pub wrong: Sample,
    /// Objects that S3 does not list any more.
    pub gone: Sample,
    /// Requests that it took.
    pub requests: u64,
}

/// Compares a sample with S3. The same seed draws the same sample.
///
/// # Errors
/// If S3 cannot be listed, or the temporary file not be read.
pub fn compare_sample(
    listing: &InventoryListing,
    (source, root): (&dyn Source, RootId),
    seed: &str,
    limits: &Limits,
) -> Result<SampleDifferences, GetError> {
    let mut found = SampleDifferences::default();
    for at in drawn(seed, listing.rows.blocks()) {
        let mut rows = BTreeMap::new();
        let mut take = |row: InventoryRow<'_>| {
            rows.insert(row.key.to_owned(), row.facts);
            rows.len() < OBJECTS
        };
        let read = listing.rows.visit_from(at, &mut take);
        read.map_err(|e| GetError::Io(words(&e)))?;
        let listed = compare(
            rows,
            &mut found,
            (listing, limits),
            |prefix, range, visit| source.list(root, prefix, range, visit),
        );
        found.requests += listed?;
        found.stretches += 1;
    }
    Ok(found)
}

/// The numbers of the blocks that are compared, in order.
fn drawn(seed: &str, blocks: u64) -> BTreeSet<u64> {
    let number = |at: u64| {
        let hash = Sha256::of(format!("{seed}\0{at}").as_bytes()).0;
        let number = hash.first_chunk().copied().map(u64::from_le_bytes);
        number?.checked_rem(blocks)
    };
    (0..STRETCHES).filter_map(number).collect()
}

/// Compares the rows of a stretch with what `list` shows. The first one only shows where it begins.
fn compare(
    mut rows: BTreeMap<String, ListedFacts>,
    found: &mut SampleDifferences,
    (listing, limits): (&InventoryListing, &Limits),
    list: impl FnOnce(&str, &Range, &mut dyn FnMut(Listed<'_>)) -> Result<u64, GetError>,
) -> Result<u64, GetError> {
    let (Some((first, _)), Some(last)) = (rows.pop_first(), rows.keys().next_back().cloned())
    else {
        return Ok(0);
    };
    let pairs = first.char_indices().zip(last.chars());
    let common = pairs.take_while(|((_, a), b)| a == b);
    let slash = common.filter(|((_, a), _)| *a == '/').last();
    let prefix = slash.map_or("", |((at, _), _)| &first[..=at]);
    let range = Range {
        after: Some(first.clone()),
        // No key is between a key and this.
        before: Some(format!("{last}\0")),
    };
    let settled = listing.settled();
    let mut visit = |listed: Listed<'_>| {
        let Listed::Object(key, facts) = listed else {
            return;
        };
        let is_same = rows.remove(key).is_some_and(|row| {
            row.size == facts.size && row.modified.is_none_or(|at| Some(at) == facts.modified)
        });
        let is_older = facts.modified.is_some_and(|at| at < settled);
        if !is_same && is_older {
            found.wrong.add(limits, key);
        }
    };
    let requests = match list(prefix, &range, &mut visit) {
        Err(GetError::NotFound) => Ok(1),
        listed => listed,
    };
    rows.keys().for_each(|key| found.gone.add(limits, key));
    requests
}
