//! The rows of an inventory in the order of their keys, in temporary files.

use std::io;

use super::blocks::{BLOCK, BlockReader};
use super::row::InventoryRow;
use crate::base::spool::TemporaryFile;
use crate::source::Range;

/// Blocks of sorted rows, one after another in a temporary file.
#[derive(Debug)]
pub(super) struct BlockFile {
    pub file: TemporaryFile,
    /// How many blocks it has.
    pub blocks: u64,
}

/// The rows of an inventory in the order of their keys. Read from any thread.
#[derive(Debug)]
pub struct SortedRows {
    /// Nothing if there are no rows.
    file: Option<BlockFile>,
    rows: u64,
}

impl SortedRows {
    /// No rows.
    pub(super) fn none() -> Self {
        SortedRows {
            file: None,
            rows: 0,
        }
    }

    /// The rows in a file, all of whose blocks are in order.
    pub(super) fn new(file: BlockFile, rows: u64) -> Self {
        SortedRows {
            file: Some(file),
            rows,
        }
    }

    /// How many rows there are.
    pub fn count(&self) -> u64 {
        self.rows
    }

    /// How many blocks of rows there are.
    pub(super) fn blocks(&self) -> u64 {
        self.file.as_ref().map_or(0, |file| file.blocks)
    }

    /// Calls `visit` with the rows below a prefix and within a range, in the order of their keys, until it returns
    /// `false`.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub fn visit(
        &self,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(InventoryRow<'_>) -> bool,
    ) -> io::Result<()> {
        let start = range.after.as_deref().unwrap_or("").max(prefix);
        let first = self.block_of(start)?;
        self.visit_from(first, &mut |row| {
            if row.key < prefix || range.after.as_deref().is_some_and(|after| row.key <= after) {
                return true;
            }
            row.key.starts_with(prefix) && range.holds(row.key) && visit(row)
        })
    }

    /// Calls `visit` with the rows from the beginning of a block on, until it returns `false`.
    pub(super) fn visit_from(
        &self,
        first: u64,
        visit: &mut dyn FnMut(InventoryRow<'_>) -> bool,
    ) -> io::Result<()> {
        let mut reader = BlockReader::new();
        for at in first..self.blocks() {
            self.read(&mut reader, at)?;
            while reader.next()? {
                if !visit(reader.row()?) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The number of the last block whose first key is not greater than a key.
    fn block_of(&self, key: &str) -> io::Result<u64> {
        let mut reader = BlockReader::new();
        let (mut low, mut high) = (0, self.blocks());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            self.read(&mut reader, middle)?;
            match reader.next()? && reader.row()?.key <= key {
                true => low = middle,
                false => high = middle,
            }
        }
        Ok(low)
    }

    fn read(&self, reader: &mut BlockReader, at: u64) -> io::Result<()> {
        let file = self.file.as_ref().ok_or(io::ErrorKind::UnexpectedEof)?;
        reader.read(|block| file.file.read_exact_at(block, at * BLOCK as u64))
    }
}
