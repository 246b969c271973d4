//! Findings that say the same, in a page: the first with all that is told of it, of the others what differs.

use askama::Template;

use super::events::{EventPart, Events};
use crate::proof::finding::Severity;
use crate::report::validation::groups::{FindingGroup, one_of_many, told_of};
use crate::report::validation::v1::Finding;

/// Others told one by one.
const OTHERS: usize = 200;
/// Bytes of what is told of others after which no further one is.
const OTHERS_BYTES: usize = 200_000;

/// Names and what is told under them.
type FindingLines = Vec<(&'static str, String)>;

/// Findings that say the same.
#[derive(Template)]
#[template(
    path = "finding.html",
    config = "src/report/validation/html/askama.toml"
)]
pub(super) struct FindingPart<'a> {
    finding: &'a Finding,
    code: String,
    count: u64,
    /// Which of the chains shown it is of.
    chain: Option<usize>,
    lines: FindingLines,
    events: Events,
    others: Vec<FindingLines>,
    more: usize,
}

impl<'a> FindingPart<'a> {
    pub(super) fn of(group: &FindingGroup<'a>, chain: Option<usize>) -> Self {
        let (events, more) = group.events();
        let mut lines = group.lines();
        lines.extend(told_of(group.first));
        let mut bytes = 0;
        let others = group.others().iter().take(OTHERS).map(|finding| {
            let mut lines = one_of_many(finding);
            lines.extend(told_of(finding));
            lines
        });
        let others: Vec<FindingLines> = others
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
                told: events.into_iter().map(EventPart::of).collect(),
                more,
            },
            more: group.others().len() - others.len(),
            others,
        }
    }
}
