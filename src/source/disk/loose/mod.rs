//! Files that do not lie as the keys of a bucket do: downloads in one folder, a copy that begins below
//! `AWSLogs`, an archive. Each gets the key under which CloudTrail wrote it.
//!
//! ```text
//! find ──> files ──> place ──> key of each file ──> LooseTree answers as a bucket would
//!                      └── read: the digests among them
//! ```
//!
//! A digest states its own bucket and key, and those of its logs. That is a claim, and it decides only where a
//! file is looked for. The digest's signature covers the claim, so the validation that follows proves or
//! refutes it as in any bucket. The names of all files are kept in memory, so their number is bounded.

mod find;
mod place;
mod read;

use std::fs::File;
use std::io::{self, Read};
use std::ops::Bound;
use std::os::fd::{AsFd as _, OwnedFd};

use self::place::KeyTable;
use super::archive::{Archive, FileStretch};
use super::facts_of;
use super::found::{FoundContent, FoundFile};
use super::head::{self, HEAD_SUFFIX, Head, HeadReader};
use super::open::{OpenFolders, OpenedFile};
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::proof::digest_object::MetadataProblem;
use crate::proof::finding::ObjectFacts;
use crate::source::{Folders, GetError, Listed, ListedFacts, Range, RootId, SourceObject};

pub(super) use self::find::files_of;

/// Where files are read.
pub(super) enum LooseFiles {
    Folder { root: OwnedFd, opened: OpenFolders },
    Archive(Archive),
}

/// How the files of one tree were placed.
#[derive(Debug, Default)]
pub struct LooseSummary {
    /// Files that have a key.
    pub placed: usize,
    /// Files that are no digest, are not named like a log, and lie in no folder of CloudTrail.
    pub left_out: Sample,
    /// Files with other content than another one that states the same key.
    pub conflicts: Sample,
    /// Files with the same content as another one of the same key.
    pub copies: usize,
}

/// Files by the keys under which they were written.
pub(super) struct LooseTree {
    files: Vec<FoundFile>,
    /// For each root, the number of the file at each key.
    roots: Vec<KeyTable>,
    content: LooseFiles,
    limits: Limits,
}

impl LooseTree {
    /// Places files, which are in the order of their paths.
    ///
    /// # Errors
    /// If a temporary file cannot be written or read.
    pub(super) fn new(
        content: LooseFiles,
        files: Vec<FoundFile>,
        limits: &Limits,
    ) -> io::Result<(Self, LooseSummary)> {
        let mut tree = LooseTree {
            files,
            roots: Vec::new(),
            content,
            limits: limits.clone(),
        };
        let (roots, summary) = place::place(&tree)?;
        tree.roots = roots;
        Ok((tree, summary))
    }

    /// How many roots its files take: two for files of one key that differ.
    pub(super) fn roots(&self) -> usize {
        self.roots.len()
    }

    /// Opens a file; its size and the like are those of now.
    fn body(&self, file: &FoundFile) -> Result<(Box<dyn Read + Send + '_>, ObjectFacts), GetError> {
        let facts = ObjectFacts {
            size: Some(file.size),
            ..ObjectFacts::default()
        };
        match (&self.content, file.content) {
            (_, FoundContent::Refused(why)) => Err(GetError::Refused(format!("it is {why}"))),
            (LooseFiles::Folder { root, opened }, _) => {
                let OpenedFile { file, stat, .. } =
                    opened.file(RootId(0), root.as_fd(), &file.path)?;
                Ok((Box::new(File::from(file)), facts_of(&stat)))
            }
            (LooseFiles::Archive(Archive::Zip(zip)), FoundContent::InZip(member)) => {
                Ok((zip.member(member)?, facts))
            }
            (LooseFiles::Archive(Archive::Tar(tar)), FoundContent::InTar(at)) => {
                Ok((Box::new(FileStretch::new(tar, at, file.size)), facts))
            }
            (LooseFiles::Archive(_), _) => Err(GetError::NotFound),
        }
    }

