//! Which switches a series of calls leaves off: the trail itself, its logging, its validation, or
//! its reach into one region (pure).
//!
//! Each of the four is a switch of its own. Switching off what is off already changes nothing, and
//! StartLogging does not undo a validation that was switched off. A gap is explained by what is
//! off, in the order in which it was switched off; a deleted trail comes first.

use jiff::Timestamp;

use super::clauses::{Clauses, call_of};
use super::facts::{
    Concern, MOMENTS, SLACK, TrailState, agrees_with_digests, certainty, is_in_own_log, slack_of,
    takes_effect,
};
use super::{Cause, Certainty, Gap, GapPlace};
use crate::base::time::shift;
use crate::cloudtrail::event::{Call, Event, Evidence, TrailChange};
use crate::cloudtrail::ids::ChainId;

/// The switches that must be on so that digests of a chain are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Switch {
    /// The trail exists.
    Trail,
    /// The trail is logging.
    Logging,
    /// The trail writes digests.
    Validation,
    /// The trail covers this region.
    Region,
}

impl Switch {
    /// The cause of a gap while this is off.
    fn cause(self) -> Cause {
        match self {
            Switch::Trail => Cause::TrailDeleted,
            Switch::Logging | Switch::Region => Cause::LoggingStopped,
            Switch::Validation => Cause::ValidationDisabled,
        }
    }
}

/// What a call switches for one chain of its trail, and whether on. CreateTrail switches nothing
/// on, because a new trail logs only after StartLogging.
fn switched_by(change: &TrailChange, chain: &ChainId) -> Vec<(Switch, bool)> {
    match change {
        TrailChange::Stop => vec![(Switch::Logging, false)],
        TrailChange::Start => vec![(Switch::Logging, true)],
        TrailChange::Delete => vec![(Switch::Trail, false)],
        TrailChange::Update(set) => {
            let validation = set.validation.map(|on| (Switch::Validation, on));
            // In its home region a trail goes on, whether it covers other regions or not.
            let elsewhere = chain.region != chain.home_region;
            let region = set.multi_region.filter(|_| elsewhere);
            let region = region.map(|on| (Switch::Region, on));
            validation.into_iter().chain(region).collect()
        }
        TrailChange::Create(_) | TrailChange::Selectors => Vec::new(),
    }
}

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
    since: Timestamp,
    end: Timestamp,
    /// How long before a short gap the call that ended it may be, in seconds.
    margin: i64,
    off: Vec<SwitchedOff<'e>>,
    /// Calls that switched something off, although digests went on.
    contradicted: Vec<(Switch, &'e Event)>,
    /// When the trail was created, and whether it validates.
    created: Option<(Timestamp, bool)>,
    started: bool,
    states: Vec<TrailState<'e>>,
}

impl<'g, 'e> Switches<'g, 'e> {
    /// All switches on.
    pub(super) fn new(gap: &'g Gap, chain: &'g ChainId) -> Self {
        let (since, end) = (gap.began(), gap.ended());
        let margin = match end.duration_since(since).as_secs() {
            short if short < MOMENTS => MOMENTS,
            _ => 0,
        };
        Switches {
            gap,
            chain,
            since,
            end,
            margin,
            off: Vec::new(),
            contradicted: Vec::new(),
            created: None,
            started: false,
            states: Vec::new(),
        }
    }

