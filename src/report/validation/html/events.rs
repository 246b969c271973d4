//! The events that bear on a gap or on a group of findings.

use super::facts::{Fact, facts};
use crate::base::text::plural;
use crate::report::validation::events::event_values;
use crate::report::validation::label::Label;
use crate::report::validation::v1::Evidence;

/// The events shown, and how many more there are.
pub(super) struct Events {
    pub title: String,
    pub shown: Vec<EventPart>,
    pub more: usize,
}

impl Events {
    /// Some events, and how many more there are.
    pub(super) fn of<'e>(shown: impl IntoIterator<Item = &'e Evidence>, more: usize) -> Self {
        let shown: Vec<EventPart> = shown.into_iter().map(EventPart::of).collect();
        Events {
            title: plural(shown.len() + more, "recorded event"),
            shown,
            more,
        }
    }
}

/// One event.
pub(super) struct EventPart {
    pub name: String,
    pub facts: Vec<Fact>,
    /// How it is known. Keys are long, so these values are in a list of their own.
    pub known_by: Vec<Fact>,
}

impl EventPart {
    fn of(event: &Evidence) -> Self {
        let values = event_values(event).into_iter();
        let (known_by, values) = values
            .partition(|(label, _)| matches!(label, Label::Log | Label::Digest | Label::KnownBy));
        EventPart {
            name: event.event_name.clone(),
            facts: facts(values),
            known_by: facts(known_by),
        }
    }
}
