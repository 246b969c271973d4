//! What is kept of a log while it is read: its bytes as stored, in case something turns out to be the
//! matter, or the records in it that are looked for. The source is never read twice.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::base::gzip::inflate::{Chunks, Inflater, read_some};
use crate::cloudtrail::event::Event;
use crate::cloudtrail::event::record::{self, FoundEvents, Records};

/// Inflated bytes of one log held in memory; beyond that they go to an unlinked temporary file.
const INFLATED: usize = 256 << 10;
/// Stored bytes of all logs held in memory together, and of one of them in any case.
const STORED: (usize, usize) = (16 << 20, 4 << 10);

/// Stored bytes of a log that are read at one go, right to where they are kept.
const WHOLE: usize = 256 << 10;

/// Bytes of one block of the temporary file that holds what memory does not.
const BLOCK: usize = 64 << 10;

/// What to keep of a log that turns out to be as delivered.
#[derive(Clone, Copy)]
pub enum Keep<'a> {
    /// Nothing.
    Nothing,
    /// Its stored bytes.
    Stored,
    /// Those of its events that are looked for.
    Events(&'a EventPredicate<'a>),
}

/// Whether an event is looked for.
pub type EventPredicate<'a> = dyn Fn(&Event) -> bool + Sync + 'a;

/// What was kept of a log.
#[derive(Default)]
pub enum Kept {
    /// Nothing.
    #[default]
    Nothing,
    /// Its stored bytes.
    Stored(StoredLogBytes),
    /// Its events.
    Events(FoundEvents),
}

/// Takes what comes out of a log until its hash is known.
pub struct RetainedLog {
    /// What is held in memory: all of it, or nothing.
    text: Vec<u8>,
    file: Option<File>,
    trouble: bool,
    shelf: Arc<Shelf>,
}

impl Drop for RetainedLog {
    fn drop(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let mut texts = self.shelf.texts.lock().unwrap_or_else(|e| e.into_inner());
        texts.push(text);
    }
}

impl RetainedLog {
    /// Nothing yet.
    pub fn new(shelf: &Arc<Shelf>) -> Self {
        let text = shelf.texts.lock().unwrap_or_else(|e| e.into_inner()).pop();
        RetainedLog {
            text: text.unwrap_or_else(|| Vec::with_capacity(INFLATED)),
            file: None,
            trouble: false,
            shelf: Arc::clone(shelf),
        }
    }

    /// Takes some bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        self.trouble = self.trouble || self.put(bytes).is_err();
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            return file.write_all(bytes);
        }
        if self.text.len() + bytes.len() <= INFLATED {
            self.text.extend_from_slice(bytes);
            return Ok(());
        }
        let file = self.file.insert(tempfile::tempfile()?);
        file.write_all(&self.text)?;
        self.text.clear();
        file.write_all(bytes)
    }

    /// Reads the events in it, once its hash has matched.
    pub fn events(mut self, wanted: &EventPredicate<'_>) -> FoundEvents {
        let mut found = FoundEvents::default();
        let mut take = |event| {
            if wanted(&event) {
                found.events.push(event);
            }
        };
        let records = match &mut self.file {
            _ if self.trouble => Err(io::Error::other("it could not be kept")),
            Some(file) => file.rewind().map(|()| record::read(file, &mut take)),
            None => Ok(record::read_in_place(&mut self.text, &mut take)),
        };
        found.records = records.unwrap_or(Records {
            broken: true,
            ..Records::default()
        });
        found
    }
}

/// Where the stored bytes of all logs are kept: in memory, and beyond that in one unlinked temporary
/// file. It is one for all of them, as only so many files may be open.
#[derive(Default)]
pub struct Shelf {
    /// Bytes held in memory.
    held: AtomicUsize,
    spill: Mutex<Spill>,
    /// Buffers that logs were inflated to, to be used again.
    texts: Mutex<Vec<Vec<u8>>>,
    /// What stored bytes are inflated with.
    inflater: Mutex<Inflater>,
}

/// The temporary file, in blocks that are used again.
#[derive(Default)]
struct Spill {
    file: Option<File>,
    blocks: u64,
    free: Vec<u64>,
}

impl Spill {
    fn at(&mut self, block: u64) -> io::Result<&mut File> {
        if self.file.is_none() {
            self.file = Some(tempfile::tempfile()?);
        }
        let file = self.file.as_mut();
        let file = file.ok_or_else(|| io::Error::other("no temporary file"))?;
        file.seek(SeekFrom::Start(block * BLOCK as u64))?;
        Ok(file)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let block = self.free.last().copied().unwrap_or(self.blocks);
        self.at(block)?.write_all(bytes)?;
        if self.free.pop().is_none() {
            self.blocks += 1;
        }
        Ok(block)
    }
}

impl Shelf {
    fn spill(&self) -> std::sync::MutexGuard<'_, Spill> {
        self.spill.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// The stored bytes of one log.
pub struct StoredLogBytes {
    /// The first of them.
    bytes: Vec<u8>,
    /// Blocks of the temporary file that hold the next, and how many bytes in each.
    blocks: Vec<(u64, usize)>,
    /// Those that no block holds yet.
    rest: Vec<u8>,
    trouble: bool,
    shelf: Arc<Shelf>,
}

impl Drop for StoredLogBytes {
    fn drop(&mut self) {
        self.shelf
            .held
            .fetch_sub(self.bytes.len(), Ordering::Relaxed);
        if !self.blocks.is_empty() {
            let blocks = self.blocks.iter().map(|(block, _)| *block);
            self.shelf.spill().free.extend(blocks);
        }
    }
}

impl StoredLogBytes {
    /// Reads the events in it: these are the bytes whose hash has matched.
    pub fn events(self, limit: u64, wanted: &EventPredicate<'_>) -> FoundEvents {
        let mut inflated = RetainedLog::new(&self.shelf);
        inflated.trouble = self.trouble || self.inflate(limit, &mut inflated).is_err();
        inflated.events(wanted)
    }

