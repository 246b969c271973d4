//! Merges sorted runs of rows into one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::ops::Range;

use jiff::Timestamp;

use super::blocks::{BLOCK, BlockReader, BlockWriter};
use super::error::InventoryError;
use super::row::InventoryRow;
use super::sorted::{BlockFile, SortedRows};
use crate::base::cancel::CancelFlag;
use crate::base::spool::TemporaryFile;
use crate::source::ListedFacts;

/// Runs that are merged at a time. Each holds one block.
const AT_ONCE: usize = 128;

/// Sorted runs in one file, each with the numbers of its blocks.
pub(super) struct Runs {
    pub file: BlockFile,
    pub runs: Vec<Range<u64>>,
    /// Rows of all runs.
    pub rows: u64,
}

/// Writes blocks to the end of a file.
struct BlockFileWriter {
    file: BlockFile,
    block: BlockWriter,
    rows: u64,
}

impl BlockFileWriter {
    fn new() -> io::Result<Self> {
        Ok(BlockFileWriter {
            file: BlockFile {
                file: TemporaryFile::new()?,
                blocks: 0,
            },
            block: BlockWriter::new(),
            rows: 0,
        })
    }

    fn add(&mut self, row: InventoryRow<'_>) -> io::Result<()> {
        if !self.block.add(row) {
            self.end_block()?;
            self.block.add(row);
        }
        self.rows += 1;
        Ok(())
    }

    fn end_block(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let block = self.block.take();
        let at = self.file.blocks * BLOCK as u64;
        self.file.file.write_all_at(&block, at)?;
        self.file.blocks += 1;
        Ok(())
    }
}

impl Runs {
    /// One sorted run of all rows. Of several rows with one key the latest stays.
    pub fn merged(mut self, stop: &CancelFlag) -> Result<SortedRows, InventoryError> {
        while self.runs.len() > 1 {
            if let Some(reason) = stop.reason() {
                return Err(InventoryError::Cancelled(reason));
            }
            self = self.merge_once().map_err(InventoryError::Temporary)?;
        }
        Ok(match self.runs.is_empty() {
            true => SortedRows::none(),
            false => SortedRows::new(self.file, self.rows),
        })
    }

    /// Merges some runs at a time into a new file.
    fn merge_once(self) -> io::Result<Self> {
        let mut out = BlockFileWriter::new()?;
        let mut runs = Vec::new();
        for group in self.runs.chunks(AT_ONCE) {
            let first = out.file.blocks;
            merge(&self.file.file, group, &mut out)?;
            out.end_block()?;
            runs.push(first..out.file.blocks);
        }
        Ok(Runs {
            file: out.file,
            runs,
            rows: out.rows,
        })
    }
}

/// Merges some runs.
fn merge(file: &TemporaryFile, runs: &[Range<u64>], out: &mut BlockFileWriter) -> io::Result<()> {
    let mut readers: Vec<SortedRunReader<'_>> = runs
        .iter()
        .map(|blocks| SortedRunReader::new(file, blocks.clone()))
        .collect();
    let mut heads = BinaryHeap::new();
    for (number, reader) in readers.iter_mut().enumerate() {
        if reader.next()? {
            heads.push(Reverse(reader.head(number, Vec::new())?));
        }
    }
    // The latest of the rows with the key in hand.
    let mut last: Option<RunHead> = None;
    while let Some(Reverse(head)) = heads.pop() {
        let number = head.number;
        let is_other = last.as_ref().is_some_and(|last| last.key != head.key);
        let spare = match last.replace(head) {
            Some(before) if is_other => {
                out.add(before.row()?)?;
                before.key
            }
            before => before.map_or_else(Vec::new, |before| before.key),
        };
        let reader = &mut readers[number];
        if reader.next()? {
            heads.push(Reverse(reader.head(number, spare)?));
        }
    }
    match last {
        Some(last) => out.add(last.row()?),
        None => Ok(()),
    }
}

/// The first row of a run that is not merged yet. Rows with one key come in the order of their times.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct RunHead {
    key: Vec<u8>,
    modified: Option<Timestamp>,
    size: Option<u64>,
    number: usize,
}

impl RunHead {
    fn row(&self) -> io::Result<InventoryRow<'_>> {
        let key = std::str::from_utf8(&self.key).map_err(io::Error::other)?;
        let facts = ListedFacts {
            modified: self.modified,
            size: self.size,
        };
        Ok(InventoryRow { key, facts })
    }
}

/// Reads one run.
struct SortedRunReader<'f> {
    file: &'f TemporaryFile,
    blocks: Range<u64>,
    block: BlockReader,
}

impl<'f> SortedRunReader<'f> {
    fn new(file: &'f TemporaryFile, blocks: Range<u64>) -> Self {
        SortedRunReader {
            file,
            blocks,
            block: BlockReader::new(),
        }
    }

    /// Goes to the next row. `false` at the end of the run.
    fn next(&mut self) -> io::Result<bool> {
        while !self.block.next()? {
            let Some(at) = self.blocks.next() else {
                return Ok(false);
            };
            let file = self.file;
            self.block
                .read(|block| file.read_exact_at(block, at * BLOCK as u64))?;
        }
        Ok(true)
    }

    /// Its row, in a spare key.
    fn head(&self, number: usize, mut key: Vec<u8>) -> io::Result<RunHead> {
        let row = self.block.row()?;
        key.clear();
        key.extend_from_slice(row.key.as_bytes());
        Ok(RunHead {
            key,
            modified: row.facts.modified,
            size: row.facts.size,
            number,
        })
    }
}
