//! The bundle that was given, before anything in it is believed.

use std::path::{Path, PathBuf};

use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::cli::args::shared::source::{SourceArgs, split_bucket};
use crate::cli::terminal::progress::Progress;
use crate::proof::finding::Finding;
use crate::report::validation::v1::Collected;
use crate::source::bundle::check::{BundleCheck, CheckedBundle, check};
use crate::source::bundle::custody::{is_bundle, read_custody};
use crate::source::bundle::layout::{CUSTODY, MANIFEST};
use crate::source::bundle::near::{BundleNear, UNPACK, bundle_near};
use crate::source::bundle::record::Custody;
use crate::validate::observer::{Observer as _, Step};
use crate::validate::request::BundleTrust;

/// A bundle that was given with `--path`.
pub(crate) struct GivenBundle {
    pub(super) dir: PathBuf,
    pub(super) custody: Custody,
    /// SHA-256 of its `custody.json`, as it was read.
    custody_sha256: Sha256,
    /// SHA-256 of its manifest, from `--manifest-sha256`.
    manifest: Option<Sha256>,
    /// Which bounds of the window are those of the collection.
    pub(super) bounds: CollectedBounds,
}

/// Which bounds of the window were not given, and are those of the collection.
#[derive(Clone, Copy, Default)]
pub(crate) struct CollectedBounds {
    /// The beginning.
    pub start: bool,
    /// The end.
    pub end: bool,
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
        // A folder that is given with the name of its bucket is a copy of that bucket, whatever is in it.
        let split = source.path.iter().map(|path| split_bucket(path));
        let plain = split.filter_map(|(bucket, dir)| bucket.is_none().then_some(dir));
        let plain: Vec<PathBuf> = plain.collect();
        let Some(dir) = plain.iter().find(|dir| is_bundle(dir, limits)) else {
            let near = |dir: &PathBuf| Some((dir.clone(), bundle_near(dir, limits)?));
            return match (plain.iter().find_map(near), manifest) {
                (Some((dir, near)), _) => Err(not_the_bundle(&dir, &near)),
                (None, Some(_)) => Err(no_bundle(&plain)),
                (None, None) => Ok(None),
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
        let read = read_custody(dir, limits)?;
        Ok(Some(GivenBundle {
            dir: dir.clone(),
            custody: read.custody,
            custody_sha256: read.sha256,
            manifest,
            bounds: CollectedBounds::default(),
        }))
    }

    /// Which bounds of the window were not given, and are those of the collection.
    pub fn bounds_of_collection(&self) -> CollectedBounds {
        self.bounds
    }

    /// Who collected it, as it says itself. Runs that went on after an interruption are of one collection.
    pub fn collected(&self) -> Option<Collected> {
        let runs = &self.custody.runs;
        let first = runs.first()?;
        Some(Collected {
            caller: runs.iter().find_map(|run| run.caller.clone()),
            tool: first.tool.clone(),
            version: first.version.clone(),
            started: first.started,
            ended: runs.last().and_then(|run| run.ended),
        })
    }

    /// Whether what CloudTrail answered counts, or only says where digests were.
    pub(super) fn trust(&self) -> BundleTrust {
        match self.manifest {
            Some(_) => BundleTrust::Known,
            None => BundleTrust::OwnWords,
        }
    }

    /// Checks the bundle, that it is the one whose hash was given, and that what was collected is as its
    /// manifest lists it.
    pub(super) fn checked(
        &self,
        jobs: usize,
        limits: &Limits,
        stop: &CancelFlag,
        progress: &Progress,
    ) -> Result<CheckedBundle, Error> {
        let checked = check(&BundleCheck {
            dir: &self.dir,
            jobs,
            limits,
            stop,
            progress: &|bytes| progress.step(Step::BytesRead(bytes)),
        })?;
        if let Some(reason) = checked.ended_by {
            return Err(Error::cancelled(reason));
        }
        match self.manifest {
            Some(given) if given != checked.manifest_sha256 => {
                Err(other_manifest(&self.dir, given, checked.manifest_sha256))
            }
            // It decides what is judged, so nothing can be without it.
            _ if checked.custody_sha256 != Some(self.custody_sha256) => {
                Err(other_custody(&self.dir, checked.custody_sha256))
            }
            _ => Ok(checked),
        }
    }

    /// The error of a list of chains: a collection need not have listed all that such a list reads.
    pub fn holds_no_list(&self) -> Error {
        let dir = self.dir.display();
        let message = format!("cannot list the chains of {dir}: it is a bundle");
        Error::new(ErrorKind::Usage, message)
            .because("a bundle holds the listings of its window only")
            .hint(format!(
                "read its objects as a plain copy: --path BUCKET={dir}/s3/BUCKET"
            ))
    }

    /// The buckets to read. Those that were collected, unless others were given.
    pub(super) fn buckets(&self, source: &SourceArgs) -> Vec<String> {
        let scope = &self.custody.collection.scope;
        match source.s3_bucket == scope.buckets {
            true => scope.opened.clone(),
            false => source.s3_bucket.clone(),
        }
    }
}

/// The error of a hash that is given for something else than a bundle.
fn no_bundle(plain: &[PathBuf]) -> Error {
    let message = "--manifest-sha256 is given, but no --path is a bundle";
    let hint = match plain.iter().any(|path| path.is_file()) {
        true => UNPACK,
        false => "give --path with the folder that trailproof collect --out wrote",
    };
    Error::new(ErrorKind::Usage, message).hint(hint)
}

/// The error of a folder above a bundle or inside it.
fn not_the_bundle(dir: &Path, near: &BundleNear) -> Error {
    let bundle = near.path().display();
    Error::new(ErrorKind::Usage, near.why(dir)).hint(format!(
        "give the bundle: --path {bundle}; or read its objects as a plain copy: --path BUCKET={bundle}/s3/BUCKET"
    ))
}

/// The error of a bundle whose `custody.json` is not the file that its manifest lists.
fn other_custody(dir: &Path, listed: Option<Sha256>) -> Error {
    let message = format!(
        "{CUSTODY} of the bundle {} is not the one that was collected",
        dir.display()
    );
    let why = match listed {
        Some(_) => format!("its SHA-256 is not the one that {MANIFEST} lists"),
        None => format!("{MANIFEST} does not list it"),
    };
    Error::new(ErrorKind::Input, message)
        .because(why)
        .hint("get the bundle again from where it is kept; trailproof collect --check DIR lists the files that differ")
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
