//! The claims of digests about their predecessors, kept until the walk meets those.

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

/// The digest that makes a claim. It may be unproven: then its claim carries a signature, and is no
/// evidence that a predecessor existed.
#[derive(Debug, Clone)]
pub(super) struct Claimer {
    pub bucket: String,
    pub key: String,
    pub interval: Window,
    pub proven: bool,
    /// It is where it was written.
    pub in_place: bool,
    /// It was counted as valid: nothing was found on it but notes.
    pub valid: bool,
}

impl Claimer {
    /// A digest that nothing proves, by the place and interval it claims.
    pub fn unproven((bucket, key): (String, String), interval: Window) -> Self {
        Claimer {
            bucket,
            key,
            interval,
            proven: false,
            in_place: false,
            valid: false,
        }
    }
}

impl Claim {
    /// Whether both are the same link of the same digest.
    fn equals(&self, other: &Claim) -> bool {
        self.link == other.link && self.by.key == other.by.key
    }
}

/// The claims on digests that were not met yet.
#[derive(Debug, Default)]
pub(super) struct OpenClaims {
    /// By end, key and bucket of the predecessor.
    open: BTreeMap<(Timestamp, String, String), Vec<Claim>>,
    /// The claims taken last, and the end of their predecessor. Several objects may represent one
    /// place, and each is judged by the same claims.
    last: Option<(Timestamp, Vec<Claim>)>,
}

impl OpenClaims {
    /// Adds a claim on a digest that ends at `end`.
    pub fn push(&mut self, end: Timestamp, claim: Claim) {
        let place = (end, claim.link.key.clone(), claim.link.bucket.clone());
        self.open.entry(place).or_default().push(claim);
    }

    /// The latest place, as bucket, key and end, that a proven digest refers to and whose digest
    /// ends after `next`. Drops later places that only unproven digests refer to: nothing was found
    /// there, and that is no finding.
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

    /// Whether the place of a link is claimed by another digest.
    pub fn holds(&self, link: &Link) -> bool {
        self.open
            .keys()
            .any(|(_, key, bucket)| *key == link.key && *bucket == link.bucket)
    }

    /// The hash that a proven digest recorded for one of these places.
    pub fn expected(&self, end: Timestamp, recorded: &[RecordedPlace]) -> Option<Sha256> {
        let from = (end, String::new(), String::new());
        let claims = self
            .open
            .range(from..)
            .take_while(|((e, _, _), _)| *e == end);
        let here =
            claims.filter(|((_, key, bucket), _)| recorded.iter().any(|r| r.matches(bucket, key)));
        let proven = here.flat_map(|(_, claims)| claims).filter(|c| c.by.proven);
        proven.filter_map(|c| c.link.sha256).next()
    }

    /// Keeps the claims that were taken for an object, for other objects in its place.
    pub fn remember(&mut self, end: Timestamp, claims: &[Claim]) {
        match &mut self.last {
            Some((last, kept)) if *last == end => {
                kept.retain(|k| !claims.iter().any(|c| c.equals(k)));
                kept.extend_from_slice(claims);
            }
            last => *last = Some((end, claims.to_vec())),
        }
    }

    /// The claims on the places of an object that another object there took before, except those in
    /// `taken`.
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
        let here = |c: &&Claim| {
            recorded
                .iter()
                .any(|r| r.matches(&c.link.bucket, &c.link.key))
        };
        let new = |c: &&Claim| !taken.iter().any(|t| t.equals(c));
        kept.filter(here).filter(new).cloned().collect()
    }

    /// The claims on one place.
    pub fn on(&self, end: Timestamp, bucket: &str, key: &str) -> &[Claim] {
        let place = (end, key.to_owned(), bucket.to_owned());
        self.open.get(&place).map_or(&[], Vec::as_slice)
    }

    /// Takes out the claims on one place, which closes them.
    pub fn take(&mut self, end: Timestamp, bucket: &str, key: &str) -> Vec<Claim> {
        self.open
            .remove(&(end, key.to_owned(), bucket.to_owned()))
            .unwrap_or_default()
    }

    /// Takes out the claims on all places that an object may represent. A place without a bucket stands
    /// for that key in any bucket.
    pub fn take_recorded(&mut self, end: Timestamp, recorded: &[RecordedPlace]) -> Vec<Claim> {
        let mut taken = Vec::new();
        for RecordedPlace { bucket, key } in recorded {
            match bucket {
                Some(bucket) => taken.extend(self.take(end, bucket, key)),
                None => {
                    for bucket in self.buckets_of(end, key) {
                        taken.extend(self.take(end, &bucket, key));
                    }
                }
            }
        }
        taken
    }

    /// The buckets in which a key is claimed.
    fn buckets_of(&self, end: Timestamp, key: &str) -> Vec<String> {
        let from = (end, key.to_owned(), String::new());
        let same = |(e, k, _): &&(Timestamp, String, String)| *e == end && k == key;
        let places = self.open.range(from..).map(|(place, _)| place);
        places.take_while(same).map(|(.., b)| b.clone()).collect()
    }
}

#[cfg(test)]
mod tests;
