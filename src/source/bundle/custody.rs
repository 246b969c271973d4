//! Reads `custody.json`: what a bundle says of its own collection. It is input from outside, and nothing in it is
//! evidence unless the manifest of the bundle is known.

use std::io::Read;
use std::path::Path;

use super::layout::{CUSTODY, LISTINGS, MANIFEST, UNFINISHED};
use super::record::{CollectionRun, Custody, SCHEMA};
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::source::GetError;
use crate::source::disk::FileTree;

/// Whether a folder is a bundle, or a collection that is not finished. A bundle that lacks one of the files or
/// folders by which it is known is a bundle still: nobody makes it a plain copy by deleting one.
pub fn is_bundle(dir: &Path, limits: &Limits) -> bool {
    let Ok(tree) = FileTree::open(dir, limits) else {
        return false;
    };
    let is_file = |path: &&str| !matches!(tree.file(path), Err(GetError::NotFound));
    let has_folder = |path| tree.has_folder(path).unwrap_or(true);
    let files = [MANIFEST, CUSTODY].iter().filter(|path| is_file(path));
    has_folder(UNFINISHED) || files.count() + usize::from(has_folder(LISTINGS)) > 1
}

/// What a bundle says of its collection, as it was read.
pub struct ReadCustody {
    /// What it says.
    pub custody: Custody,
    /// SHA-256 of the file.
    pub sha256: Sha256,
}

/// Reads what a bundle says of its collection.
///
/// # Errors
/// If there is no `custody.json`, or it is not one.
pub fn read_custody(dir: &Path, limits: &Limits) -> Result<ReadCustody, Error> {
    let error = |why: String| {
        let message = format!("cannot read {CUSTODY} of the bundle {}", dir.display());
        Error::new(ErrorKind::Input, message)
            .because(why)
            .hint("give a folder that trailproof collect has finished, as it wrote it")
    };
    let tree = FileTree::open(dir, limits).map_err(|e| error(words(&e)))?;
    let (file, _) = tree.file(CUSTODY).map_err(|e| error(e.detail()))?;
    let mut bytes = Vec::new();
    let read = file.take(limits.side_file + 1).read_to_end(&mut bytes);
    read.map_err(|e| error(words(&e)))?;
    if bytes.len() as u64 > limits.side_file {
        return Err(error(format!(
            "it has more than {} bytes",
            limits.side_file
        )));
    }
    let custody: Custody = serde_json::from_slice(&bytes).map_err(|e| error(e.to_string()))?;
    match &*custody.collection.schema {
        SCHEMA if custody.first_run().is_none() => Err(error("it lists no run".into())),
        SCHEMA if custody.has_too_long_list() => Err(error("a list in it is too long".into())),
        SCHEMA => Ok(ReadCustody {
            custody,
            sha256: Sha256::of(&bytes),
        }),
        other => Err(error(format!(
            "its \"schema\" is {other:?}, expected {SCHEMA:?}"
        ))),
    }
}

/// Buckets, rules and prefixes at most: each of them costs time with each object.
const MOST_PLACES: usize = 1_000;
/// Entries of any other list, at most: an organization has up to 50,000 accounts.
const MOST_ENTRIES: usize = 100_000;

impl Custody {
    /// Whether a list is longer than that of any collection.
    fn has_too_long_list(&self) -> bool {
        let scope = &self.collection.scope;
        let places = [&scope.buckets, &scope.opened, &scope.map, &scope.prefixes];
        let others = [
            &scope.regions,
            &scope.account_ids,
            &scope.organization_ids,
            &scope.trail_arns,
            &scope.exclude,
            &scope.expect,
        ];
        places.iter().any(|list| list.len() > MOST_PLACES)
            || others.iter().any(|list| list.len() > MOST_ENTRIES)
            || self.runs.len() > MOST_ENTRIES
    }

    /// The run that began the collection. Its time is that for which the bundle describes the buckets.
    pub fn first_run(&self) -> Option<&CollectionRun> {
        self.runs.first()
    }
}
