//! What is known of a trail before a call on it (pure).

use crate::cloudtrail::event::{ManagementEvents, TrailChange, TrailSettings};

/// What is known of a trail before a call on it.
#[derive(Default)]
pub(super) struct Before {
    /// Which management events it logs.
    pub events: Option<ManagementEvents>,
    /// Its settings. Only those count that are on or off.
    pub settings: TrailSettings,
}

impl Before {
    /// Takes over what a call set.
    pub fn take(&mut self, change: &TrailChange) {
        match change {
            TrailChange::Create(set) => {
                self.events = Some(ManagementEvents::All);
                // What a call leaves out has these values (CloudTrail API reference, CreateTrail).
                self.settings = TrailSettings {
                    validation: set.validation.or(Some(false)),
                    multi_region: set.multi_region.or(Some(false)),
                    organization: set.organization.or(Some(false)),
                    global_events: set.global_events.or(Some(true)),
                    ..TrailSettings::default()
                };
            }
            TrailChange::Update(set) => {
                let known = &mut self.settings;
                known.validation = set.validation.or(known.validation);
                known.multi_region = set.multi_region.or(known.multi_region);
                known.organization = set.organization.or(known.organization);
                known.global_events = set.global_events.or(known.global_events);
            }
            TrailChange::Selectors(ManagementEvents::Unknown) => self.events = None,
            TrailChange::Selectors(events) => self.events = Some(*events),
            TrailChange::Delete => *self = Before::default(),
            TrailChange::Start | TrailChange::Stop | TrailChange::Insights(_) => {}
        }
    }
}
