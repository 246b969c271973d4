//! The arguments of `events`, parsed only.

use std::path::PathBuf;

use super::shared::aws::SignInArgs;
use super::shared::bundle::BundleArgs;
use super::shared::events::{EventFilterArgs, EventFormatArgs};
use super::shared::exit::ExitArgs;
use super::shared::progress::ProgressArgs;
use super::shared::run::RunArgs;
use super::shared::watchlist::WatchlistArgs;

pub const EXAMPLES: &str = "\
Examples:
  # every event of a copy, as JSON lines, from logs that are proven
  trailproof events --path copy --keys keys/ | jq .eventName

  # those of one trail in January, with the log and digest of each
  trailproof events --provenance --out january.jsonl \\
      --trail-arn arn:aws:cloudtrail:us-east-1:111111111111:trail/main \\
      --start-time 2026-01-01 --end-time 2026-02-01

  # also those of altered and planted logs, each marked with its state
  trailproof events --path copy --keys keys/ --include-unproven |
      jq 'select(.trailproof.state != \"proven\")'

  # what one access key changed on one day
  trailproof events --path copy --keys keys/ --read-only false \\
      --actor AKIAIOSFODNN7EXAMPLE --since 2026-01-29 --until 2026-01-30

  # sensitive calls only: the shipped rules, and Sigma rules of one's own
  trailproof events --path copy --keys keys/ --provenance \\
      --watchlist shipped --watchlist sigma/

  # which calls, how many, by whom
  trailproof events --path copy --keys keys/ --count-by eventName,actor --top 10

Each event is one line, byte for byte as CloudTrail delivered it, in the order of the digests and of the logs that \
each lists. Logs that are altered, missing, not listed by a digest or not proven give no events. They are listed on \
standard error, and its last line counts events and logs.

Exit status: that of the verdict, as for `validate`: 0 verified, 1 failed, 3 gaps, 4 unproven, or the run ended \
early; 2 nothing was read (bad arguments or no credentials), or the events could not be written, as on a full \
disk";

#[derive(clap::Args)]
pub struct EventsArgs {
    #[command(flatten)]
    pub run: RunArgs,

    #[command(flatten)]
    pub bundle: BundleArgs,

    #[command(flatten)]
    pub filter: EventFilterArgs,

    #[command(flatten)]
    pub watchlist: WatchlistArgs,

    #[command(flatten)]
    pub format: EventFormatArgs,

    #[command(flatten)]
    pub output: EventOutputArgs,

    #[command(flatten)]
    pub progress: ProgressArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,
}

/// What is written, where, and which exit status follows.
#[derive(clap::Args)]
#[command(next_help_heading = "Output")]
pub struct EventOutputArgs {
    /// Begin each record with a member `trailproof`, which has the log, the digest that lists it, and what is known
    /// about it: `"trailproof":{"log","digest","state"}`
    #[arg(long)]
    pub provenance: bool,

    /// Also write the records of logs that are not proven: altered, listed only by a digest that is not proven, or
    /// listed by no digest; each record says so in a member `trailproof`, as with --provenance
    #[arg(long)]
    pub include_unproven: bool,

    /// The file for the events; by default standard output; it is written completely or not at all
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    #[command(flatten)]
    pub exit: ExitArgs,
}
