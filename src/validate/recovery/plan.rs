//! What is searched for a finding: the keys, and by what the original is known.

use crate::base::sha256::Sha256;
use crate::cloudtrail::object_key::DigestObjectKey;
use crate::proof::finding::{Finding, Original};
use crate::source::RootId;
use crate::validate::context::Context;

/// The number of a ledger, and of a finding in it.
pub(super) type FindingAt = (usize, usize);

/// The keys of one finding.
pub(super) struct Task {
    /// The number of the finding.
    pub at: FindingAt,
    pub finding: Finding,
    /// By what its original is known.
    pub wanted: SoughtObject,
    /// Where to search.
    pub places: Vec<SearchPlace>,
    /// How many digests are not searched.
    pub left_out: u64,
    /// How many objects the finding is about, if it is about several.
    pub several: Option<Several>,
}

/// How many digests a finding without a key is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Several {
    /// Each of the keys existed.
    Each(u64),
    /// At least one of the keys existed.
    Any,
}

/// By what an original is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SoughtObject {
    /// A log of this hash.
    Log(Sha256),
    /// A digest of this hash, or one whose own signature verifies.
    Digest(Option<Sha256>),
}

/// One key in one bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SearchPlace {
    pub root: RootId,
    pub bucket: String,
    pub key: String,
}

/// What to search for a finding; `None` if its place is not part of the source.
pub(super) fn task(context: &Context<'_>, at: FindingAt, finding: Finding) -> Option<Task> {
    let (wanted, places, several) = match finding.searched_original()? {
        Original::Log(hash) => (SoughtObject::Log(*hash), one(context, &finding), None),
        Original::Digest(hash) => {
            let place = one(context, &finding).filter(|place| is_digest(&place.key));
            (SoughtObject::Digest(*hash), place, None)
        }
        Original::Digests(expected) => {
            let most = context.request.limits.recoveries;
            let places = expected.places().take(most);
            let places = places
                .filter_map(|(bucket, key)| place_of(context, bucket, &key.to_string()))
                .collect();
            let several = match expected.each {
                true => Several::Each(expected.most),
                false => Several::Any,
            };
            let all = expected.most.saturating_mul(expected.places.len() as u64);
            let left_out = all.saturating_sub(most as u64);
            return Some(Task {
                at,
                wanted: SoughtObject::Digest(None),
                places,
                left_out,
                several: Some(several),
                finding,
            });
        }
    };
    Some(Task {
        at,
        wanted,
        places: vec![places?],
        left_out: 0,
        several,
        finding,
    })
}

/// A finding without what takes most of its memory.
pub(super) fn without_events(finding: &Finding) -> Finding {
    Finding {
        chain: finding.chain.clone(),
        bucket: finding.bucket.clone(),
        key: finding.key.clone(),
        reason: finding.reason,
        interval: finding.interval,
        object: finding.object.clone(),
        original: finding.original.clone(),
        ..Finding::new(finding.code, finding.message.clone()).severity(finding.severity)
    }
}

/// How many objects a finding stands for that collapsed with others, so that none of them is searched.
pub(super) fn collapsed(finding: &Finding) -> u64 {
    let is_collapsed =
        finding.original.is_none() && finding.key.is_none() && finding.code.is_of_objects();
    finding.count.filter(|_| is_collapsed).unwrap_or(0)
}

fn is_digest(key: &str) -> bool {
    DigestObjectKey::parse(key).is_some()
}

fn one(context: &Context<'_>, finding: &Finding) -> Option<SearchPlace> {
    place_of(context, finding.bucket.as_deref()?, finding.key.as_deref()?)
}

fn place_of(context: &Context<'_>, bucket: &str, key: &str) -> Option<SearchPlace> {
    let (root, key) = context.fetcher.places(bucket, key).all().first().cloned()?;
    let bucket = context.fetcher.places.bucket(root).unwrap_or(bucket);
    Some(SearchPlace {
        root,
        bucket: bucket.to_owned(),
        key,
    })
}
