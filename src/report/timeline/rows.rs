//! The events and the marks of a timeline in the order in which they are read.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::v1::investigation::{Mark, MarkKind, Principal, Timeline, TimelineEvent};

/// How events are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    /// By time.
    #[default]
    None,
    /// By principal, and then by time.
    Principal,
}

/// One row. Of those at the same time the order is this one: a gap holds what happens as it begins, and not what
/// happens as it ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row<'t> {
    /// A gap ends.
    GapEnds(&'t Mark),
    /// A gap begins.
    GapBegins(&'t Mark),
    /// A finding, at the time of the call that bears on it, else at the beginning of its own time.
    Finding(&'t Mark),
    /// A record.
    Event(&'t TimelineEvent),
}

/// Some rows with what they have in common.
pub(super) struct RowGroup<'t> {
    /// Who made the calls; `None` if they are not grouped.
    pub principal: Option<&'t Principal>,
    /// What a group without a principal is called.
    pub title: &'static str,
    pub rows: Vec<Row<'t>>,
}

/// The rows of a timeline, in groups.
pub(super) fn groups<'t>(timeline: &'t Timeline, grouping: Grouping) -> Vec<RowGroup<'t>> {
    if grouping == Grouping::None {
        let events = timeline.events.iter().collect();
        return vec![RowGroup {
            principal: None,
            title: "what happened",
            rows: rows(timeline.marks.iter(), events),
        }];
    }
    let mut events: HashMap<&str, Vec<&'t TimelineEvent>> = HashMap::new();
    for event in &timeline.events {
        events.entry(&event.principal).or_default().push(event);
    }
    let mut grouped = HashSet::new();
    let group = |principal: &'t Principal| {
        let (first, last) = (Some(principal.first), Some(principal.last));
        let meets = |mark: &&Mark| match mark.called {
            called @ Some(_) => first <= called && called <= last,
            None => mark.from <= last && mark.to >= first,
        };
        let marks = timeline.marks.iter().filter(meets);
        let marks = marks.inspect(|mark| {
            grouped.insert(mark.id.as_str());
        });
        RowGroup {
            principal: Some(principal),
            title: "",
            rows: rows(
                marks,
                events.remove(principal.id.as_str()).unwrap_or_default(),
            ),
        }
    };
    let mut groups: Vec<RowGroup<'t>> = timeline.principals.iter().map(group).collect();
    let marks = timeline.marks.iter();
    let others = marks.filter(|mark| !grouped.contains(mark.id.as_str()));
    groups.push(RowGroup {
        principal: None,
        title: "at other times",
        rows: rows(others, Vec::new()),
    });
    groups.retain(|group| !group.rows.is_empty());
    groups
}

/// Marks and events by time.
fn rows<'t>(marks: impl Iterator<Item = &'t Mark>, events: Vec<&'t TimelineEvent>) -> Vec<Row<'t>> {
    let mut rows: Vec<(Timestamp, u8, Row<'t>)> = Vec::new();
    for mark in marks {
        let Some(from) = mark.from else { continue };
        // A change is the record of a call, which is a row of its own.
        if mark.kind == MarkKind::Change {
            continue;
        }
        if mark.kind != MarkKind::Gap {
            let at = mark.called.unwrap_or(from);
            rows.push((at, 2, Row::Finding(mark)));
            continue;
        }
        rows.push((from, 1, Row::GapBegins(mark)));
        // A restart that left no hole has no end of its own.
        let end = mark.to.filter(|to| *to > from);
        rows.extend(end.map(|to| (to, 0, Row::GapEnds(mark))));
    }
    let events = events.into_iter();
    rows.extend(events.map(|event| (event.time, 3, Row::Event(event))));
    rows.sort_by_key(|(time, rank, _)| (*time, *rank));
    rows.into_iter().map(|(.., row)| row).collect()
}
