//! Whose trail writes a chain.

use crate::proof::gap::TrailOwner;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;

/// The owner of a chain's trail: as CloudTrail describes it, as the request states it, or as the folder
/// shows it.
pub(crate) fn owner(context: &Context<'_>, chain: &ChainState) -> TrailOwner {
    let id = &chain.id;
    if id.organization.is_none() {
        return TrailOwner::Account(id.account.clone());
    }
    let described = chain.trail.iter().map(|trail| &trail.0);
    let mut described = described.chain(&context.request.prior.trails);
    if let Some(config) = described.find(|t| t.writes(id)) {
        return TrailOwner::Account(config.arn.account.clone());
    }
    let given = context.filter.trails_of(id).next();
    given.map_or(TrailOwner::Organization, |arn| {
        TrailOwner::Account(arn.account.clone())
    })
}
