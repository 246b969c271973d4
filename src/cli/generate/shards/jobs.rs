//! The files of the jobs: their templates, filled.

use askama::Template;
use clap::ValueEnum as _;

use super::engine::ShardJobs;
use super::plan_numbers::PlanNumbers;
use crate::base::error::Error;
use crate::base::text::quoted;
use crate::cli::args::generate::EngineKind;
use crate::cli::generate::part::{POD_TRUST, POLICY, Part, TRUST, filled};
use crate::cli::generate::policy::{partition, policy};
use crate::cli::generate::quoting::{kubernetes_argument, yaml};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The tasks that Slurm allows in an array by default.
const SLURM_DEFAULT: u32 = 1001;
/// The bytes of a plan that fits into a ConfigMap, which may have 1 MiB with its names.
const IN_CONFIG_MAP: u64 = 1_000_000;

#[derive(Template)]
#[template(
    path = "kubernetes.yaml",
    config = "src/cli/generate/shards/askama.toml"
)]
struct IndexedJob<'a> {
    version: &'a str,
    command: &'a str,
    plan: &'a PlanNumbers,
    policy: Option<&'a str>,
    trust: &'a str,
    partition: &'a str,
    flags: &'a [String],
    image: &'a str,
    /// The path of the plan, for a shell.
    plan_path: &'a str,
    plan_in_config_map: bool,
    /// Where the pods have it.
    plan_mount: &'a str,
    has_files: bool,
    /// The options of `kubectl create configmap`.
    files: &'a str,
}

/// What one container does, for a shell.
#[derive(Template)]
#[template(path = "aws-shard.sh", config = "src/cli/generate/shards/askama.toml")]
struct ShardScript<'a> {
    has_files: bool,
    flags: &'a str,
}

/// What the container of the merge does, for a shell.
#[derive(Template)]
#[template(path = "aws-merge.sh", config = "src/cli/generate/shards/askama.toml")]
struct MergeScript {
    has_files: bool,
}

#[derive(Template)]
#[template(
    path = "aws-batch.yaml",
    config = "src/cli/generate/shards/askama.toml"
)]
struct ArrayJob<'a> {
    version: &'a str,
    command: &'a str,
    plan: &'a PlanNumbers,
    policy: Option<&'a str>,
    image: Option<&'a str>,
    plan_path: &'a str,
    has_files: bool,
    shard: &'a str,
    merge: &'a str,
}

#[derive(Template)]
#[template(
    path = "step-functions.yaml",
    config = "src/cli/generate/shards/askama.toml"
)]
struct DistributedMap<'a> {
    version: &'a str,
    command: &'a str,
    plan: &'a PlanNumbers,
    policy: Option<&'a str>,
    partition: &'a str,
    image: Option<&'a str>,
    plan_path: &'a str,
    has_files: bool,
    shard: &'a str,
    merge: &'a str,
}

#[derive(Template)]
#[template(path = "slurm.sh", config = "src/cli/generate/shards/askama.toml")]
struct SlurmArray<'a> {
    version: &'a str,
    command: &'a str,
    plan: &'a PlanNumbers,
    policy: Option<&'a str>,
    plan_path: &'a str,
    folder: &'a str,
    plan_quoted: &'a str,
    folder_quoted: &'a str,
    flags: &'a str,
    needs_long_array: bool,
}

/// The files, the one with the comments first.
///
/// # Errors
/// If no policy can refer to a bucket.
pub fn parts(jobs: &ShardJobs) -> Result<Vec<Part>, Error> {
    let is_copy = !jobs.request.run.source.path.is_empty();
    let policy = if is_copy {
        None
    } else {
        policy(&jobs.request)?
    };
    let policy = policy.as_deref();
    let mut parts = match jobs.engine {
        EngineKind::Kubernetes => kubernetes(jobs, policy)?,
        EngineKind::AwsBatch => vec![batch(jobs, policy)?],
        EngineKind::StepFunctions => vec![step_functions(jobs, policy)?],
        EngineKind::Slurm => vec![slurm(jobs, policy)?],
    };
    // A template of CloudFormation has it within.
    let has_file = [EngineKind::Kubernetes, EngineKind::Slurm].contains(&jobs.engine);
    parts.extend(
        policy
            .filter(|_| has_file)
            .map(|text| Part::new(POLICY, text.into())),
    );
    Ok(parts)
}

