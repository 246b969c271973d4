//! A part that is read: verified once from end to end, then asked question by question. None of it stays in memory.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use flate2::read::DeflateDecoder;
use sha2::Digest as _;

use super::error::PartError;
use super::format::{
    AnswerLengths, END, ENTRY, HEADER, IndexEntry, LENGTHS, MAGIC, PartEnd, PartHeader, QUESTION,
    QuestionHash, hash_of,
};
use crate::base::error::words;
use crate::base::limits::Limits;
use crate::base::sha256::Sha256;
use crate::source::input::open_input;

/// Bytes that are read at a time to verify a part.
const BUFFER: usize = 1 << 20;

/// Entries of the index that are read together: 6 KiB.
const BLOCK: u64 = 256;

/// The part of one shard.
#[derive(Debug)]
pub struct PartReader {
    file: File,
    header: PartHeader,
    /// Where the answers begin.
    body_at: u64,
    end: PartEnd,
    most: u64,
}

/// Opens a regular file. A pipe is not waited for.
fn opened(path: &Path) -> io::Result<(File, Metadata)> {
    let file = open_input(path)?;
    let found = file.metadata()?;
    match found.is_file() {
        true => Ok((file, found)),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

impl PartReader {
    /// Opens a part and verifies every byte of it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, PartError> {
        let unreadable = |e: io::Error| PartError::Unreadable(words(&e));
        let (file, found) = opened(path).map_err(unreadable)?;
        let header = header_of(&file)?;
        let end = verified(&file, found.len())?;
        let (header, body_at) = header.ok_or(PartError::Malformed)?;
        let index = end.answers.checked_mul(ENTRY as u64);
        let index_end = index.and_then(|bytes| end.index_at.checked_add(bytes));
        if end.index_at < body_at
            || index_end.and_then(|at| at.checked_add(END as u64)) != Some(found.len())
        {
            return Err(PartError::Malformed);
        }
        Ok(PartReader {
            file,
            header,
            body_at,
            end,
            most: limits.part_answer,
        })
    }

    /// The header of a file that may be altered.
    pub fn claimed_header(path: &Path) -> Option<PartHeader> {
        let (file, _) = opened(path).ok()?;
        let header = header_of(&file).ok()?;
        header.map(|(header, _)| header)
    }

    /// What it is of.
    pub fn header(&self) -> &PartHeader {
        &self.header
    }

    /// SHA-256 of everything before its end.
    pub fn sha256(&self) -> Sha256 {
        self.end.sha256
    }

    /// The number of its answers.
    pub fn answers(&self) -> u64 {
        self.end.answers
    }

    /// The answer to a question; `None` if it was not asked.
    ///
    /// # Errors
    /// If the file cannot be read, or changed since it was verified.
    pub fn answer(&self, question: &[u8]) -> io::Result<Option<Vec<u8>>> {
        match self.find(&hash_of(question))? {
            Some(at) => self.read(at, question),
            None => Ok(None),
        }
    }

    fn entry(&self, at: u64) -> io::Result<IndexEntry> {
        let mut bytes = [0; ENTRY];
        let at = self.end.index_at + at * ENTRY as u64;
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(IndexEntry::read(&bytes))
    }

    /// Where the answer to a question is. Hashes are spread evenly, so the search begins where it would be then, and
    /// halves what is left each second time, in case they are not.
    fn find(&self, hash: &QuestionHash) -> io::Result<Option<u64>> {
        let wanted = first(hash);
        let (mut from, mut to) = (0, self.end.answers);
        let (mut least, mut greatest) = (0, u64::MAX);
        let mut is_guess = true;
        while to - from > BLOCK {
            let at = match is_guess {
                true => {
                    let share = |value: u64| u128::from(value.saturating_sub(least));
                    let of = share(greatest).max(1);
                    let offset = u128::from(to - from - 1) * share(wanted).min(of) / of;
                    from + offset as u64
                }
                false => from + (to - from) / 2,
            };
            is_guess = !is_guess;
            let entry = self.entry(at)?;
            match entry.hash.cmp(hash) {
                std::cmp::Ordering::Equal => return Ok(Some(entry.at)),
                std::cmp::Ordering::Less => (from, least) = (at + 1, first(&entry.hash)),
                std::cmp::Ordering::Greater => (to, greatest) = (at, first(&entry.hash)),
            }
        }
        let mut block = vec![0; (to - from) as usize * ENTRY];
        let at = self.end.index_at + from * ENTRY as u64;
        self.file.read_exact_at(&mut block, at)?;
        let mut entries = block.as_chunks::<ENTRY>().0.iter().map(IndexEntry::read);
        let found = entries.find(|entry| entry.hash == *hash);
        Ok(found.map(|entry| entry.at))
    }

    fn read(&self, at: u64, question: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let malformed = || io::Error::from(io::ErrorKind::InvalidData);
        if at < self.body_at || at >= self.end.index_at {
            return Err(malformed());
        }
        let mut lengths = [0; LENGTHS];
        self.file.read_exact_at(&mut lengths, at)?;
        let lengths = AnswerLengths::read(&lengths);
        // Nothing is allocated for what the file cannot hold, or for more than an answer may have.
        let asked_at = at + LENGTHS as u64;
        let stored_at = asked_at + u64::from(lengths.question);
        let is_within = stored_at + u64::from(lengths.stored) <= self.end.index_at;
        if !is_within
            || lengths.question as usize > QUESTION
            || u64::from(lengths.answer) > self.most
            || lengths.stored > lengths.answer
        {
            return Err(malformed());
        }
        let mut asked = vec![0; lengths.question as usize];
        self.file.read_exact_at(&mut asked, asked_at)?;
        if asked != question {
            return Ok(None);
        }
        let mut stored = vec![0; lengths.stored as usize];
        self.file.read_exact_at(&mut stored, stored_at)?;
        if lengths.stored == lengths.answer {
            return Ok(Some(stored));
        }
        let mut answer = vec![0; lengths.answer as usize];
        let mut inflated = DeflateDecoder::new(stored.as_slice());
        inflated.read_exact(&mut answer)?;
        match inflated.read(&mut [0])? {
            0 => Ok(Some(answer)),
            _ => Err(malformed()),
        }
    }
}

/// The part of a hash that is compared as a number.
fn first(hash: &QuestionHash) -> u64 {
    let (first, _) = hash.split_at(8);
    first
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The header, and where the answers begin; `None` if it is not valid.
fn header_of(file: &File) -> Result<Option<(PartHeader, u64)>, PartError> {
    let unreadable = |e: io::Error| PartError::Unreadable(words(&e));
    let mut beginning = vec![0; MAGIC.len() + HEADER as usize];
    let mut filled = 0;
    while filled < beginning.len() {
        match file.read_at(&mut beginning[filled..], filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(unreadable(e)),
        }
    }
    beginning.truncate(filled);
    let line = beginning.strip_prefix(MAGIC).ok_or(PartError::NotAPart)?;
    let header = line.iter().position(|byte| *byte == b'\n').and_then(|end| {
        let header = serde_json::from_slice(&line[..end]).ok()?;
        Some((header, (MAGIC.len() + end + 1) as u64))
    });
    Ok(header)
}

/// The end of a file whose bytes have the hash that stands there.
fn verified(file: &File, size: u64) -> Result<PartEnd, PartError> {
    let unreadable = |e: io::Error| PartError::Unreadable(words(&e));
    let end_at = size.checked_sub(END as u64).ok_or(PartError::Altered)?;
    let mut end = [0; END];
    file.read_exact_at(&mut end, end_at).map_err(unreadable)?;
    let end = PartEnd::read(&end);
    let hashed = end_at + end.numbers().len() as u64;
    let mut hash = sha2::Sha256::new();
    let (mut buffer, mut at) = (vec![0; BUFFER], 0);
    while at < hashed {
        let most = usize::try_from(hashed - at).map_or(BUFFER, |left| left.min(BUFFER));
        let bytes = &mut buffer[..most];
        file.read_exact_at(bytes, at).map_err(unreadable)?;
        hash.update(&*bytes);
        at += most as u64;
    }
    match end.sha256 == Sha256(hash.finalize().into()) {
        true => Ok(end),
        false => Err(PartError::Altered),
    }
}
