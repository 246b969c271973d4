//! What is asked of a source, of trails and of public keys, as the bytes by which the answer is found.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::sha256::Sha256;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::source::Range;
use crate::source::keys::TimeRange;

/// A root, named alike in all shards.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum RootName {
    /// One that was given: its number.
    Given(u64),
    /// One that was opened because a digest refers to it: its bucket.
    Opened(String),
}

/// A question to a source.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) enum SourceQuestion<'q> {
    Roots,
    Open(&'q str),
    Folders(&'q RootName, &'q str),
    HoldsAny(&'q RootName, &'q str),
    List(&'q RootName, &'q str, &'q Range),
    /// The ranges of which everything below a prefix was listed, counted from 0.
    ListedRange(&'q RootName, &'q str, u32),
    /// Whether single objects of a root are not looked up.
    LooksUpNothing(&'q RootName),
    LookUp(&'q RootName, &'q str),
    Get(&'q RootName, &'q str, ReadWith),
    GetAgain(&'q RootName, &'q str, ReadWith),
    Versions(&'q RootName, &'q str),
    GetVersion(&'q RootName, &'q str, &'q str, ReadWith),
    Lifecycle(&'q RootName),
    Stat(&'q RootName, &'q str),
    Outages,
    Changed,
}

/// Whether the metadata of an object is read too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum ReadWith {
    Metadata,
    Nothing,
}

impl From<bool> for ReadWith {
    fn from(with_metadata: bool) -> Self {
        match with_metadata {
            true => ReadWith::Metadata,
            false => ReadWith::Nothing,
        }
    }
}

/// A question to CloudTrail about trails.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) enum TrailQuestion<'q> {
    Describe(&'q Region),
    HomeRegions,
    Status(&'q TrailArn, &'q Region),
    StatusAgain(&'q TrailArn, &'q Region),
    Selectors(&'q TrailArn),
    /// The calls of a name that were looked up in a region, with the time, counted from 0.
    LookedUp(&'q Region, &'q str, u32),
}

/// A question to ListPublicKeys.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) enum KeyQuestion<'q> {
    List {
        region: &'q Region,
        from: Timestamp,
        to: Timestamp,
        again: bool,
    },
    /// The ranges that were asked for, counted from 0.
    AskedRange {
        region: &'q Region,
        again: bool,
        number: u32,
    },
}

impl<'q> KeyQuestion<'q> {
    pub fn list(region: &'q Region, (from, to): TimeRange, again: bool) -> Self {
        KeyQuestion::List {
            region,
            from,
            to,
            again,
        }
    }
}

/// The bytes of a question: a letter for who is asked, then what.
fn bytes(letter: u8, question: &impl Serialize) -> Vec<u8> {
    // Memory takes everything, and no question has a part of unknown length.
    postcard::to_extend(question, vec![letter]).unwrap_or_default()
}

impl SourceQuestion<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        bytes(b's', self)
    }
}

impl TrailQuestion<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        bytes(b't', self)
    }
}

impl KeyQuestion<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        bytes(b'k', self)
    }
}

/// The question for a block of a body or a listing: its own hash, so that it has one answer, whoever gave it.
pub(super) fn block(hash: &Sha256) -> Vec<u8> {
    [b"c", &hash.0[..]].concat()
}
