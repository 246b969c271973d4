//! Why a gap is there: what was called around it, held against when digests end (pure).
//!
//! An event explains a gap only from the end of the digest interval that holds it: until there
//! logging was on, and what is not there of that time is not explained by it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::message::{Clauses, call_of};
use super::switches::Switches;
use super::{Cause, Certainty, Gap, GapPlace};
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::event::record::{Call, Event, Evidence, TrailChange, Via};
use crate::cloudtrail::ids::{AccountId, ChainId};
use crate::cloudtrail::object_key::DigestObjectKey;

/// How long around a gap events are looked at, in seconds: CloudTrail delivers within minutes, and the
/// digest that names the log may be the next but one.
pub const AROUND: i64 = 2 * HOUR;
/// How long digests may go on once validation was switched off, and begin after a call that switches
/// something on, in seconds: CloudTrail user guide, "Enabling log file integrity validation".
pub(super) const SLACK: i64 = HOUR;
/// How long after a call the digest ends that names the log with it, at most, in seconds: an hour, and
/// what it takes to deliver the log.
const HOLDER: i64 = HOUR + 900;
/// A gap shorter than this, in seconds, may begin after the call that ended it.
pub(super) const MOMENTS: i64 = 300;
/// Events shown with one gap.
const SHOWN: usize = 20;

/// Whose trail writes a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// An account's.
    Account(AccountId),
    /// An organization's: its owner stands in no digest, and nothing else here tells.
    Organization,
}

impl Owner {
    /// The account, where it is known.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Owner::Account(account) => Some(account),
            Owner::Organization => None,
        }
    }

    /// Whether a call is on the trail of a chain, or may be.
    pub fn named_by(&self, event: &Event, chain: &ChainId) -> bool {
        self.concerns(event, chain).is_some()
    }

    /// Whether a call is on the trail of a chain; `presumed` where only its name says so.
    fn concerns<'e>(&self, event: &'e Event, chain: &ChainId) -> Option<Concern<'e>> {
        let (account, home, trail) = event.on_trail()?;
        if *trail != chain.trail || *home != chain.home_region {
            return None;
        }
        match self {
            Owner::Account(owner) => (owner == account).then_some(Concern {
                presumed: false,
                account,
            }),
            Owner::Organization => Some(Concern {
                presumed: true,
                account,
            }),
        }
    }
}

/// A call that is on the trail of a chain.
#[derive(Clone, Copy)]
pub(super) struct Concern<'e> {
    presumed: bool,
    /// Whose trail the call names.
    account: &'e AccountId,
}

/// How long before a starting digest ends the call that it follows may be: StartLogging is its end,
/// of validation switched on while logging runs nothing is known.
pub(super) fn slack_of(change: &TrailChange) -> i64 {
    match change {
        TrailChange::Start => MOMENTS,
        _ => SLACK,
    }
}

/// From when a call holds: the end of the digest interval of the chain that holds it. Digests of
/// another chain may end at other minutes: where none of its own does, it is that of the hour in
/// which one should have ended, or that of the final digest of another.
pub(super) fn holds_from(evidence: &Evidence, cause: Cause, since: Timestamp) -> Timestamp {
    let at = evidence.event.time;
    let held = match evidence.via {
        Via::VerifiedLog { end, .. } => Some(end),
        _ => None,
    };
    if at <= since || held.is_some_and(|end| end <= since) {
        return since;
    }
    let late = at.as_second() - since.as_second();
    let hours = late.max(0).div_euclid(HOUR) + i64::from(late.max(0) % HOUR > 0);
    let hour = shift(since, hours * HOUR);
    match held {
        Some(end) if cause != Cause::ValidationDisabled => end.max(at).min(hour),
        _ => hour,
    }
}

/// Whether digests that go on until `since` agree with a call that ends them. The digest of the chain
/// itself that holds the call is its last; what another chain holds, or one after the gap, is held
/// against the hour of the call.
pub(super) fn fits(evidence: &Evidence, chain: &ChainId, cause: Cause, since: Timestamp) -> bool {
    if let Via::VerifiedLog { digest, end, .. } = &evidence.via
        && *end <= since
        && DigestObjectKey::parse(digest).is_some_and(|d| d.name.chain == *chain)
    {
        let slack = match cause {
            Cause::ValidationDisabled => SLACK,
            _ => 0,
        };
        return *end >= shift(since, -slack);
    }
    evidence.event.time >= shift(since, -HOLDER)
}

/// Whether a log of the trail itself holds a call: then it was logging until then.
pub(super) fn told_by_itself(evidence: &Evidence, chain: &ChainId) -> bool {
    let Via::VerifiedLog { digest, .. } = &evidence.via else {
        return false;
    };
    DigestObjectKey::parse(digest).is_some_and(|d| {
        let own = d.name.chain;
        own.trail == chain.trail && own.home_region == chain.home_region
    })
}

/// What is known of the trail at some time.
pub(super) struct SwitchState<'e> {
    pub from: Timestamp,
    pub cause: Cause,
    pub certainty: Certainty,
    pub told_by: Option<&'e Evidence>,
    pub clauses: Vec<String>,
}

