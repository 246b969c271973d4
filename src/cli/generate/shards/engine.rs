//! What an engine can run: how many shards, with which files, and with which flags.

use std::path::{Path, PathBuf};

use super::plan_numbers::PlanNumbers;
use super::shard_flags::ShardFlags;
use crate::base::error::{Error, ErrorKind};
use crate::base::text::{escape, grouped, is_unsafe};
use crate::cli::args::generate::{EngineKind, ScheduleKind};
use crate::cli::args::validate::ValidateArgs;
use crate::cli::generate::schedule::place;

/// The most shards that every engine runs: the jobs of an array of AWS Batch. Those of Kubernetes and Slurm may be
/// larger. The numbers of the shards of a Distributed Map must fit into the 256 KiB of a state.
const MOST_SHARDS: u32 = 10_000;
/// The least jobs of an array of AWS Batch.
const LEAST_IN_BATCH: u32 = 2;

/// What AWS replaces in the command of a container.
const REPLACED: [&str; 4] = ["{{resolve:", "Ref::", "$(", "$$"];

/// Jobs to be generated.
pub struct ShardJobs {
    pub engine: EngineKind,
    pub plan_path: String,
    /// The length of its file.
    pub plan_bytes: u64,
    pub numbers: PlanNumbers,
    /// What the shards validate together, and how they sign in.
    pub request: Box<ValidateArgs>,
    pub flags: ShardFlags,
    pub image: Option<String>,
}

impl ShardJobs {
    /// Whether the engine starts containers.
    fn is_in_container(&self) -> bool {
        self.engine != EngineKind::Slurm
    }

    /// The files that the plan and the flags refer to, each with its option.
    pub fn files(&self) -> Vec<(&'static str, PathBuf)> {
        self.request.run.inputs(&self.request.sign_in).collect()
    }

    /// Checks that the engine can run the plan.
    ///
    /// # Errors
    /// If it cannot, and why.
    pub fn check(&self) -> Result<(), Error> {
        self.check_shards()?;
        self.check_flags()?;
        self.check_files()
    }

    fn check_shards(&self) -> Result<(), Error> {
        let shards = self.numbers.shards;
        let least = match self.engine {
            EngineKind::AwsBatch => LEAST_IN_BATCH,
            EngineKind::Kubernetes | EngineKind::StepFunctions | EngineKind::Slurm => 1,
        };
        if (least..=MOST_SHARDS).contains(&shards) {
            return Ok(());
        }
        let most = grouped(MOST_SHARDS);
        let message = format!("shards of the plan: {shards}; this engine runs {least} to {most}");
        Err(Error::new(ErrorKind::Usage, message).hint("make the plan again with other --shards"))
    }

    fn check_flags(&self) -> Result<(), Error> {
        let refused = |option: &str, why: &str| {
            let message = format!("{option} is not a flag of all shards: {why}");
            Err(Error::new(ErrorKind::Usage, message))
        };
        if self.flags.has("shard") {
            return refused("--shard", "the engine gives each task its number");
        }
        let profiles = ["profile", "s3_profile", "trail_profile"];
        let profile = profiles.iter().find(|id| self.flags.has(id));
        if let Some(id) = profile.filter(|_| self.is_in_container()) {
            let option = format!("--{}", id.replace('_', "-"));
            return refused(&option, "a role signs in");
        }
        let is_aws = [EngineKind::AwsBatch, EngineKind::StepFunctions].contains(&self.engine);
        let words = &self.flags.words;
        let is_held = |mark: &&&str| words.iter().any(|word| word.contains(**mark));
        match REPLACED.iter().find(is_held).filter(|_| is_aws) {
            Some(mark) => {
                let message = format!("a flag holds {mark}, which AWS would replace");
                Err(Error::new(ErrorKind::Usage, message))
            }
            None => Ok(()),
        }
    }

    /// Each task must see the files that the plan refers to.
    fn check_files(&self) -> Result<(), Error> {
        let kind = match self.engine {
            EngineKind::Kubernetes => ScheduleKind::Kubernetes,
            EngineKind::AwsBatch | EngineKind::StepFunctions => ScheduleKind::Ecs,
            EngineKind::Slurm => return Ok(()),
        };
        if !self.request.run.source.path.is_empty() {
            let message = "the plan is of a copy on disk, which containers do not have";
            return Err(Error::new(ErrorKind::Usage, message)
                .hint("use slurm, or run each shard by hand: trailproof shard run"));
        }
        for (option, path) in self.files() {
            let path = plain(&path)?;
            if let Err(why) = place::seen(&path, kind) {
                let message = format!("{option} {path}: the shards cannot read it: {}", why.what());
                return Err(Error::new(ErrorKind::Usage, message).hint(why.cure()));
            }
        }
        Ok(())
    }
}

/// A path that can stand in a file as it is.
///
/// # Errors
/// If it holds characters that are not shown as they are.
pub fn plain(path: &Path) -> Result<String, Error> {
    match path.to_str() {
        Some(path) if !path.contains(is_unsafe) => Ok(path.to_owned()),
        _ => {
            let message = format!(
                "a job cannot hold the path {}",
                escape(&path.to_string_lossy())
            );
            Err(Error::new(ErrorKind::Usage, message)
                .hint("leave out control characters, invisible ones and bytes that are not UTF-8"))
        }
    }
}
