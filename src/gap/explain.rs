//! Why a gap is there: what was called around it, held against when digests end (pure).
//!
//! An event explains a gap only from the end of the digest interval that holds it: until there
//! logging was on, and what is not there of that time is not explained by it.

use jiff::Timestamp;

use super::say::{Said, call_of};
use super::{Cause, Certainty, Gap, Place};
use crate::keyname::DigestKey;
use crate::record::{Call, Event, Evidence, TrailChange, TrailRef, Via};
use crate::trail::{AccountId, ChainId, HOUR, Window, shift};

/// How long around a gap events are looked at, in seconds: CloudTrail delivers within minutes, and the
/// digest that names the log may be the next but one.
pub const AROUND: i64 = 2 * HOUR;
/// How long digests may go on once validation was switched off, and begin after a call that switches
/// something on, in seconds: CloudTrail user guide, "Enabling log file integrity validation".
const SLACK: i64 = HOUR;
/// How long after a call the digest ends that names the log with it, at most, in seconds: an hour, and
/// what it takes to deliver the log.
const HOLDER: i64 = HOUR + 900;
/// A gap shorter than this, in seconds, may begin after the call that ended it.
const MOMENTS: i64 = 300;
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
    /// Whether a call is on the trail of a chain; `presumed` where only its name says so.
    fn concerns(&self, event: &Event, chain: &ChainId) -> Option<Concern> {
        let Call::Trail(on, _) = &event.call else {
            return None;
        };
        let (account, home, trail) = match on {
            TrailRef::Name(name) => (event.account.as_ref()?, event.region.as_ref()?, name),
            TrailRef::Arn(arn) => (&arn.account, &arn.home_region, &arn.trail),
        };
        if *trail != chain.trail || *home != chain.home_region {
            return None;
        }
        match self {
            Owner::Account(owner) => (owner == account).then_some(Concern { presumed: false }),
            Owner::Organization => Some(Concern { presumed: true }),
        }
    }
}

#[derive(Clone, Copy)]
struct Concern {
    presumed: bool,
}

/// What a call on a trail makes of the digests of one of its chains.
enum Turn {
    Off(Cause),
    On,
}

fn turn(change: &TrailChange, chain: &ChainId) -> Option<Turn> {
    let elsewhere = chain.region != chain.home_region;
    Some(match change {
        TrailChange::Stop => Turn::Off(Cause::LoggingStopped),
        TrailChange::Delete => Turn::Off(Cause::TrailDeleted),
        TrailChange::Start => Turn::On,
        TrailChange::Update(set) => match (set.validation, set.multi_region) {
            (Some(false), _) => Turn::Off(Cause::ValidationDisabled),
            // In its home region it goes on.
            (_, Some(false)) if elsewhere => Turn::Off(Cause::LoggingStopped),
            (Some(true), _) => Turn::On,
            (_, Some(true)) if elsewhere => Turn::On,
            _ => return None,
        },
        // It logs once it is started.
        TrailChange::Create(_) | TrailChange::Selectors => return None,
    })
}

/// From when a call holds: the end of the digest interval that holds it. Where no digest does, of
/// the hour in which one should have ended.
fn holds_from(evidence: &Evidence, since: Timestamp) -> Timestamp {
    if let Via::VerifiedLog { end, .. } = evidence.via {
        return end;
    }
    let late = evidence.event.time.as_second() - since.as_second();
    let hours = late.max(0).div_euclid(HOUR) + i64::from(late.max(0) % HOUR > 0);
    shift(since, hours * HOUR)
}

/// How long before a starting digest ends the call that it follows may be: StartLogging is its end,
/// of validation switched on while logging runs nothing is known.
fn slack_of(change: &TrailChange) -> i64 {
    match change {
        TrailChange::Start => MOMENTS,
        _ => SLACK,
    }
}

/// Whether digests that go on until `since` agree with a call that ends them. The digest of the chain
/// itself that holds the call is its last; what another chain holds is held against the hour of the
/// call.
fn fits(evidence: &Evidence, chain: &ChainId, cause: Cause, since: Timestamp) -> bool {
    if let Via::VerifiedLog { digest, end, .. } = &evidence.via
        && DigestKey::parse(digest).is_some_and(|d| d.name.chain == *chain)
    {
        let slack = match cause {
            Cause::ValidationDisabled => SLACK,
            _ => 0,
        };
        return *end >= shift(since, -slack);
    }
    evidence.event.time >= shift(since, -HOLDER)
}

/// What is known of the trail at some time.
struct State<'e> {
    from: Timestamp,
    cause: Cause,
    certainty: Certainty,
    told_by: Option<&'e Evidence>,
    clauses: Vec<String>,
}

