//! The arguments of `collect`, parsed only.

use std::path::PathBuf;

use clap::Arg;

use super::shared::aws::SignInArgs;
use super::shared::format::PlainFormat;
use super::shared::progress::ProgressArgs;
use super::shared::run::RunArgs;
use super::shared::values::sha256;
use crate::base::sha256::Sha256;

pub const EXAMPLES: &str = "\
Examples:
  # everything that a validation of one trail and one month needs
  trailproof collect --out evidence \\
      --trail-arn arn:aws:cloudtrail:us-east-1:111111111111:trail/main \\
      --start-time 2026-01-01 --end-time 2026-02-01

  # how much is that, and what does it cost?
  trailproof collect --dry-run --s3-bucket my-logs --start-time 2026-01-01

  # interrupted? The same command goes on where it was.

  # years later, without a network: the same verdict
  trailproof validate --path evidence --manifest-sha256 HASH

  # is the bundle still as it was collected?
  trailproof collect --check evidence

  # the same, with the hash that was written down when it was collected
  trailproof collect --check evidence --manifest-sha256 HASH

The last line is the SHA-256 of manifest.jsonl. Write it down, and keep it apart from the bundle.

Exit status: 0 collected, 4 something could not be read, or the collection is not finished; 2 nothing was collected \
(bad arguments or no credentials). With --dry-run: 0 listed, 4 not everything could be listed, or no digest was \
found. With --check: 0 intact, 1 differs from its manifest, or the manifest does not have the given hash; 4 some files could not be read; 2 not a bundle, \
or not a finished one";

/// Arguments that say what to read in AWS, which a check of a bundle does not.
const NOT_WITH_CHECK: [&str; 15] = [
    "out",
    "dry_run",
    "SourceArgs",
    "EvidenceArgs",
    "ScopeArgs",
    "expect",
    "exclude",
    "start_time",
    "end_time",
    "as_of",
    "DeliveryArgs",
    "logs",
    "seed",
    "BoundArgs",
    "SignInArgs",
];

/// Arguments of `validate` whose help says what they are for a copy, which is never collected.
const OF_AWS_ALONE: [(&str, &str); 7] = [
    (
        "s3_bucket",
        "The bucket to read; by default that of --trail-arn; repeatable",
    ),
    (
        "map",
        "Objects found at the left place were recorded at the right place, as for an access point: \
         --map ACCESS_POINT=BUCKET; repeatable",
    ),
    (
        "keys",
        "Public keys, as `aws cloudtrail list-public-keys` or boto3 prints them: a file for all regions, or a folder \
         with one REGION.json per region; by default they are looked up in AWS and become part of the bundle, and \
         those given here do not; repeatable",
    ),
    ("end_time", "The end of the window; by default now"),
    (
        "as_of",
        "The end of the window if --end-time is not given; by default now",
    ),
    (
        "jobs",
        "Objects processed at the same time; by default 64, up to 256 if answers are slow; with --check one per CPU \
         core",
    ),
    (
        "deadline",
        "End the run after this time, such as 45m, with exit status 4; the same command goes on where it was; by \
         default there is no deadline",
    ),
];

/// Describes the arguments as they are for `collect`. `--path` stays an argument, so that its error says why it is
/// not one.
pub fn described(command: clap::Command) -> clap::Command {
    let of_aws = OF_AWS_ALONE.iter();
    let command = of_aws.fold(command, |command, (id, help)| {
        command.mut_arg(id, |arg| arg.help(*help).long_help(None::<&str>))
    });
    command.mut_arg("path", |arg: Arg| arg.hide(true))
}

#[derive(clap::Args)]
pub struct CollectArgs {
    /// The folder for the bundle: a new or an empty one, or one in which the same collection was interrupted
    #[arg(
        long,
        value_name = "DIR",
        help_heading = "Bundle",
        required_unless_present_any = ["check", "dry_run"]
    )]
    pub out: Option<PathBuf>,

    /// List how many objects, bytes and requests a collection takes, and what they cost at list rates: no object
    /// is read, and nothing is written
    #[arg(long, help_heading = "Bundle", conflicts_with = "out")]
    pub dry_run: bool,

    /// Check the bundle in this folder, without AWS: which files are missing, altered or added
    #[arg(long, value_name = "DIR", help_heading = "Bundle", conflicts_with_all = NOT_WITH_CHECK)]
    pub check: Option<PathBuf>,

    /// With --check: the SHA-256 of manifest.jsonl that was written down when the bundle was collected
    #[arg(long, value_name = "HASH", value_parser = sha256, help_heading = "Bundle", requires = "check")]
    pub manifest_sha256: Option<Sha256>,

    #[command(flatten)]
    pub run: RunArgs,

    /// The report's format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = PlainFormat::Text, help_heading = "Report")]
    pub format: PlainFormat,

    #[command(flatten)]
    pub progress: ProgressArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,
}
