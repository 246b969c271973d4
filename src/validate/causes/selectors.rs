//! The event selectors of the trails that were found: what they cannot have logged.

use std::collections::BTreeMap;

use crate::cloudtrail::ids::TrailArn;
use crate::cloudtrail::selectors::{sentences, unasked};
use crate::cloudtrail::trail::TrailConfig;
use crate::source::GetError;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;

/// Trails whose selectors are looked up. An account may have five trails in each region.
const TRAILS: usize = 200;

/// The result of looking up the selectors of some trails.
#[derive(Default)]
pub(crate) struct TrailSelectors {
    /// The events that the trails cannot have logged, in sentences.
    pub sentences: Vec<String>,
    /// Whether the run was interrupted before all were looked up. No verdict depends on any other
    /// trouble.
    pub cut_short: bool,
}

/// The trails of some chains, where CloudTrail describes them.
pub(crate) fn trails_of<'c>(
    context: &Context<'_>,
    chains: impl Iterator<Item = &'c ChainState>,
) -> BTreeMap<TrailArn, TrailConfig> {
    let mut found = BTreeMap::new();
    let Some(trails) = context.trails else {
        return found;
    };
    for chain in chains {
        // If they cannot be looked up, the digests phase has noted it for the chain.
        let described = trails.describe(&chain.id.home_region).unwrap_or_default();
        if let Some(config) = TrailConfig::of(&described, &chain.id) {
            found.insert(config.arn.clone(), config.clone());
        }
    }
    found
}

/// Looks up the selectors of trails.
pub(crate) fn look_up(
    context: &Context<'_>,
    found: &BTreeMap<TrailArn, TrailConfig>,
) -> TrailSelectors {
    let mut selectors = TrailSelectors::default();
    let Some(trails) = context.trails else {
        return selectors;
    };
    for config in found.values().take(TRAILS) {
        match trails.selectors(&config.arn) {
            Ok(selected) => selectors.sentences.extend(sentences(config, &selected)),
            Err(error) => {
                selectors.cut_short |= matches!(error, GetError::Cancelled(_));
                let sentence = unasked(&config.arn, &error.detail());
                selectors.sentences.push(sentence);
            }
        }
    }
    if found.len() > TRAILS {
        let more = found.len() - TRAILS;
        selectors.sentences.push(format!(
            "what {more} more trails do not log: their event selectors were not requested"
        ));
    }
    selectors
}
