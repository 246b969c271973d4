//! The arguments, parsed only.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::atlas::MapRule;
use crate::report::Format;
use crate::trail::{AccountId, OrganizationId, Region, TrailArn};

const EXAMPLES: &str = "\
Examples:
  # every chain in a copy of a bucket, with the public keys of its regions
  trailproof validate --path copy --keys keys/

  # the same, held against the bucket's name and a window, as JSON for a pipeline
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --start-time 2026-01-01 --end-time 2026-02-01 --format json --out report.json

  # a window of the past: what was not there when the copy was made is told
  trailproof validate --path copy --s3-bucket my-logs --keys keys/ \\
      --start-time 2026-01-01 --end-time 2026-01-08 --as-of 2026-02-01

  # one region of one account, a line a file
  trailproof validate --path copy --keys eu-west-1.json --region eu-west-1 \\
      --account-id 111111111111 --verbose

  # two buckets of one trail, and a copy that lost its prefix
  trailproof validate --path old-logs=copy/old --path new-logs=copy/new --keys keys/
  trailproof validate --path copy --s3-bucket my-logs --map my-logs=my-logs/trails --keys keys/

How to make such a copy, and keep what proves it:
  aws s3 sync s3://my-logs copy
  aws cloudtrail list-public-keys --region eu-west-1 \\
      --start-time FIRST --end-time LAST > keys/eu-west-1.json
  # for each KEY that a run says it needs it for
  aws s3api head-object --bucket my-logs --key KEY > copy/KEY.head.json

Exit status: 0 verified, 1 failed, 3 gaps, 4 unproven; 2 no validation was performed";

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
    Validate(Box<Validate>),
    /// Print the JSON Schema of the JSON report
    Schema,
}

#[derive(clap::Args)]
pub struct Validate {
    /// A folder as `aws s3 sync` leaves it, optionally with the name its bucket had; repeatable
    #[arg(
        long,
        value_name = "[BUCKET=]DIR",
        required = true,
        help_heading = "Source"
    )]
    pub path: Vec<PathBuf>,

    /// The name the bucket had: digests must have been written there; repeatable
    #[arg(long, value_name = "NAME", value_parser = bucket, help_heading = "Source")]
    pub s3_bucket: Vec<String>,

    /// What is found at the left was recorded at the right; repeatable
    #[arg(
        long,
        value_name = "BUCKET[/PREFIX]=BUCKET[/PREFIX]",
        help_heading = "Source"
    )]
    pub map: Vec<MapRule>,

    /// Public keys as `aws cloudtrail list-public-keys` prints them: one file for every region, or
    /// a folder of REGION.json; repeatable
    #[arg(long, value_name = "FILE_OR_DIR", help_heading = "Source")]
    pub keys: Vec<PathBuf>,

    /// Only digests delivered from this region; repeatable
    #[arg(long, help_heading = "Scope")]
    pub region: Vec<Region>,

    /// Only logs of this account; repeatable
    #[arg(long, value_name = "ACCOUNT", help_heading = "Scope")]
    pub account_id: Vec<AccountId>,

    /// Only trails of this organization; repeatable
    #[arg(long, value_name = "ID", help_heading = "Scope")]
    pub organization_id: Vec<OrganizationId>,

    /// Only this trail; repeatable
    #[arg(long, value_name = "ARN", help_heading = "Scope")]
    pub trail_arn: Vec<TrailArn>,

    /// Only what lies under this prefix before AWSLogs; repeatable
    #[arg(long, value_name = "PREFIX", help_heading = "Scope")]
    pub s3_prefix: Vec<String>,

    /// Chains that must be there, one ACCOUNT/REGION/HOME_REGION/TRAIL a line
    #[arg(long, value_name = "FILE", help_heading = "Scope")]
    pub expect: Option<PathBuf>,

    /// The beginning of the window, RFC 3339 or a date, UTC without an offset; by default each
    /// chain's first digest
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub start_time: Option<Timestamp>,

    /// The end of the window; by default each chain's last digest
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub end_time: Option<Timestamp>,

    /// When the copy was made, for a window with an --end-time; by default the window's end, so that
    /// the last hours of it may be pending
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub as_of: Option<Timestamp>,

    /// How long a digest may take to be delivered
    #[arg(long, value_name = "DURATION", default_value = "2h", value_parser = duration, help_heading = "Window")]
    pub delivery_lag: i64,

    /// How long after its interval a backfill digest is expected
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration, help_heading = "Window")]
    pub backfill_grace: i64,

    /// Whether logs are read, or only looked for
    #[arg(long, value_enum, default_value_t = Logs::All, help_heading = "Work")]
    pub logs: Logs,

    /// Objects worked on at the same time; by default one a core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Work")]
    pub jobs: Option<u16>,

    /// The report's format, text or json; repeatable, each with its own --out
    #[arg(long, value_name = "FORMAT", help_heading = "Report")]
    pub format: Vec<Format>,

    /// Where the report of the --format before it goes; by default standard output
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub out: Vec<PathBuf>,

    /// A line a file in the text report
    #[arg(long, short, help_heading = "Report")]
    pub verbose: bool,

    /// Findings accepted beforehand, as TOML: [[accept]] with chain, from, to, reason, who; they
    /// are shown, and only the exit status looks away
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub accept: Option<PathBuf>,

    /// The mildest verdict that is not exit status 0
    #[arg(long, value_enum, default_value_t = FailOn::Gaps, help_heading = "Report")]
    pub fail_on: FailOn,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Logs {
    /// Read and compare every log
    All,
    /// Read none, and check that each is there
    None,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Failed,
    Unproven,
    Gaps,
}

/// A bucket's name, as far as it could ever have been one.
fn bucket(text: &str) -> Result<String, String> {
    let valid = (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if valid {
        Ok(text.into())
    } else {
        Err("expected the name of a bucket, without s3:// or a path".into())
    }
}

/// A time: RFC 3339 with its offset honoured, or UTC where none is given, as the AWS CLI reads it.
fn time(text: &str) -> Result<Timestamp, String> {
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
fn duration(text: &str) -> Result<i64, String> {
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
