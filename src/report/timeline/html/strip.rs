//! The timeline in one drawing: where the gaps, the findings, the changes and the calls are.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::base::time::Window;
use crate::report::timeline::v1::investigation::{MarkKind, Timeline};

/// Columns of the drawing, of which each is drawn once.
const COLUMNS: i64 = 1_000;

/// Where what is drawn begins, in columns.
pub(super) struct Strip {
    pub from: Timestamp,
    pub to: Timestamp,
    /// Gaps, with their widths.
    pub gaps: Vec<(i64, i64)>,
    /// Findings and changes.
    pub findings: Vec<i64>,
    /// Calls, and whether all of that column were refused.
    pub calls: Vec<(i64, bool)>,
}

impl Strip {
    /// The drawing; `None` without two times.
    pub fn of(timeline: &Timeline) -> Option<Self> {
        let events = timeline.events.iter().map(|event| event.time);
        let marks = timeline.marks.iter();
        let marks = marks
            .flat_map(|mark| [mark.from, mark.to, mark.called])
            .flatten();
        let times = || events.clone().chain(marks.clone());
        let all = Window::new(times().min()?, times().max()?);
        let length = all.seconds().max(1);
        let column = |at: Timestamp| {
            let after = at.duration_since(all.from).as_secs();
            after.saturating_mul(COLUMNS - 4) / length
        };
        let (mut gaps, mut findings) = (BTreeMap::new(), BTreeMap::new());
        for mark in &timeline.marks {
            let (Some(from), Some(to)) = (mark.from, mark.to) else {
                continue;
            };
            if mark.kind == MarkKind::Gap {
                let width = (column(to) - column(from)).max(2);
                let widest = gaps.entry(column(from)).or_insert(width);
                *widest = width.max(*widest);
            } else {
                findings.insert(column(mark.called.unwrap_or(from)), ());
            }
        }
        let mut calls: BTreeMap<i64, bool> = BTreeMap::new();
        for event in &timeline.events {
            let refused = calls.entry(column(event.time)).or_insert(true);
            *refused &= event.error_code.is_some();
        }
        (!all.is_empty()).then(|| Strip {
            from: all.from,
            to: all.to,
            gaps: gaps.into_iter().collect(),
            findings: findings.into_keys().collect(),
            calls: calls.into_iter().collect(),
        })
    }
}
