//! The arguments of `schema`, `generate`, `completions`, `man` and `help`, parsed only.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum, value_parser};
use jiff::SignedDuration;

use super::shared::values::interval;

pub const GENERATE_EXAMPLES: &str = "\
Examples:
  trailproof generate schedule systemd -- --s3-bucket my-logs
  trailproof generate shards slurm --plan plan.jsonl > shards.sh
  trailproof generate alerts prometheus > /etc/prometheus/trailproof.yaml
  trailproof generate watchlist > own.toml";

const SCHEDULE_EXAMPLES: &str = "\
Examples:
  # a service and a timer, as files in a folder
  trailproof generate schedule systemd --out units -- \\
      --s3-bucket my-logs --start-time 2026-01-01

  # the same, with metrics for the textfile collector of the node exporter
  trailproof generate schedule systemd --out units \\
      --textfile /var/lib/prometheus/node-exporter -- --s3-bucket my-logs

  # a CronJob, with an image of your own registry
  trailproof generate schedule kubernetes \\
      --image registry.example.com/trailproof:0.1.0 -- \\
      --s3-bucket my-logs --accept /etc/trailproof/accept.toml > schedule.yaml

  # one trail, in AWS Fargate or on GitHub
  trailproof generate schedule ecs -- --s3-bucket my-logs --trail-arn \\
      arn:aws:cloudtrail:us-east-1:111111111111:trail/main > template.yaml
  trailproof generate schedule github-actions -- --s3-bucket my-logs \\
      > .github/workflows/trailproof.yml";

const SHARDS_EXAMPLES: &str = "\
Examples:
  # a job array of Slurm, and the merge after it
  trailproof generate shards slurm --plan plan.jsonl > shards.sh
  sh shards.sh

  # an Indexed Job of Kubernetes, 50 pods at the same time
  trailproof generate shards kubernetes --plan plan.jsonl --at-once 50 \\
      --image registry.example.com/trailproof:0.1.0 --out jobs

  # CloudFormation templates: AWS Batch, or Step Functions
  trailproof generate shards aws-batch --plan plan.jsonl > template.yaml
  trailproof generate shards step-functions --plan plan.jsonl > machine.yaml";

const ALERTS_EXAMPLES: &str = "\
Examples:
  trailproof generate alerts prometheus > /etc/prometheus/trailproof.yaml
  trailproof generate alerts prometheus --every 1d";

const WATCHLIST_EXAMPLES: &str = "\
Examples:
  trailproof generate watchlist > own.toml
  trailproof events --path copy --keys keys/ --watchlist own.toml";

pub const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  trailproof completions bash > /etc/bash_completion.d/trailproof
  trailproof completions zsh > \"${fpath[1]}/_trailproof\"
  trailproof completions fish > ~/.config/fish/completions/trailproof.fish";

pub const MAN_EXAMPLES: &str = "\
Examples:
  trailproof man /usr/local/share/man
  trailproof man | man -l -";

/// The heading of the topics in the help of the program.
pub const TOPICS_HEADING: &str = "Topics of the manual, each for trailproof help TOPIC:";

/// What writes a JSON report, the state of scheduled runs, or a plan.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    Validate,
    Trails,
    Doctor,
    Explain,
    Collect,
    State,
    History,
    Timeline,
    Plan,
}

/// What `generate` prints.
#[derive(Subcommand)]
pub enum GenerateCommand {
    /// Print all that runs `validate` every hour, with the least IAM policy that it needs
    ///
    /// The flags of `validate` follow `--`. The output begins with comments: how to install it, step by step, and
    /// what raises an alarm.
    #[command(after_help = SCHEDULE_EXAMPLES)]
    Schedule(ScheduleArgs),
    /// Print all that runs the shards of a plan on an engine, and merges their parts into one report
    ///
    /// The flags of `shard run` may follow `--`. The output begins with comments: the numbers of the plan, and how to
    /// run it, step by step.
    #[command(after_help = SHARDS_EXAMPLES)]
    Shards(ShardsArgs),
    /// Print alerting rules for the metrics of `validate --format prometheus`
    #[command(after_help = ALERTS_EXAMPLES)]
    Alerts(AlertsArgs),
    /// Print the shipped rules of `events --watchlist`, as TOML: the beginning of a list of one's own
    #[command(after_help = WATCHLIST_EXAMPLES)]
    Watchlist,
}

#[derive(clap::Args)]
pub struct ScheduleArgs {
    /// What runs the check
    #[arg(value_enum)]
    pub kind: ScheduleKind,

    /// The folder, created if it does not exist, that gets one file for each part; by default all parts go to
    /// standard output
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// The container image, for kubernetes and ecs; by default trailproof with the version of this program
    #[arg(long)]
    pub image: Option<String>,

    /// Also write metrics into this folder of the node exporter's textfile collector, for systemd
    #[arg(long, value_name = "DIR")]
    pub textfile: Option<PathBuf>,

    /// The flags of `validate`: at least --s3-bucket
    #[arg(last = true, value_name = "FLAGS")]
    pub flags: Vec<OsString>,
}

/// What runs a scheduled check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScheduleKind {
    /// A service and a timer of systemd
    Systemd,
    /// A CronJob of Kubernetes with a volume
    Kubernetes,
    /// A Fargate task of Amazon ECS, as a CloudFormation template
    Ecs,
    /// A workflow of GitHub Actions
    GithubActions,
}

#[derive(clap::Args)]
pub struct ShardsArgs {
    /// What runs the shards
    #[arg(value_enum)]
    pub engine: EngineKind,

    /// The plan that `shard plan` wrote
    #[arg(long, value_name = "FILE")]
    pub plan: PathBuf,

    /// Shards that run at the same time; by default all, but at most 32
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..))]
    pub at_once: Option<u32>,

    /// The folder, created if it does not exist, that gets one file for each part; by default the jobs go to
    /// standard output
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// The container image, for kubernetes, aws-batch and step-functions; in Kubernetes by default trailproof with
    /// the version of this program
    #[arg(long)]
    pub image: Option<String>,

    /// Flags of `shard run`, such as --jobs or --limit-rate
    #[arg(last = true, value_name = "FLAGS")]
    pub flags: Vec<OsString>,
}

/// What runs the shards of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineKind {
    /// An Indexed Job of Kubernetes with a volume
    Kubernetes,
    /// An array job of AWS Batch on Fargate, as a CloudFormation template
    AwsBatch,
    /// A Distributed Map of AWS Step Functions on Fargate, as a CloudFormation template
    StepFunctions,
    /// A job array of Slurm
    Slurm,
}

#[derive(clap::Args)]
pub struct AlertsArgs {
    /// What evaluates the rules
    #[arg(value_enum)]
    pub kind: AlertsKind,

    /// How often the check runs, at least every minute; the alerts wait for up to three runs
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = interval)]
    pub every: SignedDuration,
}

/// What evaluates alerting rules.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AlertsKind {
    /// A rule file of Prometheus
    Prometheus,
}
