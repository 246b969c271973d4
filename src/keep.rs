//! What is kept of a log while it is read: its bytes as stored, in case something turns out to be the
//! matter, or the records in it that are looked for. The source is never read twice.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::SpooledTempFile;

use crate::inflate::Inflater;
use crate::record::{self, Event, Records};

/// Inflated bytes of one log held in memory; beyond that they go to an unlinked temporary file.
const INFLATED: usize = 256 << 10;
/// Stored bytes of all logs held in memory together, and of one of them in any case.
const STORED: (usize, usize) = (16 << 20, 4 << 10);

/// What to keep of a log that turns out to be as delivered.
#[derive(Clone, Copy)]
pub enum Keep<'a> {
    /// Nothing.
    Nothing,
    /// Its stored bytes.
    Stored,
    /// Those of its events that are looked for.
    Events(&'a Wanted<'a>),
}

/// Whether an event is looked for.
pub type Wanted<'a> = dyn Fn(&Event) -> bool + Sync + 'a;

/// What was kept of a log.
#[derive(Default)]
pub enum Kept {
    /// Nothing.
    #[default]
    Nothing,
    /// Its stored bytes.
    Stored(Stored),
    /// Its events.
    Events(Found),
}

/// Events found in one log.
#[derive(Debug, Default)]
pub struct Found {
    /// Those that are looked for.
    pub events: Vec<Event>,
    /// How its records could be read.
    pub records: Records,
}

/// Takes what comes out of a log until its hash is known.
pub struct Inflated {
    file: SpooledTempFile,
    trouble: bool,
}

impl Default for Inflated {
    fn default() -> Self {
        let file = SpooledTempFile::new(INFLATED);
        Inflated {
            file,
            trouble: false,
        }
    }
}

impl Inflated {
    /// Takes some bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        self.trouble |= self.file.write_all(bytes).is_err();
    }

    /// Reads the events in it, once its hash has matched.
    pub fn events(mut self, wanted: &Wanted<'_>) -> Found {
        let mut found = Found::default();
        if self.trouble || self.file.rewind().is_err() {
            found.records.broken = true;
            return found;
        }
        let mut reader = BufReader::new(self.file);
        found.records = record::read(&mut reader, &mut |event| {
            if wanted(&event) {
                found.events.push(event);
            }
        });
        found
    }
}

/// The stored bytes of one log.
pub struct Stored {
    bytes: Vec<u8>,
    more: Option<File>,
    trouble: bool,
    /// What all logs together hold in memory.
    held: Arc<AtomicUsize>,
}

impl Drop for Stored {
    fn drop(&mut self) {
        self.held.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

impl Stored {
    /// Reads the events in it: these are the bytes whose hash has matched.
    pub fn events(mut self, limit: u64, wanted: &Wanted<'_>) -> Found {
        let mut inflated = Inflated::default();
        inflated.trouble = self.trouble || self.inflate(limit, &mut inflated).is_err();
        inflated.events(wanted)
    }

    fn inflate(&mut self, limit: u64, inflated: &mut Inflated) -> io::Result<()> {
        let mut rest: Box<dyn Read> = match self.more.take() {
            Some(mut file) => {
                file.rewind()?;
                Box::new(file)
            }
            None => Box::new(io::empty()),
        };
        let mut body = self.bytes.as_slice().chain(&mut rest);
        let sink = &mut |bytes: &[u8]| inflated.take(bytes);
        Inflater::default().run(&mut body, limit, sink).map(drop)
    }

    /// Takes some bytes.
    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (all, each) = STORED;
        if self.more.is_none() {
            let together = self.held.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
            if together <= all || self.bytes.len() + bytes.len() <= each {
                self.bytes.extend_from_slice(bytes);
                return Ok(());
            }
            self.held.fetch_sub(bytes.len(), Ordering::Relaxed);
        }
        let file = match &mut self.more {
            Some(file) => file,
            None => self.more.insert(tempfile::tempfile()?),
        };
        file.write_all(bytes)
    }
}

/// Copies what is read.
pub struct Tee<'a> {
    body: &'a mut dyn Read,
    stored: Stored,
}

impl<'a> Tee<'a> {
    /// Copies what is read of `body`; `held` is what all logs together hold in memory.
    pub fn new(body: &'a mut dyn Read, held: &Arc<AtomicUsize>) -> Self {
        let stored = Stored {
            bytes: Vec::new(),
            more: None,
            trouble: false,
            held: Arc::clone(held),
        };
        Tee { body, stored }
    }

    /// What was read.
    pub fn into_stored(self) -> Stored {
        self.stored
    }
}

impl Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.body.read(buffer)?;
        if !self.stored.trouble {
            self.stored.trouble = self.stored.take(&buffer[..n]).is_err();
        }
        Ok(n)
    }
}
