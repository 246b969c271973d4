//! The events that bear on a gap or on a group of findings.

use crate::report::validation::label::{Label, LabelledValues};
use crate::report::validation::v1::Evidence;
use crate::report::validation::wording::event_values;

/// The events shown, and how many more there are.
pub(super) struct Events {
    pub shown: Vec<EventPart>,
    pub more: usize,
}

/// One event.
pub(super) struct EventPart {
    pub name: String,
    pub facts: LabelledValues,
    /// How it is known. Keys are long, so these values are in a list of their own.
    pub known_by: LabelledValues,
}

impl EventPart {
    pub(super) fn of(event: &Evidence) -> Self {
        let values = event_values(event).into_iter();
        let (known_by, facts) = values
            .partition(|(label, _)| matches!(label, Label::Log | Label::Digest | Label::KnownBy));
        EventPart {
            name: event.event_name.clone(),
            facts,
            known_by,
        }
    }
}
