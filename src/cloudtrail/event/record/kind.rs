//! Which calls are wanted.

use crate::cloudtrail::event::BucketChange;

/// A kind of call that concerns trails or the objects they have stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallKind {
    Start,
    Stop,
    Create,
    Update,
    DeleteTrail,
    Selectors,
    WithdrawAccess,
    Leave,
    RemoveAccount,
    CloseAccount,
    DisableRegion,
    EnableRegion,
    Remove,
    Write,
    Bucket(BucketChange),
    Key,
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
            (ORGANIZATIONS, "DisableAWSServiceAccess") => CallKind::WithdrawAccess,
            (ORGANIZATIONS, "LeaveOrganization") => CallKind::Leave,
            (ORGANIZATIONS, "RemoveAccountFromOrganization") => CallKind::RemoveAccount,
            (ORGANIZATIONS | ACCOUNT, "CloseAccount") => CallKind::CloseAccount,
            (ACCOUNT, "DisableRegion") => CallKind::DisableRegion,
            (ACCOUNT, "EnableRegion") => CallKind::EnableRegion,
            (S3, "DeleteObject" | "DeleteObjects") => CallKind::Remove,
            (S3, "PutObject" | "CopyObject" | "CompleteMultipartUpload") => CallKind::Write,
            (
                S3,
                "PutBucketLifecycle" | "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle",
            ) => CallKind::Bucket(BucketChange::Lifecycle),
            (S3, "PutBucketPolicy" | "DeleteBucketPolicy") => {
                CallKind::Bucket(BucketChange::Policy)
            }
            (S3, "PutBucketVersioning") => CallKind::Bucket(BucketChange::Versioning),
            (S3, "DeleteBucket") => CallKind::Bucket(BucketChange::Deleted),
            (KMS, "DisableKey" | "ScheduleKeyDeletion") => CallKind::Key,
            _ => return None,
        };
        Some(kind)
    }
}
