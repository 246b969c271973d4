//! Listings as they were answered in a shard. A question that was not asked in these words may be a part of one that
//! was.

use std::io::{BufReader, ErrorKind, Read as _};

use super::PartAnswers as _;
use super::answer::{ListingAnswer, StoredEntry, StoredError, StoredListingEnd, decode};
use super::lookup::PartLookup;
use super::question::{RootName, SourceQuestion};
use crate::source::{Folders, GetError, Listed, Range};

/// The longest entry, in bytes: a path on a disk has some KiB, and an error some hundred bytes.
const ENTRY: usize = 64 << 10;

/// Answers a question for keys.
///
/// # Errors
/// The error with which the listing ended, or `NotInParts`.
pub(super) fn keys(
    lookup: &PartLookup,
    (root, prefix, range): (&RootName, &str, &Range),
    visit: &mut dyn FnMut(Listed<'_>),
) -> Result<(), GetError> {
    let question = SourceQuestion::List(root, prefix, range);
    let (listing, is_wider) = match lookup.about(prefix, &question.bytes()) {
        Ok(listing) => (listing, false),
        Err(error) => (wider(lookup, (root, prefix, range)).ok_or(error)?, true),
    };
    let end = entries(lookup, &listing, &mut |entry| {
        let is_asked = !is_wider || range.holds(entry.key());
        if is_asked || matches!(entry, StoredEntry::Unlisted { .. }) {
            entry.visit(visit);
        }
    })?;
    match end {
        StoredListingEnd::Keys => Ok(()),
        StoredListingEnd::Folders { .. } => Err(GetError::NotInParts(None)),
    }
}

/// A listing of the same prefix that has every key that is asked for.
fn wider(lookup: &PartLookup, (root, prefix, asked): (&RootName, &str, &Range)) -> Option<Vec<u8>> {
    let first = SourceQuestion::ListedRange(root, prefix, 0).bytes();
    lookup.each(prefix, &first).find_map(|(shard, first)| {
        let of_shard = |question: SourceQuestion<'_>| {
            let answer = lookup.parts().of_shard(shard, &question.bytes());
            answer.ok().flatten()
        };
        let later =
            (1..).map_while(|number| of_shard(SourceQuestion::ListedRange(root, prefix, number)));
        let ranges = [first].into_iter().chain(later);
        let mut ranges = ranges.map_while(|range| decode::<Range>(&range).ok());
        let range = ranges.find(|range| range.covers(prefix, asked))?;
        of_shard(SourceQuestion::List(root, prefix, &range))
    })
}

/// Answers a question for the folders directly below a prefix.
///
/// # Errors
/// As [`keys`].
pub(super) fn folders(
    lookup: &PartLookup,
    (root, prefix): (&RootName, &str),
    other: &mut dyn FnMut(Listed<'_>),
) -> Result<Folders, GetError> {
    let question = SourceQuestion::Folders(root, prefix).bytes();
    let listing = lookup.about(prefix, &question)?;
    match entries(lookup, &listing, &mut |entry| entry.visit(other))? {
        StoredListingEnd::Folders { names, complete } => Ok(Folders {
            names,
            complete,
            requests: 0,
        }),
        StoredListingEnd::Keys => Err(GetError::NotInParts(None)),
    }
}

/// Calls `each` with the entries of a listing, then returns how it ended.
fn entries(
    lookup: &PartLookup,
    listing: &[u8],
    each: &mut dyn FnMut(StoredEntry),
) -> Result<StoredListingEnd, GetError> {
    let ListingAnswer { entries, end } = decode(listing)?;
    let mut reader = BufReader::new(entries.read(lookup.parts(), None));
    let mut bytes = Vec::new();
    loop {
        let mut length = [0; 4];
        match reader.read_exact(&mut length) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(GetError::from_body(error)),
        }
        let length = u32::from_le_bytes(length) as usize;
        if length > ENTRY {
            return Err(GetError::NotInParts(None));
        }
        bytes.resize(length, 0);
        reader.read_exact(&mut bytes).map_err(GetError::from_body)?;
        each(decode(&bytes)?);
    }
    end.map_err(StoredError::into_error)
}
