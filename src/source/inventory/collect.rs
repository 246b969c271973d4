//! Reads all files of an inventory, several at a time, and sorts their rows.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::blocks::{BLOCK, BlockWriter};
use super::error::InventoryError;
use super::files::InventoryFiles;
use super::manifest::InventoryManifest;
use super::merge::Runs;
use super::row::InventoryRow;
use super::rows::for_each_row;
use super::sorted::{BlockFile, SortedRows};
use crate::base::cancel::CancelFlag;
use crate::base::limits::Limits;
use crate::base::spool::TemporaryFile;
use crate::base::text::plural;
use crate::source::ListedFacts;

/// Bytes of rows that all workers together hold before they sort and write them.
pub const SORTED_AT_ONCE: usize = 64 << 20;

/// What all workers share.
struct Collecting<'a> {
    manifest: &'a InventoryManifest,
    files: &'a dyn InventoryFiles,
    limits: &'a Limits,
    stop: &'a CancelFlag,
    /// The number of the next file.
    next: AtomicUsize,
    /// Whether one of them failed.
    failed: AtomicBool,
    runs: Mutex<Runs>,
}

/// The current objects of an inventory in the order of their keys. At most `at_once` bytes of them are in memory.
///
/// # Errors
/// If a file cannot be read or is not as the manifest says, or there is no room for temporary files.
pub fn collect(
    manifest: &InventoryManifest,
    files: &dyn InventoryFiles,
    (limits, at_once): (&Limits, usize),
    stop: &CancelFlag,
) -> Result<SortedRows, InventoryError> {
    let file = BlockFile {
        file: TemporaryFile::new().map_err(InventoryError::Temporary)?,
        blocks: 0,
    };
    let work = Collecting {
        manifest,
        files,
        limits,
        stop,
        next: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
        runs: Mutex::new(Runs {
            file,
            runs: Vec::new(),
            rows: 0,
        }),
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let workers = cores.min(manifest.files.len()).max(1);
    let room = at_once / workers;
    let read = thread::scope(|scope| {
        let others: Vec<_> = (1..workers)
            // Where no thread can be started, the others do its work.
            .filter_map(|_| {
                let builder = thread::Builder::new();
                builder.spawn_scoped(scope, || work.run(room)).ok()
            })
            .collect();
        let mut read = work.run(room);
        for other in others {
            let result = other.join();
            let result = result.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            read = read.and(result);
        }
        read
    });
    read?;
    let runs = work.runs.into_inner().unwrap_or_else(|e| e.into_inner());
    runs.merged(stop)
}

impl Collecting<'_> {
    /// Reads files until none is left, or a worker failed.
    fn run(&self, room: usize) -> Result<(), InventoryError> {
        let mut held = HeldRows::new(room);
        let mut read = || {
            while !self.failed.load(Ordering::Relaxed) {
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                let Some(file) = self.manifest.files.get(number) else {
                    break;
                };
                let mut each = |row: InventoryRow<'_>| {
                    if let Some(reason) = self.stop.reason() {
                        return Err(InventoryError::Cancelled(reason));
                    }
                    if !held.add(row) {
                        self.write(&mut held)?;
                        held.add(row);
                    }
                    Ok(())
                };
                for_each_row(self.manifest, file, self.files, self.limits, &mut each)?;
            }
            self.write(&mut held)
        };
        let result = read();
        if result.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Writes the rows held as one sorted run.
    fn write(&self, held: &mut HeldRows) -> Result<(), InventoryError> {
        held.sort();
        let mut block = BlockWriter::new();
        let mut runs = self.runs.lock().unwrap_or_else(|e| e.into_inner());
        let Runs { file, runs, rows } = &mut *runs;
        let first = file.blocks;
        let mut end_block = |block: &mut BlockWriter| {
            let at = file.blocks * BLOCK as u64;
            if at >= self.limits.inventory_spooled {
                let most = self.limits.inventory_spooled;
                let why = format!("its rows take more than {} on disk", plural(most, "byte"));
                return Err(InventoryError::TooLarge(why));
            }
            let written = file.file.write_all_at(&block.take(), at);
            written.map_err(InventoryError::Temporary)?;
            file.blocks += 1;
            Ok(())
        };
        for row in held.rows() {
            if !block.add(row) {
                end_block(&mut block)?;
                block.add(row);
            }
            *rows += 1;
        }
        if !block.is_empty() {
            end_block(&mut block)?;
        }
        if file.blocks > first {
            runs.push(first..file.blocks);
        }
        held.clear();
        Ok(())
    }
}

/// Rows that wait to be sorted.
struct HeldRows {
    keys: Vec<u8>,
    rows: Vec<HeldRow>,
    /// Bytes that they may take.
    room: usize,
}

#[derive(Clone, Copy)]
struct HeldRow {
    from: u32,
    length: u16,
    facts: ListedFacts,
}

impl HeldRow {
    fn key<'k>(&self, keys: &'k [u8]) -> &'k [u8] {
        let from = self.from as usize;
        keys.get(from..from + usize::from(self.length))
            .unwrap_or_default()
    }
}

impl HeldRows {
    fn new(room: usize) -> Self {
        HeldRows {
            keys: Vec::new(),
            rows: Vec::new(),
            room: room.min(u32::MAX as usize),
        }
    }

    /// Adds a row. `false` if there is no room, unless it is the first one.
    fn add(&mut self, row: InventoryRow<'_>) -> bool {
        let taken = self.keys.len() + size_of_val(self.rows.as_slice());
        let wanted = row.key.len() + size_of::<HeldRow>();
        let length = u16::try_from(row.key.len());
        let (Ok(from), Ok(length)) = (u32::try_from(self.keys.len()), length) else {
            return false;
        };
        if taken + wanted > self.room && !self.rows.is_empty() {
            return false;
        }
        self.keys.extend_from_slice(row.key.as_bytes());
        self.rows.push(HeldRow {
            from,
            length,
            facts: row.facts,
        });
        true
    }

    /// Sorts them by their keys. Of several with one key the latest stays.
    fn sort(&mut self) {
        let HeldRows { keys, rows, .. } = self;
        let order = |row: &HeldRow| (row.key(keys), row.facts.modified, row.facts.size);
        rows.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        // Of two alike the second stays.
        rows.reverse();
        rows.dedup_by(|next, kept| next.key(keys) == kept.key(keys));
        rows.reverse();
    }

    fn rows(&self) -> impl Iterator<Item = InventoryRow<'_>> {
        let row = |row: &HeldRow| {
            // They were text when they were added.
            let key = std::str::from_utf8(row.key(&self.keys)).ok()?;
            let facts = row.facts;
            Some(InventoryRow { key, facts })
        };
        self.rows.iter().filter_map(row)
    }

    fn clear(&mut self) {
        self.keys.clear();
        self.rows.clear();
    }
}
