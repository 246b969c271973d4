//! What is reported of a validation, and where: the same for every command that writes its report.

use std::path::PathBuf;

use clap::ValueEnum;

use super::presentation::PresentationArgs;
use super::progress::ProgressArgs;
use super::values::format;
use crate::proof::finding::Verdict;
use crate::report::Format;
use crate::validate::accept::ExitRule;

/// The reports of a validation, and what its exit status says.
#[derive(clap::Args)]
pub struct ReportingArgs {
    /// The report's format; by default text; repeatable, each with its own --out
    #[arg(long, value_name = "FORMAT", value_parser = format(), help_heading = "Report")]
    pub format: Vec<Format>,

    /// The file for the report of the --format before it; by default standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub out: Vec<PathBuf>,

    #[command(flatten, next_help_heading = "Report")]
    pub presentation: PresentationArgs,

    /// Write the commands that findings call for to this file, as a POSIX shell script; they only read from AWS
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub commands: Option<PathBuf>,

    /// Print one line per file, in the formats text and aws-cli
    #[arg(long, short, help_heading = "Report")]
    pub verbose: bool,

    #[command(flatten)]
    pub progress: ProgressArgs,

    /// A TOML file of accepted findings; they are still reported, and only the exit status ignores them
    ///
    /// Each [[accept]] has chain, from, to, reason and who. A * may stand for any of the four parts of
    /// chain; an entry with * accepts nothing that failed. With follows = true in place of to, an entry
    /// accepts that the chain ended at from.
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub accept: Option<PathBuf>,

    /// The least severe verdict that makes the exit status non-zero, or changes: gaps, and a call that
    /// reduced what a trail logs; a source that could not be read always does
    #[arg(long, value_enum, default_value_t = FailOn::Gaps, help_heading = "Report")]
    pub fail_on: FailOn,
}

impl ReportingArgs {
    /// What the reports are made of besides the validation, each with its option.
    pub fn inputs(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let accept = self.accept.clone().map(|path| ("--accept", path));
        accept.into_iter().chain(self.presentation.files())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Failed,
    Unproven,
    Gaps,
    Changes,
}

impl FailOn {
    /// What it says about the exit status.
    pub fn rule(self) -> ExitRule {
        match self {
            FailOn::Failed => Verdict::Failed.into(),
            FailOn::Unproven => Verdict::Unproven.into(),
            FailOn::Gaps => Verdict::Gaps.into(),
            FailOn::Changes => ExitRule {
                least: Verdict::Gaps,
                changes: true,
            },
        }
    }
}
