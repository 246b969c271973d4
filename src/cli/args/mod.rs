//! The command line as `clap` parses it: one file per command, and `shared` for what several have in
//! common. Nothing is opened or read here. Doc comments on arguments are the text of `--help` and of
//! the manual.

pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod report;
pub(crate) mod shared;
pub(crate) mod trails;
pub(crate) mod validate;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use doctor::DoctorArgs;
use explain::ExplainArgs;
use generate::SchemaKind;
use report::ReportArgs;
use trails::TrailsArgs;
use validate::ValidateArgs;

/// Proves whether AWS CloudTrail logs are still what CloudTrail delivered
#[derive(Parser)]
#[command(name = "trailproof", version, propagate_version = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check every digest, signature and log of the chains found, and report gaps
    #[command(after_help = validate::EXAMPLES)]
    Validate(Box<ValidateArgs>),
    /// See whether a validation will work, and if not, why: every permission is tried
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(Box<DoctorArgs>),
    /// Tell of one log or digest whether CloudTrail delivered it, and whether it is intact
    #[command(after_help = explain::EXAMPLES)]
    Explain(Box<ExplainArgs>),
    /// List the chains of digests that are there, reading no object
    #[command(after_help = trails::EXAMPLES)]
    Trails(Box<TrailsArgs>),
    /// Write a report that was saved as JSON in another format
    #[command(after_help = report::EXAMPLES)]
    Report(Box<ReportArgs>),
    /// Print the JSON Schema of a JSON report
    Schema {
        /// Whose report
        #[arg(value_enum, default_value_t = SchemaKind::Validate)]
        of: SchemaKind,
    },
    /// Print what a shell reads to complete this program's command line
    #[command(after_help = generate::COMPLETIONS_EXAMPLES)]
    Completions {
        /// Whose
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual: a page a command into a folder, or all of them to standard output
    #[command(after_help = generate::MAN_EXAMPLES)]
    Man {
        /// The folder, which must be there
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}
