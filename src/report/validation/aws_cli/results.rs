//! What a run told of each file, kept on disk until its report is written: by then digests were told
//! newest first and logs oldest first, and the AWS CLI tells each log after its digest. Some sixty
//! bytes a digest stay in memory.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::base::spool::Spool;
use crate::base::time::Window;
use crate::proof::finding::Code;

/// One digest as it was told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DigestResult {
    /// Its bucket, where that is known.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
    /// What was found on it, where that is more than a note, and what the AWS CLI says of that after
    /// `INVALID: `.
    pub problem: Option<(Code, String)>,
    /// Its interval, in seconds, and whether it is a starting digest; nothing where it is not proven.
    pub proven: Option<(i64, i64, bool)>,
}

/// One log as it was told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogResult {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// What was found on it, and what the AWS CLI says of that after `INVALID: `; nothing where it is
    /// valid.
    pub problem: Option<(Code, String)>,
}

/// Where a digest stands: what is kept of it in memory.
#[derive(Debug, Clone, Copy)]
pub struct DigestEntry {
    /// The end of its interval as its name says, in seconds.
    pub end: i64,
    at: u64,
}

/// The name of a digest in the index: no two digests share one.
type DigestId = [u8; 16];

/// The files of every chain.
#[derive(Debug, Default)]
pub struct FileResults {
    spool: Mutex<ResultSpool>,
}

#[derive(Debug, Default)]
struct ResultSpool {
    spool: Spool,
    /// By chain, and whether they are backfill digests.
    digests: BTreeMap<(String, bool), Vec<DigestEntry>>,
    /// Where the logs of each digest stand.
    logs: HashMap<DigestId, Vec<u64>>,
    /// The logs told last, and their digest.
    open: Option<(DigestId, Vec<LogResult>)>,
    trouble: Option<io::Error>,
}

/// Logs that are written at once.
const TOGETHER: usize = 1024;

impl FileResults {
    /// Keeps a digest, of which a chain's are told newest first.
    pub fn digest(&self, chain: &str, backfill: bool, end: Timestamp, digest: &DigestResult) {
        let mut spool = self.lock();
        if let Some(at) = spool.write(digest) {
            let end = end.as_second();
            let digests = spool.digests.entry((chain.into(), backfill));
            digests.or_default().push(DigestEntry { end, at });
        }
    }

    /// Keeps a log of the digest with a key in a bucket.
    pub fn log(&self, digest: (&str, &str), log: LogResult) {
        let mut spool = self.lock();
        let name = name(digest.0, digest.1);
        let same = |(open, logs): &(DigestId, Vec<_>)| *open == name && logs.len() < TOGETHER;
        if !spool.open.as_ref().is_some_and(same) {
            spool.close();
            spool.open = Some((name, Vec::new()));
        }
        if let Some((_, logs)) = &mut spool.open {
            logs.push(log);
        }
    }

    /// Whether everything could be kept.
    ///
    /// # Errors
    /// What became of the temporary file.
    pub fn check(&self) -> io::Result<()> {
        let mut spool = self.lock();
        spool.close();
        spool.trouble.take().map_or(Ok(()), Err)
    }

    /// The digests of a chain, as they were told.
    pub fn digests(&self, chain: &str, backfill: bool) -> Vec<DigestEntry> {
        let spool = self.lock();
        let digests = spool.digests.get(&(chain.to_owned(), backfill));
        digests.cloned().unwrap_or_default()
    }

    /// One of them.
    ///
    /// # Errors
    /// Where the temporary file cannot be read.
    pub fn read(&self, entry: DigestEntry) -> io::Result<DigestResult> {
        self.lock().read(entry.at)
    }

    /// Gives the logs of a digest, in its order.
    ///
    /// # Errors
    /// Where the temporary file cannot be read, or what `each` answers.
    pub fn logs(
        &self,
        digest: &DigestResult,
        each: &mut dyn FnMut(LogResult) -> io::Result<()>,
    ) -> io::Result<()> {
        let name = name(digest.bucket.as_deref().unwrap_or_default(), &digest.key);
        let blocks = self.lock().logs.get(&name).cloned().unwrap_or_default();
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
    /// A proven interval as it is kept.
    pub fn proven(interval: Window, starting: bool) -> (i64, i64, bool) {
        (interval.from.as_second(), interval.to.as_second(), starting)
    }
}

impl ResultSpool {
    /// Writes the logs told last.
    fn close(&mut self) {
        if let Some((name, logs)) = self.open.take()
            && let Some(at) = self.write(&logs)
        {
            self.logs.entry(name).or_default().push(at);
        }
    }

    fn write(&mut self, what: &impl Serialize) -> Option<u64> {
        match self.append(what) {
            Ok(at) => Some(at),
            Err(e) => {
                self.trouble.get_or_insert(e);
                None
            }
        }
    }

    fn append(&self, what: &impl Serialize) -> io::Result<u64> {
        let bytes = postcard::to_stdvec(what).map_err(io::Error::other)?;
        self.spool.add(&bytes)
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, at: u64) -> io::Result<T> {
        postcard::from_bytes(&self.spool.read(at)?).map_err(io::Error::other)
    }
}

fn name(bucket: &str, key: &str) -> DigestId {
    let hash = sha2::Sha256::new()
        .chain_update(bucket)
        .chain_update([0])
        .chain_update(key)
        .finalize();
    let mut name = DigestId::default();
    let length = name.len();
    name.copy_from_slice(&hash[..length]);
    name
}
