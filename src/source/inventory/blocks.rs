//! Blocks of sorted rows. All blocks have the same size, so that a key is found by reading a few of them, without an
//! index in memory. Keys are shortened by what they have in common with the one before.
//!
//! ```text
//! block  bytes used: 4   rows...                                                    zeros up to the size
//! row    bytes in common with the key before: 2   bytes that follow: 2   they   size + 1: 8   modified: 8
//! ```

use std::io;

use jiff::Timestamp;

use super::row::InventoryRow;
use crate::source::ListedFacts;

/// The size of a block in bytes. Sixty rows of the longest keys fit.
pub(super) const BLOCK: usize = 64 << 10;
/// Bytes before the rows.
const HEAD: usize = 4;
/// Bytes of a row besides its key.
const FIXED: usize = 20;
/// The time of an object whose time is not known.
const NO_TIME: i64 = i64::MIN;

/// A block that is being filled.
pub(super) struct BlockWriter {
    bytes: Vec<u8>,
    last: Vec<u8>,
}

impl BlockWriter {
    pub fn new() -> Self {
        BlockWriter {
            bytes: vec![0; HEAD],
            last: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.len() == HEAD
    }

    /// Adds a row. `false` if it does not fit any more.
    pub fn add(&mut self, row: InventoryRow<'_>) -> bool {
        let key = row.key.as_bytes();
        let pairs = key.iter().zip(&self.last);
        let common = pairs.take_while(|(a, b)| a == b).count();
        let rest = &key[common..];
        if self.bytes.len() + FIXED + rest.len() > BLOCK {
            return false;
        }
        // A key has at most 1,024 bytes.
        self.bytes.extend_from_slice(&(common as u16).to_le_bytes());
        self.bytes
            .extend_from_slice(&(rest.len() as u16).to_le_bytes());
        self.bytes.extend_from_slice(rest);
        let size = row.facts.size.map_or(0, |size| size.saturating_add(1));
        self.bytes.extend_from_slice(&size.to_le_bytes());
        let modified = row.facts.modified.map_or(NO_TIME, Timestamp::as_second);
        self.bytes.extend_from_slice(&modified.to_le_bytes());
        self.last.clear();
        self.last.extend_from_slice(key);
        true
    }

    /// The block, and begins the next one.
    pub fn take(&mut self) -> Vec<u8> {
        let used = self.bytes.len() as u32;
        let mut block = std::mem::replace(&mut self.bytes, vec![0; HEAD]);
        block[..HEAD].copy_from_slice(&used.to_le_bytes());
        block.resize(BLOCK, 0);
        self.last.clear();
        block
    }
}

/// Reads the rows of a block.
pub(super) struct BlockReader {
    block: Vec<u8>,
    used: usize,
    at: usize,
    key: Vec<u8>,
    facts: ListedFacts,
}

impl BlockReader {
    /// A reader without a block.
    pub fn new() -> Self {
        BlockReader {
            block: vec![0; BLOCK],
            used: 0,
            at: 0,
            key: Vec::new(),
            facts: ListedFacts::default(),
        }
    }

    /// Takes another block, which `read` fills.
    pub fn read(&mut self, read: impl FnOnce(&mut [u8]) -> io::Result<()>) -> io::Result<()> {
        read(&mut self.block)?;
        let head = self.block.first_chunk().copied().unwrap_or_default();
        self.used = (u32::from_le_bytes(head) as usize).min(BLOCK);
        self.at = HEAD;
        self.key.clear();
        Ok(())
    }

    /// Goes to the next row. `false` at the end of the block.
    pub fn next(&mut self) -> io::Result<bool> {
        if self.at >= self.used {
            return Ok(false);
        }
        let common = u16::from_le_bytes(self.take()?);
        let length = usize::from(u16::from_le_bytes(self.take()?));
        self.key.truncate(common.into());
        let rest = self.block.get(self.at..self.at + length);
        self.key.extend_from_slice(rest.ok_or_else(not_ours)?);
        self.at += length;
        let size = u64::from_le_bytes(self.take()?);
        let modified = i64::from_le_bytes(self.take()?);
        self.facts = ListedFacts {
            size: size.checked_sub(1),
            modified: Timestamp::from_second(modified).ok(),
        };
        Ok(true)
    }

    /// The row.
    pub fn row(&self) -> io::Result<InventoryRow<'_>> {
        let key = std::str::from_utf8(&self.key).map_err(|_| not_ours())?;
        let facts = self.facts;
        Ok(InventoryRow { key, facts })
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let bytes = self.block.get(self.at..).and_then(<[u8]>::first_chunk);
        self.at += N;
        bytes.copied().ok_or_else(not_ours)
    }
}

/// Only what was written to the file is read from it.
fn not_ours() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a temporary file was changed")
}
