//! The arguments of `validate`, parsed only.

use std::path::PathBuf;

use super::shared::aws::{SignInArgs, UnusedArgs};
use super::shared::bundle::BundleArgs;
use super::shared::inventory::InventoryArgs;
use super::shared::reporting::ReportingArgs;
use super::shared::run::RunArgs;
use super::shared::values::{KeepHistory, keep_history, sha256};
use crate::base::sha256::Sha256;

pub const EXAMPLES: &str = "\
Examples:
  # one trail: its bucket, prefix, regions and keys are looked up in AWS
  trailproof validate \\
      --trail-arn arn:aws:cloudtrail:us-east-1:111111111111:trail/main \\
      --start-time 2026-01-01 --end-time 2026-02-01

  # every chain in a bucket; a profile for the archive, one for the trail
  trailproof validate --s3-bucket my-logs --start-time 2026-01-01 \\
      --s3-profile archive --trail-profile prod

  # every chain in a copy of a bucket, with the public keys of its regions
  trailproof validate --path copy --keys keys/

  # the same, for one bucket name and one window, as JSON
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --start-time 2026-01-01 --end-time 2026-02-01 \\
      --format json --out report.json

  # a bundle of `trailproof collect`, by the hash that it printed: no network
  trailproof validate --path bundle --manifest-sha256 HASH

  # a past window, in a copy made on 1 February: no hour of it is pending
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --start-time 2026-01-01 --end-time 2026-01-08 --as-of 2026-02-01

  # one region of one account, one line per file
  trailproof validate --path copy --keys eu-west-1.json --region eu-west-1 \\
      --account-id 111111111111 --verbose

  # every hour from a scheduler: each run continues where the last one ended,
  # and ends before the next one starts
  trailproof validate --s3-bucket my-logs --start-time 2026-01-01 \\
      --state /var/lib/trailproof/state.json --deadline 50m

  # two buckets of one trail, and a copy that lost its prefix
  trailproof validate --keys keys/ \\
      --path old-logs=copy/old --path new-logs=copy/new
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --map my-logs=my-logs/trails

How to make such a copy, and keep what proves it:
  aws s3 sync s3://my-logs copy
  aws cloudtrail list-public-keys --region eu-west-1 \\
      --start-time FIRST --end-time LAST > keys/eu-west-1.json
  # for each KEY for which a run needs it
  # (get-object, boto3, rclone lsjson -M and mc stat --json also write it)
  aws s3api head-object --bucket my-logs --key KEY > copy/KEY.head.json

Exit status: 0 verified, 1 failed, 3 gaps, 4 unproven, or the deadline \
ended the run; 2 nothing was validated (bad arguments or no credentials)";

/// The name of the command that is `validate --format aws-cli`.
pub const VALIDATE_LOGS: &str = "validate-logs";

pub const LOGS_EXAMPLES: &str = "\
Examples:
  # aws cloudtrail validate-logs --trail-arn ARN --start-time 2026-01-01
  trailproof validate-logs --trail-arn ARN --start-time 2026-01-01

  # one line per file, and the complete report as JSON
  trailproof validate-logs --trail-arn ARN --start-time 2026-01-01 \\
      --verbose --format json --out report.json

Each chain is printed as one run of the AWS CLI prints it. If there are several, a line with the options of \
that run comes before each.

Exit status: 0 verified, 1 failed, 3 gaps, 4 unproven, or the deadline \
ended the run; 2 nothing was validated (bad arguments or no credentials). \
If it is not 0, the last line on standard error says why. \
The AWS CLI ends with 0 if there are gaps";

/// A validation that may continue earlier ones.
#[derive(clap::Args)]
pub struct ScheduledArgs {
    #[command(flatten)]
    pub validate: ValidateArgs,

    #[command(flatten)]
    pub state: StateArgs,
}

/// What a run continues, and what it leaves for the next one.
#[derive(clap::Args)]
#[command(next_help_heading = "State")]
pub struct StateArgs {
    /// Continue the run that left this file, and leave it for the next one; the first run begins it
    ///
    /// The window of each chain begins where earlier runs left off. What they could not settle is validated again,
    /// for up to 7 days, and the digest that they proved last must still exist unchanged. With --path, --as-of says
    /// when the copy was made, and ends the window.
    #[arg(id = "state", long = "state", value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// SHA-256 that the file of --state must have, as the report of the run that left it says in
    /// run.state_sha256: without it, whoever can write the file decides what is not validated again
    #[arg(long, value_name = "HASH", value_parser = sha256, requires = "state")]
    pub state_sha256: Option<Sha256>,

    /// How long --state keeps what its runs found, or `always`; `trailproof history` shows it
    #[arg(long, value_name = "DURATION", default_value = "400d", value_parser = keep_history)]
    pub keep_history: KeepHistory,
}

#[derive(clap::Args)]
pub struct ValidateArgs {
    #[command(flatten)]
    pub run: RunArgs,

    #[command(flatten)]
    pub report: ReportingArgs,

    /// Compare the proven logs with LookupEvents: the management events of the last 90 days that AWS lists for the
    /// account of these credentials
    ///
    /// An event that AWS lists, that the trail is configured to log and that no proven log holds is
    /// event-not-in-logs, unproven. AWS gives 100 events a second in each region, so this can take long; --deadline
    /// ends it. It needs cloudtrail:LookupEvents.
    #[arg(long, help_heading = "Work")]
    pub lookup: bool,

    /// Add a timeline of what happened around gaps, damage and changes, from proven records alone, in the formats
    /// text, json and html; the proven logs are searched again for it, as `trailproof timeline` does
    #[arg(long, help_heading = "Report")]
    pub investigate: bool,

    #[command(flatten)]
    pub inventory: InventoryArgs,

    #[command(flatten)]
    pub bundle: BundleArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,

    #[command(flatten)]
    pub unused: UnusedArgs,
}
