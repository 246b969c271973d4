//! Events that were found, each once, known in the best way (pure).

use std::collections::BTreeMap;

use crate::discover::Named;
use crate::keep::Found;
use crate::limits::Limits;
use crate::record::{Event, Evidence, Via};
use crate::trail::Window;

/// Events that were found.
#[derive(Debug, Default)]
pub struct Heard {
    events: BTreeMap<Event, Via>,
    /// Logs whose records could not all be read.
    pub unread: Named,
    /// Whether there were more than are kept.
    pub more: bool,
}

/// The better of two ways to know the same: a proven log, and of those the first one delivered.
fn rank(via: &Via) -> impl Ord + '_ {
    match via {
        Via::VerifiedLog { log, digest, end } => (0, Some((*end, log, digest))),
        Via::LookupEvents => (1, None),
        Via::TrailStatus => (2, None),
    }
}

fn evidence((event, via): (&Event, &Via)) -> Evidence {
    Evidence {
        event: event.clone(),
        via: via.clone(),
    }
}

impl Heard {
    /// Adds an event.
    pub fn add(&mut self, event: Event, via: Via, limits: &Limits) {
        if let Some(known) = self.events.get_mut(&event) {
            if rank(&via) < rank(known) {
                *known = via;
            }
        } else if self.events.len() < limits.events {
            self.events.insert(event, via);
        } else {
            self.more = true;
        }
    }

    /// Adds what was found in one log.
    pub fn found(&mut self, found: Found, via: &Via, limits: &Limits) {
        if let Via::VerifiedLog { log, .. } = via
            && (found.records.broken || found.records.odd > 0)
        {
            self.unread.add(limits, &log.1);
        }
        for event in found.events {
            self.add(event, via.clone(), limits);
        }
    }

    /// All events, by time, however they are known.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.keys()
    }

    /// The events of some time, by time.
    pub fn between(&self, time: Window) -> Vec<Evidence> {
        let first = Event::first_at(time.from);
        let from = self.events.range(first..);
        from.take_while(|(event, _)| event.time <= time.to)
            .map(evidence)
            .collect()
    }

    /// All events that stand in proven logs, by time.
    pub fn proven(&self) -> Vec<Evidence> {
        let proven = |via: &Via| matches!(via, Via::VerifiedLog { .. });
        let events = self.events.iter();
        events
            .filter(|(_, via)| proven(via))
            .map(evidence)
            .collect()
    }
}
