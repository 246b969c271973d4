//! The arguments, parsed only.

pub(crate) mod doctor;
pub(crate) mod explain;
pub mod shared;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::report::{Format, trails};
use crate::validate::request::LogSelection;
use doctor::DoctorArgs;
use explain::ExplainArgs;
pub use shared::aws::{SignInArgs, UnusedArgs};
pub use shared::known::{DeliveryArgs, EvidenceArgs};
pub use shared::place::{ScopeArgs, SourceArgs, bucket};
pub use shared::plain::PlainFormat;

const EXAMPLES: &str = "\
Examples:
  # one trail: its bucket, prefix, regions and keys are asked of AWS
  trailproof validate \\
      --trail-arn arn:aws:cloudtrail:us-east-1:111111111111:trail/main \\
      --start-time 2026-01-01 --end-time 2026-02-01

  # every chain in a bucket; archive and trail in two accounts, each its profile
  trailproof validate --s3-bucket my-logs --start-time 2026-01-01 \\
      --s3-profile archive --trail-profile prod

  # every chain in a copy of a bucket, with the public keys of its regions
  trailproof validate --path copy --keys keys/

  # the same, held against the bucket's name and a window, as JSON
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --start-time 2026-01-01 --end-time 2026-02-01 \\
      --format json --out report.json

  # a window of the past: what was not there when the copy was made is told
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --start-time 2026-01-01 --end-time 2026-01-08 --as-of 2026-02-01

  # one region of one account, a line a file
  trailproof validate --path copy --keys eu-west-1.json --region eu-west-1 \\
      --account-id 111111111111 --verbose

  # two buckets of one trail, and a copy that lost its prefix
  trailproof validate --keys keys/ \\
      --path old-logs=copy/old --path new-logs=copy/new
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --map my-logs=my-logs/trails

How to make such a copy, and keep what proves it:
  aws s3 sync s3://my-logs copy
  aws cloudtrail list-public-keys --region eu-west-1 \\
      --start-time FIRST --end-time LAST > keys/eu-west-1.json
  # for each KEY that a run says it needs it for
  aws s3api head-object --bucket my-logs --key KEY > copy/KEY.head.json

Exit status: 0 verified, 1 failed, 3 gaps, 4 unproven; 2 no validation was performed";

const TRAILS_EXAMPLES: &str = "\
Examples:
  # what is in a bucket: each chain's first and last digest, and the holes
  trailproof trails --s3-bucket my-logs

  # what is in a copy, as JSON
  trailproof trails --path copy --format json

  # the chains there are now, and later whether each of them is still there
  trailproof trails --s3-bucket my-logs --format expect --out chains
  trailproof validate --s3-bucket my-logs --expect chains

Names alone are looked at: what is listed is there, and nothing of it is proven.

Exit status: 0 listed, 4 nothing was found or something could not be listed; 2 nothing was listed";

const REPORT_EXAMPLES: &str = "\
Examples:
  # a page to file, from the report of a run that took hours
  trailproof report report.json --format html --out report.html

  # several at once, and one from a pipe
  trailproof report report.json \\
      --format junit --out junit.xml --format csv --out findings.csv
  xz --decompress --stdout report.json.xz |
      trailproof report - --format markdown

Nothing is looked at again: what the report says is what was found when it was made.

Exit status: 0 written, whatever the verdict; 2 it is not a report, or could not be written";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  trailproof completions bash > /etc/bash_completion.d/trailproof
  trailproof completions zsh > \"${fpath[1]}/_trailproof\"
  trailproof completions fish > ~/.config/fish/completions/trailproof.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  trailproof man /usr/local/share/man/man1
  trailproof man | man -l -";

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
    #[command(after_help = EXAMPLES)]
    Validate(Box<ValidateArgs>),
    /// See whether a validation will work, and if not, why: every permission is tried
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(Box<DoctorArgs>),
    /// Tell of one log or digest whether CloudTrail delivered it, and whether it is intact
    #[command(after_help = explain::EXAMPLES)]
    Explain(Box<ExplainArgs>),
    /// List the chains of digests that are there, reading no object
    #[command(after_help = TRAILS_EXAMPLES)]
    Trails(Box<TrailsArgs>),
    /// Write a report that was saved as JSON in another format
    #[command(after_help = REPORT_EXAMPLES)]
    Report(Box<ReportArgs>),
    /// Print the JSON Schema of a JSON report
    Schema {
        /// Whose report
        #[arg(value_enum, default_value_t = SchemaKind::Validate)]
        of: SchemaKind,
    },
    /// Print what a shell reads to complete this program's command line
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// Whose
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual: a page a command into a folder, or all of them to standard output
    #[command(after_help = MAN_EXAMPLES)]
    Man {
        /// The folder, which must be there
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// What writes a JSON report.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    Validate,
    Trails,
    Doctor,
    Explain,
}

#[derive(clap::Args)]
pub struct ValidateArgs {
    #[command(flatten)]
    pub source: SourceArgs,

    #[command(flatten)]
    pub known: EvidenceArgs,

    #[command(flatten)]
    pub scope: ScopeArgs,

    /// Chains that must be there, one ACCOUNT/REGION/HOME_REGION/TRAIL a line
    #[arg(long, value_name = "FILE", help_heading = "Scope")]
    pub expect: Option<PathBuf>,

    /// The beginning of the window, RFC 3339 or a date, UTC without an offset; by default each
    /// chain's first digest
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub start_time: Option<Timestamp>,

    /// The end of the window; by default now, and with --path each chain's last digest
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub end_time: Option<Timestamp>,

    /// When the source was looked at; by default now, and with --path the window's end, so that the
    /// last hours of it may be pending
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub as_of: Option<Timestamp>,

