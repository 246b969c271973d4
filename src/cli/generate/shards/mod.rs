//! `trailproof generate shards`: all that runs the shards of a plan on an engine that exists, and merges their parts.
//!
//! ```text
//! plan ──> its numbers ─────────────────────┐
//!      ──> its options, parsed as validate's ├──> jobs: templates, filled ──> standard output, or files
//! flags of shard run, parsed as it parses ──┘     engine: what it can run
//! ```
//!
//! The templates are beside this file. Each begins with comments: the plan's numbers, and how to run it.

mod engine;
mod jobs;
mod plan_numbers;
mod shard_flags;

use std::ffi::OsString;
use std::fs;
use std::path;

use clap::FromArgMatches as _;

use self::engine::ShardJobs;
use self::plan_numbers::PlanNumbers;
use self::shard_flags::ShardFlags;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cli::args::generate::{EngineKind, ShardsArgs};
use crate::cli::args::validate::ValidateArgs;
use crate::cli::args::{Args, Command};
use crate::cli::generate::part::{check_image, write_all};
use crate::cli::generate::schedule::flags::parsed;
use crate::cli::{output, refused};
use crate::commands::shard::plan_file::PlanFile;

/// Prints the jobs of a plan, or writes them into files.
///
/// # Errors
/// If the plan cannot be read, the engine cannot run it, or the output cannot be written.
pub fn print(args: &ShardsArgs) -> Result<u8, Error> {
    let matches = match shard_flags::parsed(&args.flags) {
        Ok(matches) => matches,
        Err(e) if e.use_stderr() => return Ok(refused(e)),
        Err(help) => return output::print_help(&help),
    };
    if let Some(image) = &args.image {
        if args.engine == EngineKind::Slurm {
            let message = "--image is for kubernetes, aws-batch and step-functions";
            return Err(Error::new(ErrorKind::Usage, message));
        }
        check_image(image)?;
    }
    let flags = ShardFlags::of(&args.flags, matches)?;
    let plan = PlanFile::read(&args.plan, &Limits::default())?;
    let mut request = request(&plan)?;
    flags.sign_in(&mut request.sign_in);
    let jobs = ShardJobs {
        engine: args.engine,
        plan_bytes: fs::metadata(&args.plan).map_or(u64::MAX, |plan| plan.len()),
        plan_path: engine::plain(
            &path::absolute(&args.plan).unwrap_or_else(|_| args.plan.clone()),
        )?,
        numbers: PlanNumbers::of(&plan, args.at_once),
        request,
        flags,
        image: args.image.clone(),
    };
    jobs.check()?;
    let parts = jobs::parts(&jobs)?;
    match &args.out {
        Some(folder) => write_all(folder, &parts).map(|()| 0),
        None => {
            let first = parts.first().map_or("", |part| &part.text);
            output::print("the jobs", first.as_bytes())
        }
    }
}

/// The options of `validate` in a plan.
fn request(plan: &PlanFile) -> Result<Box<ValidateArgs>, Error> {
    let invalid = || {
        let message = "the plan has options that this version of trailproof does not know";
        Error::new(ErrorKind::Input, message).hint("make it again with: trailproof shard plan")
    };
    let arguments = plan.header.request.arguments.iter();
    let arguments: Vec<OsString> = arguments.map(OsString::from).collect();
    let matches = parsed(&arguments).map_err(|e| invalid().because(e))?;
    match Args::from_arg_matches(&matches).map(|args| args.command) {
        Ok(Command::Validate(args)) => Ok(Box::new(args.validate)),
        Ok(_) => Err(invalid()),
        Err(e) => Err(invalid().because(e)),
    }
}
