//! One row of an inventory, and which columns it is made of.

use jiff::Timestamp;

use super::error::InventoryError;
use crate::base::text::cited;
use crate::source::ListedFacts;

/// The longest key of S3, in bytes.
pub(super) const LONGEST_KEY: usize = 1024;

/// An object that an inventory lists: the current version of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InventoryRow<'r> {
    /// Its key.
    pub key: &'r str,
    /// What is listed of it.
    pub facts: ListedFacts,
}

/// Where the columns that are read are in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub bucket: Option<usize>,
    pub key: usize,
    pub size: Option<usize>,
    pub modified: Option<usize>,
    pub is_latest: Option<usize>,
    pub is_delete_marker: Option<usize>,
}

impl Columns {
    /// From the names of the columns, in the words of CSV (`IsLatest`) or of Parquet (`is_latest`).
    ///
    /// # Errors
    /// If there are no keys, or an inventory of all versions does not say which are the latest.
    pub fn of<'n>(names: impl Iterator<Item = &'n str>) -> Result<Self, InventoryError> {
        let plain = |name: &str| {
            let name = name.trim().to_ascii_lowercase();
            name.replace('_', "")
        };
        let names: Vec<String> = names.map(plain).collect();
        let at = |name: &str| names.iter().position(|n| n == name);
        let lacks = |column: &str| {
            let why = format!("its fileSchema has no column {}", cited(column));
            InventoryError::NotManifest(why)
        };
        let columns = Columns {
            bucket: at("bucket"),
            key: at("key").ok_or_else(|| lacks("Key"))?,
            size: at("size"),
            modified: at("lastmodifieddate"),
            is_latest: at("islatest"),
            is_delete_marker: at("isdeletemarker"),
        };
        if at("versionid").is_some() && columns.is_latest.is_none() {
            return Err(lacks("IsLatest"));
        }
        Ok(columns)
    }
}

/// A time as an inventory in CSV has it. Listings have whole seconds.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let at: Timestamp = text.parse().ok()?;
    Timestamp::from_second(at.as_second()).ok()
}
