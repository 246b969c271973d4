//! What a manifest says of each file of a collection that ends. The hashes of objects were taken while they were
//! stored and stand in the small files beside them, so that nothing large is read again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;
use sha2::Digest as _;

use super::layout::{
    self, CLOUDTRAIL, CUSTODY, HEAD, KEYS, LISTINGS, MANIFEST, PARTIAL, UNFINISHED,
    UNFINISHED_ORIGINS, UNFINISHED_RUN,
};
use super::record::{
    FileOrigin, HeadRecord, ListingHeader, ManifestLine, RecordedOrigin, UnansweredQuestion,
    UncollectedObject,
};
use crate::base::error::words;
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::source::GetError;
use crate::source::disk::{FileTree, TreeEntry};

/// Files described at a time.
const BATCH: usize = 1_024;
/// Bytes of a file read at a time.
const BUFFER: usize = 64 << 10;
/// The most bytes of a small file that are kept to be read as JSON.
const SMALL: u64 = 1 << 20;

/// An entry of a collection that ends.
pub enum CollectedEntry<'e> {
    /// A complete file.
    File(ManifestLine),
    /// A file that an interrupted run left.
    Partial(&'e str),
}

/// Calls `visit` with each file in the order of the bytes of their paths, apart from the manifest and the files of
/// an unfinished collection.
///
/// # Errors
/// If a file cannot be read, is not as it was stored, or is one that no collection stores there; or the first error
/// of `visit`.
pub fn files(
    dir: &Path,
    limits: &Limits,
    origins: &BTreeMap<String, RecordedOrigin>,
    visit: &mut dyn FnMut(CollectedEntry<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let tree = FileTree::open(dir, limits)?;
    let mut batch = Vec::new();
    let mut failed = None;
    let describe = |batch: &mut Vec<String>, visit: &mut dyn FnMut(_) -> io::Result<()>| {
        let describe = |path: &String| line_of(&tree, limits, origins, path);
        let lines: Vec<io::Result<ManifestLine>> = batch.par_iter().map(describe).collect();
        batch.clear();
        lines
            .into_iter()
            .try_for_each(|line| visit(CollectedEntry::File(line?)))
    };
    tree.walk(&mut |entry| {
        let taken = match entry {
            TreeEntry::File(path) if is_listed(path) => {
                batch.push(path.to_owned());
                match batch.len() < BATCH {
                    true => Ok(()),
                    false => describe(&mut batch, visit),
                }
            }
            TreeEntry::File(path) if is_left(path) => visit(CollectedEntry::Partial(path)),
            TreeEntry::File(_) => Ok(()),
            TreeEntry::Refused(path, why) => Err(io::Error::other(format!("{path} is {why}"))),
            TreeEntry::Unlisted(path, error) => {
                Err(io::Error::other(format!("{path}: {}", error.detail())))
            }
        };
        failed = taken.err();
        failed.is_none()
    });
    match failed {
        Some(error) => Err(error),
        None => describe(&mut batch, visit),
    }
}

/// Whether a manifest lists a file of this path.
fn is_listed(path: &str) -> bool {
    let unfinished = path.strip_prefix(UNFINISHED);
    path != MANIFEST
        && !path.ends_with(PARTIAL)
        && !unfinished.is_some_and(|rest| rest.starts_with('/'))
}

/// Whether an interrupted run left this file. The manifest itself may be written at the same time.
fn is_left(path: &str) -> bool {
    let name = path.strip_suffix(PARTIAL);
    name.is_some_and(|name| name != MANIFEST)
}

/// Whether a file may be one that a collection stored. What lies in it is not checked.
pub(super) fn is_own(
    tree: &FileTree,
    origins: &BTreeMap<String, RecordedOrigin>,
    path: &str,
) -> bool {
    let is_whole = !path.ends_with(PARTIAL);
    let path = path.strip_suffix(PARTIAL).unwrap_or(path);
    if matches!(
        path,
        MANIFEST | CUSTODY | UNFINISHED_RUN | UNFINISHED_ORIGINS
    ) {
        return true;
    }
    let Some((folder, name)) = path.split_once('/') else {
        return false;
    };
    match folder {
        "s3" | "other" | "recovered" => {
            let has_head = || tree.file(&layout::head(path)).is_ok();
            !is_whole || path.ends_with(HEAD) || has_head()
        }
        "unread" => is_hash(name, ".json"),
        LISTINGS => is_hash(name, ".jsonl"),
        "versions" | "bucket" | CLOUDTRAIL | KEYS => !is_whole || origins.contains_key(path),
        _ => false,
    }
}

/// Whether a name is a hash with this end.
fn is_hash(name: &str, end: &str) -> bool {
    let hash = name.strip_suffix(end);
    hash.is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn line_of(
    tree: &FileTree,
    limits: &Limits,
    origins: &BTreeMap<String, RecordedOrigin>,
    path: &str,
) -> io::Result<ManifestLine> {
    let error = |why: &str| io::Error::other(format!("{path}: {why}"));
    let open = |path: &str| tree.file(path);
    let (file, size) = open(path).map_err(|e| error(&e.detail()))?;
    let mut line = ManifestLine {
        path: path.to_owned(),
        size,
        sha256: String::new(),
        from: None,
        at: None,
        reason: None,
    };
    if let Some(record) = head_beside(tree, limits, path) {
        let body = record.body.as_ref().filter(|body| body.size == size);
        let body = body.ok_or_else(|| error("it was changed after it was stored"))?;
        line.sha256 = body.sha256.clone();
        line.at = Some(body.at);
        line.from = Some(origin_of(&record));
        return Ok(line);
    }
    if !is_own(tree, origins, path) {
        return Err(error("no collection stored this file"));
    }
    let (sha256, start) = read(file).map_err(|e| error(&words(&e)))?;
    line.sha256 = sha256.to_string();
    describe_by_content(&mut line, &start);
    if let Some(origin) = origins.get(path) {
        line.from = Some(origin.from.clone());
        line.at = Some(origin.at);
    }
    Ok(line)
}

/// What S3 said of the object that lies at a path; `None` if it is not an object.
pub(super) fn head_beside(tree: &FileTree, limits: &Limits, path: &str) -> Option<HeadRecord> {
    let is_object = ["s3/", "other/", "recovered/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    if !is_object || path.ends_with(HEAD) {
        return None;
    }
    let (head, _) = tree.file(&layout::head(path)).ok()?;
    serde_json::from_reader(io::BufReader::new(head.take(limits.head_json))).ok()
}

fn origin_of(record: &HeadRecord) -> FileOrigin {
    FileOrigin::Object {
        bucket: record.head.bucket.clone(),
        key: record.head.key.clone(),
        version_id: record.head.version_id.clone(),
    }
}

/// Adds what a file says itself: where it came from, when, and why something could not be read.
fn describe_by_content(line: &mut ManifestLine, start: &[u8]) {
    let folder = line.path.split('/').next().unwrap_or_default();
    let reason = |error: &GetError| Some(error.reason().as_str().to_owned());
    match folder {
        "s3" | "other" | "recovered" if line.path.ends_with(HEAD) => {
            if let Ok(record) = serde_json::from_slice::<HeadRecord>(start) {
                line.at = record.body.as_ref().map(|body| body.at);
                line.from = Some(origin_of(&record));
            }
        }
        "unread" => {
            if let Ok(unread) = serde_json::from_slice::<UncollectedObject>(start) {
                line.reason = reason(&unread.error);
                line.at = Some(unread.at);
                line.from = Some(FileOrigin::Object {
                    bucket: unread.bucket,
                    key: unread.key,
                    version_id: unread.version_id,
                });
            }
        }
        "listings" => {
            let mut header = serde_json::Deserializer::from_slice(start);
            if let Ok(header) = ListingHeader::deserialize(&mut header) {
                line.reason = header.error.as_ref().and_then(reason);
                line.at = Some(header.at);
                line.from = Some(FileOrigin::Call {
                    service: "s3".into(),
                    operation: "ListObjectsV2".into(),
                    region: None,
                    subject: Some(format!(
                        "s3://{}/{}",
                        header.question.bucket, header.question.prefix
                    )),
                });
            }
        }
        _ if line.path.ends_with(".error.json") => {
            if let Ok(unanswered) = serde_json::from_slice::<UnansweredQuestion>(start) {
                line.reason = reason(&unanswered.error);
            }
        }
        _ => {}
    }
}

/// The hash of a file, and its first bytes.
pub(super) fn read(mut file: File) -> io::Result<(Sha256, Vec<u8>)> {
    let mut hasher = sha2::Sha256::new();
    let mut start = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => &buffer[..read],
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        hasher.update(read);
        if (start.len() as u64) < SMALL {
            start.extend_from_slice(read);
        }
    }
    Ok((Sha256(hasher.finalize().into()), start))
}
