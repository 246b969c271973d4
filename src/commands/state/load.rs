//! Reads a state from its file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};
use serde::Deserialize;

use super::check::continuations;
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::report::state::v1::{SCHEMA, State};
use crate::validate::request::continuation::Continuations;

/// The member that ends every state, up to its value.
pub(super) const CHECKSUM: &[u8] = br#","checksum":""#;

/// What follows the value of that member.
pub(super) const END: &[u8] = b"\"}\n";

/// The hex digits of a SHA-256.
const DIGITS: usize = 64;

/// What to do about a state that cannot be continued.
const START_AGAIN: &str = "restore it from a copy; or move it away, so that the next run begins a new state and \
                           validates its window from the beginning";

/// A state whose every field is valid.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Its content.
    pub state: State,
    /// SHA-256 of the file.
    pub sha256: Sha256,
    /// Where each chain continues.
    pub continues: Continuations,
}

/// Loads the state at a path. If a hash is `given`, it must be that of the file.
///
/// # Errors
/// If it does not exist, cannot be read, is damaged, is not a state that this version knows, or has another hash.
pub fn load(path: &Path, given: Option<Sha256>, limits: &Limits) -> Result<Loaded, Error> {
    match find(path, given, limits)? {
        Some(loaded) => Ok(loaded),
        None => Err(cannot(path, "no such file or directory")),
    }
}

/// Loads the state at a path; `None` if nothing exists there.
///
/// # Errors
/// As [`load`].
pub fn find(path: &Path, given: Option<Sha256>, limits: &Limits) -> Result<Option<Loaded>, Error> {
    let Some(bytes) = read(path, limits)? else {
        return match given {
            None => Ok(None),
            Some(_) => Err(no_file(path)),
        };
    };
    let sha256 = Sha256::of(&bytes);
    if let Some(given) = given.filter(|given| *given != sha256) {
        return Err(other_hash(path, given, sha256));
    }
    let state = parse(&bytes).map_err(|why| not_valid(path, &why))?;
    let continues = continuations(&state).map_err(|why| not_valid(path, &why))?;
    Ok(Some(Loaded {
        state,
        sha256,
        continues,
    }))
}

/// SHA-256 of the file at a path; `None` if nothing exists there.
///
/// # Errors
/// If it cannot be read.
pub(super) fn hash(path: &Path, limits: &Limits) -> Result<Option<Sha256>, Error> {
    Ok(read(path, limits)?.map(|bytes| Sha256::of(&bytes)))
}

