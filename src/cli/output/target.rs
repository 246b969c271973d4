//! One place where a report goes. It is opened before the work, and a regular file is replaced only
//! after its report is complete.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use tempfile::NamedTempFile;

/// How many symbolic links are followed, as in Linux (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// Temporary files to remove if a signal ends the program.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Where a report goes.
pub enum OutputTarget {
    /// Standard output.
    Stdout,
    /// A pipe, a device or an open descriptor: written directly.
    Stream(File, PathBuf),
    /// A regular file: a temporary file beside it is written, and renamed once it is complete.
    Replace(NamedTempFile, PathBuf),
}

impl OutputTarget {
    /// Opens a path.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub fn open(path: &Path) -> io::Result<OutputTarget> {
        let existing = match path.metadata() {
            Ok(metadata) => Some(metadata),
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(e),
        };
        let file = match follow_links(path)? {
            LinkTarget::Descriptor(at) => {
                return Ok(OutputTarget::Stream(descriptor(&at)?, path.into()));
            }
            LinkTarget::File(file) if existing.as_ref().is_none_or(Metadata::is_file) => file,
            LinkTarget::File(_) => {
                let stream = OpenOptions::new().append(true).open(path)?;
                return Ok(OutputTarget::Stream(stream, path.into()));
            }
        };
        if existing.is_some() {
            // Renaming would replace even a read-only file, so check that it can be written.
            OpenOptions::new().write(true).open(&file)?;
        }
        Ok(OutputTarget::Replace(
            temporary_beside(&file, existing)?,
            file,
        ))
    }

    /// Its path, for messages.
    pub fn name(&self) -> &Path {
        match self {
            OutputTarget::Stdout => Path::new("standard output"),
            OutputTarget::Stream(_, path) | OutputTarget::Replace(_, path) => path,
        }
    }

    /// Whether two reports would be mixed, or one would overwrite the other.
    pub fn is_same_place(&self, other: &OutputTarget) -> bool {
        match (self, other) {
            (OutputTarget::Replace(_, one), OutputTarget::Replace(_, other)) => one == other,
            _ => self.place().is_some_and(|one| other.place() == Some(one)),
        }
    }

    /// Whether writing to it would change a file that is read. A file that is replaced stays unchanged for
    /// whoever has it open.
    pub fn changes(&self, file: &Metadata) -> bool {
        let same = || self.place() == Some((file.dev(), file.ino()));
        file.is_file() && !matches!(self, OutputTarget::Replace(..)) && same()
    }

    /// Device and inode. `None` for a character device other than a terminal, such as `/dev/null`, where
    /// reports cannot get mixed.
    fn place(&self) -> Option<(u64, u64)> {
        let (metadata, terminal) = match self {
            OutputTarget::Stdout => {
                let out = io::stdout();
                let file = out.as_fd().try_clone_to_owned().map(File::from);
                (file.and_then(|file| file.metadata()), out.is_terminal())
            }
            OutputTarget::Stream(file, _) => (file.metadata(), file.is_terminal()),
            OutputTarget::Replace(_, path) => (path.metadata(), false),
        };
        let metadata = metadata.ok()?;
        let harmless = metadata.file_type().is_char_device() && !terminal;
        (!harmless).then(|| (metadata.dev(), metadata.ino()))
    }
}

/// Where symbolic links lead.
enum LinkTarget {
    /// To a path: the file there is replaced, and not the links.
    File(PathBuf),
    /// To an entry for an open descriptor, as `/dev/stdout` does. It is not a name in a folder, so it
    /// cannot be replaced.
    Descriptor(PathBuf),
}

/// Follows symbolic links.
fn follow_links(path: &Path) -> io::Result<LinkTarget> {
    let mut path = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        let folder = fs::canonicalize(folder(&path))?;
        let of_process = folder.starts_with("/proc") && folder.ends_with("fd");
        if of_process || folder == Path::new("/dev/fd") {
            let name = path.file_name().ok_or(ErrorKind::IsADirectory)?;
            return Ok(LinkTarget::Descriptor(folder.join(name)));
        }
        if !path.is_symlink() {
            let name = path.file_name().ok_or(ErrorKind::IsADirectory)?;
            return Ok(LinkTarget::File(folder.join(name)));
        }
        path = folder.join(fs::read_link(&path)?);
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Opens the descriptor behind an entry such as `/proc/self/fd/1`. Our own standard streams are
/// duplicated, because a socket cannot be opened by this name. A descriptor that is open only for reading
/// is refused, because opening it by this name would make it writable.
fn descriptor(at: &Path) -> io::Result<File> {
    let info = at.parent().zip(at.file_name()).and_then(|(folder, name)| {
        fs::read_to_string(folder.with_file_name("fdinfo").join(name)).ok()
    });
    let flags = info.as_deref().and_then(|info| {
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
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

/// `O_ACCMODE`, the bits of `flags` in `fdinfo` that hold the access mode (proc(5), open(2)).
const ACCESS: i32 = 0o3;
/// `O_RDONLY`.
const READ_ONLY: i32 = 0;

/// The folder that contains a path.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A temporary file beside one that it will replace, with the owner and the permissions of that file.
fn temporary_beside(path: &Path, existing: Option<Metadata>) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new();
    // As for any new file; the umask applies.
    file.permissions(fs::Permissions::from_mode(0o666));
    file.prefix(".trailproof-");
    // Locked while the file is created, so that `abandon` misses none.
    let mut unfinished = unfinished();
    let file = file.tempfile_in(folder(path))?;
    unfinished.push(file.path().into());
    drop(unfinished);
    if let Some(existing) = existing {
        // Only a privileged process may change the owner, so this can fail.
        let _ = fchown(&file, Some(existing.uid()), Some(existing.gid()));
        file.as_file().set_permissions(existing.permissions())?;
    }
    Ok(file)
}

/// Renames a complete temporary file to the path of its report.
///
/// # Errors
/// If it cannot be renamed.
pub fn replace(file: NamedTempFile, path: &Path) -> io::Result<()> {
    let temporary = file.path().to_path_buf();
    let mut unfinished = unfinished();
    let renamed = file.persist(path).map_err(|e| e.error);
    unfinished.retain(|path| *path != temporary);
    renamed.map(drop)
}

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(|e| e.into_inner())
}

/// Removes the temporary files, before a signal ends the program.
pub fn abandon() {
    let mut unfinished = unfinished();
    for path in unfinished.drain(..) {
        let _ = fs::remove_file(path);
    }
    // Never unlocked: no other thread may create or rename a file until the program ends.
    std::mem::forget(unfinished);
}
