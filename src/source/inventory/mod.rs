//! S3 Inventory: a list of the objects of a bucket that S3 writes daily or weekly, read instead of listing.
//!
//! ```text
//! manifest.json ──> manifest ──> rows of each file ──> sorted runs ──> SortedRows ──> InventorySource
//!                               (CSV, Parquet)        (temporary files)               (a Source)
//! ```
//!
//! An inventory is not signed, and it is old. So it only saves requests, and accuses nobody:
//!
//! - Only days of logs are taken from it. Folders and digests are always listed in S3: one request lists a thousand
//!   digests, and each of them takes one of its own to be read. So are the days from [`DAYS_LISTED`] before the
//!   inventory on.
//! - What the inventory lacks is not missing: a log that a digest lists is requested by its key, and days without any
//!   object are listed in S3.
//! - An object that no digest lists is looked up in S3 before it is reported.
//! - A random sample is compared with S3.
//!
//! Memory does not grow with the number of objects: their keys are sorted in temporary files.

mod blocks;
mod collect;
mod csv_rows;
mod error;
mod files;
mod manifest;
mod merge;
#[cfg(feature = "parquet")]
mod parquet_rows;
mod region_folder;
mod row;
mod rows;
mod sample;
mod sorted;
mod source;

pub use collect::{SORTED_AT_ONCE, collect};
pub use error::InventoryError;
pub use files::{FolderFiles, InventoryFiles, SourceFiles};
pub use manifest::{InventoryFormat, InventoryManifest};
pub use row::InventoryRow;
pub use rows::for_each_row;
pub use sample::{SampleDifferences, compare_sample};
pub use sorted::SortedRows;
pub use source::{DAYS_LISTED, InventoryListing, InventorySource};
