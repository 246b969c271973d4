//! The folders of a bundle: made when they are needed, and never reached through a symbolic link.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Arc, Mutex};

use rustix::fs::{Mode, OFlags, mkdirat, openat};
use rustix::io::Errno;

/// Folders kept open: files of few folders are written at a time.
const KEPT_OPEN: usize = 64;

/// The permissions of a new folder; the umask applies.
const USUAL: u32 = 0o777;

/// Folders below a root, the ones used last kept open.
pub(super) struct MadeFolders {
    root: Arc<OwnedFd>,
    kept: Mutex<VecDeque<(Box<str>, Arc<OwnedFd>)>>,
}

impl MadeFolders {
    pub fn below(root: OwnedFd) -> Self {
        MadeFolders {
            root: Arc::new(root),
            kept: Mutex::default(),
        }
    }

    pub fn root(&self) -> &Arc<OwnedFd> {
        &self.root
    }

    /// The folder of a file, and the name of the file in it. Makes the folder if `make`.
    pub fn of<'p>(&self, path: &'p str, make: bool) -> io::Result<(Arc<OwnedFd>, &'p str)> {
        let Some((folder, name)) = path.rsplit_once('/') else {
            return Ok((Arc::clone(&self.root), path));
        };
        if let Some(known) = self.known(folder) {
            return Ok((known, name));
        }
        let opened = Arc::new(self.descend(folder, make)?);
        let mut kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
        kept.truncate(KEPT_OPEN - 1);
        kept.push_front((folder.into(), Arc::clone(&opened)));
        Ok((opened, name))
    }

    /// A folder opened to be listed; the empty path is the root.
    pub fn open_to_list(&self, path: &str) -> io::Result<OwnedFd> {
        match path {
            "" => open_in(&self.root, ".").map_err(io::Error::from),
            path => self.descend(path, false),
        }
    }

    fn known(&self, folder: &str) -> Option<Arc<OwnedFd>> {
        let kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
        let found = kept.iter().find(|(path, _)| **path == *folder);
        found.map(|(_, opened)| Arc::clone(opened))
    }

    fn descend(&self, path: &str, make: bool) -> io::Result<OwnedFd> {
        let mut at: Option<OwnedFd> = None;
        for part in path.split('/') {
            let above = at.as_ref().unwrap_or(&self.root);
            let opened = match open_in(above, part) {
                Err(Errno::NOENT) if make => {
                    match mkdirat(above, part, Mode::from_raw_mode(USUAL)) {
                        // Another thread made it.
                        Ok(()) | Err(Errno::EXIST) => open_in(above, part),
                        Err(e) => Err(e),
                    }
                }
                opened => opened,
            };
            at = Some(opened?);
        }
        at.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn open_in(folder: &OwnedFd, name: &str) -> Result<OwnedFd, Errno> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
    openat(folder.as_fd(), name, flags, Mode::empty())
}
