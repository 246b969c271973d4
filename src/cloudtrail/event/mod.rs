//! Events: the calls recorded by CloudTrail that concern trails or the objects that trails have stored.
//! [`record`] reads them from logs and from LookupEvents; the types here describe one.
//!
//! Names of members are those of the user guide, "CloudTrail record contents for management, data, and
//! network activity events" and "CloudTrail userIdentity element".

mod call;
mod evidence;
mod history;
pub mod prefilter;
pub mod record;
mod who;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use call::{
    AccountChange, BucketChange, Call, KeyChange, ManagementEvents, RemovedObject, TrailChange,
    TrailRef, TrailSettings, Turn,
};
pub use evidence::{Evidence, Via};
pub use history::HistoryEvent;
pub use who::{Actor, KeyTerm};

use super::ids::{AccountId, Region, TrailName};

/// One call that concerns trails or the objects they have stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    /// `eventTime`.
    pub time: Timestamp,
    /// `eventName`.
    pub name: String,
    /// `eventID`.
    pub id: Option<String>,
    /// `awsRegion`.
    pub region: Option<Region>,
    /// The account whose logs contain it: `recipientAccountId`, else the account of the caller.
    pub account: Option<AccountId>,
    /// Who made the call.
    pub actor: Option<Actor>,
    /// `sourceIPAddress`.
    pub source_ip: Option<String>,
    /// `userAgent`.
    pub user_agent: Option<String>,
    /// `errorCode`. A call that ended in an error changed nothing.
    pub error_code: Option<String>,
    /// `requestParameters` as JSON, cut to a length; `None` if the record holds none.
    pub parameters: Option<String>,
    /// The operation and its parameters.
    pub call: Call,
}

/// The path and name of the role by which CloudTrail acts in the accounts of an organization (user guide,
/// "Using service-linked roles for CloudTrail").
const SERVICE_ROLE: &str =
    ":role/aws-service-role/cloudtrail.amazonaws.com/AWSServiceRoleForCloudTrail";
/// The beginning of the name of its sessions.
const SERVICE_SESSION: &str = ":assumed-role/AWSServiceRoleForCloudTrail/";

impl Event {
    /// Whether CloudTrail made the call by its service-linked role, as it does in the accounts of an
    /// organization to make, change and delete their copies of the organization's trail.
    pub fn is_by_service_role(&self) -> bool {
        self.actor
            .as_ref()
            .is_some_and(|actor| match &actor.issuer {
                Some(issuer) => issuer.ends_with(SERVICE_ROLE),
                None => actor
                    .arn
                    .as_ref()
                    .is_some_and(|arn| arn.contains(SERVICE_SESSION)),
            })
    }

    /// The account, home region and name of the trail that the call is on, if it is on a trail.
    pub fn on_trail(&self) -> Option<(&AccountId, &Region, &TrailName)> {
        match &self.call {
            Call::Trail(TrailRef::Name(name), _) => {
                Some((self.account.as_ref()?, self.region.as_ref()?, name))
            }
            Call::Trail(TrailRef::Arn(arn), _) => {
                Some((&arn.account, &arn.home_region, &arn.trail))
            }
            _ => None,
        }
    }
}
