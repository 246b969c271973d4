//! Which switches a series of calls leaves off: the trail itself, its logging, its validation, its reach
//! into one region or account, and what the account or its organization allows (pure).
//!
//! Each of them is a switch of its own. Switching off what is off already changes nothing, and
//! StartLogging does not undo a validation that was switched off. A gap is explained by what is
//! off, in the order in which it was switched off; a deleted trail comes first. CreateTrail makes a trail with
//! settings of its own: what follows is explained by these, until they are changed.
//!
//! A call after which the chain of the trail's home region goes on ended nothing elsewhere.

use jiff::Timestamp;

use super::clauses::{Clauses, call_of};
use super::facts::{
    Concern, ConcernKind, MOMENTS, TrailOwner, TrailState, agrees_with_digests, certainty,
    is_in_own_log, last_digest, slack_of, takes_effect,
};
use super::switch::{Switch, is_elsewhere, switched_by};
use super::{Cause, Certainty, Gap, GapPlace};
use crate::base::time::{Window, shift};
use crate::cloudtrail::event::{Call, Event, Evidence, TrailChange, TrailSettings};
use crate::cloudtrail::ids::ChainId;
use crate::proof::coverage::Spans;

/// A switch that is off.
struct SwitchedOff<'e> {
    switch: Switch,
    /// From when it explains a gap.
    from: Timestamp,
    certainty: Certainty,
    caused_by: &'e Evidence,
    /// A call switched it on so late that it may be the one that ended the gap.
    doubtful: bool,
}

/// The switches of one trail around one gap.
pub(super) struct Switches<'g, 'e> {
    gap: &'g Gap,
    chain: &'g ChainId,
    /// Whether the chain is that of another account than the trail's owner.
    is_member: bool,
    /// The time that the digests of the trail's home chain account for, if that is another chain.
    home: Option<&'g Spans>,
    since: Timestamp,
    end: Timestamp,
    /// How long before a short gap the call that ended it may be, in seconds.
    margin: i64,
    off: Vec<SwitchedOff<'e>>,
    /// Calls that switched something off, although digests went on.
    contradicted: Vec<(Switch, &'e Event)>,
    /// When logging, and when validation, was switched on, by time.
    on: [Vec<Timestamp>; 2],
    states: Vec<TrailState<'e>>,
}

impl<'g, 'e> Switches<'g, 'e> {
    /// All switches on.
    pub(super) fn new(
        gap: &'g Gap,
        chain: &'g ChainId,
        owner: &TrailOwner,
        home: Option<&'g Spans>,
    ) -> Self {
        let (since, end) = (gap.began(), gap.ended());
        let margin = match end.duration_since(since).as_secs() {
            short if short < MOMENTS => MOMENTS,
            _ => 0,
        };
        let is_member = chain.organization.is_some();
        Switches {
            gap,
            chain,
            is_member: is_member && owner.account().is_none_or(|o| *o != chain.account),
            home,
            since,
            end,
            margin,
            off: Vec::new(),
            contradicted: Vec::new(),
            on: Default::default(),
            states: Vec::new(),
        }
    }

    /// Applies the calls that concern a chain, by time. Returns the states during the gap: `initial`, then
    /// one state for each call that changed it.
    pub(super) fn run(
        mut self,
        near: &[(&'e Evidence, Concern<'e>)],
        initial: TrailState<'e>,
        clauses: &mut Clauses,
    ) -> Vec<TrailState<'e>> {
        self.states.push(initial);
        let done = near.iter().filter(|(e, _)| e.event.error_code.is_none());
        let done: Vec<_> = done.copied().collect();
        self.on = [Switch::Logging, Switch::Validation].map(|switch| self.when_on(switch, &done));
        let mut known = false;
        for (evidence, concern) in done {
            let certainty = certainty(evidence, concern);
            if let (ConcernKind::Trail(_), Call::Trail(_, TrailChange::Create(set))) =
                (concern.kind, &evidence.event.call)
            {
                if !known && self.gap.place == GapPlace::Head && evidence.event.time <= self.end {
                    self.add_time_before_creation(evidence, certainty);
                }
                self.create(set, certainty, evidence);
            }
            // A call on a trail shows that the trail existed.
            known |= matches!(concern.kind, ConcernKind::Trail(_));
            for (switch, on) in switched_by(&evidence.event, concern, self.chain, self.is_member) {
                match on {
                    true => self.switch_on(switch, evidence),
                    false if self.goes_on_at_home(switch, evidence) => {
                        clauses.goes_on_at_home(&evidence.event);
                    }
                    false => self.switch_off(switch, certainty, evidence),
                }
            }
        }
        for (_, event) in &self.contradicted {
            clauses.contradicted(event);
        }
        self.states
    }

    /// When a switch was switched on.
    fn when_on(&self, switch: Switch, done: &[(&'e Evidence, Concern<'e>)]) -> Vec<Timestamp> {
        let is_on = |(e, concern): &&(&'e Evidence, Concern<'e>)| {
            let created = matches!(&e.event.call, Call::Trail(_, TrailChange::Create(_)));
            let on = switched_by(&e.event, *concern, self.chain, self.is_member)
                .contains(&(switch, true));
            on || (created && matches!(concern.kind, ConcernKind::Trail(_)))
        };
        let on = done.iter().filter(is_on);
        on.map(|(e, _)| e.event.time).collect()
    }

    /// Whether the home chain goes on after a call that ends the digests of all chains of its trail, before
    /// another call switches them on again.
    fn goes_on_at_home(&self, switch: Switch, evidence: &Evidence) -> bool {
        let Some(home) = self.home.filter(|_| switch.is_of_trail()) else {
            return false;
        };
        let at = evidence.event.time;
        let on = &self.on[usize::from(switch == Switch::Validation)];
        let until = on.get(on.partition_point(|on| *on <= at)).copied();
        let until = shift(until.unwrap_or(self.end), -MOMENTS);
        let from = last_digest(evidence, self.chain, switch.cause());
        from < until && home.meets(Window::new(from, until))
    }