    #[command(flatten)]
    pub late: DeliveryArgs,

    /// Which logs are read: all, none, one part of several (1/7), or a share (5%); the others are
    /// only looked for
    #[arg(long, value_name = "all|none|I/N|P%", default_value_t = LogSelection::All, help_heading = "Work")]
    pub logs: LogSelection,

    /// What a sample of logs is drawn with; parts of one seed add up to all logs; by default random,
    /// and told in the report
    #[arg(long, value_name = "TEXT", help_heading = "Work")]
    pub seed: Option<String>,

    /// Objects worked on at the same time; by default 64, more where answers take long (up to 256),
    /// and with --path one a core
    #[arg(long, value_name = "N", value_parser = jobs(), help_heading = "Work")]
    pub jobs: Option<u16>,

    /// The report's format; repeatable, each with its own --out
    #[arg(long, value_name = "FORMAT", value_parser = format(), help_heading = "Report")]
    pub format: Vec<Format>,

    /// Where the report of the --format before it goes; by default standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub out: Vec<PathBuf>,

    /// A line a file, in the text report and in that of aws-cli
    #[arg(long, short, help_heading = "Report")]
    pub verbose: bool,

    /// No progress on standard error, not even on a terminal
    #[arg(long, help_heading = "Report")]
    pub quiet: bool,

    /// Findings accepted beforehand, as TOML: [[accept]] with chain, from, to, reason, who; they
    /// are shown, and only the exit status looks away
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub accept: Option<PathBuf>,

    /// The mildest verdict that is not exit status 0
    #[arg(long, value_enum, default_value_t = FailOn::Gaps, help_heading = "Report")]
    pub fail_on: FailOn,

    #[command(flatten)]
    pub sign_in: SignInArgs,

    #[command(flatten)]
    pub unused: UnusedArgs,
}

#[derive(clap::Args)]
pub struct TrailsArgs {
    #[command(flatten)]
    pub source: SourceArgs,

    #[command(flatten)]
    pub scope: ScopeArgs,

    /// Folders listed at the same time; by default 64, and with --path one a core
    #[arg(long, value_name = "N", value_parser = jobs(), help_heading = "Work")]
    pub jobs: Option<u16>,

    /// The list's format: text, json, or expect, which `validate --expect` reads; repeatable, each
    /// with its own --out
    #[arg(long, value_name = "FORMAT", help_heading = "Report")]
    pub format: Vec<trails::Format>,

    /// Where the list of the --format before it goes; by default standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub out: Vec<PathBuf>,

    /// No progress on standard error, not even on a terminal
    #[arg(long, help_heading = "Report")]
    pub quiet: bool,

    #[command(flatten)]
    pub sign_in: SignInArgs,
}

#[derive(clap::Args)]
pub struct ReportArgs {
    /// A report as `validate --format json` wrote it; - is standard input
    #[arg(value_name = "FILE")]
    pub saved: PathBuf,

    /// The format; repeatable, each with its own --out
    #[arg(long, value_name = "FORMAT", value_parser = format())]
    pub format: Vec<Format>,

    /// Where the report of the --format before it goes; by default standard output
    #[arg(long, value_name = "FILE")]
    pub out: Vec<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Failed,
    Unproven,
    Gaps,
}

/// A report's format, by a name that help and completions tell.
fn format() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.iter().map(|format| format.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Format>())
}

/// A number of workers.
pub fn jobs() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=1024)
}

/// A time: RFC 3339 with its offset honoured, or UTC where none is given, as the AWS CLI reads it.
pub fn time(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let wrong = || "expected a time such as 2026-01-29T19:00:00Z, or a date".to_owned();
    // A date-time parser that is asked for local time drops an offset in silence.
    if text.contains(['Z', 'z', '+', '[']) || text.matches('-').count() > 2 {
        return Err(wrong());
    }
    let local = text
        .parse::<DateTime>()
        .or_else(|_| text.parse::<Date>().map(DateTime::from))
        .map_err(|_| wrong())?;
    TimeZone::UTC.to_timestamp(local).map_err(|_| wrong())
}

/// A duration in seconds, written as `2h` or `90m`.
pub fn duration(text: &str) -> Result<i64, String> {
    let duration: SignedDuration = text
        .parse()
        .map_err(|_| "expected a duration such as 2h or 90m".to_owned())?;
    match duration.as_secs() {
        seconds @ 0..=31_536_000 => Ok(seconds),
        _ => Err("expected a duration of at most a year".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, time};

    #[test]
    fn times_honour_their_offset_and_are_utc_without_one() {
        let at = |text| time(text).map(|t| t.to_string());
        assert_eq!(
            at("2016-01-29T19:00:00+02:00").as_deref(),
            Ok("2016-01-29T17:00:00Z")
        );
        assert_eq!(
            at("20160129T19:00:00Z").as_deref(),
            Ok("2016-01-29T19:00:00Z")
        );
        assert_eq!(at("2016-01-29").as_deref(), Ok("2016-01-29T00:00:00Z"));
        assert_eq!(
            at("2016-01-29T19:00:00").as_deref(),
            Ok("2016-01-29T19:00:00Z")
        );
        assert!(at("2016-01-29T19:00:00+99:00").is_err());
        assert!(at("2016-01-29T19:00:00-99:00").is_err());
        assert!(at("yesterday").is_err());
    }

    #[test]
    fn durations_are_bounded() {
        assert_eq!(duration("2h"), Ok(7200));
        assert_eq!(duration("1h 30m"), Ok(5400));
        assert!(duration("-1h").is_err());
        assert!(duration("100000h").is_err());
    }
}
