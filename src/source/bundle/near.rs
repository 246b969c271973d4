//! The bundle near a path that is not one: users give the folder above it, or a folder inside.

use std::fs;
use std::path::{Path, PathBuf};

use super::layout::{CUSTODY, MANIFEST};
use crate::base::limits::Limits;
use crate::source::disk::FileTree;

/// What to do about a bundle in an archive.
pub const UNPACK: &str = "unpack the bundle, and give the folder that holds its manifest.jsonl";

/// Entries of a folder that are searched for a bundle.
const SEARCHED: usize = 1_000;

/// Where a bundle is that was probably meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleNear {
    /// The folder above is one.
    Above(PathBuf),
    /// A folder directly inside is one.
    Inside(PathBuf),
}

impl BundleNear {
    /// The folder of the bundle.
    pub fn path(&self) -> &Path {
        match self {
            BundleNear::Above(path) | BundleNear::Inside(path) => path,
        }
    }

    /// What was found, in words.
    pub fn why(&self, given: &Path) -> String {
        let (given, path) = (given.display(), self.path().display());
        match self {
            BundleNear::Above(_) => format!("{given} is a part of the bundle {path}"),
            BundleNear::Inside(_) => format!("{given} holds the bundle {path}"),
        }
    }

    /// What to give instead.
    pub fn advice(&self) -> String {
        format!("give the folder of the bundle: {}", self.path().display())
    }
}

/// The bundle above a folder or directly inside it; `None` if there is none, or it cannot be known.
pub fn bundle_near(dir: &Path, limits: &Limits) -> Option<BundleNear> {
    if !dir.is_dir() {
        return None;
    }
    // The folder as it was written, so that the user knows it again.
    let above = match (dir.parent(), dir.file_name()) {
        (Some(above), Some(_)) if above.as_os_str().is_empty() => ".".into(),
        (Some(above), Some(_)) => above.to_owned(),
        _ => dir.join(".."),
    };
    if holds_bundle(&above, limits) {
        return Some(BundleNear::Above(above));
    }
    let entries = fs::read_dir(dir).ok()?.take(SEARCHED).flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut bundles: Vec<PathBuf> = folders
        .map(|entry| entry.path())
        .filter(|path| holds_bundle(path, limits))
        .collect();
    bundles.sort();
    bundles.into_iter().next().map(BundleNear::Inside)
}

/// Whether a folder has both files by which a finished bundle is known.
fn holds_bundle(dir: &Path, limits: &Limits) -> bool {
    let tree = FileTree::open(dir, limits);
    tree.is_ok_and(|tree| {
        [MANIFEST, CUSTODY]
            .iter()
            .all(|path| tree.file(path).is_ok())
    })
}
