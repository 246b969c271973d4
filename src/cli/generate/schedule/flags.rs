//! The flags of a scheduled check: parsed by the parser of `validate`, so that a schedule never holds any that it
//! would refuse. Flags that make no sense every hour are refused, each with the reason.

use std::ffi::{OsStr, OsString};

use clap::parser::ValueSource;
use clap::{ArgMatches, FromArgMatches as _};

use crate::base::error::{Error, ErrorKind};
use crate::base::text::{escape, is_unsafe};
use crate::cli::args::generate::ScheduleKind;
use crate::cli::args::shared::presentation::NamesFrom;
use crate::cli::args::validate::ValidateArgs;
use crate::cli::args::{Args, Command};

/// The flags, as they were given and as they were parsed.
pub struct CheckFlags {
    pub args: Box<ValidateArgs>,
    /// One word per option, with its value.
    pub words: Vec<String>,
    /// The files that they refer to, each with its option.
    pub files: Vec<(String, String)>,
    /// Whether a profile signs in.
    pub has_profile: bool,
}

/// How an option of `validate` fits into a schedule.
#[derive(Clone, Copy)]
enum Fit {
    /// It stays as it is.
    Kept,
    /// It stays, and its value is a file that the schedule must see.
    File,
    /// It selects a profile, which only a machine of one's own has.
    Profile,
    /// It changes only the HTML and Markdown reports, which only GitHub shows.
    Presentation,
    /// It makes no sense there.
    Refused(&'static str),
}

/// How the option with an id fits.
fn fit(id: &str) -> Fit {
    const WINDOW: &str = "a scheduled check always ends now";
    const COPY: &str = "a scheduled check reads from S3";
    const STATE: &str = "the schedule sets the state";
    const PINNED: &str =
        "each run leaves a state with another hash; trailproof help state says how to compare it";
    const LOOKUP: &str = "most events of an hourly window are too recent to be compared; run it by itself, over a month";
    const INVESTIGATE: &str =
        "it reads the logs several times; run `trailproof timeline` by hand after an incident";
    const LISTED: &str = "the last hours are always listed";
    const REPORT: &str = "the schedule sets which reports are written";
    match id {
        "s3_bucket"
        | "map"
        | "region"
        | "account_id"
        | "organization_id"
        | "trail_arn"
        | "s3_prefix"
        | "exclude"
        | "start_time"
        | "delivery_lag"
        | "backfill_grace"
        | "logs"
        | "seed"
        | "jobs"
        | "max_digest_size"
        | "deadline"
        | "verbose"
        | "progress"
        | "quiet"
        | "fail_on"
        | "keep_history"
        | "endpoint_url"
        | "cli_read_timeout"
        | "cli_connect_timeout"
        | "limit_rate"
        | "no_sign_request" => Fit::Kept,
        "keys" | "expect" | "accept" | "ca_bundle" => Fit::File,
        "profile" | "s3_profile" | "trail_profile" => Fit::Profile,
        "title" | "note" | "names" => Fit::Presentation,
        "end_time" | "as_of" => Fit::Refused(WINDOW),
        "path" | "manifest_sha256" => Fit::Refused(COPY),
        "inventory" => Fit::Refused(LISTED),
        "state" => Fit::Refused(STATE),
        "state_sha256" => Fit::Refused(PINNED),
        "lookup" => Fit::Refused(LOOKUP),
        "investigate" => Fit::Refused(INVESTIGATE),
        "format" | "out" | "commands" => Fit::Refused(REPORT),
        _ => Fit::Refused("it has no effect there"),
    }
}

/// Parses flags as `validate` does.
///
/// # Errors
/// If it refuses them.
pub fn parsed(flags: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let line = ["trailproof", "validate"].map(OsString::from);
    Args::parser().try_get_matches_from(line.iter().chain(flags))
}

impl CheckFlags {
    /// The flags of a schedule of some kind.
    ///
    /// # Errors
    /// If one makes no sense there, or no bucket is given.
    pub fn of(flags: &[OsString], matches: &ArgMatches, kind: ScheduleKind) -> Result<Self, Error> {
        let parsed = Args::from_arg_matches(matches).map(|args| args.command);
        let (Ok(Command::Validate(args)), Some(given)) =
            (parsed, matches.subcommand_matches("validate"))
        else {
            return Err(Error::new(ErrorKind::Internal, "cannot read the flags"));
        };
        let mut check = CheckFlags {
            args: Box::new(args.validate),
            words: words(flags)?,
            files: Vec::new(),
            has_profile: false,
        };
        let parser = Args::parser();
        let options = parser.find_subcommand("validate").into_iter();
        for option in options.flat_map(clap::Command::get_arguments) {
            let id = option.get_id().as_str();
            if given.value_source(id) == Some(ValueSource::CommandLine) {
                check.add(id, given, kind)?;
            }
        }
        if check.args.run.source.s3_bucket.is_empty() {
            let message = "no --s3-bucket is given";
            return Err(Error::new(ErrorKind::Usage, message).hint(
                "give the buckets of the trails after --, such as -- --s3-bucket my-logs: the policy refers to them",
            ));
        }
        Ok(check)
    }

