//! S3 Inventory: files of every format give the same rows in the order of their keys, and what is not as its manifest
//! says is refused.

mod damage;
mod listings;
mod sorting;

use std::collections::BTreeMap;
use std::io::Read;

use jiff::Timestamp;
use trailproof::CancelFlag;
use trailproof::base::limits::Limits;
use trailproof::source::inventory::{
    InventoryError, InventoryFiles, InventoryManifest, SortedRows, collect,
};
use trailproof::source::{GetError, ListedFacts, Range};

use crate::support::forge::ts;
use crate::support::s3_inventory::{Report, Row};

pub const BUCKET: &str = "trail-logs";
pub const FOLDER: &str = "AWSLogs/111111111111/CloudTrail/eu-west-1/";

pub fn created() -> Timestamp {
    ts("2026-03-05T01:00:00Z")
}

pub fn row(key: &str, size: u64, at: &str) -> Row {
    Row {
        key: key.to_owned(),
        size,
        modified: ts(at),
        version: None,
    }
}

/// The files of a report in memory.
pub struct Files(pub BTreeMap<String, Vec<u8>>);

impl Files {
    pub fn of(report: &Report) -> Self {
        Files(report.files.iter().cloned().collect())
    }
}

impl InventoryFiles for Files {
    fn open(&self, key: &str) -> Result<Box<dyn Read + Send + '_>, GetError> {
        match self.0.get(key) {
            Some(body) => Ok(Box::new(body.as_slice())),
            None => Err(GetError::NotFound),
        }
    }
}

/// The sorted rows of a report.
pub fn sorted(report: &Report, at_once: usize) -> Result<SortedRows, InventoryError> {
    let manifest = InventoryManifest::parse(report.manifest().as_bytes())?;
    let (limits, files) = (Limits::default(), Files::of(report));
    collect(
        &manifest,
        &files,
        (&limits, at_once),
        &CancelFlag::default(),
    )
}

/// Keys and facts below a prefix, in a range.
pub fn visited(rows: &SortedRows, prefix: &str, range: &Range) -> Vec<(String, ListedFacts)> {
    let mut found = Vec::new();
    let mut visit = |row: trailproof::source::inventory::InventoryRow<'_>| {
        found.push((row.key.to_owned(), row.facts));
        true
    };
    rows.visit(prefix, range, &mut visit).expect("a file");
    found
}

pub fn all(rows: &SortedRows) -> Vec<(String, ListedFacts)> {
    visited(rows, "", &Range::default())
}

pub fn facts(size: u64, at: &str) -> ListedFacts {
    ListedFacts {
        modified: Some(ts(at)),
        size: Some(size),
    }
}
