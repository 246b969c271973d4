//! Whose trail writes a chain.

use crate::cloudtrail::ids::TrailArn;
use crate::proof::gap::TrailOwner;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;

/// The owner of a chain's trail: as CloudTrail describes it, as the request states it, or as the folder
/// shows it.
pub(crate) fn owner(context: &Context<'_>, chain: &ChainState) -> TrailOwner {
    let id = &chain.id;
    if !is_of_organization(chain) {
        return TrailOwner::Account(id.account.clone());
    }
    let described = chain.trail.iter().map(|trail| &trail.0);
    let mut described = described.chain(&context.request.prior.trails);
    if let Some(config) = described.find(|t| t.organization && t.writes(id)) {
        return TrailOwner::Account(config.arn.account.clone());
    }
    let mut given = context.request.filter.trail_arns.iter();
    let is_this = |a: &&TrailArn| a.trail == id.trail && a.home_region == id.home_region;
    given.find(is_this).map_or(TrailOwner::Organization, |a| {
        TrailOwner::Account(a.account.clone())
    })
}

/// Whether a chain is in the folder of an organization. Its proven digests decide, if there are any:
/// anybody who may write to a bucket can put other digests elsewhere.
fn is_of_organization(chain: &ChainState) -> bool {
    let proven = &chain.digests.main.locations;
    match proven.is_empty() {
        true => {
            let mut roots = chain.digests.names.roots().into_iter();
            roots.any(|r| r.organization.is_some())
        }
        false => proven.iter().any(|l| l.root.organization.is_some()),
    }
}
