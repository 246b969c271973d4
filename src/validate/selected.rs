//! What the trails of the chains that were found select to be logged.

use std::collections::BTreeMap;

use super::Driver;
use crate::outcome::ChainOutcome;
use crate::source::GetError;
use crate::trail::TrailArn;
use crate::trails::TrailConfig;
use crate::trails::selectors::{sentences, unasked};

/// Trails that are asked for; an account may have five in each region.
const TRAILS: usize = 200;

/// What is said of some trails.
#[derive(Default)]
pub(super) struct Selected {
    /// What they could not have logged.
    pub said: Vec<String>,
    /// Whether a stop was asked for before all was told. No verdict hangs on any other trouble.
    pub cut_short: bool,
}

impl Driver<'_> {
    /// Asks for the selectors of each trail that chains are of and that CloudTrail shows.
    pub(super) fn selected(&self, chains: &[ChainOutcome]) -> Selected {
        let Some(trails) = self.trails else {
            return Selected::default();
        };
        let mut found: BTreeMap<TrailArn, TrailConfig> = BTreeMap::new();
        for chain in chains {
            let organization = chain
                .locations
                .iter()
                .any(|l| l.root.organization.is_some());
            // Where they cannot be asked for, the chain itself says so.
            let described = trails.described(&chain.id.home_region).unwrap_or_default();
            if let Some(config) = TrailConfig::of(&described, &chain.id, organization) {
                found.insert(config.arn.clone(), config.clone());
            }
        }
        let mut selected = Selected::default();
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
