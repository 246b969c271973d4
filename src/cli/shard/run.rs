//! `trailproof shard run`: validates one shard of a plan, and writes what a merge needs of it as one part.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::planned_validation::PlannedValidation;
use super::unprinted::warn_unprinted;
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::spool;
use crate::base::text::{grouped, in_bytes};
use crate::cli::Start;
use crate::cli::args::shard::run::ShardRunArgs;
use crate::cli::open::request::SharedSink;
use crate::cli::output::print;
use crate::cli::output::replacement::Replacement;
use crate::cli::output::target::{OutputTarget, is_object_in};
use crate::cli::signals::Signals;
use crate::cli::terminal::progress::{Phase, Progress};
use crate::cli::validate::resolve::{ResolvedRun, RunOptions};
use crate::cloudtrail::ids::{AccountId, Region};
use crate::commands::shard::opening::OpenedShard;
use crate::commands::shard::run::{INDEX_VARIABLES, is_folder, part_path, shard_index};
use crate::source::GetError;
use crate::source::cancellable::CancellableSource;
use crate::source::parts::{PartHeader, PartReader, PartWriter, RecordSource};
use crate::validate::shard::ShardJob;
use crate::validate::{Access, prove_shard};

/// Validates a shard, writes its part, and gives the exit status.
///
/// # Errors
/// If the part could not be written, whole or not at all.
pub fn run(args: ShardRunArgs, start: Start, stop: &CancelFlag) -> Result<u8, Error> {
    let limits = Limits::default();
    let mut planned = PlannedValidation::read(&args.plan)?;
    planned.args.run.jobs = args.jobs;
    let shards = planned.plan.header.shards;
    let shard = shard_index(args.shard, &variables(), shards)?;
    let signals = Signals::listen()?.and_deadline(args.work.deadline, start.clock)?;
    let path = part_path(&args.out, shard);
    let target = opened_part((&path, shard), &args, &planned)?;
    spool::try_out()?;
    signals.stop_first(stop);
    let progress = Progress::begin(args.progress.mode(), Phase::Opening, start.clock);
    let header = PartHeader {
        plan_sha256: planned.plan.sha256.to_string(),
        trailproof: planned.plan.header.trailproof.clone(),
        shard,
    };
    let file = target.file().try_clone();
    let writer = file.and_then(|file| PartWriter::new(file, &header, &limits));
    let writer = Arc::new(writer.map_err(|e| not_written(&path, &words(&e)))?);
    record(&planned, (&args, shard), &writer, progress, stop)?;
    let written = writer
        .finish()
        .and_then(|counts| target.finish().map(|()| counts));
    let counts = written.map_err(|e| not_written(&path, &words(&e)))?;
    let line = format!(
        "shard {shard} of {shards}: {} ({} answers, {})\nSHA-256 {}\n",
        path.display(),
        grouped(counts.answers),
        in_bytes(counts.bytes),
        counts.sha256,
    );
    print("the name of the part", line.as_bytes()).or_else(|error| {
        warn_unprinted("part", &path, &error);
        Ok(0)
    })
}

/// The variables that say the number of a task, as far as they are set.
fn variables() -> Vec<(&'static str, String)> {
    let set = INDEX_VARIABLES.iter().filter_map(|name| {
        let value = env::var_os(name)?;
        (!value.is_empty()).then(|| (*name, value.to_string_lossy().into_owned()))
    });
    set.collect()
}

