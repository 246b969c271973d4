//! The arguments of `history`, parsed only.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use super::shared::values::{deadline, sha256, time};
use crate::base::sha256::Sha256;
use crate::report::history::HistoryFormat;

pub const EXAMPLES: &str = "\
Examples:
  # what the runs of `validate --state state.json` proved so far
  trailproof history state.json

  # a page to print and file: one month
  trailproof history state.json --start-time 2026-01-01 --end-time 2026-02-01 \\
      --format html --out january.html

  # the same, and an error if the file is not the state that the last run left
  trailproof history state.json --format html --out january.html \\
      --start-time 2026-01-01 --end-time 2026-02-01 \\
      --state-sha256 \"$(jq -r .run.state_sha256 report.json)\"

The state is all that is read, so the history is as good as that file. Logs are not checked again.

Exit status: 0 written, whatever the history says; 2 FILE is not a state, or not that of --state-sha256, or the \
report could not be written";

#[derive(clap::Args)]
pub struct HistoryArgs {
    /// A state that `validate --state` wrote
    #[arg(value_name = "FILE")]
    pub state: PathBuf,

    /// The SHA-256 that the file must have: the `run.state_sha256` of the report of the last run
    #[arg(long, value_name = "HASH", value_parser = sha256, help_heading = "State")]
    pub state_sha256: Option<Sha256>,

    /// The beginning of the period; by default that of the history
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Period")]
    pub start_time: Option<Timestamp>,

    /// The end of the period; by default that of the last run
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Period")]
    pub end_time: Option<Timestamp>,

    /// How often the check is scheduled, which shows whether a run was missed
    #[arg(long, value_name = "DURATION", value_parser = deadline, default_value = "1h", help_heading = "Period")]
    pub every: SignedDuration,

    /// The format: text, json or html; by default text; repeatable, each with its own --out
    #[arg(long, value_name = "FORMAT", help_heading = "Report")]
    pub format: Vec<HistoryFormat>,

    /// The file for the report of the --format before it; by default standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub out: Vec<PathBuf>,
}
