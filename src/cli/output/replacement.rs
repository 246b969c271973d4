//! A report that replaces a file once it is complete. Until then it has no name where the system has such
//! files, so that nothing is left behind however the program ends. Elsewhere it is a hidden file beside
//! the one that it replaces.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Seek as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use rustix::fs::{AtFlags, CWD, linkat};
use tempfile::{NamedTempFile, TempPath};

/// Named temporary files to remove if a signal ends the program.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The permissions of any new file; the umask applies.
const USUAL: u32 = 0o666;

/// A file that will replace another.
pub struct Replacement {
    file: File,
    /// Its name until it is complete, if it must have one.
    named: Option<TempPath>,
    path: PathBuf,
}

impl Replacement {
    /// Makes a file that will replace the one at `path`, with the owner and the permissions of the
    /// `existing` one.
    ///
    /// # Errors
    /// If no file can be made in the folder.
    pub fn of(path: PathBuf, existing: Option<&Metadata>) -> io::Result<Self> {
        let (file, named) = match unnamed(folder(&path)) {
            Some(file) => (file, None),
            None => {
                let (file, temporary) = named(&path)?.into_parts();
                (file, Some(temporary))
            }
        };
        if let Some(existing) = existing {
            resemble(&file, existing)?;
        }
        Ok(Replacement { file, named, path })
    }

    /// The file that the report is written to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The path of the file that is replaced.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the complete file in its place.
    ///
    /// # Errors
    /// If not all of it could be stored, or it cannot be put there. The old file is then as it was.
    pub fn finish(self) -> io::Result<()> {
        let Replacement { file, named, path } = self;
        match file.sync_data() {
            // The file system has nothing to say about it.
            Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {}
            // Some file systems notice only now that they are full.
            stored => stored?,
        }
        // Locked, so that a signal ends the program before or after, and not in between.
        let mut unfinished = unfinished();
        match named {
            Some(temporary) => {
                let name = temporary.to_path_buf();
                let renamed = temporary.persist(&path).map_err(|e| e.error);
                unfinished.retain(|path| *path != name);
                renamed
            }
            None => name_it(file, &path),
        }
    }
}

/// Gives a file without a name that of its report. A file cannot be linked over another one, so it is then
/// linked to a temporary name and renamed.
fn name_it(mut file: File, path: &Path) -> io::Result<()> {
    let link = |name: &Path| {
        let own = of_process(&file);
        linkat(CWD, own, CWD, name, AtFlags::SYMLINK_FOLLOW).map_err(io::Error::from)
    };
    if !path.exists() && link(path).is_ok() {
        return Ok(());
    }
    let linked = builder().make_in(folder(path), link);
    let temporary = match linked {
        Ok(linked) => linked.into_temp_path(),
        // Not every system that has such files lets everybody name them.
        Err(_) => copied(&mut file, path)?,
    };
    temporary.persist(path).map_err(|e| e.error)
}

/// A named copy of a file without a name.
fn copied(file: &mut File, path: &Path) -> io::Result<TempPath> {
    let mut copy = builder().tempfile_in(folder(path))?;
    file.rewind()?;
    io::copy(file, &mut copy)?;
    resemble(copy.as_file(), &file.metadata()?)?;
    copy.as_file().sync_data()?;
    Ok(copy.into_temp_path())
}

/// A file without a name in a folder. `None` if the system has none, or none that can be named later.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = File::from(open(folder, flags, Mode::from_raw_mode(USUAL)).ok()?);
    let found = fs::metadata(of_process(&file)).ok()?;
    let own = file.metadata().ok()?;
    ((found.dev(), found.ino()) == (own.dev(), own.ino())).then_some(file)
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_: &Path) -> Option<File> {
    None
}

/// The path under which the system shows an open file (proc(5)).
fn of_process(file: &File) -> PathBuf {
    format!("/proc/self/fd/{}", file.as_raw_fd()).into()
}

/// A temporary file beside the one that it will replace.
fn named(path: &Path) -> io::Result<NamedTempFile> {
    // Locked while the file is created, so that `abandon` misses none.
    let mut unfinished = unfinished();
    let file = builder().tempfile_in(folder(path))?;
    unfinished.push(file.path().into());
    Ok(file)
}

fn builder() -> tempfile::Builder<'static, 'static> {
    let mut file = tempfile::Builder::new();
    file.permissions(fs::Permissions::from_mode(USUAL));
    file.prefix(".trailproof-");
    file
}

/// Gives a file the owner and the permissions of another.
fn resemble(file: &File, other: &Metadata) -> io::Result<()> {
    // Only a privileged process may change the owner, so this can fail.
    let _ = fchown(file, Some(other.uid()), Some(other.gid()));
    file.set_permissions(other.permissions())
}

/// The folder that contains a path.
pub fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    use super::{Replacement, copied, named};

    /// The contents of a folder's files, by name.
    fn files(folder: &std::path::Path) -> Vec<(String, String)> {
        let entries = fs::read_dir(folder).expect("a folder");
        let file = |entry: std::io::Result<fs::DirEntry>| {
            let entry = entry.expect("an entry");
            let text = fs::read_to_string(entry.path()).expect("a file");
            (entry.file_name().display().to_string(), text)
        };
        let mut files: Vec<_> = entries.map(file).collect();
        files.sort();
        files
    }

    /// As where the system has no files without names, and where it lets nobody name them.
    #[test]
    fn a_file_is_replaced_by_one_that_has_a_name_all_along_and_by_a_copy() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report");
        fs::write(&path, "older").expect("a file");
        let (file, temporary) = named(&path).expect("a file").into_parts();
        (&file).write_all(b"first").expect("room");
        assert_eq!(files(folder.path()).len(), 2);
        let replacement = Replacement {
            file,
            named: Some(temporary),
            path: path.clone(),
        };
        replacement.finish().expect("replaced");
        assert_eq!(files(folder.path()), [("report".into(), "first".into())]);

        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"second").expect("room");
        file.set_permissions(fs::Permissions::from_mode(0o640))
            .expect("permissions");
        let copy = copied(&mut file, &path).expect("a copy");
        copy.persist(&path).expect("replaced");
        assert_eq!(files(folder.path()), [("report".into(), "second".into())]);
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}
