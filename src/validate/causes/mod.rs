//! Gaps and damage, held against what was called around them.

pub(crate) mod selectors;
pub(crate) mod witness;

use std::collections::BTreeMap;

use super::Context;
use super::digests::chain::ChainState;
use crate::base::text::one_or_many;
use crate::base::time::{Window, shift};
use crate::cloudtrail::event::{Call, Event, Evidence, TrailChange, TrailRef, Via};
use crate::cloudtrail::ids::Region;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::proof::damage::DamageCalls;
use crate::proof::gap::event_filter::NamedTrails;
use crate::proof::gap::events::KnownEvents;
use crate::proof::gap::{AROUND, Certainty, Gap, split_by_cause};
use crate::source::GetError;

/// How far back LookupEvents reaches, in seconds: CloudTrail API reference, LookupEvents.
const LOOKUP: i64 = 90 * 86_400;
/// The calls that are looked up.
const CALLS: [&str; 6] = [
    "StopLogging",
    "StartLogging",
    "UpdateTrail",
    "DeleteTrail",
    "CreateTrail",
    "PutEventSelectors",
];
/// Calls of one name within this, in seconds, of the time that GetTrailStatus tells are the same.
const SAME: i64 = 300;

impl Context<'_> {
    /// Tells why gaps are there and who damaged what, as far as events say. Gives what LookupEvents
    /// could not be asked: home regions, and why.
    pub(super) fn explain(
        &self,
        chains: &mut [&mut ChainState],
        heard: &mut KnownEvents,
    ) -> BTreeMap<Region, GetError> {
        let unasked = self.look_up(chains, heard);
        let objects = heard.on_objects();
        let traces = DamageCalls::new(&objects);
        for proved in chains.iter_mut() {
            let mut gaps = self.causes(proved, heard);
            for gap in &mut gaps {
                removed(gap, proved, &traces);
                let why = unasked.get(&proved.id.home_region).map(GetError::detail);
                if let Some(why) = why.filter(|_| gap.certainty == Certainty::None) {
                    gap.clauses
                        .push(format!("LookupEvents could not be asked: {why}"));
                }
            }
            proved.gaps = gaps;
            let key = proved.trail.as_ref();
            let key = key.and_then(|trail| trail.0.kms_key.clone());
            let locations = &proved.main.locations;
            let attach = |f: &mut _| traces.attach(f, locations, key.as_deref());
            proved.ledger.amend(attach);
        }
        unasked
    }

    /// The gaps of a chain, split by their causes.
    fn causes(&self, proved: &ChainState, heard: &KnownEvents) -> Vec<Gap> {
        if proved.gaps.is_empty() {
            return Vec::new();
        }
        let owner = self.owner(proved);
        let told = match proved.trail.as_deref() {
            Some((config, status)) if config.arn.account == proved.id.account => {
                told_by_status(config, status)
            }
            _ => Vec::new(),
        };
        let explained = |gap: &Gap| {
            let mut events = heard.on_trails(gap.event_window());
            events.retain(|e| owner.may_concern(&e.event, &proved.id));
            let new = told.iter().filter(|e| !is_among(e, &events));
            let new: Vec<Evidence> = new.cloned().collect();
            events.extend(new);
            events.sort();
            split_by_cause(gap, &proved.id, &owner, &events)
        };
        proved.gaps.iter().flat_map(explained).collect()
    }

    /// Asks LookupEvents for what no proven log tells, in the home regions of trails with gaps.
    fn look_up(
        &self,
        chains: &[&mut ChainState],
        heard: &mut KnownEvents,
    ) -> BTreeMap<Region, GetError> {
        let mut unasked = BTreeMap::new();
        let (Some(trails), Some(now)) = (self.trails, self.request.as_of) else {
            return unasked;
        };
        let oldest = shift(now, -LOOKUP);
        let mut times: BTreeMap<&Region, Window> = BTreeMap::new();
        let mut named = NamedTrails::default();
        for proved in chains {
            let owner = self.owner(proved);
            for gap in &proved.gaps {
                let recorded = heard.on_trails(gap.event_window());
                let parts = split_by_cause(gap, &proved.id, &owner, &recorded);
                let open = parts.iter().any(|p| p.certainty != Certainty::Signed);
                let ended = shift(gap.ended(), AROUND);
                if !open || ended < oldest {
                    continue;
                }
                named.add(&proved.id, &owner);
                let time = Window::new(shift(gap.began(), -AROUND).max(oldest), ended.min(now));
                let known = times.entry(&proved.id.home_region).or_insert(time);
                *known = Window::new(known.from.min(time.from), known.to.max(time.to));
            }
        }
        for (region, time) in times {
            for name in CALLS {
                match trails.lookup(region, name, time) {
                    Ok(events) => {
                        for event in events.into_iter().filter(|e| named.has(e)) {
                            heard.add(event, Via::LookupEvents, &self.request.limits);
                        }
                    }
                    Err(error) => {
                        if error == GetError::Interrupted {
                            self.fetcher.stopped();
                        }
                        // Too many calls of one name, which anybody may make, hide none of another.
                        let more = error == GetError::too_many_pages();
                        unasked.entry(region.clone()).or_insert(error);
                        if !more {
                            break;
                        }
                    }
                }
            }
        }
        unasked
    }
}

/// Adds to a gap who removed digests of its time.
fn removed(gap: &mut Gap, proved: &ChainState, traces: &DamageCalls<'_>) {
    let time = Window::new(gap.began(), gap.ended());
    let removed = traces.removed(&proved.id, &proved.main.locations, time);
    let Some(last) = removed.last() else { return };
    let event = &last.event;
    // S3 removes what is not there as willingly, and nothing here says that it was.
    gap.clauses.push(format!(
        "{} to remove a digest of this time{}{} at {} ({}){}, as a proven log records; whether that was \
         there is not told",
        one_or_many(removed.len(), "a call was made", "calls were made"),
        match removed.len() {
            1 => "",
            _ => ", the last",
        },
        event.by(),
        event.time,
        event.name_and_id(),
        event.origin()
    ));
    gap.evidence
        .extend(removed.into_iter().take(SHOWN).cloned());
    gap.evidence.sort();
    gap.evidence.dedup();
}

/// Removals shown with one gap.
const SHOWN: usize = 20;

/// The times that GetTrailStatus tells, as calls of which nothing else is known.
fn told_by_status(config: &TrailConfig, status: &TrailStatus) -> Vec<Evidence> {
    let told = [
        (status.started, "StartLogging", TrailChange::Start),
        (status.stopped, "StopLogging", TrailChange::Stop),
    ];
    let evidence = |(time, name, change): (_, &str, _)| {
        let event = Event {
            time: time?,
            name: name.into(),
            id: None,
            region: Some(config.arn.home_region.clone()),
            account: Some(config.arn.account.clone()),
            actor: None,
            source_ip: None,
            user_agent: None,
            error_code: None,
            call: Call::Trail(TrailRef::Arn(config.arn.clone()), change),
        };
        Some(Evidence {
            event,
            via: Via::TrailStatus,
        })
    };
    told.into_iter().filter_map(evidence).collect()
}

/// Whether a call is told already, by something that tells more of it.
fn is_among(told: &Evidence, events: &[Evidence]) -> bool {
    events.iter().any(|e| {
        let apart = e.event.time.duration_since(told.event.time).abs();
        e.event.name == told.event.name && e.event.error_code.is_none() && apart.as_secs() <= SAME
    })
}