/// The command line that makes the jobs, for a shell.
fn command(jobs: &ShardJobs) -> String {
    let engine = jobs.engine.to_possible_value();
    let engine = engine.as_ref().map_or("", |engine| engine.get_name());
    let plan = format!("--plan={}", jobs.plan_path);
    let at_once = format!("--at-once={}", jobs.numbers.at_once);
    let image = jobs.image.as_ref().map(|image| format!("--image={image}"));
    let own = [plan, at_once].into_iter().chain(image);
    let dashes = (!jobs.flags.words.is_empty()).then(|| "--".to_owned());
    let words = own.chain(dashes).chain(jobs.flags.words.iter().cloned());
    let words: Vec<String> = words.map(|word| quoted(&word)).collect();
    format!("trailproof generate shards {engine} {}", words.join(" "))
}

/// The flags behind a command, for a shell.
fn shell_flags(jobs: &ShardJobs) -> String {
    let words = jobs.flags.words.iter();
    words.map(|word| format!(" {}", quoted(word))).collect()
}

fn kubernetes(jobs: &ShardJobs, policy: Option<&str>) -> Result<Vec<Part>, Error> {
    let flags = jobs.flags.words.iter();
    let flags: Vec<String> = flags.map(|word| kubernetes_argument(word)).collect();
    let files = jobs.files();
    let names = files.iter().filter_map(|(_, path)| path.file_name());
    let options = names.map(|name| format!(" --from-file={}", name.display()));
    let image = jobs.image.clone();
    let image = image.unwrap_or_else(|| format!("trailproof:{VERSION}"));
    let plan_in_config_map = jobs.plan_bytes <= IN_CONFIG_MAP;
    let job = IndexedJob {
        version: VERSION,
        command: &command(jobs),
        plan: &jobs.numbers,
        policy,
        trust: POD_TRUST,
        partition: partition(&jobs.request),
        flags: &flags,
        image: &yaml(&image),
        plan_path: &quoted(&jobs.plan_path),
        plan_in_config_map,
        plan_mount: if plan_in_config_map {
            "/plan/plan.jsonl"
        } else {
            "/var/lib/trailproof/plan.jsonl"
        },
        has_files: !files.is_empty(),
        files: &options.collect::<String>(),
    };
    let mut parts = vec![Part::new("shards.yaml", filled(&job)?)];
    parts.extend(policy.map(|_| Part::new(TRUST, POD_TRUST.into())));
    Ok(parts)
}

/// What the containers of AWS do: the shard, and the merge.
fn scripts(jobs: &ShardJobs) -> Result<(String, String), Error> {
    let has_files = !jobs.files().is_empty();
    let flags = &shell_flags(jobs);
    let shard = filled(&ShardScript { has_files, flags })?;
    Ok((shard, filled(&MergeScript { has_files })?))
}

fn batch(jobs: &ShardJobs, policy: Option<&str>) -> Result<Part, Error> {
    let (shard, merge) = scripts(jobs)?;
    let image = jobs.image.as_deref().map(yaml);
    let template = ArrayJob {
        version: VERSION,
        command: &command(jobs),
        plan: &jobs.numbers,
        policy,
        image: image.as_deref(),
        plan_path: &quoted(&jobs.plan_path),
        has_files: !jobs.files().is_empty(),
        shard: &shard,
        merge: &merge,
    };
    Ok(Part::new("template.yaml", filled(&template)?))
}

fn step_functions(jobs: &ShardJobs, policy: Option<&str>) -> Result<Part, Error> {
    let (shard, merge) = scripts(jobs)?;
    let image = jobs.image.as_deref().map(yaml);
    let template = DistributedMap {
        version: VERSION,
        command: &command(jobs),
        plan: &jobs.numbers,
        policy,
        partition: partition(&jobs.request),
        image: image.as_deref(),
        plan_path: &quoted(&jobs.plan_path),
        has_files: !jobs.files().is_empty(),
        shard: &shard,
        merge: &merge,
    };
    Ok(Part::new("template.yaml", filled(&template)?))
}

fn slurm(jobs: &ShardJobs, policy: Option<&str>) -> Result<Part, Error> {
    let folder = format!("{}.shards", jobs.plan_path);
    let script = SlurmArray {
        version: VERSION,
        command: &command(jobs),
        plan: &jobs.numbers,
        policy,
        plan_path: &jobs.plan_path,
        folder: &folder,
        plan_quoted: &quoted(&jobs.plan_path),
        folder_quoted: &quoted(&folder),
        flags: &shell_flags(jobs),
        needs_long_array: jobs.numbers.shards > SLURM_DEFAULT,
    };
    Ok(Part::new("shards.sh", filled(&script)?))
}
