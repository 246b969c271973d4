//! Calls on the bucket and the KMS key of a trail that cannot be searched for (pure).

use std::collections::BTreeMap;

use super::{RecordedCalls, TrailInScope};
use crate::cloudtrail::event::{Call, Event, Evidence, TrailChange};
use crate::cloudtrail::ids::{Region, TrailName};

/// Which calls on the bucket or the key of a trail are not among its changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOpen {
    /// It is not known which KMS key the trail encrypts with, and calls on keys are recorded.
    Key {
        /// The trail, and its home region.
        trail: (TrailName, Region),
        /// How many calls on keys there are.
        calls: usize,
        /// The first of them.
        first: Event,
    },
    /// A call had the trail write to a bucket that no digest of the validation was written to.
    Bucket {
        /// The trail, and its home region.
        trail: (TrailName, Region),
        /// The bucket.
        bucket: String,
        /// The call.
        set_by: Event,
    },
}

impl TrailInScope<'_> {
    /// What cannot be searched for among some calls. `is_described` says whether CloudTrail described the trail.
    pub fn left_open(&self, calls: &RecordedCalls<'_>, is_described: bool) -> Vec<LeftOpen> {
        let trail = || (self.id.trail.clone(), self.id.home_region.clone());
        let on_trail = self.on_trail(calls);
        let counts = |evidence: &&Evidence| self.window.counts(evidence);
        let on_keys = || calls.on_keys.iter().map(|(_, e)| *e).filter(counts);
        let is_unknown = !is_described && self.keys(&on_trail).is_empty();
        let first = on_keys().next().filter(|_| is_unknown);
        let key = first.map(|first| LeftOpen::Key {
            trail: trail(),
            calls: on_keys().count(),
            first: first.event.clone(),
        });
        let mut buckets: BTreeMap<&str, &Event> = BTreeMap::new();
        for evidence in on_trail
            .into_iter()
            .filter(|e| e.event.error_code.is_none())
        {
            let Call::Trail(_, TrailChange::Create(set) | TrailChange::Update(set)) =
                &evidence.event.call
            else {
                continue;
            };
            let bucket = set.bucket.as_deref();
            if let Some(bucket) = bucket.filter(|bucket| !self.buckets.contains(bucket)) {
                buckets.entry(bucket).or_insert(&evidence.event);
            }
        }
        let buckets = buckets
            .into_iter()
            .map(|(bucket, set_by)| LeftOpen::Bucket {
                trail: trail(),
                bucket: bucket.into(),
                set_by: set_by.clone(),
            });
        key.into_iter().chain(buckets).collect()
    }
}
