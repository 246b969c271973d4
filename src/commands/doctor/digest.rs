//! The newest digest itself: whether it can be read and decrypted. What it shows is checked in
//! [`super::digest_age`], [`super::storage`] and [`super::public_keys`].

use super::chart::CheckChart;
use super::digest_facts::{DigestFacts, ReadDigest, read};
use super::newest_digest::NewestDigest;
use super::public_keys::NO_FINGERPRINT;
use super::trail::TrailFacts;
use super::{DoctorContext, digest_age, public_keys, storage};
use crate::base::text::quoted;
use crate::base::time::shift;
use crate::report::doctor::check::{Check, Status};
use crate::source::GetError;
use crate::source::bucket::ObjectStorage;

/// Checks the newest digest of a trail. Without a digest, checks only whether public keys may be listed.
pub fn check(
    context: DoctorContext<'_>,
    newest: Option<&NewestDigest>,
    trail: &TrailFacts,
    chart: &mut CheckChart,
) {
    let now = context.request.now;
    let Some(newest) = newest else {
        let region = &trail.region;
        let lookup = public_keys::look_up(context, region, NO_FINGERPRINT, (now, now));
        return public_keys::check_permission(&lookup, region, chart);
    };
    digest_age::check(context, newest, trail, chart);
    let head = context.access.buckets.stored(newest.root, &newest.key);
    let read = read(context, newest);
    check_reading(newest, &head, read.as_ref().err(), chart);
    let facts = DigestFacts {
        head,
        read: read.ok(),
    };
    storage::check_signature(newest, &facts, chart);
    storage::check_class(context, newest, &facts, chart);
    check_key(context, newest, facts.read.as_ref(), chart);
}

/// Reports whether the digest may be read, and whether the key that encrypts it may be used.
fn check_reading(
    newest: &NewestDigest,
    head: &Result<ObjectStorage, GetError>,
    error: Option<&GetError>,
    chart: &mut CheckChart,
) {
    let subject = &newest.subject;
    let allowed = "s3:GetObject is allowed";
    let Some(error) = error else {
        chart.note(Check::ReadPermission, subject, Status::Ok, allowed);
        let found = match head.as_ref().map(|s| s.encryption.as_deref()) {
            Ok(Some(how)) => format!("the digest was decrypted: {how}"),
            Ok(None) => "the digest is not encrypted".into(),
            Err(_) => {
                "the digest could be read, so its encryption does not hinder a validation".into()
            }
        };
        return chart.note(Check::Kms, subject, Status::Ok, found);
    };
    if error.is_of_key() {
        match head {
            Ok(_) => chart.note(Check::ReadPermission, subject, Status::Ok, allowed),
            Err(_) => {
                let why = "could not be checked: the KMS key was refused first";
                chart.unknown(&[Check::ReadPermission], subject, why);
            }
        }
        return chart.advise(
            Check::Kms,
            subject,
            Status::Failed,
            error.detail(),
            "allow kms:Decrypt on the key, in the caller's policy and in the key policy, and check that the \
             key is enabled: aws kms describe-key --key-id KEY",
        );
    }
    let (check, detail) = (Check::ReadPermission, error.detail());
    match error {
        // S3 checks the permission before the storage class.
        GetError::Archived(_) => chart.note(check, subject, Status::Ok, allowed),
        GetError::Denied(_) => chart.advise(
            check,
            subject,
            Status::Failed,
            detail,
            format!(
                "allow s3:GetObject on the objects, in the caller's policy and in the bucket policy: aws s3api get-bucket-policy --bucket {}",
                quoted(&newest.bucket)
            ),
        ),
        _ => chart.note(check, subject, Status::Unknown, detail),
    }
    chart.unknown(
        &[Check::Kms],
        subject,
        "could not be checked: the digest could not be read",
    );
}

/// Reports whether public keys may be listed, and whether the key of the digest is among them.
fn check_key(
    context: DoctorContext<'_>,
    newest: &NewestDigest,
    read: Option<&ReadDigest>,
    chart: &mut CheckChart,
) {
    let region = &newest.digest.name.chain.region;
    let end = newest.digest.name.end;
    let signed = (end, shift(end, context.request.delivery_lag));
    let fingerprint = match read.map(|read| &read.digest) {
        Some(Ok(digest)) => digest.claims.fingerprint.as_str(),
        Some(Err(why)) => {
            let found = format!("could not be checked: the digest is not readable as one ({why})");
            chart.advise(
                Check::KeyKnown,
                &newest.subject,
                Status::Unknown,
                found,
                "run trailproof validate: it reports what is wrong with this digest",
            );
            NO_FINGERPRINT
        }
        None => NO_FINGERPRINT,
    };
    let lookup = public_keys::look_up(context, region, fingerprint, signed);
    public_keys::check_permission(&lookup, region, chart);
    public_keys::check_known(&lookup, fingerprint, newest, chart);
}
