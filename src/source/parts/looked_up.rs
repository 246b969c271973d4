//! The calls that shards looked up in CloudTrail's event history, joined. Each shard looks around the gaps of its own
//! chains, and a merge around those of all chains at once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::StoredError;
use crate::base::time::Window;
use crate::cloudtrail::answers::in_order;
use crate::cloudtrail::event::Event;
use crate::source::GetError;

/// One answer, and the time that was asked for.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredLookup {
    from: Timestamp,
    to: Timestamp,
    events: Result<Vec<Event>, StoredError>,
}

impl StoredLookup {
    /// `None` for the end of a run, which is no answer.
    pub fn of(time: Window, answer: &Result<Vec<Event>, GetError>) -> Option<Self> {
        let events = match answer {
            Ok(events) => Ok(events.clone()),
            Err(error) => Err(StoredError::of(error)?),
        };
        let Window { from, to } = time;
        Some(StoredLookup { from, to, events })
    }

    pub fn into_lookup(self) -> LookedUp {
        LookedUp {
            time: Window::new(self.from, self.to),
            events: self.events.map_err(StoredError::into_error),
        }
    }
}

/// The calls of one name in a time, or why they could not be looked up.
pub(super) struct LookedUp {
    time: Window,
    events: Result<Vec<Event>, GetError>,
}

/// What the shards found in a time. What lies between the times that they asked for is around no gap.
///
/// # Errors
/// If no shard asked for the beginning or for the end of the time; or the error of one that asked.
pub(super) fn joined(known: &[LookedUp], time: Window) -> Result<Vec<Event>, GetError> {
    if let Some(same) = known.iter().find(|lookup| lookup.time == time) {
        return same.events.clone();
    }
    let meets = |lookup: &&LookedUp| !lookup.time.clip(&time).is_empty();
    let near: Vec<&LookedUp> = known.iter().filter(meets).collect();
    let begins = near.iter().any(|lookup| lookup.time.from <= time.from);
    let ends = near.iter().any(|lookup| time.to <= lookup.time.to);
    if !begins || !ends {
        return Err(GetError::NotInParts(None));
    }
    let mut events = Vec::new();
    for lookup in near {
        let found = lookup.events.clone()?.into_iter();
        events.extend(found.filter(|event| time.from <= event.time && event.time < time.to));
    }
    Ok(in_order(events))
}
