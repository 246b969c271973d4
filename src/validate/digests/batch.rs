//! Digests that are fetched together, on the workers.

use rayon::prelude::*;

use super::names::{DigestNames, DigestSet, Slot};
use crate::base::sha256::Sha256;
use crate::cloudtrail::ids::ChainId;
use crate::proof::digest_object::{Content, NotDigest, Reading};
use crate::proof::judge::OwnSignature;
use crate::proof::placement::is_another;
use crate::proof::reason::Reason;
use crate::proof::signature::SignatureCheck;
use crate::validate::context::Context;

/// Digests that were fetched together, newest first.
pub(super) struct Batch {
    pub slots: Vec<Slot>,
    pub readings: Vec<Reading>,
    /// The size in memory of the largest digest, in bytes.
    pub largest: u64,
}

/// Fetches some digests of a chain.
pub(super) fn fetch(
    context: &Context<'_>,
    id: &ChainId,
    names: &DigestNames,
    set: DigestSet,
    slots: &[Slot],
) -> Batch {
    let read = |slot: &Slot| {
        let (root, key, name) = names.key(id, *slot, set == DigestSet::Backfill)?;
        Some(context.fetcher.digest(root, &key, name))
    };
    let readings: Vec<Reading> = context
        .pool
        .install(|| slots.par_iter().filter_map(read).collect());
    let largest = readings.iter().map(size).max().unwrap_or(0);
    Batch {
        slots: slots.to_vec(),
        readings,
        largest,
    }
}

/// The size of a digest in memory, in bytes: nearly all of it is its list of logs.
fn size(reading: &Reading) -> u64 {
    match &reading.content {
        Content::Digest { digest, .. } => {
            1024 + 512 * digest.claimed_log_files_unverified().len() as u64
        }
        Content::Other(_) => 1024,
    }
}

/// The bucket and key that a digest claims, if they are among the places where it may have been written.
pub(super) fn claimed_place(reading: &Reading) -> Option<(&str, &str)> {
    let Content::Digest { digest, .. } = &reading.content else {
        return None;
    };
    let place = digest.claimed_place_unverified();
    may_be_at(reading, place).then_some(place)
}

/// Whether an object was found where something written to this place may be.
pub(super) fn may_be_at(reading: &Reading, (bucket, key): (&str, &str)) -> bool {
    reading.recorded.iter().any(|r| r.matches(bucket, key))
}

/// Whether a digest was found elsewhere than at the place that it claims: it is a copy that `--map` gives.
pub(super) fn is_copy(reading: &Reading) -> bool {
    let found = reading.bucket.as_deref();
    claimed_place(reading).is_some_and(|(bucket, key)| {
        key != reading.key || found.is_some_and(|found| found != bucket)
    })
}

/// Whether there was no object under the name of the digest.
pub(super) fn is_missing(reading: &Reading) -> bool {
    matches!(
        &reading.content,
        Content::Other(NotDigest::Unread { reason, .. }) if *reason == Reason::NotFound
    )
}

/// Whether the signature stored with a digest is wrong.
pub(super) fn contradicts_itself(reading: &Reading) -> bool {
    matches!(
        reading.own,
        OwnSignature::Present(_, SignatureCheck::Invalid)
    )
}

/// Whether a digest's own signature proves it.
pub(super) fn proves_itself(reading: &Reading) -> bool {
    matches!(
        reading.own,
        OwnSignature::Present(_, SignatureCheck::Valid(_))
    )
}

/// Whether a digest's own signature proves it as the one that it was found as. A copy under the name of another
/// digest is signed too, and proves nothing there.
pub(super) fn is_signed_as_found(reading: &Reading) -> bool {
    let Content::Digest { digest, .. } = &reading.content else {
        return false;
    };
    proves_itself(reading) && !is_another(digest, &reading.name, &reading.key)
}

/// The hash of the content, or why it could not be read.
pub(super) fn content_of(reading: &Reading) -> Result<Sha256, Reason> {
    match &reading.content {
        Content::Digest { digest, .. } => Ok(digest.sha256()),
        Content::Other(NotDigest::Bytes { sha256, .. }) => Ok(*sha256),
        Content::Other(NotDigest::TooLarge { sha256, .. }) => sha256.ok_or(Reason::TooLarge),
        Content::Other(NotDigest::Unread { reason, .. }) => Err(*reason),
    }
}

/// Splits readings, newest first, by their ends.
pub(super) fn by_end(readings: Vec<Reading>) -> Vec<Vec<Reading>> {
    let mut groups: Vec<Vec<Reading>> = Vec::new();
    for reading in readings {
        match groups.last_mut() {
            Some(group)
                if group
                    .first()
                    .is_some_and(|f| f.name.end == reading.name.end) =>
            {
                group.push(reading)
            }
            _ => groups.push(vec![reading]),
        }
    }
    groups
}
