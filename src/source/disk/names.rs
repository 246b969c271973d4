//! Sorts the names of one folder in bounded memory: what does not fit is written to an unlinked temporary file
//! in sorted runs, and merged from there. So a folder of any size is read once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use super::entry::{DiskEntry, EntryKind, REFUSED};
use crate::base::limits::Limits;
use crate::base::spool::TemporaryFile;
use crate::source::GetError;

/// Bytes of all runs together that are held while they are merged.
const BUFFERS: usize = 4 << 20;
/// Least and most bytes held of one run. The longest name with its kind is shorter.
const BUFFER: (usize, usize) = (1 << 10, 64 << 10);

/// The names of a folder on their way to their order.
pub(super) struct NameSorter<'l> {
    limits: &'l Limits,
    held: Vec<DiskEntry>,
    spilled: Option<SpilledRuns>,
}

/// Sorted runs in one temporary file.
struct SpilledRuns {
    file: TemporaryFile,
    /// Where each run ends. It begins where the one before it ends.
    ends: Vec<u64>,
}

impl<'l> NameSorter<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        NameSorter {
            limits,
            held: Vec::new(),
            spilled: None,
        }
    }

    /// Adds a name. At most [`Limits::names_at_once`] are held.
    pub(super) fn add(&mut self, entry: DiskEntry) -> Result<(), GetError> {
        if self.held.len() >= self.limits.names_at_once {
            self.spill()?;
        }
        self.held.push(entry);
        Ok(())
    }

    /// Calls `page` with the names in order, some at a time, and with whether there are more. Stops once `page`
    /// returns `false`.
    pub(super) fn pages(
        mut self,
        mut page: impl FnMut(&[DiskEntry], bool) -> Result<bool, GetError>,
    ) -> Result<(), GetError> {
        if self.spilled.is_some() {
            self.spill()?;
        }
        let Some(spilled) = self.spilled else {
            self.held.sort_unstable();
            // A folder that changes while it is read may return a name twice.
            self.held.dedup_by(|b, a| a.sort == b.sort);
            return page(&self.held, false).map(|_| ());
        };
        // Its memory serves for the pages.
        let mut held = self.held;
        let mut merged = MergedRuns::new(&spilled).map_err(|e| temporary(&e))?;
        let mut next = merged.next().map_err(|e| temporary(&e))?;
        while let Some(entry) = next {
            held.push(entry);
            next = merged.next().map_err(|e| temporary(&e))?;
            if next.is_none() || held.len() >= self.limits.names_at_once {
                if !page(&held, next.is_some())? {
                    break;
                }
                held.clear();
            }
        }
        Ok(())
    }

    /// Writes the names held as one sorted run.
    fn spill(&mut self) -> Result<(), GetError> {
        self.held.sort_unstable();
        let mut run = Vec::new();
        for entry in self.held.drain(..) {
            encode(&entry, &mut run);
        }
        let spilled = match &mut self.spilled {
            Some(spilled) => spilled,
            none => none.insert(SpilledRuns {
                file: TemporaryFile::new().map_err(|e| temporary(&e))?,
                ends: Vec::new(),
            }),
        };
        let at = spilled.ends.last().copied().unwrap_or_default();
        let end = at + run.len() as u64;
        if end > self.limits.names_spooled {
            return Err(GetError::Io(format!(
                "its names take more than {} bytes",
                self.limits.names_spooled
            )));
        }
        let written = spilled.file.write_all_at(&run, at);
        written.map_err(|e| temporary(&e))?;
        spilled.ends.push(end);
        Ok(())
    }
}

/// The error of the temporary file that names are sorted in.
fn temporary(error: &io::Error) -> GetError {
    GetError::Io(format!("its names could not be sorted ({error})"))
}

