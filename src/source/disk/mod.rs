//! A folder on disk as `aws s3 sync` writes it: keys are paths. Copies have no metadata, so a file
//! `KEY.head.json` beside an object may hold it, as printed by `aws s3api head-object`. `mount` opens it, or a
//! folder of any other layout (`loose`), or a copy in one file (`archive`). The last two begin with `found`
//! files, which have no key yet.
//!
//! The folder may come from an attacker, and may change while it is read. So `open` never follows a symbolic
//! link and never leaves the root, `listing` reads folders of any size in bounded memory, and `head` reads
//! files of bounded size only.

mod archive;
mod changes;
mod entry;
mod found;
mod head;
mod listing;
mod loose;
mod mount;
mod names;
mod open;
mod tree;

use std::borrow::Cow;
use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::fs::{Dev, Stat};

use self::changes::Changes;
use self::entry::EntryKind;
pub use self::entry::refused_word;
use self::head::{Head, HeadReader};
use self::listing::{FolderReader, is_head};
pub use self::loose::LooseSummary;
use self::loose::LooseTree;
pub use self::mount::ArchivedBundle;
use self::open::{FolderUse, OpenFolders, OpenedFile, checked, descend, size_of};
pub(in crate::source) use self::tree::{FileTree, TreeEntry};
use super::{Folders, GetError, Listed, ListedFacts, Range, Root, RootId, Source, SourceObject};
use crate::base::limits::Limits;
use crate::proof::digest_object::MetadataProblem;
use crate::proof::finding::ObjectFacts;

/// One folder or archive, and the names of the buckets it stands for.
struct Mount {
    buckets: Vec<String>,
    /// The device and the number of its file.
    identity: (Dev, u64),
    tree: Tree,
}

/// How keys lead to files.
enum Tree {
    /// They are paths below a folder.
    Folder(OwnedFd),
    /// They were found out. A tree may take several roots; which one this is.
    Loose(Arc<LooseTree>, usize),
}

/// Folders on disk, each of which stands for one or more buckets.
pub struct DiskSource {
    mounts: Vec<Mount>,
    opened: OpenFolders,
    changes: Changes,
    limits: Limits,
}

impl DiskSource {
    /// A source without folders.
    pub fn new(limits: Limits) -> Self {
        DiskSource {
            mounts: Vec::new(),
            opened: OpenFolders::default(),
            changes: Changes::since_now(),
            limits,
        }
    }

    /// The folder of a root that is laid out as a bucket.
    fn root(&self, root: RootId) -> Result<BorrowedFd<'_>, GetError> {
        match self.mounts.get(root.0).map(|mount| &mount.tree) {
            Some(Tree::Folder(folder)) => Ok(folder.as_fd()),
            _ => Err(GetError::NotFound),
        }
    }

    /// The files of a root that is not laid out as a bucket.
    fn loose(&self, root: RootId) -> Option<(&LooseTree, usize)> {
        match &self.mounts.get(root.0)?.tree {
            Tree::Folder(_) => None,
            Tree::Loose(tree, number) => Some((tree, *number)),
        }
    }

    /// Opens the file of a key.
    fn file(&self, root: RootId, key: &str) -> Result<OpenedFile, GetError> {
        self.at_path(root, key, |folder, path| {
            self.opened.file(root, folder, path)
        })
    }

    /// Looks for the file of a key. A key with an empty part, as in `a//b` or `/a`, has no path of its own: tools
    /// that copy it write `a/b`. If nothing lies there, it is not known whether the object was missing.
    fn at_path<T>(
        &self,
        root: RootId,
        key: &str,
        look: impl FnOnce(BorrowedFd<'_>, &str) -> Result<T, GetError>,
    ) -> Result<T, GetError> {
        let path = path_of(key);
        match look(self.root(root)?, &path) {
            Err(GetError::NotFound) if *path != *key => Err(GetError::Refused(
                "the key has an empty part, and no file exists at the path without it".into(),
            )),
            found => found,
        }
    }

    fn open_folder(&self, root: RootId, prefix: &str) -> Result<OwnedFd, GetError> {
        let root = self.root(root)?;
        let folder = prefix.strip_suffix('/').unwrap_or(prefix);
        if !folder.is_empty() {
            checked(folder)?;
        }
        descend(root, folder, FolderUse::List)
    }

    fn folder_reader(&self) -> FolderReader<'_> {
        FolderReader {
            limits: &self.limits,
            changes: Some(&self.changes),
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
        if let Some((tree, number)) = self.loose(root) {
            // As on disk: a folder that holds nothing was not copied.
            return match prefix.is_empty() || tree.holds_any(number, prefix) {
                true => Ok(tree.folders(number, prefix, other)),
                false => Err(GetError::NotFound),
            };
        }
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
        if let Some((tree, number)) = self.loose(root) {
            return tree.holds_any(number, folder);
        }
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
        if let Some((tree, number)) = self.loose(root) {
            tree.list(number, prefix, range, visit);
            return Ok(1);
        }
        let folder = self.open_folder(root, prefix)?;
        self.folder_reader()
            .walk(folder.as_fd(), prefix, 0, range, visit)?;
        Ok(1)
    }

    fn look_up(&self, root: RootId, key: &str) -> Option<Result<Option<u64>, GetError>> {
        Some(match self.loose(root) {
            Some((tree, number)) => tree.look_up(number, key).map(Some),
            None => self
                .at_path(root, key, |folder, path| {
                    self.opened.stat(root, folder, path)
                })
                .map(|stat| size_of(&stat)),
        })
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<SourceObject<'_>, GetError> {
        if let Some((tree, number)) = self.loose(root) {
            return tree.get(number, key, with_metadata);
        }
        let OpenedFile { folder, file, stat } = self.file(root, key)?;
        self.changes.note(key, &stat);
        let doubt = self.changes.is_settling(&stat);
        let mut facts = facts_of(&stat);
        let head = with_metadata.then(|| self.head(&folder, key)).flatten();
        let metadata = head::apply(head, &mut facts);
        Ok(SourceObject {
            doubt: doubt.then_some(GetError::Changed),
            body: Box::new(File::from(file)),
            metadata,
            facts,
            head: None,
        })
    }

    fn get_again(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Option<Result<SourceObject<'_>, GetError>> {
        let folder = self.root(root).ok()?;
        let path = path_of(key);
        if checked(&path).is_err() || !self.changes.changed(folder, &path) {
            return None;
        }
        self.changes.settle(folder, &path);
        self.opened.forget();
        Some(self.get(root, key, with_metadata))
    }

    fn changed(&self) -> Option<String> {
        self.changes.seen()
    }

    fn is_copy(&self) -> bool {
        true
    }

    fn stat(&self, root: RootId, key: &str) -> Result<ObjectFacts, GetError> {
        if let Some((tree, number)) = self.loose(root) {
            return tree.stat(number, key);
        }
        let found = self.file(root, key)?;
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

/// The path of a key, without empty parts.
fn path_of(key: &str) -> Cow<'_, str> {
    if !(key.contains("//") || key.starts_with('/')) || key.ends_with('/') {
        return Cow::Borrowed(key);
    }
    let parts: Vec<&str> = key.split('/').filter(|part| !part.is_empty()).collect();
    Cow::Owned(parts.join("/"))
}
