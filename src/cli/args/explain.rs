//! The arguments of `explain`, parsed only.

use jiff::Timestamp;

use super::shared::aws::SignInArgs;
use super::shared::evidence::{DeliveryArgs, EvidenceArgs};
use super::shared::format::PlainFormat;
use super::shared::source::SourceArgs;
use super::shared::values::{jobs, time};
use super::shared::work::{BoundArgs, DeadlineArgs};
use crate::cloudtrail::ids::TrailArn;

pub const EXAMPLES: &str = "\
Examples:
  # a log in S3; a responder was handed it, and asks whether it is evidence
  trailproof explain s3://my-logs/AWSLogs/111111111111/CloudTrail/…/FILE.json.gz

  # the same in a copy, with the public keys of its region
  trailproof explain AWSLogs/111111111111/CloudTrail/…/FILE.json.gz \\
      --path copy --keys keys/ --s3-bucket my-logs

  # a digest, for a pipeline
  trailproof explain s3://my-logs/AWSLogs/111111111111/CloudTrail-Digest/… \\
      --format json | jq -r .answer

The digests are proven that cover the three hours around a log's name, and if none of them names it, \
those of the day after it, backfill digests too; of a digest, those beside it. No other log is read.

Exit status: 0 delivered and intact, 1 not what was delivered, or not there any more, 4 not known: no digest \
names it, or something could not be proven; 2 no look was taken: arguments, no credentials";

#[derive(clap::Args)]
pub struct ExplainArgs {
    /// The key of a log or a digest, as it was written, or s3://BUCKET/KEY
    #[arg(value_name = "KEY")]
    pub key: String,

    #[command(flatten)]
    pub source: SourceArgs,

    /// The trail whose bucket is read, where neither KEY nor --s3-bucket names it
    #[arg(long, value_name = "ARN", help_heading = "Source")]
    pub trail_arn: Option<TrailArn>,

    #[command(flatten)]
    pub known: EvidenceArgs,

    /// When the source was looked at; by default now, and with --path after all digests that could come
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub as_of: Option<Timestamp>,

    #[command(flatten)]
    pub late: DeliveryArgs,

    /// Objects worked on at the same time; by default 64, and with --path one a core
    #[arg(long, value_name = "N", value_parser = jobs(), help_heading = "Work")]
    pub jobs: Option<u16>,

    #[command(flatten)]
    pub bounds: BoundArgs,

    /// The report's format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = PlainFormat::Text, help_heading = "Report")]
    pub format: PlainFormat,

    #[command(flatten)]
    pub work: DeadlineArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,
}
