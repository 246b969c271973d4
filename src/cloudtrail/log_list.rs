//! The logs that a digest lists: in memory, or in a temporary file where they are too many.

use std::borrow::Cow;
use std::io;

use serde::{Deserialize, Serialize};

use crate::base::sha256::Sha256;
use crate::base::spool::Spool;

/// Entries in one block of a list that is in a temporary file.
const BLOCK: usize = 1024;

/// A digest's entry for one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// The log's bucket.
    pub bucket: String,
    /// The log's key.
    pub key: String,
    /// SHA-256 of the log's uncompressed bytes, or the name of another algorithm.
    pub hash: Result<Sha256, String>,
}

/// The logs that a digest lists, in its order.
#[derive(Debug)]
pub struct LogList(Kept);

#[derive(Debug)]
enum Kept {
    InMemory(Vec<LogEntry>),
    Spooled {
        spool: Spool,
        /// Where each block begins.
        blocks: Vec<u64>,
        count: usize,
    },
}

impl From<Vec<LogEntry>> for LogList {
    fn from(logs: Vec<LogEntry>) -> Self {
        LogList(Kept::InMemory(logs))
    }
}

impl LogList {
    /// How many logs it has.
    pub fn len(&self) -> usize {
        match &self.0 {
            Kept::InMemory(logs) => logs.len(),
            Kept::Spooled { count, .. } => *count,
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All logs, in blocks that fit into memory; none of them is empty.
    ///
    /// An item is an error if the temporary file cannot be read.
    pub fn blocks(&self) -> impl Iterator<Item = io::Result<Cow<'_, [LogEntry]>>> {
        let (in_memory, spooled) = match &self.0 {
            Kept::InMemory(logs) => (Some(&logs[..]), None),
            Kept::Spooled { spool, blocks, .. } => (None, Some((spool, blocks))),
        };
        let in_memory = in_memory.filter(|logs| !logs.is_empty());
        let spooled = spooled.into_iter().flat_map(|(spool, blocks)| {
            blocks.iter().map(|at| {
                let bytes = spool.read(*at)?;
                let stored: Vec<StoredLog> =
                    postcard::from_bytes(&bytes).map_err(io::Error::other)?;
                Ok(Cow::Owned(restored("", "", stored)))
            })
        });
        let in_memory = in_memory.map(|logs| Ok(Cow::Borrowed(logs)));
        in_memory.into_iter().chain(spooled)
    }
}

/// Writes a list to a temporary file.
#[derive(Default)]
pub(super) struct LogListWriter {
    spool: Spool,
    blocks: Vec<u64>,
    count: usize,
    /// The block that is not written yet.
    block: Vec<LogEntry>,
}

impl LogListWriter {
    /// Adds a log.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub fn add(&mut self, log: LogEntry) -> io::Result<()> {
        self.block.push(log);
        self.count += 1;
        match self.block.len() {
            BLOCK => self.write_block(),
            _ => Ok(()),
        }
    }

    /// The list.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub fn finish(mut self) -> io::Result<LogList> {
        if !self.block.is_empty() {
            self.write_block()?;
        }
        Ok(LogList(Kept::Spooled {
            spool: self.spool,
            blocks: self.blocks,
            count: self.count,
        }))
    }

    fn write_block(&mut self) -> io::Result<()> {
        let stored = stored("", "", self.block.iter());
        let bytes = postcard::to_stdvec(&stored).map_err(io::Error::other)?;
        self.blocks.push(self.spool.add(&bytes)?);
        self.block.clear();
        Ok(())
    }
}

/// A log as it is written to a temporary file. Of each key, only the part that differs from the key before it.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredLog {
    /// `None` if it is the usual one.
    bucket: Option<String>,
    shared: usize,
    rest: String,
    hash: Result<[u8; 32], String>,
}

/// Logs to be written. `bucket` is the usual bucket, `before` a key like that of the first log.
pub(crate) fn stored<'l>(
    bucket: &str,
    mut before: &'l str,
    logs: impl Iterator<Item = &'l LogEntry>,
) -> Vec<StoredLog> {
    let mut stored = Vec::new();
    for log in logs {
        let shared = shared(before, &log.key);
        stored.push(StoredLog {
            bucket: (log.bucket != bucket).then(|| log.bucket.clone()),
            shared,
            rest: log.key[shared..].to_owned(),
            hash: log.hash.clone().map(|hash| hash.0),
        });
        before = &log.key;
    }
    stored
}

/// The logs that were written, with the same `bucket` and `before`.
pub(crate) fn restored(bucket: &str, before: &str, stored: Vec<StoredLog>) -> Vec<LogEntry> {
    let mut before = before.to_owned();
    let mut logs = Vec::with_capacity(stored.len());
    for log in stored {
        let start = before.get(..log.shared).unwrap_or_default();
        let key = format!("{start}{}", log.rest);
        before.clone_from(&key);
        logs.push(LogEntry {
            bucket: log.bucket.unwrap_or_else(|| bucket.to_owned()),
            key,
            hash: log.hash.map(Sha256),
        });
    }
    logs
}

/// How many bytes two texts share at their beginnings, cut where a character ends.
fn shared(a: &str, b: &str) -> usize {
    let mut shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    while !b.is_char_boundary(shared) {
        shared -= 1;
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, LogEntry, LogListWriter, shared};
    use crate::base::sha256::Sha256;

    #[test]
    fn a_list_in_a_temporary_file_gives_its_logs_in_blocks_of_one_size() {
        let log = |number: usize| LogEntry {
            bucket: format!("logs-{}", number % 3),
            key: format!("AWSLogs/{number}.json.gz"),
            hash: match number % 2 {
                0 => Ok(Sha256::of(&number.to_le_bytes())),
                _ => Err("MD5".into()),
            },
        };
        for (count, sizes) in [
            (0, vec![]),
            (BLOCK, vec![BLOCK]),
            (2 * BLOCK + 1, vec![BLOCK, BLOCK, 1]),
        ] {
            let logs: Vec<LogEntry> = (0..count).map(log).collect();
            let mut writer = LogListWriter::default();
            for log in &logs {
                writer.add(log.clone()).expect("a log is written");
            }
            let list = writer.finish().expect("a list");
            assert_eq!((list.len(), list.is_empty()), (count, count == 0));
            let blocks = list.blocks();
            let blocks = blocks.map(|block| block.expect("a block").into_owned());
            let blocks: Vec<Vec<LogEntry>> = blocks.collect();
            assert_eq!(blocks.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
            assert_eq!(blocks.concat(), logs);
        }
    }

    #[test]
    fn what_two_texts_share_ends_where_a_character_does() {
        for (a, b, length) in [
            ("", "", 0),
            ("abc", "abd", 2),
            ("abc", "ab", 2),
            ("aä", "aö", 1),
            ("äb", "äc", 2),
            ("💩", "💪", 0),
        ] {
            assert_eq!(shared(a, b), length, "{a} {b}");
        }
    }
}
