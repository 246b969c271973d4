//! Blocks of bytes kept from one stage to a later one: in memory as long as they are few, and in an
//! unlinked temporary file beyond that.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Mutex;

use tempfile::SpooledTempFile;

/// Bytes held in memory before they are written out.
const HELD: usize = 1 << 20;

/// Blocks, each found again by its offset.
pub(crate) struct Spool(Mutex<Inner>);

struct Inner {
    file: SpooledTempFile,
    end: u64,
}

impl Default for Spool {
    fn default() -> Self {
        let file = SpooledTempFile::new(HELD);
        Spool(Mutex::new(Inner { file, end: 0 }))
    }
}

impl Spool {
    /// Keeps a block, and gives its offset.
    ///
    /// # Errors
    /// Where the temporary file cannot be made or written.
    pub fn add(&self, block: &[u8]) -> io::Result<u64> {
        let length = u32::try_from(block.len()).map_err(io::Error::other)?;
        let mut inner = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let at = inner.end;
        inner.file.seek(SeekFrom::Start(at))?;
        inner.file.write_all(&length.to_le_bytes())?;
        inner.file.write_all(block)?;
        inner.end += 4 + u64::from(length);
        Ok(at)
    }

    /// The block at an offset.
    ///
    /// # Errors
    /// Where the temporary file cannot be read.
    pub fn read(&self, at: u64) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        let mut inner = self.0.lock().unwrap_or_else(|e| e.into_inner());
        inner.file.seek(SeekFrom::Start(at))?;
        inner.file.read_exact(&mut length)?;
        let mut block = vec![0; u32::from_le_bytes(length) as usize];
        inner.file.read_exact(&mut block)?;
        Ok(block)
    }
}
