//! Which verdicts make the exit status non-zero: the same for every command that validates and writes something else
//! than a report of the validation.

use std::path::PathBuf;

use super::reporting::FailOn;

/// What sets the exit status.
#[derive(clap::Args)]
pub struct ExitArgs {
    /// A TOML file of accepted findings, as for `validate`: only the exit status ignores them
    #[arg(long, value_name = "FILE")]
    pub accept: Option<PathBuf>,

    /// The least severe verdict that makes the exit status non-zero, or changes: gaps, and a call that
    /// reduced what a trail logs; a source that could not be read always does
    #[arg(long, value_enum, default_value_t = FailOn::Gaps)]
    pub fail_on: FailOn,
}

impl ExitArgs {
    /// The file that it reads, with its option.
    pub fn inputs(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let accept = self.accept.clone();
        accept.map(|path| ("--accept", path)).into_iter()
    }
}
