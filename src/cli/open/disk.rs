//! Opens a copy on disk, and key files.

use std::path::{Path, PathBuf};

use super::request::{OpenedSource, ResolvedSource, SourceRequest};
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::base::text::one_or_many;
use crate::cli::args::shared::aws::SignInArgs;
use crate::cli::args::shared::source::split_bucket;
use crate::cli::diagnose::note;
use crate::proof::keys::{KeyRing, NoKeys};
use crate::report::validation::v1::SourceKind;
use crate::source::Source as _;
use crate::source::bundle::near::UNPACK;
use crate::source::disk::{ArchivedBundle, DiskSource, LooseSummary};
use crate::source::key_files;
use crate::source::places::Places;
use crate::validate::survey::trails::LocatedTrails;

/// Opens a copy on disk.
///
/// # Errors
/// If a folder or a key file cannot be read, or no folder is that of a given bucket.
pub(crate) fn open(request: &SourceRequest<'_>, limits: &Limits) -> Result<ResolvedSource, Error> {
    let (source, buckets, left_out) =
        mount(&request.source.path, &request.source.s3_bucket, limits)?;
    note_ignored(request.sign_in);
    Ok(ResolvedSource {
        opened: OpenedSource {
            places: Places::new(source.roots(), request.map.to_vec()),
            source: Box::new(source),
            keys: match request.keys {
                [] => Box::new(NoKeys),
                paths => Box::new(key_ring(paths, limits)?),
            },
            trails: None,
            caller: None,
            members: None,
            settings: None,
        },
        kind: SourceKind::Disk,
        buckets,
        located: LocatedTrails::default(),
        left_out,
        now: None,
        clock: None,
        jobs: request.jobs.map_or_else(available_cores, usize::from),
        bundle: None,
        inventories: Vec::new(),
    })
}

/// Notes which options have no effect because AWS is not called.
pub(super) fn note_ignored(sign_in: &SignInArgs) {
    let ignored = sign_in.given();
    if !ignored.is_empty() {
        note(&format!(
            "{} no effect with --path: no AWS calls are made",
            have(&ignored)
        ));
    }
}

/// The subject and the verb of a sentence on options.
fn have(options: &[&str]) -> String {
    let verb = if options.len() == 1 { "has" } else { "have" };
    format!("{} {verb}", options.join(", "))
}

/// Objects to work on at the same time, unless `--jobs` is given.
pub(crate) fn available_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The public keys in the files of `--keys`.
pub(crate) fn key_ring(paths: &[PathBuf], limits: &Limits) -> Result<KeyRing, Error> {
    let mut ring = KeyRing::default();
    for path in paths {
        let unread = key_files::load(path, limits, &mut ring)?;
        if unread.count > 0 {
            note(&format!(
                "not read in --keys {}: {}; only files called REGION.json are, such as us-east-1.json",
                path.display(),
                unread.list()
            ));
        }
    }
    Ok(ring)
}

/// Opens the folders, and lists the bucket names that were given and the files that have no place in a bucket.
fn mount(
    paths: &[PathBuf],
    names: &[String],
    limits: &Limits,
) -> Result<(DiskSource, Vec<String>, Sample), Error> {
    let mut source = DiskSource::new(limits.clone());
    let mut left_out = Sample::default();
    let mut mounted = false;
    for path in paths {
        let (bucket, dir) = split_bucket(path);
        if bucket
            .as_ref()
            .is_some_and(|bucket| !names.is_empty() && !names.contains(bucket))
        {
            continue;
        }
        let mount_names = bucket.map_or_else(|| names.to_vec(), |bucket| vec![bucket]);
        let kind = if dir.is_file() { "archive" } else { "folder" };
        let summary = source.mount_any(&dir, mount_names).map_err(|e| {
            let message = format!("cannot open the {kind} {}", dir.display());
            let of_bundle = e.get_ref().is_some_and(|e| e.is::<ArchivedBundle>());
            let hint = match of_bundle {
                true => UNPACK,
                false => "give --path the folder that holds AWSLogs, or a zip or tar of it",
            };
            Error::new(ErrorKind::Input, message)
                .because(words(&e))
                .hint(hint)
        })?;
        if let Some(summary) = summary {
            say(&dir, &summary);
            left_out.append(limits, summary.left_out);
        }
        mounted = true;
    }
    if !mounted {
        let message = format!("no --path is a copy of bucket {}", names.join(", "));
        return Err(Error::new(ErrorKind::Usage, message)
            .hint("give the folder with its bucket: --path BUCKET=DIR"));
    }
    let mut buckets = bucket_names(paths, names);
    buckets.sort();
    buckets.dedup();
    Ok((source, buckets, left_out))
}

/// The buckets that are read: those that are given, else those of the copies.
pub(super) fn bucket_names(paths: &[PathBuf], names: &[String]) -> Vec<String> {
    match names {
        [] => paths
            .iter()
            .filter_map(|path| split_bucket(path).0)
            .collect(),
        names => names.to_vec(),
    }
}

/// Notes how files were placed that are not laid out as in a bucket.
fn say(path: &Path, summary: &LooseSummary) {
    let placed = summary.placed as u64;
    note(&format!(
        "{} in {} placed by their digests, names and folders: they are not laid out as in a bucket",
        one_or_many(placed, "1 file", "files"),
        path.display(),
    ));
    let left = &summary.left_out;
    if left.count > 0 {
        note(&format!(
            "not checked, because their place in a bucket is unknown: {}",
            left.list()
        ));
    }
    let conflicts = &summary.conflicts;
    if conflicts.count > 0 {
        note(&format!(
            "these files differ from another file of the same place in a bucket: {}",
            conflicts.list()
        ));
    }
}
