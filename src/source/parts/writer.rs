//! A part while it is written.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::{Mutex, MutexGuard, OnceLock};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::Digest as _;

use super::AnswerSink;
use super::format::{
    AnswerLengths, HEADER, IndexEntry, MAGIC, PartEnd, PartHeader, QUESTION, hash_of,
};
use super::index::IndexSorter;
use crate::base::cancel::CancelReason;
use crate::base::error::words;
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::source::GetError;

/// The bytes of an answer that show whether it can be made smaller.
const TRIED: usize = 4 << 10;

/// Answers of fewer bytes are stored as they are.
const SMALL: usize = 200;

/// The part of one shard, written to a file from many threads.
pub struct PartWriter {
    /// `None` once it is complete.
    output: Mutex<Option<PartOutput>>,
    most: u64,
    /// The first thing that went wrong.
    failure: OnceLock<String>,
}

/// What a part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartCounts {
    /// Answers.
    pub answers: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of everything before the end.
    pub sha256: Sha256,
}

struct PartOutput {
    file: BufWriter<File>,
    hash: sha2::Sha256,
    at: u64,
    index: IndexSorter,
}

impl PartOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.at += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}

impl PartWriter {
    /// Begins a part in an empty file. Whoever gave the file puts it in its place when the part is complete.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn new(file: File, header: &PartHeader, limits: &Limits) -> io::Result<Self> {
        let mut output = PartOutput {
            file: BufWriter::with_capacity(256 << 10, file),
            hash: sha2::Sha256::new(),
            at: 0,
            index: IndexSorter::default(),
        };
        let mut line = serde_json::to_vec(header).map_err(io::Error::other)?;
        line.push(b'\n');
        if line.len() as u64 > HEADER {
            return Err(io::Error::other("the header of the part is too long"));
        }
        output.write(MAGIC)?;
        output.write(&line)?;
        Ok(PartWriter {
            output: Mutex::new(Some(output)),
            most: limits.part_answer.min(u32::MAX.into()),
            failure: OnceLock::new(),
        })
    }

    /// The first thing that went wrong, in words. Then the part is never complete.
    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Writes the index and the end.
    ///
    /// # Errors
    /// If an answer could not be recorded, or the file cannot be written.
    pub fn finish(&self) -> io::Result<PartCounts> {
        let output = self.output().take();
        if let Some(failure) = self.failure() {
            return Err(io::Error::other(failure.to_owned()));
        }
        let mut output = output.ok_or_else(|| io::Error::other("the part is complete already"))?;
        let (index_at, mut answers) = (output.at, 0);
        std::mem::take(&mut output.index).sorted(|entry| {
            answers += 1;
            output.write(&entry.bytes())
        })?;
        let mut end = PartEnd {
            answers,
            index_at,
            sha256: Sha256([0; 32]),
        };
        output.write(&end.numbers())?;
        end.sha256 = Sha256(output.hash.finalize().into());
        output.file.write_all(&end.sha256.0)?;
        output.file.flush()?;
        Ok(PartCounts {
            answers,
            bytes: output.at + end.sha256.0.len() as u64,
            sha256: end.sha256,
        })
    }

    fn output(&self) -> MutexGuard<'_, Option<PartOutput>> {
        self.output.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn add(&self, question: &[u8], answer: &[u8]) -> io::Result<()> {
        if answer.len() as u64 > self.most || question.len() > QUESTION {
            return Err(io::Error::other("an answer is too long for a part"));
        }
        let hash = hash_of(question);
        if self.output().as_ref().is_some_and(|o| o.index.has(&hash)) {
            return Ok(());
        }
        let deflated = deflated(answer)?;
        let stored = deflated.as_deref().unwrap_or(answer);
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(io::Error::other);
        let lengths = AnswerLengths {
            question: length(question)?,
            stored: length(stored)?,
            answer: length(answer)?,
        };
        let mut output = self.output();
        let Some(output) = output.as_mut() else {
            return Err(io::Error::other("an answer came after the end of the part"));
        };
        // Another thread may have had the same answer at the same time.
        if output.index.has(&hash) {
            return Ok(());
        }
        let at = output.at;
        output.write(&lengths.bytes())?;
        output.write(question)?;
        output.write(stored)?;
        output.index.add(IndexEntry { hash, at })
    }
}

impl AnswerSink for PartWriter {
    fn put(&self, question: &[u8], answer: &[u8]) {
        if self.failure.get().is_some() {
            return;
        }
        if let Err(error) = self.add(question, answer) {
            // The first one stays.
            let _ = self.failure.set(words(&error));
        }
    }

    fn check(&self) -> Result<(), GetError> {
        match self.failure() {
            Some(_) => Err(GetError::Cancelled(CancelReason::OutputClosed)),
            None => Ok(()),
        }
    }
}

/// An answer in fewer bytes; `None` if that does not pay, as for objects, which are compressed already.
fn deflated(answer: &[u8]) -> io::Result<Option<Vec<u8>>> {
    if answer.len() < SMALL {
        return Ok(None);
    }
    let deflate = |bytes: &[u8]| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes)?;
        encoder.finish()
    };
    let tried = &answer[..answer.len().min(TRIED)];
    let first = deflate(tried)?;
    if first.len() * 4 > tried.len() * 3 {
        return Ok(None);
    }
    let all = match tried.len() == answer.len() {
        true => first,
        false => deflate(answer)?,
    };
    Ok((all.len() < answer.len()).then_some(all))
}
