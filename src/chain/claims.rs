//! What digests say of their predecessors, until those are met.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::digest::Link;
use crate::placement::Recorded;
use crate::trail::Window;

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

/// Claims that are not settled, by the end of the digest they name, its key and its bucket.
#[derive(Debug, Default)]
pub(super) struct Claims(BTreeMap<(Timestamp, String, String), Vec<Claim>>);

impl Claims {
    pub fn push(&mut self, end: Timestamp, claim: Claim) {
        let place = (end, claim.link.key.clone(), claim.link.bucket.clone());
        self.0.entry(place).or_default().push(claim);
    }

    /// The latest place named whose digest ends after `next`: bucket, key, end.
    pub fn latest(&self, next: Option<Timestamp>) -> Option<(String, String, Timestamp)> {
        let ((end, key, bucket), _) = self.0.last_key_value()?;
        let overdue = next.is_none_or(|next| *end > next);
        overdue.then(|| (bucket.clone(), key.clone(), *end))
    }

    /// Takes the claims on one place.
    pub fn take(&mut self, end: Timestamp, bucket: &str, key: &str) -> Vec<Claim> {
        self.0
            .remove(&(end, key.to_owned(), bucket.to_owned()))
            .unwrap_or_default()
    }

    /// Takes the claims on places that an object may stand for.
    pub fn take_recorded(&mut self, end: Timestamp, recorded: &[Recorded]) -> Vec<Claim> {
        let mut taken = Vec::new();
        for Recorded { bucket, key } in recorded {
            match bucket {
                Some(bucket) => taken.extend(self.take(end, bucket, key)),
                None => {
                    let from = (end, key.clone(), String::new());
                    let same = |(e, k, _): &&(Timestamp, String, String)| *e == end && k == key;
                    let buckets: Vec<String> = self
                        .0
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
