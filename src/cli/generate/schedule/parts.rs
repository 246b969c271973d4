//! The parts of a schedule: its templates, filled.

use askama::Template;
use clap::ValueEnum as _;

use super::flags::CheckFlags;
use crate::base::error::{Error, ErrorKind};
use crate::base::text::quoted;
use crate::cli::args::generate::{ScheduleArgs, ScheduleKind};
use crate::cli::args::shared::reporting::FailOn;
use crate::cli::generate::part::{POD_TRUST, POLICY, Part, TRUST, filled};
use crate::cli::generate::policy::{partition, policy};
use crate::cli::generate::quoting::{
    github_line, kubernetes_argument, systemd_value, systemd_word, yaml,
};

/// The deadline of a run, unless another is given: it ends before the next one begins.
const DEADLINE: i64 = 50 * 60;
/// The time after the deadline in which a run writes its reports.
const GRACE: i64 = 5 * 60;
/// The time from one run to the next.
const INTERVAL: i64 = 60 * 60;

/// The region in which a workflow signs in if no other is given.
const REGION: &str = "us-east-1";
const VERSION: &str = env!("CARGO_PKG_VERSION");

#[derive(Template)]
#[template(
    path = "trailproof.service",
    config = "src/cli/generate/schedule/askama.toml"
)]
struct Service<'a> {
    version: &'a str,
    command: &'a str,
    has_policy: bool,
    flags: &'a [String],
    /// The files that the flags refer to: the name of each, and where it must be, for a shell.
    files: &'a [(String, String)],
    has_fail_on: bool,
    has_profile: bool,
    textfile: Option<Textfile>,
    timeout: i64,
    watch: &'a str,
}

/// The folder of the node exporter's collector, quoted for each place where it stands.
struct Textfile {
    shell: String,
    out: String,
    writable: String,
}

#[derive(Template)]
#[template(
    path = "trailproof.timer",
    config = "src/cli/generate/schedule/askama.toml"
)]
struct Timer;

#[derive(Template)]
#[template(
    path = "trailproof-failed.service",
    config = "src/cli/generate/schedule/askama.toml"
)]
struct FailedService;

#[derive(Template)]
#[template(
    path = "kubernetes.yaml",
    config = "src/cli/generate/schedule/askama.toml"
)]
struct CronJob<'a> {
    version: &'a str,
    command: &'a str,
    policy: Option<&'a str>,
    trust: &'a str,
    partition: &'a str,
    flags: &'a [String],
    image: &'a str,
    has_fail_on: bool,
    has_files: bool,
    /// The options of `kubectl create configmap`.
    files: &'a str,
    timeout: i64,
    watch: &'a str,
}

#[derive(Template)]
#[template(path = "ecs.yaml", config = "src/cli/generate/schedule/askama.toml")]
struct FargateTask<'a> {
    version: &'a str,
    command: &'a str,
    policy: Option<&'a str>,
    flags: &'a [String],
    image: Option<&'a str>,
    has_fail_on: bool,
    has_files: bool,
    watch: &'a str,
}

#[derive(Template)]
#[template(
    path = "github-actions.yaml",
    config = "src/cli/generate/schedule/askama.toml"
)]
struct Workflow<'a> {
    version: &'a str,
    command: &'a str,
    policy: Option<&'a str>,
    trust: &'a str,
    region: &'a str,
    flags: &'a [String],
    has_fail_on: bool,
    has_files: bool,
    timeout: i64,
    watch: &'a str,
}

/// Who may take the role of a workflow.
#[derive(Template)]
#[template(path = "trust.json", config = "src/cli/generate/schedule/askama.toml")]
struct Trust<'a> {
    partition: &'a str,
}

/// The parts of a schedule, the one with the comments first.
///
/// # Errors
/// If a flag cannot stand in it.
pub fn parts(args: &ScheduleArgs, check: &CheckFlags) -> Result<Vec<Part>, Error> {
    let made = Made {
        command: command(args, check),
        policy: policy(&check.args)?,
        words: with_deadline(check),
        timeout: deadline(check)? + GRACE,
        has_fail_on: check.args.report.fail_on != FailOn::Gaps,
    };
    let mut parts = match args.kind {
        ScheduleKind::Systemd => systemd(args, check, &made)?,
        ScheduleKind::Kubernetes => kubernetes(args, check, &made)?,
        ScheduleKind::Ecs => ecs(args, check, &made)?,
        ScheduleKind::GithubActions => github(check, &made)?,
    };
    // A template of CloudFormation has it within.
    if let Some(policy) = made.policy.filter(|_| args.kind != ScheduleKind::Ecs) {
        parts.push(Part::new(POLICY, policy));
    }
    Ok(parts)
}

/// What all kinds have in common.
struct Made {
    command: String,
    policy: Option<String>,
    words: Vec<String>,
    timeout: i64,
    /// Whether some verdicts end with exit status 0 that do not by default.
    has_fail_on: bool,
}

/// The deadline of a run in seconds. A run must end before the next one begins: some schedulers start it all the
/// same, others skip it.
fn deadline(check: &CheckFlags) -> Result<i64, Error> {
    let seconds = check.args.run.work.seconds().unwrap_or(DEADLINE);
    if seconds + GRACE > INTERVAL {
        let message = "--deadline is too long for a schedule: the check runs every hour";
        return Err(Error::new(ErrorKind::Usage, message).hint(
            "give at most 55m: what a run does not reach, the next one does. A long first run can be made by hand",
        ));
    }
    Ok(seconds)
}

