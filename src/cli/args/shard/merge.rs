//! The arguments of `shard merge`, parsed only.

use std::path::PathBuf;

use crate::cli::args::shared::reporting::ReportingArgs;

pub const MERGE_EXAMPLES: &str = "\
Examples:
  # the parts in a folder, as the report that one machine would have made
  trailproof shard merge --plan plan.jsonl parts/

  # the same, as JSON and as a page
  trailproof shard merge --plan plan.jsonl parts/ \\
      --format json --out report.json --format html --out report.html

Exit status: 0 verified, 1 failed, 3 gaps, 4 unproven, or a part is missing or broken; 2 nothing was merged (bad \
arguments, no part could be read, or one is of another plan or version)";

#[derive(clap::Args)]
pub struct ShardMergeArgs {
    /// The plan that `shard plan` wrote
    #[arg(long, value_name = "FILE", help_heading = "Shard")]
    pub plan: PathBuf,

    /// The parts that `shard run` wrote; of a folder, its files shard-00000.part and so on
    #[arg(value_name = "PART|DIR", required = true)]
    pub parts: Vec<PathBuf>,

    #[command(flatten)]
    pub report: ReportingArgs,
}