/// Splits a gap by its causes, as far as events tell them. `events` are those of its surroundings, by
/// time, each once.
pub fn explain(gap: &Gap, chain: &ChainId, owner: &Owner, events: &[Evidence]) -> Vec<Gap> {
    let (since, end) = (gap.began(), gap.ended());
    let near: Vec<(&Evidence, Concern)> = events
        .iter()
        .filter_map(|e| Some((e, owner.concerns(&e.event, chain)?)))
        .collect();
    let mut said = Said::default();
    let mut states = vec![State {
        from: gap.time.from,
        cause: gap.cause,
        certainty: Certainty::None,
        told_by: None,
        clauses: Vec::new(),
    }];
    if gap.place == Place::Head {
        states.extend(created(gap, &near));
    }
    // A digest may begin and end within moments of a call.
    let margin = match end.duration_since(since).as_secs() {
        short if short < MOMENTS => MOMENTS,
        _ => 0,
    };
    let mut digested_on: Option<&Event> = None;
    for (evidence, concern) in &near {
        let event = &evidence.event;
        let Call::Trail(_, change) = &event.call else {
            continue;
        };
        if event.error_code.is_some() {
            said.refused(event);
            continue;
        }
        match turn(change, chain) {
            Some(Turn::Off(cause)) if event.time < end => {
                if !fits(evidence, chain, cause, since) {
                    digested_on = Some(event);
                    continue;
                }
                states.push(State {
                    from: holds_from(evidence, since).max(since),
                    cause,
                    certainty: certainty(evidence, *concern),
                    told_by: Some(evidence),
                    clauses: Vec::new(),
                });
            }
            Some(Turn::On) if event.time < shift(since, -margin) => {
                digested_on = None;
                states.truncate(1);
            }
            Some(Turn::On) if event.time < shift(end, -slack_of(change)) => {
                let was_off = states.last().is_some_and(|s| s.told_by.is_some());
                if was_off {
                    states.push(on_again(event, since));
                }
            }
            None => said.moved(event),
            _ => {}
        }
    }
    if let Some(event) = digested_on {
        said.contradicted(event);
    }
    let mut parts = split(gap, states);
    for part in &mut parts {
        let (from, to) = (part.time.from.min(since), part.ended());
        let meets = |e: &Evidence| {
            let at = e.event.time;
            let told = part.told_by.as_ref() == Some(e);
            told || (shift(from, -AROUND) <= at && at <= shift(to, AROUND))
        };
        let mut evidence: Vec<Evidence> = near
            .iter()
            .map(|(e, _)| (*e).clone())
            .filter(meets)
            .collect();
        evidence.truncate(SHOWN);
        part.evidence = evidence;
        part.clauses.extend(said.clauses());
    }
    parts
}

/// What holds after a call that switched a trail on, while no digest is there yet.
fn on_again<'e>(event: &Event, since: Timestamp) -> State<'e> {
    let clause = format!(
        "it was switched on again at {} ({}), and no digest of the time after that is there: removed, or \
         never delivered",
        event.time,
        call_of(event)
    );
    State {
        from: event.time.max(since),
        cause: Cause::Unexplained,
        certainty: Certainty::None,
        told_by: None,
        clauses: vec![clause],
    }
}

/// The time before a trail was created, for a gap before its first digest.
fn created<'e>(gap: &Gap, near: &[(&'e Evidence, Concern)]) -> Option<State<'e>> {
    let (evidence, concern) = near.iter().rev().find(|(e, _)| {
        let create = matches!(&e.event.call, Call::Trail(_, TrailChange::Create(_)));
        create && e.event.error_code.is_none() && e.event.time <= gap.ended()
    })?;
    Some(State {
        from: gap.time.from,
        cause: Cause::TrailCreated,
        certainty: certainty(evidence, *concern),
        told_by: Some(evidence),
        clauses: Vec::new(),
    })
}

fn certainty(evidence: &Evidence, concern: Concern) -> Certainty {
    match evidence.via {
        Via::TrailStatus => Certainty::Circumstantial,
        _ if concern.presumed => Certainty::Circumstantial,
        Via::LookupEvents => Certainty::Unsigned,
        Via::VerifiedLog { .. } => Certainty::Signed,
    }
}

/// The parts of a gap, one after another; states are in the order of what was called.
fn split(gap: &Gap, states: Vec<State<'_>>) -> Vec<Gap> {
    let mut kept: Vec<State<'_>> = Vec::new();
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
        let still_on = state.told_by.is_none() && !last && gap.place != Place::Head;
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
            part.clauses.push(format!(
                "logging was still on here: {} came only at {}; digests of this time should be there, and \
                 are not (removed, or never delivered)",
                call_of(&next.event),
                next.event.time
            ));
        }
    }
    parts
}
