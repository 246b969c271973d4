//! The inflated text of one log, kept until its hash has matched. Only then are its records read.

use std::io::{self, Seek as _, Write as _};

use crate::base::error::words;
use crate::base::spool::TemporaryFile;
use crate::cloudtrail::event::Event;
use crate::cloudtrail::event::record::{self, FoundEvents, Records};

/// Bytes of text in memory. A longer text goes to an unlinked temporary file.
const IN_MEMORY: usize = 256 << 10;

/// Whether an event is wanted.
pub(crate) type EventPredicate<'a> = dyn Fn(&Event) -> bool + Sync + 'a;

/// The text of one log. Its buffer is used again for other logs.
#[derive(Default)]
pub(crate) struct LogText {
    /// All of the text, or nothing if it is in the file.
    text: Vec<u8>,
    file: Option<TemporaryFile>,
    /// Why the text could not be kept.
    lost: Option<String>,
}

impl LogText {
    /// Empties it, and keeps its buffer.
    pub fn clear(&mut self) {
        self.text.clear();
        self.file = None;
        self.lost = None;
    }

    /// Appends some text. Trouble with the temporary file shows when the records are read.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.lost.is_none() {
            self.lost = self.write(bytes).err().map(|e| words(&e));
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            return file.write_all(bytes);
        }
        if self.text.len() + bytes.len() <= IN_MEMORY {
            self.text.reserve_exact(match self.text.capacity() {
                0 => IN_MEMORY,
                _ => bytes.len(),
            });
            self.text.extend_from_slice(bytes);
            return Ok(());
        }
        let file = self.file.insert(TemporaryFile::new()?);
        file.write_all(&self.text)?;
        self.text.clear();
        file.write_all(bytes)
    }

    /// Reads the wanted events. To be called once the hash of the text has matched.
    pub fn events(&mut self, wanted: &EventPredicate<'_>) -> FoundEvents {
        let mut found = FoundEvents::default();
        let mut take = |event| {
            if wanted(&event) {
                found.events.push(event);
            }
        };
        let records = match (&mut self.file, self.lost.take()) {
            (_, Some(why)) => Err(why),
            (Some(file), None) => match file.rewind() {
                Ok(()) => Ok(record::read(file, &mut take)),
                Err(e) => Err(words(&e)),
            },
            (None, None) => Ok(record::read_in_place(&mut self.text, &mut take)),
        };
        match records {
            Ok(records) => found.records = records,
            Err(why) => {
                found.records = unreadable();
                found.lost = Some(why);
            }
        }
        found
    }
}

/// The records of a log that cannot be read.
pub(crate) fn unreadable() -> Records {
    Records {
        broken: true,
        ..Records::default()
    }
}
