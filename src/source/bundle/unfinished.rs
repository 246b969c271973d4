//! The files of a collection that is not finished. Somebody may have changed them while nothing was running, so
//! before it goes on, each file must be one that a collection stores, and each body is hashed again.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::describe;
use super::layout::{self, HEAD, PARTIAL};
use super::record::{HeadRecord, RecordedOrigin};
use crate::base::cancel::CancelFlag;
use crate::base::limits::Limits;
use crate::source::GetError;
use crate::source::disk::{FileTree, TreeEntry};

/// Bodies hashed at a time.
const BATCH: usize = 1_024;
/// Foreign files that are shown.
const SHOWN: usize = 5;
/// The version ID of an object that was stored while its bucket kept no versions.
const NO_VERSION: &str = "null";

/// Files that no collection stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForeignFiles {
    /// How many there are.
    pub count: u64,
    /// The first ones.
    pub first: Vec<String>,
}

/// Finds the files in the folder of a collection that no collection stored: outside its folders, an object without
/// its `.head.json`, and an answer whose origin was not recorded.
///
/// # Errors
/// If a folder cannot be read.
pub fn foreign(
    dir: &Path,
    limits: &Limits,
    origins: &BTreeMap<String, RecordedOrigin>,
) -> io::Result<ForeignFiles> {
    let tree = FileTree::open(dir, limits)?;
    let mut found = ForeignFiles::default();
    let mut failed = None;
    tree.walk(&mut |entry| {
        let path = match entry {
            TreeEntry::File(path) if describe::is_own(&tree, origins, path) => return true,
            TreeEntry::File(path) | TreeEntry::Refused(path, _) => path,
            TreeEntry::Unlisted(path, error) => {
                failed = Some(unlisted(path, error));
                return false;
            }
        };
        found.count += 1;
        if found.first.len() < SHOWN {
            found.first.push(path.to_owned());
        }
        true
    });
    failed.map_or(Ok(found), Err)
}

/// Calls `visit` with the paths of the objects, and of what S3 said of them, that are not as they were stored.
/// Ends early once it is stopped.
///
/// # Errors
/// If a folder cannot be read.
pub fn altered(
    dir: &Path,
    limits: &Limits,
    stop: &CancelFlag,
    visit: &mut dyn FnMut(&str),
) -> io::Result<()> {
    let tree = FileTree::open(dir, limits)?;
    let mut batch: Vec<String> = Vec::new();
    let mut failed = None;
    let mut check = |batch: &mut Vec<String>| {
        let differs = |path: &&String| !is_as_stored(&tree, limits, path);
        let altered: Vec<&String> = batch.par_iter().filter(differs).collect();
        altered.into_iter().for_each(|path| visit(path));
        batch.clear();
    };
    tree.walk(&mut |entry| {
        match entry {
            TreeEntry::File(path) if is_object(path) && !path.ends_with(PARTIAL) => {
                batch.push(path.to_owned());
                if batch.len() >= BATCH {
                    check(&mut batch);
                }
            }
            TreeEntry::File(_) | TreeEntry::Refused(..) => {}
            TreeEntry::Unlisted(path, error) => failed = Some(unlisted(path, error)),
        }
        failed.is_none() && stop.reason().is_none()
    });
    check(&mut batch);
    failed.map_or(Ok(()), Err)
}

fn unlisted(path: &str, error: &GetError) -> io::Error {
    io::Error::other(format!("{path}: {}", error.detail()))
}

/// Whether a file lies where objects and their metadata do.
fn is_object(path: &str) -> bool {
    ["s3/", "other/", "recovered/"]
        .iter()
        .any(|folder| path.starts_with(folder))
}

/// Whether an object has the bytes that its metadata record; of metadata, whether they are about the object beside
/// them.
fn is_as_stored(tree: &FileTree, limits: &Limits, path: &str) -> bool {
    if let Some(object) = path.strip_suffix(HEAD) {
        return describe::head_beside(tree, limits, object).is_some_and(|h| is_about(&h, object));
    }
    let head = describe::head_beside(tree, limits, path).filter(|head| is_about(head, path));
    let Some(body) = head.and_then(|head| head.body) else {
        return false;
    };
    let hashed = tree.file(path).ok().filter(|(_, size)| *size == body.size);
    let hashed = hashed.and_then(|(file, _)| describe::read(file).ok());
    hashed.is_some_and(|(sha256, _)| sha256.to_string() == body.sha256)
}

/// Whether what S3 said is about the object at a path.
fn is_about(HeadRecord { head, .. }: &HeadRecord, path: &str) -> bool {
    let version = head.version_id.as_deref().unwrap_or(NO_VERSION);
    let places = layout::object(&head.bucket, &head.key);
    let of_version = layout::version(&head.bucket, &head.key, version);
    places.iter().chain(&of_version).any(|place| place == path)
}
