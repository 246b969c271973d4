//! Logs of one folder that no digest names, kept from the listing until gaps are explained.

use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::spool::Spool;

/// Bytes held of one folder before they go to the spool.
const HELD: usize = 64 << 10;

/// What a listing showed that no digest names, in its order.
#[derive(Default)]
pub(crate) struct Candidates {
    held: Vec<Candidate>,
    bytes: usize,
    /// Offsets in the spool.
    blocks: Vec<u64>,
    trouble: Option<io::Error>,
}

/// Logs that were shown.
#[derive(Serialize, Deserialize)]
pub(crate) enum Candidate {
    /// So many of one minute in gaps, by its second.
    InGaps(i64, u64),
    /// One of which it is not known yet what it is, by its key.
    Log(String),
}

impl Candidates {
    /// Adds one that lies in gaps.
    pub fn add_in_gaps(&mut self, spool: &Spool, minute: Timestamp) {
        let second = minute.as_second();
        match self.held.last_mut() {
            Some(Candidate::InGaps(last, count)) if *last == second => *count += 1,
            _ => self.add(spool, Candidate::InGaps(second, 1), 0),
        }
    }

    /// Adds one by its key.
    pub fn add_log(&mut self, spool: &Spool, key: &str) {
        self.add(spool, Candidate::Log(key.to_owned()), key.len());
    }

    fn add(&mut self, spool: &Spool, shown: Candidate, bytes: usize) {
        self.held.push(shown);
        self.bytes += size_of::<Candidate>() + bytes;
        if self.bytes >= HELD {
            self.put_away(spool);
        }
    }

    /// Keeps nothing in memory until it is asked for.
    pub fn put_away(&mut self, spool: &Spool) {
        let held = std::mem::take(&mut self.held);
        self.bytes = 0;
        if held.is_empty() || self.trouble.is_some() {
            return;
        }
        let block = postcard::to_stdvec(&held).map_err(io::Error::other);
        match block.and_then(|block| spool.add(&block)) {
            Ok(at) => self.blocks.push(at),
            Err(e) => self.trouble = Some(e),
        }
    }

    /// Visits all that were put away, in order.
    ///
    /// # Errors
    /// Where the temporary file could not be made, written or read; or that of `visit`.
    pub fn each(
        self,
        spool: &Spool,
        mut visit: impl FnMut(Candidate) -> io::Result<()>,
    ) -> io::Result<()> {
        for at in self.blocks {
            let block = spool.read(at)?;
            let shown: Vec<Candidate> = postcard::from_bytes(&block).map_err(io::Error::other)?;
            shown.into_iter().try_for_each(&mut visit)?;
        }
        self.trouble.map_or(Ok(()), Err)
    }
}
