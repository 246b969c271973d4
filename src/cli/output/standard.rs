//! Standard output, written without the buffer and the leniency of the standard library, which takes a
//! stream that cannot be written for one that was.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt as _;

use rustix::fs::{OFlags, fcntl_getfl};

/// Writes to standard output. A failure is never passed over.
pub struct StandardOutput;

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(io::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Checks that standard output is open for writing.
///
/// # Errors
/// If it is not.
pub fn check() -> io::Result<()> {
    match access(io::stdout().as_fd())? {
        OFlags::RDONLY => Err(io::Error::other("it is open only for reading")),
        _ => Ok(()),
    }
}

/// Whether what is written to a descriptor goes to `/dev/null`, open for reading and writing. So Rust's
/// runtime opens a standard stream that was closed when the program began. Other programs open it so on
/// purpose, which looks the same.
pub fn is_closed_or_null(descriptor: BorrowedFd<'_>) -> bool {
    let both = matches!(access(descriptor), Ok(access) if access == OFlags::RDWR);
    let device = |found: Metadata| found.rdev();
    let null = || fs::metadata("/dev/null").map(device).ok();
    both && metadata(descriptor).map(device).ok() == null()
}

/// What a descriptor leads to.
///
/// # Errors
/// If the system does not say.
pub fn metadata(descriptor: BorrowedFd<'_>) -> io::Result<Metadata> {
    File::from(descriptor.try_clone_to_owned()?).metadata()
}

/// `O_RDONLY`, `O_WRONLY` or `O_RDWR`.
fn access(descriptor: BorrowedFd<'_>) -> io::Result<OFlags> {
    Ok(fcntl_getfl(descriptor)? & OFlags::RWMODE)
}
