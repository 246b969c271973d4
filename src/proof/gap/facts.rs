//! The effect of a single call on a trail: whether it concerns a chain, when it begins, and how
//! certain that is (pure).

use jiff::Timestamp;

use super::{Cause, Certainty};
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::event::{AccountChange, Call, Evidence, TrailChange, Via};
use crate::cloudtrail::ids::{AccountId, ChainId};
use crate::cloudtrail::object_key::DigestObjectKey;

/// How far around a gap calls are considered, in seconds. CloudTrail delivers a log within minutes
/// of a call, but the digest that lists the log may be the next but one.
pub const AROUND: i64 = 2 * HOUR;
/// How long digests may go on after validation was switched off, and how long after a call that
/// switches something on they may begin, in seconds (user guide, "Enabling log file integrity
/// validation for CloudTrail": the chain is broken after one hour).
pub(super) const SLACK: i64 = HOUR;
/// The service whose access to an organization counts.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
/// How long after a call the digest that lists its log ends at the latest, in seconds: one hour,
/// and the time that delivery of the log takes.
const HOLDER: i64 = HOUR + 900;
/// How exact the ends of digests and the times of calls agree, in seconds. A gap that is shorter
/// may begin after the call that ended it.
pub(super) const MOMENTS: i64 = 300;

/// Whose trail writes a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrailOwner {
    /// An account's.
    Account(AccountId),
    /// An organization's. No digest shows which account owns it.
    Organization,
}

impl TrailOwner {
    /// The owning account, if it is known.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            TrailOwner::Account(account) => Some(account),
            TrailOwner::Organization => None,
        }
    }

    /// Whether a call is on the trail of a chain, or may be.
    pub fn may_concern(&self, evidence: &Evidence, chain: &ChainId) -> bool {
        self.concern(evidence, chain).is_some()
    }

    /// How a call concerns a chain, if it does: as a call on its trail, its account or its organization.
    pub(super) fn concern<'e>(
        &self,
        evidence: &'e Evidence,
        chain: &ChainId,
    ) -> Option<Concern<'e>> {
        let event = &evidence.event;
        if let Call::Account(change) = &event.call {
            let presumed = self.account_concern(evidence, change, chain)?;
            return Some(Concern {
                presumed,
                kind: ConcernKind::Account(change),
            });
        }
        let (account, home, trail) = event.on_trail()?;
        if *trail != chain.trail || *home != chain.home_region {
            return None;
        }
        // What CloudTrail's own role does in a member's account is done to that member's copy of the trail.
        let is_copy = chain.organization.is_some() && event.is_by_service_role();
        if is_copy && event.account.as_ref() != self.account() {
            return (event.account.as_ref() == Some(&chain.account)).then_some(Concern {
                presumed: false,
                kind: ConcernKind::MembersCopy,
            });
        }
        let presumed = match self {
            TrailOwner::Account(owner) if owner != account => return None,
            TrailOwner::Account(_) => false,
            TrailOwner::Organization => true,
        };
        Some(Concern {
            presumed,
            kind: ConcernKind::Trail(account),
        })
    }

    /// Whether a change of an account or organization concerns a chain only presumably; `None` if not at all.
    fn account_concern(
        &self,
        evidence: &Evidence,
        change: &AccountChange,
        chain: &ChainId,
    ) -> Option<bool> {
        let caller = evidence.event.account.as_ref()?;
        let is_here =
            |account: &Option<AccountId>| *account.as_ref().unwrap_or(caller) == chain.account;
        let is_member = chain.organization.is_some();
        let (concerns, presumed) = match change {
            AccountChange::RegionDisabled(region, account)
            | AccountChange::RegionEnabled(region, account) => {
                (*region == chain.region && is_here(account), false)
            }
            // Only the organization of an account can remove or close it, so the call itself is enough.
            AccountChange::Left => (is_member && *caller == chain.account, false),
            AccountChange::Removed(account) => (is_member && *account == chain.account, false),
            AccountChange::Closed(account) => (is_member && is_here(account), false),
            // Only the management account can make this call, and it owns the trail. Its own chain goes on.
            AccountChange::AccessWithdrawn(service) => {
                let owns = self.account().is_none_or(|owner| owner == caller);
                let elsewhere = is_member && *caller != chain.account;
                let known = self.account().is_some() || is_in_folder(evidence, chain);
                (service == CLOUDTRAIL && owns && elsewhere, !known)
            }
        };
        concerns.then_some(presumed)
    }
}

/// Whether a proven log in the folder of a chain's organization holds a call. Then an account of that
/// organization made it.
fn is_in_folder(evidence: &Evidence, chain: &ChainId) -> bool {
    let Via::VerifiedLog { digest, .. } = &evidence.via else {
        return false;
    };
    DigestObjectKey::parse(digest).is_some_and(|d| d.root.organization == chain.organization)
}

/// A call that concerns a chain.
#[derive(Clone, Copy)]
pub(super) struct Concern<'e> {
    /// The owner of the trail is unknown, so only name and home region agree.
    pub presumed: bool,
    /// What it was on.
    pub kind: ConcernKind<'e>,
}

