//! Changes to the trails themselves: calls that proven logs record on a trail, on its bucket or on its KMS key (pure).
//!
//! A verified chain shows that the logs are what CloudTrail delivered, not that CloudTrail logged what matters.
//! Whoever may change a trail can have it log less, and every digest still verifies. These are the calls that
//! show it, as far as proven logs record them.

mod before;
mod describe;
#[cfg(test)]
mod fixtures;
mod judge;
mod left_open;
mod of_trail;
mod recorded;
mod window;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::describe::change;
pub use self::left_open::LeftOpen;
pub use self::of_trail::{SearchedAccounts, TrailInScope};
pub use self::recorded::RecordedCalls;
pub use self::window::ChangeWindow;
use crate::cloudtrail::event::Evidence;
use crate::cloudtrail::ids::{AccountId, OrganizationId, Region, TrailName};

/// The changes to all trails in scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailChanges {
    /// One entry per trail, sorted by home region, owner, organization and name.
    pub trails: Vec<ChangesOfTrail>,
}

/// The changes to one trail, and where they were searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesOfTrail {
    /// The account that owns the trail, if it is known. No digest shows which account owns an organization's trail.
    pub owner: Option<AccountId>,
    /// The organization whose accounts it logs, if it is an organization's trail.
    pub organization: Option<OrganizationId>,
    /// The region in which calls on the trail are recorded.
    pub home_region: Region,
    /// Its name.
    pub trail: TrailName,
    /// The accounts and regions in whose proven logs calls on the trail were searched for: the owner first, then
    /// other accounts of the organization, at most [`MOST_PLACES`].
    pub searched: Vec<SearchedPlace>,
    /// How many more there are.
    pub more_searched: u64,
    /// Why the logs in which calls on the trail are recorded first of all, those of its owner in its home region,
    /// were not searched; `None` if they were.
    pub not_searched: Option<NotSearched>,
    /// The calls, by time, at most [`most_changes`].
    pub changes: Vec<Change>,
    /// How many more there are.
    pub more: u64,
}

/// Most accounts listed as searched for one trail.
pub const MOST_PLACES: usize = 20;

/// Most changes listed for one of some trails: 200, and fewer, but at least ten, where that could be more than 100,000 in
/// all. One call on a bucket is a change to each of the trails that write to it.
pub fn most_changes(trails: usize) -> usize {
    (100_000 / trails.max(1)).clamp(10, 200)
}

/// An account and region whose proven logs were searched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchedPlace {
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
}

/// Why the logs of a trail's owner in its home region were not searched.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum NotSearched {
    /// No log was read, as requested (`--logs none`).
    NoLogsRead,
    /// Some of the logs were not read, as requested (`--logs sample=…`). The others were searched.
    SomeLogsRead,
    /// Some of the logs are missing, altered or could not be read. The others were searched.
    SomeLogsProven,
    /// They are not among the chains of this validation.
    OutsideScope,
    /// They are among the chains of this validation, but nothing of them is proven.
    NothingProven,
    /// No digest and no answer of CloudTrail shows which account owns the trail, so it is not known whether its logs
    /// were among those searched.
    OwnerUnknown,
}

/// One call that changed a trail, its bucket or its key, or that was to change it and was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The call, from a proven log.
    pub evidence: Evidence,
    /// What it changed.
    pub what: ChangeKind,
    /// Whether it switched off something that was logged, or can have kept CloudTrail from delivering it.
    pub reduces: bool,
    /// Whether the call ended in an error. Then it changed nothing.
    pub refused: bool,
    /// What it changed, as a clause, such as `trail main logs no management events from then on`. Who made the call,
    /// when and from where is in the evidence.
    pub sentence: String,
}

/// What a call changed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// The trail was created.
    TrailCreated,
    /// Settings of the trail: where it writes, and what it logs.
    TrailUpdated,
    /// The trail was deleted.
    TrailDeleted,
    /// Logging was switched on.
    LoggingStarted,
    /// Logging was switched off.
    LoggingStopped,
    /// Which management and data events the trail logs.
    EventSelectors,
    /// Which Insights events the trail logs.
    InsightSelectors,
    /// The bucket was deleted.
    BucketDeleted,
    /// Who may read, write and delete in the bucket.
    BucketPolicy,
    /// Who may read and write in the bucket, by its access control list.
    BucketAcl,
    /// Who owns the objects of the bucket, and whether access control lists count.
    BucketOwnership,
    /// Whether the bucket may be public.
    BucketPublicAccess,
    /// When objects of the bucket expire.
    BucketLifecycle,
    /// Whether earlier versions of objects are kept.
    BucketVersioning,
    /// How long objects of the bucket cannot be deleted.
    BucketObjectLock,
    /// Where objects of the bucket are copied to.
    BucketReplication,
    /// How new objects of the bucket are encrypted.
    BucketEncryption,
    /// Who may use the KMS key.
    KeyPolicy,
    /// The KMS key was disabled.
    KeyDisabled,
    /// The KMS key was enabled.
    KeyEnabled,
    /// The KMS key is to be deleted.
    KeyDeletionScheduled,
    /// The KMS key is no longer to be deleted.
    KeyDeletionCancelled,
}