/// The bytes of a file of bounded size; `None` if nothing exists there.
fn read(path: &Path, limits: &Limits) -> Result<Option<Vec<u8>>, Error> {
    let failed = |e: &io::Error| cannot(path, &words(e));
    // A pipe without a writer would not open before it has one.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match open(path, flags, Mode::empty()).map_err(io::Error::from) {
        Ok(file) => File::from(file),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(&e)),
    };
    if !file.metadata().map_err(|e| failed(&e))?.is_file() {
        return Err(cannot(path, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    let read = file.take(limits.state + 1).read_to_end(&mut bytes);
    read.map_err(|e| failed(&e))?;
    match bytes.len() as u64 > limits.state {
        true => Err(cannot(
            path,
            &format!("it is larger than {} bytes", limits.state),
        )),
        false => Ok(Some(bytes)),
    }
}

/// The first fields of a state, in any version of its schema.
#[derive(Deserialize)]
struct Written {
    schema: String,
    #[serde(default)]
    version: String,
}

/// Parses a state whose bytes are as they were written.
fn parse(bytes: &[u8]) -> Result<State, String> {
    let written: Written = serde_json::from_slice(bytes).map_err(|e| match e.is_eof() {
        true => damaged("it was cut off"),
        false => damaged(&e.to_string()),
    })?;
    if written.schema != SCHEMA {
        return Err(format!(
            "its schema is {:?}; expected {SCHEMA}",
            written.schema
        ));
    }
    check_sum(bytes)?;
    serde_json::from_slice(bytes).map_err(|e| {
        let version = env!("CARGO_PKG_VERSION");
        match written.version == version {
            true => e.to_string(),
            false => format!(
                "trailproof {:?} wrote it, and this is trailproof {version}, which does not know all of it: {e}",
                written.version
            ),
        }
    })
}

/// Compares the checksum with the bytes before it.
fn check_sum(bytes: &[u8]) -> Result<(), String> {
    let parts = bytes
        .strip_suffix(END)
        .and_then(|rest| rest.split_at_checked(rest.len().checked_sub(DIGITS)?))
        .and_then(|(rest, digits)| Some((rest.strip_suffix(CHECKSUM)?, digits)));
    let Some((before, digits)) = parts else {
        return Err(damaged("it does not end with its checksum"));
    };
    match Sha256::of(before).hex(&mut [0; DIGITS]).as_bytes() == digits {
        true => Ok(()),
        false => Err(damaged("its checksum is not that of its content")),
    }
}

fn damaged(why: &str) -> String {
    format!("it is damaged: {why}")
}

fn cannot(path: &Path, why: &str) -> Error {
    let message = format!("cannot read the state {}", path.display());
    Error::new(ErrorKind::Input, message).because(why)
}

fn not_valid(path: &Path, why: &str) -> Error {
    let message = format!("{} is not a valid state: {why}", path.display());
    Error::new(ErrorKind::Input, message).hint(START_AGAIN)
}

fn no_file(path: &Path) -> Error {
    let message = format!(
        "--state-sha256 is given, and the state {} does not exist",
        path.display()
    );
    Error::new(ErrorKind::Input, message).hint(
        "restore the state; or leave out --state-sha256, so that the run begins a new state and validates its \
         window from the beginning",
    )
}

fn other_hash(path: &Path, given: Sha256, found: Sha256) -> Error {
    let message = format!(
        "the state {} is not the one of --state-sha256: its SHA-256 is {found}, and not {given}",
        path.display()
    );
    Error::new(ErrorKind::Input, message).hint(
        "find out who changed it, and restore the state that has this hash; each report says which one it left, \
         as run.state_sha256",
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::fixtures::{quiet, written};
    use super::{find, load, parse};
    use crate::base::limits::Limits;
    use crate::base::sha256::Sha256;

    #[test]
    fn a_state_is_read_as_it_was_written_and_damage_at_any_byte_or_length_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        let (state, limits) = (quiet(), Limits::default());
        let bytes = written(&state);
        let loaded = |bytes: &[u8]| {
            fs::write(&path, bytes).expect("a file");
            load(&path, None, &limits)
        };
        let good = loaded(&bytes).expect("a state");
        assert_eq!(good.sha256, Sha256::of(&bytes));
        assert_eq!(good.state.chains, state.chains);
        assert_eq!(good.continues.chains.len(), 1);
        for at in 0..bytes.len() {
            assert!(parse(&bytes[..at]).is_err(), "cut at {at}");
            let mut bytes = bytes.clone();
            bytes[at] ^= 1 << (at % 8);
            assert!(parse(&bytes).is_err(), "changed at {at}");
        }
        assert!(loaded(&[&bytes[..], b"\n"].concat()).is_err());
    }

    #[test]
    fn what_is_no_file_of_bounded_size_is_an_error_and_nothing_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        let limits = Limits {
            state: 100,
            ..Limits::default()
        };
        assert!(find(&path, None, &limits).expect("nothing").is_none());
        let given = Some(Sha256::of(b""));
        let error = find(&path, given, &limits).expect_err("a hash of nothing");
        assert!(error.to_string().contains("does not exist"), "{error}");
        assert!(load(&path, None, &limits).is_err());
        assert!(find(folder.path(), None, &limits).is_err());
        fs::write(&path, [b' '; 101]).expect("a file");
        let error = find(&path, None, &limits).expect_err("too large");
        assert!(error.causes()[0].contains("larger than 100"), "{error}");
    }

    #[test]
    fn a_given_hash_must_be_that_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        let bytes = written(&quiet());
        fs::write(&path, &bytes).expect("a file");
        let limits = Limits::default();
        assert!(load(&path, Some(Sha256::of(&bytes)), &limits).is_ok());
        assert!(load(&path, Some(Sha256::of(b"")), &limits).is_err());
    }

    #[test]
    fn a_state_of_a_later_version_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        let mut state = quiet();
        state.version = "9.0.0".into();
        let text = String::from_utf8(written(&state)).expect("text");
        let (before, _) = text.split_once(",\"checksum\"").expect("a checksum");
        let before = format!("{before},\"later\":1");
        let hash = Sha256::of(before.as_bytes());
        fs::write(&path, format!("{before},\"checksum\":\"{hash}\"}}\n")).expect("a file");
        let error = load(&path, None, &Limits::default()).expect_err("a later one");
        assert!(error.to_string().contains("9.0.0"), "{error}");
    }
}