    /// Before its creation a trail writes nothing. That explains a gap before the first digest.
    fn add_time_before_creation(&mut self, evidence: &'e Evidence, certainty: Certainty) {
        self.states.push(TrailState {
            from: self.gap.time.from,
            cause: Cause::TrailCreated,
            certainty,
            caused_by: Some(evidence),
            clauses: Vec::new(),
        });
    }

    /// A new trail has settings of its own, and logs nothing until it is started. Whatever was off before
    /// was off for another trail.
    fn create(&mut self, set: &TrailSettings, certainty: Certainty, evidence: &'e Evidence) {
        let at = evidence.event.time;
        if at <= self.since && self.gap.place != GapPlace::Head {
            // Digests after it show that it was started.
            return;
        }
        let is_of_account =
            |off: &SwitchedOff| matches!(off.switch, Switch::Membership | Switch::RegionInUse);
        if at >= shift(self.end, -MOMENTS) {
            let off = self.off.iter_mut().filter(|off| !is_of_account(off));
            off.for_each(|off| off.doubtful = true);
            return;
        }
        self.off.retain(is_of_account);
        let is_off = [
            (
                Switch::Organization,
                self.is_member && set.organization != Some(true),
            ),
            (
                Switch::Region,
                is_elsewhere(self.chain) && set.multi_region != Some(true),
            ),
            (Switch::Validation, set.validation != Some(true)),
            (Switch::Logging, true),
        ];
        for (switch, _) in is_off.into_iter().filter(|(_, is_off)| *is_off) {
            self.off.push(SwitchedOff {
                switch,
                from: at,
                certainty,
                caused_by: evidence,
                doubtful: false,
            });
        }
        self.add_state(None);
    }

    fn switch_off(&mut self, switch: Switch, certainty: Certainty, evidence: &'e Evidence) {
        let event = &evidence.event;
        if event.time >= self.end {
            return;
        }
        if !agrees_with_digests(evidence, self.chain, switch.cause(), self.since) {
            self.contradicted.push((switch, event));
            return;
        }
        self.contradicted.retain(|(other, _)| *other != switch);
        if let Some(at) = self.off.iter().position(|off| off.switch == switch) {
            // A stopped trail cannot log the call that stops it again, so it must have been on.
            let was_on = matches!(switch, Switch::Trail | Switch::Logging)
                && is_in_own_log(evidence, self.chain);
            if !self.off[at].doubtful && !was_on {
                return;
            }
            self.off.remove(at);
        }
        if switch == Switch::Trail {
            // A trail that is created afterwards has settings of its own.
            let stays = [
                Switch::Organization,
                Switch::Membership,
                Switch::RegionInUse,
            ];
            self.off.retain(|off| stays.contains(&off.switch));
        }
        self.off.push(SwitchedOff {
            switch,
            from: takes_effect(evidence, switch.cause(), self.since),
            certainty,
            caused_by: evidence,
            doubtful: false,
        });
        self.add_state(None);
    }

    fn switch_on(&mut self, switch: Switch, evidence: &'e Evidence) {
        let event = &evidence.event;
        // Only a trail that exists can be started.
        let cleared =
            |off: Switch| off == switch || (switch == Switch::Logging && off == Switch::Trail);
        if event.time <= shift(self.since, MOMENTS) {
            self.contradicted.retain(|(off, _)| !cleared(*off));
        }
        if self.may_end_gap(event) {
            let off = self.off.iter_mut().filter(|off| cleared(off.switch));
            off.for_each(|off| off.doubtful = true);
            return;
        }
        let was_off = self.off.iter().any(|off| cleared(off.switch));
        self.off.retain(|off| !cleared(off.switch));
        if event.time <= self.since {
            self.states.truncate(1);
            self.add_state(None);
        } else if was_off {
            self.add_state(Some(event));
        }
    }

    /// Whether a call that switches something on may be the one that ended the gap. Such a call
    /// does not contradict that something was off during the gap.
    fn may_end_gap(&self, event: &Event) -> bool {
        event.time >= shift(self.end, -slack_of(&event.call))
            || (self.margin > 0 && event.time >= shift(self.since, -self.margin))
    }

    /// Adds what explains the gap from now on. `on` is the call that switched something on, after
    /// which nothing may be off.
    fn add_state(&mut self, on: Option<&Event>) {
        let deleted = self.off.iter().find(|off| off.switch == Switch::Trail);
        let Some(off) = deleted.or(self.off.first()) else {
            self.states
                .extend(on.map(|event| after_switching_on(event, self.since)));
            return;
        };
        let cause = off.switch.cause();
        let last = self.states.last();
        if last.is_some_and(|s| s.caused_by == Some(off.caused_by) && s.cause == cause) {
            return;
        }
        let on = on.map_or(off.from, |event| event.time);
        self.states.push(TrailState {
            from: off.from.max(on).max(self.since),
            cause,
            certainty: off.certainty,
            caused_by: Some(off.caused_by),
            clauses: Vec::new(),
        });
    }
}

/// The state after a call that switched the trail on, as long as no digest follows.
fn after_switching_on<'e>(event: &Event, since: Timestamp) -> TrailState<'e> {
    let clause = format!(
        "it was switched on at {} ({}), but no digest of the time after that exists: removed or never delivered",
        event.time,
        call_of(event)
    );
    TrailState {
        clauses: vec![clause],
        ..TrailState::unexplained(event.time.max(since), Cause::Unexplained)
    }
}

#[cfg(test)]
mod tests;
