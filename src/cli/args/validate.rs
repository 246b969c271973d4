//! The arguments of `validate`, parsed only.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::Timestamp;

use super::shared::aws::{SignInArgs, UnusedArgs};
use super::shared::evidence::{DeliveryArgs, EvidenceArgs};
use super::shared::source::{ScopeArgs, SourceArgs};
use super::shared::values::{format, jobs, time};
use super::shared::work::{BoundArgs, DeadlineArgs};
use crate::cloudtrail::chain_pattern::ChainPattern;
use crate::report::Format;
use crate::validate::request::LogSelection;

pub const EXAMPLES: &str = "\
Examples:
  # one trail: its bucket, prefix, regions and keys are asked of AWS
  trailproof validate \\
      --trail-arn arn:aws:cloudtrail:us-east-1:111111111111:trail/main \\
      --start-time 2026-01-01 --end-time 2026-02-01

  # every chain in a bucket; archive and trail in two accounts, each its profile
  trailproof validate --s3-bucket my-logs --start-time 2026-01-01 \\
      --s3-profile archive --trail-profile prod

  # every chain in a copy of a bucket, with the public keys of its regions
  trailproof validate --path copy --keys keys/

  # the same, held against the bucket's name and a window, as JSON
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --start-time 2026-01-01 --end-time 2026-02-01 \\
      --format json --out report.json

  # a window of the past, in a copy made on 1 February: nothing of it is pending
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --start-time 2026-01-01 --end-time 2026-01-08 --as-of 2026-02-01

  # one region of one account, a line a file
  trailproof validate --path copy --keys eu-west-1.json --region eu-west-1 \\
      --account-id 111111111111 --verbose

  # every hour from a scheduler, over before the next one begins
  trailproof validate --s3-bucket my-logs --start-time 2026-01-01 --deadline 50m

  # two buckets of one trail, and a copy that lost its prefix
  trailproof validate --keys keys/ \\
      --path old-logs=copy/old --path new-logs=copy/new
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --map my-logs=my-logs/trails

How to make such a copy, and keep what proves it:
  aws s3 sync s3://my-logs copy
  aws cloudtrail list-public-keys --region eu-west-1 \\
      --start-time FIRST --end-time LAST > keys/eu-west-1.json
  # for each KEY that a run says it needs it for
  # (get-object, boto3, rclone lsjson -M and mc stat --json write it too)
  aws s3api head-object --bucket my-logs --key KEY > copy/KEY.head.json

Exit status: 0 verified, 1 failed, 3 gaps, 4 unproven, or the deadline \
ended the run; 2 no validation was performed";

#[derive(clap::Args)]
pub struct ValidateArgs {
    #[command(flatten)]
    pub source: SourceArgs,

    #[command(flatten)]
    pub known: EvidenceArgs,

    #[command(flatten)]
    pub scope: ScopeArgs,

    /// Chains that must be there, one ACCOUNT/REGION/HOME_REGION/TRAIL a line
    #[arg(long, value_name = "FILE", help_heading = "Scope")]
    pub expect: Option<PathBuf>,

    /// Leave out these chains: ACCOUNT/REGION/HOME_REGION/TRAIL, with * for any of the four; the report
    /// says so; repeatable
    #[arg(long, value_name = "PATTERN", help_heading = "Scope")]
    pub exclude: Vec<ChainPattern>,

    /// The beginning of the window: RFC 3339, a date, or what `date` prints; UTC without an offset;
    /// by default each chain's first digest
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub start_time: Option<Timestamp>,

    /// The end of the window; by default now, and with --path each chain's last digest
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub end_time: Option<Timestamp>,

    /// When a copy was made: what no digest covers in the delivery lag before it is pending. S3 is
    /// looked at now, so there it only ends the window if --end-time does not
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub as_of: Option<Timestamp>,

    #[command(flatten)]
    pub late: DeliveryArgs,

    /// Which logs are read: all, none, one part of several (1/7), or a share (5%); the others are
    /// only looked for
    #[arg(long, value_name = "all|none|I/N|P%", default_value_t = LogSelection::All, help_heading = "Work")]
    pub logs: LogSelection,

    /// What a sample of logs is drawn with; parts of one seed add up to all logs; by default random,
    /// and told in the report
    #[arg(long, value_name = "TEXT", help_heading = "Work")]
    pub seed: Option<String>,

    /// Objects worked on at the same time; by default 64, more where answers take long (up to 256),
    /// and with --path one a core
    #[arg(long, value_name = "N", value_parser = jobs(), help_heading = "Work")]
    pub jobs: Option<u16>,

    #[command(flatten)]
    pub bounds: BoundArgs,

    /// The report's format; repeatable, each with its own --out
    #[arg(long, value_name = "FORMAT", value_parser = format(), help_heading = "Report")]
    pub format: Vec<Format>,

    /// Where the report of the --format before it goes; by default standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub out: Vec<PathBuf>,

    /// A line a file, in the text report and in that of aws-cli
    #[arg(long, short, help_heading = "Report")]
    pub verbose: bool,

    /// No progress on standard error, not even on a terminal
    #[arg(long, help_heading = "Report")]
    pub quiet: bool,

    /// Findings accepted beforehand, as TOML: [[accept]] with chain (* for any of its four parts,
    /// which accepts nothing that failed), from, to, reason, who; they are still reported, and only
    /// the exit status ignores them
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub accept: Option<PathBuf>,

    /// The least severe verdict that makes the exit status non-zero; a look that failed always does
    #[arg(long, value_enum, default_value_t = FailOn::Gaps, help_heading = "Report")]
    pub fail_on: FailOn,

    #[command(flatten)]
    pub work: DeadlineArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,

    #[command(flatten)]
    pub unused: UnusedArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Failed,
    Unproven,
    Gaps,
}
