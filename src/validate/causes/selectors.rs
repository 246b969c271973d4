//! What the trails of the chains that were found select to be logged.

use std::collections::BTreeMap;

use crate::cloudtrail::ids::TrailArn;
use crate::cloudtrail::selectors::{sentences, unasked};
use crate::cloudtrail::trail::TrailConfig;
use crate::source::GetError;
use crate::validate::Context;
use crate::validate::digests::group::Group;

/// Trails that are asked for; an account may have five in each region.
const TRAILS: usize = 200;

/// What is said of some trails.
#[derive(Default)]
pub(crate) struct TrailSelectors {
    /// What they could not have logged.
    pub said: Vec<String>,
    /// Whether a stop was asked for before all was told. No verdict hangs on any other trouble.
    pub cut_short: bool,
}

impl Context<'_> {
    /// The trails that chains are of, as far as CloudTrail shows them.
    pub(crate) fn trails_of(&self, groups: &[Group]) -> BTreeMap<TrailArn, TrailConfig> {
        let mut found = BTreeMap::new();
        let Some(trails) = self.trails else {
            return found;
        };
        for chain in groups.iter().flat_map(|group| &group.walked) {
            let locations = &chain.main.locations;
            let organization = locations.iter().any(|l| l.root.organization.is_some());
            // Where they cannot be asked for, the chain itself says so.
            let described = trails.describe(&chain.id.home_region).unwrap_or_default();
            if let Some(config) = TrailConfig::of(&described, &chain.id, organization) {
                found.insert(config.arn.clone(), config.clone());
            }
        }
        found
    }

    /// Asks for the selectors of each trail.
    pub(crate) fn selected(&self, found: &BTreeMap<TrailArn, TrailConfig>) -> TrailSelectors {
        let mut selected = TrailSelectors::default();
        let Some(trails) = self.trails else {
            return selected;
        };
        for config in found.values().take(TRAILS) {
            match trails.selectors(&config.arn) {
                Ok(selectors) => selected.said.extend(sentences(config, &selectors)),
                Err(error) => {
                    selected.cut_short |= error == GetError::Interrupted;
                    selected.said.push(unasked(&config.arn, &error.detail()));
                }
            }
        }
        if found.len() > TRAILS {
            let more = found.len() - TRAILS;
            selected.said.push(format!(
                "what {more} more trails do not log: their event selectors were not asked for"
            ));
        }
        selected
    }
}