/// The command line that makes the schedule, for a shell.
fn command(args: &ScheduleArgs, check: &CheckFlags) -> String {
    let kind = args.kind.to_possible_value();
    let kind = kind.as_ref().map_or("", |kind| kind.get_name());
    let textfile = args
        .textfile
        .as_ref()
        .map(|dir| format!("--textfile={}", dir.display()));
    let image = args.image.as_ref().map(|image| format!("--image={image}"));
    let own = textfile.into_iter().chain(image);
    let words = check.words.iter().cloned();
    let words = own.chain(["--".to_owned()]).chain(words);
    let words: Vec<String> = words.map(|word| quoted(&word)).collect();
    format!("trailproof generate schedule {kind} {}", words.join(" "))
}

/// The flags, with a deadline.
fn with_deadline(check: &CheckFlags) -> Vec<String> {
    let mut words = check.words.clone();
    if check.args.run.work.deadline.is_none() {
        words.push(format!("--deadline={}m", DEADLINE / 60));
    }
    words
}

fn systemd(args: &ScheduleArgs, check: &CheckFlags, made: &Made) -> Result<Vec<Part>, Error> {
    let flags: Vec<String> = made.words.iter().map(|word| systemd_word(word)).collect();
    let textfile = args.textfile.as_ref().map(|dir| {
        let dir = dir.display().to_string();
        Textfile {
            shell: quoted(&dir),
            out: systemd_word(&format!(
                "--out={}/trailproof.prom",
                dir.trim_end_matches('/')
            )),
            writable: systemd_value(&dir),
        }
    });
    let files = check.files.iter().map(|(_, path)| {
        let name = path.trim_end_matches('/').rsplit('/').next();
        (quoted(name.unwrap_or(path)), quoted(path))
    });
    let files: Vec<(String, String)> = files.collect();
    let service = Service {
        version: VERSION,
        command: &made.command,
        has_policy: made.policy.is_some(),
        flags: &flags,
        files: &files,
        has_fail_on: made.has_fail_on,
        has_profile: check.has_profile,
        textfile,
        timeout: made.timeout,
        watch: "systemctl list-timers, or the age of the metrics",
    };
    Ok(vec![
        Part::new("trailproof.service", filled(&service)?),
        Part::new("trailproof.timer", filled(&Timer)?),
        Part::new("trailproof-failed.service", filled(&FailedService)?),
    ])
}

fn kubernetes(args: &ScheduleArgs, check: &CheckFlags, made: &Made) -> Result<Vec<Part>, Error> {
    let flags: Vec<String> = made
        .words
        .iter()
        .map(|word| kubernetes_argument(word))
        .collect();
    let names = check
        .files
        .iter()
        .filter_map(|(_, path)| path.rsplit('/').next());
    let files = names.map(|name| format!(" --from-file={name}"));

    let cron_job = CronJob {
        version: VERSION,
        command: &made.command,
        policy: made.policy.as_deref(),
        trust: POD_TRUST,
        partition: partition(&check.args),
        flags: &flags,
        image: &yaml(&image(args)),
        has_fail_on: made.has_fail_on,
        has_files: !check.files.is_empty(),
        files: &files.collect::<String>(),
        timeout: made.timeout,
        watch: "kube_cronjob_status_last_schedule_time",
    };
    let mut parts = vec![Part::new("schedule.yaml", filled(&cron_job)?)];
    parts.extend(
        made.policy
            .as_ref()
            .map(|_| Part::new(TRUST, POD_TRUST.into())),
    );
    Ok(parts)
}

fn ecs(args: &ScheduleArgs, check: &CheckFlags, made: &Made) -> Result<Vec<Part>, Error> {
    // CloudFormation replaces it wherever it stands, and knows no escape for it (dynamic references).
    if made.words.iter().any(|word| word.contains("{{resolve:")) {
        let message = "a flag holds {{resolve:, which CloudFormation would replace";
        return Err(Error::new(ErrorKind::Usage, message));
    }
    let flags: Vec<String> = made.words.iter().map(|word| yaml(word)).collect();
    let image = args.image.as_deref().map(yaml);
    let task = FargateTask {
        version: VERSION,
        command: &made.command,
        policy: made.policy.as_deref(),
        flags: &flags,
        image: image.as_deref(),
        has_fail_on: made.has_fail_on,
        has_files: !check.files.is_empty(),
        watch: "the alarm Silent does",
    };
    Ok(vec![Part::new("template.yaml", filled(&task)?)])
}

fn github(check: &CheckFlags, made: &Made) -> Result<Vec<Part>, Error> {
    if let Some(word) = made.words.iter().find(|word| word.ends_with(' ')) {
        let message = format!("the action drops the blank at the end of {}", quoted(word));
        return Err(Error::new(ErrorKind::Usage, message));
    }
    let flags: Vec<String> = made.words.iter().map(|word| github_line(word)).collect();
    let partition = partition(&check.args);
    let scope = &check.args.run.scope;
    let home = scope.trail_arn.first().map(|trail| &trail.home_region);
    let region = home.or(scope.region.first()).map(ToString::to_string);
    let trust = filled(&Trust { partition })?;
    let workflow = Workflow {
        version: VERSION,
        command: &made.command,
        policy: made.policy.as_deref(),
        trust: &trust,
        region: region.as_deref().unwrap_or(REGION),
        flags: &flags,
        has_fail_on: made.has_fail_on,
        has_files: !check.files.is_empty(),
        timeout: made.timeout / 60 + 5,
        watch: "the list of runs",
    };
    let mut parts = vec![Part::new("trailproof.yml", filled(&workflow)?)];
    parts.extend(made.policy.as_ref().map(|_| Part::new(TRUST, trust)));
    Ok(parts)
}

/// The image of the container in Kubernetes.
fn image(args: &ScheduleArgs) -> String {
    let given = args.image.clone();
    given.unwrap_or_else(|| format!("trailproof:{VERSION}"))
}
