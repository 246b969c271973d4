//! The arguments of `doctor`, parsed only.

use super::shared::aws::{SignInArgs, UnusedArgs};
use super::shared::format::PlainFormat;
use super::shared::progress::ProgressArgs;
use super::shared::source::ScopeArgs;
use super::shared::values::bucket;
use super::shared::work::{BoundArgs, DeadlineArgs};

pub const EXAMPLES: &str = "\
Examples:
  # one trail: its bucket, prefix and region are looked up in AWS
  trailproof doctor \\
      --trail-arn arn:aws:cloudtrail:us-east-1:111111111111:trail/main

  # a bucket, with a profile for the archive and one for the trail's account
  trailproof doctor --s3-bucket my-logs \\
      --s3-profile archive --trail-profile prod

  # what failed, for a pipeline
  trailproof doctor --s3-bucket my-logs --format json |
      jq -r '.checks[] | select(.status == \"failed\") | [.check, .found] | @tsv'

Nothing is written to AWS: every call is a Get, List, Head or Describe. Each line is
  STATUS  CHECK  what was found
                 -> what to do about it
STATUS is ok, warning, failed, or unknown if the check could not be made.

Exit status: 0 a validation can work, 1 a check failed, 4 a check that matters could not be made; \
2 nothing was checked (bad arguments or no credentials)";

#[derive(clap::Args)]
pub struct DoctorArgs {
    /// The bucket to check; by default that of --trail-arn; repeatable
    #[arg(long, value_name = "NAME", value_parser = bucket, help_heading = "Source")]
    pub s3_bucket: Vec<String>,

    #[command(flatten)]
    pub scope: ScopeArgs,

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

    #[command(flatten)]
    pub unused: UnusedArgs,
}
