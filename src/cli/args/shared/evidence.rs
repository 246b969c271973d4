//! What the objects themselves do not say: where they were, which keys prove them, how late a digest
//! may be.

use std::path::PathBuf;

use super::values::duration;
use crate::source::places::MapRule;

/// Where the objects were, and the keys that prove them.
#[derive(clap::Args)]
#[command(next_help_heading = "Source")]
pub struct EvidenceArgs {
    /// Objects found at the left place were recorded at the right place; repeatable
    #[arg(long, value_name = "BUCKET[/PREFIX]=BUCKET[/PREFIX]")]
    pub map: Vec<MapRule>,

    /// Public keys, as `aws cloudtrail list-public-keys` or boto3 prints them: a file for all regions,
    /// or a folder with one REGION.json per region; by default, without --path, they are looked up in
    /// AWS; repeatable
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub keys: Vec<PathBuf>,
}

/// How late a digest may be delivered and still be in time.
#[derive(clap::Args)]
#[command(next_help_heading = "Window")]
pub struct DeliveryArgs {
    /// The longest time from the end of a digest's hour to its delivery
    #[arg(long, value_name = "DURATION", default_value = "2h", value_parser = duration)]
    pub delivery_lag: i64,

    /// The longest time from the end of an hour to the delivery of its backfill digest
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration)]
    pub backfill_grace: i64,
}
