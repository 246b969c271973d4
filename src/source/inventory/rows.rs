//! The rows of one file, whatever its format.

use super::csv_rows;
use super::error::InventoryError;
use super::files::{CheckedBody, InventoryFiles};
use super::manifest::{InventoryFile, InventoryFormat, InventoryManifest};
use super::row::{Columns, InventoryRow};
use crate::base::limits::Limits;

/// Calls `each` with every current object that a file of an inventory lists, in the order of the file. Only once it
/// returns without an error are they those that S3 wrote: the hash of the file is compared at its end.
///
/// # Errors
/// If the file cannot be read or is not as the manifest says, or the first error of `each`.
pub fn for_each_row(
    manifest: &InventoryManifest,
    file: &InventoryFile,
    files: &dyn InventoryFiles,
    limits: &Limits,
    each: &mut dyn FnMut(InventoryRow<'_>) -> Result<(), InventoryError>,
) -> Result<(), InventoryError> {
    let mut body = CheckedBody::open(files, file)?;
    match manifest.format {
        InventoryFormat::Csv => {
            let columns = Columns::of(manifest.schema.split(','))?;
            let of = (file.key.as_str(), manifest.bucket.as_str());
            let most = limits.inventory_file;
            csv_rows::for_each(of, &columns, &mut body, most, each)?;
            body.finish()
        }
        #[cfg(feature = "parquet")]
        InventoryFormat::Parquet => {
            super::parquet_rows::for_each(manifest, file, body, limits, each)
        }
        #[cfg(not(feature = "parquet"))]
        InventoryFormat::Parquet => {
            let _ = (&mut body, each);
            Err(InventoryError::Format("its files have the format Parquet"))
        }
    }
}
