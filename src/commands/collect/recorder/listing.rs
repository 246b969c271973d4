//! A listing, recorded while it is answered. How it ended stands in its first line, so its entries wait until
//! then: in memory or, if there are many, in a temporary file.

use std::io::{self, Write as _};
use std::sync::atomic::Ordering;

use super::{Recorder, now};
use crate::base::spool::Spool;
use crate::source::bundle::question::ListingQuestion;
use crate::source::bundle::record::{ListingHeader, ListingLine};
use crate::source::{GetError, Listed};

/// Bytes of entries that are gathered before they wait together.
const BLOCK: usize = 64 << 10;

/// The entries of a listing that is being answered.
#[derive(Default)]
pub(super) struct EntryLog {
    waiting: Spool,
    block: Vec<u8>,
    failure: Option<io::Error>,
}

impl EntryLog {
    /// Adds an entry that was listed.
    pub fn listed(&mut self, listed: &Listed<'_>) {
        // S3 lists objects only: it has no links, and each of its folders is listed to its end.
        if let Listed::Object(key, facts) = listed {
            self.add(&ListingLine::Object {
                key: (*key).to_owned(),
                modified: facts.modified,
                size: facts.size,
            });
        }
    }

    /// Adds a folder.
    pub fn folder(&mut self, name: &str) {
        self.add(&ListingLine::Folder {
            folder: name.to_owned(),
        });
    }

    fn add(&mut self, line: &ListingLine) {
        if self.failure.is_some() {
            return;
        }
        let added = serde_json::to_writer(&mut self.block, line).map_err(io::Error::from);
        self.block.push(b'\n');
        let added = added.and_then(|()| match self.block.len() < BLOCK {
            true => Ok(()),
            false => self.next_block(),
        });
        self.failure = added.err();
    }

    fn next_block(&mut self) -> io::Result<()> {
        self.waiting.add(&self.block)?;
        self.block.clear();
        Ok(())
    }
}

/// How a listing ended.
pub(super) struct ListingEnd<'e> {
    pub requests: u64,
    pub complete: bool,
    pub error: Option<&'e GetError>,
}

impl Recorder {
    /// Stores a listing, unless it was not answered.
    pub(super) fn record_listing(
        &self,
        question: ListingQuestion,
        entries: EntryLog,
        end: &ListingEnd<'_>,
    ) {
        if end.error.is_some_and(|error| !self.is_answer(error)) {
            return;
        }
        if end.error.is_none() {
            self.s3_answered.store(true, Ordering::Relaxed);
        }
        let path = question.path();
        let header = ListingHeader {
            question,
            at: now(),
            requests: end.requests,
            complete: end.complete,
            error: end.error.cloned(),
        };
        let stored = self.store_listing(&path, &header, entries);
        self.check_stored(&path, stored);
    }

    fn store_listing(
        &self,
        path: &str,
        header: &ListingHeader,
        entries: EntryLog,
    ) -> io::Result<()> {
        let EntryLog {
            waiting,
            block,
            failure,
        } = entries;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let mut line = serde_json::to_vec(header).map_err(io::Error::other)?;
        line.push(b'\n');
        let mut file = self.store.replace(path)?;
        file.write_all(&line)?;
        waiting.for_each(|block| file.write_all(block))?;
        file.write_all(&block)?;
        file.finish()
    }
}