    fn inflate(&self, limit: u64, inflated: &mut RetainedLog) -> io::Result<()> {
        let spilled = Spilled {
            stored: self,
            next: 0,
            block: Vec::new(),
            at: 0,
        };
        let mut body = self.bytes.as_slice().chain(spilled);
        let sink = &mut |bytes: &[u8]| inflated.take(bytes);
        let inflater = self.shelf.inflater.lock();
        let mut inflater = inflater.unwrap_or_else(|e| e.into_inner());
        inflater.run(&mut body, limit, sink).map(drop)
    }

    fn is_new(&self) -> bool {
        self.bytes.is_empty() && self.blocks.is_empty() && self.rest.is_empty()
    }

    /// Makes room in memory for so many bytes, if there is any.
    fn reserve(&mut self, size: usize) -> bool {
        let (all, each) = STORED;
        let held = &self.shelf.held;
        let together = held.load(Ordering::Relaxed) + size;
        let room = together <= all || size <= each;
        if room {
            self.bytes.reserve_exact(size);
        }
        room
    }

    /// Reads so many bytes to memory, and gives how many there were.
    fn fill(&mut self, body: &mut dyn Read, size: usize) -> io::Result<usize> {
        self.bytes.resize(size, 0);
        self.shelf.held.fetch_add(size, Ordering::Relaxed);
        let mut filled = 0;
        while filled < size {
            match read_some(body, &mut self.bytes[filled..])? {
                0 => break,
                n => filled += n,
            }
        }
        self.shelf.held.fetch_sub(size - filled, Ordering::Relaxed);
        self.bytes.truncate(filled);
        Ok(filled)
    }

    /// Takes some bytes.
    fn take(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let (all, each) = STORED;
        if self.blocks.is_empty() && self.rest.is_empty() {
            let held = &self.shelf.held;
            let together = held.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
            if together <= all || self.bytes.len() + bytes.len() <= each {
                self.bytes.extend_from_slice(bytes);
                return Ok(());
            }
            held.fetch_sub(bytes.len(), Ordering::Relaxed);
        }
        while !bytes.is_empty() {
            let (some, later) = bytes.split_at(bytes.len().min(BLOCK - self.rest.len()));
            self.rest.extend_from_slice(some);
            bytes = later;
            if self.rest.len() == BLOCK {
                self.write()?;
            }
        }
        Ok(())
    }

    /// Writes what no block holds yet.
    fn write(&mut self) -> io::Result<()> {
        if !self.rest.is_empty() {
            let block = self.shelf.spill().put(&self.rest)?;
            self.blocks.push((block, self.rest.len()));
            self.rest.clear();
        }
        Ok(())
    }
}

/// Reads what of a log lies in the temporary file.
struct Spilled<'s> {
    stored: &'s StoredLogBytes,
    next: usize,
    block: Vec<u8>,
    at: usize,
}

impl Read for Spilled<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.block.len() {
            let Some((block, length)) = self.stored.blocks.get(self.next).copied() else {
                return Ok(0);
            };
            self.next += 1;
            self.block.resize(length, 0);
            self.at = 0;
            let mut spill = self.stored.shelf.spill();
            spill.at(block)?.read_exact(&mut self.block)?;
        }
        let mut left = &self.block[self.at..];
        let n = left.read(buffer)?;
        self.at += n;
        Ok(n)
    }
}

/// Keeps what is read.
pub struct Keeping<'a> {
    body: &'a mut dyn Read,
    /// How many bytes there are, where the source said so.
    size: Option<u64>,
    stored: StoredLogBytes,
}

impl<'a> Keeping<'a> {
    /// Keeps what is read of `body`.
    pub fn new(body: &'a mut dyn Read, size: Option<u64>, shelf: &Arc<Shelf>) -> Self {
        let stored = StoredLogBytes {
            bytes: Vec::new(),
            blocks: Vec::new(),
            rest: Vec::new(),
            trouble: false,
            shelf: Arc::clone(shelf),
        };
        Keeping { body, size, stored }
    }

    /// What was read.
    pub fn into_stored(mut self) -> StoredLogBytes {
        let written = self.stored.write();
        self.stored.trouble |= written.is_err();
        self.stored.rest = Vec::new();
        self.stored
    }
}

impl Chunks for Keeping<'_> {
    fn next<'c>(&'c mut self, buffer: &'c mut [u8]) -> io::Result<&'c [u8]> {
        // Read to where it is kept; what is larger, or more than was said, is copied.
        let small = self.size.and_then(|size| usize::try_from(size).ok());
        if let Some(size) = small.filter(|size| (1..=WHOLE).contains(size) && self.stored.is_new())
            && self.stored.reserve(size)
        {
            let n = self.stored.fill(self.body, size)?;
            return Ok(&self.stored.bytes[..n]);
        }
        let n = read_some(self.body, buffer)?;
        if !self.stored.trouble {
            self.stored.trouble = self.stored.take(&buffer[..n]).is_err();
        }
        Ok(&buffer[..n])
    }
}
