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

/// Puts a state in the place of the one that was read, `None` if there was none.
///
/// # Errors
/// If the file is no longer what was read, or the new one cannot be stored. The old one is then as it was.
pub fn replace(
    lock: &StateLock,
    before: Option<Sha256>,
    bytes: &[u8],
    limits: &Limits,
) -> Result<(), Error> {
    let path = lock.state();
    let cannot = |why: &str| {
        let message = format!("cannot write the state {}", path.display());
        Error::new(ErrorKind::Output, message).because(why)
    };
    if bytes.len() as u64 > limits.state {
        let why = format!("it would be larger than {} bytes", limits.state);
        return Err(cannot(&why).hint("give a shorter --keep-history"));
    }
    // Of a run that was killed while it wrote; the lock keeps every other one out.
    let new = lock.next();
    let stored = stored(&new, bytes);
    stored.map_err(|e| cannot(&words(&e)))?;
    if load::hash(path, limits)? != before {
        let _ = fs::remove_file(&new);
        let error = cannot("another program changed it during this run");
        return Err(error.hint("let only one check use it, and run again"));
    }
    let renamed = fs::rename(&new, path).and_then(|()| sync_folder(path));
    renamed.map_err(|e| cannot(&words(&e)))
}

/// Stores a new file that only its owner may read.
fn stored(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != IoErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
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
    use super::replace;
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
}
