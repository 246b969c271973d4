//! Opens files that a user gives.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

/// Opens a file for reading. A pipe is not waited for until somebody opens it for writing: then it is empty. Once
/// somebody writes to it, it is read to its end, as that of a shell's `<(…)`.
///
/// # Errors
/// If it cannot be opened.
pub fn open_input(path: &Path) -> io::Result<File> {
    let without_waiting = OFlags::NONBLOCK.bits().cast_signed();
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .custom_flags(without_waiting)
        .open(path)?;
    if is_pipe(&file)? {
        let flags = fcntl_getfl(&file)?;
        fcntl_setfl(&file, flags.difference(OFlags::NONBLOCK))?;
    }
    Ok(file)
}

/// Whether a file is a pipe.
///
/// # Errors
/// If the system does not say.
pub fn is_pipe(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.file_type().is_fifo())
}
