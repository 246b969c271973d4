//! Keeps two runs with one state apart. The lock ends with the program, however it ends.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
use rustix::io::Errno;

use crate::base::error::{Error, ErrorKind, words};

/// The lock on a state, held as long as this lives.
pub struct StateLock {
    state: PathBuf,
    file: PathBuf,
    /// Whether the file system keeps other runs out.
    is_exclusive: bool,
    _locked: OwnedFd,
}

impl StateLock {
    /// Locks the state at a path, which need not exist. The lock is a file beside it, `FILE.lock`, which stays: to
    /// remove it would let a third run in.
    ///
    /// # Errors
    /// If another run has it, the file cannot be made, or what the path leads to is not a regular file.
    pub fn take(path: &Path) -> Result<Self, Error> {
        let cannot = |why: &io::Error| {
            let message = format!("cannot lock the state {}", path.display());
            Error::new(ErrorKind::Input, message).because(words(why))
        };
        let state = followed(path).map_err(|e| match is_folder_missing(path) {
            true => no_folder(path),
            false => cannot(&e),
        })?;
        if fs::metadata(&state).is_ok_and(|found| !found.is_file()) {
            return Err(cannot(&io::Error::other("it is not a regular file")));
        }
        let file = beside(&state, ".lock");
        let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let opened = open(&file, flags | OFlags::CLOEXEC, Mode::from_raw_mode(0o600));
        let locked = opened.map_err(|e| cannot(&e.into()))?;
        let is_exclusive = match flock(&locked, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => return Err(in_use(path)),
            // A file system without locks. Before the state is replaced, it is compared with what was read, so that
            // no run is lost in silence.
            taken => taken.is_ok(),
        };
        Ok(StateLock {
            state,
            file,
            is_exclusive,
            _locked: locked,
        })
    }

    /// The file of the state, without symbolic links: it is replaced, and not a link to it.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// Whether it keeps other runs out. Not every file system has locks.
    pub fn is_exclusive(&self) -> bool {
        self.is_exclusive
    }

    /// The same as on a file system without locks.
    #[cfg(test)]
    pub fn without_locks(mut self) -> Self {
        self.is_exclusive = false;
        self
    }

    /// The file that will be the next state.
    pub fn next(&self) -> PathBuf {
        beside(&self.state, ".new")
    }

    /// The files of the state: itself, the next one, and the lock.
    pub fn files(&self) -> [PathBuf; 3] {
        [self.state.clone(), self.next(), self.file.clone()]
    }
}

/// A path beside another one, with this ending added to its name.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Follows symbolic links. A file that does not exist yet must not be a link to nothing: where the link leads may only
/// be missing for now, and a new state would begin in silence.
fn followed(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(e) if e.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {}
        found => return found,
    }
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    Ok(fs::canonicalize(folder_of(path))?.join(name))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn is_folder_missing(path: &Path) -> bool {
    !path.is_symlink() && matches!(folder_of(path).try_exists(), Ok(false))
}

fn no_folder(path: &Path) -> Error {
    let folder = folder_of(path).display();
    let message = format!("the folder of the state {} does not exist", path.display());
    Error::new(ErrorKind::Input, message).hint(format!(
        "create {folder}; if earlier runs left a state, find out where that folder is: a new one begins a new state"
    ))
}

fn in_use(path: &Path) -> Error {
    let message = format!("another run uses the state {}", path.display());
    Error::new(ErrorKind::Input, message).hint(
        "wait until it has ended; give --deadline, so that each run ends before the next one starts",
    )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::StateLock;

    #[test]
    fn a_second_run_is_refused_until_the_first_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        let first = StateLock::take(&path).expect("a lock");
        let second = StateLock::take(&path).err().expect("it is in use");
        assert!(second.to_string().contains("another run"), "{second}");
        drop(first);
        assert!(StateLock::take(&path).is_ok());
        let elsewhere = folder.path().join("no").join("state");
        let missing = StateLock::take(&elsewhere).err().expect("no folder");
        assert!(
            missing.to_string().contains("the folder of the state"),
            "{missing}"
        );
    }

    #[test]
    fn a_link_has_the_lock_of_the_file_that_it_leads_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("state"), folder.path().join("link"));
        symlink(&path, &link).expect("a link");
        assert!(StateLock::take(&link).is_err(), "a link to nothing");
        fs::write(&path, "").expect("a file");
        let first = StateLock::take(&link).expect("a lock");
        assert_eq!(first.state(), path.canonicalize().expect("a path"));
        assert!(StateLock::take(&path).is_err());
        let missing = folder.path().join("no/state");
        assert!(StateLock::take(&missing).is_err());
    }

    #[test]
    fn what_is_not_a_regular_file_gets_no_lock_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        fs::create_dir(&path).expect("a folder");
        let error = StateLock::take(&path).err().expect("a folder");
        assert!(
            error.causes()[0].contains("not a regular file"),
            "{error:?}"
        );
        assert!(!folder.path().join("state.lock").exists());
    }
}
