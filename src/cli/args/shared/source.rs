//! Where objects are read, and which chains: the same for every command that reads any.

use std::path::{Path, PathBuf};

use super::values::bucket;
use crate::cloudtrail::ids::{AccountId, OrganizationId, Region, TrailArn};

/// Where objects are read.
#[derive(clap::Args)]
#[command(next_help_heading = "Source")]
pub struct SourceArgs {
    /// A copy on disk: a folder made with `aws s3 sync`, a part of one, a folder of single downloads,
    /// or a zip or tar of these, optionally with the name of its bucket; or a bundle that `collect` wrote;
    /// repeatable
    #[arg(long, value_name = "[BUCKET=]PATH")]
    pub path: Vec<PathBuf>,

    /// The bucket to read; by default that of --trail-arn; repeatable
    ///
    /// With --path it is the name of the bucket that was copied: digests must have been written to it.
    /// An access point is given by its ARN or alias, together with --map ACCESS_POINT=BUCKET.
    #[arg(long, value_name = "NAME", value_parser = bucket)]
    pub s3_bucket: Vec<String>,
}

impl SourceArgs {
    /// The folders and files of all copies.
    pub fn copies(&self) -> impl Iterator<Item = PathBuf> {
        self.path.iter().map(|path| split_bucket(path).1)
    }
}

/// Splits `BUCKET=DIR`, unless a folder has exactly that name.
pub fn split_bucket(path: &Path) -> (Option<String>, PathBuf) {
    if !path.exists()
        && let Some((bucket, dir)) = path.to_str().and_then(|p| p.split_once('='))
        && !bucket.is_empty()
        && !bucket.contains('/')
    {
        return (Some(bucket.into()), dir.into());
    }
    (None, path.into())
}

/// Limits to some of the chains.
#[derive(clap::Args)]
#[command(next_help_heading = "Scope")]
pub struct ScopeArgs {
    /// Only digests of this region; by default every region that has digests; repeatable
    #[arg(long)]
    pub region: Vec<Region>,

    /// Only digests and logs of this account; by default every account; repeatable
    #[arg(long, value_name = "ACCOUNT")]
    pub account_id: Vec<AccountId>,

    /// Only trails of this organization; by default all trails; repeatable
    #[arg(long, value_name = "ID")]
    pub organization_id: Vec<OrganizationId>,

    /// Only this trail; unless a source is given, the bucket it writes to is read; repeatable
    #[arg(long, value_name = "ARN")]
    pub trail_arn: Vec<TrailArn>,

    /// Only objects with this prefix before AWSLogs/; by default every prefix; repeatable
    #[arg(long, value_name = "PREFIX")]
    pub s3_prefix: Vec<String>,
}