/// Appends an entry: its length in two bytes, its kind in one, its name.
fn encode(entry: &DiskEntry, run: &mut Vec<u8>) {
    let kind = match entry.kind {
        EntryKind::Folder => 0,
        EntryKind::File => 1,
        EntryKind::Refused(why) => {
            let at = REFUSED.iter().position(|word| *word == why);
            2 + at.unwrap_or_default() as u8
        }
    };
    // The name of a file has at most some thousand bytes on any system.
    run.extend_from_slice(&(entry.sort.len() as u16).to_le_bytes());
    run.push(kind);
    run.extend_from_slice(entry.sort.as_bytes());
}

/// The entries of sorted runs in one order.
struct MergedRuns<'s> {
    runs: Vec<RunReader<'s>>,
    /// The first entry of each run that is not at its end.
    heads: BinaryHeap<Reverse<(DiskEntry, usize)>>,
    last: String,
}

impl<'s> MergedRuns<'s> {
    fn new(spilled: &'s SpilledRuns) -> io::Result<Self> {
        let share = BUFFERS / spilled.ends.len().max(1);
        let size = share.clamp(BUFFER.0, BUFFER.1);
        let mut merged = MergedRuns {
            runs: Vec::new(),
            heads: BinaryHeap::new(),
            last: String::new(),
        };
        let mut at = 0;
        for (number, end) in spilled.ends.iter().enumerate() {
            let mut run = RunReader {
                file: &spilled.file,
                at,
                end: *end,
                size,
                buffer: Vec::new(),
                read: 0,
            };
            let first = run.next()?;
            merged.heads.extend(first.map(|e| Reverse((e, number))));
            merged.runs.push(run);
            at = *end;
        }
        Ok(merged)
    }

    fn next(&mut self) -> io::Result<Option<DiskEntry>> {
        while let Some(Reverse((entry, number))) = self.heads.pop() {
            let next = self.runs[number].next()?;
            self.heads.extend(next.map(|e| Reverse((e, number))));
            if self.last != entry.sort {
                self.last.clone_from(&entry.sort);
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

/// Reads one run.
struct RunReader<'s> {
    file: &'s TemporaryFile,
    /// Where the next bytes of the run are, and where it ends.
    at: u64,
    end: u64,
    /// How many bytes are read at a time.
    size: usize,
    buffer: Vec<u8>,
    /// How many bytes of the buffer were taken.
    read: usize,
}

impl RunReader<'_> {
    fn next(&mut self) -> io::Result<Option<DiskEntry>> {
        let Some(&[low, high, kind]) = self.take(3)?.and_then(|head| head.first_chunk()) else {
            return Ok(None);
        };
        let length = usize::from(u16::from_le_bytes([low, high]));
        let Some(name) = self.take(length)? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let sort = String::from_utf8(name.to_vec()).map_err(io::Error::other)?;
        let kind = match kind {
            0 => EntryKind::Folder,
            1 => EntryKind::File,
            at => EntryKind::Refused(REFUSED.get(usize::from(at) - 2).unwrap_or(&REFUSED[0])),
        };
        Ok(Some(DiskEntry { sort, kind }))
    }

    /// The next bytes of the run; `None` at its end.
    fn take(&mut self, count: usize) -> io::Result<Option<&[u8]>> {
        if self.buffer.len() - self.read < count {
            self.fill(count)?;
        }
        let from = self.read;
        let taken = self.buffer.get(from..from + count);
        self.read += taken.map_or(0, <[u8]>::len);
        Ok(taken)
    }

    /// Reads on, so that the buffer holds `count` bytes if the run has them.
    fn fill(&mut self, count: usize) -> io::Result<()> {
        self.buffer.drain(..self.read);
        self.read = 0;
        let held = self.buffer.len();
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let more = self.size.max(count).saturating_sub(held).min(left);
        self.buffer.resize(held + more, 0);
        self.file.read_exact_at(&mut self.buffer[held..], self.at)?;
        self.at += more as u64;
        Ok(())
    }
}
