//! The folder of a bundle while it is written. Each file is written beside its place, synced, and renamed: a
//! file with its final name is complete, even after a crash of the machine.
//!
//! No path leads out of the folder: each folder is opened from the one above it, and never through a symbolic
//! link. `commits` syncs many files at once.

mod commits;
mod folders;
mod partial;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, fsync, openat, statat, unlinkat};
use rustix::io::Errno;

use self::commits::{Commit, Commits};
use self::folders::MadeFolders;
pub use self::partial::PartialFile;
use crate::base::error::words;
use crate::source::bundle::layout::PARTIAL;

/// The folder of a bundle, written from many threads.
pub struct Store {
    shared: Arc<SharedStore>,
    commits: Commits,
}

/// What the threads that write share with the one that syncs.
struct SharedStore {
    folders: MadeFolders,
    /// The paths that are being written, or wait to be synced: each has one writer.
    busy: Mutex<HashSet<String>>,
    freed: Condvar,
    failure: OnceLock<String>,
}

impl Store {
    /// Writes below `root`.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn new(root: OwnedFd) -> io::Result<Self> {
        let shared = Arc::new(SharedStore {
            folders: MadeFolders::below(root),
            busy: Mutex::default(),
            freed: Condvar::new(),
            failure: OnceLock::new(),
        });
        let commits = Commits::start(Arc::clone(&shared))?;
        Ok(Store { shared, commits })
    }

    /// Why nothing more can be stored, if so.
    pub fn failure(&self) -> Option<&str> {
        self.shared.failure.get().map(String::as_str)
    }

    /// Refuses to begin a file where one could not be stored.
    fn check(&self) -> io::Result<()> {
        match self.failure() {
            Some(why) => Err(io::Error::other(why.to_owned())),
            None => Ok(()),
        }
    }

    /// Records that a file could not be stored. From then on nothing more is.
    pub fn fail(&self, path: &str, error: &io::Error) {
        self.shared.fail(path, error);
    }

    /// Whether a file is stored under its final name.
    pub fn has(&self, path: &str) -> bool {
        self.size(path).is_some()
    }

    /// Whether a file has its final name, or will have it soon.
    pub fn is_taken(&self, path: &str) -> bool {
        self.shared.lock_busy().contains(path) || self.has(path)
    }

    /// The size of a file that is stored.
    pub fn size(&self, path: &str) -> Option<u64> {
        let (folder, name) = self.shared.folders.of(path, false).ok()?;
        let stat = statat(&*folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        u64::try_from(stat.st_size).ok().filter(|_| is_file)
    }

    /// Opens a file that is stored.
    ///
    /// # Errors
    /// If it does not exist, or cannot be opened.
    pub fn open(&self, path: &str) -> io::Result<File> {
        let (folder, name) = self.shared.folders.of(path, false)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(File::from(openat(&*folder, name, flags, Mode::empty())?))
    }

    /// Starts a file. `None` if it is stored already, or somebody else is writing it.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create(&self, path: &str) -> io::Result<Option<PartialFile<'_>>> {
        self.check()?;
        if !self.shared.lock_busy().insert(path.to_owned()) {
            return Ok(None);
        }
        if self.has(path) {
            self.shared.free(path);
            return Ok(None);
        }
        PartialFile::create(self, path, false).map(Some)
    }

    /// Starts a file that replaces the one that is stored, if there is one.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn replace(&self, path: &str) -> io::Result<PartialFile<'_>> {
        self.check()?;
        let mut busy = self.shared.lock_busy();
        while !busy.insert(path.to_owned()) {
            let freed = self.shared.freed.wait(busy);
            busy = freed.unwrap_or_else(|e| e.into_inner());
        }
        drop(busy);
        PartialFile::create(self, path, true)
    }

    /// Stores a small file, in place of the one that is stored, if there is one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn put(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.replace(path)?;
        file.write_all(bytes)?;
        file.finish()
    }

    /// Removes a file when everything before is stored.
    pub fn remove(&self, path: &str) {
        let remove = Commit {
            remove: vec![path.to_owned()],
            ..Commit::default()
        };
        self.commits.add(remove);
    }

    /// Syncs which files lie at the root.
    ///
    /// # Errors
    /// If that fails.
    pub fn sync(&self) -> io::Result<()> {
        Ok(fsync(&**self.shared.folders.root())?)
    }

    /// Removes an empty folder at the root.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove_folder(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(
            &**self.shared.folders.root(),
            name,
            AtFlags::REMOVEDIR,
        )?)
    }

    /// Waits until everything has its final name.
    ///
    /// # Errors
    /// Why something could not be stored.
    pub fn flush(&self) -> io::Result<()> {
        self.commits.flush();
        self.check()
    }

    /// The folder at a path, opened to be listed.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn folder(&self, path: &str) -> io::Result<OwnedFd> {
        self.shared.folders.open_to_list(path)
    }
}

impl SharedStore {
    fn lock_busy(&self) -> MutexGuard<'_, HashSet<String>> {
        self.busy.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Lets others write a path.
    fn free(&self, path: &str) {
        self.lock_busy().remove(path);
        self.freed.notify_all();
    }

    fn fail(&self, path: &str, error: &io::Error) {
        // The first failure stays: the others follow from it.
        let _ = self.failure.set(format!("{path}: {}", words(error)));
    }

    /// Removes a file; that it does not exist is no error.
    fn unlink(&self, path: &str) -> io::Result<()> {
        let found = self.folders.of(path, false);
        let removed = found.and_then(|(folder, name)| {
            unlinkat(&*folder, name, AtFlags::empty()).map_err(io::Error::from)
        });
        match removed {
            Err(e) if e.raw_os_error() == Some(Errno::NOENT.raw_os_error()) => Ok(()),
            other => other,
        }
    }
}

/// The name of a file that is still written.
fn partial_name(name: &str) -> String {
    format!("{name}{PARTIAL}")
}
