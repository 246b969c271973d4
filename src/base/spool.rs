//! Blocks of bytes that one stage keeps for a later one, so that memory does not grow with their number:
//! the first ones stay in memory, and all of them move to an unlinked temporary file beyond that.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Mutex;

use tempfile::SpooledTempFile;

/// Bytes that stay in memory before all of them move to the temporary file.
const IN_MEMORY: usize = 1 << 20;

/// Blocks of bytes, each read back by its offset or all of them in order.
#[derive(Debug)]
pub(crate) struct Spool(Mutex<SpoolFile>);

/// Each block is written behind its length, four bytes in little-endian order.
#[derive(Debug)]
struct SpoolFile {
    file: SpooledTempFile,
    end: u64,
}

impl Default for Spool {
    fn default() -> Self {
        let file = SpooledTempFile::new(IN_MEMORY);
        Spool(Mutex::new(SpoolFile { file, end: 0 }))
    }
}

impl Spool {
    /// An empty spool that is on disk from the beginning, so that a folder for temporary files that
    /// cannot be written shows before the work and not at its end.
    ///
    /// # Errors
    /// If the temporary file cannot be made.
    pub fn on_disk() -> io::Result<Self> {
        let mut file = SpooledTempFile::new(IN_MEMORY);
        file.roll()?;
        Ok(Spool(Mutex::new(SpoolFile { file, end: 0 })))
    }

    /// Appends a block and returns its offset.
    ///
    /// # Errors
    /// If the temporary file cannot be made or written, or the block has 4 GiB or more.
    pub fn add(&self, block: &[u8]) -> io::Result<u64> {
        let length = u32::try_from(block.len()).map_err(io::Error::other)?;
        let mut spool = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let at = spool.end;
        spool.file.seek(SeekFrom::Start(at))?;
        spool.file.write_all(&length.to_le_bytes())?;
        spool.file.write_all(block)?;
        spool.end += 4 + u64::from(length);
        Ok(at)
    }

    /// The block at an offset.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub fn read(&self, at: u64) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        let mut spool = self.0.lock().unwrap_or_else(|e| e.into_inner());
        spool.file.seek(SeekFrom::Start(at))?;
        spool.file.read_exact(&mut length)?;
        let mut block = vec![0; u32::from_le_bytes(length) as usize];
        spool.file.read_exact(&mut block)?;
        Ok(block)
    }

    /// Calls `each` with every block, in the order in which they were added.
    ///
    /// # Errors
    /// If the temporary file cannot be read, or the first error of `each`.
    pub fn for_each(&self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let end = self.0.lock().unwrap_or_else(|e| e.into_inner()).end;
        let mut at = 0;
        while at < end {
            let block = self.read(at)?;
            each(&block)?;
            at += 4 + block.len() as u64;
        }
        Ok(())
    }
}
