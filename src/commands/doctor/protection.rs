//! How well a bucket protects its objects: encryption, versioning and Object Lock. A validation needs none of
//! these calls, so a denied one does not change the exit status.

use super::bucket::BucketFacts;
use super::chart::CheckChart;
use crate::base::text::quoted;
use crate::report::doctor::check::{Check, Status};
use crate::source::GetError;
use crate::source::bucket::{Buckets, Lock, Versioning};

/// The checks that are made here.
pub const CHECKS: &[Check] = &[Check::Encryption, Check::Versioning, Check::ObjectLock];

/// Checks the protection of a bucket.
pub fn check(buckets: &dyn Buckets, bucket: &BucketFacts, chart: &mut CheckChart) {
    let name = &bucket.name;
    if !bucket.is_reachable {
        return chart.unknown(
            CHECKS,
            name,
            "could not be checked: the bucket could not be reached",
        );
    }
    match buckets.encryption(bucket.root) {
        Ok(how) => chart.note(
            Check::Encryption,
            name,
            Status::Ok,
            format!("new objects are encrypted by default: {how}"),
        ),
        Err(error) => not_checked(Check::Encryption, name, &error, chart),
    }
    match buckets.versioning(bucket.root) {
        Ok(versioning) => check_versioning(name, versioning, chart),
        Err(error) => not_checked(Check::Versioning, name, &error, chart),
    }
    match buckets.lock(bucket.root) {
        Ok(lock) => check_lock(name, lock, chart),
        Err(error) => not_checked(Check::ObjectLock, name, &error, chart),
    }
}

fn check_versioning(name: &str, versioning: Versioning, chart: &mut CheckChart) {
    let off = match versioning {
        Versioning::Enabled => {
            return chart.note(Check::Versioning, name, Status::Ok, "it is enabled");
        }
        Versioning::Suspended => "it is suspended",
        Versioning::Never => "it is off",
    };
    chart.advise(
        Check::Versioning,
        name,
        Status::Warning,
        format!("{off}: objects that are deleted or overwritten cannot be restored"),
        format!(
            "aws s3api put-bucket-versioning --bucket {} \
             --versioning-configuration Status=Enabled",
            quoted(name)
        ),
    );
}

fn check_lock(name: &str, lock: Lock, chart: &mut CheckChart) {
    let weak = match lock {
        Lock::Default(retention) => {
            let found = format!("every new object is locked: {retention}");
            return chart.note(Check::ObjectLock, name, Status::Ok, found);
        }
        Lock::WithoutDefault => "it is enabled without a default retention",
        Lock::Absent => "it is off",
    };
    chart.advise(
        Check::ObjectLock,
        name,
        Status::Warning,
        format!("{weak}: anyone with permission can delete digests and logs"),
        format!(
            "aws s3api put-object-lock-configuration --bucket {} --object-lock-configuration \
             'ObjectLockEnabled=Enabled,Rule={{DefaultRetention={{Mode=GOVERNANCE,Days=365}}}}'",
            quoted(name)
        ),
    );
}

fn not_checked(check: Check, bucket: &str, error: &GetError, chart: &mut CheckChart) {
    let found = format!(
        "could not be checked (not needed for a validation): {}",
        error.detail()
    );
    chart.note(check, bucket, Status::Unknown, found);
}
