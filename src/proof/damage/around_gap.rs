//! The calls on the objects of a gap: those that removed or overwrote digests and logs of its time, and those
//! that changed their bucket or the KMS key of the trail (pure).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{DamageCalls, SHOWN, StoredCall, is_id_of};
use crate::base::time::{Window, shift};
use crate::cloudtrail::event::{BucketChange, Evidence, RemovedObject};
use crate::cloudtrail::ids::ChainId;
use crate::proof::chain::Location;
use crate::proof::gap::{AROUND, Certainty, Gap, GapPlace};

/// The calls on the objects of a gap.
#[derive(Debug, Default)]
pub struct GapCalls {
    /// Calls that removed or overwrote objects of its time, by time. A call on several objects lists only those.
    pub on_objects: Vec<Evidence>,
    /// Calls that may have led to the gap, though no object of it is recorded with them.
    pub indirect: Vec<Evidence>,
}

impl DamageCalls<'_> {
    /// The calls on the objects of a gap in the places that a chain writes to. `kms_key` is the KMS key that the
    /// trail encrypts with, if that is known.
    pub fn around_gap(
        &self,
        gap: &Gap,
        chain: &ChainId,
        locations: &[Location],
        kms_key: Option<&str>,
    ) -> GapCalls {
        let time = Window::new(gap.began(), gap.ended());
        let mut all = self.calls_on_digests(chain, locations, time);
        all.extend(self.calls_on_logs(chain, locations, time));
        let indirect = match (gap.certainty, gap.place) {
            // Before the first digest no log is searched, and a gap that a call explains needs no other cause.
            (_, GapPlace::Head) => Vec::new(),
            (Certainty::None, _) => self.indirect(locations, time, kms_key),
            _ => Vec::new(),
        };
        GapCalls {
            on_objects: narrowed(all),
            indirect,
        }
    }

    /// Calls on the logs of a chain's account and region. They may be those of another trail that writes to the
    /// same folder.
    fn calls_on_logs<'s>(
        &'s self,
        chain: &ChainId,
        locations: &'s [Location],
        time: Window,
    ) -> impl Iterator<Item = &'s StoredCall<'s>> {
        let folder = (chain.account.clone(), chain.region.clone());
        let calls = self.logs.get(&folder).into_iter().flatten();
        calls.filter(move |call| call.is_in(time, locations))
    }

    fn indirect(
        &self,
        locations: &[Location],
        time: Window,
        kms_key: Option<&str>,
    ) -> Vec<Evidence> {
        let buckets: BTreeSet<&str> = locations.iter().map(|l| l.bucket.as_str()).collect();
        let from = shift(time.from, -AROUND);
        let in_time = |at: Timestamp| from <= at;
        let mut found: Vec<&Evidence> = Vec::new();
        for bucket in buckets {
            let changes = self.buckets.get(bucket).into_iter().flatten();
            let changes = changes.filter(|(change, e)| match change {
                // A policy keeps CloudTrail from writing while it is set.
                BucketChange::Policy => in_time(e.event.time) && e.event.time <= time.to,
                BucketChange::Lifecycle
                | BucketChange::Versioning
                | BucketChange::Deleted
                | BucketChange::ObjectLock => in_time(e.event.time),
                BucketChange::Replication
                | BucketChange::Encryption
                | BucketChange::PublicAccess
                | BucketChange::Acl
                | BucketChange::Ownership => false,
            });
            found.extend(changes.map(|(_, e)| *e));
            let unnamed = self.unnamed.get(bucket).into_iter().flatten();
            found.extend(unnamed.filter(|e| in_time(e.event.time)));
        }
        let keys = self.keys.iter().filter(|(id, e)| {
            in_time(e.event.time)
                && e.event.time <= time.to
                && kms_key.is_some_and(|key| is_id_of(id, key))
        });
        found.extend(keys.map(|(_, e)| *e));
        found.sort();
        found.truncate(SHOWN);
        found.into_iter().cloned().collect()
    }
}

/// Each call once, by time. A removal lists only the objects given.
pub(super) fn narrowed<'e>(calls: impl IntoIterator<Item = &'e StoredCall<'e>>) -> Vec<Evidence> {
    let mut objects: BTreeMap<&Evidence, BTreeSet<&RemovedObject>> = BTreeMap::new();
    for call in calls {
        objects
            .entry(call.evidence)
            .or_default()
            .extend(call.removed);
    }
    let narrowed = objects.into_iter();
    narrowed
        .map(|(evidence, objects)| evidence.narrowed(objects.into_iter().cloned()))
        .collect()
}