/// Opens the file of a part. It replaces an earlier part, and nothing else.
fn opened_part(
    (path, shard): (&Path, u32),
    args: &ShardRunArgs,
    planned: &PlannedValidation,
) -> Result<Replacement, Error> {
    let mut copies = planned.args.run.source.copies();
    let is_object = |copy: &PathBuf| is_object_in(path, copy) || is_object_in(&args.out, copy);
    if let Some(copy) = copies.find(is_object) {
        let why = format!(
            "it would lie among the objects of --path {}",
            copy.display()
        );
        return Err(not_written(path, &why).hint("choose a file outside the copy for --out"));
    }
    let is_filled = fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0);
    if is_filled {
        let header = PartReader::claimed_header(path);
        let why = match header {
            None => Some("the file exists, and it is not a part".to_owned()),
            Some(PartHeader { shard: other, .. }) if other != shard => {
                Some(format!("the file is the part of shard {other}"))
            }
            Some(_) => None,
        };
        if let Some(why) = why {
            return Err(not_written(path, &why).hint("choose another file for --out, or a folder"));
        }
    }
    if is_folder(&args.out) {
        fs::create_dir_all(&args.out).map_err(|e| not_written(path, &words(&e)))?;
    }
    match OutputTarget::open(path).map_err(|e| not_written(path, &words(&e)))? {
        OutputTarget::Replace(file) => Ok(file),
        OutputTarget::Stdout | OutputTarget::Stream(..) => {
            let why = "a part is a regular file";
            Err(not_written(path, why).hint("choose a file for --out, or a folder"))
        }
    }
}

/// Runs the validation of a shard over sources that record.
fn record(
    planned: &PlannedValidation,
    (args, shard): (&ShardRunArgs, u32),
    writer: &Arc<PartWriter>,
    progress: Progress,
    stop: &CancelFlag,
) -> Result<(), Error> {
    let answers: Arc<SharedSink> = Arc::<PartWriter>::clone(writer);
    let options = RunOptions {
        answers: Some(&answers),
        ..planned.options()
    };
    let given = (&planned.args.run, &args.sign_in);
    let ready = ResolvedRun::resolve(given, options, planned.now(), stop, &progress)?;
    let ResolvedRun {
        opened, request, ..
    } = ready;
    OpenedShard::new(opened.trails.is_some(), &request.prior.left_out)
        .record(answers.as_ref())
        .map_err(|e| Error::new(ErrorKind::Internal, "cannot record the source").because(e))?;
    progress.enter(Phase::Listing);
    let plain = CancellableSource::new(opened.source.as_ref(), stop.clone());
    let groups = planned.groups_of(shard);
    // Only the first share stands for more than logs.
    let skip = |account: &AccountId, region: &Region| {
        let share = groups.get(&(account.clone(), region.clone()));
        share.is_some_and(|share| share.part > 1)
    };
    let source = RecordSource::new(&plain, answers.as_ref(), &skip);
    let access = Access {
        source: &source,
        places: &opened.places,
        keys: opened.keys.as_ref(),
        trails: opened.trails.as_deref(),
    };
    let job = ShardJob {
        groups: &groups,
        is_first: shard == 0,
        sink: answers.as_ref(),
        logs: &plain,
    };
    let outcome = prove_shard(access, &request, &progress, job)?;
    if let Some(error) = source.ended() {
        return Err(ended(error));
    }
    match stop.reason().or(outcome.ended_by) {
        Some(reason) => Err(ended(&GetError::Cancelled(reason))),
        None => Ok(()),
    }
}

/// The error of a part of which nothing was written.
fn not_written(path: &Path, why: &str) -> Error {
    let message = format!("cannot write the part {}", path.display());
    Error::new(ErrorKind::Output, message).because(why)
}

/// The error of a shard that could not read on: its part would lack answers.
fn ended(error: &GetError) -> Error {
    const AGAIN: &str = "run the same command again; no part was written";
    match error {
        GetError::Cancelled(reason) => {
            let kind = ErrorKind::Cancelled(*reason);
            let message = match reason {
                CancelReason::Deadline(_) => format!("{reason} passed before the shard was read"),
                CancelReason::Signal | CancelReason::OutputClosed => {
                    "the shard was interrupted".to_owned()
                }
            };
            Error::new(kind, message).hint(AGAIN)
        }
        error => Error::new(ErrorKind::Input, "the shard could not be read to its end")
            .because(error.detail())
            .hint(format!("{}; then {AGAIN}", error.reason().hint())),
    }
}
