//! The arguments of `shard run`, parsed only.

use std::path::PathBuf;

use crate::cli::args::shared::aws::SignInArgs;
use crate::cli::args::shared::progress::ProgressArgs;
use crate::cli::args::shared::values::jobs;
use crate::cli::args::shared::work::DeadlineArgs;

pub const RUN_EXAMPLES: &str = "\
Examples:
  # the fourth shard of a plan
  trailproof shard run --plan plan.jsonl --shard 3 --out parts/

  # in a task of Kubernetes, AWS Batch or Slurm, which says its number itself
  trailproof shard run --plan plan.jsonl --out parts/

A part is in its place once it is complete. Until then there is none, and the same command can be run again.

Exit status: 0 the part is written, whatever the validation finds; 2 no part is written";

#[derive(clap::Args)]
pub struct ShardRunArgs {
    /// The plan that `shard plan` wrote
    #[arg(long, value_name = "FILE", help_heading = "Shard")]
    pub plan: PathBuf,

    /// The shard, from 0; by default the number that Kubernetes, AWS Batch or Slurm gives to this task, in
    /// JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX or SLURM_ARRAY_TASK_ID
    #[arg(long, value_name = "I", help_heading = "Shard")]
    pub shard: Option<u32>,

    /// The file for the part; in a folder, which is created if it ends with a slash, its name is that of the shard,
    /// such as shard-00003.part
    #[arg(long, value_name = "FILE|DIR/", help_heading = "Shard")]
    pub out: PathBuf,

    /// Objects processed at the same time; by default 64, up to 256 if answers are slow, and with --path
    /// one per CPU core
    #[arg(long, value_name = "N", value_parser = jobs(), help_heading = "Work")]
    pub jobs: Option<u16>,

    #[command(flatten)]
    pub work: DeadlineArgs,

    #[command(flatten)]
    pub progress: ProgressArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,
}
