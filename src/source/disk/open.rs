//! Opening what lies below a root. Files are opened component by component relative to the root and
//! never through a symbolic link, so no key and no tree, not even one that changes underneath, leads
//! out of the root.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;

use crate::source::{GetError, RootId};

/// Folders kept open: the logs of a digest lie in one or two, and few chains are read at a time.
const KEPT: usize = 16;

/// The folders that were opened last, newest first: what lies in one of them costs no descent. What was
/// reached without a link stays what it is, wherever its name leads by now.
#[derive(Default)]
pub(crate) struct OpenedFile(Mutex<VecDeque<OpenFolder>>);

struct OpenFolder {
    root: RootId,
    path: Box<str>,
    opened: Arc<OwnedFd>,
}

/// An opened file.
pub(crate) struct FoundEntry {
    /// The folder it lies in.
    pub folder: Arc<OwnedFd>,
    /// The file.
    pub file: OwnedFd,
    /// What is said of it.
    pub stat: Stat,
}

impl OpenedFile {
    /// Opens the file under a key.
    pub fn file(
        &self,
        id: RootId,
        root: BorrowedFd<'_>,
        key: &str,
    ) -> Result<FoundEntry, GetError> {
        checked(key)?;
        let (path, name) = key.rsplit_once('/').unwrap_or(("", key));
        let open = |folder: Arc<OwnedFd>| {
            let (file, stat) = file_at(folder.as_fd(), name)?;
            Ok(FoundEntry { folder, file, stat })
        };
        if let Some(folder) = self.known(id, path) {
            match open(folder) {
                // Another folder may have its name by now.
                Err(GetError::NotFound) => {}
                found => return found,
            }
        }
        let folder = Arc::new(descend(root, path)?);
        self.keep(id, path, &folder);
        open(folder)
    }

    fn known(&self, id: RootId, path: &str) -> Option<Arc<OwnedFd>> {
        let mut folders = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let here = |folder: &OpenFolder| folder.root == id && *folder.path == *path;
        let at = folders.iter().position(here)?;
        if at > 0 {
            let folder = folders.remove(at)?;
            folders.push_front(folder);
        }
        folders.front().map(|folder| Arc::clone(&folder.opened))
    }

    fn keep(&self, root: RootId, path: &str, opened: &Arc<OwnedFd>) {
        let mut folders = self.0.lock().unwrap_or_else(|e| e.into_inner());
        folders.retain(|folder| folder.root != root || *folder.path != *path);
        folders.truncate(KEPT - 1);
        folders.push_front(OpenFolder {
            root,
            path: path.into(),
            opened: Arc::clone(opened),
        });
    }
}

/// Opens the folder at a checked path below `root`, which itself has an empty one.
pub(crate) fn descend(root: BorrowedFd<'_>, path: &str) -> Result<OwnedFd, GetError> {
    let mut at: Option<OwnedFd> = None;
    for part in path.split('/') {
        let part = if path.is_empty() { "." } else { part };
        at = Some(folder_at(at.as_ref().map_or(root, AsFd::as_fd), part)?);
    }
    at.ok_or(GetError::NotFound)
}

/// Checks the whole of a path: what it is must not depend on which part of it is there.
pub(crate) fn checked(path: &str) -> Result<(), GetError> {
    path.split('/').try_for_each(|part| match part {
        "" | "." | ".." => Err(GetError::Refused(
            "the key is no path below the root".into(),
        )),
        _ if part.contains('\0') => Err(GetError::Refused("the key holds a nul byte".into())),
        _ => Ok(()),
    })
}

/// Opens a folder of a folder.
pub(crate) fn folder_at(at: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, GetError> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::RDONLY | OFlags::CLOEXEC;
    openat(at, name, flags, Mode::empty()).map_err(|e| match e {
        // A link where a folder should be answers as "not a directory" or as a loop.
        Errno::NOTDIR | Errno::LOOP => match entry_kind(at, name) {
            Some(FileType::Symlink) => GetError::Refused("a symbolic link in its path".into()),
            _ => GetError::NotFound,
        },
        e => trouble(e, "folder"),
    })
}

/// Opens a regular file of a folder.
pub(crate) fn file_at(at: BorrowedFd<'_>, name: &str) -> Result<(OwnedFd, Stat), GetError> {
    let flags = OFlags::NOFOLLOW
        | OFlags::NONBLOCK // a pipe must not hold us up
        | OFlags::NOCTTY
        | OFlags::RDONLY
        | OFlags::CLOEXEC;
    let file = openat(at, name, flags, Mode::empty()).map_err(|e| match e {
        Errno::LOOP => GetError::Refused("it is a symbolic link".into()),
        e => match entry_kind(at, name) {
            Some(FileType::RegularFile) | None => trouble(e, "file"),
            Some(other) => GetError::Refused(format!("it is {}", kind_word(other))),
        },
    })?;
    let stat = fstat(&file).map_err(|e| trouble(e, "file"))?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok((file, stat)),
        other => Err(GetError::Refused(format!("it is {}", kind_word(other)))),
    }
}

fn entry_kind(at: BorrowedFd<'_>, name: &str) -> Option<FileType> {
    let stat = statat(at, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    Some(FileType::from_raw_mode(stat.st_mode))
}

pub(crate) fn kind_word(kind: FileType) -> &'static str {
    match kind {
        FileType::Symlink => "a symbolic link",
        FileType::Directory => "a folder",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        _ => "no regular file",
    }
}

pub(crate) fn trouble(e: Errno, what: &str) -> GetError {
    match e {
        Errno::NOENT => GetError::NotFound,
        Errno::NOTDIR => GetError::NotFound,
        Errno::ACCESS | Errno::PERM => {
            GetError::Denied(format!("this user may not read the {what}"))
        }
        Errno::NAMETOOLONG => GetError::Refused("the key is too long for a path".into()),
        e => GetError::Io(std::io::Error::from(e).kind().to_string()),
    }
}
