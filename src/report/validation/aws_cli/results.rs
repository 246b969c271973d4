//! The result of every file of a run, in a temporary file until the report is written. The AWS CLI prints
//! each log after its digest, but a run checks digests newest first and logs oldest first. About sixty bytes
//! per digest stay in memory.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::base::spool::Spool;
use crate::base::time::Window;
use crate::proof::finding::Code;

/// The result of one digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DigestResult {
    /// Its bucket, if it is known.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
    /// The code of its finding, if that is more than a note, and the AWS CLI's message after `INVALID: `.
    pub problem: Option<(Code, String)>,
    /// Its interval in seconds since 1970, and whether it is a starting digest. `None` if it is not proven.
    pub proven: Option<(i64, i64, bool)>,
}

/// The result of one log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogResult {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// The code of its finding and the AWS CLI's message after `INVALID: `. `None` if the log is valid.
    pub problem: Option<(Code, String)>,
}

/// Where the result of a digest is stored: all that stays in memory of it.
#[derive(Debug, Clone, Copy)]
pub struct DigestEntry {
    /// The end of its interval according to its key, in seconds since 1970.
    pub end: i64,
    at: u64,
}

/// Identifies a digest in the index: a truncated hash of its bucket and key.
type DigestId = [u8; 16];

/// The results of a run, by chain.
#[derive(Debug, Default)]
pub struct FileResults {
    spool: Mutex<ResultSpool>,
}

#[derive(Debug, Default)]
struct ResultSpool {
    spool: Spool,
    /// By chain, and whether they are backfill digests.
    digests: BTreeMap<(String, bool), Vec<DigestEntry>>,
    /// Where the logs of each digest are stored, in blocks.
    logs: HashMap<DigestId, Vec<u64>>,
    /// The block of logs that is not stored yet, and their digest.
    open: Option<(DigestId, Vec<LogResult>)>,
    /// The first failure of the temporary file.
    failure: Option<io::Error>,
}

/// Logs stored in one block.
const LOGS_PER_BLOCK: usize = 1024;

impl FileResults {
    /// Records the result of a digest. The digests of a chain come newest first.
    pub fn digest(&self, chain: &str, backfill: bool, end: Timestamp, digest: &DigestResult) {
        let mut spool = self.lock();
        if let Some(at) = spool.write(digest) {
            let end = end.as_second();
            let digests = spool.digests.entry((chain.into(), backfill));
            digests.or_default().push(DigestEntry { end, at });
        }
    }

    /// Records the result of a log. `digest` is the bucket and the key of the digest that lists it.
    pub fn log(&self, digest: (&str, &str), log: LogResult) {
        let mut spool = self.lock();
        let id = id(digest.0, digest.1);
        let same = |(open, logs): &(DigestId, Vec<_>)| *open == id && logs.len() < LOGS_PER_BLOCK;
        if !spool.open.as_ref().is_some_and(same) {
            spool.close();
            spool.open = Some((id, Vec::new()));
        }
        if let Some((_, logs)) = &mut spool.open {
            logs.push(log);
        }
    }

    /// Stores what is still in memory, and reports whether every result could be stored.
    ///
    /// # Errors
    /// When writing to the temporary file failed.
    pub fn check(&self) -> io::Result<()> {
        let mut spool = self.lock();
        spool.close();
        spool.failure.take().map_or(Ok(()), Err)
    }

    /// The digests of a chain, in the order in which they were recorded.
    pub fn digests(&self, chain: &str, backfill: bool) -> Vec<DigestEntry> {
        let spool = self.lock();
        let digests = spool.digests.get(&(chain.to_owned(), backfill));
        digests.cloned().unwrap_or_default()
    }

    /// Reads the result of a digest back.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn read(&self, entry: DigestEntry) -> io::Result<DigestResult> {
        self.lock().read(entry.at)
    }

    /// Reads the logs of a digest back and passes them to `each`, in the order of the digest.
    ///
    /// # Errors
    /// When the temporary file cannot be read, or when `each` fails.
    pub fn logs(
        &self,
        digest: &DigestResult,
        each: &mut dyn FnMut(LogResult) -> io::Result<()>,
    ) -> io::Result<()> {
        let id = id(digest.bucket.as_deref().unwrap_or_default(), &digest.key);
        let blocks = self.lock().logs.get(&id).cloned().unwrap_or_default();
        for at in blocks {
            let logs: Vec<LogResult> = self.lock().read(at)?;
            logs.into_iter().try_for_each(&mut *each)?;
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ResultSpool> {
        self.spool.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl DigestResult {
    /// The value of `proven` for a proven digest.
    pub fn proven(interval: Window, starting: bool) -> (i64, i64, bool) {
        (interval.from.as_second(), interval.to.as_second(), starting)
    }
}

impl ResultSpool {
    /// Stores the open block of logs.
    fn close(&mut self) {
        if let Some((id, logs)) = self.open.take()
            && let Some(at) = self.write(&logs)
        {
            self.logs.entry(id).or_default().push(at);
        }
    }

    fn write(&mut self, value: &impl Serialize) -> Option<u64> {
        match self.append(value) {
            Ok(at) => Some(at),
            Err(e) => {
                self.failure.get_or_insert(e);
                None
            }
        }
    }

    fn append(&self, value: &impl Serialize) -> io::Result<u64> {
        let bytes = postcard::to_stdvec(value).map_err(io::Error::other)?;
        self.spool.add(&bytes)
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, at: u64) -> io::Result<T> {
        postcard::from_bytes(&self.spool.read(at)?).map_err(io::Error::other)
    }
}

fn id(bucket: &str, key: &str) -> DigestId {
    let hash = sha2::Sha256::new()
        .chain_update(bucket)
        .chain_update([0])
        .chain_update(key)
        .finalize();
    let mut id = DigestId::default();
    let length = id.len();
    id.copy_from_slice(&hash[..length]);
    id
}