/// Splits a gap by its causes, as far as events tell them. `events` are those of its surroundings, by
/// time, each once.
pub fn explain(gap: &Gap, chain: &ChainId, owner: &Owner, events: &[Evidence]) -> Vec<Gap> {
    let (since, around) = (gap.began(), gap.around());
    let first = events.partition_point(|e| e.event.time < around.from);
    let near: Vec<(&Evidence, Concern)> = events[first..]
        .iter()
        .take_while(|e| e.event.time <= around.to)
        .filter_map(|e| Some((e, owner.concerns(&e.event, chain)?)))
        .collect();
    let mut said = Clauses::default();
    let mut states = vec![SwitchState {
        from: gap.time.from,
        cause: gap.cause,
        certainty: Certainty::None,
        told_by: None,
        clauses: Vec::new(),
    }];
    let done = near.iter().filter(|(e, _)| e.event.error_code.is_none());
    let accounts: BTreeSet<&AccountId> = done.map(|(_, concern)| concern.account).collect();
    for (evidence, _) in &near {
        if evidence.event.error_code.is_some() {
            said.refused(&evidence.event);
        } else {
            said.moved(evidence);
        }
    }
    if *owner == Owner::Organization && accounts.len() > 1 {
        said.several(&accounts);
    } else {
        let switches = Switches::new(gap, chain);
        switches.run(&near, &mut states, &mut said);
    }
    let mut parts = split(gap, chain, states);
    for part in &mut parts {
        part.evidence = shown(part, since, &near);
        part.clauses.extend(said.clauses());
    }
    parts
}

/// The events that are shown with a part of a gap: if there are too many, the one that its cause is
/// told from, and those that were not refused, nearest to its ends.
fn shown(part: &Gap, since: Timestamp, near: &[(&Evidence, Concern)]) -> Vec<Evidence> {
    let (from, to) = (part.time.from.min(since), part.ended());
    let mut shown: Vec<_> = near
        .iter()
        .filter_map(|(e, _)| {
            let at = e.event.time;
            let told = part.told_by.as_ref() == Some(e);
            if !told && (at < shift(from, -AROUND) || shift(to, AROUND) < at) {
                return None;
            }
            let rank = match &e.event.call {
                _ if told => 0,
                _ if e.event.error_code.is_some() => 3,
                Call::Trail(_, TrailChange::Selectors) => 2,
                _ => 1,
            };
            let ends = [part.time.from, to].map(|end| at.duration_since(end).abs());
            Some((rank, ends.into_iter().min(), *e))
        })
        .collect();
    shown.sort_unstable();
    shown.truncate(SHOWN);
    let mut shown: Vec<Evidence> = shown.into_iter().map(|(.., e)| e.clone()).collect();
    shown.sort_unstable();
    shown
}

/// How sure a cause is that a call tells.
pub(super) fn certainty(evidence: &Evidence, concern: Concern<'_>) -> Certainty {
    match evidence.via {
        Via::TrailStatus => Certainty::Circumstantial,
        _ if concern.presumed => Certainty::Circumstantial,
        Via::LookupEvents => Certainty::Unsigned,
        Via::VerifiedLog { .. } => Certainty::Signed,
    }
}

/// The parts of a gap, one after another; states are in the order of what was called.
fn split(gap: &Gap, chain: &ChainId, states: Vec<SwitchState<'_>>) -> Vec<Gap> {
    let mut kept: Vec<SwitchState<'_>> = Vec::new();
    for mut state in states {
        if let Some(last) = kept.last() {
            state.from = state.from.max(last.from);
        }
        if gap.time.is_empty() {
            state.from = gap.time.from;
        }
        // What begins with the gap, or before, is what holds at its beginning.
        while kept
            .last()
            .is_some_and(|last| state.from <= gap.time.from.max(last.from))
        {
            kept.pop();
        }
        if state.from < gap.time.to || kept.is_empty() {
            kept.push(state);
        }
    }
    let froms: Vec<Timestamp> = kept.iter().map(|s| s.from).collect();
    let mut parts: Vec<Gap> = Vec::new();
    for (at, state) in kept.into_iter().enumerate() {
        let from = if at == 0 { gap.time.from } else { state.from };
        let to = froms.get(at + 1).copied().unwrap_or(gap.time.to);
        let last = at + 1 == froms.len();
        let still_on = state.told_by.is_none() && !last && gap.place != GapPlace::Head;
        parts.push(Gap {
            time: Window::new(from, to),
            restart: gap.restart.filter(|_| last),
            since: if at == 0 { gap.since } else { Some(from) },
            cause: if still_on {
                Cause::Unexplained
            } else {
                state.cause
            },
            certainty: state.certainty,
            told_by: state.told_by.cloned(),
            clauses: state.clauses,
            ..gap.clone()
        });
    }
    let next: Vec<Option<Evidence>> = parts.iter().skip(1).map(|p| p.told_by.clone()).collect();
    for (part, next) in parts.iter_mut().zip(next) {
        if let (Cause::Unexplained, Some(next)) = (part.cause, next) {
            let own = told_by_itself(&next, chain);
            part.clauses.push(format!(
                "{}{} came only at {}; until then digests were removed or never delivered{}",
                if own {
                    "logging was still on here: "
                } else {
                    ""
                },
                call_of(&next.event),
                next.event.time,
                if own {
                    ""
                } else {
                    ", or something was off already"
                }
            ));
        }
    }
    parts
}
