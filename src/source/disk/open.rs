//! Opens files and folders below a root, component by component and never through a symbolic link. So no
//! key leads out of the root, even if somebody changes the tree at the same time.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;

use crate::base::error::words;
use crate::source::{Denial, GetError, RootId};

/// Folders kept open: the logs of a digest are in one or two, and few chains are read at a time.
const KEPT_OPEN: usize = 16;

/// The folders that were opened last, newest first, so that the next file in one of them needs no descent. A
/// folder that was reached without a link stays the same one, even if its name leads elsewhere by now.
#[derive(Default)]
pub(super) struct OpenFolders(Mutex<VecDeque<OpenFolder>>);

struct OpenFolder {
    root: RootId,
    path: Box<str>,
    opened: Arc<OwnedFd>,
}

/// A regular file that was opened.
pub(super) struct OpenedFile {
    /// Its folder.
    pub folder: Arc<OwnedFd>,
    /// The file.
    pub file: OwnedFd,
    /// Its size and the like.
    pub stat: Stat,
}

impl OpenFolders {
    /// Opens the file of a path below a root.
    pub fn file(
        &self,
        id: RootId,
        root: BorrowedFd<'_>,
        path: &str,
    ) -> Result<OpenedFile, GetError> {
        self.within(id, root, path, |folder, name| {
            let (file, stat) = file_at(folder.as_fd(), name)?;
            Ok(OpenedFile { folder, file, stat })
        })
    }

    /// The state of the file of a path below a root, without opening it.
    pub fn stat(&self, id: RootId, root: BorrowedFd<'_>, path: &str) -> Result<Stat, GetError> {
        self.within(id, root, path, |folder, name| {
            let stat = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW);
            let stat = stat.map_err(|e| trouble(e, "file"))?;
            regular(stat)
        })
    }

    /// Takes the file of a path from its folder.
    fn within<T>(
        &self,
        id: RootId,
        root: BorrowedFd<'_>,
        path: &str,
        take: impl Fn(Arc<OwnedFd>, &str) -> Result<T, GetError>,
    ) -> Result<T, GetError> {
        checked(path)?;
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some(folder) = self.known(id, above) {
            match take(folder, name) {
                // The folder may have been replaced by another one of the same name.
                Err(GetError::NotFound) => {}
                found => return found,
            }
        }
        let folder = Arc::new(descend(root, above, FolderUse::Search)?);
        self.keep(id, above, &folder);
        take(folder, name)
    }

    /// Closes all folders: others may have their names by now.
    pub fn forget(&self) {
        let mut folders = self.0.lock().unwrap_or_else(|e| e.into_inner());
        folders.clear();
    }

    /// A folder that is open already; it becomes the newest.
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
        folders.truncate(KEPT_OPEN - 1);
        folders.push_front(OpenFolder {
            root,
            path: path.into(),
            opened: Arc::clone(opened),
        });
    }
}

/// What a folder is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FolderUse {
    /// To list it, which takes the permission to read it.
    List,
    /// To open by name what it holds, which takes the permission to search it alone.
    Search,
}

/// Opens the folder at a checked path below `root`. The empty path is `root` itself.
pub(super) fn descend(
    root: BorrowedFd<'_>,
    path: &str,
    wanted: FolderUse,
) -> Result<OwnedFd, GetError> {
    let mut at: Option<OwnedFd> = None;
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let part = if path.is_empty() { "." } else { part };
        let wanted = match parts.peek() {
            Some(_) => FolderUse::Search,
            None => wanted,
        };
        let above = at.as_ref().map_or(root, AsFd::as_fd);
        at = Some(folder_for(above, part, wanted)?);
    }
    at.ok_or(GetError::NotFound)
}

/// Checks all components of a path, so that the answer does not depend on which of them exist.
pub(super) fn checked(path: &str) -> Result<(), GetError> {
    path.split('/').try_for_each(|part| match part {
        "" | "." | ".." => Err(GetError::Refused("the key is not a valid path".into())),
        _ if part.contains('\0') => Err(GetError::Refused("the key holds a nul byte".into())),
        _ => Ok(()),
    })
}

/// Opens a folder in a folder, to list it.
pub(super) fn folder_at(at: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, GetError> {
    folder_for(at, name, FolderUse::List)
}

/// How a folder is opened that is searched and not listed, where the system has a way.
#[cfg(any(target_os = "linux", target_os = "android"))]
const SEARCH: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const SEARCH: OFlags = OFlags::RDONLY;

fn folder_for(at: BorrowedFd<'_>, name: &str, wanted: FolderUse) -> Result<OwnedFd, GetError> {
    let mode = match wanted {
        FolderUse::List => OFlags::RDONLY,
        FolderUse::Search => SEARCH,
    };
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | mode;
    openat(at, name, flags, Mode::empty()).map_err(|e| match e {
        // A symbolic link gives one of these errors, depending on the system.
        Errno::NOTDIR | Errno::LOOP => match entry_kind(at, name) {
            Some(FileType::Symlink) => GetError::Refused("a symbolic link in its path".into()),
            _ => GetError::NotFound,
        },
        e => trouble(e, "folder"),
    })
}

/// Opens a regular file in a folder.
pub(super) fn file_at(at: BorrowedFd<'_>, name: &str) -> Result<(OwnedFd, Stat), GetError> {
    let flags = OFlags::NOFOLLOW
        | OFlags::NONBLOCK // opening a pipe must not block
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
    Ok((file, regular(stat)?))
}

/// The state of a file, if it is a regular one.
fn regular(stat: Stat) -> Result<Stat, GetError> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(stat),
        other => Err(GetError::Refused(format!("it is {}", kind_word(other)))),
    }
}

/// The type of an entry itself, without following a link.
fn entry_kind(at: BorrowedFd<'_>, name: &str) -> Option<FileType> {
    let stat = statat(at, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    Some(FileType::from_raw_mode(stat.st_mode))
}

/// The size of a file in bytes.
pub(super) fn size_of(stat: &Stat) -> Option<u64> {
    u64::try_from(stat.st_size).ok()
}

/// What an entry is, as a part of a message.
pub(super) fn kind_word(kind: FileType) -> &'static str {
    match kind {
        FileType::Symlink => "a symbolic link",
        FileType::Directory => "a folder",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        _ => "not a regular file",
    }
}

/// The error of opening or reading `what`, a file or a folder.
pub(super) fn trouble(e: Errno, what: &str) -> GetError {
    match e {
        Errno::NOENT | Errno::NOTDIR => GetError::NotFound,
        Errno::ACCESS | Errno::PERM => GetError::Denied(Denial::Access(format!(
            "this user has no permission to read the {what}"
        ))),
        Errno::NAMETOOLONG => GetError::Refused("the key is too long for a path".into()),
        e => GetError::Io(words(&e.into())),
    }
}
