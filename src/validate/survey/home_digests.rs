//! The digests of a trail's owner in its home region, by their names alone.

use super::folders::Survey;
use crate::base::limits::Limits;
use crate::cloudtrail::ids::{ChainId, TrailArn};
use crate::source::Source;
use crate::validate::digests::listing::{self, Listing, ListingRange};
use crate::validate::request::ChainFilter;

/// Lists them, in the folders that the survey found for them. Returns the chain of the owner, and all chains of
/// that name in these folders; `None` if no such folder was found.
pub(super) fn list_home_digests(
    arn: &TrailArn,
    range: ListingRange,
    source: &dyn Source,
    survey: &mut Survey,
    limits: &Limits,
) -> Option<(ChainId, Listing)> {
    let id = arn.home_chain();
    let group = (id.account.clone(), id.region.clone());
    let places = survey.groups.get(&group)?;
    let filter = ChainFilter::trail_of(&id);
    let (account, region) = &group;
    let listing = listing::list(source, account, region, places, &filter, range, limits);
    survey.listings += listing.listings;
    Some((id, listing))
}
