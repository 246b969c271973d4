//! The arguments of `shard`, parsed only.

pub(crate) mod merge;
pub(crate) mod run;

use std::path::PathBuf;

use clap::Subcommand;

use self::merge::{MERGE_EXAMPLES, ShardMergeArgs};
use self::run::{RUN_EXAMPLES, ShardRunArgs};
use super::shared::aws::SignInArgs;
use super::shared::inventory::InventoryArgs;
use super::shared::progress::ProgressArgs;
use super::shared::run::RunArgs;
use super::shared::values::{large_size, per_second, price};
use crate::commands::shard::plan::balance::MOST_SHARDS;
use crate::commands::shard::plan::rates::DEFAULT;
use crate::commands::shard::plan::view::ShardTarget;
use crate::report::plan::v1::PlanRates;

pub const SHARD_EXAMPLES: &str = "\
Examples:
  trailproof shard plan --s3-bucket my-logs --start-time 2026-01-01 \\
      --shards 16 --out plan.jsonl

`trailproof help shards` shows how a plan is run on several machines.";

const PLAN_EXAMPLES: &str = "\
Examples:
  # sixteen shards of about the same time
  trailproof shard plan --s3-bucket my-logs --start-time 2026-01-01 \\
      --shards 16 --out plan.jsonl

  # shards of half an hour, by the speed that one machine had in a test
  trailproof shard plan --s3-bucket my-logs --start-time 2026-01-01 \\
      --minutes 30 --logs-per-second 5200 --out plan.jsonl

  # shards of at most 200 GiB as stored
  trailproof shard plan --s3-bucket my-logs --bytes 200GiB --out plan.jsonl

Exit status: 0 planned, 4 planned, but not every folder could be listed, or no digest was found; 2 nothing was planned \
(bad arguments or no credentials), 130 interrupted";

/// What `shard` does.
#[derive(Subcommand)]
pub enum ShardCommand {
    /// Share a validation out over shards, by listings alone: no object is read
    ///
    /// The options say what to validate, as for `validate`. Shards are accounts and regions. One that is larger than a
    /// shard is split in shares of its logs; its chains are never cut in time. With the plan come objects, bytes,
    /// requests, hours and price, per shard and in all.
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Box<PlanArgs>),
    /// Validate one shard of a plan, and write what a merge needs of it: a part
    ///
    /// The part is in its place once it is complete. The same command again replaces it.
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<ShardRunArgs>),
    /// Judge the parts of a plan together, and write the report of a single run
    ///
    /// A part that is missing or broken makes its chains unproven.
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(Box<ShardMergeArgs>),
}

#[derive(clap::Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub run: RunArgs,

    #[command(flatten)]
    pub inventory: InventoryArgs,

    #[command(flatten)]
    pub target: TargetArgs,

    /// The file for the plan
    #[arg(long, value_name = "FILE", help_heading = "Plan")]
    pub out: PathBuf,

    #[command(flatten)]
    pub rates: RateArgs,

    #[command(flatten)]
    pub progress: ProgressArgs,

    #[command(flatten)]
    pub sign_in: SignInArgs,
}

/// How large shards are: exactly one is given.
#[derive(clap::Args)]
#[command(next_help_heading = "Plan")]
#[group(required = true, multiple = false)]
pub struct TargetArgs {
    /// How many shards to make, of about the same time: at most 10,000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_SHARDS)))]
    shards: Option<u32>,

    /// Make shards of at most this size as stored, such as 200GiB
    #[arg(long, value_name = "SIZE", value_parser = large_size)]
    bytes: Option<u64>,

    /// Make shards of at most so many minutes, at the rates below
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..=525_600))]
    minutes: Option<u32>,
}

/// How fast a machine is, and what it costs.
#[derive(clap::Args)]
#[command(next_help_heading = "Rates")]
pub struct RateArgs {
    /// Digests and logs that one machine validates in a second
    #[arg(long, value_name = "N", default_value_t = DEFAULT.logs_per_second, value_parser = per_second)]
    logs_per_second: f64,

    /// MiB as stored that one machine validates in a second; the slower of both rates counts
    #[arg(long, value_name = "N", default_value_t = DEFAULT.mib_per_second, value_parser = per_second)]
    mib_per_second: f64,

    /// US dollars for 1,000 GET requests; by default those of S3 Standard in us-east-1
    #[arg(long, value_name = "USD", default_value_t = DEFAULT.price_get, value_parser = price)]
    price_get: f64,

    /// US dollars for 1,000 LIST requests; by default those of S3 Standard in us-east-1
    #[arg(long, value_name = "USD", default_value_t = DEFAULT.price_list, value_parser = price)]
    price_list: f64,

    /// US dollars for the transfer of 1 GB; by default none, as within the region of the bucket
    #[arg(long, value_name = "USD", default_value_t = DEFAULT.price_gb, value_parser = price)]
    price_gb: f64,

    /// US dollars for an hour of one machine; by default those of 2 vCPU and 4 GB of AWS Fargate in us-east-1
    #[arg(long, value_name = "USD", default_value_t = DEFAULT.price_hour, value_parser = price)]
    price_hour: f64,
}

impl TargetArgs {
    /// How large shards are; `None` if that is not given, which the parser refuses.
    pub fn target(&self) -> Option<ShardTarget> {
        let shards = self.shards.map(ShardTarget::Shards);
        let bytes = self.bytes.map(ShardTarget::Bytes);
        let minutes = self.minutes.map(ShardTarget::Minutes);
        shards.or(bytes).or(minutes)
    }
}

impl RateArgs {
    /// The rates of a plan.
    pub fn rates(&self) -> PlanRates {
        PlanRates {
            logs_per_second: self.logs_per_second,
            mib_per_second: self.mib_per_second,
            price_get: self.price_get,
            price_list: self.price_list,
            price_gb: self.price_gb,
            price_hour: self.price_hour,
        }
    }
}
