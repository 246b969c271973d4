//! `manifest.json` of an S3 Inventory: which files hold the rows, and which columns they have.

use jiff::Timestamp;
use serde::Deserialize;

use super::error::InventoryError;
use crate::base::sha256::Sha256;
use crate::base::text::cited;

/// What the manifest of an inventory says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryManifest {
    /// The bucket whose objects it lists.
    pub bucket: String,
    /// The bucket that holds the files.
    pub destination: String,
    /// When S3 began to write it.
    pub created: Timestamp,
    /// The format of its files.
    pub format: InventoryFormat,
    /// The columns, as the manifest lists them.
    pub schema: String,
    /// Its files.
    pub files: Vec<InventoryFile>,
    /// SHA-256 of the manifest itself.
    pub sha256: Sha256,
}

/// The format of the files of an inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InventoryFormat {
    /// CSV, compressed by gzip.
    Csv,
    /// Apache Parquet.
    Parquet,
}

/// A file of an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryFile {
    /// Its key in the destination bucket.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// MD5 of its content.
    pub md5: [u8; 16],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenInventory {
    source_bucket: String,
    destination_bucket: String,
    creation_timestamp: String,
    file_format: String,
    file_schema: String,
    files: Vec<WrittenInventoryFile>,
}

#[derive(Deserialize)]
struct WrittenInventoryFile {
    key: String,
    size: u64,
    #[serde(rename = "MD5checksum")]
    md5: String,
}

impl InventoryManifest {
    /// Parses a manifest.
    ///
    /// # Errors
    /// If it is not one, or its files have a format that is not read.
    pub fn parse(bytes: &[u8]) -> Result<Self, InventoryError> {
        let not = |why: String| InventoryError::NotManifest(why);
        let written: WrittenInventory =
            serde_json::from_slice(bytes).map_err(|e| not(e.to_string()))?;
        let format = match written.file_format.as_str() {
            "CSV" => InventoryFormat::Csv,
            "Parquet" => InventoryFormat::Parquet,
            "ORC" => {
                return Err(InventoryError::Format(
                    "its files have the format ORC, which trailproof does not read: configure the inventory to \
                     write CSV or Apache Parquet",
                ));
            }
            other => return Err(not(format!("its format is {}", cited(other)))),
        };
        if format == InventoryFormat::Parquet && cfg!(not(feature = "parquet")) {
            return Err(InventoryError::Format(
                "its files have the format Parquet, and this trailproof was built without the feature parquet: \
                 configure the inventory to write CSV",
            ));
        }
        let created = written.creation_timestamp.parse().ok();
        let created = created.and_then(|at| Timestamp::from_millisecond(at).ok());
        let created =
            created.ok_or_else(|| not("its creationTimestamp is not a time".to_owned()))?;
        // The destination is an ARN.
        let destination = written.destination_bucket;
        let destination = destination.rsplit(':').next().unwrap_or_default();
        let files = written.files.into_iter().map(|file| {
            let mut md5 = [0; 16];
            let is_md5 = hex::decode_to_slice(&file.md5, &mut md5).is_ok();
            let not_md5 = || not(format!("MD5checksum of {} is not one", cited(&file.key)));
            is_md5.then_some(()).ok_or_else(not_md5)?;
            Ok(InventoryFile {
                key: file.key,
                size: file.size,
                md5,
            })
        });
        Ok(InventoryManifest {
            bucket: written.source_bucket,
            destination: destination.to_owned(),
            created,
            format,
            schema: written.file_schema,
            files: files.collect::<Result<_, InventoryError>>()?,
            sha256: Sha256::of(bytes),
        })
    }
}
