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

use std::fs;
use std::path;

use self::engine::ShardJobs;
use self::plan_numbers::PlanNumbers;
use self::shard_flags::ShardFlags;
use crate::base::error::{Error, ErrorKind};
use crate::cli::args::generate::{EngineKind, ShardsArgs};
use crate::cli::generate::part::{check_image, write_all};
use crate::cli::shard::planned_validation::PlannedValidation;
use crate::cli::{output, refused};

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
    let planned = PlannedValidation::read(&args.plan)?;
    let mut request = planned.args;
    flags.sign_in(&mut request.sign_in);
    let jobs = ShardJobs {
        engine: args.engine,
        plan_bytes: fs::metadata(&args.plan).map_or(u64::MAX, |plan| plan.len()),
        plan_path: engine::plain(
            &path::absolute(&args.plan).unwrap_or_else(|_| args.plan.clone()),
        )?,
        numbers: PlanNumbers::of(&planned.plan, args.at_once),
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