    /// Applies the calls on a trail, by time. Returns the states during the gap: `initial`, then one
    /// state for each call that changed it.
    pub(super) fn run(
        mut self,
        near: &[(&'e Evidence, Concern<'e>)],
        initial: TrailState<'e>,
        clauses: &mut Clauses,
    ) -> Vec<TrailState<'e>> {
        self.states.push(initial);
        let done = near.iter().filter(|(e, _)| e.event.error_code.is_none());
        let mut known = false;
        for (evidence, concern) in done {
            let Call::Trail(_, change) = &evidence.event.call else {
                continue;
            };
            let certainty = certainty(evidence, *concern);
            if let TrailChange::Create(set) = change {
                if !known && self.gap.place == GapPlace::Head && evidence.event.time <= self.end {
                    self.add_time_before_creation(evidence, certainty);
                }
                self.created = Some((evidence.event.time, set.validation == Some(true)));
                self.started = false;
            }
            // A call on a trail shows that the trail existed.
            known = true;
            for (switch, on) in switched_by(change, self.chain) {
                match on {
                    true => self.switch_on(switch, change, evidence),
                    false => self.switch_off(switch, certainty, evidence),
                }
            }
        }
        for (_, event) in &self.contradicted {
            clauses.contradicted(event);
        }
        self.states
    }

    /// Before its creation a trail writes nothing. That explains a gap before the first digest, but
    /// not the time between the creation and that digest.
    fn add_time_before_creation(&mut self, evidence: &'e Evidence, certainty: Certainty) {
        self.states.push(TrailState {
            from: self.gap.time.from,
            cause: Cause::TrailCreated,
            certainty,
            caused_by: Some(evidence),
            clauses: Vec::new(),
        });
        let late = shift(evidence.event.time, SLACK);
        if late < self.end {
            let unexplained = TrailState::unexplained(late, self.gap.cause);
            self.states.push(unexplained);
        }
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
            self.off.clear();
            self.created = None;
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

    fn switch_on(&mut self, switch: Switch, change: &TrailChange, evidence: &'e Evidence) {
        let event = &evidence.event;
        let recreated = self.completes_trail(switch);
        let cleared = |off: Switch| off == switch || (recreated && off == Switch::Trail);
        if event.time <= shift(self.since, MOMENTS) {
            self.contradicted.retain(|(off, _)| !cleared(*off));
        }
        if self.may_end_gap(event, change) {
            let off = self.off.iter_mut().filter(|off| cleared(off.switch));
            off.for_each(|off| off.doubtful = true);
            return;
        }
        let was_off = self.off.iter().any(|off| cleared(off.switch));
        self.off.retain(|off| !cleared(off.switch));
        if event.time <= self.since {
            self.states.truncate(1);
            self.add_state(None);
            return;
        }
        let begins = self.created.is_some()
            && switch == Switch::Logging
            && recreated
            && self.gap.place == GapPlace::Head;
        if was_off || (begins && self.off.is_empty()) {
            self.add_state(Some(event));
        }
    }

    /// Whether a trail exists again with this call: it was created, validates and was started.
    fn completes_trail(&mut self, switch: Switch) -> bool {
        match switch {
            Switch::Logging => {
                self.started = true;
                self.created.is_none_or(|(_, validates)| validates)
            }
            Switch::Validation => {
                if let Some((_, validates)) = &mut self.created {
                    *validates = true;
                }
                self.started && self.created.is_some()
            }
            Switch::Trail | Switch::Region => false,
        }
    }

    /// Whether a call that switches something on may be the one that ended the gap. Such a call
    /// does not contradict that something was off during the gap.
    fn may_end_gap(&self, event: &Event, change: &TrailChange) -> bool {
        event.time >= shift(self.end, -slack_of(change))
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
        let last = self.states.last();
        if last.is_some_and(|s| s.caused_by == Some(off.caused_by)) {
            return;
        }
        let on = on.map_or(off.from, |event| event.time);
        self.states.push(TrailState {
            from: off.from.max(on).max(self.since),
            cause: off.switch.cause(),
            certainty: off.certainty,
            caused_by: Some(off.caused_by),
            clauses: Vec::new(),
        });
    }
}

/// The state after a call that switched the trail on, as long as no digest follows.
fn after_switching_on<'e>(event: &Event, since: Timestamp) -> TrailState<'e> {
    let clause = format!(
        "it was switched on at {} ({}), and no digest of the time after that is there: removed, or never \
         delivered",
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
