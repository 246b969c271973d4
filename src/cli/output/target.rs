//! One place where a report goes: opened before the work, and a regular file replaced only once its
//! report is whole.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use tempfile::NamedTempFile;

/// Links that are followed, one leading to the next.
const LINKS: usize = 40;

/// What would be left behind if the program ended at once.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A place where a report goes.
pub enum OutputTarget {
    Stdout,
    /// A pipe, a device or the like: written as it is.
    Stream(File, PathBuf),
    /// A regular file: written beside it, and put in its place once it is whole.
    Replace(NamedTempFile, PathBuf),
}

impl OutputTarget {
    /// Opens it.
    ///
    /// # Errors
    /// Where it cannot be written to.
    pub fn open(path: &Path) -> io::Result<OutputTarget> {
        let there = match path.metadata() {
            Ok(there) => Some(there),
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(e),
        };
        let file = match behind_links(path)? {
            Behind::Descriptor(at) => {
                return Ok(OutputTarget::Stream(descriptor(&at)?, path.into()));
            }
            Behind::File(file) if there.as_ref().is_none_or(Metadata::is_file) => file,
            Behind::File(_) => {
                let stream = OpenOptions::new().append(true).open(path)?;
                return Ok(OutputTarget::Stream(stream, path.into()));
            }
        };
        if there.is_some() {
            // A file that may not be written to is not replaced either.
            OpenOptions::new().write(true).open(&file)?;
        }
        Ok(OutputTarget::Replace(beside(&file, there)?, file))
    }

    /// What it is called.
    pub fn name(&self) -> &Path {
        match self {
            OutputTarget::Stdout => Path::new("standard output"),
            OutputTarget::Stream(_, path) | OutputTarget::Replace(_, path) => path,
        }
    }

    /// Whether two reports would end up in one place, mixed up or one over the other.
    pub fn is_that_of(&self, other: &OutputTarget) -> bool {
        match (self, other) {
            (OutputTarget::Replace(_, one), OutputTarget::Replace(_, other)) => one == other,
            _ => self.place().is_some_and(|one| other.place() == Some(one)),
        }
    }

    /// Whether writing to it would change a file that is being read. One that is replaced stays as it is for
    /// whoever reads it.
    pub fn changes(&self, file: &Metadata) -> bool {
        let same = || self.place() == Some((file.dev(), file.ino()));
        file.is_file() && !matches!(self, OutputTarget::Replace(..)) && same()
    }

    /// Device and inode of what is there. A device that is no terminal keeps nothing that could be mixed
    /// up, as /dev/null does.
    fn place(&self) -> Option<(u64, u64)> {
        let (there, terminal) = match self {
            OutputTarget::Stdout => {
                let out = io::stdout();
                let file = out.as_fd().try_clone_to_owned().map(File::from);
                (file.and_then(|file| file.metadata()), out.is_terminal())
            }
            OutputTarget::Stream(file, _) => (file.metadata(), file.is_terminal()),
            OutputTarget::Replace(_, path) => (path.metadata(), false),
        };
        let there = there.ok()?;
        let apart = there.file_type().is_char_device() && !terminal;
        (!apart).then(|| (there.dev(), there.ino()))
    }
}

/// Where links lead.
enum Behind {
    /// To a name: what has it is replaced, and not the links themselves.
    File(PathBuf),
    /// To an open descriptor, as behind /dev/stdout, by its place: whatever it is, it has no name there that
    /// could be another's.
    Descriptor(PathBuf),
}

/// Follows links.
fn behind_links(path: &Path) -> io::Result<Behind> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        let folder = fs::canonicalize(folder(&path))?;
        let of_process = folder.starts_with("/proc") && folder.ends_with("fd");
        if of_process || folder == Path::new("/dev/fd") {
            let name = path.file_name().ok_or(ErrorKind::IsADirectory)?;
            return Ok(Behind::Descriptor(folder.join(name)));
        }
        if !path.is_symlink() {
            let name = path.file_name().ok_or(ErrorKind::IsADirectory)?;
            return Ok(Behind::File(folder.join(name)));
        }
        path = folder.join(fs::read_link(&path)?);
    }
    Err(io::Error::other("too many symbolic links"))
}

/// An open descriptor, by its place in a folder of those of a process. Opened by its name again, what was
/// open for reading alone could be written to, and a socket could not be.
fn descriptor(at: &Path) -> io::Result<File> {
    let told = at.parent().zip(at.file_name()).and_then(|(folder, name)| {
        fs::read_to_string(folder.with_file_name("fdinfo").join(name)).ok()
    });
    let flags = told.as_deref().and_then(|told| {
        let flags = told.lines().find_map(|line| line.strip_prefix("flags:"));
        i32::from_str_radix(flags?.trim(), 8).ok()
    });
    if flags.is_some_and(|flags| flags & ACCESS == READ_ONLY) {
        return Err(io::Error::other("it is open for reading alone"));
    }
    let own = fs::canonicalize("/proc/self/fd").is_ok_and(|own| at.parent() == Some(&own));
    match at.file_name().and_then(|name| name.to_str()) {
        Some("1") if own => io::stdout().as_fd().try_clone_to_owned().map(File::from),
        Some("2") if own => io::stderr().as_fd().try_clone_to_owned().map(File::from),
        _ => OpenOptions::new().append(true).open(at),
    }
}

/// How a descriptor may be used, as Linux tells it in `fdinfo` (proc(5), open(2)).
const ACCESS: i32 = 0o3;
const READ_ONLY: i32 = 0;

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
    // What a newly made file would have; the user's mask applies.
    file.permissions(fs::Permissions::from_mode(0o666));
    file.prefix(".trailproof-");
    // Held meanwhile, so that none is made that is not known.
    let mut unfinished = unfinished();
    let file = file.tempfile_in(folder(path))?;
    unfinished.push(file.path().into());
    drop(unfinished);
    if let Some(there) = there {
        // Only some may give files away: whose it is cannot always be kept.
        let _ = fchown(&file, Some(there.uid()), Some(there.gid()));
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
    let mut unfinished = unfinished();
    let kept = file.persist(path).map_err(|e| e.error);
    unfinished.retain(|path| *path != beside);
    kept.map(drop)
}

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(|e| e.into_inner())
}

/// Removes what is not whole, for a program that ends at once.
pub fn abandon() {
    let mut unfinished = unfinished();
    for path in unfinished.drain(..) {
        let _ = fs::remove_file(path);
    }
    // Held until the end: nothing more is begun or put in its place.
    std::mem::forget(unfinished);
}
