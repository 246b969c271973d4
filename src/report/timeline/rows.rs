//! The events and the marks of a timeline in the order in which they are read.

use std::collections::HashMap;

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
    /// The time of a finding begins.
    Finding(&'t Mark),
    /// A record.
    Event(&'t TimelineEvent),
}

/// Some rows with what they have in common.
pub(super) struct RowGroup<'t> {
    /// Who made the calls; `None` if they are not grouped.
    pub principal: Option<&'t Principal>,
    pub rows: Vec<Row<'t>>,
}

/// The rows of a timeline, in groups.
pub(super) fn groups<'t>(timeline: &'t Timeline, grouping: Grouping) -> Vec<RowGroup<'t>> {
    if grouping == Grouping::None {
        let events = timeline.events.iter().collect();
        return vec![RowGroup {
            principal: None,
            rows: rows(timeline.marks.iter(), events),
        }];
    }
    let mut events: HashMap<&str, Vec<&'t TimelineEvent>> = HashMap::new();
    for event in &timeline.events {
        events.entry(&event.principal).or_default().push(event);
    }
    let group = |principal: &'t Principal| {
        let (first, last) = (Some(principal.first), Some(principal.last));
        let meets = |mark: &&Mark| mark.from <= last && mark.to >= first;
        let marks = timeline.marks.iter().filter(meets);
        RowGroup {
            principal: Some(principal),
            rows: rows(
                marks,
                events.remove(principal.id.as_str()).unwrap_or_default(),
            ),
        }
    };
    timeline.principals.iter().map(group).collect()
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
            rows.push((from, 2, Row::Finding(mark)));
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
