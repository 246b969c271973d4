//! How an event is known.

use jiff::Timestamp;

use super::{Call, Event, RemovedObject};

/// An event and how it is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The event.
    pub event: Event,
    /// How it is known.
    pub via: Via,
}

/// How an event is known, the strongest evidence first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// A log contains it that a proven digest lists and whose hash matched.
    VerifiedLog {
        /// The log's bucket and key.
        log: (String, String),
        /// The digest's key.
        digest: String,
        /// The end of the digest's interval.
        end: Timestamp,
    },
    /// LookupEvents returned it. Nothing signs that.
    LookupEvents,
    /// GetTrailStatus returned its time. Nothing else is known of the call.
    TrailStatus,
    /// A log contains it that only an unproven digest lists, though its hash matched. Anybody who may write
    /// to the bucket could have made both, so it is a lead and supports nothing.
    UnprovenLog {
        /// The log's bucket and key.
        log: (String, String),
        /// The digest's key.
        digest: String,
    },
}

impl Evidence {
    /// The same, with only these of the objects that the call removed.
    pub fn narrowed(&self, objects: impl Iterator<Item = RemovedObject>) -> Evidence {
        let mut evidence = self.clone();
        if let Call::Remove(_, all) = &mut evidence.event.call {
            *all = objects.collect();
        }
        evidence
    }

    /// Whether it is only a lead: worth checking, and no support for anything.
    pub fn is_lead(&self) -> bool {
        matches!(self.via, Via::UnprovenLog { .. })
    }
}
