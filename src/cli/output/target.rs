//! One place where a report goes. It is opened before the work, and a regular file is replaced only
//! after its report is complete.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::replacement::{Replacement, folder};
use super::standard::{self, StandardOutput, is_closed_or_null};
use super::{Delivery, unwritable};
use crate::base::error::Error;

/// How many symbolic links are followed, as in Linux (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// Where a report goes.
pub enum OutputTarget {
    /// Standard output.
    Stdout,
    /// A pipe, a device or an open descriptor: written directly.
    Stream(File, PathBuf),
    /// A regular file, which is replaced once the report is complete.
    Replace(Replacement),
}

impl OutputTarget {
    /// Standard output.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub fn stdout() -> io::Result<OutputTarget> {
        standard::check().map(|()| OutputTarget::Stdout)
    }

    /// Opens a path.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub fn open(path: &Path) -> io::Result<OutputTarget> {
        let existing = match path.metadata() {
            Ok(metadata) => Some(metadata),
            // Only a folder may be written with a slash at its end.
            Err(e) if path.as_os_str().as_encoded_bytes().ends_with(b"/") => return Err(e),
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
        Replacement::of(file, existing.as_ref()).map(OutputTarget::Replace)
    }

    /// A writer for what is written while the work goes on.
    ///
    /// # Errors
    /// If there are too many open files.
    pub fn writer(&self) -> io::Result<Box<dyn Write + Send>> {
        match self {
            // Not buffered, so that a reader gets each line at once.
            OutputTarget::Stdout => Ok(Box::new(StandardOutput)),
            OutputTarget::Stream(file, _) => file.try_clone().map(|file| Box::new(file) as _),
            // Buffered: nobody sees the file before it is complete.
            OutputTarget::Replace(file) => {
                let file = file.file().try_clone();
                file.map(|file| Box::new(BufWriter::new(file)) as _)
            }
        }
    }

    /// Closes it after its [`writer`](Self::writer) has `written` all, and says whether all was read.
    ///
    /// # Errors
    /// If it could not be written. A closed pipe is not an error.
    pub fn finish(self, written: io::Result<()>) -> Result<Delivery, Error> {
        let name = self.name().to_path_buf();
        let ended = match self {
            OutputTarget::Replace(file) => written
                .and_then(|()| file.finish())
                .map(|()| Delivery::Complete),
            _ => Delivery::of(written),
        };
        ended.map_err(|e| unwritable(&name, &e))
    }

    /// Its path, for messages.
    pub fn name(&self) -> &Path {
        match self {
            OutputTarget::Stdout => Path::new("standard output"),
            OutputTarget::Stream(_, path) => path,
            OutputTarget::Replace(replacement) => replacement.path(),
        }
    }

    /// Whether two reports would be mixed, or one would overwrite the other.
    pub fn is_same_place(&self, other: &OutputTarget) -> bool {
        match (self, other) {
            (OutputTarget::Replace(one), OutputTarget::Replace(other))
                if one.path() == other.path() =>
            {
                true
            }
            _ => self.place().is_some_and(|one| other.place() == Some(one)),
        }
    }

    /// Whether writing to it would change a file that is read. A file that is replaced stays unchanged for
    /// whoever has it open.
    pub fn changes(&self, file: &Metadata) -> bool {
        !matches!(self, OutputTarget::Replace(_)) && file.is_file() && self.is_of(file)
    }

    /// Whether it is this regular file, under whatever name, or a file in this folder.
    pub fn is_of(&self, found: &Metadata) -> bool {
        let place = Some((found.dev(), found.ino()));
        match self {
            _ if found.is_file() => self.place() == place,
            OutputTarget::Replace(file) if found.is_dir() && file.path().exists() => {
                let folder = folder(file.path()).metadata();
                folder.is_ok_and(|folder| Some((folder.dev(), folder.ino())) == place)
            }
            _ => false,
        }
    }

    /// Whether it is the file at this path, which has no symbolic links.
    pub fn is_at(&self, path: &Path) -> bool {
        matches!(self, OutputTarget::Replace(file) if file.path() == path)
    }

    /// Whether it is a file in a copy that lies where objects do, or is called like one. Other reports may be
    /// kept beside the objects.
    pub fn is_object_in(&self, copy: &Path) -> bool {
        let OutputTarget::Replace(file) = self else {
            return false;
        };
        is_object_in(file.path(), copy)
    }

    /// Whether it is a file anywhere in a folder.
    pub fn is_in(&self, dir: &Path) -> bool {
        let OutputTarget::Replace(file) = self else {
            return false;
        };
        is_in(file.path(), dir)
    }

    /// Whether it is an open descriptor that leads to `/dev/null`, or that was closed when the program began.
    pub fn is_closed_or_null(&self) -> bool {
        match self {
            OutputTarget::Stdout => is_closed_or_null(io::stdout().as_fd()),
            OutputTarget::Stream(file, _) => is_closed_or_null(file.as_fd()),
            OutputTarget::Replace(_) => false,
        }
    }

    /// Device and inode. `None` for a character device other than a terminal, such as `/dev/null`, where
    /// reports cannot get mixed, and for a file that is not there yet.
    fn place(&self) -> Option<(u64, u64)> {
        match self {
            OutputTarget::Stdout => place_of(io::stdout().as_fd()),
            OutputTarget::Stream(file, _) => place_of(file.as_fd()),
            OutputTarget::Replace(replacement) => {
                let existing = replacement.path().metadata().ok()?;
                Some((existing.dev(), existing.ino()))
            }
        }
    }
}

/// Whether a file would lie in a copy where objects do, or be called like one.
pub fn is_object_in(file: &Path, copy: &Path) -> bool {
    let (Ok(folder), Some(name)) = (folder(file).canonicalize(), file.file_name()) else {
        return false;
    };
    let name = name.as_encoded_bytes();
    let is_object = folder.iter().any(|part| part == "AWSLogs")
        || [".json.gz", ".head.json"]
            .iter()
            .any(|end| name.ends_with(end.as_bytes()));
    is_object && is_in(file, copy)
}

/// Whether a file lies anywhere in a folder.
fn is_in(file: &Path, dir: &Path) -> bool {
    let folder = folder(file).canonicalize();
    matches!((folder, dir.canonicalize()), (Ok(folder), Ok(dir)) if folder.starts_with(&dir))
}

/// Device and inode of an open descriptor.
fn place_of(descriptor: BorrowedFd<'_>) -> Option<(u64, u64)> {
    let found = standard::metadata(descriptor).ok()?;
    let harmless = found.file_type().is_char_device() && !descriptor.is_terminal();
    (!harmless).then(|| (found.dev(), found.ino()))
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
        return Err(io::Error::other("it is open only for reading"));
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
