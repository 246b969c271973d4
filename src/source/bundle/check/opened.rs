//! The folder of a bundle, opened; and why something else is not one.

use std::fs::File;
use std::path::Path;

use super::super::layout::{MANIFEST, UNFINISHED};
use super::super::near::{UNPACK, bundle_near};
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::source::GetError;
use crate::source::disk::FileTree;

/// Opens the folder and its manifest.
pub(super) fn open(dir: &Path, limits: &Limits) -> Result<(FileTree, File), Error> {
    if dir.is_file() {
        return Err(not_a_bundle(dir, limits));
    }
    let tree = FileTree::open(dir, limits).map_err(|e| {
        let message = format!("cannot open the folder {}", dir.display());
        Error::new(ErrorKind::Input, message).because(words(&e))
    })?;
    let unfinished = tree.has_folder(UNFINISHED);
    if unfinished.map_err(|e| unreadable(dir, &e.detail()))? {
        let message = format!("the collection in {} is not finished", dir.display());
        return Err(Error::new(ErrorKind::Input, message)
            .because(format!("it holds {UNFINISHED}"))
            .hint("run the same trailproof collect again: it resumes where it was interrupted"));
    }
    match tree.file(MANIFEST) {
        Ok((manifest, _)) => Ok((tree, manifest)),
        Err(GetError::NotFound) => {
            Err(not_a_bundle(dir, limits).because(format!("it holds no file {MANIFEST}")))
        }
        Err(error) => Err(unreadable(dir, &error.detail())),
    }
}

/// The error of something that is not a bundle, with the place of one that is near.
pub(super) fn not_a_bundle(dir: &Path, limits: &Limits) -> Error {
    let message = format!("{} is not a bundle", dir.display());
    let error = Error::new(ErrorKind::Input, message);
    match bundle_near(dir, limits) {
        Some(near) => error.because(near.why(dir)).hint(near.advice()),
        None if dir.is_file() => error
            .because("it is a file, and a bundle is a folder")
            .hint(UNPACK),
        None => error.hint("give the folder that trailproof collect --out wrote"),
    }
}

pub(super) fn unreadable(dir: &Path, why: &str) -> Error {
    let message = format!("cannot read the manifest of the bundle {}", dir.display());
    Error::new(ErrorKind::Input, message).because(why)
}
