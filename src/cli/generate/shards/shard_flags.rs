//! The flags of `shard run`, parsed by its parser, so that no job holds any that it would refuse.

use std::ffi::OsString;

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::base::error::Error;
use crate::cli::args::Args;
use crate::cli::args::shared::aws::SignInArgs;
use crate::cli::generate::schedule::flags;

/// The flags, as they were given and as they were parsed.
pub struct ShardFlags {
    /// One word per option, with its value.
    pub words: Vec<String>,
    parsed: ArgMatches,
}

/// Parses flags as `shard run` does.
///
/// # Errors
/// If it refuses them.
pub fn parsed(flags: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let line = ["trailproof", "shard", "run", "--plan=plan", "--out=part"].map(OsString::from);
    let mut matches = Args::parser().try_get_matches_from(line.iter().chain(flags))?;
    let run = matches
        .remove_subcommand()
        .and_then(|(_, mut shard)| shard.remove_subcommand());
    Ok(run.map(|(_, run)| run).unwrap_or_default())
}

impl ShardFlags {
    /// The flags, with what they say.
    ///
    /// # Errors
    /// If one cannot stand in a file as it is.
    pub fn of(flags: &[OsString], parsed: ArgMatches) -> Result<Self, Error> {
        let words = flags::words(flags)?;
        Ok(ShardFlags { words, parsed })
    }

    /// Whether an option was given.
    pub fn has(&self, id: &str) -> bool {
        self.parsed.value_source(id) == Some(ValueSource::CommandLine)
    }

    /// Makes arguments sign in as the flags say.
    pub fn sign_in(&self, args: &mut SignInArgs) {
        args.no_sign_request = self.has("no_sign_request");
        args.ca_bundle = self.parsed.get_one("ca_bundle").cloned();
    }
}
