//! What the objects themselves do not say: where they were, which keys prove them, how late a digest
//! may be.

use std::path::PathBuf;

use super::values::duration;
use crate::source::places::MapRule;

/// Where the objects were, and the keys that prove them.
#[derive(clap::Args)]
#[command(next_help_heading = "Source")]
pub struct EvidenceArgs {
    /// What is found at the left was recorded at the right; repeatable
    #[arg(long, value_name = "BUCKET[/PREFIX]=BUCKET[/PREFIX]")]
    pub map: Vec<MapRule>,

    /// Public keys as `aws cloudtrail list-public-keys` or boto3 prints them, several answers in one
    /// file too: one file for every region, or a folder of REGION.json; without --path, instead of
    /// asking AWS; repeatable
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub keys: Vec<PathBuf>,
}

/// How late a digest may be delivered and still be in time.
#[derive(clap::Args)]
#[command(next_help_heading = "Window")]
pub struct DeliveryArgs {
    /// How long a digest may take to be delivered
    #[arg(long, value_name = "DURATION", default_value = "2h", value_parser = duration)]
    pub delivery_lag: i64,

    /// How long after its interval a backfill digest is expected
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration)]
    pub backfill_grace: i64,
}
