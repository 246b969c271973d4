//! Splits a gap by its causes: compares the calls around it with the ends of digests (pure).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::clauses::{Clauses, call_of, lead};
use super::facts::{AROUND, Concern, ConcernKind, TrailOwner, TrailState, is_in_own_log};
use super::switches::Switches;
use super::{Cause, Gap, GapPlace};
use crate::base::time::{Window, shift};
use crate::cloudtrail::event::{Call, Evidence, TrailChange};
use crate::cloudtrail::ids::{AccountId, ChainId};
use crate::proof::coverage::Spans;

/// The most events shown with one gap.
const SHOWN: usize = 20;

/// Splits a gap into parts with one cause each, where events explain it. `events` are those
/// around the gap ([`Gap::event_window`]), by time, each once. `home` is the time that the digests of the
/// trail's home chain account for, if that is another chain and was read.
pub fn split_by_cause(
    gap: &Gap,
    chain: &ChainId,
    owner: &TrailOwner,
    home: Option<&Spans>,
    events: &[Evidence],
) -> Vec<Gap> {
    if !gap.may_be_explained() {
        return vec![gap.clone()];
    }
    let around = gap.event_window();
    let first = events.partition_point(|e| e.event.time < around.from);
    // Leads are shown, and nothing follows from them.
    let (leads, near): (Vec<_>, Vec<_>) = events[first..]
        .iter()
        .take_while(|e| e.event.time <= around.to)
        .filter_map(|e| Some((e, owner.concern(e, chain)?)))
        .partition(|(e, _): &(&Evidence, Concern)| e.is_lead());
    let mut clauses = Clauses::default();
    let switches = Switches::new(gap, chain, owner, home);
    let states = states(switches, gap, owner, &near, &mut clauses);
    let mut parts = parts(gap, states);
    say_when_it_was_on(&mut parts, chain);
    for part in &mut parts {
        part.evidence = shown(part, gap.began(), &near, &leads);
        part.clauses.extend(clauses.all());
        let leads: Vec<_> = part.evidence.iter().filter(|e| e.is_lead()).collect();
        let clause = lead(&leads).filter(|_| part.caused_by.is_none());
        part.clauses.extend(clause);
    }
    parts
}

/// The states during a gap, in the order of the calls. The first state is that of a gap without
/// calls.
fn states<'e>(
    switches: Switches<'_, 'e>,
    gap: &Gap,
    owner: &TrailOwner,
    near: &[(&'e Evidence, Concern<'e>)],
    clauses: &mut Clauses,
) -> Vec<TrailState<'e>> {
    for (evidence, _) in near {
        if evidence.event.error_code.is_some() {
            clauses.refused(&evidence.event);
        } else {
            clauses.moved(evidence);
        }
    }
    let done = near.iter().filter(|(e, _)| e.event.error_code.is_none());
    let on_trail = |(_, concern): &(&Evidence, Concern<'e>)| match concern.kind {
        ConcernKind::Trail(account) => Some(account),
        _ => None,
    };
    let accounts: BTreeSet<&AccountId> = done.filter_map(on_trail).collect();
    let initial = TrailState::unexplained(gap.time.from, gap.cause);
    // Calls in several accounts are on several trails of one name, of which at most one is the
    // organization's.
    if *owner == TrailOwner::Organization && accounts.len() > 1 {
        clauses.several(&accounts);
        return vec![initial];
    }
    switches.run(near, initial, clauses)
}

/// The events shown with a part of a gap. If there are too many, the one that its cause follows
/// from goes first, then calls that succeeded, then those nearest to its ends. Leads come last.
fn shown(
    part: &Gap,
    since: Timestamp,
    near: &[(&Evidence, Concern)],
    leads: &[(&Evidence, Concern)],
) -> Vec<Evidence> {
    let (from, to) = (part.time.from.min(since), part.ended());
    let mut shown: Vec<_> = near
        .iter()
        .chain(leads)
        .filter_map(|(e, _)| {
            let at = e.event.time;
            let is_cause = part.caused_by.as_ref() == Some(e);
            if !is_cause && (at < shift(from, -AROUND) || shift(to, AROUND) < at) {
                return None;
            }
            let rank = match &e.event.call {
                _ if is_cause => 0,
                _ if e.is_lead() => 4,
                _ if e.event.error_code.is_some() => 3,
                Call::Trail(_, TrailChange::Selectors(_) | TrailChange::Insights(_)) => 2,
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

/// The parts of a gap, one after another. `states` are in the order of the calls.
fn parts(gap: &Gap, states: Vec<TrailState<'_>>) -> Vec<Gap> {
    let states = in_gap(gap, states);
    let froms: Vec<Timestamp> = states.iter().map(|s| s.from).collect();
    let mut parts: Vec<Gap> = Vec::new();
    for (at, state) in states.into_iter().enumerate() {
        let from = if at == 0 { gap.time.from } else { state.from };
        let to = froms.get(at + 1).copied().unwrap_or(gap.time.to);
        let last = at + 1 == froms.len();
        let still_on = state.caused_by.is_none() && !last && gap.place != GapPlace::Head;
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
            caused_by: state.caused_by.cloned(),
            clauses: state.clauses,
            ..gap.clone()
        });
    }
    parts
}

/// The states that hold for some time of a gap; the first holds at its beginning.
fn in_gap<'e>(gap: &Gap, states: Vec<TrailState<'e>>) -> Vec<TrailState<'e>> {
    let mut kept: Vec<TrailState<'e>> = Vec::new();
    for mut state in states {
        if let Some(last) = kept.last() {
            state.from = state.from.max(last.from);
        }
        if gap.time.is_empty() {
            state.from = gap.time.from;
        }
        // A state that begins with the gap, or before it, replaces the state at its beginning.
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
    kept
}

/// Adds to each unexplained part that a call ends: until that call, something else explains it. A call that
/// created the trail shows that there was none just before it.
fn say_when_it_was_on(parts: &mut [Gap], chain: &ChainId) {
    let next: Vec<Option<Evidence>> = parts.iter().skip(1).map(|p| p.caused_by.clone()).collect();
    for (part, next) in parts.iter_mut().zip(next) {
        let (Cause::Unexplained, Some(next)) = (part.cause, next) else {
            continue;
        };
        if matches!(next.event.call, Call::Trail(_, TrailChange::Create(_))) {
            part.clauses.push(format!(
                "{} was called at {}, so no trail of this name existed just before; it is not known when an \
                 earlier one was deleted",
                call_of(&next.event),
                next.event.time,
            ));
            continue;
        }
        let (before, after) = match is_in_own_log(&next, chain) {
            true => ("logging was still on: ", ""),
            false => ("", ", or something was off already"),
        };
        part.clauses.push(format!(
            "{before}{} was called only at {}; until then digests were removed or never delivered{after}",
            call_of(&next.event),
            next.event.time,
        ));
    }
}

#[cfg(test)]
mod tests;