    /// Takes note of an option that was given.
    fn add(&mut self, id: &str, given: &ArgMatches, kind: ScheduleKind) -> Result<(), Error> {
        let refused = |why: &str| {
            let option = id.replace('_', "-");
            Error::new(
                ErrorKind::Usage,
                format!("--{option} is not a flag of a schedule: {why}"),
            )
        };
        match fit(id) {
            Fit::Kept => Ok(()),
            Fit::File => self.add_files(id, given, kind),
            Fit::Profile if kind == ScheduleKind::Systemd => {
                self.has_profile = true;
                Ok(())
            }
            Fit::Profile => Err(refused("a role signs in")),
            Fit::Presentation if kind != ScheduleKind::GithubActions => {
                Err(refused("it changes only HTML and Markdown reports"))
            }
            Fit::Presentation => match &self.args.report.presentation.names {
                Some(NamesFrom::Organizations) if id == "names" => Ok(()),
                _ if id == "title" => Ok(()),
                _ => self.add_files(id, given, kind),
            },
            Fit::Refused(why) => Err(refused(why)),
        }
    }

    fn add_files(&mut self, id: &str, given: &ArgMatches, kind: ScheduleKind) -> Result<(), Error> {
        let option = format!("--{}", id.replace('_', "-"));
        for path in given.get_raw(id).into_iter().flatten() {
            let path = text(path)?;
            if let Err(why) = super::place::seen(&path, kind) {
                let message = format!("{option} {path}: the check cannot read it: {}", why.what());
                return Err(Error::new(ErrorKind::Usage, message).hint(why.cure()));
            }
            self.files.push((option.clone(), path));
        }
        Ok(())
    }
}

/// One word per option: `--name=value`.
///
/// # Errors
/// If a flag cannot stand in a file as it is.
pub fn words(flags: &[OsString]) -> Result<Vec<String>, Error> {
    let mut words: Vec<String> = Vec::new();
    let mut takes_value = false;
    for flag in flags {
        let flag = text(flag)?;
        match words
            .last_mut()
            .filter(|_| takes_value && !flag.starts_with('-'))
        {
            Some(option) => {
                *option += "=";
                *option += &flag;
                takes_value = false;
            }
            None => {
                takes_value = flag.starts_with("--") && !flag.contains('=');
                words.push(flag);
            }
        }
    }
    Ok(words)
}

/// The text of a flag. Control characters and invisible ones would not stand in a file as they are.
pub fn text(flag: &OsStr) -> Result<String, Error> {
    match flag.to_str() {
        Some(flag) if !flag.contains(is_unsafe) => Ok(flag.to_owned()),
        _ => {
            let flag = flag.to_string_lossy();
            let message = format!("a generated file cannot hold the flag {}", escape(&flag));
            Err(Error::new(ErrorKind::Usage, message)
                .hint("leave out control characters, invisible ones and bytes that are not UTF-8"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new option of `validate` is decided on here: either it is kept, or it is refused with a reason of its own.
    #[test]
    fn every_option_of_validate_that_has_an_effect_is_decided_on() {
        let parser = Args::parser();
        let validate = parser.find_subcommand("validate").expect("a command");
        let shown = validate.get_arguments().filter(|arg| !arg.is_hide_set());
        let ids = shown.map(|arg| arg.get_id().as_str());
        let undecided: Vec<&str> = ids
            .filter(|id| !["help", "version"].contains(id))
            .filter(|id| matches!(fit(id), Fit::Refused("it has no effect there")))
            .collect();
        assert!(undecided.is_empty(), "{undecided:?}");
    }

    #[test]
    fn each_option_is_one_word_with_its_value() {
        let flags = [
            "--s3-bucket",
            "a",
            "--seed=x y",
            "--verbose",
            "-v",
            "--region=b",
        ];
        let flags: Vec<OsString> = flags.map(OsString::from).into();
        let words = words(&flags).expect("words");
        let expected = [
            "--s3-bucket=a",
            "--seed=x y",
            "--verbose",
            "-v",
            "--region=b",
        ];
        assert_eq!(words, expected);
        assert!(text(OsStr::new("--seed=\u{1b}[31m")).is_err());
        assert!(text(OsStr::new("--seed=a\nb")).is_err());
    }
}