/// What a call that concerns a chain was on.
#[derive(Clone, Copy)]
pub(super) enum ConcernKind<'e> {
    /// The trail of this account.
    Trail(&'e AccountId),
    /// The copy of an organization's trail in the chain's account.
    MembersCopy,
    /// The account or its organization.
    Account(&'e AccountChange),
}

/// The state of a trail from some time on: the cause that explains the gap, if there is one.
pub(super) struct TrailState<'e> {
    pub from: Timestamp,
    pub cause: Cause,
    pub certainty: Certainty,
    pub caused_by: Option<&'e Evidence>,
    pub clauses: Vec<String>,
}

impl TrailState<'_> {
    /// No call explains what follows.
    pub fn unexplained(from: Timestamp, cause: Cause) -> Self {
        TrailState {
            from,
            cause,
            certainty: Certainty::None,
            caused_by: None,
            clauses: Vec::new(),
        }
    }
}

/// How certain the cause is that a call gives.
pub(super) fn certainty(evidence: &Evidence, concern: Concern<'_>) -> Certainty {
    match evidence.via {
        Via::TrailStatus => Certainty::Circumstantial,
        _ if concern.presumed => Certainty::Circumstantial,
        Via::LookupEvents => Certainty::Unsigned,
        Via::VerifiedLog { .. } => Certainty::Signed,
        // A lead supports nothing, and is sorted out before.
        Via::UnprovenLog { .. } => Certainty::None,
    }
}

/// How long before the end of a starting digest its call may be, in seconds. A starting digest ends
/// when StartLogging is called (seen in real digests). For validation switched on while logging runs
/// there is no such observation, so an hour is allowed.
pub(super) fn slack_of(call: &Call) -> i64 {
    match call {
        Call::Trail(_, TrailChange::Start) => MOMENTS,
        _ => SLACK,
    }
}

/// From when a call explains a gap: the end of the interval of the chain's own digest that holds
/// the call. Digests of another chain may end at other minutes. If only such a digest holds the
/// call, the end of the hour counts in which a digest of this chain should have ended, or the end
/// of the other chain's final digest if that is earlier.
pub(super) fn takes_effect(evidence: &Evidence, cause: Cause, since: Timestamp) -> Timestamp {
    let at = evidence.event.time;
    let held = match evidence.via {
        Via::VerifiedLog { end, .. } => Some(end),
        _ => None,
    };
    if at <= since || held.is_some_and(|end| end <= since) {
        return since;
    }
    let late = at.as_second() - since.as_second();
    let hours = late.max(0).div_euclid(HOUR) + i64::from(late.max(0) % HOUR > 0);
    let hour = shift(since, hours * HOUR);
    match held {
        Some(end) if cause != Cause::ValidationDisabled => end.max(at).min(hour),
        _ => hour,
    }
}

/// Whether digests that go on until `since` agree with a call that ends them. The digest of this
/// chain that holds the call must be its last. A call that another chain holds, or a digest after
/// the gap, is only compared with the hour of the call.
pub(super) fn agrees_with_digests(
    evidence: &Evidence,
    chain: &ChainId,
    cause: Cause,
    since: Timestamp,
) -> bool {
    if let Via::VerifiedLog { digest, end, .. } = &evidence.via
        && *end <= since
        && DigestObjectKey::parse(digest).is_some_and(|d| d.name.chain == *chain)
    {
        let slack = match cause {
            Cause::ValidationDisabled => SLACK,
            _ => slow(cause),
        };
        return *end >= shift(since, -slack);
    }
    evidence.event.time >= shift(since, -HOLDER - slow(cause))
}

/// How much longer digests may go on after a call whose effect takes its time, in seconds: AWS switches a
/// region off over minutes to hours (account management guide, "Enable or disable AWS Regions in your
/// account"), and CloudTrail removes the copy of a trail after the call on the organization.
fn slow(cause: Cause) -> i64 {
    match cause {
        Cause::RegionDisabled => AROUND - HOLDER,
        Cause::OrganizationAccessWithdrawn | Cause::AccountLeftOrganization => AROUND - HOLDER,
        _ => 0,
    }
}

/// When the last digest of the trail's home chain ends at the latest, if a call ended the digests of all its
/// chains: the one that holds the call, and the next one after validation was switched off.
pub(super) fn last_digest(evidence: &Evidence, chain: &ChainId, cause: Cause) -> Timestamp {
    let at = evidence.event.time;
    let slack = match cause {
        Cause::ValidationDisabled => SLACK,
        _ => 0,
    };
    let held = match &evidence.via {
        Via::VerifiedLog { digest, end, .. } => {
            let holder = DigestObjectKey::parse(digest).map(|d| d.name.chain);
            let is_home = |holder: &ChainId| {
                holder.trail == chain.trail
                    && holder.home_region == chain.home_region
                    && holder.region == chain.home_region
            };
            holder.filter(is_home).map(|_| *end)
        }
        _ => None,
    };
    shift(held.unwrap_or(shift(at, HOLDER)).max(at), slack)
}

/// Whether a log of the trail itself holds a call. Then the trail was logging at that time.
pub(super) fn is_in_own_log(evidence: &Evidence, chain: &ChainId) -> bool {
    let Via::VerifiedLog { digest, .. } = &evidence.via else {
        return false;
    };
    DigestObjectKey::parse(digest).is_some_and(|d| {
        let own = d.name.chain;
        own.trail == chain.trail
            && own.home_region == chain.home_region
            && own.organization == chain.organization
    })
}

#[cfg(test)]
mod tests;
