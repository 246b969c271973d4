//! Writes a state: a file with its name is complete, even after a crash of the machine.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind as IoErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::load::{self, CHECKSUM, END};
use super::lock::StateLock;
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::report::json;
use crate::report::state::v1::State;

/// The bytes of a state, which end with its checksum.
///
/// # Errors
/// Never for a state of this program: only if it could not be written as JSON.
pub fn bytes(mut state: State) -> io::Result<Vec<u8>> {
    state.checksum.clear();
    let mut bytes = Vec::new();
    json::line(&state, &mut bytes)?;
    bytes.truncate(bytes.len().saturating_sub(CHECKSUM.len() + END.len()));
    let hash = Sha256::of(&bytes);
    bytes.extend_from_slice(CHECKSUM);
    bytes.extend_from_slice(hash.hex(&mut [0; 64]).as_bytes());
    bytes.extend_from_slice(END);
    Ok(bytes)
}

/// Checks before a run that its state can be stored: makes the file beside it, and removes that again.
///
/// # Errors
/// If it cannot.
pub fn try_out(lock: &StateLock) -> Result<(), Error> {
    let tried = created(lock).and_then(|_| fs::remove_file(lock.next()));
    tried.map_err(|e| not_stored(lock, &e))
}

/// Puts a state in the place of the one that was read, `None` if there was none.
///
/// # Errors
/// If the file is no longer what was read, or the new one cannot be stored. The old one is then as it was, and the
/// error says so.
pub fn replace(
    lock: &StateLock,
    before: Option<Sha256>,
    bytes: &[u8],
    limits: &Limits,
) -> Result<(), Error> {
    let path = lock.state();
    let cannot = |why: &str| cannot_write(path).because(why).note(UNCHANGED);
    if bytes.len() as u64 > limits.state {
        let why = format!("it would be larger than {} bytes", limits.state);
        return Err(cannot(&why).hint("give a shorter --keep-history"));
    }
    let new = lock.next();
    let stored = created(lock).and_then(|mut file| {
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        // Without locks, a file that is left here would keep the next run out.
        written.inspect_err(|_| drop(fs::remove_file(&new)))
    });
    stored.map_err(|e| not_stored(lock, &e).note(UNCHANGED))?;
    if load::hash(path, limits)? != before {
        let _ = fs::remove_file(&new);
        let error = cannot("another program changed it during this run");
        return Err(error.hint("let only one check use it, and run again"));
    }
    fs::rename(&new, path).map_err(|e| {
        let _ = fs::remove_file(&new);
        cannot(&words(&e))
    })?;
    sync_folder(path).map_err(|e| {
        let known = "the new state is in its place, and may be lost if the machine stops now";
        cannot_write(path).because(words(&e)).note(known)
    })
}

/// What a failure leaves.
const UNCHANGED: &str = "the state stays as it was, so the next run validates the same time again; reports that this \
                         run wrote give the hash of a state that does not exist";

fn cannot_write(path: &Path) -> Error {
    let message = format!("cannot write the state {}", path.display());
    Error::new(ErrorKind::Output, message)
}

/// The error of a file beside the state that cannot be made or written.
fn not_stored(lock: &StateLock, why: &io::Error) -> Error {
    let new = lock.next();
    let cause = format!("{}: {}", new.display(), words(why));
    let error = cannot_write(lock.state()).because(cause);
    match lock.is_exclusive() || why.kind() != IoErrorKind::AlreadyExists {
        true => error,
        false => error.hint(format!(
            "this file system has no locks, so another run may be writing it: if none is going on, remove {}",
            new.display()
        )),
    }
}

/// A new file beside the state that only its owner may read. What a run that was killed left there is removed: the
/// lock keeps every other run out. Without locks, it may be of a run that is going on.
fn created(lock: &StateLock) -> io::Result<File> {
    let path = lock.next();
    if lock.is_exclusive() {
        match fs::remove_file(&path) {
            Err(e) if e.kind() != IoErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Makes a rename last. A file system that cannot sync a folder has nothing to say about it.
fn sync_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    match File::open(folder)?.sync_all() {
        Err(e)
            if matches!(
                e.kind(),
                IoErrorKind::InvalidInput | IoErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::fixtures::{quiet, written};
    use super::super::lock::StateLock;
    use super::{replace, try_out};
    use crate::base::limits::Limits;
    use crate::base::sha256::Sha256;

    #[test]
    fn a_state_is_replaced_only_where_it_is_what_was_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        let (first, limits) = (written(&quiet()), Limits::default());
        let lock = StateLock::take(&path).expect("a lock");
        // A run that was killed left half of one.
        fs::write(folder.path().join("state.new"), "half").expect("a file");
        replace(&lock, None, &first, &limits).expect("written");
        assert_eq!(fs::read(&path).expect("a file"), first);
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let second = [&first[..], b" "].concat();
        assert!(replace(&lock, None, &second, &limits).is_err(), "it exists");
        let other = Some(Sha256::of(b"other"));
        assert!(replace(&lock, other, &second, &limits).is_err());
        assert_eq!(fs::read(&path).expect("a file"), first);
        replace(&lock, Some(Sha256::of(&first)), &second, &limits).expect("written");
        assert_eq!(fs::read(&path).expect("a file"), second);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
        let small = Limits {
            state: 10,
            ..Limits::default()
        };
        let error = replace(&lock, None, &second, &small).expect_err("too large");
        assert!(
            error
                .advice()
                .is_some_and(|hint| hint.contains("--keep-history"))
        );
    }

    #[test]
    fn a_state_that_cannot_be_stored_is_an_error_before_and_after_the_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        let lock = StateLock::take(&path).expect("a lock");
        let new = folder.path().join("state.new");
        fs::write(&new, "half").expect("a file");
        try_out(&lock).expect("of a run that was killed");
        assert!(!new.exists());
        fs::create_dir(&new).expect("a folder");
        assert!(try_out(&lock).is_err());
        let (bytes, limits) = (written(&quiet()), Limits::default());
        let error = replace(&lock, None, &bytes, &limits).expect_err("a folder");
        assert!(
            error
                .known()
                .is_some_and(|note| note.contains("does not exist"))
        );
        assert!(!path.exists());
    }

    #[test]
    fn without_locks_the_file_of_another_run_is_not_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        let lock = StateLock::take(&path).expect("a lock").without_locks();
        try_out(&lock).expect("nothing is there");
        let new = folder.path().join("state.new");
        fs::write(&new, "of another run").expect("a file");
        let (bytes, limits) = (written(&quiet()), Limits::default());
        let after = replace(&lock, None, &bytes, &limits);
        for error in [try_out(&lock), after] {
            let error = error.expect_err("it exists");
            assert!(error.advice().is_some_and(|hint| hint.contains("remove")));
        }
        assert_eq!(fs::read(&new).expect("a file"), b"of another run");
    }
}
