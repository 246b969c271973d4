//! What is known of a bundle from elsewhere.

use super::values::sha256;
use crate::base::sha256::Sha256;

/// The bundle that a copy must be.
#[derive(clap::Args)]
#[command(next_help_heading = "Source")]
pub struct BundleArgs {
    /// SHA-256 of the manifest.jsonl of the bundle given with --path, as it was written down when `collect`
    /// printed it: only then do the public keys and CloudTrail's answers in the bundle count
    #[arg(long, value_name = "HASH", value_parser = sha256)]
    pub manifest_sha256: Option<Sha256>,
}
