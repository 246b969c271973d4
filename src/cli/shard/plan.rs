//! `trailproof shard plan`.

use std::fs;
use std::path::Path;

use super::planned_arguments::planned_request;
use super::unprinted::warn_unprinted;
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::text::{grouped, one_or_many, s3_uri};
use crate::cli::args::shard::PlanArgs;
use crate::cli::args::shared::format::PlainFormat;
use crate::cli::diagnose::note;
use crate::cli::open::bundle::given::GivenBundle;
use crate::cli::output::{self, OutputTargets};
use crate::cli::signals::Signals;
use crate::cli::terminal::progress::{Phase, Progress};
use crate::cli::validate::resolve::{ResolvedRun, RunOptions};
use crate::cli::{Start, whole_second};
use crate::commands::shard::plan::measure::{MeasuredArchive, measure};
use crate::commands::shard::plan::view::{PlanFacts, ShardTarget, plan};
use crate::commands::shard::plan_file::PlanFile;
use crate::proof::finding::{Finding, Verdict};
use crate::report::plan::text::{self, PlanSummary};
use crate::report::plan::v1::ListedBy;
use crate::source::cancellable::CancellableSource;
use crate::validate::request::LogSelection;
use crate::validate::request::inventory::KnownInventory;

/// Folders that could not be listed and that are shown.
const SHOWN: usize = 20;

/// Plans, and gives the exit status: that of [`Verdict::Unproven`] if not every folder could be listed, or no digest
/// was found.
///
/// # Errors
/// If nothing could be listed, or the plan could not be written.
pub fn run(args: PlanArgs, start: Start, stop: &CancelFlag) -> Result<u8, Error> {
    check(&args)?;
    let target = args.target.target();
    let target = target.ok_or_else(|| Error::new(ErrorKind::Usage, "--shards is needed"))?;
    let planned = planned_request(&args.run)?;
    let summary = output::to_stdout(PlainFormat::Text)?;
    refuse_to_replace(&args.out)?;
    let file = vec![(PlainFormat::Json, Some(args.out.clone()))];
    let file = OutputTargets::open(file, PlainFormat::Text)?;
    let inputs = args.run.inputs(&args.sign_in);
    file.spare(inputs.chain(args.inventory.inputs()))?;
    file.spare_copies(args.run.source.copies())?;
    let signals = Signals::listen()?.and_deadline(args.run.work.deadline, start.clock)?;
    signals.stop_first(stop);
    let progress = Progress::begin(args.progress.mode(), Phase::Opening, start.clock);
    let given = (&args.run, &args.sign_in);
    let options = RunOptions {
        inventory: &args.inventory.inventory,
        ..RunOptions::default()
    };
    let now = whole_second(start.at);
    let resolved = ResolvedRun::resolve(given, options, now, stop, &progress)?;
    let (opened, request) = (resolved.opened, resolved.request);
    let source = CancellableSource::new(opened.source.as_ref(), stop.clone());
    progress.enter(Phase::Listing);
    let archive = measure(&source, &opened.places, &request)?;
    drop(progress);
    let inventories = request.prior.inventories.iter();
    for finding in inventories.filter_map(KnownInventory::finding) {
        note(&finding.message);
    }
    if let Some(reason) = archive.ended_by {
        let error = Error::cancelled(reason);
        return Err(error.note("no plan was written: it would lack what was not listed"));
    }
    let facts = PlanFacts {
        planned_at: now,
        as_of: request.as_of,
        clock_ahead: request.clock_ahead,
        request: planned,
        buckets: resolved.requested.buckets,
        rates: args.rates.rates(),
        listed_by: match args.inventory.inventory.is_empty() {
            true => ListedBy::Listing,
            false => ListedBy::Inventory,
        },
    };
    let plan = plan(&archive, target, facts)?;
    file.write(|_, out| plan.write(out))?;
    note_size(&plan, target);
    let is_complete = archive.trouble.is_empty();
    let planned = PlanSummary {
        file: &args.out.display().to_string(),
        header: &plan.header,
        shards: &plan.shards,
        not_included: &not_included(&archive, request.logs),
        not_listed: &not_listed(&archive.trouble),
    };
    if let Err(error) = summary.write(|_, out| text::write(planned, out)) {
        warn_unprinted("plan", &args.out, &error);
    }
    let has_digests = archive.groups.iter().any(|group| !group.chains.is_empty());
    Ok(match is_complete && has_digests {
        true => 0,
        false => Verdict::Unproven.exit_code(),
    })
}

