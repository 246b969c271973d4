//! Numbers of events by their values, in bounded memory.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io;

use crate::commands::events::rows::{CellReader, put_number};

/// Most bytes of memory for groups. Some 300,000 groups with an ARN each take as much.
const MOST_MEMORY: usize = 64 << 20;

/// Memory of a group besides its values, roughly.
const GROUP: usize = 112;

/// Numbers of events by their values.
pub(super) struct EventGroups {
    /// The values, as cells, with their number.
    by_values: HashMap<Vec<u8>, u64>,
    memory: usize,
    bound: usize,
    /// Events of groups that had no room.
    without_room: u64,
}

/// A group that is listed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CountedGroup<'g> {
    pub(super) events: u64,
    pub(super) values: Vec<Option<&'g str>>,
}

/// The groups that are listed, the largest first, and what is not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LargestGroups<'g> {
    pub(super) listed: Vec<CountedGroup<'g>>,
    /// Events of the other groups.
    pub(super) other_events: u64,
    /// The number of the other groups; `None` if some had no room, so that they were not told apart.
    pub(super) other_groups: Option<u64>,
}

impl EventGroups {
    /// For the events of one log: it has fewer groups than bytes.
    pub(super) fn of_one_log() -> Self {
        EventGroups::bounded(usize::MAX)
    }

    /// For the events of all logs.
    pub(super) fn of_all_logs() -> Self {
        EventGroups::bounded(MOST_MEMORY)
    }

    fn bounded(bound: usize) -> Self {
        EventGroups {
            by_values: HashMap::new(),
            memory: 0,
            bound,
            without_room: 0,
        }
    }

    /// Adds events with the same values. A new group needs room: the first ones have it.
    pub(super) fn add(&mut self, values: &[u8], events: u64) {
        if let Some(sum) = self.by_values.get_mut(values) {
            *sum += events;
            return;
        }
        let memory = self.memory.saturating_add(values.len() + GROUP);
        if memory > self.bound {
            self.without_room += events;
            return;
        }
        self.memory = memory;
        self.by_values.insert(values.to_vec(), events);
    }

    /// All groups as bytes. Their order is that of their values, so that room is given in the same order in every
    /// run.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut all: Vec<(Vec<u8>, u64)> = self.by_values.into_iter().collect();
        all.sort_unstable();
        let mut bytes = Vec::with_capacity(self.memory);
        for (values, events) in all {
            put_number(&mut bytes, events);
            bytes.extend_from_slice(&values);
        }
        bytes
    }

    /// Adds the groups of a log, each with so many values.
    ///
    /// # Errors
    /// If the bytes are damaged.
    pub(super) fn add_log(&mut self, bytes: &[u8], fields: usize) -> io::Result<()> {
        let mut cells = CellReader(bytes);
        while !cells.is_at_end() {
            let events = cells.number()?;
            let from = cells.0;
            for _ in 0..fields {
                cells.cell()?;
            }
            self.add(&from[..from.len() - cells.0.len()], events);
        }
        Ok(())
    }

    /// Whether some event has a value, of each field. An event without room may have had any.
    ///
    /// # Errors
    /// If the values are damaged.
    pub(super) fn has_values(&self, fields: usize) -> io::Result<Vec<bool>> {
        let is_known = self.without_room == 0 && !self.by_values.is_empty();
        let mut has = vec![!is_known; fields];
        for values in self.by_values.keys() {
            let mut cells = CellReader(values);
            for has in &mut has {
                *has |= cells.cell()?.is_some();
            }
        }
        Ok(has)
    }

    /// The groups with most events; of as many events, in the order of their values.
    ///
    /// # Errors
    /// If the values are damaged.
    pub(super) fn largest(&self, top: Option<u64>, fields: usize) -> io::Result<LargestGroups<'_>> {
        let mut all = Vec::with_capacity(self.by_values.len());
        for (values, events) in &self.by_values {
            let mut cells = CellReader(values);
            let values: io::Result<Vec<_>> = (0..fields).map(|_| cells.cell()).collect();
            all.push(CountedGroup {
                events: *events,
                values: values?,
            });
        }
        all.sort_unstable_by(|a, b| {
            (Reverse(a.events), &a.values).cmp(&(Reverse(b.events), &b.values))
        });
        let top = top.and_then(|top| usize::try_from(top).ok());
        let others = all.split_off(top.unwrap_or(usize::MAX).min(all.len()));
        let events: u64 = others.iter().map(|group| group.events).sum();
        Ok(LargestGroups {
            listed: all,
            other_events: events + self.without_room,
            other_groups: (self.without_room == 0).then_some(others.len() as u64),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::EventGroups;
    use crate::commands::events::rows::put_cell;

    fn cells(value: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_cell(&mut bytes, Some(value));
        bytes
    }

    #[test]
    fn groups_of_logs_add_up_and_the_largest_come_first() {
        let mut all = EventGroups::of_all_logs();
        for names in [["b", "c", "c"], ["a", "b", "b"]] {
            let mut log = EventGroups::of_one_log();
            names.iter().for_each(|name| log.add(&cells(name), 1));
            all.add_log(&log.into_bytes(), 1).expect("groups");
        }
        let largest = all.largest(Some(2), 1).expect("groups");
        let listed: Vec<_> = largest
            .listed
            .iter()
            .map(|g| (g.events, g.values[0]))
            .collect();
        assert_eq!(listed, [(3, Some("b")), (2, Some("c"))]);
        assert_eq!((largest.other_events, largest.other_groups), (1, Some(1)));
        assert!(all.add_log(&[1, 2, 3], 1).is_err());
        let mut none = EventGroups::of_all_logs();
        assert_eq!(none.has_values(1).ok(), Some(vec![true]));
        let mut empty = Vec::new();
        put_cell(&mut empty, None);
        none.add(&empty, 1);
        assert_eq!(none.has_values(1).ok(), Some(vec![false]));
        none.add(&cells("a"), 1);
        assert_eq!(none.has_values(1).ok(), Some(vec![true]));
    }

    #[test]
    fn groups_without_room_are_counted_together() {
        let mut all = EventGroups::bounded(300);
        for name in ["a", "b", "c", "a", "d"] {
            all.add(&cells(name), 1);
        }
        let largest = all.largest(None, 1).expect("groups");
        assert_eq!(largest.listed.len(), 2);
        assert_eq!((largest.other_events, largest.other_groups), (2, None));
    }
}
