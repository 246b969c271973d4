//! The events that are kept, within bounds, each once.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::event::Weight;
use crate::base::sha256::Sha256;
use crate::report::timeline::v1::investigation::TimelineEvent;

/// The least that one subject may have of each weight.
const PER_SUBJECT: usize = 1_000;
/// Records left out that are known by their hashes, so that a further search does not count them again.
const KNOWN: usize = 1_000_000;

/// A record that concerns subjects.
pub struct FoundEvent {
    /// What makes it the same record in another log or search.
    pub identity: Sha256,
    pub weight: Weight,
    /// The places of the subjects.
    pub subjects: Vec<usize>,
    pub event: TimelineEvent,
}

/// The records that concern one subject.
#[derive(Debug, Clone, Copy, Default)]
pub struct SubjectTally {
    /// Those kept, by weight.
    kept: [usize; Weight::ALL.len()],
    /// Those left out.
    pub left_out: u64,
    /// The times of the first and the last of all.
    pub span: Option<(Timestamp, Timestamp)>,
}

impl SubjectTally {
    /// How many are kept.
    pub fn kept(&self) -> u64 {
        self.kept.iter().sum::<usize>() as u64
    }

    fn of(&mut self, weight: Weight) -> &mut usize {
        &mut self.kept[weight as usize]
    }

    fn saw(&mut self, time: Timestamp) {
        let (first, last) = self.span.unwrap_or((time, time));
        self.span = Some((first.min(time), last.max(time)));
    }
}

/// Where an event is kept: its weight, and when it came.
type KeptPlace = (Weight, u64);

/// The events kept so far.
pub struct KeptEvents {
    most: usize,
    events: BTreeMap<KeptPlace, FoundEvent>,
    places: HashMap<Sha256, KeptPlace>,
    next: u64,
    tallies: HashMap<usize, SubjectTally>,
    left_out: HashSet<Sha256>,
    more: u64,
}

impl KeptEvents {
    /// Keeps at most so many.
    pub fn new(most: usize) -> Self {
        KeptEvents {
            most,
            events: BTreeMap::new(),
            places: HashMap::new(),
            next: 0,
            tallies: HashMap::new(),
            left_out: HashSet::new(),
            more: 0,
        }
    }

    /// Adds a record, in the order of delivery. The one that says least makes room for it.
    pub fn add(&mut self, found: FoundEvent) {
        if let Some(place) = self.places.get(&found.identity).copied() {
            self.also_concerns(place, found);
            return;
        }
        let per_subject = (self.most / 4).max(PER_SUBJECT);
        let has_room = |subject: &usize| {
            let tally = self.tallies.get(subject);
            tally.is_none_or(|tally| tally.kept[found.weight as usize] < per_subject)
        };
        if !found.subjects.iter().any(has_room) || !self.make_room(found.weight) {
            self.leave_out(found);
            return;
        }
        for subject in &found.subjects {
            let tally = self.tallies.entry(*subject).or_default();
            tally.saw(found.event.time);
            *tally.of(found.weight) += 1;
        }
        let place = (found.weight, self.next);
        self.next += 1;
        self.places.insert(found.identity, place);
        self.events.insert(place, found);
    }

    /// Adds the subjects of a record that is kept already.
    fn also_concerns(&mut self, place: KeptPlace, found: FoundEvent) {
        let Some(kept) = self.events.get_mut(&place) else {
            return;
        };
        for subject in found.subjects {
            if !kept.subjects.contains(&subject) {
                kept.subjects.push(subject);
                let tally = self.tallies.entry(subject).or_default();
                tally.saw(kept.event.time);
                *tally.of(kept.weight) += 1;
            }
        }
    }

    /// Whether there is room for an event: if need be, the last one that says less leaves.
    fn make_room(&mut self, weight: Weight) -> bool {
        if self.events.len() < self.most {
            return true;
        }
        let last = self.events.last_entry();
        let Some(left) = last.filter(|last| last.key().0 > weight) else {
            return false;
        };
        let left = left.remove();
        self.places.remove(&left.identity);
        for subject in &left.subjects {
            let kept = self.tallies.entry(*subject).or_default().of(left.weight);
            *kept = kept.saturating_sub(1);
        }
        self.leave_out(left);
        true
    }

    fn leave_out(&mut self, found: FoundEvent) {
        if self.left_out.contains(&found.identity) {
            return;
        }
        if self.left_out.len() < KNOWN {
            self.left_out.insert(found.identity);
        }
        self.more += 1;
        for subject in found.subjects {
            let tally = self.tallies.entry(subject).or_default();
            tally.saw(found.event.time);
            tally.left_out += 1;
        }
    }

    /// How many records were left out.
    pub fn more(&self) -> u64 {
        self.more
    }

    /// The records of the subject at a place.
    pub fn tally(&self, subject: usize) -> SubjectTally {
        self.tallies.get(&subject).copied().unwrap_or_default()
    }

    /// The events with the places of their subjects, by time and then as delivered.
    pub fn into_events(self) -> impl Iterator<Item = (Vec<usize>, TimelineEvent)> {
        let events = self.events.into_iter();
        let mut events: Vec<_> = events.map(|((_, came), found)| (came, found)).collect();
        events.sort_by_key(|(came, found)| (found.event.time, *came));
        let events = events.into_iter();
        events.map(|(_, found)| (found.subjects, found.event))
    }
}

#[cfg(test)]
mod tests {
    use super::{FoundEvent, KeptEvents};
    use crate::base::sha256::Sha256;
    use crate::cloudtrail::records::fields::RecordFields;
    use crate::commands::timeline::event::{Weight, event};

    fn found(id: usize, weight: Weight, subjects: &[usize]) -> FoundEvent {
        let time = jiff::Timestamp::from_second(id as i64).expect("a time");
        FoundEvent {
            identity: Sha256::of(id.to_string().as_bytes()),
            weight,
            subjects: subjects.to_vec(),
            event: event(&RecordFields::default(), time, Default::default()),
        }
    }

    fn seconds(kept: KeptEvents) -> Vec<i64> {
        let events = kept.into_events();
        events.map(|(_, event)| event.time.as_second()).collect()
    }

    #[test]
    fn what_says_least_makes_room_and_is_counted() {
        let mut kept = KeptEvents::new(2);
        kept.add(found(3, Weight::Refused, &[0]));
        kept.add(found(2, Weight::Read, &[0]));
        kept.add(found(1, Weight::Change, &[1]));
        kept.add(found(4, Weight::Refused, &[0]));
        // The same ones in another search.
        kept.add(found(4, Weight::Refused, &[0]));
        kept.add(found(1, Weight::Change, &[0]));
        assert_eq!(kept.more(), 2);
        assert_eq!((kept.tally(0).kept(), kept.tally(0).left_out), (2, 2));
        assert_eq!((kept.tally(1).kept(), kept.tally(1).left_out), (1, 0));
        assert_eq!(seconds(kept), [1, 2]);
    }

    #[test]
    fn one_subject_does_not_drown_the_others() {
        let mut kept = KeptEvents::new(4_000);
        for id in 0..2_000 {
            kept.add(found(id, Weight::Change, &[0]));
        }
        kept.add(found(2_000, Weight::Change, &[1]));
        assert_eq!(
            (kept.tally(0).kept(), kept.tally(0).left_out),
            (1_000, 1_000)
        );
        assert_eq!(kept.tally(1).kept(), 1);
    }
}
