//! The logs that only unproven digests list.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;

use crate::proof::placement::RecordedPlace;
use crate::validate::Access;
use crate::validate::records::{LogStanding, ReadLog};

/// Marks of logs that only unproven digests list, two of each: 16 MB.
const MARKS: usize = 1_000_000;

/// The logs that only unproven digests list and that were read. They are not read once more as logs that no proven
/// digest lists.
#[derive(Default)]
pub struct DoubtfulLogs {
    hasher: RandomState,
    marks: Mutex<HashSet<u64>>,
}

impl DoubtfulLogs {
    /// Adds a log, if it is one.
    pub fn add(&self, log: &ReadLog<'_>) {
        if log.standing != LogStanding::Proven {
            let mut marks = self.marks.lock().unwrap_or_else(|e| e.into_inner());
            if marks.len() < MARKS {
                marks.insert(self.hasher.hash_one((log.bucket, log.key)));
                // As found in a copy whose bucket is not known.
                marks.insert(self.hasher.hash_one(("", log.key)));
            }
        }
    }

    /// Whether a log that was found under this name was read, or may have been.
    pub fn may_hold(&self, access: Access<'_>, (bucket, key): (&str, &str)) -> bool {
        let marks = self.marks.lock().unwrap_or_else(|e| e.into_inner());
        let holds = |bucket: &str, key: &str| marks.contains(&self.hasher.hash_one((bucket, key)));
        let found = access.places.find(bucket, key);
        let mut recorded = found
            .all()
            .iter()
            .flat_map(|(root, key)| access.places.recorded(*root, key));
        let is_recorded = |place: RecordedPlace| {
            let bucket = place.bucket.as_deref().unwrap_or_default();
            holds(bucket, &place.key)
        };
        marks.len() >= MARKS || holds(bucket, key) || recorded.any(is_recorded)
    }
}
