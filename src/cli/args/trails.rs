//! The arguments of `trails`, parsed only.

use std::path::PathBuf;

use super::shared::aws::SignInArgs;
use super::shared::source::{ScopeArgs, SourceArgs};
use super::shared::values::jobs;
use super::shared::work::DeadlineArgs;
use crate::report::trails;

pub const EXAMPLES: &str = "\
Examples:
  # what is in a bucket: each chain's first and last digest, and the holes
  trailproof trails --s3-bucket my-logs

  # what is in a copy, as JSON
  trailproof trails --path copy --format json

  # the chains there are now, and later whether each of them is still there
  trailproof trails --s3-bucket my-logs --format expect --out chains
  trailproof validate --s3-bucket my-logs --expect chains

Names alone are looked at: what is listed is there, and nothing of it is proven.

Exit status: 0 listed, 4 nothing was found or something could not be listed; 2 nothing could be listed";

#[derive(clap::Args)]
pub struct TrailsArgs {
    #[command(flatten)]
    pub source: SourceArgs,

    #[command(flatten)]
    pub scope: ScopeArgs,

    /// Folders listed at the same time; by default 64, and with --path one a core
    #[arg(long, value_name = "N", value_parser = jobs(), help_heading = "Work")]
    pub jobs: Option<u16>,

    /// The list's format: text, json, or expect, which `validate --expect` reads; repeatable, each
    /// with its own --out
    #[arg(long, value_name = "FORMAT", help_heading = "Report")]
    pub format: Vec<trails::TrailsFormat>,

    /// Where the list of the --format before it goes; by default standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub out: Vec<PathBuf>,

    /// No progress on standard error, not even on a terminal
    #[arg(long, help_heading = "Report")]
    pub quiet: bool,

    #[command(flatten)]
    pub work: DeadlineArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,
}
