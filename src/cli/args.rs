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
  # one trail: its bucket, prefix, regions and keys are asked of AWS
  trailproof validate --trail-arn arn:aws:cloudtrail:us-east-1:111111111111:trail/main \\
      --start-time 2026-01-01 --end-time 2026-02-01

  # every chain in a bucket, with a profile for the archive and one for the trail's account
  trailproof validate --s3-bucket my-logs --s3-profile archive --trail-profile prod \\
      --start-time 2026-01-01

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
    #[arg(long, value_name = "[BUCKET=]DIR", help_heading = "Source")]
    pub path: Vec<PathBuf>,

    /// The bucket to read, by default that of --trail-arn; with --path the name it had: digests
    /// must have been written there; repeatable
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
    /// a folder of REGION.json; without --path, instead of asking AWS; repeatable
    #[arg(long, value_name = "FILE_OR_DIR", help_heading = "Source")]
    pub keys: Vec<PathBuf>,

    /// Only digests delivered from this region, by default every one with digests; repeatable
    #[arg(long, help_heading = "Scope")]
    pub region: Vec<Region>,

    /// Only logs of this account; repeatable
    #[arg(long, value_name = "ACCOUNT", help_heading = "Scope")]
    pub account_id: Vec<AccountId>,

    /// Only trails of this organization; repeatable
    #[arg(long, value_name = "ID", help_heading = "Scope")]
    pub organization_id: Vec<OrganizationId>,

    /// Only this trail; without --path and --s3-bucket, read where it writes; repeatable
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

    /// The end of the window; by default now, and with --path each chain's last digest
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Window")]
    pub end_time: Option<Timestamp>,

    /// When the source was looked at; by default now, and with --path the window's end, so that the
    /// last hours of it may be pending
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

    /// Objects worked on at the same time; by default 64, and with --path one a core
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

    #[command(flatten)]
    pub sign_in: SignIn,

    #[command(flatten)]
    pub unused: Unused,
}

/// Who we are to AWS, and how it is reached.
#[derive(clap::Args)]
#[command(next_help_heading = "AWS")]
pub struct SignIn {
    /// The profile to sign in with, as for the AWS CLI
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// The profile for S3, where archive and trail lie in two accounts
    #[arg(long, value_name = "NAME")]
    pub s3_profile: Option<String>,

    /// The profile for CloudTrail
    #[arg(long, value_name = "NAME")]
    pub trail_profile: Option<String>,

    /// Where every service answers; AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_CLOUDTRAIL win over it
    #[arg(long, value_name = "URL", value_parser = endpoint)]
    pub endpoint_url: Option<String>,

    /// Certificates to trust instead of the system's, as PEM; by default AWS_CA_BUNDLE
    #[arg(long, value_name = "FILE")]
    pub ca_bundle: Option<PathBuf>,

    /// Seconds until an answer, or the next part of one, is given up; 0 waits for ever
    #[arg(long, value_name = "SECONDS")]
    pub cli_read_timeout: Option<u32>,

    /// Seconds until a connection is given up; 0 waits for ever
    #[arg(long, value_name = "SECONDS")]
    pub cli_connect_timeout: Option<u32>,

    /// Do not sign requests: for a bucket that everyone may read, with --keys
    #[arg(long)]
    pub no_sign_request: bool,
}

/// What the AWS CLI takes everywhere and has no meaning here: accepted, so that its command line
/// works unchanged, and named on standard error.
#[derive(clap::Args)]
pub struct Unused {
    #[arg(long, hide = true)]
    pub debug: bool,
    #[arg(long, hide = true)]
    pub v2_debug: bool,
    #[arg(long, hide = true)]
    pub no_verify_ssl: bool,
    #[arg(long, hide = true)]
    pub no_paginate: bool,
    #[arg(long, hide = true)]
    pub no_cli_pager: bool,
    #[arg(long, hide = true)]
    pub cli_auto_prompt: bool,
    #[arg(long, hide = true)]
    pub no_cli_auto_prompt: bool,
    #[arg(long, hide = true)]
    pub output: Option<String>,
    #[arg(long, hide = true)]
    pub query: Option<String>,
    #[arg(long, hide = true)]
    pub color: Option<String>,
    #[arg(long, hide = true)]
    pub cli_binary_format: Option<String>,
    #[arg(long, hide = true)]
    pub cli_error_format: Option<String>,
}

impl Unused {
    /// Those that were given, each with what it means here.
    pub fn given(&self) -> Vec<(&'static str, &'static str)> {
        const REPORT: &str = "what is printed is chosen with --format";
        const NOTHING: &str = "it means nothing here";
        let verify =
            "certificates are verified all the same; give --ca-bundle for an authority of your own";
        let all = [
            (self.debug, "--debug", NOTHING),
            (self.v2_debug, "--v2-debug", NOTHING),
            (self.no_verify_ssl, "--no-verify-ssl", verify),
            (self.no_paginate, "--no-paginate", "every page is read"),
            (self.no_cli_pager, "--no-cli-pager", "there is no pager"),
            (self.cli_auto_prompt, "--cli-auto-prompt", NOTHING),
            (self.no_cli_auto_prompt, "--no-cli-auto-prompt", NOTHING),
            (self.output.is_some(), "--output", REPORT),
            (self.query.is_some(), "--query", REPORT),
            (self.color.is_some(), "--color", "no colour is used"),
            (
                self.cli_binary_format.is_some(),
                "--cli-binary-format",
                NOTHING,
            ),
            (
                self.cli_error_format.is_some(),
                "--cli-error-format",
                NOTHING,
            ),
        ];
        let given = all.into_iter().filter(|(given, ..)| *given);
        given.map(|(_, name, meaning)| (name, meaning)).collect()
    }
}

impl SignIn {
    /// Those that were given, by name.
    pub fn given(&self) -> Vec<&'static str> {
        let all = [
            (self.profile.is_some(), "--profile"),
            (self.s3_profile.is_some(), "--s3-profile"),
            (self.trail_profile.is_some(), "--trail-profile"),
            (self.endpoint_url.is_some(), "--endpoint-url"),
            (self.ca_bundle.is_some(), "--ca-bundle"),
            (self.cli_read_timeout.is_some(), "--cli-read-timeout"),
            (self.cli_connect_timeout.is_some(), "--cli-connect-timeout"),
            (self.no_sign_request, "--no-sign-request"),
        ];
        let given = all.into_iter().filter(|(given, _)| *given);
        given.map(|(_, name)| name).collect()
    }
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

/// The address of an endpoint, as far as it can be told before it is used.
fn endpoint(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.starts_with('/') => Ok(text.into()),
        _ => Err("expected an address such as https://s3.example.com".into()),
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