/// Refuses to replace a file that is not a plan.
fn refuse_to_replace(out: &Path) -> Result<(), Error> {
    let is_filled = fs::metadata(out).is_ok_and(|file| file.is_file() && file.len() > 0);
    if !is_filled || PlanFile::is_claimed(out) {
        return Ok(());
    }
    let message = format!("cannot write the plan {}", out.display());
    Err(Error::new(ErrorKind::Output, message)
        .because("the file exists, and it is not a plan")
        .hint("choose another file for --out"))
}

/// Refuses what shards cannot validate together.
fn check(args: &PlanArgs) -> Result<(), Error> {
    if args.run.logs.is_sample() {
        let message = format!(
            "--logs {} cannot be planned: shards share the logs out themselves",
            args.run.logs
        );
        return Err(Error::new(ErrorKind::Usage, message).hint("give --logs all or none"));
    }
    let limits = args.run.bounds.limits();
    match GivenBundle::find(&args.run.source, None, &limits)? {
        None => Ok(()),
        Some(_) => {
            let message = "a bundle cannot be planned: it is validated where it is";
            Err(Error::new(ErrorKind::Usage, message).hint("run `trailproof validate` with it"))
        }
    }
}

/// Notes where shards are not as they were to be.
fn note_size(plan: &PlanFile, target: ShardTarget) {
    let shards = || plan.shards.iter();
    let (larger, most) = match target {
        ShardTarget::Shards(given) if (given as usize) > plan.shards.len() => {
            let made = grouped(plan.shards.len());
            note(&format!(
                "the plan has {made} of {} shards: there is nothing more to share out",
                grouped(given)
            ));
            return;
        }
        ShardTarget::Shards(_) => return,
        ShardTarget::Bytes(most) => (
            shards().filter(|shard| shard.bytes > most).count(),
            "--bytes",
        ),
        ShardTarget::Minutes(most) => {
            let hours = f64::from(most) / 60.0 * 1.000_01;
            (
                shards().filter(|shard| shard.hours > hours).count(),
                "--minutes",
            )
        }
    };
    if larger > 0 {
        let are = one_or_many(larger as u64, "one shard is", "shards are");
        note(&format!(
            "{are} larger than {most}: each share of an account and region reads all of its digests"
        ));
    }
}

/// What the counts do not include.
fn not_included(archive: &MeasuredArchive, logs: LogSelection) -> Vec<String> {
    let sentences = [
        (archive.unsized_logs > 0).then(|| {
            format!("The bytes of {} logs: no listing shows their size.", grouped(archive.unsized_logs))
        }),
        (logs == LogSelection::None).then(|| "Logs: with --logs none only digests are read.".to_owned()),
        Some(
            "What is read again around gaps and damage, requests that are repeated, and the merge: only the digests \
             show what is needed."
                .to_owned(),
        ),
    ];
    sentences.into_iter().flatten().collect()
}

fn not_listed(trouble: &[Finding]) -> Vec<String> {
    let sentence = |finding: &Finding| match (&finding.bucket, &finding.key) {
        (None, None) => finding.message.clone(),
        (bucket, key) => {
            let place = s3_uri(bucket.as_deref(), key.as_deref().unwrap_or_default());
            format!("{place}: {}", finding.message)
        }
    };
    let mut sentences: Vec<String> = trouble.iter().take(SHOWN).map(sentence).collect();
    if let Some(more) = trouble.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        sentences.push(format!("{} more", grouped(more)));
    }
    sentences
}
