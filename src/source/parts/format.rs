//! How a part lies in its file.
//!
//! ```text
//! trailproof.part/v1
//! one line of JSON         plan, version of the program, shard
//! answers                  four-byte lengths of question, answer as stored and answer; then question and answer
//! index                    16 bytes of the SHA-256 of a question and the place of its answer, sorted
//! end                      number of answers, place of the index, SHA-256 of everything before it
//! ```
//!
//! Numbers are in little-endian order. An answer that is stored in fewer bytes than it has is deflated.

use serde::{Deserialize, Serialize};

use crate::base::sha256::Sha256;

/// What a part begins with.
pub(super) const MAGIC: &[u8] = b"trailproof.part/v1\n";

/// The longest header, in bytes.
pub(super) const HEADER: u64 = 4 << 10;

/// The longest question, in bytes: a bucket, a prefix and two keys, each of a few KiB on a disk.
pub(super) const QUESTION: usize = 64 << 10;

/// The lengths before a question and its answer, in bytes.
pub(super) const LENGTHS: usize = 12;

/// An entry of the index, in bytes.
pub(super) const ENTRY: usize = 24;

/// The end of a part, in bytes.
pub(super) const END: usize = 48;

/// What a part is of: its second line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartHeader {
    /// SHA-256 of the plan, in hex digits.
    pub plan_sha256: String,
    /// The version of the program that wrote it.
    pub trailproof: String,
    /// The shard.
    pub shard: u32,
}

/// By which a question is found.
pub(super) type QuestionHash = [u8; 16];

/// The first half of the SHA-256 of a question.
pub(super) fn hash_of(question: &[u8]) -> QuestionHash {
    let Sha256(hash) = Sha256::of(question);
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}

/// Where the answer to a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IndexEntry {
    pub hash: QuestionHash,
    pub at: u64,
}

impl IndexEntry {
    pub fn bytes(&self) -> [u8; ENTRY] {
        let mut bytes = [0; ENTRY];
        bytes[..16].copy_from_slice(&self.hash);
        bytes[16..].copy_from_slice(&self.at.to_le_bytes());
        bytes
    }

    pub fn read(bytes: &[u8; ENTRY]) -> Self {
        let (mut hash, mut at) = ([0; 16], [0; 8]);
        hash.copy_from_slice(&bytes[..16]);
        at.copy_from_slice(&bytes[16..]);
        IndexEntry {
            hash,
            at: u64::from_le_bytes(at),
        }
    }
}

/// The lengths before a question and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AnswerLengths {
    pub question: u32,
    /// As stored.
    pub stored: u32,
    pub answer: u32,
}

impl AnswerLengths {
    pub fn bytes(&self) -> [u8; LENGTHS] {
        let mut bytes = [0; LENGTHS];
        bytes[..4].copy_from_slice(&self.question.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.stored.to_le_bytes());
        bytes[8..].copy_from_slice(&self.answer.to_le_bytes());
        bytes
    }

    pub fn read(bytes: &[u8; LENGTHS]) -> Self {
        let number = |at: usize| {
            let mut number = [0; 4];
            number.copy_from_slice(&bytes[at..at + 4]);
            u32::from_le_bytes(number)
        };
        AnswerLengths {
            question: number(0),
            stored: number(4),
            answer: number(8),
        }
    }
}

/// The end of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartEnd {
    pub answers: u64,
    pub index_at: u64,
    pub sha256: Sha256,
}

impl PartEnd {
    /// The numbers, which the hash covers too.
    pub fn numbers(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.answers.to_le_bytes());
        bytes[8..].copy_from_slice(&self.index_at.to_le_bytes());
        bytes
    }

    pub fn read(bytes: &[u8; END]) -> Self {
        let number = |at: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(number)
        };
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(&bytes[16..]);
        PartEnd {
            answers: number(0),
            index_at: number(8),
            sha256: Sha256(sha256),
        }
    }
}
