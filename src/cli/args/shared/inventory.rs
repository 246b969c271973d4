//! S3 Inventory reports that are read instead of listing.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the manifest of an inventory is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InventoryPlace {
    /// In a bucket, under a key.
    S3(String, String),
    /// On disk.
    Disk(PathBuf),
}

impl FromStr for InventoryPlace {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let place = text.strip_prefix("s3://").and_then(|at| at.split_once('/'));
        Ok(match place {
            Some((bucket, key)) => InventoryPlace::S3(bucket.into(), key.into()),
            None => InventoryPlace::Disk(text.into()),
        })
    }
}

/// It, as it was given.
impl fmt::Display for InventoryPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InventoryPlace::S3(bucket, key) => write!(f, "s3://{bucket}/{key}"),
            InventoryPlace::Disk(path) => path.display().fmt(f),
        }
    }
}

/// Inventories of the buckets.
#[derive(clap::Args)]
#[command(next_help_heading = "Source")]
pub struct InventoryArgs {
    /// The manifest.json of an S3 Inventory report of the bucket (CSV or Parquet), s3://BUCKET/KEY or a file: logs of
    /// the days before it are listed from it instead of S3; repeatable, one per bucket
    ///
    /// Folders, digests and newer days are listed in S3. S3 does not sign an inventory: a random sample is compared
    /// with S3, what it lacks is never missing, and what it shows beyond the digests is looked up in S3 first.
    #[arg(long, value_name = "MANIFEST")]
    pub inventory: Vec<InventoryPlace>,
}

impl InventoryArgs {
    /// The manifests on disk, each with the option.
    pub fn inputs(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        self.inventory.iter().filter_map(|place| match place {
            InventoryPlace::Disk(path) => Some(("--inventory", path.clone())),
            InventoryPlace::S3(..) => None,
        })
    }
}
