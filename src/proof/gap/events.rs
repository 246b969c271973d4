//! Events that were found, each once, known in the best way (pure).

use crate::base::sample::Sample;
use crate::cloudtrail::event::record::FoundEvents;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::base::limits::Limits;
use crate::base::time::Window;
use crate::cloudtrail::event::{Call, Event, Evidence, Via};

/// Events that were found.
#[derive(Debug, Default)]
pub struct KnownEvents {
    events: BTreeMap<Event, Via>,
    /// How many there are of each kind.
    counts: [usize; 3],
    /// Logs whose records could not all be read.
    pub unread: Sample,
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

impl KnownEvents {
    /// Adds an event.
    pub fn add(&mut self, event: Event, via: Via, limits: &Limits) {
        if let Some(known) = self.events.get_mut(&event) {
            if rank(&via) < rank(known) {
                *known = via;
            }
            return;
        }
        // Each kind has room of its own, so that none can be driven out by others: a call that is
        // refused can be made by anybody, as often as it pleases.
        let (kind, most) = match &event.call {
            _ if event.error_code.is_some() => (0, limits.events / 10),
            Call::Trail(..) => (1, limits.events),
            _ => (2, limits.events),
        };
        if self.counts[kind] < most {
            self.counts[kind] += 1;
            self.events.insert(event, via);
        } else {
            self.more = true;
        }
    }

    /// Adds what was found in one log.
    pub fn found(&mut self, found: FoundEvents, via: &Via, limits: &Limits) {
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

    /// The calls on trails within some time, its last instant too, by time.
    pub fn on_trails(&self, time: Window) -> Vec<Evidence> {
        self.events
            .range(before(time.from)..)
            .take_while(|(event, _)| event.time <= time.to)
            .filter(|(event, _)| matches!(event.call, Call::Trail(..)))
            .map(evidence)
            .collect()
    }

    /// What proven logs tell of calls on anything else than trails, by time.
    pub fn on_objects(&self) -> Vec<Evidence> {
        self.events
            .iter()
            .filter(|(event, via)| {
                !matches!(event.call, Call::Trail(..)) && matches!(via, Via::VerifiedLog { .. })
            })
            .map(evidence)
            .collect()
    }
}

fn evidence((event, via): (&Event, &Via)) -> Evidence {
    Evidence {
        event: event.clone(),
        via: via.clone(),
    }
}

/// What comes before every event of an instant.
fn before(time: Timestamp) -> Event {
    Event {
        time,
        name: String::new(),
        id: None,
        region: None,
        account: None,
        actor: None,
        source_ip: None,
        user_agent: None,
        error_code: None,
        call: Call::Key(String::new()),
    }
}
