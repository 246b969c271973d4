//! A folder on disk as `aws s3 sync` writes it: keys are paths. Copies have no metadata, so a file
//! `KEY.head.json` beside an object may hold it, as printed by `aws s3api head-object`.
//!
//! The folder may come from an attacker, and may change while it is read. So `open` never follows a symbolic
//! link and never leaves the root, `listing` reads folders of any size in bounded memory, and `head` reads
//! files of bounded size only.

mod head;
mod listing;
mod open;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags, Stat, fstat, openat};

use self::head::{Head, HeadReader};
use self::listing::{EntryKind, FolderReader, is_head};
use self::open::{OpenFolders, OpenedFile, checked, descend, size_of};
use super::{
    Folders, GetError, Listed, ListedFacts, Metadata, Range, Root, RootId, Source, SourceObject,
};
use crate::base::limits::Limits;
use crate::proof::digest_object::MetadataProblem;
use crate::proof::finding::ObjectFacts;

/// One folder, and the names of the buckets it stands for.
struct Mount {
    buckets: Vec<String>,
    root: OwnedFd,
}

/// Folders on disk, each of which stands for one or more buckets.
pub struct DiskSource {
    mounts: Vec<Mount>,
    opened: OpenFolders,
    limits: Limits,
}

impl DiskSource {
    /// A source without folders.
    pub fn new(limits: Limits) -> Self {
        DiskSource {
            mounts: Vec::new(),
            opened: OpenFolders::default(),
            limits,
        }
    }

    /// Adds a folder, with the names of the buckets it was copied from.
    ///
    /// # Errors
    /// If the folder cannot be opened or was added before.
    pub fn mount(&mut self, dir: &Path, buckets: Vec<String>) -> io::Result<()> {
        let root = openat(
            rustix::fs::CWD,
            dir,
            OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let identity = |root: &OwnedFd| fstat(root).map(|s| (s.st_dev, s.st_ino));
        let this = identity(&root)?;
        for mount in &self.mounts {
            if identity(&mount.root)? == this {
                return Err(io::Error::other("it is given twice"));
            }
        }
        self.mounts.push(Mount { buckets, root });
        Ok(())
    }

    fn root(&self, root: RootId) -> Result<BorrowedFd<'_>, GetError> {
        self.mounts
            .get(root.0)
            .map(|m| m.root.as_fd())
            .ok_or(GetError::NotFound)
    }

    fn open_folder(&self, root: RootId, prefix: &str) -> Result<OwnedFd, GetError> {
        let root = self.root(root)?;
        let folder = prefix.strip_suffix('/').unwrap_or(prefix);
        if !folder.is_empty() {
            checked(folder)?;
        }
        descend(root, folder)
    }

    fn folder_reader(&self) -> FolderReader<'_> {
        FolderReader {
            limits: &self.limits,
        }
    }

    fn head(&self, folder: &OwnedFd, key: &str) -> Option<Result<Head, MetadataProblem>> {
        let limit = self.limits.head_json;
        HeadReader { limit }.read(folder.as_fd(), key)
    }
}

impl Source for DiskSource {
    fn roots(&self) -> Vec<Root> {
        let root = |(i, m): (usize, &Mount)| Root {
            id: RootId(i),
            buckets: m.buckets.clone(),
        };
        self.mounts.iter().enumerate().map(root).collect()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        let folder = self.open_folder(root, prefix)?;
        let mut folders = Folders {
            requests: 1,
            ..Folders::default()
        };
        self.folder_reader().pages(folder.as_fd(), |page, more| {
            for entry in page {
                match entry.kind {
                    EntryKind::Folder => folders.names.push(entry.name().to_owned()),
                    EntryKind::Refused(why) => {
                        other(Listed::Refused(&format!("{prefix}{}", entry.name()), why));
                    }
                    EntryKind::File if is_head(folder.as_fd(), page, entry) => {}
                    EntryKind::File => {
                        let key = format!("{prefix}{}", entry.name());
                        other(Listed::Object(&key, ListedFacts::default()));
                    }
                }
            }
            folders.complete = !more;
            folders.names.len() <= self.limits.folders
        })?;
        Ok(folders)
    }

    fn holds_any(&self, root: RootId, folder: &str) -> bool {
        let folder = self.open_folder(root, folder);
        folder.map_or(true, |folder| {
            self.folder_reader().may_hold_key(folder.as_fd(), 0)
        })
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let folder = self.open_folder(root, prefix)?;
        self.folder_reader()
            .walk(folder.as_fd(), prefix, 0, range, visit)?;
        Ok(1)
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        let OpenedFile { folder, file, stat } = self.opened.file(root, self.root(root)?, key)?;
        let mut facts = facts_of(&stat);
        let mut metadata = Metadata::default();
        match with_metadata.then(|| self.head(&folder, key)).flatten() {
            None => {}
            Some(Err(problem)) => metadata.trouble = Some(problem),
            Some(Ok(mut head)) => {
                metadata = head.take_metadata();
                head.fill(&mut facts);
            }
        }
        Ok(SourceObject {
            foreign: false,
            body: Box::new(File::from(file)),
            metadata,
            facts,
        })
    }

    fn is_copy(&self) -> bool {
        true
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        let found = self.opened.file(root, self.root(root)?, key)?;
        let mut facts = facts_of(&found.stat);
        if let Some(Ok(head)) = self.head(&found.folder, key) {
            head.fill(&mut facts);
        }
        Ok(facts)
    }
}

fn facts_of(stat: &Stat) -> ObjectFacts {
    ObjectFacts {
        size: size_of(stat),
        ..Default::default()
    }
}
