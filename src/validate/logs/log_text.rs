//! The inflated text of one log, kept until its hash has matched. Only then are its records read.

use std::io::{self, Seek as _, Write as _};

use crate::base::error::words;
use crate::base::gzip::inflate::{ContentChunk, INFLATED};
use crate::base::spool::TemporaryFile;
use crate::cloudtrail::event::Event;
use crate::cloudtrail::event::record::{self, FoundEvents, Records};

/// Bytes of a text in memory that is kept for its events. A longer text goes to an unlinked temporary file.
pub(crate) const IN_MEMORY: usize = INFLATED;

/// Whether an event is wanted.
pub(crate) type EventPredicate<'a> = dyn Fn(&Event) -> bool + Sync + 'a;

/// The text of one log. Its buffer is used again for other logs.
#[derive(Default)]
pub struct LogText {
    /// All of the text, or nothing if it is in the file.
    text: Vec<u8>,
    file: Option<TemporaryFile>,
    /// Bytes of it that may be in memory until its log is judged.
    room: usize,
    /// Bytes of it.
    size: u64,
    /// Why the text could not be kept.
    lost: Option<String>,
}

impl LogText {
    /// Empties it, and keeps its buffer. From now on it may take some `room` in memory.
    pub(crate) fn clear(&mut self, room: usize) {
        self.text.clear();
        self.text.shrink_to(room);
        self.file = None;
        self.room = room;
        self.size = 0;
        self.lost = None;
    }

    /// Appends some text. Trouble with the temporary file shows when the records are read.
    pub(crate) fn push(&mut self, chunk: ContentChunk<'_>) {
        let is_first = self.size == 0;
        let length = chunk.bytes().len();
        self.size += length as u64;
        match chunk {
            // Most texts are one chunk.
            ContentChunk::Inflated(bytes) if is_first && length <= self.room => {
                std::mem::swap(&mut self.text, bytes);
            }
            chunk if self.lost.is_none() => {
                self.lost = self.write(chunk.bytes()).err().map(|e| words(&e));
            }
            _ => {}
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            return file.write_all(bytes);
        }
        if self.text.len() + bytes.len() <= self.room {
            if self.text.capacity() == 0 {
                self.text.reserve_exact(IN_MEMORY);
            }
            self.text.extend_from_slice(bytes);
            return Ok(());
        }
        let file = self.file.insert(TemporaryFile::new()?);
        file.write_all(&self.text)?;
        self.text.clear();
        file.write_all(bytes)
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether it is too long to be kept in memory with those of other logs.
    pub fn is_long(&self) -> bool {
        self.file.is_some()
    }

    /// The complete text, in memory. It may be changed or taken: nothing else reads it afterwards.
    ///
    /// # Errors
    /// Why it could not be kept.
    pub fn bytes(&mut self) -> Result<&mut Vec<u8>, String> {
        if let Some(mut file) = self.file.take() {
            let read = file.read_all(&mut self.text);
            self.lost = self.lost.take().or(read.err().map(|e| words(&e)));
        }
        match &self.lost {
            Some(why) => Err(why.clone()),
            None => Ok(&mut self.text),
        }
    }

    /// Reads the wanted events. To be called once the hash of the text has matched. It changes the text, unless it
    /// is `kept` for others.
    pub(crate) fn events(&mut self, wanted: &EventPredicate<'_>, kept: bool) -> FoundEvents {
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
            (None, None) if kept => Ok(record::read_in_place(&mut self.text.clone(), &mut take)),
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
