//! Whose folders the requested trails write to. An ARN does not show whether it is that of an account's trail or
//! of an organization's, and of which: an account's own trail and the trail of its organization, or of another
//! company's, may have the same name.
//!
//! ```text
//!  DescribeTrails          an account's trail   -> no organization's folder
//!                          an organization's    -> the organizations in which the owner has digests
//!  no answer, by names     the owner has digests in organizations, and none of the trail
//!                            of its own at the same time       -> these organizations
//!                          else it has some of its own         -> an account's trail
//!  nothing of the owner    not known: every organization, and none of them answers for the trail
//! ```

use std::collections::BTreeSet;

use super::folders::Survey;
use super::home_digests::list_home_digests;
use crate::base::limits::Limits;
use crate::base::time::HOUR;
use crate::cloudtrail::ids::{OrganizationId, TrailArn};
use crate::cloudtrail::object_key::DIGEST_FOLDER;
use crate::cloudtrail::trail::TrailConfig;
use crate::source::Source;
use crate::validate::digests::listing::ListingRange;
use crate::validate::digests::names::{DigestNames, Slot};
use crate::validate::request::{ChainFilter, TrailReach};

/// Digests that two chains may have of the same hours before they are two trails: a trail that becomes an
/// organization's changes its folder between two digests, and a restart may add one.
const SAME_HOURS: usize = 3;

/// The filter with what the configuration of the trails shows, before any folder is listed.
pub(crate) fn by_configuration(filter: &ChainFilter, configs: &[TrailConfig]) -> ChainFilter {
    let mut filter = filter.clone();
    for config in configs.iter().filter(|config| !config.organization) {
        if filter.trail_arns.contains(&config.arn) {
            let arn = config.arn.clone();
            filter.reaches.insert(arn, TrailReach::Account);
        }
    }
    filter
}

/// Adds to the filter what the folders show, and removes the folders from the survey that no requested trail
/// can have written to.
pub(crate) fn by_folders(
    filter: &mut ChainFilter,
    configs: &[TrailConfig],
    source: &dyn Source,
    survey: &mut Survey,
    limits: &Limits,
) {
    for arn in filter.trail_arns.clone() {
        if filter.reaches.contains_key(&arn) {
            continue;
        }
        let config = configs.iter().find(|config| config.arn == arn);
        let reach = match &filter.organizations[..] {
            [] => reach(&arn, config, source, survey, limits),
            // Whoever gives the organization knows it.
            given => Some(TrailReach::Organizations(given.iter().cloned().collect())),
        };
        filter.reaches.extend(reach.map(|reach| (arn, reach)));
    }
    leave_out(filter, survey, limits);
}

/// The reach of a trail that is not known to be an account's.
fn reach(
    arn: &TrailArn,
    config: Option<&TrailConfig>,
    source: &dyn Source,
    survey: &mut Survey,
    limits: &Limits,
) -> Option<TrailReach> {
    let members = survey.members.iter();
    let of_owner = members.filter(|(_, account)| *account == arn.account);
    let organizations: BTreeSet<OrganizationId> = of_owner
        .filter_map(|(root, _)| root.organization.clone())
        .collect();
    let is_among_several = survey
        .groups
        .values()
        .flatten()
        .any(|(_, root)| root.organization.is_some());
    if config.is_none() && is_among_several && has_trail_of_its_own(arn, source, survey, limits) {
        return Some(TrailReach::Account);
    }
    (!organizations.is_empty()).then_some(TrailReach::Organizations(organizations))
}

/// Whether the owner has a trail of that name which is no organization's: digests in its own folder, and not
/// those from before or after the trail was an organization's.
fn has_trail_of_its_own(
    arn: &TrailArn,
    source: &dyn Source,
    survey: &mut Survey,
    limits: &Limits,
) -> bool {
    let always = ListingRange::default();
    let Some((id, mut listing)) = list_home_digests(arn, always, source, survey, limits) else {
        return false;
    };
    let Some(own) = listing.chains.remove(&id) else {
        return false;
    };
    let shared = listing.chains.into_values();
    let shared: Vec<DigestNames> = shared.filter(|names| !names.main.is_empty()).collect();
    shared.is_empty()
        || shared
            .iter()
            .any(|names| same_hours(&own.main, &names.main))
}

/// Whether two chains have digests of the same hours, more than a change of folder explains.
fn same_hours(one: &[Slot], other: &[Slot]) -> bool {
    let is_shared = |slot: &&Slot| {
        let at = slot.end().as_second();
        let next = other.partition_point(|o| o.end().as_second() <= at - HOUR);
        other
            .get(next)
            .is_some_and(|o| o.end().as_second() < at + HOUR)
    };
    one.iter().filter(is_shared).nth(SAME_HOURS).is_some()
}

/// Moves the folders that no requested trail can have written to from the groups to the others.
fn leave_out(filter: &ChainFilter, survey: &mut Survey, limits: &Limits) {
    let Survey {
        groups,
        others,
        log_folders,
        ..
    } = survey;
    groups.retain(|(account, region), places| {
        places.retain(|(_, root)| {
            let reached = filter.reaches(root.organization.as_ref());
            if !reached {
                others.add(limits, root.folder(account, DIGEST_FOLDER, region));
            }
            reached
        });
        !places.is_empty()
    });
    log_folders.retain(|folder| filter.reaches(folder.key_root.organization.as_ref()));
}
