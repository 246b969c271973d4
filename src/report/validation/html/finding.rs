//! A group of findings: the first in full, and of the others the values that differ.

use askama::Template;

use super::events::{EventPart, Events};
use crate::proof::finding::Severity;
use crate::report::validation::groups::{FindingGroup, distinct_values, store_values};
use crate::report::validation::label::LabelledValues;
use crate::report::validation::v1::Finding;

/// Other findings shown.
const OTHERS: usize = 200;
/// Bytes after which no further finding is shown.
const OTHERS_BYTES: usize = 200_000;

/// A group of findings.
#[derive(Template)]
#[template(
    path = "finding.html",
    config = "src/report/validation/html/askama.toml"
)]
pub(super) struct FindingPart<'a> {
    finding: &'a Finding,
    code: String,
    count: u64,
    /// The number of its chain, if the page shows that chain.
    chain: Option<usize>,
    lines: LabelledValues,
    events: Events,
    others: Vec<LabelledValues>,
    more: usize,
}

impl<'a> FindingPart<'a> {
    pub(super) fn of(group: &FindingGroup<'a>, chain: Option<usize>) -> Self {
        let (events, more) = group.events();
        let mut lines = group.first_values();
        lines.extend(store_values(group.first));
        let mut bytes = 0;
        let others = group.others().iter().take(OTHERS).map(|finding| {
            let mut lines = distinct_values(finding);
            lines.extend(store_values(finding));
            lines
        });
        let others: Vec<LabelledValues> = others
            .take_while(|lines| {
                let room = bytes < OTHERS_BYTES;
                bytes += lines.iter().map(|(_, value)| value.len()).sum::<usize>();
                room
            })
            .collect();
        FindingPart {
            finding: group.first,
            code: group.first.code.word().into_owned(),
            count: group.count(),
            chain,
            lines,
            events: Events {
                shown: events.into_iter().map(EventPart::of).collect(),
                more,
            },
            more: group.others().len() - others.len(),
            others,
        }
    }
}
