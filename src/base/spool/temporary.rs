//! An unlinked temporary file. Its errors show its folder and the variable that sets it, because the cure lies
//! there.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt as _;

use crate::base::error::{Error, ErrorKind, words};

/// What is written to try a folder: a page, so that a full disk shows.
const TRIED: [u8; 4096] = [0; 4096];

/// A temporary file without a name.
#[derive(Debug)]
pub(crate) struct TemporaryFile(File);

/// Checks that temporary files can be written, so that a run does not find out in its midst.
///
/// # Errors
/// If none can be made or written.
pub(crate) fn try_out() -> Result<(), Error> {
    let written = tempfile::tempfile().and_then(|file| file.write_all_at(&TRIED, 0));
    written.map_err(|e| {
        let error = Error::new(ErrorKind::System, message("write", &e));
        error.hint("set TMPDIR to a folder that is writable and has free space")
    })
}

/// What could not be done, where, and why in the words of the system.
fn message(verb: &str, error: &io::Error) -> String {
    let folder = std::env::temp_dir();
    format!(
        "cannot {verb} a temporary file in {} (TMPDIR): {}",
        folder.display(),
        words(error)
    )
}

fn unwritten(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), message("write", &error))
}

fn unread(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), message("read", &error))
}

impl TemporaryFile {
    /// Makes a file.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn new() -> io::Result<Self> {
        tempfile::tempfile().map(TemporaryFile).map_err(unwritten)
    }

    /// Fills `bytes` from an offset.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn read_exact_at(&self, bytes: &mut [u8], at: u64) -> io::Result<()> {
        self.0.read_exact_at(bytes, at).map_err(unread)
    }

    /// Appends all of it to `bytes`, whose memory grows once, by its size.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read_all(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.rewind()?;
        self.0.read_to_end(bytes).map(drop).map_err(unread)
    }

    /// Writes bytes at an offset.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write_all_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, at).map_err(unwritten)
    }

    /// The file, read from its beginning.
    ///
    /// # Errors
    /// If it cannot be wound back.
    pub fn into_file(mut self) -> io::Result<File> {
        self.rewind()?;
        Ok(self.0)
    }
}

impl Read for TemporaryFile {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes).map_err(unread)
    }
}

impl Write for TemporaryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(unwritten)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for TemporaryFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to).map_err(unread)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

    use super::{TemporaryFile, message};

    #[test]
    fn an_error_says_what_failed_where_and_why() {
        let folder = std::env::temp_dir();
        let full = io::Error::from_raw_os_error(28);
        let expected = format!(
            "cannot write a temporary file in {} (TMPDIR): no space left on device",
            folder.display()
        );
        assert_eq!(message("write", &full), expected);
    }

    #[test]
    fn a_temporary_file_is_read_as_it_was_written() {
        let mut file = TemporaryFile::new().expect("a file");
        assert_eq!(file.write(b"0123456789").expect("written"), 10);
        assert_eq!(file.seek(SeekFrom::End(-3)).expect("a place"), 7);
        let mut end = [0; 8];
        assert_eq!(file.read(&mut end).expect("read"), 3);
        assert_eq!(&end[..3], b"789");
        file.write_all_at(b"ab", 4).expect("written");
        let mut part = [0; 4];
        file.read_exact_at(&mut part, 3).expect("read");
        assert_eq!(&part, b"3ab6");
        assert!(file.read_exact_at(&mut part, 7).is_err());
        let mut all = b"all: ".to_vec();
        file.read_all(&mut all).expect("read");
        assert_eq!(all, b"all: 0123ab6789");
        let mut again = String::new();
        let mut file = file.into_file().expect("the file");
        file.read_to_string(&mut again).expect("read");
        assert_eq!(again, "0123ab6789");
    }
}
