//! Logs of one folder that no digest lists, kept from the listing until gaps are explained.

use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::spool::Spool;

/// Bytes of one folder that stay in memory before they move to the spool.
const IN_MEMORY: usize = 64 << 10;

/// The logs of one folder that no digest lists, in the order of the listing.
#[derive(Default)]
pub(super) struct Candidates {
    in_memory: Vec<Candidate>,
    bytes: usize,
    /// Offsets of blocks in the spool.
    blocks: Vec<u64>,
    trouble: Option<io::Error>,
}

/// Logs that no digest lists.
#[derive(Serialize, Deserialize)]
pub(super) enum Candidate {
    /// Logs of one minute in gaps: the minute in seconds since the epoch, and their number.
    InGaps(i64, u64),
    /// The key of a log that is still to be classified or reported.
    Log(String),
    /// The key of another object in verified time, and what it is if the source refuses to read it.
    Other(String, Option<String>),
}

impl Candidates {
    /// Counts a log that is in gaps.
    pub fn add_in_gaps(&mut self, spool: &Spool, minute: Timestamp) {
        let second = minute.as_second();
        match self.in_memory.last_mut() {
            Some(Candidate::InGaps(last, count)) if *last == second => *count += 1,
            _ => self.add(spool, Candidate::InGaps(second, 1), 0),
        }
    }

    /// Adds the key of a log.
    pub fn add_log(&mut self, spool: &Spool, key: &str) {
        self.add(spool, Candidate::Log(key.to_owned()), key.len());
    }

    /// Adds the key of an object that has not the name of a log, and what it is if the source refuses to read
    /// it.
    pub fn add_other(&mut self, spool: &Spool, key: &str, refused: Option<&'static str>) {
        let candidate = Candidate::Other(key.to_owned(), refused.map(str::to_owned));
        self.add(spool, candidate, key.len());
    }

    fn add(&mut self, spool: &Spool, candidate: Candidate, bytes: usize) {
        self.in_memory.push(candidate);
        self.bytes += size_of::<Candidate>() + bytes;
        if self.bytes >= IN_MEMORY {
            self.write_out(spool);
        }
    }

    /// Moves everything to the spool. Thousands of folders wait at the same time.
    pub fn write_out(&mut self, spool: &Spool) {
        let candidates = std::mem::take(&mut self.in_memory);
        self.bytes = 0;
        if candidates.is_empty() || self.trouble.is_some() {
            return;
        }
        let block = postcard::to_stdvec(&candidates).map_err(io::Error::other);
        match block.and_then(|block| spool.add(&block)) {
            Ok(at) => self.blocks.push(at),
            Err(e) => self.trouble = Some(e),
        }
    }

    /// Visits everything that was written out, in order.
    ///
    /// # Errors
    /// If the temporary file could not be made, written or read; or the first error of `visit`.
    pub fn for_each(
        self,
        spool: &Spool,
        mut visit: impl FnMut(Candidate) -> io::Result<()>,
    ) -> io::Result<()> {
        for at in self.blocks {
            let block = spool.read(at)?;
            let candidates: Vec<Candidate> =
                postcard::from_bytes(&block).map_err(io::Error::other)?;
            candidates.into_iter().try_for_each(&mut visit)?;
        }
        self.trouble.map_or(Ok(()), Err)
    }
}
