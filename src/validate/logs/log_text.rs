//! The inflated text of one log, kept until its hash has matched. Only then are its records read.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};

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
    file: Option<File>,
    failed: bool,
}

impl LogText {
    /// Empties it, and keeps its buffer.
    pub fn clear(&mut self) {
        self.text.clear();
        self.file = None;
        self.failed = false;
    }

    /// Appends some text. Trouble with the temporary file shows when the records are read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.failed = self.failed || self.write(bytes).is_err();
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
        let file = self.file.insert(tempfile::tempfile()?);
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
        let records = match &mut self.file {
            _ if self.failed => None,
            Some(file) => file.rewind().ok().map(|()| record::read(file, &mut take)),
            None => Some(record::read_in_place(&mut self.text, &mut take)),
        };
        found.records = records.unwrap_or_else(unreadable);
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
