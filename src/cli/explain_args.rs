//! The arguments of `explain`, parsed only.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::Timestamp;

use super::args::{SignIn, Source, duration, jobs, time};
use crate::atlas::MapRule;
use crate::trail::TrailArn;

pub const EXAMPLES: &str = "\
Examples:
  # a log in S3; a responder was handed it, and asks whether it is evidence
  trailproof explain s3://my-logs/AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01/FILE.json.gz

  # the same in a copy, with the public keys of its region
  trailproof explain AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01/FILE.json.gz \\
      --path copy --keys keys/ --s3-bucket my-logs

  # a digest, for a pipeline
  trailproof explain s3://my-logs/AWSLogs/111111111111/CloudTrail-Digest/… --format json |
      jq -r .answer

The digests are proven that cover the three hours around a log's name, and if none of them names it, those
of the day after it, backfill digests too; of a digest, those beside it. No other log is read.

Exit status: 0 delivered and intact, 1 not what was delivered, or not there any more, 4 not known: no digest
names it, or something could not be proven; 2 no look was taken: arguments, no credentials";

#[derive(clap::Args)]
pub struct Explain {
    /// The key of a log or a digest, as it was written, or s3://BUCKET/KEY
    #[arg(value_name = "KEY")]
    pub key: String,

    #[command(flatten)]
    pub source: Source,

    /// The trail whose bucket is read, where neither KEY nor --s3-bucket names it
    #[arg(long, value_name = "ARN", help_heading = "Source")]
    pub trail_arn: Option<TrailArn>,

    /// What is found at the left was recorded at the right; repeatable
    #[arg(
        long,
        value_name = "BUCKET[/PREFIX]=BUCKET[/PREFIX]",
        help_heading = "Source"
    )]
    pub map: Vec<MapRule>,

    /// Public keys as `aws cloudtrail list-public-keys` prints them: one file for every region, or
    /// a folder of REGION.json; without --path, instead of asking AWS; repeatable
    #[arg(long, value_name = "FILE_OR_DIR", help_heading = "Source")]
    pub keys: Vec<PathBuf>,

    /// When the source was looked at; by default now, and with --path after all digests that could come
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub as_of: Option<Timestamp>,

    /// How long a digest may take to be delivered
    #[arg(long, value_name = "DURATION", default_value = "2h", value_parser = duration, help_heading = "Window")]
    pub delivery_lag: i64,

    /// How long after its interval a backfill digest is expected
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration, help_heading = "Window")]
    pub backfill_grace: i64,

    /// Objects worked on at the same time; by default 64, and with --path one a core
    #[arg(long, value_name = "N", value_parser = jobs(), help_heading = "Work")]
    pub jobs: Option<u16>,

    /// The report's format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text, help_heading = "Report")]
    pub format: Format,

    #[command(flatten)]
    pub sign_in: SignIn,
}

/// What the report is written as.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}
