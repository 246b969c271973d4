//! Which objects are read, over which time and how: the same for every command that runs a validation.

use std::path::PathBuf;

use jiff::Timestamp;

use super::aws::SignInArgs;
use super::evidence::{DeliveryArgs, EvidenceArgs};
use super::source::{ScopeArgs, SourceArgs};
use super::values::{jobs, time};
use super::work::{BoundArgs, DeadlineArgs};
use crate::cloudtrail::chain_pattern::ChainPattern;
use crate::cloudtrail::ids::ChainId;
use crate::validate::request::LogSelection;

/// A validation, apart from who signs its requests and what is reported.
#[derive(clap::Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub source: SourceArgs,

    #[command(flatten)]
    pub known: EvidenceArgs,

    #[command(flatten)]
    pub scope: ScopeArgs,

    /// A file of chains that must exist, one ACCOUNT/REGION/HOME_REGION/TRAIL per line
    #[arg(long, value_name = "FILE", help_heading = "Scope")]
    pub expect: Option<PathBuf>,

    /// The chains that a bundle expects.
    #[arg(skip)]
    pub expected: Vec<ChainId>,

    /// Leave out these chains: ACCOUNT/REGION/HOME_REGION/TRAIL, where * stands for any part; the report
    /// lists the pattern; repeatable
    #[arg(long, value_name = "PATTERN", help_heading = "Scope")]
    pub exclude: Vec<ChainPattern>,

    /// The start of the window: RFC 3339, a date, or the output of `date`; UTC unless it has an offset;
    /// by default the start of each chain's first digest
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub start_time: Option<Timestamp>,

    /// The end of the window; by default now, and with --path the end of each chain's last digest
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub end_time: Option<Timestamp>,

    /// When the copy was made; by default unknown, and in S3 now
    ///
    /// Time without digests within --delivery-lag before it is pending, because a digest may still have
    /// been delivered. S3 is read now: there it only ends the window if --end-time is not given.
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub as_of: Option<Timestamp>,

    #[command(flatten)]
    pub late: DeliveryArgs,

    /// The logs to read: all, none, one part of several (1/7), or a random share (5%); the others must
    /// only exist
    #[arg(long, value_name = "all|none|I/N|P%", default_value_t = LogSelection::All, help_heading = "Work")]
    pub logs: LogSelection,

    /// The seed of a sample of logs; parts with the same seed add up to all logs; by default random, and
    /// shown in the report
    #[arg(long, value_name = "TEXT", help_heading = "Work")]
    pub seed: Option<String>,

    /// Objects processed at the same time; by default 64, up to 256 if answers are slow, and with --path
    /// one per CPU core
    #[arg(long, value_name = "N", value_parser = jobs(), help_heading = "Work")]
    pub jobs: Option<u16>,

    #[command(flatten)]
    pub bounds: BoundArgs,

    #[command(flatten)]
    pub work: DeadlineArgs,
}

impl RunArgs {
    /// What a run reads besides copies, each with its option.
    pub fn inputs(&self, sign_in: &SignInArgs) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let one = [
            ("--expect", &self.expect),
            ("--ca-bundle", &sign_in.ca_bundle),
        ];
        let one = one.map(|(option, path)| path.clone().map(|path| (option, path)));
        let keys = self.known.keys.iter();
        let keys = keys.map(|path| ("--keys", path.clone()));
        one.into_iter().flatten().chain(keys)
    }
}
