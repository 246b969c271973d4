//! What calls switch off and on, one after another: logging, validation, the regions it is for, and
//! the trail itself. Switching off what is off, or on what is on, changes nothing, and one does not
//! undo the other (pure).

use jiff::Timestamp;

use super::cause::{
    Concern, MOMENTS, SLACK, SwitchState, certainty, fits, holds_from, slack_of, told_by_itself,
};
use super::message::{Clauses, call_of};
use super::{Cause, Certainty, Gap, GapPlace};
use crate::base::time::shift;
use crate::cloudtrail::event::record::{Call, Event, Evidence, TrailChange};
use crate::cloudtrail::ids::ChainId;

/// What is switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Switch {
    /// The trail is there.
    Trail,
    /// It logs.
    Logging,
    /// It writes digests.
    Validation,
    /// It does so in this region.
    Region,
}

/// What a call switches for the digests of one chain of its trail, off or on. CreateTrail switches
/// nothing on: a trail logs once it is started.
fn turns(change: &TrailChange, chain: &ChainId) -> Vec<(Switch, bool)> {
    let elsewhere = chain.region != chain.home_region;
    match change {
        TrailChange::Stop => vec![(Switch::Logging, false)],
        TrailChange::Start => vec![(Switch::Logging, true)],
        TrailChange::Delete => vec![(Switch::Trail, false)],
        TrailChange::Update(set) => {
            let validation = set.validation.map(|on| (Switch::Validation, on));
            // In its home region it goes on.
            let region = set.multi_region.filter(|_| elsewhere);
            let region = region.map(|on| (Switch::Region, on));
            validation.into_iter().chain(region).collect()
        }
        TrailChange::Create(_) | TrailChange::Selectors => Vec::new(),
    }
}

fn cause(of: Switch) -> Cause {
    match of {
        Switch::Trail => Cause::TrailDeleted,
        Switch::Logging | Switch::Region => Cause::LoggingStopped,
        Switch::Validation => Cause::ValidationDisabled,
    }
}

/// Something that is off.
struct Off<'e> {
    what: Switch,
    from: Timestamp,
    certainty: Certainty,
    told_by: &'e Evidence,
    /// A call switched it on that may be the one that ended the gap.
    doubtful: bool,
}

