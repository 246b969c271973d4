//! Every file of one folder, by its path. None of them stands for another: `KEY.head.json` is a file like any
//! other here.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::fstat;

use super::changes::Changes;
use super::entry::EntryKind;
use super::listing::FolderReader;
use super::mount;
use super::open::{FolderUse, OpenFolders, OpenedFile, checked, descend, folder_at, size_of};
use crate::base::limits::Limits;
use crate::source::{GetError, RootId};

/// The only root of a tree.
const ROOT: RootId = RootId(0);

/// A folder whose files are read as they are. No link in it is followed, and no path leaves it.
pub(in crate::source) struct FileTree {
    root: OwnedFd,
    opened: OpenFolders,
    changes: Changes,
    limits: Limits,
}

/// One entry of a tree, with its path.
pub(in crate::source) enum TreeEntry<'t> {
    /// A regular file.
    File(&'t str),
    /// Neither a folder nor a regular file with a name in UTF-8; what it is.
    Refused(&'t str, &'static str),
    /// A folder, with its closing slash, that could not be listed to its end, and why.
    Unlisted(&'t str, &'t GetError),
}

impl FileTree {
    /// Opens a folder. The given path itself may be a link.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(dir: &Path, limits: &Limits) -> io::Result<Self> {
        Ok(FileTree {
            root: mount::open(dir)?,
            opened: OpenFolders::default(),
            changes: Changes::since_now(),
            limits: limits.clone(),
        })
    }

    /// Whether the tree has a folder at a path.
    ///
    /// # Errors
    /// If that cannot be known.
    pub fn has_folder(&self, path: &str) -> Result<bool, GetError> {
        checked(path)?;
        match descend(self.root.as_fd(), path, FolderUse::Search) {
            Ok(_) => Ok(true),
            Err(GetError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Opens the regular file at a path, and gives its size in bytes.
    ///
    /// # Errors
    /// Why it cannot be opened. `NotFound` if nothing is there.
    pub fn file(&self, path: &str) -> Result<(File, u64), GetError> {
        let OpenedFile { file, stat, .. } = self.opened.file(ROOT, self.root.as_fd(), path)?;
        Ok((File::from(file), size_of(&stat).unwrap_or(u64::MAX)))
    }

    /// As [`file`](Self::file), for a tree that nobody writes to: `Changed` for a file that changed since the tree
    /// was opened.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn unchanged_file(&self, path: &str) -> Result<(File, u64), GetError> {
        let OpenedFile { file, stat, .. } = self.opened.file(ROOT, self.root.as_fd(), path)?;
        match self.changes.note(path, &stat) {
            true => Err(GetError::Changed),
            false => Ok((File::from(file), size_of(&stat).unwrap_or(u64::MAX))),
        }
    }

    /// The path of a file or folder that changed since the tree was opened. A folder changes where a name in it
    /// is made, moved or removed. So a file that is now another one shows, wherever it was moved from.
    pub fn changed(&self) -> Option<String> {
        self.walk_noting(Some(&self.changes), &mut |entry| {
            if let TreeEntry::File(path) = entry
                && let Ok(stat) = self.opened.stat(ROOT, self.root.as_fd(), path)
            {
                self.changes.note(path, &stat);
            }
            true
        });
        self.changes.seen()
    }

    /// Calls `visit` with the names of the regular files directly in a folder, in order, until it returns `false`.
    ///
    /// # Errors
    /// If the folder cannot be listed. `NotFound` if nothing is there.
    pub fn names(&self, path: &str, visit: &mut dyn FnMut(&str) -> bool) -> Result<(), GetError> {
        checked(path)?;
        let folder = descend(self.root.as_fd(), path, FolderUse::List)?;
        let reader = FolderReader {
            limits: &self.limits,
            changes: None,
        };
        reader.pages(folder.as_fd(), |page, _| {
            let mut files = page.iter().filter(|entry| entry.kind == EntryKind::File);
            files.all(|entry| visit(entry.name()))
        })
    }

    /// Calls `visit` with every entry in the order of the bytes of their paths. Ends early once `visit` returns
    /// `false`. Folders of any size are read in bounded memory.
    pub fn walk(&self, visit: &mut dyn FnMut(TreeEntry<'_>) -> bool) {
        self.walk_noting(None, visit);
    }

    /// Also notes folders that changed.
    fn walk_noting(&self, changes: Option<&Changes>, visit: &mut dyn FnMut(TreeEntry<'_>) -> bool) {
        let reader = FolderReader {
            limits: &self.limits,
            changes,
        };
        let mut walk = TreeWalk {
            reader,
            visit,
            ended: false,
        };
        walk.folder(self.root.as_fd(), "", 0);
    }
}

/// A walk on its way.
struct TreeWalk<'w> {
    reader: FolderReader<'w>,
    visit: &'w mut dyn FnMut(TreeEntry<'_>) -> bool,
    /// Whether `visit` ended it.
    ended: bool,
}

impl TreeWalk<'_> {
    /// Visits the entries of a folder. `depth` counts the folders above it.
    fn folder(&mut self, folder: BorrowedFd<'_>, prefix: &str, depth: usize) {
        let reader = self.reader;
        if depth > reader.limits.depth {
            let error = GetError::Refused("it is nested too deep".into());
            return self.give(TreeEntry::Unlisted(prefix, &error));
        }
        let listed = reader.pages(folder, |page, _| {
            for entry in page {
                if self.ended {
                    break;
                }
                let path = format!("{prefix}{}", entry.sort);
                match entry.kind {
                    EntryKind::File => self.give(TreeEntry::File(&path)),
                    EntryKind::Refused(why) => self.give(TreeEntry::Refused(&path, why)),
                    EntryKind::Folder => match folder_at(folder, entry.name()) {
                        Ok(inner) => self.folder(inner.as_fd(), &path, depth + 1),
                        Err(error) => self.give(TreeEntry::Unlisted(&path, &error)),
                    },
                }
            }
            !self.ended
        });
        if let Err(error) = listed {
            self.give(TreeEntry::Unlisted(prefix, &error));
        }
        if let Some(changes) = reader.changes
            && let Ok(stat) = fstat(folder)
        {
            changes.note(prefix, &stat);
        }
    }

    fn give(&mut self, entry: TreeEntry<'_>) {
        self.ended = self.ended || !(self.visit)(entry);
    }
}
