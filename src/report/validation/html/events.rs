//! Events in a page.

use crate::report::validation::v1::Evidence;
use crate::report::validation::wording::facts;

/// Events that bear on something, and how many more there are.
pub(super) struct Events {
    pub told: Vec<EventPart>,
    pub more: usize,
}

/// One event.
pub(super) struct EventPart {
    pub name: String,
    pub facts: Vec<(&'static str, String)>,
    /// How it is known; keys are long, and stand in lines of their own.
    pub known_by: Vec<(&'static str, String)>,
}

impl EventPart {
    pub(super) fn of(event: &Evidence) -> Self {
        let facts = facts(event).into_iter();
        let (known_by, facts) =
            facts.partition(|(name, _)| matches!(*name, "log" | "digest" | "known by"));
        EventPart {
            name: event.event_name.clone(),
            facts,
            known_by,
        }
    }
}
