//! Which calls are wanted.

use crate::cloudtrail::event::{BucketChange, KeyChange, Turn};

/// A kind of call that concerns trails or the objects they have stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallKind {
    Start,
    Stop,
    Create,
    Update,
    DeleteTrail,
    Selectors,
    Insights,
    WithdrawAccess,
    Leave,
    RemoveAccount,
    CloseAccount,
    DisableRegion,
    EnableRegion,
    Remove,
    Write,
    /// A setting of a bucket. Of some calls only the parameters show that they took it away.
    Bucket(BucketChange, Turn),
    Key(KeyChange),
}

pub(super) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
const S3: &str = "s3.amazonaws.com";
const KMS: &str = "kms.amazonaws.com";
const ORGANIZATIONS: &str = "organizations.amazonaws.com";
const ACCOUNT: &str = "account.amazonaws.com";

impl CallKind {
    /// Whether any call of a service is wanted.
    pub(super) fn is_source(source: &str) -> bool {
        [CLOUDTRAIL, S3, KMS, ORGANIZATIONS, ACCOUNT].contains(&source)
    }

    /// The kind of a service's call by its name; `None` if it is not wanted.
    pub(super) fn of(source: &str, name: &str) -> Option<CallKind> {
        let kind = match (source, name) {
            (CLOUDTRAIL, "StartLogging") => CallKind::Start,
            (CLOUDTRAIL, "StopLogging") => CallKind::Stop,
            (CLOUDTRAIL, "CreateTrail") => CallKind::Create,
            (CLOUDTRAIL, "UpdateTrail") => CallKind::Update,
            (CLOUDTRAIL, "DeleteTrail") => CallKind::DeleteTrail,
            (CLOUDTRAIL, "PutEventSelectors") => CallKind::Selectors,
            (CLOUDTRAIL, "PutInsightSelectors") => CallKind::Insights,
            (ORGANIZATIONS, "DisableAWSServiceAccess") => CallKind::WithdrawAccess,
            (ORGANIZATIONS, "LeaveOrganization") => CallKind::Leave,
            (ORGANIZATIONS, "RemoveAccountFromOrganization") => CallKind::RemoveAccount,
            (ORGANIZATIONS | ACCOUNT, "CloseAccount") => CallKind::CloseAccount,
            (ACCOUNT, "DisableRegion") => CallKind::DisableRegion,
            (ACCOUNT, "EnableRegion") => CallKind::EnableRegion,
            (S3, "DeleteObject" | "DeleteObjects") => CallKind::Remove,
            (S3, "PutObject" | "CopyObject" | "CompleteMultipartUpload") => CallKind::Write,
            (S3, name) => {
                let (setting, turn) = bucket_setting(name)?;
                CallKind::Bucket(setting, turn)
            }
            (KMS, "DisableKey") => CallKind::Key(KeyChange::Disabled),
            (KMS, "ScheduleKeyDeletion") => CallKind::Key(KeyChange::DeletionScheduled),
            (KMS, "PutKeyPolicy") => CallKind::Key(KeyChange::Policy),
            (KMS, "EnableKey") => CallKind::Key(KeyChange::Enabled),
            (KMS, "CancelKeyDeletion") => CallKind::Key(KeyChange::DeletionCancelled),
            _ => return None,
        };
        Some(kind)
    }
}

/// What a call of S3 changed about a bucket, and whether its name says that it took the setting away. CloudTrail
/// records some calls by another name than that of the operation (S3 user guide, "Amazon S3 CloudTrail events").
fn bucket_setting(name: &str) -> Option<(BucketChange, Turn)> {
    let (setting, turn) = match name {
        "PutBucketLifecycle" | "PutBucketLifecycleConfiguration" => {
            (BucketChange::Lifecycle, Turn::Set)
        }
        "DeleteBucketLifecycle" => (BucketChange::Lifecycle, Turn::Removed),
        "PutBucketPolicy" => (BucketChange::Policy, Turn::Set),
        "DeleteBucketPolicy" => (BucketChange::Policy, Turn::Removed),
        "PutBucketVersioning" => (BucketChange::Versioning, Turn::Set),
        "DeleteBucket" => (BucketChange::Deleted, Turn::Removed),
        "PutBucketObjectLockConfiguration" | "PutObjectLockConfiguration" => {
            (BucketChange::ObjectLock, Turn::Set)
        }
        "PutBucketReplication" => (BucketChange::Replication, Turn::Set),
        "DeleteBucketReplication" => (BucketChange::Replication, Turn::Removed),
        "PutBucketEncryption" => (BucketChange::Encryption, Turn::Set),
        "DeleteBucketEncryption" => (BucketChange::Encryption, Turn::Removed),
        "PutBucketPublicAccessBlock" | "PutPublicAccessBlock" => {
            (BucketChange::PublicAccess, Turn::Set)
        }
        "DeleteBucketPublicAccessBlock" | "DeletePublicAccessBlock" => {
            (BucketChange::PublicAccess, Turn::Removed)
        }
        "PutBucketAcl" => (BucketChange::Acl, Turn::Set),
        "PutBucketOwnershipControls" => (BucketChange::Ownership, Turn::Set),
        "DeleteBucketOwnershipControls" => (BucketChange::Ownership, Turn::Removed),
        _ => return None,
    };
    Some((setting, turn))
}
