//! The arguments of `timeline`, parsed only.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::ValueEnum;

use super::shared::aws::SignInArgs;
use super::shared::bundle::BundleArgs;
use super::shared::exit::ExitArgs;
use super::shared::progress::ProgressArgs;
use super::shared::run::RunArgs;
use super::shared::watchlist::WatchlistArgs;
use crate::report::timeline::{Grouping, TimelineFormat};

pub const EXAMPLES: &str = "\
Examples:
  # what happened around the gaps, the damage and the changes in a copy
  trailproof timeline --path copy --keys keys/ --s3-bucket my-logs

  # one trail and one week in S3, as a page to hand in, by principal
  trailproof timeline --start-time 2026-01-05 --end-time 2026-01-12 \\
      --trail-arn arn:aws:cloudtrail:us-east-1:111111111111:trail/main \\
      --group-by principal --format html --out incident.html

  # for a pipeline: each successful call, with who made it
  trailproof timeline --path copy --keys keys/ --format json |
      jq -r '.timeline.events[] | select(.error_code == null)
             | [.time, .name, .actor.arn] | @tsv'

The logs are validated first. Then the proven ones are searched again, up to five times: for the trails, buckets, \
objects, KMS keys and principals of what was found, and for the keys, users, roles and sessions that these \
principals made. Records of logs that are not proven are never shown. The scope is that of `validate`, such as \
--start-time and --region; to filter proven records by caller, call or time, use `trailproof events`.

Exit status: that of `validate` over the same logs: 0 verified, 1 failed, 3 gaps, 4 unproven, or not all could \
be searched; 2 nothing was validated (bad arguments or no credentials). --accept and --fail-on change it as \
there";

#[derive(clap::Args)]
pub struct TimelineArgs {
    #[command(flatten)]
    pub run: RunArgs,

    #[command(flatten)]
    pub investigation: InvestigationArgs,

    #[command(flatten)]
    pub watchlist: WatchlistArgs,

    /// How the events are grouped, in the formats text and html; by default they come by time alone
    #[arg(long, value_name = "BY", value_enum, help_heading = "Report")]
    pub group_by: Option<GroupBy>,

    /// The format: text, json or html; by default text; repeatable, each with its own --out
    #[arg(long, value_name = "FORMAT", help_heading = "Report")]
    pub format: Vec<TimelineFormat>,

    /// The file for the report of the --format before it; by default standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub out: Vec<PathBuf>,

    #[command(flatten, next_help_heading = "Report")]
    pub exit: ExitArgs,

    #[command(flatten)]
    pub progress: ProgressArgs,

    #[command(flatten)]
    pub bundle: BundleArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,
}

/// The most records in a timeline by default: some 100 MB in memory.
pub const MOST: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99_999);

/// The bounds of a timeline.
#[derive(Clone, clap::Args)]
#[command(next_help_heading = "Timeline")]
pub struct InvestigationArgs {
    /// The most records in the timeline: calls that change something are kept first, then those that only read, then
    /// those that were refused
    #[arg(long, value_name = "N", default_value_t = MOST)]
    pub most: NonZeroUsize,
}

/// What `--watchlist` does to a timeline.
const WATCHLIST: &str = "Mark the records that a rule of sensitive calls matches: the shipped rules, or those of a file or \
folder, in TOML or Sigma; `shipped` stands for the shipped rules beside one's own; repeatable";

/// The command with the help of what it does otherwise than `events`.
pub fn described(command: clap::Command) -> clap::Command {
    command.mut_arg("watchlist", |arg| {
        arg.help(WATCHLIST).long_help(None::<&str>)
    })
}

/// How events are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GroupBy {
    /// By who made the call
    Principal,
}

impl TimelineArgs {
    /// How the events are grouped.
    pub fn grouping(&self) -> Grouping {
        match self.group_by {
            Some(GroupBy::Principal) => Grouping::Principal,
            None => Grouping::None,
        }
    }
}
