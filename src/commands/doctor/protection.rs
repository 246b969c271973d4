//! How well a bucket keeps what is in it. A validation needs none of these calls.

use crate::base::text::quoted;
use crate::report::doctor::check::{Check, CheckChart, Status};
use crate::source::bucket::{Buckets, Lock, Versioning};
use crate::source::{GetError, Root};

/// What is said here.
pub const CHECKS: &[Check] = &[Check::Encryption, Check::Versioning, Check::ObjectLock];

/// Asks how a bucket encrypts, keeps and protects.
pub fn look(buckets: &dyn Buckets, root: &Root, there: bool, chart: &mut CheckChart) {
    let name = root.buckets.concat();
    if !there {
        return chart.unknown(CHECKS, &name, "the bucket could not be reached");
    }
    let quoted = quoted(&name);
    match buckets.encryption(root.id) {
        Ok(how) => chart.note(
            Check::Encryption,
            &name,
            Status::Ok,
            format!("what is written is encrypted by default: {how}"),
        ),
        Err(error) => unasked(Check::Encryption, &name, &error, chart),
    }
    let off = match buckets.versioning(root.id) {
        Ok(Versioning::Enabled) => {
            chart.note(Check::Versioning, &name, Status::Ok, "it is enabled");
            None
        }
        Ok(Versioning::Suspended) => Some("it is suspended"),
        Ok(Versioning::Never) => Some("it is off"),
        Err(error) => {
            unasked(Check::Versioning, &name, &error, chart);
            None
        }
    };
    if let Some(off) = off {
        chart.advise(
            Check::Versioning,
            &name,
            Status::Warning,
            format!("{off}: what is deleted or overwritten is gone for good"),
            format!(
                "aws s3api put-bucket-versioning --bucket {quoted} \
                 --versioning-configuration Status=Enabled"
            ),
        );
    }
    let weak = match buckets.lock(root.id) {
        Ok(Lock::Default(retention)) => {
            let found = format!("every new object is locked: {retention}");
            return chart.note(Check::ObjectLock, &name, Status::Ok, found);
        }
        Ok(Lock::WithoutDefault) => "it is enabled without a default retention",
        Ok(Lock::Absent) => "there is none",
        Err(error) => return unasked(Check::ObjectLock, &name, &error, chart),
    };
    chart.advise(
        Check::ObjectLock,
        &name,
        Status::Warning,
        format!("{weak}: digests and logs can be deleted by whoever may"),
        format!(
            "aws s3api put-object-lock-configuration --bucket {quoted} --object-lock-configuration \
             'ObjectLockEnabled=Enabled,Rule={{DefaultRetention={{Mode=GOVERNANCE,Days=365}}}}'"
        ),
    );
}

fn unasked(check: Check, bucket: &str, error: &GetError, chart: &mut CheckChart) {
    let found = format!(
        "could not be asked, and no validation needs it: {}",
        error.detail()
    );
    chart.note(check, bucket, Status::Unknown, found);
}
