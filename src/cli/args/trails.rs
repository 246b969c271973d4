//! The arguments of `trails`, parsed only.

use std::path::PathBuf;

use clap::ValueEnum;

use super::shared::aws::SignInArgs;
use super::shared::progress::ProgressArgs;
use super::shared::source::{ScopeArgs, SourceArgs};
use super::shared::values::jobs;
use super::shared::work::DeadlineArgs;
use crate::report::trails;

pub const EXAMPLES: &str = "\
Examples:
  # each chain in a bucket: first and last digest, and missing hours
  trailproof trails --s3-bucket my-logs

  # each chain in a copy, as JSON
  trailproof trails --path copy --format json

  # the chains of today, and later whether each of them still exists
  trailproof trails --s3-bucket my-logs --format expect --out chains
  trailproof validate --s3-bucket my-logs --expect chains

  # the same with each account of the organization, and without closed ones
  trailproof trails --s3-bucket my-logs --format expect --accounts organizations

The list comes from object names only; nothing is read or verified.

Exit status: 0 listed, 4 nothing was found, or a folder could not be listed; 2 nothing could be listed";

/// A bundle holds no listings for this command.
const PATH: &str = "A copy on disk: a folder made with `aws s3 sync`, a part of one, a folder of single downloads, or a \
zip or tar of these, optionally with the name of its bucket; repeatable";

#[derive(clap::Args)]
#[command(mut_arg("path", |path| path.help(PATH)))]
pub struct TrailsArgs {
    #[command(flatten)]
    pub source: SourceArgs,

    #[command(flatten)]
    pub scope: ScopeArgs,

    /// Folders listed at the same time; by default 64, and with --path one per CPU core
    #[arg(long, value_name = "N", value_parser = jobs(), help_heading = "Work")]
    pub jobs: Option<u16>,

    /// The format: text, json, or expect, which `validate --expect` reads; by default text;
    /// repeatable, each with its own --out
    #[arg(long, value_name = "FORMAT", help_heading = "Report")]
    pub format: Vec<trails::TrailsFormat>,

    /// The file for the list of the --format before it; by default standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub out: Vec<PathBuf>,

    /// Where the accounts are looked up whose chains must exist: AWS Organizations. With expect, chains that an
    /// organization's trail must have are listed even if they were not found, and those of closed accounts are not
    #[arg(
        long,
        value_name = "organizations",
        hide_possible_values = true,
        help_heading = "Report"
    )]
    pub accounts: Option<AccountsFrom>,

    #[command(flatten)]
    pub progress: ProgressArgs,

    #[command(flatten)]
    pub work: DeadlineArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,
}

/// Where accounts are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AccountsFrom {
    /// AWS Organizations.
    Organizations,
}
