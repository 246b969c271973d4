//! The events found, each once, with the best evidence for it (pure).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::TrailOwner;
use super::subjects::EventsBySubject;
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::base::time::Window;
use crate::cloudtrail::event::record::FoundEvents;
use crate::cloudtrail::event::{Call, Event, Evidence, KeyChange, Via};
use crate::cloudtrail::ids::ChainId;

/// The events found.
#[derive(Debug, Default)]
pub struct KnownEvents {
    events: BTreeMap<Arc<Event>, Via>,
    by_subject: EventsBySubject,
    /// The number of refused calls, of calls on trails, of other calls, of leads, and of calls on keys.
    counts: [usize; 5],
    /// The logs whose records could not all be read.
    pub unread: Sample,
    /// Whether the limit was reached, so that not all events are kept.
    pub more: bool,
    /// Whether there were too many logs of unproven digests to read them all.
    pub more_leads: bool,
}

/// The order of evidence, best first: proven logs before unsigned answers, and those before leads; of
/// proven logs the one delivered first.
fn rank(via: &Via) -> impl Ord + '_ {
    match via {
        Via::VerifiedLog { log, digest, end } => (0, Some((*end, log, digest))),
        Via::LookupEvents => (1, None),
        Via::TrailStatus => (2, None),
        Via::UnprovenLog { log, digest } => (3, Some((Timestamp::MIN, log, digest))),
    }
}

impl KnownEvents {
    /// Adds an event. Of several pieces of evidence for one event the best is kept.
    pub fn add(&mut self, event: impl Into<Arc<Event>>, via: Via, limits: &Limits) {
        let event = event.into();
        if let Some(known) = self.events.get_mut(&event) {
            if rank(&via) < rank(known) {
                *known = via;
            }
            return;
        }
        // Each kind has its own limit, because anybody can make calls that are refused, as often as
        // they like. Those must not crowd out the others. Nor must leads, which anybody can write.
        let (kind, most) = match &event.call {
            _ if matches!(via, Via::UnprovenLog { .. }) => (3, limits.events / 10),
            _ if event.error_code.is_some() => (0, limits.events / 10),
            Call::Trail(..) | Call::Account(_) => (1, limits.events),
            Call::Key(..) => (4, limits.events / 10),
            _ => (2, limits.events),
        };
        if self.counts[kind] < most {
            self.counts[kind] += 1;
            self.by_subject.add(&event);
            self.events.insert(event, via);
        } else {
            self.more = true;
        }
    }

    /// Adds the events of one log.
    pub fn found(&mut self, found: FoundEvents, via: &Via, limits: &Limits) {
        if let Via::VerifiedLog { log, .. } = via
            && (found.records.broken || found.records.odd > 0)
        {
            let name = match &found.lost {
                Some(why) => format!("{} ({why})", log.1),
                None => log.1.clone(),
            };
            self.unread.add(limits, name);
        }
        for event in found.events {
            self.add(event, via.clone(), limits);
        }
    }

    /// Adds the events of another collection.
    pub fn merge(&mut self, other: KnownEvents, limits: &Limits) {
        for (event, via) in other.events {
            self.add(event, via, limits);
        }
        self.unread.append(limits, other.unread);
        self.more |= other.more;
        self.more_leads |= other.more_leads;
    }

    /// The calls on trails, buckets and keys that proven logs record, by time.
    pub fn changes(&self) -> impl Iterator<Item = Evidence> {
        let is_change =
            |call: &Call| matches!(call, Call::Trail(..) | Call::Bucket(..) | Call::Key(..));
        let known = self.all();
        let known = known.filter(move |(event, via)| {
            is_change(&event.call) && matches!(via, Via::VerifiedLog { .. })
        });
        known.map(evidence)
    }

    /// All events but leads, by time.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        let known = self
            .all()
            .filter(|(_, via)| !matches!(via, Via::UnprovenLog { .. }));
        known.map(|(event, _)| event)
    }

    /// The calls that concern a chain in a window, its end included, by time: those on its trail, its account and its
    /// organization.
    pub fn concerning(&self, chain: &ChainId, owner: &TrailOwner, time: Window) -> Vec<Evidence> {
        let near = self.by_subject.near(chain, owner).into_iter();
        let in_time = near.flat_map(|events| {
            let events = events.range::<Event, _>(before(time.from)..);
            events.take_while(|event| event.time <= time.to)
        });
        let known = in_time.filter_map(|event| self.events.get_key_value(event));
        let known = known.map(|(event, via)| evidence((event, via)));
        let mut found: Vec<Evidence> = known.filter(|e| owner.may_concern(e, chain)).collect();
        found.sort();
        found
    }

    fn all(&self) -> impl Iterator<Item = (&Event, &Via)> {
        self.events.iter().map(|(event, via)| (&**event, via))
    }

    /// The calls on objects, buckets and keys that proven logs record, by time.
    pub fn on_objects(&self) -> Vec<Evidence> {
        self.all()
            .filter(|(event, via)| {
                !matches!(event.call, Call::Trail(..) | Call::Account(_))
                    && matches!(via, Via::VerifiedLog { .. })
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

/// An event that sorts before every real event of the same instant.
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
        parameters: None,
        call: Call::Key(String::new(), KeyChange::Disabled),
    }
}

#[cfg(test)]
mod tests;
