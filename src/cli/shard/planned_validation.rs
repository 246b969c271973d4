//! The validation that a plan describes: its arguments, parsed by the parser of `validate`, and its time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf, absolute};

use clap::parser::ValueSource;
use clap::{ArgMatches, FromArgMatches as _};
use jiff::Timestamp;

use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cli::args::shared::run::RunArgs;
use crate::cli::args::shared::source::split_bucket;
use crate::cli::args::validate::ValidateArgs;
use crate::cli::args::{Args, Command};
use crate::cli::validate::resolve::RunOptions;
use crate::cli::whole_second;
use crate::cloudtrail::ids::{AccountId, Region};
use crate::commands::shard::plan_file::PlanFile;
use crate::report::plan::v1::PlannedRequest;
use crate::source::parts::LogShare;

/// The options of `validate` that a plan may hold, by their ids.
const PLANNED: &[&str] = &[
    "path",
    "s3_bucket",
    "map",
    "keys",
    "region",
    "account_id",
    "organization_id",
    "trail_arn",
    "s3_prefix",
    "expect",
    "exclude",
    "start_time",
    "end_time",
    "as_of",
    "delivery_lag",
    "backfill_grace",
    "logs",
    "max_digest_size",
];

/// A plan, and the arguments in it.
pub(crate) struct PlannedValidation {
    pub plan: PlanFile,
    pub args: Box<ValidateArgs>,
}

impl PlannedValidation {
    /// Reads a plan of this version.
    ///
    /// # Errors
    /// If it is not one, or its arguments are not those of a validation.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let plan = PlanFile::read(path, &Limits::default())?;
        let (own, other) = (env!("CARGO_PKG_VERSION"), &plan.header.trailproof);
        if other != own {
            let path = path.display();
            let message =
                format!("the plan {path} is of trailproof {other}, and this is trailproof {own}");
            let hint = "use that version for all shards, or make a new plan with this one";
            return Err(Error::new(ErrorKind::Input, message).hint(hint));
        }
        let mut args = parsed(&plan.header.request.arguments).map_err(|why| {
            let message = format!("the arguments in the plan {} are not valid", path.display());
            let error = Error::new(ErrorKind::Input, message).because(why);
            error.hint("make it again with: trailproof shard plan")
        })?;
        args.run.as_of = args.run.as_of.or(plan.header.as_of);
        as_given(&mut args.run, &plan.header.request);
        Ok(PlannedValidation { plan, args })
    }

    /// The time that all shards are about.
    pub fn now(&self) -> Timestamp {
        whole_second(self.plan.header.planned_at)
    }

    /// The accounts and regions of a shard, each with its share of their logs.
    pub fn groups_of(&self, shard: u32) -> BTreeMap<(AccountId, Region), LogShare> {
        self.plan.groups_of(shard)
    }

    /// The options of every validation of this plan. Only a merge knows its formats, so each shard observes what any
    /// of them needs.
    pub fn options(&self) -> RunOptions<'_> {
        RunOptions {
            as_aws_cli: true,
            clock_then: Some(self.plan.header.clock_ahead),
            ..RunOptions::default()
        }
    }
}

/// Where the plan was made in this folder, its relative paths are as they were given, as a report shows them.
fn as_given(args: &mut RunArgs, planned: &PlannedRequest) {
    if !absolute(".").is_ok_and(|here| here == Path::new(&planned.folder)) {
        return;
    }
    let given = planned.relative_paths.iter().filter_map(|path| {
        let whole = absolute(path).ok()?;
        Some((whole, PathBuf::from(path)))
    });
    let given: BTreeMap<PathBuf, PathBuf> = given.collect();
    let as_given = |path: &mut PathBuf| {
        let (bucket, whole) = split_bucket(path);
        if let Some(given) = given.get(&whole) {
            *path = match bucket {
                Some(bucket) => format!("{bucket}={}", given.display()).into(),
                None => given.clone(),
            };
        }
    };
    let paths = args.source.path.iter_mut();
    paths
        .chain(&mut args.known.keys)
        .chain(&mut args.expect)
        .for_each(as_given);
}

/// Parses arguments as `validate` does. Why they are not valid is said in words.
fn parsed(arguments: &[String]) -> Result<Box<ValidateArgs>, String> {
    let line = ["trailproof", "validate"].into_iter();
    let line = line.chain(arguments.iter().map(String::as_str));
    let parser = Args::parser();
    let matches = parser.clone().try_get_matches_from(line);
    let matches = matches.map_err(|e| first_line(&e))?;
    let args = Args::from_arg_matches(&matches).map_err(|e| first_line(&e))?;
    let (Command::Validate(args), Some(given)) =
        (args.command, matches.subcommand_matches("validate"))
    else {
        return Err("they are not those of validate".into());
    };
    match unplanned(&parser, given) {
        Some(option) => Err(format!(
            "--{} is not an option of a plan",
            option.replace('_', "-")
        )),
        None => Ok(Box::new(args.validate)),
    }
}

/// An option that was given and that says nothing about what to validate.
fn unplanned(parser: &clap::Command, given: &ArgMatches) -> Option<String> {
    let options = parser.find_subcommand("validate")?.get_arguments();
    let mut ids = options.map(|option| option.get_id().as_str());
    let is_given = |id: &str| given.value_source(id) == Some(ValueSource::CommandLine);
    let unplanned = ids.find(|id| !PLANNED.contains(id) && is_given(id));
    unplanned.map(str::to_owned)
}

/// The first line of an error, without what it begins with.
fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}
