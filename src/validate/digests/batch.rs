//! Digests fetched together: what runs on the workers.

use rayon::prelude::*;

use crate::base::sha256::Sha256;
use crate::cloudtrail::ids::ChainId;
use crate::proof::digest_object::{Content, NotDigest, Reading};
use crate::proof::judge::OwnSignature;
use crate::proof::reason::Reason;
use crate::proof::signature::SignatureCheck;
use crate::validate::Context;
use crate::validate::digests::listing::{DigestNames, Slot};

/// Digests fetched together, newest first.
pub(crate) struct Batch {
    pub slots: Vec<Slot>,
    pub readings: Vec<Reading>,
    /// The most logs that one of them names, as bytes of digest.
    pub largest: u64,
}

impl Context<'_> {
    pub(crate) fn fetch(
        &self,
        names: &DigestNames,
        id: &ChainId,
        backfill: bool,
        slots: &[Slot],
    ) -> Batch {
        let read = |slot: &Slot| {
            let (root, key, name) = names.key(id, *slot, backfill)?;
            Some(self.fetcher.digest(root, &key, name))
        };
        let readings: Vec<Reading> = slots.par_iter().filter_map(read).collect();
        let largest = readings.iter().map(weight).max().unwrap_or(0);
        Batch {
            slots: slots.to_vec(),
            readings,
            largest,
        }
    }
}

/// What a digest's log list costs in memory, roughly.
fn weight(reading: &Reading) -> u64 {
    match &reading.content {
        Content::Digest { digest, .. } => 1024 + 512 * digest.claimed_logs_unverified() as u64,
        _ => 1024,
    }
}

/// The place a digest says it was written to, if that is where it was found.
pub(crate) fn home_of(reading: &Reading) -> Option<(String, String)> {
    let Content::Digest { digest, .. } = &reading.content else {
        return None;
    };
    let (bucket, key) = digest.claimed_place_unverified();
    let here = reading.recorded.iter().any(|r| r.matches(bucket, key));
    here.then(|| (bucket.into(), key.into()))
}

/// Whether a digest's own signature proves it.
pub(crate) fn proves_itself(reading: &Reading) -> bool {
    matches!(
        reading.own,
        OwnSignature::Present(_, SignatureCheck::Valid(_))
    )
}

/// The hash of what was read, or why nothing was.
pub(crate) fn content_of(reading: &Reading) -> Result<Sha256, Reason> {
    match &reading.content {
        Content::Digest { digest, .. } => Ok(digest.sha256()),
        Content::Other(NotDigest::Bytes { sha256, .. }) => Ok(*sha256),
        Content::Other(NotDigest::TooLarge { sha256 }) => sha256.ok_or(Reason::TooLarge),
        Content::Other(NotDigest::Unread { reason, .. }) => Err(*reason),
    }
}

/// Splits readings, newest first, into those that end together.
pub(crate) fn runs(readings: Vec<Reading>) -> Vec<Vec<Reading>> {
    let mut runs: Vec<Vec<Reading>> = Vec::new();
    for reading in readings {
        match runs.last_mut() {
            Some(run) if run.first().is_some_and(|f| f.name.end == reading.name.end) => {
                run.push(reading)
            }
            _ => runs.push(vec![reading]),
        }
    }
    runs
}
