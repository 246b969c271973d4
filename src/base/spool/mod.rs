//! Blocks of bytes that one stage keeps for a later one, so that memory does not grow with their number:
//! the first ones stay in memory, and all of them move to an unlinked temporary file beyond that.

mod temporary;

use std::io;
use std::sync::Mutex;

pub(crate) use temporary::{TemporaryFile, try_out};

/// Bytes that stay in memory before all of them move to the temporary file.
const IN_MEMORY: usize = 1 << 20;

/// Blocks of bytes, each read back by its offset or all of them in order.
#[derive(Debug, Default)]
pub(crate) struct Spool(Mutex<SpoolBytes>);

/// Each block is written behind its length, four bytes in little-endian order.
#[derive(Debug, Default)]
struct SpoolBytes {
    /// All bytes, or none once they are in the file.
    memory: Vec<u8>,
    file: Option<TemporaryFile>,
    end: u64,
}

impl Spool {
    /// Appends a block and returns its offset.
    ///
    /// # Errors
    /// If the temporary file cannot be made or written, or the block has 4 GiB or more.
    pub fn add(&self, block: &[u8]) -> io::Result<u64> {
        let length = u32::try_from(block.len()).map_err(io::Error::other)?;
        let mut bytes = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let at = bytes.end;
        // Nothing that fails moves the end, so the next block overwrites what is not complete.
        bytes.append(&length.to_le_bytes(), block)?;
        bytes.end += 4 + u64::from(length);
        Ok(at)
    }

    /// The block at an offset.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub fn read(&self, at: u64) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        let bytes = self.0.lock().unwrap_or_else(|e| e.into_inner());
        bytes.fill(&mut length, at)?;
        let mut block = vec![0; u32::from_le_bytes(length) as usize];
        bytes.fill(&mut block, at + 4)?;
        Ok(block)
    }

    /// Fills `part` from within the block at an offset, so many bytes after its beginning.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub fn read_part(&self, at: u64, skipped: u64, part: &mut [u8]) -> io::Result<()> {
        let bytes = self.0.lock().unwrap_or_else(|e| e.into_inner());
        bytes.fill(part, at + 4 + skipped)
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

impl SpoolBytes {
    /// Writes two stretches at the end.
    fn append(&mut self, first: &[u8], second: &[u8]) -> io::Result<()> {
        let fits = self.memory.len() + first.len() + second.len() <= IN_MEMORY;
        let file = match &self.file {
            Some(file) => file,
            None if fits => {
                self.memory.extend_from_slice(first);
                self.memory.extend_from_slice(second);
                return Ok(());
            }
            None => {
                let file = TemporaryFile::new()?;
                file.write_all_at(&self.memory, 0)?;
                self.memory = Vec::new();
                self.file.insert(file)
            }
        };
        file.write_all_at(first, self.end)?;
        file.write_all_at(second, self.end + first.len() as u64)
    }

    /// Fills `bytes` from an offset.
    fn fill(&self, bytes: &mut [u8], at: u64) -> io::Result<()> {
        if let Some(file) = &self.file {
            return file.read_exact_at(bytes, at);
        }
        let from = usize::try_from(at).map_err(io::Error::other)?;
        let kept = self
            .memory
            .get(from..)
            .and_then(|kept| kept.get(..bytes.len()));
        bytes.copy_from_slice(kept.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{IN_MEMORY, Spool};

    #[test]
    fn blocks_are_read_back_from_memory_and_from_the_file() {
        let spool = Spool::default();
        let block = |n: u8| vec![n; usize::from(n) * 1000];
        let mut added = Vec::new();
        for n in 0..=100 {
            added.push((spool.add(&block(n)).expect("room"), n));
        }
        assert!(spool.0.lock().expect("no panic").end > 2 * IN_MEMORY as u64);
        for (at, n) in added.iter().rev() {
            assert_eq!(spool.read(*at).expect("a block"), block(*n));
        }
        let mut part = [0; 3];
        spool
            .read_part(added[9].0, 8_998, &mut part)
            .expect("a part");
        // The last two bytes of the block, and the first of the length after it.
        assert_eq!(part, [9, 9, 10_000_u32.to_le_bytes()[0]]);
        let mut next = 0;
        let each = |found: &[u8]| {
            assert_eq!(found, block(next));
            next += 1;
            Ok(())
        };
        spool.for_each(each).expect("blocks");
        assert_eq!(next, 101);
        assert!(spool.read(1 << 40).is_err());
    }

    #[test]
    fn what_fits_stays_in_memory() {
        let spool = Spool::default();
        let is_in_file = || spool.0.lock().expect("no panic").file.is_some();
        // The length of a block takes four bytes.
        spool.add(&vec![1; IN_MEMORY - 5 - 4]).expect("room");
        spool.add(&[2]).expect("room");
        assert!(!is_in_file());
        spool.add(&[]).expect("room");
        assert!(is_in_file());
        let mut lengths = Vec::new();
        let each = |block: &[u8]| {
            lengths.push(block.len());
            Ok(())
        };
        spool.for_each(each).expect("blocks");
        assert_eq!(lengths, [IN_MEMORY - 9, 1, 0]);
    }
}
