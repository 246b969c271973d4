//! Opens a bundle that `collect` wrote: checks it, and answers from it what AWS answered then.
//!
//! A bundle carries its own keys, so they prove nothing by themselves: whoever can write a bundle can sign it.
//! They count, and so does what CloudTrail answered, only where its manifest is known from elsewhere. What was
//! collected, and when, are its own words until then.

mod altered;
mod defaults;

use std::path::{Path, PathBuf};

use super::disk::{available_cores, key_ring, note_ignored};
use super::request::{OpenedSource, ResolvedSource, SourceRequest};
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::base::sha256::Sha256;
use crate::cli::args::shared::source::{SourceArgs, split_bucket};
use crate::cli::terminal::progress::{Phase, Progress};
use crate::cli::whole_second;
use crate::proof::finding::Finding;
use crate::proof::keys::{Keys, NoKeys};
use crate::report::validation::v1::SourceKind;
use crate::source::Source as _;
use crate::source::bundle::check::{BundleCheck, CheckedBundle, check};
use crate::source::bundle::custody::{is_bundle, read_custody};
use crate::source::bundle::keys::BundleKeys;
use crate::source::bundle::record::Custody;
use crate::source::bundle::replay::BundleSource;
use crate::source::places::Places;
use crate::source::regional_keys::RegionalKeys;
use crate::source::trails::TrailApi;
use crate::validate::request::BundleTrust;
use crate::validate::survey::trails::locate;

pub(crate) use self::defaults::GivenOptions;

/// A bundle that was given with `--path`.
pub(crate) struct GivenBundle {
    dir: PathBuf,
    custody: Custody,
    /// SHA-256 of its manifest, from `--manifest-sha256`.
    manifest: Option<Sha256>,
}

/// What a report says of the bundle that was read.
pub(crate) struct ReadBundle {
    /// SHA-256 of its manifest, as computed.
    pub manifest: Sha256,
    /// Whether that hash was given, so that the bundle is the one that was collected.
    pub trust: BundleTrust,
    /// The finding on what differs from the manifest.
    pub altered: Option<Finding>,
}

impl GivenBundle {
    /// The bundle among the copies that were given; `None` if there is none.
    ///
    /// # Errors
    /// If a bundle is given together with another copy, or a hash of a manifest without a bundle; or if the
    /// bundle does not say what was collected.
    pub fn find(
        source: &SourceArgs,
        manifest: Option<Sha256>,
        limits: &Limits,
    ) -> Result<Option<Self>, Error> {
        let mut plain = source.path.iter().map(|path| split_bucket(path));
        // A folder that is given with the name of its bucket is a copy of that bucket, whatever is in it.
        let bundle = plain
            .find_map(|(bucket, dir)| (bucket.is_none() && is_bundle(&dir, limits)).then_some(dir));
        let Some(dir) = bundle else {
            return match manifest {
                None => Ok(None),
                Some(_) => Err(no_bundle()),
            };
        };
        if source.path.len() > 1 {
            let message = format!(
                "the bundle {} cannot be read with other copies",
                dir.display()
            );
            let hint = "give one --path with a bundle; or give BUCKET=DIR/s3/BUCKET to read its objects as a plain copy";
            return Err(Error::new(ErrorKind::Usage, message).hint(hint));
        }
        let custody = read_custody(&dir, limits)?;
        Ok(Some(GivenBundle {
            dir,
            custody,
            manifest,
        }))
    }

    /// Whether what CloudTrail answered counts, or only says where digests were.
    fn trust(&self) -> BundleTrust {
        match self.manifest {
            Some(_) => BundleTrust::Known,
            None => BundleTrust::OwnWords,
        }
    }

    /// Checks the bundle, and that it is the one whose hash was given.
    fn checked(
        &self,
        jobs: usize,
        limits: &Limits,
        stop: &CancelFlag,
    ) -> Result<CheckedBundle, Error> {
        let checked = check(&BundleCheck {
            dir: &self.dir,
            jobs,
            limits,
            stop,
            progress: &|_| {},
        })?;
        if let Some(reason) = checked.ended_by {
            return Err(Error::cancelled(reason));
        }
        match self.manifest {
            Some(given) if given != checked.manifest_sha256 => {
                Err(other_manifest(&self.dir, given, checked.manifest_sha256))
            }
            _ => Ok(checked),
        }
    }

    /// The buckets to read. Those that were collected, unless others were given.
    fn buckets(&self, source: &SourceArgs) -> Vec<String> {
        let scope = &self.custody.collection.scope;
        match source.s3_bucket == scope.buckets {
            true => scope.opened.clone(),
            false => source.s3_bucket.clone(),
        }
    }
}

/// The error of a hash that is given for something else than a bundle.
fn no_bundle() -> Error {
    let message = "--manifest-sha256 is given, but no --path is a bundle";
    Error::new(ErrorKind::Usage, message)
        .hint("give --path with the folder that trailproof collect --out wrote")
}

/// The error of a bundle that is not the one whose hash was given.
fn other_manifest(dir: &Path, given: Sha256, found: Sha256) -> Error {
    let message = format!(
        "{} is not the bundle whose manifest was given",
        dir.display()
    );
    Error::new(ErrorKind::Input, message)
        .because(format!("--manifest-sha256 is {given}, and its manifest.jsonl has {found}"))
        .hint("compare the hash with the one that was written down, and get the bundle again from where it is kept")
}

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
    let checked = bundle.checked(jobs, limits, stop)?;
    let manifest = checked.manifest_sha256;
    let altered = altered::finding(&checked);
    let buckets = bundle.buckets(request.source);
    let source = BundleSource::new(&bundle.dir, checked, &buckets, limits).map_err(|e| {
        let message = format!("cannot open the folder {}", bundle.dir.display());
        Error::new(ErrorKind::Input, message).because(words(&e))
    })?;
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
            account_names: None,
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
    })
}
