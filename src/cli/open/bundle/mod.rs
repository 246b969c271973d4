//! Opens a bundle that `collect` wrote: checks it, and answers from it what AWS answered then.
//!
//! A bundle carries its own keys, so they prove nothing by themselves: whoever can write a bundle can sign it.
//! They count, and so does what CloudTrail answered, only where its manifest is known from elsewhere. What was
//! collected, and when, are its own words until then.

mod altered;
mod defaults;
pub(crate) mod given;

use super::disk::{available_cores, key_ring, note_ignored};
use super::request::{OpenedSource, ResolvedSource, SourceRequest};
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::base::text::escape;
use crate::cli::terminal::progress::{Phase, Progress};
use crate::cli::whole_second;
use crate::proof::keys::{Keys, NoKeys};
use crate::report::validation::v1::SourceKind;
use crate::source::Source;
use crate::source::bundle::keys::BundleKeys;
use crate::source::bundle::replay::BundleSource;
use crate::source::places::Places;
use crate::source::regional_keys::RegionalKeys;
use crate::source::trails::TrailApi;
use crate::validate::request::BundleTrust;
use crate::validate::survey::trails::locate;

pub(crate) use self::defaults::GivenOptions;
use self::given::{GivenBundle, ReadBundle};

/// Opens a bundle.
///
/// # Errors
/// If it is not one, not the one that was given, or a key file cannot be read.
pub(crate) fn open(
    request: &SourceRequest<'_>,
    bundle: &GivenBundle,
    limits: &Limits,
    stop: &CancelFlag,
    progress: &Progress,
) -> Result<ResolvedSource, Error> {
    note_ignored(request.sign_in);
    progress.enter(Phase::CheckingBundle);
    let jobs = request.jobs.map_or_else(available_cores, usize::from);
    let checked = bundle.checked(jobs, limits, stop, progress)?;
    let manifest = checked.manifest_sha256;
    let altered = altered::finding(&checked);
    let buckets = bundle.buckets(request.source);
    let source = BundleSource::new(checked, &buckets, limits);
    let first = bundle.custody.first_run();
    let started = first.map_or(bundle.custody.collection.as_of, |run| {
        whole_second(run.started)
    });
    let ahead = first.and_then(|run| run.clock_ahead);
    let trust = bundle.trust();
    let keys: Box<dyn Keys> = match (request.keys, trust) {
        ([], BundleTrust::Known) => Box::new(RegionalKeys::new(BundleKeys::of(&source), started)),
        ([], BundleTrust::OwnWords) => Box::new(NoKeys),
        (paths, _) => Box::new(key_ring(paths, limits)?),
    };
    let trails = source.trails();
    // Where trails write only says where to search, so it is taken from any bundle.
    let located = locate(&trails, &request.scope.trail_arn);
    let mut buckets = request.buckets();
    buckets.sort();
    buckets.dedup();
    Ok(ResolvedSource {
        opened: OpenedSource {
            places: Places::behind_access_points(source.roots(), request.map.to_vec()),
            source: Box::new(source),
            keys,
            trails: match trust {
                BundleTrust::Known => Some(Box::new(trails) as Box<dyn TrailApi>),
                BundleTrust::OwnWords => None,
            },
            caller: None,
            members: None,
            settings: None,
        },
        kind: SourceKind::Bundle,
        buckets,
        located,
        left_out: Sample::default(),
        now: Some(started),
        clock: Some(Box::new(move || ahead)),
        jobs,
        bundle: Some(ReadBundle {
            manifest,
            trust,
            altered,
        }),
        inventories: Vec::new(),
    })
}

/// Refuses to report on a bundle that changed after its files were compared with the manifest: what was read may
/// not be what was collected.
///
/// # Errors
/// If it changed.
pub(crate) fn refuse_changed(is_bundle: bool, source: &dyn Source) -> Result<(), Error> {
    match source.changed().filter(|_| is_bundle) {
        None => Ok(()),
        Some(path) => {
            let path = escape(&path).into_owned();
            let message = format!("the bundle changed while it was read, for example {path}");
            let error = Error::new(ErrorKind::Input, message);
            Err(error.hint("run again when nothing writes to it"))
        }
    }
}
