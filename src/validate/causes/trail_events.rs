//! The times that GetTrailStatus returns, as events.

use crate::cloudtrail::event::{Call, Event, Evidence, TrailChange, TrailRef, Via};
use crate::validate::chain_state::ChainState;

/// Calls of one name that are at most this many seconds apart are the same call.
const SAME: i64 = 300;

/// The times that GetTrailStatus reports for the trail of a chain, as calls of which nothing else is
/// known. Empty for another account's trail: its status is not that of this chain.
pub(super) fn by_status(chain: &ChainState) -> Vec<Evidence> {
    let Some((config, status)) = chain.trail.as_deref() else {
        return Vec::new();
    };
    if config.arn.account != chain.id.account {
        return Vec::new();
    }
    let reported = [
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
            parameters: None,
            call: Call::Trail(TrailRef::Arn(config.arn.clone()), change),
        };
        Some(Evidence {
            event,
            via: Via::TrailStatus,
        })
    };
    reported.into_iter().filter_map(evidence).collect()
}

/// Whether a call from a trail's status is among events that say more about it.
pub(super) fn is_among(by_status: &Evidence, events: &[Evidence]) -> bool {
    events.iter().any(|e| {
        let apart = e.event.time.duration_since(by_status.event.time).abs();
        e.event.name == by_status.event.name
            && e.event.error_code.is_none()
            && !e.is_lead()
            && apart.as_secs() <= SAME
    })
}
