//! The folder of a collection: a new one, an empty one, or one in which the same collection was interrupted. Nothing
//! in any other folder is touched.

use std::fs::{self, DirBuilder, File, Metadata, ReadDir};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use rustix::fs::{
    AtFlags, FileType, FlockOperation, Mode, OFlags, flock, mkdirat, open, openat, statat,
};
use rustix::io::Errno;
use rustix::process::geteuid;

use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::sha256::{Sha256, Sha256Writer};
use crate::source::bundle::layout::{MANIFEST, UNFINISHED, UNFINISHED_ORIGINS, UNFINISHED_RUN};
use crate::source::bundle::record::{Custody, SCHEMA};

/// A folder that this program alone writes to.
#[derive(Debug)]
pub struct CollectionFolder {
    /// The folder, locked.
    pub root: OwnedFd,
    /// Where files came from that do not say it themselves.
    pub origins: File,
    /// What an interrupted collection left here.
    pub unfinished: Option<Custody>,
    /// Whether other users may write to what it left.
    pub is_open_to_others: bool,
}

impl CollectionFolder {
    /// Opens the folder, which is made if it does not exist.
    ///
    /// # Errors
    /// If it is a file, holds anything but an unfinished collection, is used by another collection, or cannot be
    /// written to.
    pub fn open(dir: &Path, limits: &Limits) -> Result<Self, Error> {
        let cannot = |e: io::Error| {
            let message = format!("cannot write a bundle to {}", dir.display());
            Error::new(ErrorKind::Output, message).because(words(&e))
        };
        if dir.symlink_metadata().is_ok() && !dir.is_dir() {
            return Err(not_a_folder(dir));
        }
        make(dir).map_err(cannot)?;
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let root = open(dir, flags, Mode::empty()).map_err(|e| cannot(e.into()))?;
        let locked = flock(&root, FlockOperation::NonBlockingLockExclusive);
        // A file system without locks gives another error: then nobody is kept out.
        if locked == Err(Errno::WOULDBLOCK) {
            return Err(in_use(dir));
        }
        let entries = fs::read_dir(dir).map_err(cannot)?;
        let mut is_open_to_others = false;
        let contents = Contents::of(entries).map_err(cannot)?;
        if let Contents::Unfinished { .. } = contents {
            is_open_to_others = refuse_of_others(dir, &root)?;
        }
        let unfinished = match contents {
            Contents::Empty => None,
            Contents::Unfinished { finished, other } => match read_unfinished(dir, limits)? {
                Some(unfinished) => Some(unfinished),
                // It was interrupted while its last traces were removed.
                None if finished => {
                    let _ = fs::remove_dir_all(dir.join(UNFINISHED));
                    return Err(already_finished(dir));
                }
                None => match other {
                    Some(name) => return Err(not_empty(dir, &name)),
                    None => None,
                },
            },
            Contents::Finished => return Err(already_finished(dir)),
            Contents::Other(name) => return Err(not_empty(dir, &name)),
        };
        match mkdirat(&root, UNFINISHED, Mode::from_raw_mode(0o700)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(cannot(e.into())),
        }
        let flags = OFlags::CREATE | OFlags::APPEND | OFlags::RDWR;
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let origins = openat(&root, UNFINISHED_ORIGINS, flags, Mode::from_raw_mode(0o600));
        Ok(CollectionFolder {
            origins: File::from(origins.map_err(|e| cannot(e.into()))?),
            root,
            unfinished,
            is_open_to_others,
        })
    }
}

/// Makes a folder, and those above it. What it will hold may be confidential: only its owner may enter it.
fn make(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(above) = dir.parent() {
        fs::create_dir_all(above)?;
    }
    match DirBuilder::new().mode(0o700).create(dir) {
        // Another collection made it in the meantime.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        made => made,
    }
}

/// What a folder holds.
enum Contents {
    Empty,
    /// An unfinished collection, whether a manifest is there already, and something else.
    Unfinished {
        finished: bool,
        other: Option<String>,
    },
    Finished,
    /// Something else, such as this.
    Other(String),
}

