//! The arguments of `explain`, parsed only.

use jiff::Timestamp;

use super::shared::aws::SignInArgs;
use super::shared::bundle::BundleArgs;
use super::shared::evidence::{DeliveryArgs, EvidenceArgs};
use super::shared::format::PlainFormat;
use super::shared::progress::ProgressArgs;
use super::shared::source::SourceArgs;
use super::shared::values::{jobs, time};
use super::shared::work::{BoundArgs, DeadlineArgs};
use crate::cloudtrail::ids::TrailArn;

pub const EXAMPLES: &str = "\
Examples:
  # a log in S3 that somebody handed over: is it evidence?
  trailproof explain s3://my-logs/AWSLogs/111111111111/CloudTrail/…/FILE.json.gz

  # the same in a copy, with the public keys of its region
  trailproof explain AWSLogs/111111111111/CloudTrail/…/FILE.json.gz \\
      --path copy --keys keys/ --s3-bucket my-logs

  # a digest, for a pipeline
  trailproof explain s3://my-logs/AWSLogs/111111111111/CloudTrail-Digest/… \\
      --format json | jq -r .answer

For a log, the digests of the three hours around the time in its name are proven. If none of them lists it, \
those of the next day and the backfill digests are proven too. For a digest, the digests beside it are proven. \
No other log is read.

Exit status: 0 delivered and intact, 1 altered or missing, 4 not known: no digest lists it, or something could \
not be proven; 2 nothing was checked (bad arguments or no credentials)";

#[derive(clap::Args)]
pub struct ExplainArgs {
    /// The key of a log or digest, from AWSLogs/ or its prefix on, or s3://BUCKET/KEY, or the path of its file
    /// below --path
    #[arg(value_name = "KEY")]
    pub key: String,

    #[command(flatten)]
    pub source: SourceArgs,

    /// The trail whose bucket is read; not needed if KEY or --s3-bucket gives the bucket
    #[arg(long, value_name = "ARN", help_heading = "Source")]
    pub trail_arn: Option<TrailArn>,

    #[command(flatten)]
    pub known: EvidenceArgs,

    #[command(flatten)]
    pub bundle: BundleArgs,

    /// When the source was read; by default now, and with --path late enough for every digest to
    /// have been delivered
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub as_of: Option<Timestamp>,

    #[command(flatten)]
    pub late: DeliveryArgs,

    /// Objects processed at the same time; by default 64, and with --path one per CPU core
    #[arg(long, value_name = "N", value_parser = jobs(), help_heading = "Work")]
    pub jobs: Option<u16>,

    #[command(flatten)]
    pub bounds: BoundArgs,

    /// The report's format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = PlainFormat::Text, help_heading = "Report")]
    pub format: PlainFormat,

    #[command(flatten)]
    pub progress: ProgressArgs,

    #[command(flatten)]
    pub work: DeadlineArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,
}
