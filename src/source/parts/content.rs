//! The bodies of objects and the entries of listings: small ones in one answer, the others in blocks that are found
//! by their hashes. So neither who records nor who reads has more than a block in memory.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::question::block;
use super::{AnswerSink, PartAnswers};
use crate::base::sha256::Sha256;
use crate::source::GetError;

/// Bytes of a block.
const BLOCK: usize = 1 << 20;

/// Bytes in blocks, and those behind the last full one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct StoredContent {
    /// The SHA-256 of each block.
    blocks: Vec<[u8; 32]>,
    rest: Vec<u8>,
}

impl StoredContent {
    /// Appends bytes, and records the blocks that are full.
    pub fn add(&mut self, mut bytes: &[u8], sink: &dyn AnswerSink) {
        while !bytes.is_empty() {
            let (taken, left) = bytes.split_at(bytes.len().min(BLOCK - self.rest.len()));
            self.rest.extend_from_slice(taken);
            bytes = left;
            if self.rest.len() == BLOCK {
                let hash = Sha256::of(&self.rest);
                sink.put(&block(&hash), &self.rest);
                self.blocks.push(hash.0);
                self.rest.clear();
            }
        }
    }

    /// The number of bytes so far.
    pub fn len(&self) -> u64 {
        (self.blocks.len() * BLOCK + self.rest.len()) as u64
    }

    /// Reads the bytes; the error `end` follows them, if there is one.
    pub fn read<'p>(
        self,
        answers: &'p dyn PartAnswers,
        end: Option<GetError>,
    ) -> ContentReader<'p> {
        ContentReader {
            answers,
            blocks: self.blocks.into_iter(),
            rest: Some(self.rest),
            current: io::Cursor::default(),
            end,
        }
    }
}

/// Stored bytes while they are read.
pub(super) struct ContentReader<'p> {
    answers: &'p dyn PartAnswers,
    blocks: std::vec::IntoIter<[u8; 32]>,
    rest: Option<Vec<u8>>,
    current: io::Cursor<Vec<u8>>,
    end: Option<GetError>,
}

impl ContentReader<'_> {
    /// The next bytes; `None` at the end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, GetError> {
        let Some(hash) = self.blocks.next() else {
            return Ok(self.rest.take());
        };
        let found = self.answers.of_any(&block(&Sha256(hash)))?;
        found.map(Some).ok_or(GetError::NotInParts(None))
    }
}

impl Read for ContentReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.current.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.next().map_err(io::Error::other)? {
                Some(next) => self.current = io::Cursor::new(next),
                None => {
                    return match &self.end {
                        Some(error) => Err(io::Error::other(error.clone())),
                        None => Ok(0),
                    };
                }
            }
        }
    }
}