impl Contents {
    fn of(entries: ReadDir) -> io::Result<Contents> {
        let (mut other, mut unfinished, mut finished) = (None, false, false);
        for entry in entries {
            let name = entry?.file_name();
            match name.to_str() {
                Some(UNFINISHED) => unfinished = true,
                Some(MANIFEST) => finished = true,
                // The root of a file system of its own has it.
                Some("lost+found") => {}
                _ => other = Some(name.to_string_lossy().into_owned()),
            }
        }
        Ok(match other {
            other if unfinished => Contents::Unfinished { finished, other },
            _ if finished => Contents::Finished,
            Some(name) => Contents::Other(name),
            None => Contents::Empty,
        })
    }
}

/// Refuses what another user began, and what lies behind a link: it would be taken for answers of AWS. Returns
/// whether other users may write to it.
fn refuse_of_others(dir: &Path, root: &OwnedFd) -> Result<bool, Error> {
    let cannot = |why: String| {
        let message = format!("cannot go on with the collection in {}", dir.display());
        let error = Error::new(ErrorKind::Output, message).because(why);
        error.hint("give another folder")
    };
    let me = geteuid().as_raw();
    let mut is_open = false;
    for path in [".", UNFINISHED, UNFINISHED_RUN] {
        let stat = match statat(root, path, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => continue,
            stat => stat.map_err(|e| cannot(words(&e.into())))?,
        };
        let kind = FileType::from_raw_mode(stat.st_mode);
        if !matches!(kind, FileType::Directory | FileType::RegularFile) {
            return Err(cannot(format!("{path} is neither a folder nor a file")));
        }
        if stat.st_uid != me {
            let owner = stat.st_uid;
            return Err(cannot(format!(
                "{path} belongs to user {owner}, and this is user {me}"
            )));
        }
        is_open |= stat.st_mode & 0o022 != 0;
    }
    Ok(is_open)
}

/// What an unfinished collection says of itself; `None` if it was interrupted before it began.
fn read_unfinished(dir: &Path, limits: &Limits) -> Result<Option<Custody>, Error> {
    let path = dir.join(UNFINISHED_RUN);
    let error = |why: String| {
        let message = format!("cannot go on with the collection in {}", dir.display());
        let error = Error::new(ErrorKind::Output, message).because(why);
        error.hint("give another folder")
    };
    let found = match path.symlink_metadata() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.map_err(|e| error(words(&e)))?,
    };
    if !found.is_file() || found.len() > limits.side_file {
        return Err(error(format!("{UNFINISHED_RUN} is not valid")));
    }
    let bytes = fs::read(&path).map_err(|e| error(words(&e)))?;
    let custody: Custody = serde_json::from_slice(&bytes)
        .map_err(|e| error(format!("{UNFINISHED_RUN} is not valid: {e}")))?;
    match custody.collection.schema == SCHEMA && !custody.runs.is_empty() {
        true => Ok(Some(custody)),
        false => Err(error("another version of this program began it".to_owned())),
    }
}

fn not_a_folder(dir: &Path) -> Error {
    let message = format!("--out {} is not a folder", dir.display());
    let error = Error::new(ErrorKind::Output, message);
    error.hint("give a folder that is empty or does not exist")
}

fn in_use(dir: &Path) -> Error {
    let message = format!("another collection is writing to {}", dir.display());
    let error = Error::new(ErrorKind::Output, message);
    error.hint("wait until it has ended, or give another folder")
}

fn already_finished(dir: &Path) -> Error {
    let message = format!(
        "{} holds a finished bundle, which is never changed",
        dir.display()
    );
    let hint = "give another folder; trailproof collect --check DIR checks a bundle";
    let error = Error::new(ErrorKind::Output, message).hint(hint);
    match manifest_hash(dir) {
        Some(hash) => error.note(format!("the SHA-256 of its {MANIFEST} is now {hash}")),
        None => error,
    }
}

/// The hash that the end of the collection printed, computed again.
fn manifest_hash(dir: &Path) -> Option<Sha256> {
    let path = dir.join(MANIFEST);
    // Somebody else may have put a link or a pipe there since.
    path.symlink_metadata().ok().filter(Metadata::is_file)?;
    let mut manifest = File::open(path).ok()?;
    let mut hash = Sha256Writer::default();
    io::copy(&mut manifest, &mut hash).ok()?;
    Some(hash.finish())
}

fn not_empty(dir: &Path, name: &str) -> Error {
    let message = format!("--out {} is not empty: it holds {name}", dir.display());
    let error = Error::new(ErrorKind::Output, message);
    error.hint("give a folder that is empty or does not exist")
}