    fn file(&self, root: usize, key: &str) -> Result<&FoundFile, GetError> {
        let keys = self.roots.get(root).ok_or(GetError::NotFound)?;
        let found = keys.get(key).ok_or(GetError::NotFound)?;
        self.files.get(*found as usize).ok_or(GetError::NotFound)
    }

    /// The file of a path.
    fn at_path(&self, path: &str) -> Option<&FoundFile> {
        let at = self.files.partition_point(|file| &*file.path < path);
        self.files.get(at).filter(|file| file.path == path)
    }

    /// The metadata in the `KEY.head.json` beside a file.
    fn head(&self, file: &FoundFile) -> Option<Result<Head, MetadataProblem>> {
        let head = self.at_path(&format!("{}{HEAD_SUFFIX}", file.path))?;
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let limit = self.limits.head_json;
        Some(match self.body(head) {
            Ok((mut body, _)) => HeadReader { limit }.parse(&mut body, head.size, name),
            Err(_) => Err(MetadataProblem::HeadUnreadable),
        })
    }

    fn below<'s>(
        &'s self,
        root: usize,
        prefix: &str,
    ) -> impl Iterator<Item = (&'s str, &'s FoundFile)> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let keys = self.roots.get(root).map(|keys| keys.range::<str, _>(from));
        let prefix = prefix.to_owned();
        let keys = keys.into_iter().flatten();
        keys.take_while(move |(key, _)| key.starts_with(&*prefix))
            .filter_map(|(key, at)| Some((&**key, self.files.get(*at as usize)?)))
    }

    pub(super) fn folders(
        &self,
        root: usize,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Folders {
        let mut folders = Folders {
            complete: true,
            requests: 1,
            ..Folders::default()
        };
        for (key, file) in self.below(root, prefix) {
            match key.get(prefix.len()..).and_then(|k| k.split_once('/')) {
                None => other(listed(key, file)),
                Some((name, _)) if folders.names.last().is_some_and(|last| last == name) => {}
                Some((name, _)) => folders.names.push(name.to_owned()),
            }
            if folders.names.len() > self.limits.folders {
                folders.complete = false;
                break;
            }
        }
        folders
    }

    pub(super) fn holds_any(&self, root: usize, folder: &str) -> bool {
        self.below(root, folder).next().is_some()
    }

    pub(super) fn list(
        &self,
        root: usize,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) {
        for (key, file) in self.below(root, prefix).filter(|(key, _)| range.holds(key)) {
            visit(listed(key, file));
        }
    }

    pub(super) fn get(
        &self,
        root: usize,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        let file = self.file(root, key)?;
        let (body, mut facts) = self.body(file)?;
        let head = with_metadata.then(|| self.head(file)).flatten();
        let metadata = head::apply(head, &mut facts);
        Ok(SourceObject {
            body,
            metadata,
            facts,
            head: None,
            doubt: None,
        })
    }

    /// The size of the file of a key, without opening it.
    pub(super) fn look_up(&self, root: usize, key: &str) -> Result<u64, GetError> {
        let file = self.file(root, key)?;
        match file.content {
            FoundContent::Refused(why) => Err(GetError::Refused(format!("it is {why}"))),
            _ => Ok(file.size),
        }
    }

    pub(super) fn stat(&self, root: usize, key: &str) -> Result<ObjectFacts, GetError> {
        let file = self.file(root, key)?;
        let (_, mut facts) = self.body(file)?;
        if let Some(Ok(head)) = self.head(file) {
            head.fill(&mut facts);
        }
        Ok(facts)
    }
}

fn listed<'k>(key: &'k str, file: &FoundFile) -> Listed<'k> {
    match file.content {
        FoundContent::Refused(why) => Listed::Refused(key, why),
        _ => Listed::Object(
            key,
            ListedFacts {
                modified: None,
                size: Some(file.size),
            },
        ),
    }
}
