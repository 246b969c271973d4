//! What digests say of their predecessors, until those are met.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::digest::Link;
use crate::proof::placement::RecordedPlace;

/// A claim that a digest makes on its predecessor.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub link: Link,
    pub by: Claimer,
}

/// The digest that makes a claim.
#[derive(Debug, Clone)]
pub(super) struct Claimer {
    pub bucket: String,
    pub key: String,
    pub interval: Window,
    /// It is proven.
    pub proven: bool,
    /// And it lies where it was signed for.
    pub in_place: bool,
    /// And nothing was found on it, so that it was counted as valid.
    pub valid: bool,
}

impl Claim {
    /// Whether two are one: the same link of the same digest.
    fn is(&self, other: &Claim) -> bool {
        self.link == other.link && self.by.key == other.by.key
    }
}

/// Claims that are not settled, by the end of the digest they name, its key and its bucket.
#[derive(Debug, Default)]
pub(super) struct Claims {
    open: BTreeMap<(Timestamp, String, String), Vec<Claim>>,
    /// Those last taken, and the end of the digest they name: several objects may lie in its place.
    last: Option<(Timestamp, Vec<Claim>)>,
}

impl Claims {
    pub fn push(&mut self, end: Timestamp, claim: Claim) {
        let place = (end, claim.link.key.clone(), claim.link.bucket.clone());
        self.open.entry(place).or_default().push(claim);
    }

    /// The latest place that a proven digest names and whose digest ends after `next`: bucket, key,
    /// end. What only unproven digests name is dropped: it carried a signature, and nothing came.
    pub fn latest(&mut self, next: Option<Timestamp>) -> Option<(String, String, Timestamp)> {
        while let Some(entry) = self.open.last_entry() {
            let (end, key, bucket) = entry.key().clone();
            if next.is_some_and(|next| end <= next) {
                return None;
            }
            if entry.get().iter().any(|claim| claim.by.proven) {
                return Some((bucket, key, end));
            }
            entry.remove();
        }
        None
    }

    /// Whether the place of a link is claimed.
    pub fn holds(&self, link: &Link) -> bool {
        self.open
            .keys()
            .any(|(_, key, bucket)| *key == link.key && *bucket == link.bucket)
    }

    /// The hash that a proven digest recorded for one of some places.
    pub fn expected(&self, end: Timestamp, recorded: &[RecordedPlace]) -> Option<Sha256> {
        let from = (end, String::new(), String::new());
        let claims = self
            .open
            .range(from..)
            .take_while(|((e, _, _), _)| *e == end);
        let named =
            claims.filter(|((_, key, bucket), _)| recorded.iter().any(|r| r.is(bucket, key)));
        let proven = named.flat_map(|(_, claims)| claims).filter(|c| c.by.proven);
        proven.filter_map(|c| c.link.sha256).next()
    }

    /// Keeps the claims that were taken for an object, for others in its place.
    pub fn remember(&mut self, end: Timestamp, claims: &[Claim]) {
        match &mut self.last {
            Some((last, kept)) if *last == end => {
                kept.retain(|k| !claims.iter().any(|c| c.is(k)));
                kept.extend_from_slice(claims);
            }
            last => *last = Some((end, claims.to_vec())),
        }
    }

    /// Claims on the places of an object that were taken for another one there.
    pub fn met_before(
        &self,
        end: Timestamp,
        recorded: &[RecordedPlace],
        taken: &[Claim],
    ) -> Vec<Claim> {
        let kept = self
            .last
            .iter()
            .filter(|(last, _)| *last == end)
            .flat_map(|(_, kept)| kept);
        let here = |c: &&Claim| recorded.iter().any(|r| r.is(&c.link.bucket, &c.link.key));
        let new = |c: &&Claim| !taken.iter().any(|t| t.is(c));
        kept.filter(here).filter(new).cloned().collect()
    }

    /// Takes the claims on one place.
    pub fn take(&mut self, end: Timestamp, bucket: &str, key: &str) -> Vec<Claim> {
        self.open
            .remove(&(end, key.to_owned(), bucket.to_owned()))
            .unwrap_or_default()
    }

    /// Takes the claims on places that an object may stand for.
    pub fn take_recorded(&mut self, end: Timestamp, recorded: &[RecordedPlace]) -> Vec<Claim> {
        let mut taken = Vec::new();
        for RecordedPlace { bucket, key } in recorded {
            match bucket {
                Some(bucket) => taken.extend(self.take(end, bucket, key)),
                None => {
                    let from = (end, key.clone(), String::new());
                    let same = |(e, k, _): &&(Timestamp, String, String)| *e == end && k == key;
                    let buckets: Vec<String> = self
                        .open
                        .range(from..)
                        .map(|(k, _)| k)
                        .take_while(same)
                        .map(|k| k.2.clone())
                        .collect();
                    for bucket in buckets {
                        taken.extend(self.take(end, &bucket, key));
                    }
                }
            }
        }
        taken
    }
}