/// Held against one gap of one chain.
pub(super) struct Switches<'g, 'e> {
    gap: &'g Gap,
    chain: &'g ChainId,
    since: Timestamp,
    end: Timestamp,
    /// A digest may begin and end within moments of a call.
    margin: i64,
    off: Vec<Off<'e>>,
    /// Calls that ended nothing: digests went on.
    contradicted: Vec<(Switch, &'e Event)>,
    /// When the trail was created, and whether it validates.
    created: Option<(Timestamp, bool)>,
    started: bool,
}

impl<'g, 'e> Switches<'g, 'e> {
    /// Nothing is off yet.
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
        }
    }

    /// Goes through the calls on a trail by time, and adds what each made of it.
    pub(super) fn run(
        mut self,
        near: &[(&'e Evidence, Concern<'e>)],
        states: &mut Vec<SwitchState<'e>>,
        said: &mut Clauses,
    ) {
        let done = near.iter().filter(|(e, _)| e.event.error_code.is_none());
        let mut known = false;
        for (evidence, concern) in done {
            let Call::Trail(_, change) = &evidence.event.call else {
                continue;
            };
            let sure = certainty(evidence, *concern);
            if let TrailChange::Create(set) = change {
                if !known && self.gap.place == GapPlace::Head && evidence.event.time <= self.end {
                    self.before_creation(evidence, sure, states);
                }
                self.created = Some((evidence.event.time, set.validation == Some(true)));
                self.started = false;
            }
            // Of what a call was made, that was there.
            known = true;
            for (what, on) in turns(change, self.chain) {
                match on {
                    true => self.on(what, change, evidence, states),
                    false => self.off(what, sure, evidence, states),
                }
            }
        }
        for (_, event) in &self.contradicted {
            said.contradicted(event);
        }
    }

    /// The time before a trail was created, for a gap before its first digest. What lies between that
    /// and the first digest is not explained by it.
    fn before_creation(
        &self,
        evidence: &'e Evidence,
        certainty: Certainty,
        states: &mut Vec<SwitchState<'e>>,
    ) {
        states.push(SwitchState {
            from: self.gap.time.from,
            cause: Cause::TrailCreated,
            certainty,
            told_by: Some(evidence),
            clauses: Vec::new(),
        });
        let late = shift(evidence.event.time, SLACK);
        if late < self.end {
            states.push(SwitchState {
                from: late,
                cause: self.gap.cause,
                certainty: Certainty::None,
                told_by: None,
                clauses: Vec::new(),
            });
        }
    }

    fn off(
        &mut self,
        what: Switch,
        certainty: Certainty,
        evidence: &'e Evidence,
        states: &mut Vec<SwitchState<'e>>,
    ) {
        let event = &evidence.event;
        if event.time >= self.end {
            return;
        }
        if !fits(evidence, self.chain, cause(what), self.since) {
            self.contradicted.push((what, event));
            return;
        }
        self.contradicted.retain(|(of, _)| *of != what);
        if let Some(at) = self.off.iter().position(|off| off.what == what) {
            // A trail that is stopped does not log who stops it again.
            let was_on = matches!(what, Switch::Trail | Switch::Logging)
                && told_by_itself(evidence, self.chain);
            if !self.off[at].doubtful && !was_on {
                return;
            }
            self.off.remove(at);
        }
        if what == Switch::Trail {
            // One that is created after it has settings of its own.
            self.off.clear();
            self.created = None;
        }
        self.off.push(Off {
            what,
            from: holds_from(evidence, cause(what), self.since),
            certainty,
            told_by: evidence,
            doubtful: false,
        });
        self.push(states, None);
    }

    fn on(
        &mut self,
        what: Switch,
        change: &TrailChange,
        evidence: &'e Evidence,
        states: &mut Vec<SwitchState<'e>>,
    ) {
        let event = &evidence.event;
        let mut clears = vec![what];
        if what == Switch::Logging {
            self.started = true;
        }
        // What was deleted is on again once it was created, validates and was started.
        let validates = match what {
            Switch::Logging => self.created.is_none_or(|(_, validates)| validates),
            Switch::Validation => {
                if let Some((_, validates)) = &mut self.created {
                    *validates = true;
                }
                self.started && self.created.is_some()
            }
            _ => false,
        };
        if validates {
            clears.push(Switch::Trail);
        }
        let of = |what: Switch| clears.contains(&what);
        if event.time <= shift(self.since, MOMENTS) {
            self.contradicted.retain(|(what, _)| !of(*what));
        }
        let may_end_it = event.time >= shift(self.end, -slack_of(change))
            || (self.margin > 0 && event.time >= shift(self.since, -self.margin));
        if may_end_it {
            let off = self.off.iter_mut().filter(|off| of(off.what));
            off.for_each(|off| off.doubtful = true);
            return;
        }
        let was_off = self.off.iter().any(|off| of(off.what));
        self.off.retain(|off| !of(off.what));
        if event.time <= self.since {
            states.truncate(1);
            self.push(states, None);
            return;
        }
        let begins = self.created.is_some() && what == Switch::Logging && validates;
        let begins = begins && self.gap.place == GapPlace::Head;
        if was_off || (begins && self.off.is_empty()) {
            self.push(states, Some(event));
        }
    }

    /// Adds what is off by now; where something was switched on, nothing may be.
    fn push(&self, states: &mut Vec<SwitchState<'e>>, on: Option<&Event>) {
        let deleted = self.off.iter().find(|off| off.what == Switch::Trail);
        let Some(off) = deleted.or(self.off.first()) else {
            states.extend(on.map(|event| on_again(event, self.since)));
            return;
        };
        if states
            .last()
            .is_some_and(|s| s.told_by == Some(off.told_by))
        {
            return;
        }
        let on = on.map_or(off.from, |event| event.time);
        states.push(SwitchState {
            from: off.from.max(on).max(self.since),
            cause: cause(off.what),
            certainty: off.certainty,
            told_by: Some(off.told_by),
            clauses: Vec::new(),
        });
    }
}

/// What holds after a call that switched a trail on, while no digest is there yet.
fn on_again<'e>(event: &Event, since: Timestamp) -> SwitchState<'e> {
    let clause = format!(
        "it was switched on at {} ({}), and no digest of the time after that is there: removed, or never \
         delivered",
        event.time,
        call_of(event)
    );
    SwitchState {
        from: event.time.max(since),
        cause: Cause::Unexplained,
        certainty: Certainty::None,
        told_by: None,
        clauses: vec![clause],
    }
}
