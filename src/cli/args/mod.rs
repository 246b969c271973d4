//! The command line as `clap` parses it: one file per command, and `shared` for what several have in
//! common. Nothing is opened or read here. Doc comments on arguments are the text of `--help` and of
//! the manual: one plain sentence per option, with its unit and its default.

pub(crate) mod collect;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod history;
pub(crate) mod report;
pub(crate) mod shard;
pub(crate) mod shared;
pub(crate) mod timeline;
pub(crate) mod trails;
pub(crate) mod validate;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use collect::CollectArgs;
use doctor::DoctorArgs;
use events::EventsArgs;
use explain::ExplainArgs;
use generate::{GenerateCommand, SchemaKind};
use history::HistoryArgs;
use report::ReportArgs;
use shard::ShardCommand;
use timeline::TimelineArgs;
use trails::TrailsArgs;
use validate::{ScheduledArgs, ValidateArgs};

use crate::manual::{TOPICS, Topic};

/// The commands that `help` shows.
const COMMANDS: &[&str] = &[
    "validate",
    "collect",
    "doctor",
    "explain",
    "events",
    "timeline",
    "trails",
    "report",
    "history",
    "shard",
    "schema",
    "generate",
    "completions",
    "man",
    "help",
];

/// Prove whether AWS CloudTrail logs are still what CloudTrail delivered
#[derive(Parser)]
#[command(
    name = "trailproof",
    version,
    propagate_version = true,
    disable_help_subcommand = true
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check every digest, signature and log, and report gaps
    #[command(after_help = validate::EXAMPLES)]
    Validate(Box<ScheduledArgs>),
    /// Validate with the command line and the output of `aws cloudtrail validate-logs`
    ///
    /// This is `trailproof validate --format aws-cli`. In a script, replace `aws cloudtrail` by `trailproof`: all
    /// options stay the same, the global ones included.
    #[command(after_help = validate::LOGS_EXAMPLES)]
    ValidateLogs(Box<ValidateArgs>),
    /// Secure everything that a validation needs in a bundle, or check such a bundle
    #[command(after_help = collect::EXAMPLES)]
    Collect(Box<CollectArgs>),
    /// Check whether a validation can work, and if not, why: each permission is tried
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(Box<DoctorArgs>),
    /// Report whether CloudTrail delivered a given log or digest, and whether it is intact
    #[command(after_help = explain::EXAMPLES)]
    Explain(Box<ExplainArgs>),
    /// Write the events of proven logs, byte for byte, and which logs give none
    #[command(after_help = events::EXAMPLES)]
    Events(Box<EventsArgs>),
    /// Report what happened around gaps, damage and changes, from proven records alone
    #[command(after_help = timeline::EXAMPLES)]
    Timeline(Box<TimelineArgs>),
    /// List the chains of digests from object names only: nothing is read or verified
    #[command(after_help = trails::EXAMPLES)]
    Trails(Box<TrailsArgs>),
    /// Write a saved JSON report in another format
    #[command(after_help = report::EXAMPLES)]
    Report(Box<ReportArgs>),
    /// Write what the runs of a scheduled check proved, from their state: a monthly report
    #[command(after_help = history::EXAMPLES)]
    History(Box<HistoryArgs>),
    /// Validate on several machines: share the work out, prove a part of it, join the parts
    #[command(subcommand, after_help = shard::SHARD_EXAMPLES)]
    Shard(ShardCommand),
    /// Print the JSON Schema of a JSON report, of the state of scheduled runs, or of a plan of shards
    Schema {
        /// The command whose report the schema describes, `state` for what `validate --state` keeps, or `plan` for
        /// the lines of a plan of `shard plan`
        #[arg(value_enum, default_value_t = SchemaKind::Validate)]
        of: SchemaKind,
    },
    /// Print a schedule that runs a check every hour, jobs for the shards of a plan, alerting rules, or the rules of
    /// sensitive calls
    #[command(subcommand, after_help = generate::GENERATE_EXAMPLES)]
    Generate(GenerateCommand),
    /// Print a shell completion script
    #[command(after_help = generate::COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell that reads the script
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write man pages, one per command and topic, into a folder, or all of them to standard output
    #[command(after_help = generate::MAN_EXAMPLES)]
    Man {
        /// The folder, created if it does not exist: its folders man1 and man7 get the pages; by default the
        /// pages go to standard output
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Print a topic of the manual, or the help of a command
    Help {
        /// A topic or a command; without it, both are listed
        #[arg(value_name = "TOPIC")]
        about: Option<String>,
    },
}

impl Args {
    /// The parser. Its help lists the topics of the manual, and `help` takes these and the commands.
    pub fn parser() -> clap::Command {
        let names = COMMANDS.iter().filter(|name| Topic::of(name).is_none());
        let commands = names.map(|name| PossibleValue::new(*name));
        let topics = TOPICS
            .iter()
            .map(|of| PossibleValue::new(of.name).help(of.title()));
        let values = PossibleValuesParser::new(commands.chain(topics));
        let list = TOPICS
            .iter()
            .map(|of| format!("\n  {:13}  {}", of.name, of.title()));
        Args::command()
            .mut_subcommand("help", |help| {
                help.mut_arg("about", |about| about.value_parser(values))
            })
            // The order of the commands stays.
            .mut_subcommands(|command| match command.get_name() {
                "collect" => collect::described(command),
                "timeline" => timeline::described(command),
                _ => command,
            })
            .after_help(generate::TOPICS_HEADING.to_owned() + &list.collect::<String>())
    }
}
