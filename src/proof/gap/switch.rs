//! The switches that digests of a chain depend on, and which of them a single call switches.

use super::Cause;
use super::facts::{Concern, ConcernKind};
use crate::cloudtrail::event::{AccountChange, Call, Event, TrailChange};
use crate::cloudtrail::ids::ChainId;

/// The switches that must be on so that digests of a chain are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Switch {
    /// The trail exists.
    Trail,
    /// The trail is logging.
    Logging,
    /// The trail writes digests.
    Validation,
    /// The trail covers this region.
    Region,
    /// The trail covers the accounts of its organization.
    Organization,
    /// The account belongs to the organization.
    Membership,
    /// The account has its copy of the organization's trail.
    MembersCopy,
    /// The account uses the region.
    RegionInUse,
}

impl Switch {
    /// The cause of a gap while this is off.
    pub(super) fn cause(self) -> Cause {
        match self {
            Switch::Trail | Switch::MembersCopy => Cause::TrailDeleted,
            Switch::Logging | Switch::Region => Cause::LoggingStopped,
            Switch::Validation => Cause::ValidationDisabled,
            Switch::Organization => Cause::OrganizationAccessWithdrawn,
            Switch::Membership => Cause::AccountLeftOrganization,
            Switch::RegionInUse => Cause::RegionDisabled,
        }
    }

    /// Whether it is one for all chains of a trail, so that the home chain shows its state.
    pub(super) fn is_of_trail(self) -> bool {
        matches!(self, Switch::Trail | Switch::Logging | Switch::Validation)
    }
}

/// What a call switches for a chain, and whether on. CreateTrail is left out: it sets all switches of a trail.
/// `is_member` says that the chain is that of another account than the trail's owner.
pub(super) fn switched_by(
    event: &Event,
    concern: Concern<'_>,
    chain: &ChainId,
    is_member: bool,
) -> Vec<(Switch, bool)> {
    let change = match (concern.kind, &event.call) {
        (ConcernKind::Account(change), _) => return vec![switched_by_account(change)],
        (ConcernKind::MembersCopy, Call::Trail(_, change)) => return switched_by_copy(change),
        (ConcernKind::Trail(_), Call::Trail(_, change)) => change,
        _ => return Vec::new(),
    };
    match change {
        TrailChange::Stop => vec![(Switch::Logging, false)],
        TrailChange::Start => vec![(Switch::Logging, true)],
        TrailChange::Delete => vec![(Switch::Trail, false)],
        TrailChange::Update(set) => {
            let validation = set.validation.map(|on| (Switch::Validation, on));
            // In its home region a trail goes on, whether it covers other regions or not, and in its
            // owner's account, whether it covers others or not.
            let region = set.multi_region.filter(|_| is_elsewhere(chain));
            let region = region.map(|on| (Switch::Region, on));
            let members = set.organization.filter(|_| is_member);
            let members = members.map(|on| (Switch::Organization, on));
            [validation, region, members]
                .into_iter()
                .flatten()
                .collect()
        }
        TrailChange::Create(_) | TrailChange::Selectors(_) | TrailChange::Insights(_) => Vec::new(),
    }
}

/// Whether a chain is outside the home region of its trail.
pub(super) fn is_elsewhere(chain: &ChainId) -> bool {
    chain.region != chain.home_region
}

/// What a change of a member's copy of an organization's trail switches, and whether on.
fn switched_by_copy(change: &TrailChange) -> Vec<(Switch, bool)> {
    match change {
        TrailChange::Stop | TrailChange::Delete => vec![(Switch::MembersCopy, false)],
        TrailChange::Start | TrailChange::Create(_) => vec![(Switch::MembersCopy, true)],
        TrailChange::Update(_) | TrailChange::Selectors(_) | TrailChange::Insights(_) => Vec::new(),
    }
}

/// What a change of an account or organization switches, and whether on.
fn switched_by_account(change: &AccountChange) -> (Switch, bool) {
    match change {
        AccountChange::AccessWithdrawn(_) => (Switch::Organization, false),
        AccountChange::Left | AccountChange::Removed(_) | AccountChange::Closed(_) => {
            (Switch::Membership, false)
        }
        AccountChange::RegionDisabled(..) => (Switch::RegionInUse, false),
        AccountChange::RegionEnabled(..) => (Switch::RegionInUse, true),
    }
}
