//! Files for parsers that take a path.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A file system in memory, where there is one.
const IN_MEMORY: &str = "/dev/shm";

/// Where files are written: millions of them need no disk.
fn place() -> PathBuf {
    let in_memory = Path::new(IN_MEMORY);
    match in_memory.is_dir() {
        true => in_memory.to_owned(),
        false => std::env::temp_dir(),
    }
}

thread_local! {
    static FILE: RefCell<File> =
        RefCell::new(tempfile::tempfile_in(place()).expect("a temporary file"));
    static FOLDER: TempDir = tempfile::tempdir_in(place()).expect("a folder");
}

/// Calls `read` with the path of a file that holds these bytes. It has no name, so that nothing is left behind.
pub fn with_file<T>(bytes: &[u8], read: impl FnOnce(&Path) -> T) -> T {
    FILE.with_borrow_mut(|file| {
        file.set_len(0).expect("an empty file");
        file.seek(SeekFrom::Start(0)).expect("a file");
        file.write_all(bytes).expect("room");
        file.seek(SeekFrom::Start(0)).expect("a file");
        read(&PathBuf::from(format!("/dev/fd/{}", file.as_raw_fd())))
    })
}

/// Calls `read` with a folder that holds these files, each with its path below it. Files of earlier calls that are not
/// among them may be there too.
pub fn with_folder<T>(files: &[(&str, &[u8])], read: impl FnOnce(&Path) -> T) -> T {
    FOLDER.with(|folder| {
        for (path, bytes) in files {
            let path = folder.path().join(path);
            let above = path.parent().expect("a folder");
            if !above.is_dir() {
                fs::create_dir_all(above).expect("folders");
            }
            fs::write(path, bytes).expect("a file");
        }
        read(folder.path())
    })
}
