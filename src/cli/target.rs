//! One place where a report goes: opened before the work, and a regular file replaced only once its
//! report is whole.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use tempfile::NamedTempFile;

/// Links that are followed, one leading to the next.
const LINKS: usize = 40;

/// What would be left behind if the program ended at once.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A place where a report goes.
pub enum Target {
    Stdout,
    /// A pipe, a device or the like: written as it is.
    Stream(File, PathBuf),
    /// A regular file: written beside it, and put in its place once it is whole.
    Replace(NamedTempFile, PathBuf),
}

impl Target {
    /// Opens it.
    ///
    /// # Errors
    /// Where it cannot be written to.
    pub fn open(path: &Path) -> io::Result<Target> {
        let there = match path.metadata() {
            Ok(there) => Some(there),
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(e),
        };
        // What stands for an open file, as /dev/stdout does, is no name that could be another's.
        let open = ["/dev", "/proc"]
            .iter()
            .any(|folder| path.starts_with(folder));
        if open || there.as_ref().is_some_and(|there| !there.is_file()) {
            let file = OpenOptions::new().append(true).open(path)?;
            return Ok(Target::Stream(file, path.into()));
        }
        let path = behind_links(path)?;
        if there.is_some() {
            // A file that may not be written to is not replaced either.
            OpenOptions::new().write(true).open(&path)?;
        }
        Ok(Target::Replace(beside(&path, there)?, path))
    }

    /// Whether both are the same regular file.
    pub fn is_file_of(&self, other: &Target) -> bool {
        match (self, other) {
            (Target::Replace(_, one), Target::Replace(_, other)) => one == other,
            _ => false,
        }
    }
}

/// Where links lead: what they lead to is replaced, and not they themselves.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        if !path.is_symlink() {
            let name = path.file_name().ok_or(ErrorKind::IsADirectory)?;
            return Ok(fs::canonicalize(folder(&path))?.join(name));
        }
        path = folder(&path).join(fs::read_link(&path)?);
    }
    Err(io::Error::other("too many symbolic links"))
}

/// The folder that a path is in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A new file beside one that it will replace, with what others may do with that.
fn beside(path: &Path, there: Option<Metadata>) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What a newly made file would have; the user's mask applies.
        file.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = file.prefix(".trailproof-").tempfile_in(folder(path))?;
    unfinished().push(file.path().into());
    if let Some(there) = there {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, fchown};
            // Only some may give files away: whose it is cannot always be kept.
            let _ = fchown(&file, Some(there.uid()), Some(there.gid()));
        }
        file.as_file().set_permissions(there.permissions())?;
    }
    Ok(file)
}

/// Puts a file that is whole in its place.
///
/// # Errors
/// Where it cannot be renamed.
pub fn replace(file: NamedTempFile, path: &Path) -> io::Result<()> {
    let beside = file.path().to_path_buf();
    let kept = file.persist(path).map_err(|e| e.error);
    unfinished().retain(|path| *path != beside);
    kept.map(drop)
}

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(|e| e.into_inner())
}

/// Removes what is not whole, for a program that ends at once.
pub fn abandon() {
    for path in unfinished().drain(..) {
        let _ = fs::remove_file(path);
    }
}
