//! An account of an organization, as `ListAccounts` of AWS Organizations reports it (pure).

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::ids::{AccountId, OrganizationId};

/// An account of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberAccount {
    /// Its id.
    pub id: AccountId,
    /// The organization, if the answer has it.
    pub organization: Option<OrganizationId>,
    /// Its name, from outside.
    pub name: Option<String>,
    /// Its state.
    pub state: MemberState,
    /// When it was created in the organization, or joined it.
    pub joined: Option<Timestamp>,
}

/// The state of an account (Organizations user guide, "Monitor the state of your AWS accounts").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MemberState {
    /// It was created and cannot be used yet.
    PendingActivation,
    /// It is in use.
    Active,
    /// AWS restricts it.
    Suspended,
    /// It is being closed.
    PendingClosure,
    /// It was closed, and can be opened again for 90 days.
    Closed,
    /// A state that is not known here.
    Unknown,
}

impl MemberState {
    /// Whether nothing is logged for the account any more.
    pub fn has_ended(self) -> bool {
        matches!(self, MemberState::Suspended | MemberState::Closed)
    }
}

/// The organization in the ARN of an account: `arn:aws:organizations::MANAGEMENT:account/ORGANIZATION/ACCOUNT`.
///
/// ```
/// # use trailproof::cloudtrail::member::organization_of;
/// let arn = "arn:aws:organizations::111111111111:account/o-a1b2c3d4e5/222222222222";
/// assert_eq!(organization_of(arn).expect("an organization").as_str(), "o-a1b2c3d4e5");
/// assert_eq!(organization_of("arn:aws:iam::111111111111:root"), None);
/// ```
pub fn organization_of(arn: &str) -> Option<OrganizationId> {
    let (_, resource) = arn.rsplit_once(":account/")?;
    resource.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::MemberState;

    #[test]
    fn an_account_has_ended_if_it_was_suspended_or_closed() {
        for (state, has_ended) in [
            (MemberState::PendingActivation, false),
            (MemberState::Active, false),
            (MemberState::Suspended, true),
            (MemberState::PendingClosure, false),
            (MemberState::Closed, true),
            (MemberState::Unknown, false),
        ] {
            assert_eq!(state.has_ended(), has_ended, "{state:?}");
        }
    }
}
